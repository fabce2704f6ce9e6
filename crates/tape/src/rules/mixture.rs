//! The mixture of activations σ_α(x) = Σᵢ αᵢ σᵢ(x) and its inner products. The two are closed under differentiation:
//! ∂ₓ of order k is order k + 1, ∂_α is the inner product of order k, and that pulls back to mixtures.

use crate::rule::{At, Rule, Spelled, plus, python_number};
use crate::rules::factors::times;
use crate::rules::{fits, per_element};
use crate::{Activation, Bank, Cost, Domain, Shape, Var, reference};

/// Loss, gradient, Hessian-vector product and the jvp of one need orders 0 to 3.
const HIGHEST_ORDER: usize = 3;

/// Σᵢ αᵢ σᵢ⁽ᵏ⁾(x), of operands x (m × n) and α (h × G): column g of α serves the g-th of G equal contiguous groups of columns of x.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Mixture {
    pub(crate) bank: Bank,
    pub(crate) order: usize,
}

/// ⟨g, σᵢ⁽ᵏ⁾(x)⟩ for every i and group of columns (h × G), of operands g and x (both m × n).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct MixtureDot {
    pub(crate) bank: Bank,
    pub(crate) order: usize,
    pub(crate) groups: usize,
}

/// ⟨v, σᵢ⁽ᵏ⁾(row of x)⟩ for every row and every i (m × h), of operands v (n elements) and x (m × n). Only the compiler makes it: of
/// an inner product with a matrix of rank one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct MixtureByRow {
    pub(crate) bank: Bank,
    pub(crate) order: usize,
}

fn check(order: usize, x: Shape, groups: usize) -> Result<(), String> {
    fits(order <= HIGHEST_ORDER, || {
        format!("derivative of order {order}: activations have {HIGHEST_ORDER} (loss, gradient, hvp and its jvp)")
    })?;
    let whole = groups > 0 && x.cols.is_multiple_of(groups);
    fits(whole, || format!("{} columns of x ({x}) do not split into {groups} groups", x.cols))
}

fn python_bank(bank: &Bank) -> String {
    let spelled = |activation: &Activation| match activation {
        Activation::LeakyRelu(s) => format!("leaky_relu({})", python_number(s.get())),
        Activation::Elu(a) => format!("elu({})", python_number(a.get())),
        Activation::Hermite(n) => format!("hermite({n})"),
        plain => format!("{plain:?}").to_lowercase(),
    };
    let all: Vec<String> = bank.activations().iter().map(spelled).collect();
    format!("[{}]", all.join(", "))
}

impl Rule for Mixture {
    fn name(&self) -> String {
        format!("mixture of {}, order {}", self.bank.len(), self.order)
    }

    fn shape(&self, args: &[Shape]) -> Result<Shape, String> {
        let (x, alpha) = (args[0], args[1]);
        fits(alpha.rows == self.bank.len(), || format!("α is {alpha} for a bank of {}", self.bank.len()))?;
        check(self.order, x, alpha.cols)?;
        Ok(x)
    }

    fn jvp<'t>(&self, at: &At<'_, 't>, tangents: &[Option<Var<'t>>]) -> Option<Var<'t>> {
        let (x, alpha) = (at.args[0], at.args[1]);
        let of_x = tangents[0].map(|d| times(d, x.mixture_order(&self.bank, self.order + 1, alpha)));
        plus(of_x, tangents[1].map(|d| x.mixture_order(&self.bank, self.order, d)))
    }

    fn vjp<'t>(&self, at: &At<'_, 't>, cotangent: Var<'t>, wanted: &[bool]) -> Vec<Option<Var<'t>>> {
        let (x, alpha) = (at.args[0], at.args[1]);
        let of_x = || cotangent * x.mixture_order(&self.bank, self.order + 1, alpha);
        let of_alpha = || cotangent.mixture_dot(&self.bank, self.order, x, alpha.cols());
        vec![wanted[0].then(of_x), wanted[1].then(of_alpha)]
    }

    fn cost(&self, args: &[Shape], out: Shape) -> Cost {
        per_element(12 * self.bank.len(), out.len(), args, out)
    }

    fn reference(&self, args: &[(&[f64], Shape)], out: &mut [f64]) {
        let ((x, shape), (alpha, alpha_shape)) = (args[0], args[1]);
        let mut request = [reference::Sum { coefficients: alpha, order: self.order, out }];
        reference::slow::mixture(&self.bank, x, shape.rows, shape.cols, alpha_shape.cols, &mut request, &mut []);
    }

    fn domain(&self, _: usize) -> Domain {
        Domain::REAL
    }

    fn python(&self, args: &[Spelled<'_>]) -> Option<String> {
        Some(format!("mixture({}, {}, {}, {})", python_bank(&self.bank), self.order, args[0], args[1]))
    }
}

