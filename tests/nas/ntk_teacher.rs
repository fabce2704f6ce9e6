//! The NTK teacher: its covariance over seeds, its noise, and that the true mixture predicts it best.
use faer::{Col, Mat};
use nas::data::{NtkTeacher, TeacherFunction, TeacherInputs};
use nas::kernel::ntk::{Ntk, Trained, kappa, nngp};
use nas::kernel::{Mixing, Ridge};
use nas::seed::Seed;
use nas::stats::{mean, standard_error};
use std::collections::BTreeSet;
use tape::Activation::{Erf, Identity, Relu, Sin, Square};

const ALPHA: [f64; 2] = [0.8, -0.6];

fn teacher(function: TeacherFunction, trained: Trained) -> NtkTeacher {
    NtkTeacher { function, trained, ..NtkTeacher::new(3, vec![Relu, Sin], ALPHA.into()) }
}

/// f on some points, a row for every seed.
fn functions(teacher: &NtkTeacher, x: &Mat<f64>, draws: u64) -> Vec<Col<f64>> {
    let taught = teacher.on(x.as_ref()).unwrap();
    (0..draws).map(|seed| taught.function(Seed::new(seed))).collect()
}

/// How far the mean of f(x_i) f(x_j) over independent functions is from k_ij at most, in its standard errors. For n(n+1)/2 entries it
/// exceeds 5 with a probability of about n(n+1)/2 · 6e-7, since each mean is nearly normal.
fn farthest(functions: &[Col<f64>], k: &Mat<f64>) -> f64 {
    let entry = |i: usize, j: usize| {
        let products: Vec<f64> = functions.iter().map(|f| f[i] * f[j]).collect();
        (mean(&products) - k[(i, j)]).abs() / standard_error(&products).unwrap()
    };
    (0..k.nrows()).flat_map(|i| (0..=i).map(move |j| (i, j))).map(|(i, j)| entry(i, j)).fold(0.0, f64::max)
}

/// Both ways to a function have K_α* as their covariance; the control, a kernel whose cross terms have the other sign, is
/// told apart.
#[test]
fn functions_have_the_tangent_kernel_as_covariance() {
    for function in [TeacherFunction::Process, TeacherFunction::Tangent { width: 8 }] {
        for trained in [Trained::Hidden, Trained::Both] {
            let teacher = teacher(function, trained);
            let x = teacher.points(5, Seed::new(7));
            let drawn = functions(&teacher, &x, 4000);
            let own = farthest(&drawn, &teacher.covariance(x.as_ref(), x.as_ref()));
            assert!(own < 5.0, "{function:?}, {trained:?}: {own} standard errors");
            let other = NtkTeacher { alpha: vec![0.8, 0.6], ..teacher };
            let control = farthest(&drawn, &other.covariance(x.as_ref(), x.as_ref()));
            assert!(control > 20.0, "{function:?}, {trained:?}: another mixture is only {control} standard errors off");
            let means: Vec<f64> = drawn.iter().map(|f| f[0]).collect();
            assert!(mean(&means).abs() < 5.0 * standard_error(&means).unwrap());
        }
    }
}

/// K_α* against the expectations it is made of (science 6.5), pair by pair.
#[test]
fn the_covariance_is_the_formula() {
    let sigma = [Relu, Sin];
    for trained in [Trained::Hidden, Trained::Both] {
        let teacher = teacher(TeacherFunction::Process, trained);
        let [x, z] = [1, 2].map(|seed| teacher.points(4, Seed::new(seed)));
        let k = teacher.covariance(x.as_ref(), z.as_ref());
        for (a, b) in (0..4).flat_map(|a| (0..4).map(move |b| (a, b))) {
            let rho: f64 = (0..3).map(|j| x[(a, j)] * z[(b, j)]).sum();
            let pair = |i: usize, j: usize| {
                let values = if trained == Trained::Both { nngp(sigma[i], sigma[j], rho) } else { 0.0 };
                ALPHA[i] * ALPHA[j] * (rho * kappa(sigma[i], sigma[j], rho) + values)
            };
            let formula: f64 = (0..2).flat_map(|i| (0..2).map(move |j| (i, j))).map(|(i, j)| pair(i, j)).sum();
            assert!((k[(a, b)] - formula).abs() < 1e-12);
        }
    }
}

