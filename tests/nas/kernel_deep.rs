//! The deep tangent kernel against closed recursions, the two-layer kernel, differences and networks of finite width.
use crate::difference::{derivative, gradient, relative_error};
use crate::random::{normal, sphere};
use faer::{Col, Mat, Scale, mat};
use nas::dense::{Cholesky, SymmetricEigen, apply, product};
use nas::kernel::Mixing;
use nas::kernel::ntk::{Deep, DeepKernel, DeepModel, Ntk, Trained};
use nas::search::Bilevel;
use nas::seed::Seed;
use std::f64::consts::PI;
use tape::Activation::{self, Elu, Erf, Gelu, Identity, LeakyRelu, Relu, Sigmoid, Sin, Square, Tanh};
use tape::{Bank, Par, Real, Tape, jacobian};

const ELU: Activation = Elu(Real::new(0.5));
const LEAKY: Activation = LeakyRelu(Real::new(0.1));

fn deep(layers: &[&[Activation]], trained: Trained) -> Deep {
    Deep::new(layers.iter().map(|layer| layer.to_vec()).collect(), trained)
}

/// The kernel of some points with themselves.
fn own(network: &Deep, alpha: &[f64], x: &Mat<f64>) -> DeepKernel {
    network.kernel(alpha, x.as_ref(), x.as_ref())
}

/// α of both signs.
fn alphas(h: usize) -> Vec<f64> {
    (0..h).map(|i| 0.9 - 0.55 * i as f64 + 0.08 * (i * i) as f64).collect()
}

/// Points of different norms; one of them twice, one turned round, one stretched, one at the origin.
fn points() -> Mat<f64> {
    mat![[0.6, -0.8], [0.3, 1.1], [0.6, -0.8], [-0.6, 0.8], [0.9, -1.2], [0.0, 0.0]]
}

#[test]
fn one_hidden_layer_is_the_kernel_of_two_layers() {
    let banks: [&[Activation]; 3] = [&[Relu], &[Tanh, Square, Sin], &[LEAKY, ELU, Gelu, Erf]];
    for bank in banks {
        let (x, train) = (sphere(5, 3, Seed::new(1)), sphere(4, 3, Seed::new(2)));
        let (alpha, mixing) = (alphas(bank.len()), Mixing::full(bank.len()));
        for trained in [Trained::Hidden, Trained::Both] {
            let gram = Ntk::new(bank, 1.0, trained).gram(x.as_ref(), train.as_ref());
            let found = deep(&[bank], trained).kernel(&alpha, x.as_ref(), train.as_ref());
            assert!((found.value - gram.combine(&mixing.weights(&alpha))).norm_max() < 1e-11, "{bank:?}");
            for (k, derivative) in found.alpha.iter().enumerate() {
                let unit = |t: usize| (0..gram.terms()).map(|s| f64::from(u8::from(s == t))).collect::<Vec<f64>>();
                let weight = |t: usize| mixing.pull_back(&alpha, &unit(t))[k];
                let weights: Vec<f64> = (0..gram.terms()).map(weight).collect();
                assert!((derivative - gram.combine(&weights)).norm_max() < 1e-11, "{bank:?}, derivative {k}");
            }
        }
    }
}

/// ReLU with He's scaling at ρ = ½, one hidden layer (cases T11): α² = 2 is the variance of the weights.
#[test]
fn printed_digits_of_the_relu_kernel() {
    let x = mat![[1.0, 0.0], [0.5, 0.75f64.sqrt()]];
    let found = own(&deep(&[&[Relu]], Trained::Both), &[2f64.sqrt()], &x);
    assert!((found.value[(0, 1)] - 0.942331114).abs() < 5.1e-10, "{}", found.value[(0, 1)]);
}

/// (Σ, its slope) of a layer by the variances of a pair and their covariance.
type Closed = fn(a: f64, b: f64, c: f64) -> [f64; 2];

