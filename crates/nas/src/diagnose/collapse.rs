//! Collapse: mixtures that give their weight to a candidate without a nonlinearity, as DARTS does to skip connections (Zela et
//! al. 2020; science 6.9).

use super::{Diagnosis, Finding};

/// A mixture with more than this share on linear candidates has collapsed.
const MOST: f64 = 0.5;

/// A unit of a network seldom sees more than this, either way.
const REACH: f64 = 10.0;
/// So many points are looked at.
const POINTS: usize = 400;
/// (1 + √5) / 2
const GOLDEN: f64 = 1.618_033_988_749_895;
/// What leaves its chord by less than this part of its size is a line.
const STRAIGHT: f64 = 1e-9;

/// Whether a candidate is a line where a network sees it, whatever its formula: its values from −10 to 10 lie on their chord. So
/// a constant is one, and so are `2*x` and `max(x,x)`.
pub fn is_line(candidate: impl Fn(f64) -> f64) -> bool {
    let [low, high] = [-REACH, REACH].map(&candidate);
    // Fractional parts of multiples of the golden ratio: no period is hidden from them.
    let shares = (1..=POINTS).map(|i| (i as f64 * GOLDEN).fract());
    let offsets = shares.map(|share| {
        let value = candidate(REACH * (2.0 * share - 1.0));
        ((value - ((1.0 - share) * low + share * high)).abs(), value.abs())
    });
    let (off, size) =
        offsets.fold((0.0, low.abs().max(high.abs())), |(off, size): (f64, f64), (o, s)| (off + o, size.max(s)));
    off <= STRAIGHT * size
}

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

    /// The mean entropy of the mixtures, and of how many equal candidates it would be.
    fn spread(&self) -> String {
        let mean = |of: fn(f64) -> f64| {
            self.mixtures.iter().map(|shares| of(shares.entropy)).sum::<f64>() / self.mixtures.len() as f64
        };
        format!(
            "The weights have an entropy of {:.2} of {:.2}: they are spread as over {:.1} equal ones of {}.",
            mean(|entropy| entropy),
            (self.candidates as f64).ln(),
            mean(f64::exp),
            self.candidates
        )
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
                 before. See whether the test figures agree; if they do, a smaller network would do, and else leave out identity. {}",
                number + 1,
                self.spread()
            );
        }
        format!(
            "No mixture has collapsed: at most {percent:.0} % of the weight is on linear candidates. {}",
            self.spread()
        )
    }
}
