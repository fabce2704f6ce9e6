//! Ridge(less) fits of superposed feature maps, and derivatives through them (science 2.6 and 6.4).

use super::FeatureMaps;
use crate::dense::{Cholesky, NoSingularValues, NotPositiveDefinite, PseudoInverse, apply, dot, product};
use crate::hypergradient::{Evidence, Status};
use faer::{Col, ColRef, Mat, Scale};

/// The inner problem ½ ‖Φ_α θ − y‖² + ½ λ ‖θ‖²; with λ = 0 its solution of least norm.
#[derive(Clone, Copy, Debug)]
pub struct RidgeFit<'a> {
    /// The maps on the training samples.
    pub maps: &'a FeatureMaps,
    /// Training labels.
    pub y: ColRef<'a, f64>,
    /// λ ≥ 0
    pub lambda: f64,
}

/// Its solution for one α, with the factor that gave it.
#[derive(Clone, Debug)]
pub struct Weights {
    /// θ_α
    pub theta: Col<f64>,
    /// Φ_α
    features: Mat<f64>,
    form: Form,
}

/// A derivative through a fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Pulled {
    /// In α.
    pub alpha: Vec<f64>,
    /// In λ.
    pub lambda: f64,
    /// What vouches for it.
    pub evidence: Evidence,
}

/// The smaller of the two systems, or neither.
#[derive(Clone, Debug)]
enum Form {
    /// Φ_α Φ_αᵀ + λI, and β = its inverse times y: θ = Φ_αᵀ β.
    Dual { factor: Cholesky, beta: Col<f64> },
    /// Φ_αᵀ Φ_α + λI.
    Primal { factor: Cholesky },
    /// Φ_α⁺, for λ = 0.
    LeastNorm { inverse: PseudoInverse },
}

/// Where Φ_i stands in a derivative through a fit: Σ lᵀ Φ_i r over the pairs `forth`, minus `back`ᵀ Φ_i θ.
struct Sides {
    forth: Vec<[Col<f64>; 2]>,
    back: Col<f64>,
    lambda: f64,
    /// Those of the inner problem and of the adjoint system.
    residuals: [f64; 2],
}

impl Weights {
    /// The rank of Φ_α that the fit took for true: full, but for [`RidgeFit::least_norm`].
    pub fn rank(&self) -> usize {
        match &self.form {
            Form::LeastNorm { inverse } => inverse.rank(),
            Form::Dual { .. } | Form::Primal { .. } => self.features.nrows().min(self.features.ncols()),
        }
    }
}

