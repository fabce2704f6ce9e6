//! Forecasts against what the programs then count.

use tape::{
    Activation, Bank, Cg, Damping, Differences, Forecast, Implicit, Method, Mode, Par, Planned, Point, Problem, Setup,
    Stationarity, Tape, Unroll, Work, Workload,
};

use crate::problems::{network, noise};

fn method(planned: Planned, workload: &Workload, solver: &Cg, run: &mut dyn FnMut(&Method<'_, f64>) -> Work) -> Work {
    let Workload { steps, last, .. } = *workload;
    let unroll = Unroll { steps, last, ..Unroll::default() };
    run(&match planned {
        Planned::Implicit => Method::Implicit(Implicit {
            solver,
            damping: Damping::Fixed(1.0),
            stationarity: Stationarity::NotRequired,
            ..Implicit::default()
        }),
        Planned::Reverse { budget } => Method::Unroll(Unroll { mode: Mode::Reverse { budget }, ..unroll }),
        Planned::Forward => Method::Unroll(Unroll { mode: Mode::Forward, ..unroll }),
        Planned::Differences => Method::Differences(Differences { steps, ..Differences::default() }),
        other => panic!("{other:?}"),
    })
}

#[test]
fn forecasts_are_what_the_programs_count() {
    let (mut problem, case) = network(4, Setup::default());
    let (theta, data) = (noise(15, 8), case.data());
    let at = Point { alpha: &[&case.alpha], theta: &[&theta[..12], &theta[12..]], data: &data };
    for (steps, last, budget, products) in [
        (0, 0, 1 << 20, 1),
        (1, 1, 1 << 20, 3),
        (40, usize::MAX, 1 << 20, 7),
        (300, usize::MAX, 30_000, 5),
        (300, 100, 0, 2),
    ] {
        let workload = Workload { budget, products, steps, last };
        let plan = problem.plan(&workload);
        assert_eq!(plan.forecasts.len(), 4);
        for Forecast { method: planned, work, fits } in &plan.forecasts {
            let mut run = |method: &Method<'_, f64>| problem.hypergradient(method, &at).unwrap().work;
            let counted = method(*planned, &workload, &Cg::after(products), &mut run);
            let near = |a: f64, b: f64| (a - b).abs() <= 0.1 * b;
            assert!(near(work.flops as f64, counted.flops as f64), "{planned:?}: {work:?}, counted {counted:?}");
            assert!(near(work.bytes as f64, counted.bytes as f64), "{planned:?}: {work:?}, counted {counted:?}");
            assert_eq!(work.recomputed, counted.recomputed, "{planned:?} at {workload:?}");
            assert_eq!(
                (work.snapshots, *fits),
                (counted.snapshots, work.bytes <= budget),
                "{planned:?} at {workload:?}"
            );
            assert!(counted.flops > 0);
        }
    }
}

/// Directions run together, and each on one thread, in memory of their own.
#[test]
fn forecasts_of_forward_mode_count_the_memory_of_directions() {
    const STEPS: usize = 3;
    let workload = Workload { budget: 1 << 30, products: 1, steps: STEPS, last: STEPS };
    // Bytes as forecast and as counted, of training a w of `width` columns.
    let bytes = |width: usize| {
        let tape = Tape::new();
        let (x, y) = (tape.input(200, 40), tape.input(200, width));
        let (alpha, w) = (tape.input(6, 1), tape.input(40, width));
        let bank = Bank::new([Activation::Tanh; 6]);
        let loss = (x.matmul(w).mixture(&bank, alpha) - y).powi(2).mean();
        let setup = Setup { par: Par::Rayon, ..Setup::default() };
        let mut problem = Problem::<f64>::stationary(loss, loss, alpha, w, (x, y), setup);
        let forecast = problem.plan(&workload).forecasts.into_iter().find(|f| f.method == Planned::Forward);
        let unroll = Unroll { steps: STEPS, mode: Mode::Forward, ..Unroll::default() };
        let at = Point {
            alpha: &[&noise(6, 1)],
            theta: &[&noise(40 * width, 2)],
            data: &[&noise(8000, 3), &noise(200 * width, 4)],
        };
        let counted = problem.hypergradient(&Method::Unroll(unroll), &at).unwrap().work;
        (forecast.expect("forward mode is planned").work.bytes, counted.bytes)
    };
    let on = |threads: usize, width: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        let (forecast, counted) = pool.install(|| bytes(width));
        let near = (forecast as f64 - counted as f64).abs() <= 0.1 * counted as f64;
        assert!(near, "{width} columns, {threads} threads: {forecast} bytes forecast, {counted} counted");
        counted
    };
    // Six directions: two threads have three each; four would not be busy to the end.
    let [one, two, four] = [1, 2, 4].map(|threads| on(threads, 30));
    assert!(two > one && four == one, "{one}, {two}, {four} bytes on 1, 2, 4 threads");
    let of_vectors = on(1, 1);
    assert!(of_vectors > 6 * (200 + 40) * size_of::<f64>(), "{of_vectors} bytes hold no six runs");
}

#[test]
fn the_choice_is_the_cheapest_that_fits() {
    let tape = Tape::new();
    let (alpha, theta) = (tape.input(2, 1), tape.input(400, 1));
    let inner = 0.5 * (theta - alpha.sum()).powi(2).sum();
    let problem = Problem::<f64>::stationary(inner, theta.sum(), alpha, theta, (), Setup::default());
    let choice = |workload: Workload| problem.plan(&workload).choice().map(|forecast| forecast.method);
    let large = Workload { budget: 1 << 30, products: 5, steps: 1000, last: usize::MAX };
    assert_eq!(choice(large), Some(Planned::Implicit));
    assert!(matches!(choice(Workload { products: 1_000_000, ..large }), Some(Planned::Reverse { .. })));
    assert_eq!(choice(Workload { budget: 0, ..large }), None);
    let table = problem.plan(&large).to_string();
    assert!(table.lines().count() == 5 && table.contains("differences"), "{table}");
}
