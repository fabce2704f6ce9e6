//! Mixtures of random banks: every request alone has the bits that it has among others, and is near the slow twin.

use kernels::{
    Activation, Bank, Dot, Float, Isa, Par, Real, RowDot, Sum, mixture_by_row_with, mixture_scratch, mixture_with,
};
use tape::Domain;
use tape::generate::{ACTIVATIONS, Bytes, Choices, within};

use crate::elements::{Elements, least, near, same_bits};

/// A mixture with its requests.
pub fn mixture(bytes: &[u8]) {
    let mut choices = Bytes::new(bytes);
    choices.more();
    if choices.below(2) == 0 {
        Case::<f32>::draw(&mut choices).check()
    } else {
        Case::<f64>::draw(&mut choices).check()
    }
}

/// A request: for a sum with its coefficients, or for inner products with its g.
struct Request<T> {
    is_sum: bool,
    order: usize,
    operand: Vec<T>,
}

struct Case<T> {
    bank: Bank,
    rows: usize,
    cols: usize,
    groups: usize,
    x: Vec<T>,
    requests: Vec<Request<T>>,
}

fn activation(choices: &mut Bytes<'_>) -> Activation {
    let slope = |choices: &mut Bytes<'_>| Real::new(within(choices, Domain::REAL));
    match ACTIVATIONS[choices.below(ACTIVATIONS.len())] {
        Activation::LeakyRelu(_) => Activation::LeakyRelu(slope(choices)),
        Activation::Elu(_) => Activation::Elu(slope(choices)),
        Activation::Hermite(_) => Activation::Hermite(1 + choices.below(6) as u32),
        activation => activation,
    }
}

impl<T: Float> Case<T> {
    fn draw(choices: &mut Bytes<'_>) -> Self {
        let (rows, width) = (choices.below(40), choices.below(40));
        let groups = 1 + choices.below(3);
        let mut elements = Elements::new(choices, 0);
        let cols = width * groups;
        choices.more();
        let bank = Bank::new((0..=choices.below(6)).map(|_| activation(choices)).collect::<Vec<_>>());
        let x = elements.draw(rows * cols);
        let mut requests = Vec::new();
        while choices.more() && requests.len() < 6 {
            let (is_sum, order) = (choices.below(2) == 0, choices.below(4));
            let operand = elements.draw(if is_sum { bank.len() * groups } else { rows * cols });
            requests.push(Request { is_sum, order, operand });
        }
        Self { bank, rows, cols, groups, x, requests }
    }

    fn out_len(&self, request: &Request<T>) -> usize {
        if request.is_sum { self.rows * self.cols } else { self.bank.len() * self.groups }
    }

    /// The answers to some of the requests, in one call.
    fn run(&self, isa: Isa, par: Par, requests: &[Request<T>]) -> Vec<Vec<T>> {
        let mut answers: Vec<Vec<T>> =
            requests.iter().map(|request| vec![T::of(f64::NAN); self.out_len(request)]).collect();
        let (mut sums, mut dots) = (Vec::new(), Vec::new());
        for (Request { is_sum, order, operand }, out) in requests.iter().zip(&mut answers) {
            let order = *order;
            if *is_sum {
                sums.push(Sum { coefficients: operand, order, out });
            } else {
                dots.push(Dot { g: operand, order, out });
            }
        }
        let Self { bank, rows, cols, groups, x, .. } = self;
        let scratch = mixture_scratch::<T>(bank, *rows, *cols, *groups, dots.len());
        let mut scratch = vec![T::of(f64::NAN); scratch];
        mixture_with(isa, par, bank, x, *rows, *cols, *groups, &mut sums, &mut dots, &mut scratch);
        answers
    }

    fn check(&self) {
        for &isa in Isa::available() {
            let found = self.run(isa, Par::Seq, &self.requests);
            let context =
                || format!("{isa} {}, {}×{}, {} groups, {:?}", T::NAME, self.rows, self.cols, self.groups, self.bank);
            let parallel = self.run(isa, Par::Rayon, &self.requests);
            for ((request, found), parallel) in self.requests.iter().zip(&found).zip(&parallel) {
                assert!(same_bits(found, parallel), "other bits in parallel: {}", context());
                let alone = self.run(isa, Par::Seq, std::slice::from_ref(request));
                assert!(same_bits(found, &alone[0]), "other bits alone, order {}: {}", request.order, context());
                self.check_near(request, found, &context);
            }
            if let (1, Some(request)) = (self.groups, self.requests.iter().find(|request| !request.is_sum)) {
                self.check_by_row(isa, request, &context);
            }
        }
    }

