//! Superposed feature maps with ridge(less) fits, and derivatives through them (science 2.6 and 6.4).

use super::Gram;
use crate::dense::{Cholesky, NotPositiveDefinite, apply, dot, product};
use crate::hypergradient::{Evidence, Status};
use faer::{Col, ColRef, Mat, MatRef, Scale};

/// Feature maps φ_i: R^p each, on the same samples. φ_α = Σ_i α_i φ_i.
#[derive(Clone, Debug)]
pub struct FeatureMaps {
    maps: Vec<Mat<f64>>,
}

impl FeatureMaps {
    /// From one n × p matrix Φ_i per map.
    ///
    /// # Panics
    /// When there is none, or when shapes differ.
    pub fn new(maps: Vec<Mat<f64>>) -> Self {
        assert!(!maps.is_empty(), "feature maps: there is none");
        let shape = (maps[0].nrows(), maps[0].ncols());
        for (i, map) in maps.iter().enumerate() {
            assert_eq!((map.nrows(), map.ncols()), shape, "feature map {i} has another shape than map 0");
        }
        Self { maps }
    }

    /// Number h of maps.
    pub fn count(&self) -> usize {
        self.maps.len()
    }

    /// Number n of samples.
    pub fn samples(&self) -> usize {
        self.maps[0].nrows()
    }

    /// Number p of features.
    pub fn features(&self) -> usize {
        self.maps[0].ncols()
    }

    /// Φ_i.
    pub fn map(&self, i: usize) -> MatRef<'_, f64> {
        self.maps[i].as_ref()
    }

    /// Φ_α.
    pub fn combine(&self, alpha: &[f64]) -> Mat<f64> {
        assert_eq!(alpha.len(), self.count(), "{} weights for {} feature maps", alpha.len(), self.count());
        let mut sum = Mat::zeros(self.samples(), self.features());
        for (map, &a) in self.maps.iter().zip(alpha) {
            sum += Scale(a) * map;
        }
        sum
    }

    /// These maps, in this order.
    ///
    /// # Panics
    /// When there is none, or no such one.
    #[must_use]
    pub fn select(&self, maps: &[usize]) -> Self {
        Self::new(maps.iter().map(|&i| self.maps[i].clone()).collect())
    }

    /// These maps with the mean over the samples taken from every feature; of no samples, themselves.
    #[must_use]
    pub fn centred(&self) -> Self {
        let share = 1.0 / self.samples() as f64;
        let centre = |map: &Mat<f64>| {
            let means: Vec<f64> = (0..map.ncols()).map(|j| share * map.col(j).iter().sum::<f64>()).collect();
            Mat::from_fn(map.nrows(), map.ncols(), |i, j| map[(i, j)] - means[j])
        };
        Self { maps: self.maps.iter().map(centre).collect() }
    }

    /// The first `n` samples.
    ///
    /// # Panics
    /// When there are fewer.
    #[must_use]
    pub fn first(&self, n: usize) -> Self {
        Self { maps: self.maps.iter().map(|map| map.subrows(0, n).to_owned()).collect() }
    }

    /// These samples, then those of another set.
    ///
    /// # Panics
    /// When the maps do not agree.
    #[must_use]
    pub fn followed_by(&self, other: &Self) -> Self {
        let (ours, theirs) = ((self.count(), self.features()), (other.count(), other.features()));
        assert_eq!(ours, theirs, "feature maps of other shapes (maps, features)");
        let n = self.samples();
        let entry = |(a, b): (&Mat<f64>, &Mat<f64>), i: usize, j| if i < n { a[(i, j)] } else { b[(i - n, j)] };
        let both = |pair| Mat::from_fn(n + other.samples(), self.features(), |i, j| entry(pair, i, j));
        Self { maps: self.maps.iter().zip(&other.maps).map(both).collect() }
    }

    /// Φ_i x of every map.
    pub fn apply_each(&self, x: ColRef<'_, f64>) -> Vec<Col<f64>> {
        self.maps.iter().map(|map| apply(map.as_ref(), x)).collect()
    }

    /// The blocks Φ_i Ψ_jᵀ against the samples of another set, as the terms of [`super::Mixing::full`].
    pub fn gram(&self, other: &Self) -> Gram {
        let row = |a: &Mat<f64>| other.maps.iter().map(|b| product(a.as_ref(), b.transpose())).collect();
        Gram::from_blocks(&self.maps.iter().map(row).collect::<Vec<Vec<_>>>())
    }
}

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

