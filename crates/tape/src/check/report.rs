//! What the checker answers.

use std::fmt;

use crate::check::cause::{Cause, WrongRule};

/// Something that the checker compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// ⟨vjp u, v⟩ with ⟨u, jvp v⟩.
    Adjoint,
    /// jvp with differences of the function.
    Jvp,
    /// vjp with differences of the function.
    Vjp,
    /// ⟨w, H v⟩ with ⟨v, H w⟩ for the Hessian H.
    Symmetry,
    /// The Hessian-vector product with differences of the gradient.
    Hvp,
    /// The jvp of the Hessian-vector product with differences of it.
    Third,
    /// What a user's operation computes in `f32` with what it computes in `f64`.
    Single,
    /// jvp with Taylor series, which know no rule.
    Series,
    /// ⟨v, H v⟩ with the second coefficient of Taylor series.
    Curvature,
    /// A compiled program with the slow twin.
    Compiled,
    /// A program in two stages with the same in one, bit by bit.
    Staged,
    /// State that is carried from run to run against state that is given anew.
    Carried,
    /// All passes of the compiler with some of them switched off, bit by bit.
    Passes,
    /// One thread with many, bit by bit.
    Threads,
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Adjoint => "⟨vjp u, v⟩ = ⟨u, jvp v⟩",
            Self::Jvp => "jvp against differences of the function",
            Self::Vjp => "vjp against differences of the function",
            Self::Symmetry => "⟨w, H v⟩ = ⟨v, H w⟩",
            Self::Hvp => "hvp against differences of the gradient",
            Self::Third => "jvp of the hvp against differences of the hvp",
            Self::Single => "forward_f32 against forward_f64",
            Self::Series => "jvp against Taylor series",
            Self::Curvature => "⟨v, H v⟩ against Taylor series",
            Self::Compiled => "compiled against the slow twin",
            Self::Staged => "in two stages against in one",
            Self::Carried => "carried state against state given anew",
            Self::Passes => "all passes against some",
            Self::Threads => "one thread against many",
        })
    }
}

/// What came out of a comparison, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Equal within the tolerance.
    Agrees,
    /// Different, but not by more than rounding errors in the derivative itself explain: it is badly conditioned here.
    Precision,
    /// Different, but the difference quotients have lost all digits: rounding errors of the function, over the step, are larger.
    /// They prove nothing here.
    Cancellation,
    /// Different, but the difference quotients themselves disagree between step sizes or sides, as at a kink: they prove nothing
    /// here. Move the point.
    Kink,
    /// Different.
    Disagrees,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Agrees => "agrees",
            Self::Precision => "differs by rounding only (the derivative is badly conditioned here)",
            Self::Cancellation => "cancels (rounding of the function drowns the difference quotients)",
            Self::Kink => "looks like a kink (the difference quotients disagree among themselves)",
            Self::Disagrees => "DISAGREES",
        })
    }
}

/// Where two values were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// An inner product of all entries.
    Everywhere,
    /// An element of the output, counted row-major.
    Output {
        /// Which.
        element: usize,
    },
    /// An element of one of several outputs, counted row-major.
    Result {
        /// Which output.
        output: usize,
        /// Which element of it.
        element: usize,
    },
    /// An element of a variable that the derivative is taken in, counted row-major.
    Input {
        /// The position of the variable.
        input: usize,
        /// Which element of it.
        element: usize,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everywhere => write!(f, "in an inner product"),
            Self::Output { element } => write!(f, "at element {element} of the output"),
            Self::Result { output, element } => write!(f, "at element {element} of output {output}"),
            Self::Input { input, element } => write!(f, "at element {element} of variable {input}"),
        }
    }
}

/// The worst place of one check.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    /// What was compared.
    pub check: Check,
    /// What came out.
    pub verdict: Verdict,
    /// Where the two were furthest apart.
    pub place: Place,
    /// The two values there, in the order of the names in [`Check`].
    pub values: [f64; 2],
    /// Their distance relative to the largest entry; infinite if a value is NaN.
    pub error: f64,
    /// The error up to which they agree.
    pub tolerance: f64,
}