fn closed_erf(a: f64, b: f64, c: f64) -> [f64; 2] {
    let both = (1.0 + 2.0 * a) * (1.0 + 2.0 * b);
    [2.0 / PI * (2.0 * c / both.sqrt()).asin(), 4.0 / PI / (both - 4.0 * c * c).sqrt()]
}

fn closed_relu(a: f64, b: f64, c: f64) -> [f64; 2] {
    let angle = (c / (a * b).sqrt()).clamp(-1.0, 1.0).acos();
    [((a * b).sqrt() * angle.sin() + c * (PI - angle)) / (2.0 * PI), (PI - angle) / (2.0 * PI)]
}

fn closed_identity(_: f64, _: f64, c: f64) -> [f64; 2] {
    [c, 1.0]
}

/// Θ by the recursion of science 6.5, each layer times its α².
fn recursion(layers: &[(Closed, f64)], [mut a, mut b, mut c]: [f64; 3]) -> f64 {
    let mut theta = c;
    for &(layer, alpha) in layers {
        let [sigma, slope] = layer(a, b, c).map(|x| alpha * alpha * x);
        theta = sigma + theta * slope;
        (a, b, c) = (alpha * alpha * layer(a, a, a)[0], alpha * alpha * layer(b, b, b)[0], sigma);
    }
    theta
}

#[test]
fn closed_recursions_of_depth_two_and_three() {
    let x = normal(4, 3, Seed::new(3));
    // Norms of different sizes, among them one of 12.
    let x = Mat::from_fn(4, 3, |i, k| x[(i, k)] * [0.2, 1.0, 3.0, 12.0][i] / x.row(i).norm_l2());
    let inner = product(x.as_ref(), x.transpose());
    let closed: [(Activation, Closed); 3] = [(Erf, closed_erf), (Relu, closed_relu), (Identity, closed_identity)];
    let stacks: [&[usize]; 7] = [&[], &[0, 0], &[1, 1], &[0, 0, 0], &[1, 1, 1], &[1, 0, 2], &[2, 2, 2]];
    for stack in stacks {
        let alpha: Vec<f64> = (0..stack.len()).map(|l| 1.3 - 0.4 * l as f64).collect();
        let network = Deep::new(stack.iter().map(|&k| vec![closed[k].0]).collect(), Trained::Both);
        let layers: Vec<(Closed, f64)> = stack.iter().zip(&alpha).map(|(&k, &a)| (closed[k].1, a)).collect();
        let found = own(&network, &alpha, &x).value;
        for (i, j) in (0..4).flat_map(|i| (i..4).map(move |j| (i, j))) {
            let exact = recursion(&layers, [inner[(i, i)], inner[(j, j)], inner[(i, j)]]);
            // On the diagonal the recursion takes arccos of 1 and its rounding.
            let within = if i == j && stack.contains(&1) { 1e-7 } else { 1e-11 };
            let off = (found[(i, j)] - exact).abs();
            assert!(off < within * (1.0 + exact.abs()), "{stack:?} ({i}, {j}): {off:e}");
        }
    }
}

/// Every depth adds x·x' once more when nothing is bent: Θ = (L + 1) x·x', and L x·x' without the output weights.
#[test]
fn linear_layers_count() {
    let x = points();
    let inner = product(x.as_ref(), x.transpose());
    for depth in 0..4 {
        let layers = vec![vec![Identity]; depth];
        let count = depth as f64;
        for (trained, times) in [(Trained::Both, count + 1.0), (Trained::Hidden, count.max(1.0))] {
            let found = own(&Deep::new(layers.clone(), trained), &vec![1.0; depth], &x);
            assert!((found.value - Scale(times) * &inner).norm_max() < 1e-12, "depth {depth}");
        }
    }
}

