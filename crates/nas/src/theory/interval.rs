//! How surely α̂ is known: confidence intervals at the solution of the outer problem, by the delta method (White 1982; van der
//! Vaart 1998, theorem 5.21).
//!
//! α̂ minimises the mean of n_V losses over Δ. Where its face of Δ has the tangent space T, with H the Hessian there and S the
//! covariance of the hypergradients of single samples, α̂ is near normal with covariance H⁺ S H⁺ / n_V. The training set is
//! given: what varies is the draw of V.

use super::hessian::Hessian;
use crate::dense::{NoEigenvalues, SymmetricEigen, product};
use crate::space::Space;
use crate::stats::t_quantile_975;
use faer::{Mat, MatRef};

/// Which face of Δ holds α̂ is read from a step that is no longer than this part of its radius.
const REACH: f64 = 0.1;

/// A direction is flat when more than this part of it lies in flat ones: they are known no better.
const PART: f64 = 1e-6;

/// Why there are no intervals.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum IntervalError {
    /// Hypergradients that are not finite.
    #[error(transparent)]
    Eigenvalues(#[from] NoEigenvalues),
    /// Below two samples nothing is known of how they vary.
    #[error("{samples} validation samples do not show how hypergradients vary; take at least 2")]
    Samples {
        /// How many there are.
        samples: usize,
    },
    /// The outer loss curves down at α̂.
    #[error(
        "alpha is no minimum: the outer loss has a curvature of {eigenvalue:.2e} there, below zero by more than its noise of \
         {noise:.1e}; search on from another start"
    )]
    NoMinimum {
        /// The least eigenvalue of H on the tangent space.
        eigenvalue: f64,
        /// What it may be off by.
        noise: f64,
    },
}

/// What n_V samples tell about α̂, and about coefficients ⟨d, α̂⟩: its own coordinates, or those that [`Intervals::of`] asks for.
#[derive(Clone, Debug)]
pub struct Intervals {
    /// The standard error of every coefficient; 0 where Δ holds it, ∞ where it moves along a flat direction.
    pub standard_errors: Vec<f64>,
    /// The interval of every coefficient at 95 %, by Student's t, cut to what Δ allows.
    pub intervals: Vec<[f64; 2]>,
    /// The eigenvalues of H on the tangent space of α̂'s face, ascending: as many as α̂ has free directions.
    pub eigenvalues: Vec<f64>,
    /// What an eigenvalue may be off by: those no larger are taken for 0, and their directions for flat.
    pub noise: f64,
    /// The pairs of coefficients that these samples do not tell apart.
    pub confused: Vec<Confused>,
    /// The quantile of Student's t at 0.975.
    quantile: f64,
    /// h × h, without the flat directions.
    covariance: Mat<f64>,
    /// h × the number of flat directions, orthonormal.
    flat: Mat<f64>,
}

/// Two coordinates of which nobody knows which should have more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Confused {
    /// Their numbers, the lower one first.
    pub pair: [usize; 2],
    /// The standard error of their difference.
    pub standard_error: f64,
    /// Why.
    pub reason: Reason,
}

/// Why two coordinates are not told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The outer loss does not change when one takes from the other: more samples would not help.
    Flat,
    /// The interval of their difference holds 0: more samples would help.
    Wide,
}

