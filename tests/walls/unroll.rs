//! A training of any length is differentiated by the same two programs, in memory that does not grow with it.

use tape::{Gd, Method, Mode, Point, Problem, Setup, Tape, Unroll};

/// g = ½ Σ λᵢ(θᵢ − α)² with λ = (1, ½), f = ½‖θ‖², trained for `steps` steps from θ = (3, −1) at α = 2.
fn unroll(steps: usize, budget: usize) -> (tape::Answer<f64>, usize) {
    let tape = Tape::new();
    let (alpha, theta) = (tape.input(1, 1), tape.input(2, 1));
    let curvature = tape.constant(2, 1, &[1.0, 0.5]);
    let inner = 0.5 * (curvature * (theta - alpha).powi(2)).sum();
    let outer = 0.5 * theta.powi(2).sum();
    let setup = Setup { step: Box::new(Gd), ..Setup::default() };
    let mut problem = Problem::<f64>::stationary(inner, outer, alpha, theta, (), setup);
    let recorded = tape.len();
    let mode = Mode::Reverse { budget };
    let method = Method::Unroll(Unroll { steps, eta: &|_| 1e-4, mode, ..Unroll::default() });
    let point = Point { alpha: &[&[2.0]], theta: &[&[3.0, -1.0]], data: &[] };
    let answer = problem.hypergradient(&method, &point).expect("a finite answer");
    assert_eq!(tape.len(), recorded, "a loop is never recorded");
    (answer, recorded)
}

#[test]
fn a_hundred_thousand_steps_differentiate_by_the_programs_of_ten() {
    const STEPS: usize = 100_000;
    let state = 2 * size_of::<f64>();
    let budget = STEPS / 200 * state;
    let (long, long_nodes) = unroll(STEPS, budget);
    let (_, short_nodes) = unroll(10, budget);
    assert_eq!(long_nodes, short_nodes, "the programs do not know how long the loop is");
    assert!(long.work.snapshots * 100 < STEPS, "{} snapshots are less than 1 % of the states", long.work.snapshots);
    assert!(long.work.recomputed > 0, "what does not fit is computed again");
    assert!(long.work.recomputed <= 2 * STEPS, "C(500 + 2, 2) ≥ 10^5: no step runs more than twice again");

    let (whole, _) = unroll(STEPS, STEPS * state);
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
