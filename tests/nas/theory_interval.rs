//! Intervals on α̂ against closed forms, elimination of constraints, great circles, a bootstrap, and their own promise.
use crate::random::{normal, normal_number, sphere};
use crate::theory_draws::{cube, dot};
use faer::{Col, Mat};
use nas::dense::{Cholesky, product};
use nas::kernel::{Gram, KernelModel, Mixing, hermite};
use nas::outer::ProjectedGradient;
use nas::search::{Options as SearchOptions, search, search_from};
use nas::seed::Seed;
use nas::space::{Copies, Finite, Simplex, Space, Sphere};
use nas::theory::hessian::Hessian;
use nas::theory::interval::{IntervalError, Intervals, Reason, intervals};
use rand::RngExt;
use std::convert::Infallible;

/// Of differences, and what is left of a hypergradient's digits.
const STEP: f64 = 1e-4;
const EXACT: f64 = 1e-12;

/// F(α) = ‖Xα − y‖² / (2 n): linear least squares.
struct Least {
    x: Mat<f64>,
    y: Col<f64>,
}

impl Least {
    fn new(x: Mat<f64>, truth: &[f64], noise: f64, seed: Seed) -> Self {
        let mut stream = seed.stream();
        let y = Col::from_fn(x.nrows(), |i| {
            let f: f64 = (0..x.ncols()).map(|j| x[(i, j)] * truth[j]).sum();
            // Noisier where x is large: only the sandwich is right.
            f + noise * normal_number(&mut stream) * (0.3 + x[(i, 0)].abs())
        });
        Self { x, y }
    }

    /// The hypergradient of every sample.
    fn samples(&self, alpha: &[f64]) -> Mat<f64> {
        let residual: Vec<f64> = (0..self.x.nrows())
            .map(|i| (0..alpha.len()).map(|j| self.x[(i, j)] * alpha[j]).sum::<f64>() - self.y[i])
            .collect();
        Mat::from_fn(self.x.nrows(), alpha.len(), |i, j| self.x[(i, j)] * residual[i])
    }

    fn gradient(&self, alpha: &[f64]) -> Result<Vec<f64>, Infallible> {
        let n = self.x.nrows() as f64;
        Ok(self.samples(alpha).col_iter().map(|g| g.iter().sum::<f64>() / n).collect())
    }

    fn value(&self, alpha: &[f64]) -> f64 {
        let f = |i: usize| (0..alpha.len()).map(|j| self.x[(i, j)] * alpha[j]).sum::<f64>() - self.y[i];
        (0..self.x.nrows()).map(|i| f(i).powi(2)).sum::<f64>() / (2.0 * self.x.nrows() as f64)
    }

    /// The minimum without constraints, and its covariance (XᵀX)⁻¹ (Σ rᵢ² xᵢxᵢᵀ) (XᵀX)⁻¹ n/(n−1): residuals there are
    /// orthogonal to X, so that nothing has to be centred.
    fn closed(&self) -> (Vec<f64>, Mat<f64>) {
        let n = self.x.nrows() as f64;
        let inverse = Cholesky::factor(product(self.x.transpose(), self.x.as_ref())).unwrap().inverse();
        let alpha = &inverse * (self.x.transpose() * &self.y);
        let alpha: Vec<f64> = alpha.iter().copied().collect();
        let g = self.samples(&alpha);
        let meat = product(g.transpose(), g.as_ref());
        let covariance = product(inverse.as_ref(), product(meat.as_ref(), inverse.as_ref()).as_ref());
        (alpha, Mat::from_fn(g.ncols(), g.ncols(), |i, j| covariance[(i, j)] * n / (n - 1.0)))
    }

    fn intervals(&self, space: &dyn Space, alpha: &[f64]) -> Result<Intervals, IntervalError> {
        let Ok(hessian) = Hessian::difference(alpha, |a| self.gradient(a), STEP, EXACT);
        intervals(space, alpha, self.samples(alpha).as_ref(), &hessian)
    }

