//! The forward-mode twin: Taylor series of every value along a line, node by node. It uses no jvp and no vjp, so it can judge them.

use crate::primitive::Primitive;
use crate::reference::series::{Series, activation, add, constant, elementwise, exp, ln, mul};
use crate::rules::{Mixture, MixtureDot};
use crate::vars::list;
use crate::{Shape, Var, Vars};

/// A matrix of series: for each power of t the coefficients of all elements.
#[derive(Clone, Debug)]
struct Planes([Vec<f64>; 4]);

/// An operand: its series and its shape.
type Operand<'a> = (&'a Planes, Shape);

impl Planes {
    fn zeros(len: usize) -> Self {
        Self(std::array::from_fn(|_| vec![0.0; len]))
    }

    fn at(&self, i: usize) -> Series {
        std::array::from_fn(|k| self.0[k][i])
    }

    fn set(&mut self, i: usize, series: Series) {
        self.0.iter_mut().zip(series).for_each(|(plane, x)| plane[i] = x);
    }

    fn len(&self) -> usize {
        self.0[0].len()
    }
}

/// The value and three derivatives of each output in t at t = 0, where the inputs are `values` + t · `direction`; `None` when the
/// outputs need a user's operation, of which only the user knows a derivative.
///
/// The derivatives come from truncated Taylor arithmetic (dual numbers of third order), not from the rules of the primitives: they
/// can judge `jvp`, and by one direction at a time `vjp` and Hessian products: ⟨v, H v⟩ is a second derivative. Behind a mixture of
/// order k those of order 4 − k and more are NaN. Source: Griewank and Walther 2008, "Evaluating Derivatives", chapter 13.
///
/// ```
/// use tape::{Tape, reference};
///
/// let tape = Tape::new();
/// let x = tape.input(1, 1);
/// let found = reference::derivatives(x, x.powi(3), &[&[2.0]], &[&[1.0]]).unwrap();
/// assert_eq!(found[0], [[8.0], [12.0], [12.0], [6.0]]);
/// ```
///
/// # Panics
/// When the number or a length of `values` or `direction` differs from the inputs, or an output needs an input that the list lacks.
#[track_caller]
pub fn derivatives<'t>(
    inputs: impl Vars<'t>,
    outputs: impl Vars<'t>,
    values: &[&[f64]],
    direction: &[&[f64]],
) -> Option<Vec<[Vec<f64>; 4]>> {
    let (inputs, outputs) = (list(&inputs), list(&outputs));
    let (count, given, moved) = (inputs.len(), values.len(), direction.len());
    assert!(count == given && count == moved, "derivatives: {given} values, {moved} directions for {count} inputs");
    let end = inputs.iter().chain(&outputs).map(|v| v.id as usize + 1).max().unwrap_or(0);
    let mut known: Vec<Option<Planes>> = vec![None; end];
    for (input, (x, v)) in inputs.iter().zip(values.iter().zip(direction)) {
        let (shape, len) = (input.shape(), input.shape().len());
        assert!(x.len() == len && v.len() == len, "derivatives: {} and {} elements for {shape}", x.len(), v.len());
        known[input.id as usize] = Some(Planes([x.to_vec(), v.to_vec(), vec![0.0; len], vec![0.0; len]]));
    }
    for id in needed(&outputs, &known) {
        let value = evaluate(outputs[0].tape.var(id), &known)?;
        known[id as usize] = Some(value);
    }
    let derivatives = |planes: &Planes| {
        let [value, first, second, third] = planes.0.clone();
        let times = |plane: Vec<f64>, factor: f64| plane.into_iter().map(|x| x * factor).collect();
        [value, first, times(second, 2.0), times(third, 6.0)]
    };
    Some(outputs.iter().filter_map(|output| known[output.id as usize].as_ref()).map(derivatives).collect())
}

