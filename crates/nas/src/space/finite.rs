//! A list of points.

use super::infeasible::Infeasible;
use super::{EffectiveDimension, Space, check, has_nan};
use crate::seed::Stream;
use rand::seq::IndexedRandom;
use std::f64::consts::E;

/// A list of points in R^h: architectures that can be told apart, such as the vertices of a simplex.
#[derive(Clone, Debug, PartialEq)]
pub struct Finite {
    points: Vec<Vec<f64>>,
    centre: Vec<f64>,
}

impl Finite {
    /// The set of these points.
    ///
    /// # Errors
    /// When there are none, when they differ in their number of coordinates, or when one is not finite.
    pub fn new(points: Vec<Vec<f64>>) -> Result<Self, Infeasible> {
        let coordinates = points.first().ok_or(Infeasible::NoPoints)?.len();
        for (point, p) in points.iter().enumerate() {
            if p.len() != coordinates {
                return Err(Infeasible::Ragged { point, found: p.len(), coordinates });
            }
            if let Some(coordinate) = p.iter().position(|x| !x.is_finite()) {
                return Err(Infeasible::NotFinite { point, coordinate, value: p[coordinate] });
            }
        }
        let share = 1.0 / points.len() as f64;
        let centre = (0..coordinates).map(|i| points.iter().map(|p| share * p[i]).sum()).collect();
        Ok(Self { points, centre })
    }

    /// The points, in order.
    pub fn points(&self) -> &[Vec<f64>] {
        &self.points
    }

    /// The point that no later one beats; `beats(p, q)` tells whether p is strictly better than q.
    fn first_best(&self, beats: impl Fn(&[f64], &[f64]) -> bool) -> &[f64] {
        self.points.iter().fold(&self.points[0], |best, p| if beats(p, best) { p } else { best })
    }
}

/// Whether v is nearer to p than to q: on its side of the hyperplane between them, ⟨v − (p + q)/2, p − q⟩ > 0. Infinite
/// entries, as equal large numbers, decide if they can; else their part of v cancels.
fn nearer(v: &[f64], p: &[f64], q: &[f64]) -> bool {
    let pairs = || p.iter().zip(q);
    let far: f64 = v.iter().zip(pairs()).filter(|(v, _)| v.is_infinite()).map(|(v, (p, q))| v.signum() * (p - q)).sum();
    if far != 0.0 {
        return far > 0.0;
    }
    let finite = |v: f64| if v.is_finite() { v } else { 0.0 };
    let offsets: Vec<f64> = v.iter().zip(pairs()).map(|(v, (p, q))| finite(*v) - p.midpoint(*q)).collect();
    // Only the sign is asked for: with the largest offset at 1 no product overflows.
    let top = offsets.iter().fold(0.0, |top: f64, x| top.max(x.abs()));
    top > 0.0 && offsets.iter().zip(pairs()).map(|(x, (p, q))| x / top * (p - q)).sum::<f64>() > 0.0
}

impl Space for Finite {
    fn coordinates(&self) -> usize {
        self.centre.len()
    }

    /// About the mean of the points.
    fn radius(&self) -> f64 {
        let distance = |p: &Vec<f64>| p.iter().zip(&self.centre).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
        self.points.iter().map(distance).fold(0.0, f64::max)
    }

    /// The nearest point; ties go to the first.
    fn project(&self, v: &[f64], point: &mut [f64]) {
        check(self.coordinates(), [v.len(), point.len()]);
        if !has_nan(v) {
            point.copy_from_slice(self.first_best(|p, q| nearer(v, p, q)));
        }
    }

    /// 0
    fn project_jvp(&self, v: &[f64], direction: &[f64], out: &mut [f64]) {
        check(self.coordinates(), [v.len(), direction.len(), out.len()]);
        out.fill(0.0);
    }

    fn vertex(&self, gradient: &[f64], point: &mut [f64]) {
        check(self.coordinates(), [gradient.len(), point.len()]);
        if has_nan(gradient) || gradient.iter().all(|g| *g == 0.0) {
            return;
        }
        let slope = |p: &[f64], q: &[f64]| gradient.iter().zip(p.iter().zip(q)).map(|(g, (p, q))| g * (p - q)).sum();
        point.copy_from_slice(self.first_best(|p, q| {
            let difference: f64 = slope(p, q);
            difference < 0.0
        }));
    }

    /// The point nearest to the mean of all.
    fn start(&self) -> Vec<f64> {
        let mut point = self.points[0].clone();
        self.project(&self.centre, &mut point);
        point
    }

    fn sample(&self, stream: &mut Stream) -> Vec<f64> {
        self.points.choose(stream).unwrap_or(&self.points[0]).clone()
    }

    /// ln |Δ|
    fn log_covering_number(&self, _: f64) -> f64 {
        (self.points.len() as f64).ln()
    }

    /// (ln |Δ|, e r): for ε ≤ r, (e r/ε)^ln |Δ| is at least e^ln |Δ|.
    fn effective_dimension(&self) -> EffectiveDimension {
        match self.points.len() {
            1 => EffectiveDimension::POINT,
            m => EffectiveDimension { exponent: (m as f64).ln(), constant: E * self.radius() },
        }
    }
}
