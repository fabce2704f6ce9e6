//! Problems that several tests share.

use tape::{Activation, Bank, Method, Point, Problem, Setup, Tape, Unroll};

/// Deterministic numbers in (−1, 1).
pub(crate) fn noise(n: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    (0..n).map(|_| next()).collect()
}

/// scikit-learn's `make_regression(10, 3, random_state=0)`: X, row-major.
#[rustfmt::skip]
pub(crate) const X: [f64; 30] = [
    1.494079073158, -0.205158263766, 0.333674327374,
    0.400157208367, 0.978737984106, 1.764052345968,
    0.121675016493, 0.443863232745, 0.761037725147,
    -0.151357208298, -0.103218851794, 0.950088417526,
    0.144043571161, 1.454273506963, 0.410598501938,
    -0.854095739302, -2.552989815834, 0.313067701651,
    0.86443619886, -0.742165020406, 0.65361859544,
    1.532779214358, 1.4693587699, -0.187183850026,
    1.86755799015, -0.977277879876, 2.240893199201,
    -1.454365674599, 0.045758517301, 2.269754623988,
];
/// And y.
pub(crate) const Y: [f64; 10] = [
    125.984192916189,
    228.952035728123,
    96.076072586938,
    75.633770871783,
    100.85361933665,
    -120.470277943245,
    93.942725282491,
    139.667167015917,
    303.683847946845,
    116.691107431563,
];

/// Ridge regression on that data, of inner loss ½ mean(residual²) + ½λ|w|²; the outer objective is one element of w.
pub(crate) fn ridge(element: usize) -> Problem<f64> {
    let tape = Tape::new();
    let (x, y, lambda, w) = (tape.input(10, 3), tape.input(10, 1), tape.input(1, 1), tape.input(3, 1));
    let inner = 0.5 * (x.matmul(w) - y).powi(2).mean() + 0.5 * lambda * w.powi(2).sum();
    Problem::stationary(inner, w.slice(element, 1, 1), lambda, w, (x, y), Setup::default())
}

/// The one-step hypergradients of figure 2 of DARTS at (α, w) = (2, −2), by step size ξ.
pub(crate) const DARTS: [(f64, f64); 4] = [(0.0, -4.0), (0.1, -2.8), (0.5, 2.0), (1.0, 8.0)];

/// Figure 2 of Liu et al. 2019, arXiv 1806.09055: f = αw − 2α + 1, g = w² − 2αw + α².
pub(crate) fn darts() -> Problem<f64> {
    let tape = Tape::new();
    let (alpha, w) = (tape.input(1, 1), tape.input(1, 1));
    let outer = alpha * w - 2.0 * alpha + 1.0;
    let inner = w.powi(2) - 2.0 * alpha * w + alpha.powi(2);
    Problem::stationary(inner, outer, alpha, w, (), Setup::default())
}

/// A small random network with mixture activations and a ridge, and its data.
pub(crate) struct Network {
    pub(crate) alpha: Vec<f64>,
    x: Vec<f64>,
    y: Vec<f64>,
    z: Vec<f64>,
    theta: Vec<f64>,
}

/// Rows, inputs, width and activations.
const SIZES: (usize, usize, usize, usize) = (8, 4, 3, 3);

/// θ is a layer of 4 × 3 and one of 3 × 1; α mixes three activations; y serves the inner loss and z the outer.
pub(crate) fn network(seed: u64, setup: Setup<'_>) -> (Problem<f64>, Network) {
    let (n, d, width, h) = SIZES;
    let case = Network {
        alpha: noise(h, 10 * seed + 1),
        x: noise(n * d, 10 * seed + 2),
        y: noise(n, 10 * seed + 3),
        z: noise(n, 10 * seed + 4),
        theta: noise(d * width + width, 10 * seed + 5),
    };
    let tape = Tape::new();
    let (x, y, z) = (tape.input(n, d), tape.input(n, 1), tape.input(n, 1));
    let (alpha, w, v) = (tape.input(h, 1), tape.input(d, width), tape.input(width, 1));
    let bank = Bank::new([Activation::Tanh, Activation::Softplus, Activation::Sin]);
    let prediction = x.matmul(w).mixture(&bank, alpha).matmul(v);
    let inner = (prediction - y).powi(2).mean() + 0.5 * (w.powi(2).sum() + v.powi(2).sum());
    let outer = (prediction - z).powi(2).mean() + 0.1 * alpha.powi(2).sum();
    (Problem::stationary(inner, outer, alpha, (w, v), (x, y, z), setup), case)
}

impl Network {
    pub(crate) fn data(&self) -> [&[f64]; 3] {
        [&self.x, &self.y, &self.z]
    }

    /// θ and the outer loss at α, by gradient descent to rounding: the ridge makes the inner loss contract by a tenth a step.
    pub(crate) fn solve(&self, problem: &mut Problem<f64>, alpha: &[f64]) -> (Vec<f64>, f64) {
        let method = Method::Unroll(Unroll { steps: 1000, last: 0, ..Unroll::default() });
        let (w, v) = self.theta.split_at(SIZES.1 * SIZES.2);
        let at = Point { alpha: &[alpha], theta: &[w, v], data: &self.data() };
        let answer = problem.hypergradient(&method, &at).expect("a training does not fail");
        (answer.theta, answer.outer)
    }

    /// The central difference in αᵢ of the outer loss of the re-solved problem.
    pub(crate) fn difference(&self, problem: &mut Problem<f64>, i: usize, step: f64) -> f64 {
        let mut outer = |shift: f64| {
            let mut alpha = self.alpha.clone();
            alpha[i] += shift;
            self.solve(problem, &alpha).1
        };
        (outer(step) - outer(-step)) / (2.0 * step)
    }
}