/// In the α of every layer, with kinks and without, for points that differ, coincide, are opposite, parallel or at the origin.
#[test]
fn derivatives_agree_with_differences() {
    let networks: [(&[&[Activation]], Trained); 5] = [
        (&[&[Tanh, Relu]], Trained::Hidden),
        (&[&[Tanh, Gelu], &[Sin, Sigmoid]], Trained::Both),
        (&[&[Relu, Tanh], &[Relu, ELU]], Trained::Both),
        (&[&[ELU, LEAKY], &[Relu], &[Tanh, ELU]], Trained::Hidden),
        (&[&[Sigmoid], &[Identity, LEAKY], &[Square, Relu]], Trained::Both),
    ];
    let x = points();
    for (layers, trained) in networks {
        let network = deep(layers, trained);
        let alpha = alphas(network.hyperparameters());
        let found = own(&network, &alpha, &x);
        for (i, j) in [(0, 1), (1, 1), (0, 2), (0, 3), (0, 4), (1, 5)] {
            let [one, other] = [i, j].map(|i| x.as_ref().subrows(i, 1));
            let entry = |alpha: &[f64]| network.kernel(alpha, one, other).value[(0, 0)];
            for (k, want) in gradient(entry, &alpha, 1e-2).into_iter().enumerate() {
                let off = (found.alpha[k][(i, j)] - want).abs();
                assert!(off < 1e-7 * (1.0 + want.abs()), "{layers:?} ({i}, {j}) in {k}: {off:e} of {want}");
            }
        }
    }
}

/// Many points of one norm take a table over the angle, few take every pair. A layer that is nearly odd needs the longest table: near
/// the angle π it turns points as sharply as its even part is small.
#[test]
fn the_table_of_a_sphere_agrees_with_pairs() {
    let networks: [(&[&[Activation]], &[f64]); 3] = [
        (&[&[Relu, Tanh], &[ELU]], &[0.7, -0.4, 1.1]),
        (&[&[Tanh, Relu], &[Relu]], &[1.0, 0.05, 1.0]),
        (&[&[Erf], &[Sin, Gelu]], &[1.2, 0.5, 0.6]),
    ];
    for ((layers, alpha), norm) in networks.into_iter().zip([1.0, 0.7, 2.5]) {
        let x = sphere(25, 3, Seed::new(40)) * Scale(norm);
        let mut x = Mat::from_fn(26, 3, |i, k| if i < 25 { x[(i, k)] } else { -x[(0, k)] });
        x.row_mut(1).copy_from(mat![[-norm, 0.0, 0.0]].row(0));
        let network = deep(layers, Trained::Both);
        let all = own(&network, alpha, &x);
        for (i, j) in [(0, 0), (0, 25), (1, 2), (7, 3), (24, 11), (4, 19)] {
            let [one, other] = [i, j].map(|i| x.as_ref().subrows(i, 1));
            let pair = network.kernel(alpha, one, other);
            let near = |a: &Mat<f64>, b: &Mat<f64>| (a[(i, j)] - b[(0, 0)]).abs() < 1e-10 * (1.0 + b[(0, 0)].abs());
            assert!(
                near(&all.value, &pair.value),
                "{layers:?} ({i}, {j}): {} {}",
                all.value[(i, j)],
                pair.value[(0, 0)]
            );
            let mut each = all.alpha.iter().zip(&pair.alpha);
            assert!(each.all(|(a, b)| near(a, b)), "{layers:?} ({i}, {j})");
        }
    }
}

/// Where two points nearly meet, the derivative is that of a point with itself.
#[test]
fn a_kernel_is_continuous_where_points_meet() {
    let network = deep(&[&[Relu, Tanh], &[ELU, Relu]], Trained::Both);
    let alpha = alphas(4);
    let at = |turn: f64| own(&network, &alpha, &mat![[1.0, 0.0], [turn.cos(), turn.sin()]]);
    let (near, met) = (at(1e-6), at(0.0));
    assert!((near.value[(0, 1)] - met.value[(0, 1)]).abs() < 1e-5);
    for k in 0..4 {
        assert!((near.alpha[k][(0, 1)] - met.alpha[k][(0, 1)]).abs() < 1e-5, "in {k}");
        let along = |a: f64| {
            let moved: Vec<f64> = (0..4).map(|i| if i == k { a } else { alpha[i] }).collect();
            own(&network, &moved, &mat![[1.0, 0.0]]).value[(0, 0)]
        };
        assert!((met.alpha[k][(0, 1)] - derivative(along, alpha[k], 1e-2)).abs() < 1e-7, "in {k}");
    }
}

