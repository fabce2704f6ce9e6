//! What each method will take, from sizes alone, and which to choose.

use std::fmt;

use super::work::Meter;
use super::{Problem, Work};
use crate::Element;

/// What is to be planned for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Bytes for programs, snapshots and directions together.
    pub budget: usize,
    /// Products with H that the solver will make, its checks included: those of the last answer, or a guess (about ½√κ·ln(2/ε)
    /// conjugate-gradient steps for a condition number κ and a tolerance ε).
    pub products: usize,
    /// Training steps K of unrolling and of differences.
    pub steps: usize,
    /// How many of the last of them are differentiated.
    pub last: usize,
}

/// A method that can be planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Planned {
    /// [`Method::Implicit`](crate::Method::Implicit)
    Implicit,
    /// [`Mode::Reverse`](crate::Mode::Reverse) with this budget for snapshots.
    Reverse {
        /// In bytes: what the programs leave.
        budget: usize,
    },
    /// [`Mode::Forward`](crate::Mode::Forward)
    Forward,
    /// [`Method::Differences`](crate::Method::Differences)
    Differences,
}

/// What a method will take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// Which method.
    pub method: Planned,
    /// Its products, recomputed steps, snapshots, bytes and arithmetic.
    pub work: Work,
    /// Whether its bytes are within the budget.
    pub fits: bool,
}

/// What every method will take. It prints as a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Implicit, reverse, forward, differences.
    pub forecasts: Vec<Forecast>,
}

impl Plan {
    /// The method of the least arithmetic among those that fit.
    pub fn choice(&self) -> Option<&Forecast> {
        self.forecasts.iter().filter(|forecast| forecast.fits).min_by_key(|forecast| forecast.work.flops)
    }
}

impl<T: Element> Problem<T> {
    /// Predicts what each method will take, from the costs of the compiled programs: nothing is run.
    ///
    /// A solver's own vectors, a preconditioner and the measure of a contraction are not counted in bytes; count their products in
    /// the workload.
    ///
    /// ```
    /// use tape::{Problem, Setup, Tape, Workload};
    ///
    /// let tape = Tape::new();
    /// let (alpha, theta) = (tape.input(2, 1), tape.input(50, 1));
    /// let inner = 0.5 * (theta - alpha.sum()).powi(2).sum();
    /// let problem = Problem::<f64>::stationary(inner, theta.sum(), alpha, theta, (), Setup::default());
    /// let plan = problem.plan(&Workload { budget: 1 << 20, products: 10, steps: 100, last: usize::MAX });
    /// println!("{plan}");
    /// assert_eq!(plan.choice().unwrap().method, tape::Planned::Implicit);
    /// ```
    pub fn plan(&self, workload: &Workload) -> Plan {
        let all = [
            self.of_implicit(workload),
            self.of_reverse(workload),
            self.of_forward(workload),
            self.of_differences(workload),
        ];
        let judge = |(method, work): (Planned, Work)| Forecast { method, work, fits: work.bytes <= workload.budget };
        Plan { forecasts: all.into_iter().map(judge).collect() }
    }

    fn of_implicit(&self, workload: &Workload) -> (Planned, Work) {
        let mut meter = Meter::default();
        meter.whole(&self.sides).staged(&self.curvature, 1, workload.products).whole(&self.cross);
        (Planned::Implicit, Work { products: workload.products, ..meter.work() })
    }

    fn of_reverse(&self, workload: &Workload) -> (Planned, Work) {
        let (steps, last) = (workload.steps, workload.last.min(workload.steps));
        let state = (self.training.state_size() * size_of::<T>()).max(1);
        let mut programs = Meter::default();
        let training = &self.training;
        programs.whole(&self.sides).staged(&self.curvature, 0, 0);
        let rest = programs.staged(&training.forward, 0, 0).staged(&training.backward, 0, 0).work().bytes;
        let budget = workload.budget.saturating_sub(rest);
        let snapshots = (budget / state).clamp(1, last.max(1));
        let recomputed = advances(last, snapshots).saturating_sub(last.saturating_sub(1));
        let mut meter = Meter::default();
        meter.whole(&self.sides).staged(&self.curvature, 1, 0);
        meter.staged(&training.forward, 1, steps + recomputed).staged(&training.backward, 1, last);
        let work = meter.work();
        let held = if last == 0 { 0 } else { snapshots };
        let bytes = work.bytes + held * self.training.state_size() * size_of::<T>();
        (Planned::Reverse { budget }, Work { products: last, recomputed, snapshots: held, bytes, ..work })
    }

    fn of_forward(&self, workload: &Workload) -> (Planned, Work) {
        let directions = self.directions();
        let last = if directions == 0 { 0 } else { workload.last.min(workload.steps) };
        let mut meter = Meter::default();
        meter.whole(&self.sides).staged(&self.curvature, 1, 0);
        meter.staged(&self.training.forward, 1, workload.steps - last);
        meter.staged(&self.training.tangent, last, last * directions);
        let work = meter.work();
        let room = if last == 0 { 0 } else { self.training.tangent.room_for(directions) };
        let elements = directions * (directions + 3 * self.training.state_size()) + room;
        let bytes = work.bytes + elements * size_of::<T>();
        (Planned::Forward, Work { products: last * directions, bytes, ..work })
    }

    fn of_differences(&self, workload: &Workload) -> (Planned, Work) {
        let mut meter = Meter::default();
        meter.whole(&self.sides).staged(&self.curvature, 1, 0);
        meter.staged(&self.training.forward, 1, workload.steps).staged(&self.training.backward, 1, 0);
        let (once, trainings) = (meter.work(), 1 + 4 * self.directions());
        (Planned::Differences, Work { flops: once.flops * trainings as u64, ..once })
    }

    /// The number of elements of α.
    fn directions(&self) -> usize {
        self.sides.program().input_shapes().take(self.zero.len()).map(crate::Shape::len).sum()
    }
}

/// The least number of forward steps to reverse `steps` with `snapshots`: rl − C(s + r, r − 1) for C(s + r − 1, s) < l ≤ C(s + r, s).
/// Source: Griewank and Walther 2000, "Revolve", proposition 1.
fn advances(steps: usize, snapshots: usize) -> usize {
    if steps <= 1 {
        return 0;
    }
    let (l, s) = (steps as u128, snapshots as u128);
    // reach = C(s + r, s) and beyond = C(s + r, r − 1) = C(s + r, s + 1).
    let (mut r, mut reach, mut beyond) = (0, 1, 0);
    while reach < l {
        r += 1;
        // C(s + r, s + 1) = C(s + r − 1, s + 1) + C(s + r − 1, s)
        (beyond, reach) = (beyond + reach, reach * (s + r) / r);
    }
    (r * l - beyond) as usize
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<12} {:>10} {:>10} {:>12} {:>12}", "method", "products", "recomputed", "Mflop", "kB")?;
        for Forecast { method, work, fits } in &self.forecasts {
            let name = match method {
                Planned::Implicit => "implicit",
                Planned::Reverse { .. } => "reverse",
                Planned::Forward => "forward",
                Planned::Differences => "differences",
            };
            let (flops, bytes) = (work.flops as f64 / 1e6, work.bytes as f64 / 1e3);
            let note = if *fits { "" } else { "  above the budget" };
            write!(f, "\n{name:<12} {:>10} {:>10} {flops:>12.3} {bytes:>12.1}{note}", work.products, work.recomputed)?;
        }
        Ok(())
    }
}
