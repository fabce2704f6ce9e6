//! Programs that explain themselves: where a NaN or an infinity comes from.

use tape::diagnose::{Fault, Operand};
use tape::generate::{Limits, Sequence, program};
use tape::{Activation, Bank, Element, Par, Tape, Var, grad};

use crate::custom::{Fault as Broken, operation};

/// The fault of a function of one matrix, found in the program of value and gradient.
fn fault<T: Element>(
    f: impl for<'t> Fn(Var<'t>) -> Var<'t>,
    (rows, cols): (usize, usize),
    at: &[T],
    find: impl Fn(&tape::Program<T>, &[&[T]]) -> Option<Fault>,
) -> Option<Fault> {
    let tape = Tape::new();
    let x = tape.input(rows, cols).label("x");
    let loss = f(x).sum();
    find(&tape.compile::<T>(x, (loss, grad(loss, x))), &[at])
}

/// A closure whose answer lives as long as its operand.
fn function<F: for<'t> Fn(Var<'t>) -> Var<'t>>(f: F) -> F {
    f
}

fn values(operands: &[Operand]) -> Vec<f64> {
    operands.iter().flat_map(|operand| operand.elements.iter().map(|(_, _, x)| *x)).collect()
}

#[test]
fn a_nan_is_traced_to_the_operation_the_line_and_its_operands() {
    let tape = Tape::new();
    let (x, y) = (tape.input(2, 2).label("x"), tape.input(2, 2));
    let line = line!() + 1;
    let density = (x - y).ln().label("density");
    let program = tape.compile::<f64>((x, y), (density.exp() + x).sum());
    let fault = program.first_nan(&[&[2.0, 3.0, 0.5, 1.0], &[1.0, 1.0, 0.75, 2.0]]).expect("ln of −0.25");
    assert_eq!((fault.node.operation.as_str(), fault.node.label.as_deref()), ("ln", Some("density")));
    assert_eq!((fault.node.location.line(), fault.node.derivative_of.clone()), (line, None));
    assert_eq!((fault.element, fault.count, fault.input), ((1, 0), 2, None));
    assert_eq!((fault.operands[0].node.operation.as_str(), values(&fault.operands)), ("sub", vec![-0.25]));
    let text = fault.to_string();
    for part in [
        "`ln` \"density\" (2×2)",
        "diagnose.rs:",
        "logarithm of -0.25 is no number",
        "the first of 2 in 4, is NaN",
        "`sub`",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
}

#[test]
fn finite_programs_have_no_fault() {
    for find in [tape::Program::first_nan, tape::Program::first_infinity] {
        assert_eq!(fault::<f64>(|x| x.sqrt(), (2, 1), &[1.0, 4.0], find), None);
    }
}

#[test]
fn a_nan_of_an_input_names_input_and_element() {
    let tape = Tape::new();
    let (x, y) = (tape.input(2, 3), tape.input(3, 2).label("weights"));
    let program = tape.compile::<f32>((x, y), x.matmul(y).tanh().sum());
    let y = [1.0, 2.0, 3.0, f32::NAN, 5.0, 6.0];
    let fault = program.first_nan(&[&[1.0; 6], &y]).expect("it was given");
    assert_eq!((fault.input, fault.element), (Some(1), (1, 1)));
    assert!(fault.to_string().contains("NaN given in") && fault.to_string().contains("\"weights\""), "{fault}");
}

/// The slope of √x at 0 is infinite, and 0 · ∞ is NaN: the fault lies in the derivative, at the line of the root.
#[test]
fn a_nan_of_a_derivative_names_what_it_differentiates() {
    let tape = Tape::new();
    let x = tape.input(2, 1);
    let norm = x.powi(2).sum().sqrt().label("norm").max(tape.full(1, 1, 0.0));
    let program = tape.compile::<f64>(x, (norm, grad(norm, x)));
    let nan = program.first_nan(&[&[0.0, 0.0]]).expect("the gradient of a norm at 0");
    assert!(nan.node.derivative_of.as_deref().is_some_and(|of| of.contains("`powi 2`")), "{nan}");
    let infinity = program.first_infinity(&[&[0.0, 0.0]]).expect("the slope of the root");
    assert_eq!(infinity.node.derivative_of.as_deref(), Some("`sqrt` \"norm\""));
    assert!(infinity.to_string().contains("in the derivative of `sqrt` \"norm\""), "{infinity}");
    // The root itself is not computed when only the second derivative of it is wanted; it is named all the same.
    let second = grad(grad(x.sum().sqrt(), x).sum(), x);
    let infinity = tape.compile::<f64>(x, second).first_infinity(&[&[1e-310, 0.0]]).expect("x^(-3/2)");
    let of = infinity.node.derivative_of.clone().expect("a derivative");
    assert!(of.contains("itself in the derivative of `sqrt`"), "{of}");
}

#[test]
fn what_a_selection_did_not_choose_is_no_fault_and_its_gradient_is() {
    let tape = Tape::new();
    let (x, zero) = (tape.input(2, 1), tape.full(2, 1, 0.0));
    let y = zero.less(x).select(x.sqrt(), zero);
    assert_eq!(tape.compile::<f64>(x, y).first_nan(&[&[4.0, -1.0]]), None);
    let fault = tape.compile::<f64>(x, grad(y.sum(), x)).first_nan(&[&[4.0, -1.0]]).expect("0 / (2 √−1)");
    assert_eq!((fault.node.operation.as_str(), fault.element), ("sqrt", (1, 0)));
}

#[test]
fn an_overflow_is_found_in_the_element_type() {
    let f = function(|x| x.exp() - x.exp());
    assert_eq!(fault::<f64>(f, (1, 1), &[100.0], tape::Program::first_nan), None);
    let nan = fault::<f32>(f, (1, 1), &[100.0], tape::Program::first_nan).expect("∞ − ∞");
    assert_eq!(nan.node.operation, "sub");
    assert!(nan.to_string().contains("∞ − ∞ has no value"), "{nan}");
    let infinity = fault::<f32>(f, (1, 1), &[100.0], tape::Program::first_infinity).expect("e^100 in f32");
    assert_eq!((infinity.node.operation.as_str(), infinity.value), ("exp", f64::INFINITY));
    assert!(infinity.to_string().contains("e to the 100 (at most 88.72) is beyond f32"), "{infinity}");
    // A constant that f32 cannot hold.
    let infinity = fault::<f32>(|x| x * x.tape().full(1, 1, 1e39), (1, 1), &[1.0], tape::Program::first_infinity);
    assert_eq!(infinity.expect("1e39 in f32").node.operation, "fill 1e39");
}

/// A sum, a product, a mixture and a user's operation make them of many elements; those that matter are shown.
#[test]
fn operations_on_many_elements() {
    let sum = fault::<f32>(|x| x.sum_rows(), (2, 2), &[3e38, 1.0, 3e38, 1.0], tape::Program::first_infinity);
    let sum = sum.expect("6e38");
    assert_eq!(values(&sum.operands), [3e38_f32, 3e38].map(f64::from));
    assert!(sum.to_string().contains("sum is beyond f32"), "{sum}");
    let product = function(|x| x.matmul(x.tape().full(5, 1, 0.0)));
    let infinite = [1.0, f64::INFINITY, 3.0, 4.0, 5.0];
    let product = fault::<f64>(product, (1, 5), &infinite, tape::Program::first_nan).expect("0 · ∞");
    assert_eq!((product.node.operation.as_str(), values(&product.operands).len()), ("matmul a·b", 10));
    assert!(product.to_string().contains("5 elements from 1 to ∞"), "{product}");
    let bank = Bank::new([Activation::Softplus, Activation::Identity]);
    let mixture = function(|x| x.mixture(&bank, x.tape().constant(2, 1, &[1e38, -1e38])) * 10.0);
    let mixture = fault::<f32>(mixture, (1, 1), &[1e3], tape::Program::first_infinity).expect("1e41");
    assert_eq!(values(&mixture.operands), [1e3, f64::from(1e38_f32), f64::from(-1e38_f32)]);
    // A user's operation: sin(x·x), and the sine of ∞ is NaN.
    let sine = operation(Broken::None);
    let call = fault::<f64>(|x| Var::custom(&sine, &[x, x]), (1, 1), &[1e200], tape::Program::first_nan);
    assert!(call.expect("sin ∞").to_string().contains("`sine_of_product` (1×1)"));
}

/// A NaN planted in an input of a random program is found there whenever it reaches an output; and when none does, nothing is.
#[test]
fn a_planted_nan_is_found_in_random_programs() {
    let (mut reached, limits) = (0, Limits { operations: 25, ..Limits::default() });
    for seed in 0..400 {
        let tape = Tape::new();
        let program = program(&tape, &mut Sequence::new(seed), &limits);
        let slopes = grad(program.loss, program.inputs.clone());
        let compiled = tape.compile::<f64>(program.inputs.clone(), (program.outputs.clone(), slopes));
        let mut data: Vec<Vec<f64>> = program.values().iter().map(|x| x.to_vec()).collect();
        let input = seed as usize % data.len();
        let at = seed as usize % data[input].len().max(1);
        let Some(element) = data[input].get_mut(at) else { continue };
        *element = f64::NAN;
        let views: Vec<&[f64]> = data.iter().map(|x| &x[..]).collect();
        let mut runner = compiled.runner(Par::Seq);
        runner.evaluate(&views);
        let count = compiled.output_shapes().count();
        let reaches = (0..count).any(|i| runner.output(i).iter().any(|x| x.is_nan()));
        let fault = compiled.first_nan(&views);
        assert_eq!(fault.is_some(), reaches, "seed {seed}");
        if let Some(fault) = fault {
            reached += 1;
            let cols = program.inputs[input].cols();
            assert_eq!((fault.input, fault.element), (Some(input), (at / cols, at % cols)), "seed {seed}\n{fault}");
        }
    }
    assert!(reached > 150, "{reached} programs had a NaN in an output");
}
