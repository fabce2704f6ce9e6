//! What a program starts from: inputs and constants.

use std::sync::Arc;

use crate::rule::{At, Rule, Spelled, python_number};
use crate::{Cost, Domain, Real, Shape, Var};

/// An input, told from others by its place on the tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Input {
    pub(crate) id: u32,
    pub(crate) shape: Shape,
}

/// A matrix of given elements.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Constant {
    pub(crate) data: Arc<[Real]>,
    pub(crate) shape: Shape,
}

/// A matrix of equal elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Fill {
    pub(crate) value: Real,
    pub(crate) shape: Shape,
}

/// What the leaves have in common: no operands, so no derivatives.
trait Leaf {
    fn name(&self) -> String;
    fn shape(&self) -> Shape;
    fn write(&self, out: &mut [f64]);
    /// The elements in Python; none for an input, which has a name.
    fn python(&self) -> Option<String>;
}

impl Leaf for Input {
    fn name(&self) -> String {
        "input".into()
    }

    fn shape(&self) -> Shape {
        self.shape
    }

    fn write(&self, _: &mut [f64]) {
        unreachable!("an input is given, not computed");
    }

    fn python(&self) -> Option<String> {
        None
    }
}

impl Leaf for Constant {
    fn name(&self) -> String {
        "constant".into()
    }

    fn shape(&self) -> Shape {
        self.shape
    }

    fn write(&self, out: &mut [f64]) {
        out.iter_mut().zip(&*self.data).for_each(|(o, x)| *o = x.get());
    }

    fn python(&self) -> Option<String> {
        let elements: Vec<String> = self.data.iter().map(|x| python_number(x.get())).collect();
        let (elements, Shape { rows, cols }) = (elements.join(", "), self.shape);
        Some(format!("jnp.array([{elements}], dtype=jnp.float64).reshape({rows}, {cols})"))
    }
}

impl Leaf for Fill {
    fn name(&self) -> String {
        format!("fill {:?}", self.value)
    }

    fn shape(&self) -> Shape {
        self.shape
    }

    fn write(&self, out: &mut [f64]) {
        out.fill(self.value.get());
    }

    fn python(&self) -> Option<String> {
        let Shape { rows, cols } = self.shape;
        Some(format!("jnp.full(({rows}, {cols}), {}, dtype=jnp.float64)", python_number(self.value.get())))
    }
}

impl<L: Leaf> Rule for L {
    fn name(&self) -> String {
        Leaf::name(self)
    }

    fn shape(&self, _: &[Shape]) -> Result<Shape, String> {
        Ok(Leaf::shape(self))
    }

    fn jvp<'t>(&self, _: &At<'_, 't>, _: &[Option<Var<'t>>]) -> Option<Var<'t>> {
        None
    }

    fn vjp<'t>(&self, _: &At<'_, 't>, _: Var<'t>, _: &[bool]) -> Vec<Option<Var<'t>>> {
        Vec::new()
    }

    fn cost(&self, _: &[Shape], _: Shape) -> Cost {
        Cost::default()
    }

    fn reference(&self, _: &[(&[f64], Shape)], out: &mut [f64]) {
        self.write(out);
    }

    fn domain(&self, _: usize) -> Domain {
        Domain::REAL
    }

    fn python(&self, _: &[Spelled<'_>]) -> Option<String> {
        Leaf::python(self)
    }
}