#[test]
fn kernels_are_symmetric_and_positive_semi_definite() {
    for (number, layers) in
        [&[&[Relu, Tanh][..], &[Sin, ELU]][..], &[&[Square, Gelu], &[Erf], &[LEAKY, Relu]]].iter().enumerate()
    {
        let x = normal(12, 3, Seed::new(20 + number as u64)) * Scale(0.6);
        for trained in [Trained::Hidden, Trained::Both] {
            let network = deep(layers, trained);
            let kernel = own(&network, &alphas(network.hyperparameters()), &x).value;
            assert!((&kernel - kernel.transpose()).norm_max() < 1e-12 * kernel.norm_max());
            let values = SymmetricEigen::of(kernel.as_ref()).unwrap().values;
            assert!(values[0] > -1e-11 * values[11], "{layers:?}: {} of {}", values[0], values[11]);
        }
    }
}

/// Θ̂ = Σ ⟨∂f(x), ∂f(x')⟩ over the three weight matrices of a network with two hidden layers, by its Jacobians on the tape. Its mean
/// over starts is Θ up to O(1/k): the bound is five standard errors of the mean and 3/k of the size of the kernel.
#[test]
fn wide_networks_have_this_kernel() {
    const WIDTH: usize = 256;
    const STARTS: usize = 160;
    let (banks, alpha) = ([[Relu, Erf], [Tanh, Relu]], [0.9, 0.6, -0.5, 0.8]);
    let x = mat![[0.6, -0.8, 0.0], [0.3, 1.1, 0.4]];
    let tape = Tape::new();
    let inputs = [tape.input(3, WIDTH), tape.input(WIDTH, WIDTH), tape.input(WIDTH, 1)];
    let points = tape.constant(2, 3, &[0.6, -0.8, 0.0, 0.3, 1.1, 0.4]);
    let root = (WIDTH as f64).sqrt().recip();
    let mixture = |l: usize| tape.constant(2, 1, &alpha[2 * l..2 * l + 2]);
    let first = points.matmul(inputs[0]).mixture(&Bank::new(banks[0]), mixture(0)) * root;
    let second = first.matmul(inputs[1]).mixture(&Bank::new(banks[1]), mixture(1)) * root;
    let output = second.matmul(inputs[2]);
    let kernels = inputs.map(|w| {
        let j = jacobian(output, w);
        j.matmul(j.t())
    });
    let program = tape.compile::<f64>(inputs, kernels[0] + kernels[1] + kernels[2]);
    let mut runner = program.runner(Par::Seq);
    let mut drawn: [Vec<f64>; 3] = Default::default();
    for start in 0..STARTS {
        let seed = Seed::new(31).split(&start.to_string());
        let weights = [(3, "first"), (WIDTH, "second"), (1, "output")].map(|(columns, name)| {
            let w = normal(columns, WIDTH, seed.split(name));
            w.row_iter().flat_map(|row| row.iter().copied().collect::<Vec<f64>>()).collect::<Vec<f64>>()
        });
        let [kernel] = runner.run(&[&weights[0], &weights[1], &weights[2]]);
        drawn.iter_mut().zip([0, 1, 3]).for_each(|(drawn, at)| drawn.push(kernel[at]));
    }
    let limit = own(&deep(&[&banks[0], &banks[1]], Trained::Both), &alpha, &x).value;
    for (drawn, (i, j)) in drawn.iter().zip([(0, 0), (0, 1), (1, 1)]) {
        let (off, error) = (nas::stats::mean(drawn) - limit[(i, j)], nas::stats::standard_error(drawn).unwrap());
        let within = 5.0 * error + 3.0 / WIDTH as f64 * limit.norm_max();
        assert!(off.abs() < within && within < 0.2 * limit.norm_max(), "({i}, {j}): {off} of {within}, {limit:?}");
    }
}