    /// The least point of the simplex of three, where it is inside: α = (β₁, β₂, 1 − β₁ − β₂) is least squares in β.
    fn inside(&self) -> Vec<f64> {
        let x = Mat::from_fn(self.x.nrows(), 2, |i, j| self.x[(i, j)] - self.x[(i, 2)]);
        let y = Col::from_fn(self.x.nrows(), |i| self.y[i] - self.x[(i, 2)]);
        let (beta, _) = Least { x, y }.closed();
        assert!(beta[0] > 0.0 && beta[1] > 0.0 && beta[0] + beta[1] < 1.0, "{beta:?}");
        vec![beta[0], beta[1], 1.0 - beta[0] - beta[1]]
    }

    /// The least point of Δ.
    fn minimum(&self, space: &dyn Space) -> Vec<f64> {
        let outer = ProjectedGradient { space };
        let options = SearchOptions { steps: 5000, tolerance: 1e-11, ..SearchOptions::default() };
        search(&mut Problem(self), space, &outer, &options, &mut |_, _| {}).unwrap().alpha
    }
}

struct Problem<'a>(&'a Least);

impl nas::search::Bilevel for Problem<'_> {
    type Error = Infallible;

    fn evaluate(&mut self, alpha: &[f64]) -> Result<nas::hypergradient::Hypergradient, Infallible> {
        let (value, alpha) = (self.0.value(alpha), self.0.gradient(alpha)?);
        Ok(nas::hypergradient::Hypergradient { value, alpha, lambda: 0.0, evidence: crate::quadratic::EXACT })
    }
}

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * b.abs().max(1e-12)
}

/// The quantile of Student's t at 0.975 with 59 degrees of freedom.
const T_59: f64 = 2.000_995;

#[test]
fn without_constraints_they_are_those_of_least_squares() {
    for h in [1, 2, 5] {
        for draw in 0..5 {
            let seed = Seed::new(draw).split(&format!("least {h}"));
            let least = Least::new(normal(60, h, seed.split("x")), &[0.5, 0.2, 0.5, -0.4, 0.1][..h], 0.4, seed);
            let (alpha, covariance) = least.closed();
            let found = least.intervals(&cube(h, 100.0), &alpha).unwrap();
            for i in 0..h {
                let error = covariance[(i, i)].sqrt();
                assert!(close(found.standard_errors[i], error, 1e-6), "{h}: {found:?}");
                let [low, high] = found.intervals[i];
                assert!(close(high - low, 2.0 * T_59 * error, 1e-5) && close(low + high, 2.0 * alpha[i], 1e-9));
            }
            let mut stream = seed.split("direction").stream();
            let d: Vec<f64> = (0..h).map(|_| normal_number(&mut stream)).collect();
            let variance: f64 = (0..h).map(|i| (0..h).map(|j| d[i] * covariance[(i, j)] * d[j]).sum::<f64>()).sum();
            assert!(close(found.standard_error(&d), variance.sqrt(), 1e-6));
            let of = found.clone().of(&cube(h, 100.0), &alpha, std::slice::from_ref(&d));
            assert!(close(of.standard_errors[0], variance.sqrt(), 1e-6) && of.intervals.len() == 1);
            assert!(close(of.intervals[0].iter().sum::<f64>(), 2.0 * dot(&d, &alpha), 1e-9));
            let trace: f64 = least.x.norm_l2().powi(2) / 60.0;
            assert!(found.eigenvalues.len() == h && close(found.eigenvalues.iter().sum(), trace, 1e-7));
            let apart = |i: usize, j: usize| {
                let error = (covariance[(i, i)] + covariance[(j, j)] - 2.0 * covariance[(i, j)]).sqrt();
                (alpha[i] - alpha[j]).abs() > T_59 * error
            };
            let pairs = (0..h).flat_map(|i| (i + 1..h).map(move |j| [i, j]));
            let confused: Vec<[usize; 2]> = pairs.filter(|&[i, j]| !apart(i, j)).collect();
            assert_eq!(found.confused.iter().map(|c| c.pair).collect::<Vec<_>>(), confused);
            assert!(found.noise < 1e-6 && found.confused.iter().all(|c| c.reason == Reason::Wide));
        }
    }
}

