//! Certified bounds on random problems with known answers: they hold, and are not absurdly loose.

use tape::{
    Accuracy, Cg, Convexity, Damping, Implicit, Lipschitz, Method, Point, Preconditioner, Problem, Setup, Stationarity,
    Tape,
};

use crate::matrices::{Dense, eliminate};
use crate::problems::noise;

/// g = ½θᵀHθ − αᵀBᵀθ + ½e^α₀ ‖θ‖², f = ½‖θ − t‖² + cᵀα: everything in closed form, H random with eigenvalues above μ.
struct Case {
    n: usize,
    h: Dense<f64>,
    b: Vec<f64>,
    t: Vec<f64>,
    alpha: [f64; 2],
}

const MU: f64 = 0.5;

impl Case {
    fn new(seed: u64) -> Self {
        let n = 1 + (seed % 7) as usize;
        let values: Vec<f64> = noise(n, seed).iter().map(|x| MU + 4.0 * x.abs()).collect();
        let alpha = noise(2, seed + 3);
        Self {
            n,
            h: Dense::with_spectrum(&values),
            b: noise(2 * n, seed + 1),
            t: noise(n, seed + 2),
            alpha: [alpha[0], alpha[1]],
        }
    }

    fn problem(&self) -> Problem<f64> {
        let (n, tape) = (self.n, Tape::new());
        let (alpha, theta) = (tape.input(2, 1), tape.input(n, 1));
        let (h, b) = (tape.constant(n, n, &self.h.a), tape.constant(n, 2, &self.b));
        let ridge = alpha.slice(0, 1, 1).exp();
        let inner = 0.5 * theta.dot(h.matmul(theta)) - theta.dot(b.matmul(alpha)) + 0.5 * ridge * theta.powi(2).sum();
        let outer = 0.5 * (theta - tape.constant(n, 1, &self.t)).powi(2).sum() + alpha.sum();
        Problem::stationary(inner, outer, alpha, theta, (), Setup::default())
    }

    fn with_ridge(&self) -> Dense<f64> {
        let ridge = self.alpha[0].exp();
        Dense::new(self.n, true, |i, j| self.h.a[i * self.n + j] + f64::from(i == j) * ridge)
    }

    /// θ* and df/dα at it: dF/dθ = H + e^α₀, F_α = [−b₀ + e^α₀ θ, −b₁].
    fn exact(&self) -> (Vec<f64>, [f64; 2]) {
        let column = |i: usize| (0..self.n).map(move |k| self.b[2 * k + i]);
        let right: Vec<f64> = column(0).zip(column(1)).map(|(a, b)| a * self.alpha[0] + b * self.alpha[1]).collect();
        let theta = eliminate(&self.with_ridge(), &right);
        let f_theta: Vec<f64> = theta.iter().zip(&self.t).map(|(theta, t)| theta - t).collect();
        let q = eliminate(&self.with_ridge(), &f_theta);
        let ridge = self.alpha[0].exp();
        let of = |i: usize| {
            let f_alpha = |k: usize| self.b[2 * k + i] - if i == 0 { ridge * theta[k] } else { 0.0 };
            1.0 + (0..self.n).map(|k| f_alpha(k) * q[k]).sum::<f64>()
        };
        let gradient = [of(0), of(1)];
        (theta, gradient)
    }

    /// J = [−b₀ + e^α₀θ, −b₁] moves with θ by e^α₀; ‖J‖ is at most its Frobenius norm.
    fn lipschitz(&self, theta: &[f64]) -> Lipschitz {
        let ridge = self.alpha[0].exp();
        let column = |k: usize| (ridge * theta[k] - self.b[2 * k]).powi(2) + self.b[2 * k + 1].powi(2);
        let cross_norm = (0..self.n).map(column).sum::<f64>().sqrt();
        Lipschitz { f_alpha: 0.0, f_theta: 1.0, hessian: 0.0, cross: ridge, cross_norm }
    }
}

fn norm(x: impl Iterator<Item = f64>) -> f64 {
    x.map(|x| x * x).sum::<f64>().sqrt()
}

