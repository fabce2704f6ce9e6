//! The derivatives that are checked, recorded once, and the points at which they are evaluated.

use crate::check::report::Place;
use crate::generate::{Choices, Sequence, within};
use crate::{Domain, Shape, Var, jvp, reference, vjp};

/// The program of all checks: its inputs are those of the user, u of the shape of the output, v and w of the shapes of `wrt`.
pub(crate) struct Probe<'t> {
    pub(crate) inputs: Vec<Var<'t>>,
    /// For every variable of `wrt`, which input it is.
    pub(crate) wrt: Vec<usize>,
    pub(crate) values: Vec<Vec<f64>>,
    pub(crate) directions: [Vec<Var<'t>>; 3],
    /// The function f.
    pub(crate) output: Var<'t>,
    /// ∇⟨u, f⟩
    pub(crate) gradient: Vec<Var<'t>>,
    /// f′ v
    pub(crate) tangent: Var<'t>,
    /// H v with H the Hessian of ⟨u, f⟩; empty below order 2.
    pub(crate) curved: Vec<Var<'t>>,
    /// The derivative of H v along w; empty below order 3.
    pub(crate) third: Vec<Var<'t>>,
}

/// Values of everything that a check varies; x, v and w are the elements of `wrt` one after the other.
#[derive(Clone)]
pub(crate) struct Point {
    pub(crate) x: Vec<f64>,
    pub(crate) u: Vec<f64>,
    pub(crate) v: Vec<f64>,
    pub(crate) w: Vec<f64>,
}

impl Point {
    /// The point with x moved by `t` times `direction`.
    pub(crate) fn moved(&self, direction: &[f64], t: f64) -> Self {
        let x = self.x.iter().zip(direction).map(|(x, d)| x + t * d).collect();
        Self { x, ..self.clone() }
    }

    /// The point with v and w exchanged.
    pub(crate) fn exchanged(&self) -> Self {
        Self { v: self.w.clone(), w: self.v.clone(), ..self.clone() }
    }
}

impl<'t> Probe<'t> {
    #[track_caller]
    pub(crate) fn new(
        output: Var<'t>,
        wrt: Vec<Var<'t>>,
        inputs: Vec<Var<'t>>,
        values: &[&[f64]],
        order: usize,
    ) -> Self {
        let position = |var: &Var<'t>| {
            let at = inputs.iter().position(|input| input.id == var.id);
            at.unwrap_or_else(|| panic!("check: {var:?} is not among the inputs"))
        };
        let like = |var: &Var<'t>| var.tape().input(var.rows(), var.cols());
        let (u, v, w): (_, Vec<_>, Vec<_>) =
            (like(&output), wrt.iter().map(like).collect(), wrt.iter().map(like).collect());
        let gradient = vjp(output, u, wrt.clone());
        let tangent = jvp(output, wrt.clone(), v.clone());
        let curved = if order >= 2 { jvp(gradient.clone(), wrt.clone(), v.clone()) } else { Vec::new() };
        let third = if order >= 3 { jvp(curved.clone(), wrt.clone(), w.clone()) } else { Vec::new() };
        Self {
            wrt: wrt.iter().map(position).collect(),
            values: values.iter().map(|value| value.to_vec()).collect(),
            inputs,
            directions: [vec![u], v, w],
            output,
            gradient,
            tangent,
            curved,
            third,
        }
    }

    fn shape(&self, input: usize) -> Shape {
        self.inputs[self.wrt[input]].shape()
    }

    /// The user's values with new directions.
    pub(crate) fn point(&self, sequence: &mut Sequence) -> Point {
        let x: Vec<f64> = self.wrt.iter().flat_map(|&input| self.values[input].iter().copied()).collect();
        let mut draw = |count| (0..count).map(|_| direction(sequence)).collect();
        Point { u: draw(self.output.shape().len()), v: draw(x.len()), w: draw(x.len()), x }
    }

    /// Each list of outputs at `point`, its elements one after the other.
    #[track_caller]
    pub(crate) fn evaluate<const N: usize>(&self, outputs: [&[Var<'t>]; N], point: &Point) -> [Vec<f64>; N] {
        let given = self.given(point);
        let mut found = reference::evaluate(self.all_inputs(), outputs.concat(), &slices(&given)).into_iter();
        outputs.map(|list| found.by_ref().take(list.len()).flatten().collect())
    }

    /// How far rounding errors move any element of the outputs.
    pub(crate) fn spread(&self, outputs: &[Var<'t>], point: &Point) -> f64 {
        const NOISE: f64 = 4.0 * f64::EPSILON;
        let given = self.given(point);
        let spread = reference::spread(self.all_inputs(), outputs.to_vec(), &slices(&given), NOISE);
        spread.into_iter().fold(0.0, f64::max)
    }

    /// The value of the output and its three derivatives along v, by Taylor series; `None` where a user's operation is.
    pub(crate) fn series(&self, point: &Point) -> Option<[Vec<f64>; 4]> {
        let given = self.given(point);
        let mut direction: Vec<Vec<f64>> = given.iter().map(|value| vec![0.0; value.len()]).collect();
        for (&input, v) in self.wrt.iter().zip(self.split(&point.v)) {
            direction[input] = v.to_vec();
        }
        let found = reference::derivatives(self.all_inputs(), self.output, &slices(&given), &slices(&direction));
        found?.pop()
    }

    pub(crate) fn all_inputs(&self) -> Vec<Var<'t>> {
        let [u, v, w] = &self.directions;
        [&self.inputs, u, v, w].into_iter().flatten().copied().collect()
    }

    /// What [`Self::all_inputs`] are at a point.
    pub(crate) fn given(&self, point: &Point) -> Vec<Vec<f64>> {
        let mut values = self.values.clone();
        for (&input, x) in self.wrt.iter().zip(self.split(&point.x)) {
            values[input] = x.to_vec();
        }
        values.push(point.u.clone());
        values.extend(self.split(&point.v).into_iter().chain(self.split(&point.w)).map(<[f64]>::to_vec));
        values
    }

    fn split<'a>(&self, mut flat: &'a [f64]) -> Vec<&'a [f64]> {
        (0..self.wrt.len())
            .map(|input| flat.split_off(..self.shape(input).len()).expect("as many elements as `wrt` has"))
            .collect()
    }

    /// Where an element of the flat x lies.
    pub(crate) fn place(&self, mut entry: usize) -> Place {
        let mut input = 0;
        while entry >= self.shape(input).len() {
            entry -= self.shape(input).len();
            input += 1;
        }
        Place::Input { input, element: entry }
    }
}

fn slices(values: &[Vec<f64>]) -> Vec<&[f64]> {
    values.iter().map(Vec::as_slice).collect()
}

/// An element of a direction: in ±\[½, 1\], so that no entry is left out.
fn direction(sequence: &mut Sequence) -> f64 {
    let size = within(sequence, Domain { low: 0.5, high: 1.0 });
    if sequence.below(2) == 0 { size } else { -size }
}