/// On the simplex, with the last coordinate held at 0 by its multiplier: α = (β, 1 − β, 0) is least squares in β alone.
#[test]
fn on_a_face_of_the_simplex_they_are_those_after_elimination() {
    for draw in 0..5 {
        let seed = Seed::new(draw).split("face");
        let least = Least::new(normal(80, 3, seed.split("x")), &[0.8, 0.5, -0.6], 0.2, seed);
        let simplex = Simplex::unit(3);
        let alpha = least.minimum(&simplex);
        assert!(alpha[2] == 0.0 && alpha[0] > 0.1 && alpha[1] > 0.1, "{alpha:?}");
        let found = least.intervals(&simplex, &alpha).unwrap();

        let x = Mat::from_fn(80, 1, |i, _| least.x[(i, 0)] - least.x[(i, 1)]);
        let y = Col::from_fn(80, |i| least.y[i] - least.x[(i, 1)]);
        let (beta, variance) = Least { x, y }.closed();
        let error = variance[(0, 0)].sqrt();
        assert!(close(beta[0], alpha[0], 1e-8));
        let errors = &found.standard_errors;
        assert!(close(errors[0], error, 1e-6) && close(errors[1], error, 1e-6) && errors[2] < 1e-12, "{errors:?}");
        assert!(close(found.standard_error(&[1.0, -1.0, 0.0]), 2.0 * error, 1e-6));
        assert_eq!((found.eigenvalues.len(), found.intervals[2]), (1, [0.0, 0.0]));
    }
}

/// Second derivatives of F along great circles through its minimum on the sphere, where F keeps a slope across the sphere.
#[test]
fn on_a_sphere_curvatures_are_those_along_great_circles() {
    for draw in 0..5 {
        let seed = Seed::new(draw).split("sphere");
        let least = Least::new(normal(60, 3, seed.split("x")), &[1.2, 0.9, -0.7], 0.3, seed);
        let one = Sphere::unit(3);
        let alpha = least.minimum(&one);
        let across = dot(&least.gradient(&alpha).unwrap(), &alpha);
        assert!(across.abs() > 0.1, "the multiplier is {across}: the curvature of the sphere does not matter");
        let found = least.intervals(&one, &alpha).unwrap();
        // An orthonormal basis of the tangent plane.
        let first = {
            let v = [alpha[1], -alpha[0], 0.0];
            let n = dot(&v, &v).sqrt();
            v.map(|x| x / n)
        };
        let second = [
            alpha[1] * first[2] - alpha[2] * first[1],
            alpha[2] * first[0] - alpha[0] * first[2],
            alpha[0] * first[1] - alpha[1] * first[0],
        ];
        let curvature = |d: [f64; 3]| {
            let at = |t: f64| least.value(&std::array::from_fn::<f64, 3, _>(|i| alpha[i] * t.cos() + d[i] * t.sin()));
            let t = 1e-3;
            (at(t) - 2.0 * at(0.0) + at(-t)) / (t * t)
        };
        let [aa, bb] = [first, second].map(curvature);
        let ab = curvature(std::array::from_fn(|i| (first[i] + second[i]) / 2f64.sqrt())) - (aa + bb) / 2.0;
        let (middle, apart) = ((aa + bb) / 2.0, ((aa - bb).powi(2) / 4.0 + ab * ab).sqrt());
        let [low, high] = [found.eigenvalues[0], found.eigenvalues[1]];
        assert!(close(low, middle - apart, 1e-4) && close(high, middle + apart, 1e-4), "{found:?}: {middle} {apart}");
    }
}

