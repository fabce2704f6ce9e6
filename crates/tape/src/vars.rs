//! Structures of variables.

use crate::Var;

/// A [`Var`], or an array, vector or tuple of them, or a user's struct: whatever takes inputs, outputs or parameters takes any of these.
///
/// A user's struct implements the one method by mapping its fields in order:
///
/// ```
/// use tape::{Tape, Var, Vars, grad};
///
/// struct Layer<'t> { weight: Var<'t>, bias: Var<'t> }
///
/// impl<'t> Vars<'t> for Layer<'t> {
///     fn map(&self, f: &mut dyn FnMut(Var<'t>) -> Var<'t>) -> Self {
///         Layer { weight: self.weight.map(f), bias: self.bias.map(f) }
///     }
/// }
///
/// let tape = Tape::new();
/// let layer = Layer { weight: tape.input(2, 3), bias: tape.input(1, 3) };
/// let loss = layer.weight.powi(2).sum() + layer.bias.sum();
/// assert_eq!(grad(loss, layer).bias.shape(), tape::Shape::new(1, 3));
/// ```
pub trait Vars<'t>: Sized {
    /// The same structure with every variable replaced by `f` of it, in a fixed order.
    fn map(&self, f: &mut dyn FnMut(Var<'t>) -> Var<'t>) -> Self;
}

/// The variables of a structure in order.
pub(crate) fn list<'t>(vars: &impl Vars<'t>) -> Vec<Var<'t>> {
    let mut all = Vec::new();
    vars.map(&mut |var| {
        all.push(var);
        var
    });
    all
}

/// The structure of `like` filled with `values` in order; there must be as many.
pub(crate) fn fill<'t, V: Vars<'t>>(like: &V, values: Vec<Var<'t>>) -> V {
    let mut values = values.into_iter();
    like.map(&mut |_| values.next().expect("one value for every variable"))
}

impl<'t> Vars<'t> for Var<'t> {
    fn map(&self, f: &mut dyn FnMut(Var<'t>) -> Var<'t>) -> Self {
        f(*self)
    }
}

impl<'t> Vars<'t> for () {
    fn map(&self, _: &mut dyn FnMut(Var<'t>) -> Var<'t>) -> Self {}
}

impl<'t, V: Vars<'t>, const N: usize> Vars<'t> for [V; N] {
    fn map(&self, f: &mut dyn FnMut(Var<'t>) -> Var<'t>) -> Self {
        std::array::from_fn(|i| self[i].map(f))
    }
}

impl<'t, V: Vars<'t>> Vars<'t> for Vec<V> {
    fn map(&self, f: &mut dyn FnMut(Var<'t>) -> Var<'t>) -> Self {
        self.iter().map(|vars| vars.map(f)).collect()
    }
}

impl<'t, A: Vars<'t>, B: Vars<'t>> Vars<'t> for (A, B) {
    fn map(&self, f: &mut dyn FnMut(Var<'t>) -> Var<'t>) -> Self {
        (self.0.map(f), self.1.map(f))
    }
}

impl<'t, A: Vars<'t>, B: Vars<'t>, C: Vars<'t>> Vars<'t> for (A, B, C) {
    fn map(&self, f: &mut dyn FnMut(Var<'t>) -> Var<'t>) -> Self {
        (self.0.map(f), self.1.map(f), self.2.map(f))
    }
}

impl<'t, A: Vars<'t>, B: Vars<'t>, C: Vars<'t>, D: Vars<'t>> Vars<'t> for (A, B, C, D) {
    fn map(&self, f: &mut dyn FnMut(Var<'t>) -> Var<'t>) -> Self {
        (self.0.map(f), self.1.map(f), self.2.map(f), self.3.map(f))
    }
}