/// The intervals at α̂ ∈ Δ. `samples` has the hypergradient of one validation sample at α̂ in each row (n_V × h), or of one of
/// so many pieces of equal size; `hessian` is that at α̂.
///
/// α̂ should be stationary: what the search left of the projected gradient shifts the intervals. On a curved Δ, such as a
/// sphere, H has the curvature of the face in it (it is the Hessian of the Lagrangian). A finite Δ has no directions, and so no
/// errors.
///
/// # Errors
/// When hypergradients are not finite, when there are fewer than two samples, or when α̂ is no minimum.
///
/// # Panics
/// When lengths do not fit the space.
pub fn intervals(
    space: &dyn Space,
    alpha: &[f64],
    samples: MatRef<'_, f64>,
    hessian: &Hessian,
) -> Result<Intervals, IntervalError> {
    let h = space.coordinates();
    assert_eq!(alpha.len(), h, "intervals of {} coordinates in a space of {h}", alpha.len());
    assert_eq!(samples.ncols(), h, "hypergradients of {} coordinates in a space of {h}", samples.ncols());
    assert_eq!(hessian.coordinates(), h, "a Hessian of {} coordinates in a space of {h}", hessian.coordinates());
    let n = samples.nrows();
    let few = IntervalError::Samples { samples: n };
    let quantile = t_quantile_975(n.saturating_sub(1)).ok_or(few)?;
    if !samples.is_all_finite() || !hessian.is_finite() {
        return Err(NoEigenvalues { size: h }.into());
    }
    let mean: Vec<f64> = samples.col_iter().map(|g| g.iter().sum::<f64>() / n as f64).collect();
    let face = Face::of(space, alpha, &mean, hessian)?;
    let noise = hessian.noise(face.basis.as_ref());
    let eigen = SymmetricEigen::of(face.curvature(hessian).as_ref())?;
    if let Some(&eigenvalue) = eigen.values.first().filter(|value| **value < -noise) {
        return Err(IntervalError::NoMinimum { eigenvalue, noise });
    }
    // The eigenvalues ascend, so flat directions come first.
    let flat = eigen.values.iter().filter(|value| **value <= noise).count();
    let directions = product(face.basis.as_ref(), eigen.vectors.as_ref());
    let (flat, known) = directions.as_ref().split_at_col(flat);
    let curvatures = &eigen.values[flat.ncols()..];
    // H⁺ (g − ḡ) of every sample, in the directions that are known.
    let centred = Mat::from_fn(n, h, |i, j| samples[(i, j)] - mean[j]);
    let along = product(centred.as_ref(), known);
    let moves =
        Mat::from_fn(n, known.ncols(), |i, k| along[(i, k)] / curvatures[k] / ((n - 1) as f64 * n as f64).sqrt());
    let root = product(moves.as_ref(), known.transpose());
    let covariance = product(root.transpose(), root.as_ref());
    let found = Intervals {
        standard_errors: Vec::new(),
        intervals: Vec::new(),
        eigenvalues: eigen.values.clone(),
        noise,
        confused: Vec::new(),
        quantile,
        covariance,
        flat: flat.to_owned(),
    };
    let own: Vec<Vec<f64>> = (0..h).map(|i| unit(h, i)).collect();
    Ok(found.of(space, alpha, &own))
}

impl Intervals {
    /// The same of the coefficients ⟨d, α̂⟩, for every `directions` d.
    ///
    /// # Panics
    /// When a direction or α̂ has another length than the space.
    #[must_use]
    pub fn of(self, space: &dyn Space, alpha: &[f64], directions: &[Vec<f64>]) -> Self {
        let each = directions.iter().map(|direction| {
            let (error, [least, most]) = (self.standard_error(direction), range(space, alpha, direction));
            let (centre, half) = (dot(direction, alpha), self.quantile * error);
            let cut = |x: f64| x.max(least).min(most);
            (error, [cut(centre - half), cut(centre + half)])
        });
        let (standard_errors, intervals) = each.unzip();
        let pairs = (0..directions.len()).flat_map(|i| (i + 1..directions.len()).map(move |j| [i, j]));
        let confused = pairs.filter_map(|pair| self.confused(alpha, directions, pair)).collect();
        Self { standard_errors, intervals, confused, ..self }
    }

