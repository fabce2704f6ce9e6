//! What moves elements by an index: gather and slice, and their transposes.

use std::sync::Arc;

use crate::rule::{At, Rule, Spelled};
use crate::rules::{fits, movement, per_element};
use crate::{Cost, Domain, Shape, Var};

/// out\[i\] = x\[index\[i\]\].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Gather {
    pub(crate) index: Arc<[u32]>,
    pub(crate) to: Shape,
}

/// out\[index\[i\]\] += x\[i\] into zeros: the transpose of [`Gather`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ScatterAdd {
    pub(crate) index: Arc<[u32]>,
    pub(crate) to: Shape,
}

/// Consecutive elements as a matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Slice {
    pub(crate) start: usize,
    pub(crate) to: Shape,
}

/// Zeros with the elements of a matrix in consecutive places: the transpose of [`Slice`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Unslice {
    pub(crate) start: usize,
    pub(crate) to: Shape,
}

fn index_fits(index: &[u32], count: usize, bound: usize) -> Result<(), String> {
    fits(index.len() == count, || format!("{} indices for {count} elements", index.len()))?;
    let beyond = index.iter().find(|&&i| i as usize >= bound);
    beyond.map_or(Ok(()), |i| Err(format!("index {i} in a matrix of {bound} elements")))
}

fn python_index(index: &[u32]) -> String {
    format!("jnp.array({index:?}, dtype=jnp.int32)")
}

fn python_shape(to: Shape) -> String {
    format!(".reshape({}, {})", to.rows, to.cols)
}

impl Rule for Gather {
    fn name(&self) -> String {
        format!("gather {}", self.to)
    }

    fn shape(&self, args: &[Shape]) -> Result<Shape, String> {
        index_fits(&self.index, self.to.len(), args[0].len())?;
        Ok(self.to)
    }

    fn jvp<'t>(&self, _: &At<'_, 't>, tangents: &[Option<Var<'t>>]) -> Option<Var<'t>> {
        tangents[0].map(|d| d.gather(self.index.clone(), self.to.rows, self.to.cols))
    }

    fn vjp<'t>(&self, at: &At<'_, 't>, cotangent: Var<'t>, _: &[bool]) -> Vec<Option<Var<'t>>> {
        let shape = at.args[0].shape();
        vec![Some(cotangent.scatter_add(self.index.clone(), shape.rows, shape.cols))]
    }

    fn cost(&self, args: &[Shape], out: Shape) -> Cost {
        movement(args, out)
    }

    fn reference(&self, args: &[(&[f64], Shape)], out: &mut [f64]) {
        out.iter_mut().zip(&*self.index).for_each(|(out, &i)| *out = args[0].0[i as usize]);
    }

    fn domain(&self, _: usize) -> Domain {
        Domain::REAL
    }

    fn python(&self, args: &[Spelled<'_>]) -> Option<String> {
        Some(format!("{}.reshape(-1)[{}]{}", args[0], python_index(&self.index), python_shape(self.to)))
    }
}

impl Rule for ScatterAdd {
    fn name(&self) -> String {
        format!("scatter_add {}", self.to)
    }

    fn shape(&self, args: &[Shape]) -> Result<Shape, String> {
        index_fits(&self.index, args[0].len(), self.to.len())?;
        Ok(self.to)
    }

    fn jvp<'t>(&self, _: &At<'_, 't>, tangents: &[Option<Var<'t>>]) -> Option<Var<'t>> {
        tangents[0].map(|d| d.scatter_add(self.index.clone(), self.to.rows, self.to.cols))
    }

    fn vjp<'t>(&self, at: &At<'_, 't>, cotangent: Var<'t>, _: &[bool]) -> Vec<Option<Var<'t>>> {
        let shape = at.args[0].shape();
        vec![Some(cotangent.gather(self.index.clone(), shape.rows, shape.cols))]
    }

    fn cost(&self, args: &[Shape], out: Shape) -> Cost {
        per_element(1, args[0].len(), args, out)
    }

    fn reference(&self, args: &[(&[f64], Shape)], out: &mut [f64]) {
        out.fill(0.0);
        args[0].0.iter().zip(&*self.index).for_each(|(x, &i)| out[i as usize] += x);
    }

    fn domain(&self, _: usize) -> Domain {
        Domain::REAL
    }

    fn python(&self, args: &[Spelled<'_>]) -> Option<String> {
        let (x, len, index) = (args[0], self.to.len(), python_index(&self.index));
        Some(format!("jnp.zeros({len}).at[{index}].add({x}.reshape(-1)){}", python_shape(self.to)))
    }
}

impl Rule for Slice {
    fn name(&self) -> String {
        format!("slice {} from {}", self.to, self.start)
    }

    fn shape(&self, args: &[Shape]) -> Result<Shape, String> {
        let end = self.start + self.to.len();
        fits(end <= args[0].len(), || format!("elements {}..{end} of {}", self.start, args[0]))?;
        Ok(self.to)
    }

    fn jvp<'t>(&self, _: &At<'_, 't>, tangents: &[Option<Var<'t>>]) -> Option<Var<'t>> {
        tangents[0].map(|d| d.slice(self.start, self.to.rows, self.to.cols))
    }

    fn vjp<'t>(&self, at: &At<'_, 't>, cotangent: Var<'t>, _: &[bool]) -> Vec<Option<Var<'t>>> {
        vec![Some(cotangent.unslice(self.start, at.args[0].shape()))]
    }

    fn cost(&self, args: &[Shape], out: Shape) -> Cost {
        movement(&args[1..], out)
    }

    fn reference(&self, args: &[(&[f64], Shape)], out: &mut [f64]) {
        out.copy_from_slice(&args[0].0[self.start..][..out.len()]);
    }

    fn domain(&self, _: usize) -> Domain {
        Domain::REAL
    }

    fn python(&self, args: &[Spelled<'_>]) -> Option<String> {
        let end = self.start + self.to.len();
        Some(format!("{}.reshape(-1)[{}:{end}]{}", args[0], self.start, python_shape(self.to)))
    }
}

impl Rule for Unslice {
    fn name(&self) -> String {
        format!("unslice {} from {}", self.to, self.start)
    }

    fn shape(&self, args: &[Shape]) -> Result<Shape, String> {
        let end = self.start + args[0].len();
        fits(end <= self.to.len(), || format!("{} into elements {}..{end} of {}", args[0], self.start, self.to))?;
        Ok(self.to)
    }

    fn jvp<'t>(&self, _: &At<'_, 't>, tangents: &[Option<Var<'t>>]) -> Option<Var<'t>> {
        tangents[0].map(|d| d.unslice(self.start, self.to))
    }

    fn vjp<'t>(&self, at: &At<'_, 't>, cotangent: Var<'t>, _: &[bool]) -> Vec<Option<Var<'t>>> {
        let shape = at.args[0].shape();
        vec![Some(cotangent.slice(self.start, shape.rows, shape.cols))]
    }

    fn cost(&self, args: &[Shape], out: Shape) -> Cost {
        movement(args, out)
    }

    fn reference(&self, args: &[(&[f64], Shape)], out: &mut [f64]) {
        out.fill(0.0);
        out[self.start..][..args[0].0.len()].copy_from_slice(args[0].0);
    }

    fn domain(&self, _: usize) -> Domain {
        Domain::REAL
    }

    fn python(&self, args: &[Spelled<'_>]) -> Option<String> {
        let (x, len, start) = (args[0], self.to.len(), self.start);
        let end = start + x.shape.len();
        Some(format!("jnp.zeros({len}).at[{start}:{end}].set({x}.reshape(-1)){}", python_shape(self.to)))
    }
}
