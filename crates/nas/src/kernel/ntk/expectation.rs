//! Expectations of products of functions of two correlated normal variables.

use super::quadrature::Gauss;
use crate::dense;
use faer::Mat;
use std::f64::consts::{FRAC_PI_2, PI, TAU};

/// Angles in a sector.
const RAYS: usize = 32;

/// Nodes of the radius.
const RADII: usize = 40;

/// Beyond this radius the density is below 1e-21.
const RADIUS: f64 = 10.0;

/// Points of the plane with weights under the standard normal density, for functions that are smooth on both sides of 0.
///
/// In polar coordinates u = r cos θ and v = r cos(θ − angle), and the kinks of such functions of u and of v lie on two rays. In
/// the sectors between them all is smooth, so a product of two Gauss-Legendre rules on each converges geometrically.
#[derive(Clone, Debug)]
pub(super) struct Plane {
    rays: Gauss,
    radii: Gauss,
}

impl Plane {
    pub(super) fn new() -> Self {
        Self { rays: Gauss::legendre(RAYS), radii: Gauss::legendre(RADII) }
    }

    /// (u, v, weight) for an angle in [0, π], with sectors and radius in so many pieces. The other half of the plane has both signs
    /// turned, so each radius counts with both.
    pub(super) fn points(&self, angle: f64, pieces: usize) -> Vec<[f64; 3]> {
        let radii = self.radii(pieces);
        let sectors = sectors(angle).into_iter().filter(|(from, to)| to > from);
        let rays = sectors.flat_map(|sector| cut(sector, pieces)).flat_map(|(from, to)| self.rays.on(from, to));
        let ray = |(theta, w): (f64, f64)| {
            let (cos, turned) = (theta.cos(), (theta - angle).cos());
            radii.iter().flat_map(move |&(r, density)| [r, -r].map(|r| [r * cos, r * turned, w * density]))
        };
        rays.flat_map(ray).collect()
    }

    /// r, and its weight times the density.
    fn radii(&self, pieces: usize) -> Vec<(f64, f64)> {
        let density = |r: f64| r * (-r * r / 2.0).exp() / TAU;
        let all = cut((0.0, RADIUS), pieces).flat_map(|(from, to)| self.radii.on(from, to));
        all.map(|(r, w)| (r, w * density(r))).collect()
    }
}

/// Equal pieces of an interval.
fn cut((from, to): (f64, f64), pieces: usize) -> impl Iterator<Item = (f64, f64)> {
    let end = move |k: usize| from + (to - from) * k as f64 / pieces as f64;
    (0..pieces).map(move |k| (end(k), end(k + 1)))
}

/// The two sectors of half of the plane.
fn sectors(angle: f64) -> [(f64, f64); 2] {
    [(-FRAC_PI_2, angle - FRAC_PI_2), (angle - FRAC_PI_2, FRAC_PI_2)]
}

/// The matrix of E[f_i(u) f_j(v)] for u, v standard normal of correlation cos `angle`, 0 ≤ angle ≤ π; other variances by
/// scaling the arguments of f.
///
/// By quadrature in polar coordinates, with kinks and jumps at 0 as exact as without: errors are about 1e-15, and below 1e-12 for
/// every activation (tested against other ways). Functions must not grow so fast that the radius 10 cuts them: polynomials of high degree have formulas of their own.
///
/// # Panics
/// When the angle is not in [0, π].
pub fn expectations(functions: &[&dyn Fn(f64) -> f64], angle: f64) -> Mat<f64> {
    assert!((0.0..=PI).contains(&angle), "expectations at the angle {angle}, which is not between 0 and π");
    let (h, plane) = (functions.len(), Plane::new());
    let (rule, radii) = (&plane.rays, plane.radii(1));
    let mut sum = Mat::zeros(h, h);
    // The other half of the plane has both signs turned, so each radius counts with both. The reflection that exchanges the ends
    // of a sector exchanges u and v, but for their sign in the first sector.
    for ((from, to), turned) in sectors(angle).into_iter().zip([1, 0]) {
        let rays = rule.on(from, to);
        let points = rays.flat_map(|(theta, w)| radii.iter().map(move |&(r, density)| (r * theta.cos(), w * density)));
        let points: Vec<(f64, f64)> = points.flat_map(|(u, w)| [(u, w), (-u, w)]).collect();
        let at_u = Mat::from_fn(h, points.len(), |i, k| functions[i](points[k].0));
        let reflected = |k: usize| {
            let (ray, radius, sign) = (k / (2 * RADII), k / 2 % RADII, k % 2);
            ((RAYS - 1 - ray) * RADII + radius) * 2 + (sign ^ turned)
        };
        let weighted = Mat::from_fn(h, points.len(), |i, k| points[k].1 * at_u[(i, k)]);
        let at_v = Mat::from_fn(points.len(), h, |k, j| at_u[(j, reflected(k))]);
        sum += dense::product(weighted.as_ref(), at_v.as_ref());
    }
    sum
}