/// The smaller of the two systems.
#[derive(Clone, Debug)]
enum Form {
    /// Φ_α Φ_αᵀ + λI, and β = its inverse times y: θ = Φ_αᵀ β.
    Dual { factor: Cholesky, beta: Col<f64> },
    /// Φ_αᵀ Φ_α + λI.
    Primal { factor: Cholesky },
}

impl RidgeFit<'_> {
    /// Solves it: in its dual form where there are no more samples than features, else in its primal one.
    ///
    /// # Errors
    /// When λ = 0 and Φ_α does not have full rank, to working precision.
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

    /// How ⟨c, θ_α⟩ moves with α and λ: (dθ_α/dα)ᵀ c. Right at λ = 0 too, where θ_α moves within the null space of Φ_α
    /// (science 6.1).
    ///
    /// Dual, with s = A⁻¹ Φ_α c: βᵀ Φ_i (c − Φ_αᵀ s) − sᵀ Φ_i θ, and −sᵀβ in λ. Primal, with u = A⁻¹ c and e = y − Φ_α θ:
    /// eᵀ Φ_i u − (Φ_α u)ᵀ Φ_i θ, and −uᵀθ in λ.
    pub fn pull_back(&self, weights: &Weights, c: ColRef<'_, f64>) -> Pulled {
        let Weights { theta, features, form } = weights;
        let phi = features.as_ref();
        let (left, right, turned, lambda, residuals) = match form {
            Form::Dual { factor, beta } => {
                let b = apply(phi, c);
                let s = factor.solve(b.as_ref());
                let product = |x: &Col<f64>| apply(phi, apply(phi.transpose(), x.as_ref()).as_ref());
                let residuals = [self.residual(&product, beta, self.y), self.residual(&product, &s, b.as_ref())];
                let lambda = -dot(s.as_ref(), beta.as_ref());
                (beta.clone(), c - apply(phi.transpose(), s.as_ref()), s, lambda, residuals)
            }
            Form::Primal { factor } => {
                let u = factor.solve(c);
                let product = |x: &Col<f64>| apply(phi.transpose(), apply(phi, x.as_ref()).as_ref());
                let b = apply(phi.transpose(), self.y);
                let residuals = [self.residual(&product, theta, b.as_ref()), self.residual(&product, &u, c)];
                let lambda = -dot(u.as_ref(), theta.as_ref());
                (self.y - apply(phi, theta.as_ref()), u.clone(), apply(phi, u.as_ref()), lambda, residuals)
            }
        };
        let (forth, back) = (self.maps.apply_each(right.as_ref()), self.maps.apply_each(theta.as_ref()));
        let term = |(f, b): (&Col<f64>, &Col<f64>)| dot(left.as_ref(), f.as_ref()) - dot(turned.as_ref(), b.as_ref());
        let alpha = forth.iter().zip(&back).map(term).collect();
        let [inner_residual, adjoint_residual] = residuals;
        Pulled { alpha, lambda, evidence: Evidence { status: Status::Exact, inner_residual, adjoint_residual } }
    }

    /// ‖A x − b‖ / ‖b‖ with A multiplied out afresh, not from the factor that gave x.
    fn residual(&self, product: &dyn Fn(&Col<f64>) -> Col<f64>, x: &Col<f64>, b: ColRef<'_, f64>) -> f64 {
        let off = product(x) + Scale(self.lambda) * x - b;
        let scale = b.norm_l2();
        if scale == 0.0 { off.norm_l2() } else { off.norm_l2() / scale }
    }
}