    /// The standard error of ⟨d, α̂⟩; ∞ when d has a part along a flat direction.
    ///
    /// # Panics
    /// When d has another length than α̂.
    pub fn standard_error(&self, direction: &[f64]) -> f64 {
        let h = self.covariance.nrows();
        assert_eq!(direction.len(), h, "a direction of {} coordinates for {h}", direction.len());
        let d = Mat::from_fn(h, 1, |i, _| direction[i]);
        if product(self.flat.transpose(), d.as_ref()).norm_l2() > PART * d.norm_l2() {
            return f64::INFINITY;
        }
        product(d.transpose(), product(self.covariance.as_ref(), d.as_ref()).as_ref())[(0, 0)].max(0.0).sqrt()
    }

    fn confused(&self, alpha: &[f64], directions: &[Vec<f64>], pair: [usize; 2]) -> Option<Confused> {
        let [one, other] = pair.map(|i| &directions[i]);
        let direction: Vec<f64> = one.iter().zip(other).map(|(a, b)| a - b).collect();
        let (standard_error, difference) = (self.standard_error(&direction), dot(&direction, alpha));
        let reason = match standard_error {
            error if error.is_infinite() => Reason::Flat,
            error if error > 0.0 && self.quantile * error >= difference.abs() => Reason::Wide,
            _ => return None,
        };
        Some(Confused { pair, standard_error, reason })
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// e_i of R^h.
fn unit(h: usize, i: usize) -> Vec<f64> {
    (0..h).map(|j| f64::from(u8::from(i == j))).collect()
}

/// The least and the largest ⟨d, a⟩ over a ∈ Δ.
fn range(space: &dyn Space, alpha: &[f64], direction: &[f64]) -> [f64; 2] {
    let opposite: Vec<f64> = direction.iter().map(|d| -d).collect();
    [direction, &opposite].map(|towards| {
        let mut vertex = alpha.to_vec();
        space.vertex(towards, &mut vertex);
        dot(&vertex, direction)
    })
}

/// The face of Δ that α̂ lies in.
struct Face {
    /// h × its dimension: an orthonormal basis of its tangent space.
    basis: Mat<f64>,
    /// What the curvature of the face adds to the curvature of F along each of them.
    bends: Vec<f64>,
}

impl Face {
    /// The face where a step of projected gradient descent ends: a coordinate that the step takes to its limit is held there.
    ///
    /// DP at α − ηg is (I + η B)⁻¹ on the tangent space and 0 across it, with B the second fundamental form of the face along g:
    /// 0 on a polyhedron, −⟨g, α⟩/R² on a sphere.
    fn of(space: &dyn Space, alpha: &[f64], gradient: &[f64], hessian: &Hessian) -> Result<Self, NoEigenvalues> {
        let h = alpha.len();
        let (steepest, curvature) = (norm(gradient), hessian.norm());
        let eta = (1.0 / curvature).min(REACH * space.radius() / steepest);
        let eta = if eta.is_finite() { eta } else { 0.0 };
        let stepped: Vec<f64> = alpha.iter().zip(gradient).map(|(a, g)| a - eta * g).collect();
        let mut derivative = Mat::zeros(h, h);
        for j in 0..h {
            space.project_jvp(&stepped, &unit(h, j), derivative.col_as_slice_mut(j));
        }
        let SymmetricEigen { values, vectors } = SymmetricEigen::of(derivative.as_ref())?;
        let free: Vec<usize> = (0..h).filter(|&k| values[k] > 0.5).collect();
        let bend = |&k: &usize| if eta > 0.0 { (1.0 / values[k] - 1.0) / eta } else { 0.0 };
        Ok(Self {
            basis: Mat::from_fn(h, free.len(), |i, k| vectors[(i, free[k])]),
            bends: free.iter().map(bend).collect(),
        })
    }

    /// H on the tangent space, with the curvature of the face.
    fn curvature(&self, hessian: &Hessian) -> Mat<f64> {
        let mut curvature = hessian.on(self.basis.as_ref());
        self.bends.iter().enumerate().for_each(|(i, bend)| curvature[(i, i)] += bend);
        curvature
    }
}

fn norm(v: &[f64]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}