/// The hypergradient of ridge regression, in the α of both layers and in λ.
#[test]
fn the_search_over_layers_has_this_hypergradient() {
    let network = deep(&[&[Relu, Tanh], &[Sin, ELU]], Trained::Both);
    let (x, x_v) = (normal(5, 2, Seed::new(50)), normal(3, 2, Seed::new(51)));
    let labels = |x: &Mat<f64>| Col::from_fn(x.nrows(), |i| (x[(i, 0)] * x[(i, 1)]).sin());
    let (y, y_v) = (labels(&x), labels(&x_v));
    let at = |alpha: &[f64], lambda| {
        let (y_train, y_validation) = (y.as_ref(), y_v.as_ref());
        let (x_train, x_validation) = (x.as_ref(), x_v.as_ref());
        DeepModel { network: &network, x_train, x_validation, y_train, y_validation, lambda }.evaluate(alpha).unwrap()
    };
    let alpha = [0.8, -0.3, 0.5, 0.7];
    let found = at(&alpha, 0.2);
    let want = gradient(|alpha| at(alpha, 0.2).value, &alpha, 1e-2);
    assert!(relative_error(&found.alpha, &want) < 1e-7, "{:?} {want:?}", found.alpha);
    assert!((found.lambda - derivative(|lambda| at(&alpha, lambda).value, 0.2, 1e-2)).abs() < 1e-8);
    let k = network.kernel(&alpha, x.as_ref(), x.as_ref()).value + Scale(0.2) * Mat::<f64>::identity(5, 5);
    let beta = Cholesky::factor(k).unwrap().solve(y.as_ref());
    let off = apply(network.kernel(&alpha, x_v.as_ref(), x.as_ref()).value.as_ref(), beta.as_ref()) - &y_v;
    assert!((found.value - off.squared_norm_l2() / 6.0).abs() < 1e-12);
}

#[test]
fn threads_change_no_bit() {
    let network = deep(&[&[Relu, Tanh], &[Sin]], Trained::Both);
    let on = |threads: usize| {
        let pool = nas::run::pool(threads).unwrap();
        pool.install(|| own(&network, &alphas(3), &points()))
    };
    let (one, three) = (on(1), on(3));
    assert_eq!((one.value, one.alpha), (three.value, three.alpha));
}

#[test]
fn empty_sets_layers_and_networks() {
    let none = Mat::<f64>::zeros(0, 2);
    let network = deep(&[&[Relu], &[Tanh]], Trained::Both);
    let found = network.kernel(&[1.0, 1.0], none.as_ref(), points().as_ref());
    assert_eq!((found.value.nrows(), found.value.ncols(), found.alpha.len()), (0, 6, 2));
    // A layer without activations ends the signal: nothing is left but zero.
    let silent = deep(&[&[Relu], &[], &[Tanh]], Trained::Both);
    let found = own(&silent, &[0.7, 0.4], &points());
    assert_eq!((found.value.norm_max(), found.alpha[0].norm_max(), found.alpha[1].norm_max()), (0.0, 0.0, 0.0));
    let linear = own(&deep(&[], Trained::Both), &[], &mat![[3.0]]);
    assert!((linear.value[(0, 0)] - 9.0).abs() < 1e-14 && linear.alpha.is_empty());
}

#[test]
#[should_panic(expected = "2 hyperparameters for a deep kernel of 3")]
fn alpha_of_another_network_is_a_bug() {
    let _ = own(&deep(&[&[Relu, Tanh], &[Sin]], Trained::Both), &[1.0, 2.0], &points());
}

#[test]
#[should_panic(expected = "points of 2 features against points of 3")]
fn points_of_another_space_are_a_bug() {
    let _ = deep(&[], Trained::Both).kernel(&[], points().as_ref(), Mat::zeros(1, 3).as_ref());
}
