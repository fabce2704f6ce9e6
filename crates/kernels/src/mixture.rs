//! The mixture kernel: one pass over x serves a list of requests for weighted sums of activations and for inner products with them.

use std::sync::Arc;

use crate::{Activation, Float, Isa, Par, reference};

/// An ordered list of activations, cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Bank(Arc<[Activation]>);

impl Bank {
    /// A bank of these activations.
    pub fn new(activations: impl Into<Arc<[Activation]>>) -> Self {
        Self(activations.into())
    }

    /// The activations in order.
    pub fn activations(&self) -> &[Activation] {
        &self.0
    }

    /// Their number h.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A request for out = Σᵢ cᵢ σᵢ⁽ᵏ⁾(x), elementwise.
#[derive(Debug)]
pub struct Sum<'a, T> {
    /// c: h × G, row-major; column g serves the g-th of G equal contiguous groups of columns of x.
    pub coefficients: &'a [T],
    /// k: 0 to 3.
    pub order: usize,
    /// The result: rows × cols, as x.
    pub out: &'a mut [T],
}

/// A request for outᵢ = ⟨g, σᵢ⁽ᵏ⁾(x)⟩ for every i and every group of columns.
#[derive(Debug)]
pub struct Dot<'a, T> {
    /// g: rows × cols, as x.
    pub g: &'a [T],
    /// k: 0 to 3.
    pub order: usize,
    /// The result: h × G.
    pub out: &'a mut [T],
}

/// Elements of scratch that [`mixture()`] needs for this shape with `dots` dot requests.
pub fn mixture_scratch<T: Float>(bank: &Bank, rows: usize, cols: usize, groups: usize, dots: usize) -> usize {
    let _ = (bank, rows, cols, groups, dots);
    0
}

/// Serves all requests in one pass over x (rows × cols, row-major), whose columns form `groups` equal contiguous groups.
///
/// # Panics
/// When a length does not fit, an order is above 3, or `groups` does not divide `cols`.
#[track_caller]
#[expect(clippy::too_many_arguments, reason = "a kernel's operands")]
pub fn mixture<T: Float>(
    par: Par,
    bank: &Bank,
    x: &[T],
    rows: usize,
    cols: usize,
    groups: usize,
    sums: &mut [Sum<'_, T>],
    dots: &mut [Dot<'_, T>],
    scratch: &mut [T],
) {
    mixture_with(Isa::current(), par, bank, x, rows, cols, groups, sums, dots, scratch);
}

/// [`mixture()`] on a given instruction set.
#[track_caller]
#[expect(clippy::too_many_arguments, reason = "the twin of `mixture` with its instruction set")]
pub fn mixture_with<T: Float>(
    isa: Isa,
    par: Par,
    bank: &Bank,
    x: &[T],
    rows: usize,
    cols: usize,
    groups: usize,
    sums: &mut [Sum<'_, T>],
    dots: &mut [Dot<'_, T>],
    scratch: &mut [T],
) {
    let _ = (isa, par, scratch);
    reference::mixture(bank, x, rows, cols, groups, sums, dots);
}
