//! The largest distance between two hypergradients over points.

use super::Settings;
use crate::data::Planted;
use crate::dense::NotPositiveDefinite;
use crate::experiments::Error;
use crate::experiments::slopes::{differences, distance, norm};
use crate::experiments::superposition::Problem;
use crate::kernel::{HoldOut, Objective, Partial, Superposed};
use crate::report::Progress;
use crate::search::Bilevel;
use crate::stats::largest;
use faer::Col;
use serde::{Deserialize, Serialize};

/// What one seed measured.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Measured {
    /// max ‖∇L_V − ∇L‖ over the points, by h and then by n_V, as the settings list them.
    pub gaps: Vec<Vec<f64>>,
    /// The largest relative difference of ∇L from differences of the exact risk, over all h and points.
    pub differences: f64,
}

/// Measures the seed with this number.
pub fn measure_seed(settings: &Settings, number: usize, progress: &Progress) -> Result<Measured, Error> {
    let seed = settings.run_as.numbered("e2", number);
    let mut measured = Measured { gaps: Vec::new(), differences: 0.0 };
    for &maps in &settings.problems.maps {
        let problem = Problem::new(&settings.problems.sizes(maps, settings.points), seed.split(&format!("h {maps}")));
        let exact = problem.points.iter().map(|alpha| problem.exact(alpha)).collect::<Result<Vec<_>, _>>()?;
        let by_size = settings.problems.n_validation.iter().map(|&n| problem.gap(&exact, n));
        measured.gaps.push(by_size.collect::<Result<_, _>>()?);
        for (alpha, exact) in problem.points.iter().zip(&exact) {
            measured.differences =
                measured.differences.max(distance(&problem.differences(alpha)?, exact) / norm(exact));
        }
        progress.advance();
    }
    Ok(measured)
}

impl Problem {
    /// ∇L, in all directions: the sphere is left.
    fn exact(&self, alpha: &[f64]) -> Result<Vec<f64>, NotPositiveDefinite> {
        Ok(Superposed { fit: self.fit(), outer: Exact(&self.planted) }.evaluate(alpha)?.alpha)
    }

    fn gap(&self, exact: &[Vec<f64>], n: usize) -> Result<f64, NotPositiveDefinite> {
        let maps = self.validation.maps.first(n);
        let outer = HoldOut { maps: &maps, y: self.validation.y.subrows(0, n), clip: f64::INFINITY };
        let mut problem = Superposed { fit: self.fit(), outer };
        let gaps =
            self.points.iter().zip(exact).map(|(alpha, exact)| Ok(distance(&problem.evaluate(alpha)?.alpha, exact)));
        Ok(largest(&gaps.collect::<Result<Vec<f64>, _>>()?))
    }

    /// ∇L by differences of L.
    fn differences(&self, alpha: &[f64]) -> Result<Vec<f64>, NotPositiveDefinite> {
        differences(alpha, |alpha| Ok(self.planted.residual_variance(alpha, &self.fit().solve(alpha)?.theta)))
    }
}

/// The risk of the squared error.
struct Exact<'a>(&'a Planted);

impl Objective for Exact<'_> {
    fn evaluate(&self, alpha: &[f64], theta: &Col<f64>) -> Partial {
        let (in_alpha, in_theta) = self.0.residual_variance_gradient(alpha, theta);
        Partial { value: self.0.residual_variance(alpha, theta), alpha: in_alpha, theta: in_theta }
    }
}
