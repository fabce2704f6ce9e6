//! The largest gap between risk and validation risk, over points and over the sphere.

use super::Settings;
use crate::data::Planted;
use crate::dense::NotPositiveDefinite;
use crate::experiments::Error;
use crate::experiments::superposition::Problem;
use crate::kernel::{HoldOut, Objective, Partial, Superposed, Weights};
use crate::outer::ProjectedGradient;
use crate::report::Progress;
use crate::search::{FirstStep, Options, search_from};
use crate::space::Sphere;
use crate::stats::{argmin, largest};
use crate::theory::clipped::ClippedSquare;
use faer::{Col, Scale};
use serde::{Deserialize, Serialize};

/// Where the loss of a sample ends: min(r², 4). Squares of normal residuals have tails that hide the law (science 4.7).
pub(super) const CLIP: ClippedSquare = ClippedSquare { bound: 4.0 };

/// What one seed measured: for each number of maps, for each number of validation samples.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Measured {
    /// By h, then by n_V, as the settings list them.
    pub gaps: Vec<Vec<Gap>>,
}

/// The gaps of one problem and one validation set.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Gap {
    /// max |L − L_V| over the random points.
    pub points: f64,
    /// The same after an ascent on the sphere from the worst of them.
    pub sphere: f64,
    /// Risk of the point of least validation risk, over the least risk of the points.
    pub excess: f64,
}

/// Measures the seed with this number.
pub fn measure_seed(settings: &Settings, number: usize, progress: &Progress) -> Result<Measured, Error> {
    let seed = settings.run_as.numbered("e1", number);
    let of_maps = |&maps: &usize| {
        let gaps = Problem::new(&settings.problems.sizes(maps, settings.points), seed.split(&format!("h {maps}")))
            .gaps(settings)?;
        progress.advance();
        Ok(gaps)
    };
    Ok(Measured { gaps: settings.problems.maps.iter().map(of_maps).collect::<Result<_, Error>>()? })
}

impl Problem {
    fn gaps(&self, settings: &Settings) -> Result<Vec<Gap>, Error> {
        let solved = self.points.iter().map(|alpha| self.fit().solve(alpha)).collect::<Result<Vec<_>, _>>()?;
        let risks: Vec<f64> = self.points.iter().zip(&solved).map(|(alpha, w)| self.risk(alpha, &w.theta)).collect();
        let least = risks.iter().copied().fold(f64::INFINITY, f64::min);
        let of_size = |&n: &usize| {
            let maps = self.validation.maps.first(n);
            let hold_out = HoldOut { maps: &maps, y: self.validation.y.subrows(0, n), clip: CLIP.bound };
            let losses = self.losses(&solved, &hold_out);
            let gaps: Vec<f64> = risks.iter().zip(&losses).map(|(risk, loss)| (risk - loss).abs()).collect();
            Ok(Gap {
                points: largest(&gaps),
                sphere: self.ascend(settings, &hold_out, &risks, &losses)?,
                excess: argmin(&losses).map_or(f64::NAN, |choice| risks[choice] - least),
            })
        };
        settings.problems.n_validation.iter().map(of_size).collect()
    }

    fn risk(&self, alpha: &[f64], theta: &Col<f64>) -> f64 {
        CLIP.expectation(self.planted.residual_variance(alpha, theta))
    }

    fn losses(&self, solved: &[Weights], hold_out: &HoldOut<'_>) -> Vec<f64> {
        self.points.iter().zip(solved).map(|(alpha, weights)| hold_out.loss(alpha, &weights.theta)).collect()
    }

    /// The largest gap that projected gradient ascent finds from the worst points.
    fn ascend(
        &self,
        settings: &Settings,
        hold_out: &HoldOut<'_>,
        risks: &[f64],
        losses: &[f64],
    ) -> Result<f64, NotPositiveDefinite> {
        let signed: Vec<f64> = risks.iter().zip(losses).map(|(risk, loss)| risk - loss).collect();
        let mut worst: Vec<usize> = (0..signed.len()).collect();
        worst.sort_by(|&i, &j| signed[j].abs().total_cmp(&signed[i].abs()));
        let sphere = Sphere::unit(self.train.maps.count());
        let options = Options { steps: settings.steps, first: FirstStep::Distance(0.1), ..Options::default() };
        let mut best: f64 = 0.0;
        for &start in worst.iter().take(STARTS) {
            let outer = SignedGap { planted: &self.planted, hold_out: *hold_out, sign: signed[start].signum() };
            let (mut problem, outer) = (Superposed { fit: self.fit(), outer }, ProjectedGradient { space: &sphere });
            let found =
                search_from(self.points[start].clone(), &mut problem, &sphere, &outer, &options, &mut |_, _| {})?;
            best = best.max(-found.hypergradient.value);
        }
        Ok(best)
    }
}

/// From how many of the worst points an ascent starts.
const STARTS: usize = 3;

/// −sign · (L − L_V): its least value is the largest gap of that sign.
struct SignedGap<'a> {
    planted: &'a Planted,
    hold_out: HoldOut<'a>,
    sign: f64,
}

impl Objective for SignedGap<'_> {
    fn evaluate(&self, alpha: &[f64], theta: &Col<f64>) -> Partial {
        let Partial { value, alpha: in_alpha, theta: in_theta } = self.hold_out.evaluate(alpha, theta);
        let v = self.planted.residual_variance(alpha, theta);
        let (risk, slope) = (CLIP.expectation(v), CLIP.expectation_slope(v));
        let (of_alpha, of_theta) = self.planted.residual_variance_gradient(alpha, theta);
        Partial {
            value: self.sign * (value - risk),
            alpha: in_alpha.iter().zip(&of_alpha).map(|(loss, v)| self.sign * (loss - slope * v)).collect(),
            theta: Scale(self.sign) * (in_theta - Scale(slope) * of_theta),
        }
    }
}
