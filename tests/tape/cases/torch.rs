//! PyTorch's `gradcheck` and `gradgradcheck` over all primitives, with its defaults: central differences of step 1e-6,
//! |a − b| ≤ 1e-5 + 1e-3·|b|. The second derivative is taken in both ways that it names: reverse over reverse and forward over
//! reverse.

use tape::generate::{Generated, Limits, Sequence, primitive, primitives};
use tape::{Domain, Tape, Var, jvp, reference, vjp};

const EPS: f64 = 1e-6;
const ATOL: f64 = 1e-5;
const RTOL: f64 = 1e-3;

fn direction(sequence: &mut Sequence, len: usize) -> Vec<f64> {
    (0..len).map(|_| tape::generate::within(sequence, Domain::REAL)).collect()
}

/// Compares a linear map, given by its value on each direction of the inputs, with differences of `outputs`.
fn gradcheck(
    name: &str,
    program: &Generated<'_>,
    extra: (&[Var<'_>], &[Vec<f64>]),
    outputs: &[Var<'_>],
    slopes: &[Var<'_>],
    along: &[Vec<f64>],
) {
    let inputs: Vec<Var<'_>> = program.inputs.iter().chain(extra.0).copied().collect();
    let values: Vec<Vec<f64>> =
        program.values().iter().map(|value| value.to_vec()).chain(extra.1.iter().cloned()).collect();
    let at = |outputs: &[Var<'_>], t: f64| -> Vec<f64> {
        let moved: Vec<Vec<f64>> = values
            .iter()
            .enumerate()
            .map(|(n, value)| match along.get(n) {
                Some(direction) => value.iter().zip(direction).map(|(x, d)| x + t * d).collect(),
                None => value.clone(),
            })
            .collect();
        let moved: Vec<&[f64]> = moved.iter().map(Vec::as_slice).collect();
        reference::evaluate(inputs.clone(), outputs.to_vec(), &moved).concat()
    };
    let (ahead, behind, slopes) = (at(outputs, EPS), at(outputs, -EPS), at(slopes, 0.0));
    for (i, ours) in slopes.iter().enumerate() {
        let quotient = (ahead[i] - behind[i]) / (2.0 * EPS);
        assert!((ours - quotient).abs() <= ATOL + RTOL * quotient.abs(), "{name}, element {i}: {ours} and {quotient}");
    }
}

/// Every primitive but those with kinks, whose points may lie within a step of one, and `stop_gradient`.
#[test]
fn gradcheck_and_gradgradcheck_of_every_smooth_primitive() {
    let limits = Limits { kinks: false, stop_gradient: false, mixture_order: 1, ..Limits::default() };
    for (which, name) in primitives(&limits).iter().enumerate() {
        for seed in 0..8 {
            let tape = Tape::new();
            let program = primitive(&tape, which, &mut Sequence::new(seed), &limits);
            let output = program.outputs[0];
            let mut sequence = Sequence::new(1000 + seed);
            let along: Vec<Vec<f64>> =
                program.values().iter().map(|value| direction(&mut sequence, value.len())).collect();
            let like = |var: &Var<'_>| tape.input(var.rows(), var.cols());
            let u = like(&output);
            let v: Vec<Var<'_>> = program.inputs.iter().map(like).collect();
            let mut given = vec![direction(&mut sequence, output.shape().len())];
            given.extend(along.iter().cloned());
            let extra: Vec<Var<'_>> = [u].into_iter().chain(v.clone()).collect();
            let check = |what: &str, outputs: &[Var<'_>], slopes: &[Var<'_>]| {
                gradcheck(&format!("{name}, seed {seed}, {what}"), &program, (&extra, &given), outputs, slopes, &along);
            };
            let gradient = vjp(output, u, program.inputs.clone());
            check("forward", &[output], &[jvp(output, program.inputs.clone(), v.clone())]);
            // ⟨u, f⟩ moves by ⟨∇⟨u, f⟩, v⟩.
            let zero = tape.full(1, 1, 0.0);
            let slope = gradient.iter().zip(&v).fold(zero, |sum, (g, v)| sum + g.dot(*v));
            check("reverse", &[(output * u).sum()], &[slope]);
            check("forward over reverse", &gradient, &jvp(gradient.clone(), program.inputs.clone(), v.clone()));
            // Reverse over reverse: the gradient of ⟨∇, v⟩ is H v.
            check("reverse over reverse", &gradient, &vjp(slope, tape.full(1, 1, 1.0), program.inputs.clone()));
        }
    }
}
