//! Forecasts against what the programs then count.

use tape::{
    Cg, Damping, Differences, Forecast, Implicit, Method, Mode, Planned, Point, Problem, Setup, Stationarity, Tape,
    Unroll, Work, Workload,
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
