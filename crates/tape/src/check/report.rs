//! What the checker answers.

use std::fmt;

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
        })
    }
}

/// What came out of a comparison, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Equal within the tolerance.
    Agrees,
    /// Different, but the difference quotients themselves disagree between step sizes or sides, as at a kink: they prove nothing
    /// here. Move the point.
    Kink,
    /// Different.
    Disagrees,
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
    pub(crate) fn worse(self, other: Self) -> Self {
        let is_worse = (other.verdict, other.error).partial_cmp(&(self.verdict, self.error));
        if is_worse == Some(std::cmp::Ordering::Greater) { other } else { self }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Agrees => "agrees",
            Verdict::Kink => "looks like a kink (the difference quotients disagree among themselves)",
            Verdict::Disagrees => "DISAGREES",
        };
        let ([a, b], Self { check, place, error, tolerance, .. }) = (self.values, self);
        write!(f, "{check}: {verdict}: {a:e} and {b:e} {place}, relative error {error:.1e} (tolerance {tolerance:.0e})")
    }
}

/// All that was checked: the worst finding of each check.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    findings: Vec<Finding>,
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

    /// The worst verdict.
    pub fn verdict(&self) -> Verdict {
        self.findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Agrees)
    }

    /// Nothing, if everything agrees.
    ///
    /// # Panics
    /// With the whole report otherwise.
    #[track_caller]
    pub fn unwrap(&self) {
        assert!(self.verdict() == Verdict::Agrees, "a derivative was refuted\n{self}");
    }

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
        self.findings.iter().try_for_each(|finding| writeln!(f, "  {finding}"))
    }
}
