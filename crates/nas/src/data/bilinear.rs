//! The superposition model (science 2.8 and 4.4): h random feature maps, of which one combination is right.

use crate::dense::{apply, dot};
use crate::kernel::FeatureMaps;
use crate::seed::{Seed, Stream};
use crate::space::{Space, Sphere};
use faer::{Col, Mat, Scale};
use rand_distr::{Distribution, StandardNormal};

/// y = α*ᵀ X θ* + σ z, where X is h × p with independent standard normal entries and z is standard normal: row i of X is feature
/// map i of the sample. α* and θ* are uniform on their unit spheres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bilinear {
    /// Number h of feature maps.
    pub maps: usize,
    /// Number p of features of a map.
    pub features: usize,
    /// σ
    pub noise: f64,
}

/// A problem of this kind, drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Planted {
    /// α*, the right combination.
    pub alpha: Vec<f64>,
    /// θ*, the right weights.
    pub theta: Col<f64>,
    noise: f64,
}

/// Samples of a problem.
#[derive(Clone, Debug)]
pub struct MappedSamples {
    /// Φ_i of every map: a row per sample.
    pub maps: FeatureMaps,
    /// Labels.
    pub y: Col<f64>,
}

impl Bilinear {
    /// Draws α* and θ*.
    pub fn plant(&self, seed: Seed) -> Planted {
        let on_sphere = |n, name| Sphere::unit(n).sample(&mut seed.split(name).stream());
        let (alpha, theta) = (on_sphere(self.maps, "alpha"), on_sphere(self.features, "theta"));
        Planted { alpha, theta: Col::from_fn(self.features, |i| theta[i]), noise: self.noise }
    }

    /// Draws n samples of a problem; the first ones are the same whatever n is.
    pub fn sample(&self, planted: &Planted, n: usize, stream: &mut Stream) -> MappedSamples {
        let mut maps = vec![Mat::zeros(n, self.features); self.maps];
        let mut noise = Col::<f64>::zeros(n);
        for row in 0..n {
            for map in &mut maps {
                (0..self.features).for_each(|j| map[(row, j)] = StandardNormal.sample(stream));
            }
            noise[row] = StandardNormal.sample(stream);
        }
        let maps = FeatureMaps::new(maps);
        let y = apply(maps.combine(&planted.alpha).as_ref(), planted.theta.as_ref()) + Scale(self.noise) * noise;
        MappedSamples { maps, y }
    }
}

impl Planted {
    /// The same with another α*.
    ///
    /// # Panics
    /// When it has another length.
    #[must_use]
    pub fn with_alpha(self, alpha: Vec<f64>) -> Self {
        assert_eq!(alpha.len(), self.alpha.len(), "{} weights for {} feature maps", alpha.len(), self.alpha.len());
        Self { alpha, ..self }
    }

    /// The variance of y − αᵀ X θ, which is normal with mean 0: ‖α*θ*ᵀ − αθᵀ‖² + σ².
    pub fn residual_variance(&self, alpha: &[f64], theta: &Col<f64>) -> f64 {
        let inner: f64 = self.alpha.iter().zip(alpha).map(|(a, b)| a * b).sum();
        let norm = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>();
        let (own, theirs) = (norm(&self.alpha) * self.theta.squared_norm_l2(), norm(alpha) * theta.squared_norm_l2());
        own + theirs - 2.0 * inner * dot(self.theta.as_ref(), theta.as_ref()) + self.noise * self.noise
    }

    /// The gradient of [`Self::residual_variance`] in α and in θ.
    pub fn residual_variance_gradient(&self, alpha: &[f64], theta: &Col<f64>) -> (Vec<f64>, Col<f64>) {
        let inner: f64 = self.alpha.iter().zip(alpha).map(|(a, b)| a * b).sum();
        let along = dot(self.theta.as_ref(), theta.as_ref());
        let (size, alpha_size) = (theta.squared_norm_l2(), alpha.iter().map(|a| a * a).sum::<f64>());
        let in_alpha = alpha.iter().zip(&self.alpha).map(|(a, own)| 2.0 * (size * a - along * own)).collect();
        let in_theta = Col::from_fn(theta.nrows(), |j| 2.0 * (alpha_size * theta[j] - inner * self.theta[j]));
        (in_alpha, in_theta)
    }
}