/// What the outputs need and is not known, in recorded order.
fn needed(outputs: &[Var<'_>], known: &[Option<Planes>]) -> Vec<u32> {
    let Some(tape) = outputs.first().map(|v| v.tape) else { return Vec::new() };
    let mut needed = vec![false; known.len()];
    outputs.iter().for_each(|v| needed[v.id as usize] = true);
    tape.with_nodes(|nodes| {
        for id in (0..known.len()).rev().filter(|&id| known[id].is_none()) {
            if needed[id] {
                nodes[id].args.iter().for_each(|&arg| needed[arg as usize] = true);
            }
        }
    });
    (0..known.len() as u32).filter(|&id| needed[id as usize] && known[id as usize].is_none()).collect()
}

/// One node.
#[track_caller]
fn evaluate(var: Var<'_>, known: &[Option<Planes>]) -> Option<Planes> {
    let shape = var.shape();
    let (primitive, args, location) =
        var.tape.with(var.id, |node| (node.primitive.clone(), node.args.clone(), node.location));
    let args: Vec<Operand<'_>> =
        args.iter().filter_map(|&arg| Some((known[arg as usize].as_ref()?, var.tape.var(arg).shape()))).collect();
    let mut out = Planes::zeros(shape.len());
    match &primitive {
        Primitive::Input(_) => {
            panic!("derivatives: the input ({shape}) recorded at {location} is needed and not given")
        }
        Primitive::Call(_) => return None,
        Primitive::Constant(_) | Primitive::Fill(_) => primitive.rule().reference(&[], &mut out.0[0]),
        Primitive::StopGradient(_) => out.0[0].clone_from(&args[0].0.0[0]),
        Primitive::Elementary(rule) => {
            for i in 0..shape.len() {
                let operand = |n: usize| args.get(n).map_or(constant(0.0), |arg: &Operand<'_>| arg.0.at(i));
                out.set(i, elementwise(rule.0, std::array::from_fn(operand)));
            }
        }
        Primitive::Matmul(_) => bilinear(&primitive, &args, &mut out),
        Primitive::Mixture(rule) => mixture(rule, &args, &mut out),
        Primitive::MixtureDot(rule) => mixture_dot(rule, &args, &mut out),
        Primitive::RowLogSumExp(_) => row_log_sum_exp(args[0], &mut out),
        // The others are linear.
        _ => {
            for (k, plane) in out.0.iter_mut().enumerate() {
                primitive.rule().reference(&[(&args[0].0.0[k], args[0].1)], plane);
            }
        }
    }
    Some(out)
}

/// Coefficient k is Σⱼ of the products of coefficients j and k − j.
fn bilinear(primitive: &Primitive, args: &[Operand<'_>], out: &mut Planes) {
    let ((a, a_shape), (b, b_shape)) = (args[0], args[1]);
    let mut product = vec![0.0; out.len()];
    for (k, plane) in out.0.iter_mut().enumerate() {
        for j in 0..=k {
            primitive.rule().reference(&[(&a.0[j], a_shape), (&b.0[k - j], b_shape)], &mut product);
            plane.iter_mut().zip(&product).for_each(|(sum, x)| *sum += x);
        }
    }
}

fn mixture(rule: &Mixture, args: &[Operand<'_>], out: &mut Planes) {
    let ((x, shape), (alpha, alpha_shape)) = (args[0], args[1]);
    for i in 0..out.len() {
        let group = i % shape.cols / (shape.cols / alpha_shape.cols);
        let terms = rule
            .bank
            .activations()
            .iter()
            .enumerate()
            .map(|(n, &sigma)| mul(alpha.at(n * alpha_shape.cols + group), activation(sigma, rule.order, x.at(i))));
        out.set(i, terms.fold([0.0; 4], add));
    }
}

fn mixture_dot(rule: &MixtureDot, args: &[Operand<'_>], out: &mut Planes) {
    let ((g, shape), (x, _)) = (args[0], args[1]);
    for i in 0..x.len() {
        let group = i % shape.cols / (shape.cols / rule.groups);
        for (n, &sigma) in rule.bank.activations().iter().enumerate() {
            let at = n * rule.groups + group;
            out.set(at, add(out.at(at), mul(g.at(i), activation(sigma, rule.order, x.at(i)))));
        }
    }
}

fn row_log_sum_exp((x, shape): Operand<'_>, out: &mut Planes) {
    for row in 0..shape.rows {
        let elements = || (row * shape.cols..(row + 1) * shape.cols).map(|i| x.at(i));
        let largest = elements().map(|x| x[0]).fold(f64::NEG_INFINITY, f64::max);
        if shape.cols == 0 {
            out.set(row, constant(f64::NEG_INFINITY));
            continue;
        }
        let sum = elements().map(|x| exp(add(x, constant(-largest)))).fold([0.0; 4], add);
        out.set(row, add(ln(sum), constant(largest)));
    }
}