impl Rule for MixtureDot {
    fn name(&self) -> String {
        format!("mixture_dot of {}, order {}", self.bank.len(), self.order)
    }

    fn shape(&self, args: &[Shape]) -> Result<Shape, String> {
        fits(args[0] == args[1], || format!("g is {} and x is {}", args[0], args[1]))?;
        check(self.order, args[1], self.groups)?;
        Ok(Shape::new(self.bank.len(), self.groups))
    }

    fn jvp<'t>(&self, at: &At<'_, 't>, tangents: &[Option<Var<'t>>]) -> Option<Var<'t>> {
        let (g, x) = (at.args[0], at.args[1]);
        let of_g = tangents[0].map(|d| d.mixture_dot(&self.bank, self.order, x, self.groups));
        plus(of_g, tangents[1].map(|d| times(d, g).mixture_dot(&self.bank, self.order + 1, x, self.groups)))
    }

    fn vjp<'t>(&self, at: &At<'_, 't>, cotangent: Var<'t>, wanted: &[bool]) -> Vec<Option<Var<'t>>> {
        let (g, x) = (at.args[0], at.args[1]);
        let of_g = || x.mixture_order(&self.bank, self.order, cotangent);
        let of_x = || g * x.mixture_order(&self.bank, self.order + 1, cotangent);
        vec![wanted[0].then(of_g), wanted[1].then(of_x)]
    }

    fn cost(&self, args: &[Shape], out: Shape) -> Cost {
        per_element(12 * self.bank.len(), args[0].len(), args, out)
    }

    fn reference(&self, args: &[(&[f64], Shape)], out: &mut [f64]) {
        let ((g, _), (x, shape)) = (args[0], args[1]);
        let mut request = [reference::Dot { g, order: self.order, out }];
        reference::slow::mixture(&self.bank, x, shape.rows, shape.cols, self.groups, &mut [], &mut request);
    }

    fn domain(&self, _: usize) -> Domain {
        Domain::REAL
    }

    fn python(&self, args: &[Spelled<'_>]) -> Option<String> {
        let (bank, order, groups) = (python_bank(&self.bank), self.order, self.groups);
        Some(format!("mixture_dot({bank}, {order}, {groups}, {}, {})", args[0], args[1]))
    }
}

impl Rule for MixtureByRow {
    fn name(&self) -> String {
        format!("mixture by row of {}, order {}", self.bank.len(), self.order)
    }

    fn shape(&self, args: &[Shape]) -> Result<Shape, String> {
        let (v, x) = (args[0], args[1]);
        fits(v.len() == x.cols, || format!("v is {v} and x is {x}"))?;
        check(self.order, x, 1)?;
        Ok(Shape::new(x.rows, self.bank.len()))
    }

    fn jvp<'t>(&self, _: &At<'_, 't>, _: &[Option<Var<'t>>]) -> Option<Var<'t>> {
        unreachable!("no tape holds it")
    }

    fn vjp<'t>(&self, _: &At<'_, 't>, _: Var<'t>, _: &[bool]) -> Vec<Option<Var<'t>>> {
        unreachable!("no tape holds it")
    }

    fn cost(&self, args: &[Shape], out: Shape) -> Cost {
        per_element(12 * self.bank.len(), args[1].len(), args, out)
    }

    fn reference(&self, args: &[(&[f64], Shape)], out: &mut [f64]) {
        let ((v, _), (x, shape)) = (args[0], args[1]);
        for (row, out) in out.chunks_exact_mut(self.bank.len().max(1)).enumerate() {
            let x = &x[row * shape.cols..][..shape.cols];
            let mut request = [reference::Dot { g: v, order: self.order, out }];
            reference::slow::mixture(&self.bank, x, 1, shape.cols, 1, &mut [], &mut request);
        }
    }

    fn domain(&self, _: usize) -> Domain {
        Domain::REAL
    }

    fn python(&self, _: &[Spelled<'_>]) -> Option<String> {
        None
    }
}