#[test]
fn bounds_hold_on_random_ridge_problems_with_inexact_points_and_adjoints() {
    let mut looseness: Vec<f64> = Vec::new();
    for seed in 0..400 {
        let case = Case::new(seed);
        let (exact, expected) = case.exact();
        let off = 10f64.powi(-((seed % 5) as i32 * 2 + 1));
        let theta: Vec<f64> = exact.iter().zip(noise(case.n, seed + 9)).map(|(theta, d)| theta + off * d).collect();
        let mu = MU + case.alpha[0].exp();
        let convexity = Convexity { mu, lipschitz: Some(case.lipschitz(&exact)) };
        let options = Implicit {
            solver: &Cg::after(1 + (seed % 4) as usize),
            damping: if seed % 3 == 0 { Damping::Fixed(0.1) } else { Damping::Fixed(0.0) },
            stationarity: Stationarity::NotRequired,
            convexity: Some(convexity),
            ..Implicit::default()
        };
        let at = Point { alpha: &[&case.alpha], theta: &[&theta], data: &[] };
        let Ok(answer) = case.problem().hypergradient(&Method::Implicit(options), &at) else { continue };
        let Accuracy::Certified { theta: distance, gradient, .. } = answer.error else { panic!("{:?}", answer.error) };
        let moved = norm(theta.iter().zip(&exact).map(|(a, b)| a - b));
        assert!(moved <= distance * (1.0 + 1e-9) + 1e-13, "seed {seed}: {moved:e} and {distance:e}");
        let bound = gradient.expect("Lipschitz constants were given");
        let error = norm(answer.gradient[0].iter().zip(expected).map(|(a, b)| a - b));
        assert!(error <= bound + 1e-12, "seed {seed}: {error:e} beyond {bound:e}");
        if error > 1e-10 {
            looseness.push(bound / error);
        }
    }
    looseness.sort_by(f64::total_cmp);
    assert!(looseness.len() > 300, "{} cases", looseness.len());
    let median = looseness[looseness.len() / 2];
    println!("bound / error: median {median:.1}, ninth decile {:.1}", looseness[looseness.len() * 9 / 10]);
    assert!(median < 20.0 && looseness[looseness.len() * 9 / 10] < 500.0, "median {median}");
}

#[test]
fn without_lipschitz_constants_the_gradient_is_not_certified() {
    let case = Case::new(5);
    let (theta, _) = case.exact();
    let at = Point { alpha: &[&case.alpha], theta: &[&theta], data: &[] };
    let ask = |convexity| {
        let options = Implicit { convexity, ..Implicit::default() };
        case.problem().hypergradient(&Method::Implicit(options), &at).unwrap().error
    };
    let Accuracy::Certified { theta, adjoint, gradient } = ask(Some(Convexity { mu: MU, lipschitz: None })) else {
        panic!()
    };
    assert!(theta < 1e-12 && adjoint < 1e-9 && gradient.is_none());
    assert!(matches!(ask(None), Accuracy::Estimate { .. }));
}

#[test]
fn preconditioners_change_the_work_and_not_the_answer() {
    // A diagonal H of condition 1e8 with a little beside the diagonal.
    let n = 30;
    let scale: Vec<f64> = (0..n).map(|i| 10f64.powf(8.0 * i as f64 / (n - 1) as f64)).collect();
    let tape = Tape::new();
    let (alpha, theta) = (tape.input(1, 1), tape.input(n, 1));
    let rough = tape.constant(n, 1, &noise(n, 7));
    let inner =
        0.5 * tape.constant(n, 1, &scale).dot(theta.powi(2)) + 0.05 * theta.dot(rough).powi(2) - alpha * theta.sum();
    let mut problem = Problem::<f64>::stationary(inner, theta.sum(), alpha, theta, (), Setup::default());
    let theta = vec![0.0; n];
    let at = Point { alpha: &[&[1.0]], theta: &[&theta], data: &[] };
    let mut ask = |preconditioner, solver: &Cg| {
        let stationarity = Stationarity::NotRequired;
        let options = Implicit { solver, preconditioner, stationarity, ..Implicit::default() };
        problem.hypergradient(&Method::Implicit(options), &at).unwrap()
    };
    let tolerance = 1e-10;
    let plain = ask(Preconditioner::None, &Cg::default());
    let exact = ask(Preconditioner::Exact { tolerance }, &Cg::to(1e-13));
    let signs: Vec<f64> = noise(4 * n, 8).iter().map(|x| x.signum()).collect();
    let probed = ask(Preconditioner::Probed { signs: &signs, tolerance }, &Cg::to(1e-13));
    let given = ask(Preconditioner::Given { diagonal: &scale, tolerance }, &Cg::to(1e-13));
    for (name, other) in [("exact", &exact), ("probed", &probed), ("given", &given)] {
        assert!((other.gradient[0][0] / plain.gradient[0][0] - 1.0).abs() < 1e-8, "{name}");
        assert!(other.adjoint_residual <= tolerance && other.damping == 0.0, "{name}");
    }
    assert!(probed.work.products < plain.work.products / 2, "{}", probed.work.products);
    assert!(exact.work.products < n + 12, "{}", exact.work.products);
    assert!(given.work.products < 12 && given.work.products < plain.work.products / 2, "{}", given.work.products);
}