impl Finding {
    /// Whether both values are numbers.
    pub(crate) fn is_finite(&self) -> bool {
        self.values.iter().all(|x| x.is_finite())
    }

    pub(crate) fn worse(self, other: Self) -> Self {
        let is_worse = (other.verdict, other.error).partial_cmp(&(self.verdict, self.error));
        if is_worse == Some(std::cmp::Ordering::Greater) { other } else { self }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ([a, b], Self { check, verdict, place, error, tolerance, .. }) = (self.values, self);
        write!(f, "{check}: {verdict}: {a:e} and {b:e} {place}, relative error {error:.1e} (tolerance {tolerance:.0e})")
    }
}

/// All that was checked: the worst finding of each check, and what explains a disagreement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    findings: Vec<Finding>,
    pub(crate) wrong_rule: Option<Box<WrongRule>>,
    pub(crate) smallest_input: Option<Vec<Vec<f64>>>,
}

impl Report {
    /// One finding for every check that had something to compare.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The finding of one check.
    pub fn finding(&self, check: Check) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.check == check)
    }

    /// The worst finding.
    pub fn worst(&self) -> Option<&Finding> {
        self.findings.iter().max_by_key(|finding| finding.verdict)
    }

    /// The worst verdict.
    pub fn verdict(&self) -> Verdict {
        self.worst().map_or(Verdict::Agrees, |finding| finding.verdict)
    }

    /// The verdict and what explains it.
    pub fn cause(&self) -> Cause<'_> {
        let refuted = || self.findings.iter().filter(|finding| finding.verdict == Verdict::Disagrees);
        match (self.verdict(), &self.wrong_rule) {
            (Verdict::Agrees, _) => Cause::Agrees,
            (Verdict::Precision, _) => Cause::Precision,
            (Verdict::Cancellation, _) => Cause::Cancellation,
            (Verdict::Kink, _) => Cause::Kink,
            (Verdict::Disagrees, Some(rule)) => Cause::WrongRule(rule),
            (Verdict::Disagrees, None) if refuted().all(|finding| !finding.is_finite()) => Cause::NotFinite,
            (Verdict::Disagrees, None) => Cause::Wrong,
        }
    }

    /// The simplest input found on which a derivative is still refuted: the elements of each input.
    pub fn smallest_input(&self) -> Option<&[Vec<f64>]> {
        self.smallest_input.as_deref()
    }

    /// Nothing, if everything agrees.
    ///
    /// # Panics
    /// With the whole report otherwise.
    #[track_caller]
    pub fn unwrap(&self) {
        assert!(self.verdict() == Verdict::Agrees, "a derivative was refuted\n{self}");
    }

    /// What is left when some checks have nothing to say.
    pub(crate) fn without(mut self, checks: &[Check]) -> Self {
        self.findings.retain(|finding| !checks.contains(&finding.check));
        if self.verdict() < Verdict::Disagrees {
            (self.wrong_rule, self.smallest_input) = (None, None);
        }
        self
    }

    /// Adds a finding; of one check the worst stays.
    pub(crate) fn add(&mut self, finding: impl Into<Option<Finding>>) {
        let Some(finding) = finding.into() else { return };
        match self.findings.iter_mut().find(|known| known.check == finding.check) {
            Some(known) => *known = known.worse(finding),
            None => self.findings.push(finding),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.findings.iter().try_for_each(|finding| writeln!(f, "  {finding}"))?;
        if self.verdict() > Verdict::Agrees {
            writeln!(f, "  cause: {}", self.cause())?;
        }
        if let (Some(input), None) = (&self.smallest_input, &self.wrong_rule) {
            writeln!(f, "  smallest input: {input:?}")?;
        }
        Ok(())
    }
}