    /// Inner products of every row with one vector, which is the first row of g, are those of each row alone.
    fn check_by_row(&self, isa: Isa, request: &Request<T>, context: &dyn Fn() -> String) {
        let (v, order, h) = (&request.operand[..self.cols.min(request.operand.len())], request.order, self.bank.len());
        if v.is_empty() {
            return;
        }
        let mut by_row = vec![T::of(f64::NAN); self.rows * h];
        let dot = RowDot { v, order, out: &mut by_row };
        let mut scratch = vec![T::of(f64::NAN); mixture_scratch::<T>(&self.bank, self.rows, self.cols, 1, 0)];
        mixture_by_row_with(isa, Par::Seq, &self.bank, &self.x, self.rows, self.cols, &mut [], dot, &mut scratch);
        for (x, by_row) in self.x.chunks(self.cols).zip(by_row.chunks(h)) {
            let mut scratch = vec![T::of(f64::NAN); mixture_scratch::<T>(&self.bank, 1, self.cols, 1, 1)];
            let mut alone = vec![T::of(f64::NAN); h];
            let dot = Dot { g: v, order, out: &mut alone };
            mixture_with(isa, Par::Seq, &self.bank, x, 1, self.cols, 1, &mut [], &mut [dot], &mut scratch);
            assert!(same_bits(by_row, &alone), "other bits by row, order {order}: {}", context());
        }
    }

    /// Where an element of x belongs: its group of columns.
    fn group_of(&self, at: usize) -> usize {
        at % self.cols / (self.cols / self.groups)
    }

    fn jet(&self, i: usize, at: usize, order: usize) -> f64 {
        self.bank.activations()[i].reference(self.x[at].to_f64())[order]
    }

    /// The floor beside zeros, in units: for a polynomial, what its terms would add up to.
    fn floor(&self, i: usize, at: usize, order: usize) -> f64 {
        let Activation::Hermite(n) = self.bank.activations()[i] else { return 1.0 };
        let order = order as u32;
        let factor = (0..order).map(|k| f64::from(n.saturating_sub(k))).product::<f64>().sqrt() / f64::from(n).sqrt();
        let (x, mut before, mut here) = (self.x[at].to_f64().abs(), 0.0, 1.0);
        for m in 0..n.saturating_sub(order) {
            let m = f64::from(m);
            (before, here) = (here, (x * here + m.sqrt() * before) / (m + 1.0).sqrt());
        }
        1.0 + factor * here
    }

    /// Against the slow twin, within the bound that the kernel states: c·u·Σ|terms| plus a floor f·u·Σ|coefficients|. Where an
    /// infinite coefficient meets a value within the floor of 0, which may be found to be 0, nothing is stated.
    fn check_near(&self, request: &Request<T>, found: &[T], context: &dyn Fn() -> String) {
        let Request { is_sum, order, operand } = request;
        let (mut exact, mut terms, mut weights) =
            (vec![0.0; found.len()], vec![0.0; found.len()], vec![0.0; found.len()]);
        let unit = T::EPSILON.to_f64();
        let mut stated = vec![true; found.len()];
        for at in 0..self.x.len() {
            for i in 0..self.bank.len() {
                let coefficient = i * self.groups + self.group_of(at);
                let (weight, out) = if *is_sum { (operand[coefficient], at) } else { (operand[at], coefficient) };
                let (weight, jet) = (weight.to_f64(), self.jet(i, at, *order));
                exact[out] += weight * jet;
                terms[out] += (weight * jet).abs();
                let floor = self.floor(i, at, *order);
                weights[out] += weight.abs() * floor;
                stated[out] &= weight.is_finite() || jet.abs() > 16.0 * unit * floor;
            }
        }
        let steps = if *is_sum { self.bank.len() as f64 } else { 64.0 + self.rows as f64 };
        for (at, &found) in found.iter().enumerate().filter(|(at, _)| stated[*at]) {
            // Of subnormal terms, rounding takes a multiple of the smallest number.
            let bound = unit * ((steps + 16.0) * (terms[at] + least::<T>()) + 16.0 * weights[at]);
            let bound = if bound.is_finite() { bound } else { 0.0 };
            near(found, exact[at], bound, || format!("element {at}, sum {is_sum}, order {order}: {}", context()));
        }
    }
}
