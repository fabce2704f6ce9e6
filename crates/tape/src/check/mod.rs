//! The gradient checker: derivatives against each other and against difference quotients.
//!
//! Exact identities come first, because they have no truncation error: ⟨vjp u, v⟩ = ⟨u, jvp v⟩, and ⟨w, H v⟩ = ⟨v, H w⟩. Then
//! everything is compared with Taylor series, which know no rule, and with central differences of what it is the derivative of. The answer is never a bare `false`: a
//! [`Report`] says which check failed, where, on which values, and its [`Cause`]: a kink, cancellation, rounding, or the one node
//! whose rule is wrong, alone and as small as it still fails.
//!
//! ```
//! use tape::{Tape, check};
//!
//! let tape = Tape::new();
//! let (x, w) = (tape.input(2, 3), tape.input(3, 1));
//! let loss = x.matmul(w).tanh().powi(2).sum();
//! let (x_data, w_data) = ([0.3, -0.1, 0.7, 0.2, 0.5, -0.4], [0.1, -0.6, 0.9]);
//! check::gradient(loss, w, (x, w), &[&x_data, &w_data], &check::Options::default()).unwrap();
//! ```

mod blame;
mod cause;
mod checks;
mod claim;
mod compare;
mod custom;
mod differences;
mod function;
mod mutation;
mod options;
mod oracles;
mod probe;
mod report;

pub use cause::{Cause, WrongRule};
pub use custom::custom;
pub use function::{by_hand, function};
pub use mutation::{Fate, Mutant, Mutation, mutations};
pub use options::Options;
pub use oracles::{carried, compiled, derivatives, everything, passes, staged, threads};
pub use report::{Check, Finding, Place, Report, Verdict};

use crate::check::probe::Probe;
use crate::vars::list;
use crate::{Recording, Var, Vars};

/// Checks the derivatives of `output` (of any shape) with respect to `wrt`, which are among `inputs`, where the inputs have
/// these `values`. What a derivative needs is appended to the tape.
///
/// When a derivative is refuted, every node is checked alone, and the report names the one whose rule is wrong.
///
/// # Panics
/// When `values` do not fit the inputs, a variable of `wrt` is not among them, or the options ask for a higher order than a
/// mixture of the program has.
#[track_caller]
pub fn gradient<'t>(
    output: Var<'t>,
    wrt: impl Vars<'t>,
    inputs: impl Vars<'t>,
    values: &[&[f64]],
    options: &Options,
) -> Report {
    let (wrt, inputs) = (list(&wrt), list(&inputs));
    let probe = Probe::new(output, wrt, inputs.clone(), values, options.order);
    let mut report = checks::compare(&probe, options);
    if report.verdict() == Verdict::Disagrees {
        blame::blame(&Recording::new(inputs, output, values), &probe.wrt, options, &mut report);
    }
    report
}
