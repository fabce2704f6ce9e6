//! Collapse: mixtures that give their weight to a candidate without a nonlinearity, as DARTS does to skip connections (Zela et
//! al. 2020; science 6.9).

use super::{Diagnosis, Finding};

/// A mixture with more than this share on linear candidates has collapsed.
const MOST: f64 = 0.5;

/// How one mixture spreads its weight; the weight of a candidate is |αᵢ| / Σ |αⱼ|.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shares {
    /// The weight of all linear candidates together; 0 for a mixture of zeros.
    pub linear: f64,
    /// The entropy of the weights in nats: 0 for one candidate, ln h for h equal ones.
    pub entropy: f64,
}

/// How the mixtures of a search spread their weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Collapse {
    /// Every mixture.
    pub mixtures: Vec<Shares>,
    /// Number h of candidates.
    pub candidates: usize,
}

/// Looks at the mixtures of `alpha`, one after the other; `linear` says of each candidate whether it is a linear function.
///
/// # Panics
/// When α is not a whole number of mixtures.
pub fn collapse(alpha: &[f64], linear: &[bool]) -> Collapse {
    let h = linear.len();
    assert!(alpha.len().is_multiple_of(h.max(1)), "{} coefficients for mixtures of {h}", alpha.len());
    Collapse { mixtures: alpha.chunks(h.max(1)).map(|mixture| shares(mixture, linear)).collect(), candidates: h }
}

fn shares(mixture: &[f64], linear: &[bool]) -> Shares {
    let total: f64 = mixture.iter().map(|a| a.abs()).sum();
    let weights: Vec<f64> = mixture.iter().map(|a| if total > 0.0 { a.abs() / total } else { 0.0 }).collect();
    Shares {
        linear: weights.iter().zip(linear).map(|(w, linear)| if *linear { *w } else { 0.0 }).sum(),
        entropy: -weights.iter().filter(|w| **w > 0.0).map(|w| w * w.ln()).sum::<f64>(),
    }
}

impl Collapse {
    /// The mixture with the largest share on linear candidates, from 0; `None` of no mixtures.
    pub fn worst(&self) -> Option<(usize, Shares)> {
        let all = self.mixtures.iter().copied().enumerate();
        all.reduce(|worst, next| if next.1.linear > worst.1.linear { next } else { worst })
    }
}

impl Diagnosis for Collapse {
    fn name(&self) -> &'static str {
        "collapse"
    }

    fn finding(&self) -> Finding {
        match self.worst() {
            None => Finding::Unknown,
            Some((_, shares)) if shares.linear > MOST => Finding::Found,
            Some(_) => Finding::Clear,
        }
    }

    fn sentence(&self) -> String {
        let Some((number, shares)) = self.worst() else { return "There is no mixture to look at.".to_owned() };
        let percent = 100.0 * shares.linear;
        if self.finding() == Finding::Found {
            return format!(
                "Mixture {} gives {percent:.0} % of its weight to linear candidates, with which its layer adds little to the one \
                 before. See whether the test figures agree; if they do, a smaller network would do, and else leave out identity.",
                number + 1
            );
        }
        let spread = self.mixtures.iter().map(|shares| shares.entropy.exp()).sum::<f64>() / self.mixtures.len() as f64;
        format!(
            "No mixture has collapsed: at most {percent:.0} % of the weight is on linear candidates. The weights are spread as over \
             {spread:.1} equal ones of {}.",
            self.candidates
        )
    }
}
