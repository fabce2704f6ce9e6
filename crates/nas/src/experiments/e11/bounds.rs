//! How far the ways may be off: the bounds of science 6.1 and 6.2, in the 2-norm.

use faer::Col;

/// What the bounds need to know of a problem at α.
pub(super) struct Constants {
    /// The least and the largest eigenvalue of H.
    pub(super) mu: f64,
    pub(super) largest: f64,
    /// F_θ at θ_α, and q with H q = F_θ.
    pub(super) f_theta: Col<f64>,
    pub(super) q: Col<f64>,
    /// ‖J‖ with J = g_θα at θ_α, and the Lipschitz constant of J in θ.
    pub(super) cross: f64,
    pub(super) cross_slope: f64,
    /// ‖F_θθ‖, and a Lipschitz constant of F_α in θ on the ball of radius ‖θ_α‖.
    pub(super) outer: f64,
    pub(super) outer_alpha: f64,
    /// θ_α
    pub(super) theta: Col<f64>,
}

impl Constants {
    /// ‖J‖ ‖q_k − q‖ ≤ ‖J‖ 2√κ ((√κ − 1)/(√κ + 1))^k ‖q‖ (science 6.1, in the 2-norm).
    pub(super) fn cg(&self, k: usize) -> f64 {
        let root = (self.largest / self.mu).sqrt();
        self.cross * 2.0 * root * ((root - 1.0) / (root + 1.0)).powi(k as i32) * self.q.norm_l2()
    }

    /// ‖J‖ ‖q̃ − q‖ ≤ ‖J‖ ‖F_θ − H q̃‖ / μ, with a residual of `tolerance` ‖F_θ‖ at most.
    pub(super) fn residual(&self, tolerance: f64) -> f64 {
        self.cross * tolerance * self.f_theta.norm_l2() / self.mu
    }

    /// (1 − μ/L)^k ‖F_θ‖ / μ: what a series of k terms leaves of q.
    pub(super) fn truncated(&self, k: usize) -> f64 {
        self.contraction().powi(k as i32) * self.f_theta.norm_l2() / self.mu
    }

    pub(super) fn neumann(&self, terms: usize) -> f64 {
        self.cross * self.truncated(terms)
    }

    /// 1 − ημ with η = 1/L.
    fn contraction(&self) -> f64 {
        1.0 - self.mu / self.largest
    }

    /// Gradient descent from 0 for K steps, differentiated. With ρ = 1 − ημ, e_k = θ_k − θ* and Z = dθ/dα: ‖e_k‖ ≤ ρ^k ‖θ*‖, and
    /// Z_{k+1} − Z* = (I − ηH)(Z_k − Z*) − η (J_k − J*) gives ‖Z_K − Z*‖ ≤ ρ^K ‖Z*‖ + η L_J K ρ^(K−1) ‖θ*‖. Then F_α + Zᵀ F_θ is off by
    /// at most (L_α + ‖Z_K‖ L_θ) ‖e_K‖ + ‖Z_K − Z*‖ ‖F_θ‖.
    pub(super) fn unrolled(&self, steps: usize) -> f64 {
        let (rho, k) = (self.contraction(), steps as f64);
        let (theta, z) = (self.theta.norm_l2(), self.cross / self.mu);
        let power = rho.powi(steps as i32);
        let off = power * z + self.cross_slope / self.largest * k * power / rho * theta;
        (self.outer_alpha + (z + off) * self.outer) * power * theta + off * self.f_theta.norm_l2()
    }
}