/// Of 300 draws of V, the intervals hold the expected minimum as often as they say.
#[test]
fn they_hold_the_truth_as_often_as_they_say() {
    let (truth, simplex) = ([0.5, 0.3, 0.2], Simplex::unit(3));
    let mut held = [0usize; 3];
    let draws = 300;
    for draw in 0..draws {
        let seed = Seed::new(draw).split("coverage");
        let least = Least::new(normal(200, 3, seed.split("x")), &truth, 0.3, seed);
        let found = least.intervals(&simplex, &least.inside()).unwrap();
        for i in 0..3 {
            held[i] += usize::from((found.intervals[i][0]..=found.intervals[i][1]).contains(&truth[i]));
        }
    }
    // Four standard errors of a share of 0.95 are 0.050; 200 samples cost a little of it.
    for held in held {
        let share = held as f64 / draws as f64;
        assert!((0.90..=0.985).contains(&share), "{held} of {draws}");
    }
}

/// Kernels of Hermite activations, mixed on the simplex.
struct Kernels {
    train: Gram,
    validation: Gram,
    y: [Col<f64>; 2],
    mixing: Mixing,
}

const MAPS: usize = 3;

impl Kernels {
    fn new(seed: Seed, n_validation: usize) -> Self {
        let (x, z) = (sphere(60, 4, seed.split("train")), sphere(n_validation, 4, seed.split("validation")));
        let mut stream = seed.split("noise").stream();
        let target = |x: &Mat<f64>, i: usize| {
            2.5 * x[(i, 0)] + 4.0 * x[(i, 0)] * x[(i, 1)] + 6.0 * x[(i, 1)].powi(2) * x[(i, 2)]
        };
        let mut labels = |x: &Mat<f64>| Col::from_fn(x.nrows(), |i| target(x, i) + 0.3 * normal_number(&mut stream));
        let y = [labels(&x), labels(&z)];
        let gram = |of: &Mat<f64>| hermite::gram(of.as_ref(), x.as_ref(), MAPS, 1.0);
        Self { train: gram(&x), validation: gram(&z), y, mixing: Mixing::Weights { count: MAPS } }
    }

    /// The same with these validation samples.
    fn select(&self, rows: &[usize]) -> (Gram, Col<f64>) {
        let term = |t| Mat::from_fn(rows.len(), self.train.columns(), |i, j| self.validation.term(t)[(rows[i], j)]);
        (Gram::new((0..self.validation.terms()).map(term).collect()), Col::from_fn(rows.len(), |i| self.y[1][rows[i]]))
    }

