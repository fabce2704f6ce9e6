//! What the spectral method and min-norm regression achieve in the superposition model (science 2.8).
//!
//! y = α*ᵀ X θ* + σ z with X in R^{h × p} and z standard normal, ‖α*‖ = 1: α is the upper variable, θ the lower one. M̂ is the mean of
//! yᵢ Xᵢ, α̂ its top left singular vector.

/// The strengths of the model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankOne {
    /// T = ‖θ*‖²
    pub signal: f64,
    /// σ²
    pub noise: f64,
}

impl RankOne {
    /// s² = T + σ², the variance of a label.
    pub fn label_variance(&self) -> f64 {
        self.signal + self.noise
    }

    /// The expected squared error, noise included, of the min-norm fit on n samples with p features, at a unit α̂ with
    /// c² = ⟨α*, α̂⟩² that does not depend on them; for a random α̂ put E c².
    ///
    /// With s_eff² = (1 − c²) T + σ²: c² T (1 − n/p) + s_eff² (p − 1)/(p − n − 1) for n ≤ p − 2, and s_eff² (1 + p/(n − p − 1)) for
    /// n ≥ p + 2. In between there is no finite value: `None`.
    ///
    /// # Panics
    /// When c² is not between 0 and 1.
    pub fn risk(&self, alignment: f64, n: usize, p: usize) -> Option<f64> {
        assert!((0.0..=1.0).contains(&alignment), "the square of a cosine is {alignment}");
        let unexplained = (1.0 - alignment) * self.signal + self.noise;
        let (samples, features) = (n as f64, p as f64);
        if n + 2 <= p {
            let missed = alignment * self.signal * (1.0 - samples / features);
            Some(missed + unexplained * (features - 1.0) / (features - samples - 1.0))
        } else if n >= p + 2 {
            Some(unexplained * (1.0 + features / (samples - features - 1.0)))
        } else {
            None
        }
    }
}

/// The sizes that decide whether α can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// n, the samples behind M̂.
    pub samples: usize,
    /// h, the maps.
    pub maps: usize,
    /// p, the features of each.
    pub features: usize,
}

/// What the top eigenvalue of M̂ M̂ᵀ says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Signal {
    /// It stands out of the noise, by a model of these strengths.
    Found(RankOne),
    /// Noise alone could have made it: α̂ means nothing. More samples, or fewer maps or features, may show a signal.
    NotFound,
}

impl Sizes {
    /// a = s²/n, the variance of an entry of M̂.
    fn entry_variance(&self, label_variance: f64) -> f64 {
        label_variance / self.samples as f64
    }

    /// a √(h p): the least T whose α leaves a trace in M̂, as all sizes grow.
    pub fn threshold(&self, label_variance: f64) -> f64 {
        self.entry_variance(label_variance) * (self.maps as f64 * self.features as f64).sqrt()
    }

    /// E sin²(α̂, α*) ≈ a (h − 1)(T + a p) / (T (T + a (h − 1))), the limit of a spiked matrix: within 7 % for T of at least four
    /// times the [threshold](Self::threshold), within 12 % down to three. `None` up to the threshold, where α̂ says nothing.
    pub fn misalignment(&self, model: &RankOne) -> Option<f64> {
        let (a, t) = (self.entry_variance(model.label_variance()), model.signal);
        let (others, p) = (self.maps.saturating_sub(1) as f64, self.features as f64);
        let seen = t > self.threshold(model.label_variance());
        seen.then(|| a * others * (t + a * p) / (t * (t + a * others)))
    }

    /// The model behind labels y, of mean 0, and the top eigenvalue l of M̂ M̂ᵀ.
    ///
    /// s² is the mean of y², and T = (u + √(u² − 4 a² h p))/2 with u = l − a (h + p), which takes away what noise adds to l. σ² is what is
    /// left of s², not below 0.
    ///
    /// # Panics
    /// When the number of labels is not that of samples.
    pub fn signal(&self, y: &[f64], top_eigenvalue: f64) -> Signal {
        assert_eq!(y.len(), self.samples, "{} labels of {} samples", y.len(), self.samples);
        let label_variance = y.iter().map(|y| y * y).sum::<f64>() / y.len() as f64;
        let (a, h, p) = (self.entry_variance(label_variance), self.maps as f64, self.features as f64);
        let u = top_eigenvalue - a * (h + p);
        let discriminant = u * u - 4.0 * a * a * h * p;
        if u > 0.0 && discriminant >= 0.0 {
            let signal = 0.5 * (u + discriminant.sqrt());
            Signal::Found(RankOne { signal, noise: (label_variance - signal).max(0.0) })
        } else {
            Signal::NotFound
        }
    }
}