/// Gaussian inputs have norm 1 on average and a kernel that grows with the norms; those on the sphere have norm 1.
#[test]
fn inputs_lie_where_they_should() {
    let sphere = NtkTeacher::new(4, vec![Relu], vec![1.0]);
    let squares = |teacher: &NtkTeacher| -> Vec<f64> {
        teacher.points(3000, Seed::new(3)).row_iter().map(|row| row.squared_norm_l2()).collect()
    };
    assert!(squares(&sphere).iter().all(|s| (s - 1.0).abs() < 1e-14));
    let gaussian = NtkTeacher { inputs: TeacherInputs::Gaussian, ..sphere };
    let of_gaussian = squares(&gaussian);
    assert!((mean(&of_gaussian) - 1.0).abs() < 5.0 * standard_error(&of_gaussian).unwrap());
    // d ‖x‖² is χ² of d degrees of freedom, of variance 2d.
    let deviations: Vec<f64> = of_gaussian.iter().map(|s| (s - 1.0) * (s - 1.0)).collect();
    assert!((mean(&deviations) - 2.0 / 4.0).abs() < 5.0 * standard_error(&deviations).unwrap());
    for function in [TeacherFunction::Process, TeacherFunction::Tangent { width: 6 }] {
        let teacher = NtkTeacher { function, ..gaussian.clone() };
        let x = teacher.points(3, Seed::new(1));
        let k = teacher.covariance(x.as_ref(), x.as_ref());
        // κ of relu at a point with itself is ½.
        assert!((0..3).all(|i| (k[(i, i)] - x.row(i).squared_norm_l2() / 2.0).abs() < 1e-12));
        assert!(farthest(&functions(&teacher, &x, 4000), &k) < 5.0, "{function:?}");
    }
}

#[test]
fn noise_has_its_deviation_and_is_independent_of_the_function() {
    for sigma in [0.0, 0.3, 2.0] {
        let teacher = NtkTeacher { noise: sigma, ..teacher(TeacherFunction::Process, Trained::Hidden) };
        let x = teacher.points(2, Seed::new(2));
        let taught = teacher.on(x.as_ref()).unwrap();
        let draw = |seed| {
            let (y, f) = (taught.labels(Seed::new(seed)), taught.function(Seed::new(seed)));
            [y[0] - f[0], y[1] - f[1], f[0]]
        };
        let draws: Vec<[f64; 3]> = (0..4000).map(draw).collect();
        let product = |i: usize, j: usize| draws.iter().map(|z| z[i] * z[j]).collect::<Vec<f64>>();
        for (i, j, want) in [(0, 0, sigma * sigma), (1, 1, sigma * sigma), (0, 1, 0.0), (0, 2, 0.0)] {
            let products = product(i, j);
            let (found, error) = (mean(&products), standard_error(&products).unwrap());
            assert!((found - want).abs() <= 5.0 * error, "σ {sigma}, ({i}, {j}): {found} ± {error}");
        }
    }
}

#[test]
fn a_data_set_is_its_seed() {
    for function in [TeacherFunction::Process, TeacherFunction::Tangent { width: 16 }] {
        let teacher = NtkTeacher { noise: 0.1, ..teacher(function, Trained::Both) };
        let of = |n, seed| teacher.generate(n, Seed::new(seed)).unwrap();
        assert_eq!(of(20, 1), of(20, 1));
        assert_ne!(of(20, 1).labels(), of(20, 2).labels());
        // The first samples are those of a larger set, their function is the same.
        for n in [0, 1, 2, 20] {
            let (few, many) = (of(n, 5), of(33, 5));
            assert_eq!((few.len(), few.dimension(), few.is_empty()), (n, 3, n == 0));
            assert_eq!(few.features(), &many.features()[..3 * n]);
            let off = few.labels().iter().zip(many.labels()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(off < 1e-8, "{function:?}, n {n}: {off:e}");
        }
        let x = teacher.points(9, Seed::new(6));
        let taught = teacher.on(x.as_ref()).unwrap();
        assert_eq!(of(9, 6).y(), taught.labels(Seed::new(6)).as_ref());
        let values: BTreeSet<u64> = of(33, 5).labels().iter().map(|y| y.to_bits()).collect();
        assert_eq!(values.len(), 33);
    }
}

/// 4 ρ² has d(d+1)/2 = 6 features: on 40 points its matrix is singular. The labels are those of a quadratic form all the same.
#[test]
fn a_singular_kernel_is_drawn_from() {
    let teacher = NtkTeacher::new(3, vec![Square, Identity], vec![1.0, 0.0]);
    let data = teacher.generate(40, Seed::new(3)).unwrap();
    let features = |i: usize, k: usize| {
        let (x, (a, b)) = (data.x(), [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)][k]);
        x[(i, a)] * x[(i, b)]
    };
    // The least squares fit of a form, by its normal equations.
    let phi = Mat::from_fn(40, 6, features);
    let normal = nas::dense::product(phi.transpose(), phi.as_ref());
    let form =
        nas::dense::Cholesky::factor(normal).unwrap().solve(nas::dense::apply(phi.transpose(), data.y()).as_ref());
    let left = (nas::dense::apply(phi.as_ref(), form.as_ref()) - data.y()).norm_l2() / data.y().norm_l2();
    assert!(left < 2e-4, "{left:e} of the labels is no quadratic form");
    assert!(data.y().norm_l2() > 1.0);
}

const TRAIN: usize = 40;
const TEST: usize = 40;

