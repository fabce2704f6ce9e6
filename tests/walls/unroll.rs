//! A training of any length is differentiated by the same two programs, in memory that does not grow with it.

use tape::{Gd, Method, Mode, Par, Point, Problem, Setup, Tape, Unroll};

/// g = ½ Σ λᵢ(θᵢ − α)² with λ = (1, ½, 1, ½, …), f = ½‖θ‖², trained for `steps` steps from θ₀ at α = 2.
pub(crate) fn unroll(theta: &[f64], steps: usize, budget: usize, par: Par) -> (tape::Answer<f64>, usize) {
    let n = theta.len();
    let tape = Tape::new();
    let (alpha, variable) = (tape.input(1, 1), tape.input(n, 1));
    let lambda: Vec<f64> = (0..n).map(|i| 1.0 - 0.5 * (i % 2) as f64).collect();
    let curvature = tape.constant(n, 1, &lambda);
    let inner = 0.5 * (curvature * (variable - alpha.expand(n, 1)).powi(2)).sum();
    let outer = 0.5 * variable.powi(2).sum();
    let setup = Setup { step: Box::new(Gd), par, ..Setup::default() };
    let mut problem = Problem::<f64>::stationary(inner, outer, alpha, variable, (), setup);
    let recorded = tape.len();
    let mode = Mode::Reverse { budget };
    let method = Method::Unroll(Unroll { steps, eta: &|_| 1e-4, mode, ..Unroll::default() });
    let point = Point { alpha: &[&[2.0]], theta: &[theta], data: &[] };
    let answer = problem.hypergradient(&method, &point).expect("a finite answer");
    assert_eq!(tape.len(), recorded, "a loop is never recorded");
    (answer, recorded)
}

#[test]
fn a_hundred_thousand_steps_differentiate_by_the_programs_of_ten() {
    const STEPS: usize = 100_000;
    let state = 2 * size_of::<f64>();
    let budget = STEPS / 200 * state;
    let start = [3.0, -1.0];
    let (long, long_nodes) = unroll(&start, STEPS, budget, Par::Seq);
    let (_, short_nodes) = unroll(&start, 10, budget, Par::Seq);
    assert_eq!(long_nodes, short_nodes, "the programs do not know how long the loop is");
    assert!(long.work.snapshots * 100 < STEPS, "{} snapshots are less than 1 % of the states", long.work.snapshots);
    assert!(long.work.recomputed > 0, "what does not fit is computed again");
    assert!(long.work.recomputed <= 2 * STEPS, "C(500 + 2, 2) ≥ 10^5: no step runs more than twice again");

    let (whole, _) = unroll(&start, STEPS, STEPS * state, Par::Seq);
    assert_eq!(whole.work.recomputed, 0, "all states fit");
    assert_eq!(whole.gradient[0][0].to_bits(), long.gradient[0][0].to_bits());

    // θ_K = α + (1 − ηλ)ᴷ(θ₀ − α), so df/dα = Σ θ_K (1 − (1 − ηλ)ᴷ).
    let exact: f64 = [(1.0, 3.0), (0.5, -1.0)]
        .iter()
        .map(|(lambda, start)| {
            let decay = (STEPS as f64 * f64::ln_1p(-1e-4 * lambda)).exp();
            (2.0 + decay * (start - 2.0)) * (1.0 - decay)
        })
        .sum();
    assert!((long.gradient[0][0] - exact).abs() < 1e-10, "{} for {exact}", long.gradient[0][0]);
}
