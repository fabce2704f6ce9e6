//! How hyperparameters become the weights of kernel terms.

/// The map α ↦ w of K_α = Σ_t w_t(α) K_t.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mixing {
    /// φ_α = Σ_i α_i φ_i, so K_α = Σ_ij α_i α_j K_ij: one term per pair i ≤ j, with weight α_i α_j. The pairs left out have
    /// K_ij + K_ji = 0.
    Superposition {
        /// Number h of feature maps.
        maps: usize,
        /// The pairs i ≤ j that have a term.
        pairs: Vec<(usize, usize)>,
    },
    /// Multiple kernel learning: K_d = Σ_m d_m K_m, the hyperparameters are the weights.
    Weights {
        /// Number of weights, and of terms.
        count: usize,
    },
}

impl Mixing {
    /// A superposition of maps in orthogonal blocks: K_α = Σ_i α_i² K_ii (science 2.9).
    pub fn orthogonal(maps: usize) -> Self {
        Self::Superposition { maps, pairs: (0..maps).map(|i| (i, i)).collect() }
    }

    /// A superposition with every cross term, in the order (0,0), (0,1), …, (0,h−1), (1,1), ….
    pub fn full(maps: usize) -> Self {
        Self::Superposition { maps, pairs: (0..maps).flat_map(|i| (i..maps).map(move |j| (i, j))).collect() }
    }

    /// Number of hyperparameters.
    pub fn hyperparameters(&self) -> usize {
        match self {
            Self::Superposition { maps, .. } => *maps,
            Self::Weights { count } => *count,
        }
    }

    /// Number of kernel terms.
    pub fn terms(&self) -> usize {
        match self {
            Self::Superposition { pairs, .. } => pairs.len(),
            Self::Weights { count } => *count,
        }
    }

    /// w(α).
    pub fn weights(&self, alpha: &[f64]) -> Vec<f64> {
        self.check(alpha);
        match self {
            Self::Superposition { pairs, .. } => pairs.iter().map(|&(i, j)| alpha[i] * alpha[j]).collect(),
            Self::Weights { .. } => alpha.to_vec(),
        }
    }

    /// The gradient in α from the gradient in w: (∂w/∂α)ᵀ g.
    pub fn pull_back(&self, alpha: &[f64], gradient: &[f64]) -> Vec<f64> {
        self.check(alpha);
        assert_eq!(gradient.len(), self.terms(), "a gradient of {} terms for {}", gradient.len(), self.terms());
        match self {
            Self::Superposition { maps, pairs } => {
                let mut pulled = vec![0.0; *maps];
                for (&(i, j), g) in pairs.iter().zip(gradient) {
                    pulled[i] += g * alpha[j];
                    pulled[j] += g * alpha[i];
                }
                pulled
            }
            Self::Weights { .. } => gradient.to_vec(),
        }
    }

    fn check(&self, alpha: &[f64]) {
        let h = self.hyperparameters();
        assert_eq!(alpha.len(), h, "{} hyperparameters for a mixing of {h}", alpha.len());
    }
}