/// Labels and the function on the training and test points, seed by seed.
fn drawn(teacher: &NtkTeacher, x: &Mat<f64>) -> Vec<[Col<f64>; 2]> {
    let taught = teacher.on(x.as_ref()).unwrap();
    (0..60).map(Seed::new).map(|seed| [taught.labels(seed), taught.function(seed)]).collect()
}

/// Mean squared test errors of kernel ridge regression with a mixture on these functions.
fn test_errors(teacher: &NtkTeacher, x: &Mat<f64>, drawn: &[[Col<f64>; 2]], alpha: &[f64]) -> Vec<f64> {
    let (ntk, mixing) = (Ntk::new(&teacher.activations, 1.0, teacher.trained), Mixing::full(alpha.len()));
    let (train, test) = (x.subrows(0, TRAIN), x.subrows(TRAIN, TEST));
    let (on_train, on_test) = (ntk.gram(train, train), ntk.gram(test, train));
    let error = |[y, f]: &[Col<f64>; 2]| {
        let (weights, lambda) = (mixing.weights(alpha), teacher.noise * teacher.noise);
        let ridge = Ridge::solve(&on_train, weights, y.subrows(0, TRAIN), lambda).unwrap();
        ridge.fit.mean_squared_error(&on_test, f.subrows(TRAIN, TEST))
    };
    drawn.iter().map(error).collect()
}

/// Ridge regression with the true kernel and λ = σ² is the posterior mean of a process: every other mixture does worse on average. And
/// its error is the one the posterior covariance says.
#[test]
fn the_true_mixture_predicts_best() {
    let process =
        NtkTeacher { noise: 0.1, ..NtkTeacher::new(4, vec![Relu, Sin, Erf, Square], vec![0.0, 0.6, 0.0, 0.8]) };
    let wide = NtkTeacher { function: TeacherFunction::Tangent { width: 200 }, ..process.clone() };
    for teacher in [process, wide] {
        let x = teacher.points(TRAIN + TEST, Seed::new(11));
        let drawn = drawn(&teacher, &x);
        let truth = test_errors(&teacher, &x, &drawn, &teacher.alpha);
        for wrong in [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]] {
            let others = test_errors(&teacher, &x, &drawn, &wrong);
            let worse: Vec<f64> = others.iter().zip(&truth).map(|(other, truth)| other - truth).collect();
            let (by, error) = (mean(&worse), standard_error(&worse).unwrap());
            assert!(by > 4.0 * error, "{wrong:?} is worse by {by} ± {error} with {:?}", teacher.function);
        }
        let (found, error) = (mean(&truth), standard_error(&truth).unwrap());
        let expected = posterior_variance(&teacher, &x);
        let allowed =
            if teacher.function == TeacherFunction::Process { 5.0 * error } else { 5.0 * error + 0.1 * expected };
        assert!((found - expected).abs() < allowed, "{:?}: {found} ± {error}, not {expected}", teacher.function);
    }
}

/// The mean of k(z, z) − k(z)ᵀ (K + σ²I)⁻¹ k(z) over the test points.
fn posterior_variance(teacher: &NtkTeacher, x: &Mat<f64>) -> f64 {
    let k = teacher.covariance(x.as_ref(), x.as_ref());
    let mut a = k.submatrix(0, 0, TRAIN, TRAIN).to_owned();
    (0..TRAIN).for_each(|i| a[(i, i)] += teacher.noise * teacher.noise);
    let factor = nas::dense::Cholesky::factor(a).unwrap();
    let left = |z: usize| {
        let row = Col::from_fn(TRAIN, |i| k[(z, i)]);
        k[(z, z)] - nas::dense::dot(row.as_ref(), factor.solve(row.as_ref()).as_ref())
    };
    mean(&(TRAIN..TRAIN + TEST).map(left).collect::<Vec<f64>>())
}

#[test]
#[should_panic(expected = "2 coefficients for 1 candidates of a teacher")]
fn a_coefficient_too_many_is_a_bug() {
    let _ = NtkTeacher::new(2, vec![Relu], vec![1.0, 2.0]).generate(3, Seed::new(1));
}

#[test]
#[should_panic(expected = "points of 3 features for a teacher of 2")]
fn points_of_another_dimension_are_a_bug() {
    let _ = NtkTeacher::new(2, vec![Relu], vec![1.0]).on(Mat::zeros(1, 3).as_ref());
}

#[test]
#[should_panic(expected = "divide it by its norm")]
fn a_process_off_the_sphere_needs_homogeneous_candidates() {
    let gaussian = NtkTeacher { inputs: TeacherInputs::Gaussian, ..NtkTeacher::new(2, vec![Sin], vec![1.0]) };
    let _ = gaussian.generate(3, Seed::new(1));
}

#[test]
#[should_panic(expected = "a teacher of width 0")]
fn a_network_without_neurons_is_a_bug() {
    let _ = teacher(TeacherFunction::Tangent { width: 0 }, Trained::Hidden).generate(1, Seed::new(1));
}
