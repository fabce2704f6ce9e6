//! What one layer does to a pair of points.

use crate::kernel::ntk::expectation::Plane;
use std::f64::consts::{PI, TAU};
use tape::Activation;

/// The standard deviation of pre-activations for which one piece of the quadrature is exact; functions of wider ones bend more
/// sharply, and have more pieces ...
const WIDTH: f64 = 2.0;
/// ... but at most so many.
const PIECES: f64 = 16.0;

/// A layer s(z) = Σ_i α_i σ_i(z).
#[derive(Clone, Copy, Debug)]
pub(super) struct Layer<'a> {
    pub(super) activations: &'a [Activation],
    pub(super) alpha: &'a [f64],
}

/// Standard deviations p and q of two pre-activations p u and q v, and the angle arccos ρ of the standard normal u and v.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) p: f64,
    pub(super) q: f64,
    pub(super) angle: f64,
}

/// An expectation with its partial derivatives.
#[derive(Clone, Debug)]
pub(super) struct Expectation {
    pub(super) value: f64,
    /// In the α of the layer.
    pub(super) alpha: Vec<f64>,
    pub(super) p: f64,
    pub(super) q: f64,
    pub(super) angle: f64,
}

/// Both of a pair.
#[derive(Clone, Debug)]
pub(super) struct Moments {
    /// E[s(pu) s(qv)]
    pub(super) value: Expectation,
    /// E[s'(pu) s'(qv)]
    pub(super) slope: Expectation,
}

impl Layer<'_> {
    /// Both expectations by quadrature. In the angle they move as Price's theorem (1958) says:
    ///
    /// ∂ρ E[f(pu) g(qv)] = p q E[f'(pu) g'(qv)],   ∂φ = −sin φ ∂ρ.
    pub(super) fn moments(&self, plane: &Plane, pair: Pair) -> Moments {
        let Pair { p, q, angle } = pair;
        let zero = || Expectation { value: 0.0, alpha: vec![0.0; self.alpha.len()], p: 0.0, q: 0.0, angle: 0.0 };
        let (mut value, mut slope, mut curvature) = (zero(), zero(), 0.0);
        let [mut of_u, mut of_v] = [vec![[0.0; 3]; self.alpha.len()], vec![[0.0; 3]; self.alpha.len()]];
        for [u, v, w] in plane.points(angle, pieces(p.max(q))) {
            let [s, s_1, s_2] = self.jet(p * u, &mut of_u);
            let [t, t_1, t_2] = self.jet(q * v, &mut of_v);
            value.value += w * s * t;
            value.p += w * u * s_1 * t;
            value.q += w * v * s * t_1;
            slope.value += w * s_1 * t_1;
            slope.p += w * u * s_2 * t_1;
            slope.q += w * v * s_1 * t_2;
            curvature += w * s_2 * t_2;
            for (i, (a, b)) in of_u.iter().zip(&of_v).enumerate() {
                value.alpha[i] += w * (a[0] * t + s * b[0]);
                slope.alpha[i] += w * (a[1] * t_1 + s_1 * b[1]);
            }
        }
        value.angle = -angle.sin() * p * q * slope.value;
        slope.angle = -angle.sin() * p * q * curvature + self.kinks(plane, pair);
        Moments { value, slope }
    }

    /// What kinks at 0 add to ∂φ E[s'(pu) s'(qv)]: where s' jumps by J, s″ has a J δ, and E[δ(pu) f(qv)] = E[f(q sin φ w)] / (p √2π)
    /// with a standard normal w. The two δ together give J² / (2π p q sin φ), whose sin φ cancels. In p and q a δ adds nothing, since
    /// u δ(pu) = 0.
    fn kinks(&self, plane: &Plane, Pair { p, q, angle }: Pair) -> f64 {
        let jump: f64 = self.activations.iter().zip(self.alpha).map(|(&sigma, a)| a * jump(sigma)).sum();
        if jump == 0.0 {
            return 0.0;
        }
        let mut jets = vec![[0.0; 3]; self.alpha.len()];
        let mut curvature = |scale: f64| {
            let points = plane.points(0.0, pieces(scale));
            points.iter().map(|[u, _, w]| w * self.jet(scale * angle.sin() * u, &mut jets)[2]).sum::<f64>()
        };
        let one = angle.sin() * (q * curvature(q) + p * curvature(p)) / TAU.sqrt();
        -jump * (one + jump / (2.0 * PI))
    }

    /// [s, s', s″](z), and those of every activation.
    fn jet(&self, z: f64, each: &mut [[f64; 3]]) -> [f64; 3] {
        let mut sum = [0.0; 3];
        for ((sigma, a), jet) in self.activations.iter().zip(self.alpha).zip(each) {
            let [s, s_1, s_2, _] = sigma.reference(z);
            *jet = [s, s_1, s_2];
            sum.iter_mut().zip(*jet).for_each(|(sum, s)| *sum += a * s);
        }
        sum
    }
}

fn pieces(deviation: f64) -> usize {
    (deviation / WIDTH).ceil().clamp(1.0, PIECES) as usize
}

/// By how much σ' jumps at 0.
fn jump(sigma: Activation) -> f64 {
    let slope = |z: f64| sigma.reference(z)[1];
    slope(f64::MIN_POSITIVE) - slope(-f64::MIN_POSITIVE)
}
