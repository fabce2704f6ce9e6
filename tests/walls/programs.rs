//! A network with a mixture of h × 2: one tape gives the f32 program and its f64 reference, staged and in several directions.

use tape::{Activation, Bank, Element, Par, Passes, Program, Tape, Var, grad, hvp, reference};

/// Sizes of the network below: rows, inputs, hidden neurons in two groups.
pub(crate) type Sizes = (usize, usize, usize);
const SIZES: Sizes = (37, 5, 12);

/// A recorded network: its held inputs, a direction, and loss, gradients and a Hessian product.
pub(crate) struct Network<'t> {
    pub(crate) point: [Var<'t>; 4],
    pub(crate) direction: Var<'t>,
    pub(crate) outputs: (Var<'t>, [Var<'t>; 2], Var<'t>),
}

pub(crate) fn network(tape: &Tape) -> Network<'_> {
    network_of(tape, SIZES)
}

pub(crate) fn network_of(tape: &Tape, (rows, d, w): Sizes) -> Network<'_> {
    let bank = Bank::new([Activation::Tanh, Activation::Softplus, Activation::Gelu]);
    let (x, y) = (tape.input(rows, d), tape.input(rows, 1));
    let (alpha, theta, direction) = (tape.input(3, 2), tape.input(d, w), tape.input(d, w));
    let prediction = x.matmul(theta).mixture(&bank, alpha).sum_cols();
    let loss = (prediction - y).powi(2).mean() + 0.05 * theta.powi(2).sum();
    let outputs = (loss, grad(loss, [alpha, theta]), hvp(loss, theta, direction));
    Network { point: [x, y, alpha, theta], direction, outputs }
}

/// Smooth values without a pattern, one vector per input.
pub(crate) fn values<T: Element>(inputs: &[Var<'_>]) -> Vec<Vec<T>> {
    let value = |input: usize, i: usize| T::of(((input * 131 + i * 17 + 5) as f64 * 0.618).sin() * 0.7);
    inputs.iter().enumerate().map(|(n, input)| (0..input.shape().len()).map(|i| value(n, i)).collect()).collect()
}

pub(crate) fn views<T>(values: &[Vec<T>]) -> Vec<&[T]> {
    values.iter().map(Vec::as_slice).collect()
}

/// All outputs of a program, as bits.
pub(crate) fn bits<T: Element>(program: &Program<T>, par: Par, inputs: &[&[T]], outputs: usize) -> Vec<Vec<u64>> {
    let mut runner = program.runner(par);
    runner.evaluate(inputs);
    (0..outputs).map(|i| runner.output(i).iter().map(|x| x.to_f64().to_bits()).collect()).collect()
}

#[test]
fn a_program_in_f32_agrees_with_the_f64_reference_of_the_same_tape() {
    let tape = Tape::new();
    let Network { point, direction, outputs } = network(&tape);
    let inputs = [point[0], point[1], point[2], point[3], direction];
    let exact = values::<f64>(&inputs);
    let expected = reference::evaluate(inputs, outputs, &views(&exact));
    let single: Vec<Vec<f32>> = exact.iter().map(|v| v.iter().map(|&x| x as f32).collect()).collect();
    let mut runner = tape.compile::<f32>(inputs, outputs).runner(Par::Seq);
    runner.evaluate(&views(&single));
    assert_eq!(expected[1].len(), 6, "the gradient in α is h × 2");
    for (i, expected) in expected.iter().enumerate() {
        let largest = expected.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
        assert!(largest > 1e-3, "output {i} is not trivial");
        for (found, expected) in runner.output(i).iter().zip(expected) {
            assert!((f64::from(*found) - expected).abs() <= 2e-5 * largest, "output {i}: {found} for {expected}");
        }
    }
}

#[test]
fn the_two_columns_of_alpha_serve_their_own_neurons() {
    let tape = Tape::new();
    let bank = Bank::new([Activation::Identity, Activation::Square]);
    let (x, alpha) = (tape.input(1, 4), tape.input(2, 2));
    let answer = tape.compile::<f64>([x, alpha], x.mixture(&bank, alpha));
    let [y] = answer.runner(Par::Seq).run(&[&[2.0, 3.0, 2.0, 3.0], &[1.0, 0.0, 0.0, 1.0]]).map(<[f64]>::to_vec);
    assert_eq!(y, [2.0, 3.0, 4.0, 9.0]);
}

/// Two Hessian products on one held point: batched, and one by one.
pub(crate) fn two_directions(sizes: Sizes, par: Par) -> [Vec<f64>; 2] {
    let tape = Tape::new();
    let Network { point, direction, outputs } = network_of(&tape, sizes);
    let program = tape.compile_staged::<f64>(point, direction, outputs.2);
    let held = values::<f64>(&point);
    let n = direction.shape().len();
    let directions: Vec<f64> = (0..2 * n).map(|i| (i as f64 * 0.7).cos()).collect();
    let mut runner = program.runner(par);
    let held = views(&held);
    let mut stage = runner.hold(&held);
    let mut batched = vec![f64::NAN; 2 * n];
    stage.run_each(2, &[&directions], &mut [&mut batched]);
    assert_ne!(batched[..n], batched[n..], "the directions differ");
    let mut singles = Vec::new();
    for direction in directions.chunks(n) {
        let [single] = stage.run(&[direction]);
        singles.extend_from_slice(single);
    }
    [batched, singles]
}

#[test]
fn several_directions_on_one_held_product_have_the_bits_of_one_by_one() {
    let [batched, singles] = two_directions(SIZES, Par::Seq);
    assert_eq!(batched, singles);
}

/// x∘x, its outer product with itself, the gradient of Σx² and the Hessian of Σx³ along x, of a column x.
pub(crate) fn itself(x: &[f64], par: Par) -> [Vec<f64>; 4] {
    let tape = Tape::new();
    let v = tape.input(x.len(), 1);
    let y = v * v;
    let program = tape.compile::<f64>(v, (y, y.matmul(y.t()), grad((v * v).sum(), v), hvp((v * v * v).sum(), v, v)));
    program.runner(par).run(&[x]).map(<[f64]>::to_vec)
}

#[test]
fn a_value_may_meet_itself() {
    let [y, outer, gradient, product] = itself(&[1.0, 2.0, 3.0], Par::Seq);
    assert_eq!(y, [1.0, 4.0, 9.0]);
    assert_eq!(outer, [1.0, 4.0, 9.0, 4.0, 16.0, 36.0, 9.0, 36.0, 81.0]);
    assert_eq!(gradient, [2.0, 4.0, 6.0]);
    assert_eq!(product, [6.0, 24.0, 54.0]);
}

#[test]
fn a_staged_program_has_the_bits_of_the_plain_one() {
    let tape = Tape::new();
    let Network { point, direction, outputs } = network(&tape);
    let inputs = [point[0], point[1], point[2], point[3], direction];
    let given = values::<f64>(&inputs);
    let plain = bits(&tape.compile::<f64>(inputs, outputs), Par::Seq, &views(&given), 4);
    let staged = bits(&tape.compile_staged::<f64>(point, direction, outputs), Par::Seq, &views(&given), 4);
    assert_eq!(plain, staged);
    let none = tape.compile_with::<f64>(inputs, outputs, Passes::NONE);
    assert_eq!(plain, bits(&none, Par::Seq, &views(&given), 4));
}