impl RidgeFit<'_> {
    /// Solves it: in its dual form where there are no more samples than features, else in its primal one.
    ///
    /// # Errors
    /// When λ = 0 and Φ_α does not have full rank, to half of working precision: a Cholesky factor squares its condition number.
    /// [`Self::least_norm`] solves these.
    pub fn solve(&self, alpha: &[f64]) -> Result<Weights, NotPositiveDefinite> {
        let features = self.maps.combine(alpha);
        let phi = features.as_ref();
        let ridge = |mut a: Mat<f64>| {
            (0..a.nrows()).for_each(|i| a[(i, i)] += self.lambda);
            Cholesky::factor(a)
        };
        if phi.nrows() <= phi.ncols() {
            let factor = ridge(product(phi, phi.transpose()))?;
            let beta = factor.solve(self.y);
            let theta = apply(phi.transpose(), beta.as_ref());
            Ok(Weights { theta, features, form: Form::Dual { factor, beta } })
        } else {
            let factor = ridge(product(phi.transpose(), phi))?;
            let theta = factor.solve(apply(phi.transpose(), self.y).as_ref());
            Ok(Weights { theta, features, form: Form::Primal { factor } })
        }
    }

    /// The solution of least norm at λ = 0, θ = Φ_α⁺ y, by singular values, for Φ_α of any rank. A singular value of at most `tolerance`
    /// times the largest counts as zero; [`PseudoInverse::rounding`] is the least reasonable tolerance.
    ///
    /// It takes several times as long as [`Self::solve`], and it hides that θ_α jumps where the rank changes: a search that meets
    /// such an α has no gradient there.
    ///
    /// # Errors
    /// When Φ_α is not finite.
    ///
    /// # Panics
    /// When λ is not 0.
    pub fn least_norm(&self, alpha: &[f64], tolerance: f64) -> Result<Weights, NoSingularValues> {
        assert!(self.lambda == 0.0, "a fit of least norm with a ridge of {}", self.lambda);
        let features = self.maps.combine(alpha);
        let inverse = PseudoInverse::of(features.as_ref(), tolerance)?;
        Ok(Weights { theta: inverse.apply(self.y), features, form: Form::LeastNorm { inverse } })
    }

    /// How ⟨c, θ_α⟩ moves with α and λ: (dθ_α/dα)ᵀ c. Right at λ = 0 too, where θ_α moves within the null space of Φ_α
    /// (science 6.1).
    ///
    /// Dual, with s = A⁻¹ Φ_α c: βᵀ Φ_i (c − Φ_αᵀ s) − sᵀ Φ_i θ, and −sᵀβ in λ. Primal, with u = A⁻¹ c and e = y − Φ_α θ:
    /// eᵀ Φ_i u − (Φ_α u)ᵀ Φ_i θ, and −uᵀθ in λ. Of least norm, with β = Φ_α⁺ᵀ θ, s = Φ_α⁺ᵀ c and u = Φ_α⁺ s:
    /// βᵀ Φ_i (c − Φ_αᵀ s) + eᵀ Φ_i u − sᵀ Φ_i θ, and −uᵀθ in λ, as long as the rank stays (Golub and Pereyra 1973).
    pub fn pull_back(&self, weights: &Weights, c: ColRef<'_, f64>) -> Pulled {
        let Sides { forth, back, lambda, residuals } = self.sides(weights, c);
        let mut alpha: Vec<f64> =
            self.maps.apply_each(weights.theta.as_ref()).iter().map(|x| -dot(back.as_ref(), x.as_ref())).collect();
        for [left, right] in &forth {
            let each = self.maps.apply_each(right.as_ref());
            alpha.iter_mut().zip(&each).for_each(|(sum, x)| *sum += dot(left.as_ref(), x.as_ref()));
        }
        let [inner_residual, adjoint_residual] = residuals;
        Pulled { alpha, lambda, evidence: Evidence { status: Status::Exact, inner_residual, adjoint_residual } }
    }

    fn sides(&self, weights: &Weights, c: ColRef<'_, f64>) -> Sides {
        let Weights { theta, features, form } = weights;
        let phi = features.as_ref();
        let [forward, backward] = [phi, phi.transpose()].map(|a| move |x: &Col<f64>| apply(a, x.as_ref()));
        let (dual, primal) = (|x: &Col<f64>| forward(&backward(x)), |x: &Col<f64>| backward(&forward(x)));
        let off = || self.y - forward(theta);
        match form {
            Form::Dual { factor, beta } => {
                let b = apply(phi, c);
                let s = factor.solve(b.as_ref());
                let residuals = [self.residual(&dual, beta, self.y), self.residual(&dual, &s, b.as_ref())];
                let lambda = -dot(s.as_ref(), beta.as_ref());
                Sides { forth: vec![[beta.clone(), c - backward(&s)]], back: s, lambda, residuals }
            }
            Form::Primal { factor } => {
                let (u, b) = (factor.solve(c), apply(phi.transpose(), self.y));
                let residuals = [self.residual(&primal, theta, b.as_ref()), self.residual(&primal, &u, c)];
                let (lambda, back) = (-dot(u.as_ref(), theta.as_ref()), forward(&u));
                Sides { forth: vec![[off(), u]], back, lambda, residuals }
            }
            Form::LeastNorm { inverse } => {
                let [beta, s] = [theta.as_ref(), c].map(|x| inverse.apply_transposed(x));
                let (u, seen, b) = (inverse.apply(s.as_ref()), backward(&s), apply(phi.transpose(), self.y));
                let residuals = [self.residual(&primal, theta, b.as_ref()), self.residual(&primal, &u, seen.as_ref())];
                let lambda = -dot(u.as_ref(), theta.as_ref());
                Sides { forth: vec![[beta, c - seen], [off(), u]], back: s, lambda, residuals }
            }
        }
    }

    /// ‖A x − b‖ / ‖b‖ with A multiplied out afresh, not from the factor that gave x.
    fn residual(&self, product: &dyn Fn(&Col<f64>) -> Col<f64>, x: &Col<f64>, b: ColRef<'_, f64>) -> f64 {
        let off = product(x) + Scale(self.lambda) * x - b;
        let scale = b.norm_l2();
        if scale == 0.0 { off.norm_l2() } else { off.norm_l2() / scale }
    }
}