    fn with<R>(&self, rows: &[usize], f: impl FnOnce(&mut KernelModel<'_>) -> R) -> R {
        let (validation, y) = &self.select(rows);
        let (y_train, y_validation) = (self.y[0].as_ref(), y.as_ref());
        let (mixing, train) = (&self.mixing, &self.train);
        f(&mut KernelModel { mixing, train, validation, y_train, y_validation, lambda: 0.05 })
    }

    fn minimum(&self, rows: &[usize], space: &dyn Space, start: &[f64]) -> Vec<f64> {
        let options = SearchOptions { steps: 100, tolerance: 1e-6, ..SearchOptions::default() };
        self.with(rows, |model| {
            search_from(start.to_vec(), model, space, &ProjectedGradient { space }, &options, &mut |_, _| {})
                .unwrap()
                .alpha
        })
    }

    /// The hypergradient of each validation sample, and H.
    fn parts(&self, alpha: &[f64]) -> (Mat<f64>, Hessian) {
        let all: Vec<usize> = (0..self.validation.rows()).collect();
        let gradient = |rows: &[usize], alpha: &[f64]| {
            self.with(rows, |model| {
                Ok::<_, nas::dense::NotPositiveDefinite>(model.hypergradient(alpha, &model.solve(alpha)?).alpha)
            })
        };
        let each: Vec<Vec<f64>> = all.iter().map(|&i| gradient(&[i], alpha).unwrap()).collect();
        let samples = Mat::from_fn(all.len(), alpha.len(), |i, j| each[i][j]);
        (samples, Hessian::difference(alpha, |alpha| gradient(&all, alpha), STEP, 1e-10).unwrap())
    }
}

impl Kernels {
    /// √ of the diagonal of H⁻¹ S / n, after elimination of the last coordinate: H by its own differences.
    fn one_sided(&self, alpha: &[f64], samples: &Mat<f64>) -> [f64; MAPS] {
        let n = samples.nrows();
        let all: Vec<usize> = (0..n).collect();
        let slope = |a: [f64; 2]| {
            let alpha = [a[0], a[1], 1.0 - a[0] - a[1]];
            let g = self.with(&all, |model| model.hypergradient(&alpha, &model.solve(&alpha).unwrap()).alpha);
            [g[0] - g[2], g[1] - g[2]]
        };
        let column = |j: usize| {
            let [above, below] = [STEP, -STEP].map(|step| {
                let mut a = [alpha[0], alpha[1]];
                a[j] += step;
                slope(a)
            });
            [0, 1].map(|i| (above[i] - below[i]) / (2.0 * STEP))
        };
        let [[a, _], [b, d]] = [column(0), column(1)];
        // No sample is centred: their mean is 0 in the tangent plane.
        let reduced = Mat::from_fn(n, 2, |i, j| samples[(i, j)] - samples[(i, 2)]);
        let s = product(reduced.transpose(), reduced.as_ref());
        let scale = ((n * n) as f64 * (a * d - b * b)).recip();
        let m = |i: usize, j: usize| {
            let inverse = [[d, -b], [-b, a]];
            scale * (inverse[i][0] * s[(0, j)] + inverse[i][1] * s[(1, j)])
        };
        [m(0, 0), m(1, 1), m(0, 0) + m(1, 1) + m(0, 1) + m(1, 0)].map(|variance| variance.abs().sqrt())
    }
}

/// The spread of minima over resampled validation rows, and a control: standard errors with H⁻¹ on one side of S only.
#[test]
fn standard_errors_are_those_of_a_bootstrap_over_validation_samples() {
    let (n, simplex, resamples) = (600, Simplex::unit(MAPS), 400);
    let kernels = Kernels::new(Seed::new(1), n);
    let all: Vec<usize> = (0..n).collect();
    let alpha = kernels.minimum(&all, &simplex, &simplex.start());
    let (samples, hessian) = kernels.parts(&alpha);
    let found = intervals(&simplex, &alpha, samples.as_ref(), &hessian).unwrap();
    // Three standard errors: the bounds of the simplex cut a thousandth of the bootstrap.
    let inside = alpha.iter().zip(&found.standard_errors).all(|(a, e)| *a > 3.0 * e);
    assert!(inside, "{alpha:?} {found:?}");
    let mut stream = Seed::new(1).split("bootstrap").stream();
    let mut draw = || (0..n).map(|_| stream.random_range(0..n)).collect::<Vec<usize>>();
    let resampled: Vec<Vec<f64>> = (0..resamples).map(|_| kernels.minimum(&draw(), &simplex, &alpha)).collect();
    // B resamples know a standard deviation to 1/√(2 (B − 1)) of it; four times that.
    let tolerance = 4.0 / (2.0 * f64::from(resamples - 1)).sqrt();
    let one_sided = kernels.one_sided(&alpha, &samples);
    for i in 0..MAPS {
        let values: Vec<f64> = resampled.iter().map(|alpha| alpha[i]).collect();
        let spread = nas::stats::standard_error(&values).unwrap() * f64::from(resamples).sqrt();
        let [right, wrong] = [found.standard_errors[i], one_sided[i]].map(|error| error / spread);
        assert!((right - 1.0).abs() < tolerance, "coordinate {i}: {right} times {spread}, within {tolerance}");
        assert!((wrong - 1.0).abs() > 2.0 * tolerance, "coordinate {i}: {wrong} is no control");
    }
}

/// Two equal columns, and a third one: nobody can say which of the two should have more.
#[test]
fn what_samples_cannot_tell_apart_is_named() {
    let seed = Seed::new(0).split("twins");
    let x = normal(100, 2, seed.split("x"));
    let least = Least::new(Mat::from_fn(100, 3, |i, j| x[(i, j.min(1))]), &[0.4, 0.3, 0.3], 0.05, seed);
    let simplex = Simplex::unit(3);
    let found = least.intervals(&simplex, &least.minimum(&simplex)).unwrap();
    let flat: Vec<([usize; 2], Reason)> = found.confused.iter().map(|c| (c.pair, c.reason)).collect();
    assert_eq!(flat, [([0, 1], Reason::Flat), ([0, 2], Reason::Flat), ([1, 2], Reason::Flat)]);
    assert!(found.standard_errors[0].is_finite() && found.standard_errors[1].is_infinite());
    assert_eq!((found.intervals[1], found.intervals[2]), ([0.0, 1.0], [0.0, 1.0]));
    assert!(found.eigenvalues[0].abs() <= found.noise && found.eigenvalues[1] > 0.1);
    assert!(found.standard_error(&[-1.0, 0.5, 0.5]).is_finite());

    // Much noise: flat in nothing, and yet nothing is known.
    let loud = Least::new(normal(10, 2, seed.split("loud")), &[0.5, 0.5], 20.0, seed);
    let (space, centre) = (cube(2, 1.0), [0.1, -0.1]);
    let found = loud.intervals(&space, &centre);
    let wide: Vec<Reason> = found.unwrap().confused.iter().map(|c| c.reason).collect();
    assert_eq!(wide, [Reason::Wide]);
}

#[test]
fn spaces_without_directions_have_no_errors() {
    let least = Least::new(normal(10, 1, Seed::new(0)), &[1.0], 0.1, Seed::new(1));
    let found = least.intervals(&Simplex::unit(1), &[1.0]).unwrap();
    assert_eq!((&found.standard_errors[..], found.eigenvalues.len(), found.intervals[0]), (&[0.0][..], 0, [1.0, 1.0]));
    let listed = Finite::new(vec![vec![1.0], vec![0.5]]).unwrap();
    assert_eq!(least.intervals(&listed, &[1.0]).unwrap().standard_errors, [0.0]);
    let none = Copies { space: Simplex::unit(2), copies: 0 };
    let nothing = Mat::<f64>::zeros(2, 0);
    let found = intervals(&none, &[], nothing.as_ref(), &Hessian::new(&[], STEP, EXACT)).unwrap();
    assert!(found.standard_errors.is_empty() && found.confused.is_empty());
}

#[test]
fn what_has_no_intervals_is_said() {
    let (space, zeros) = (cube(2, 2.0), Mat::<f64>::zeros(3, 2));
    let of = |samples: &Mat<f64>, f: fn(&[f64]) -> Vec<f64>| {
        let Ok(hessian) = Hessian::difference(&[0.0; 2], |a| Ok::<_, Infallible>(f(a)), STEP, EXACT);
        intervals(&space, &[0.0; 2], samples.as_ref(), &hessian).unwrap_err()
    };
    for samples in 0..2 {
        assert_eq!(of(&Mat::zeros(samples, 2), <[f64]>::to_vec), IntervalError::Samples { samples });
    }
    assert_eq!(Hessian::difference(&[0.0], |_| Err("no fit"), STEP, EXACT).unwrap_err(), "no fit");
    assert!(matches!(of(&zeros, |_| vec![f64::NAN; 2]), IntervalError::Eigenvalues(_)));
    let saddle = of(&zeros, |a| vec![a[0], -2.0 * a[1]]);
    assert!(matches!(saddle, IntervalError::NoMinimum { eigenvalue, .. } if close(eigenvalue, -2.0, 1e-8)));
    assert!(saddle.to_string().contains("-2.00e0") && saddle.to_string().contains("search on"), "{saddle}");
}
