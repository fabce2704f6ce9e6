//! The section of a box by a hyperplane, { l ≤ x ≤ u, ⟨w, x⟩ = b }.

use super::bisection::bisection;
use super::covering::packing;
use super::cuboid::between;
use super::{Convex, Cuboid, EffectiveDimension, Infeasible, Space, check, has_nan};
use crate::seed::Stream;
use rand::RngExt;
use std::cmp::Ordering;

/// Larger entries count as equal large ones, as infinite ones do.
const FAR: f64 = 1e250;
/// Each round finds what is left of the multiplier to 16 digits, so this many bring [`FAR`] down to nothing.
const ROUNDS: usize = 24;
/// A multiplier that moves the sum by less than this part of its range is known to the last bit of the coordinates.
const SETTLED: f64 = 1e-8;
/// So often a uniform point is looked for by rejection.
const TRIES: usize = 200;
/// Steps of the walk for each pair of coordinates, where rejection finds none.
const STEPS: usize = 20;

/// The section { l ≤ x ≤ u, ⟨w, x⟩ = b } of a box in R^h: limited weights with a given total, such as mixtures of both signs
/// whose coefficients add up to one.
#[derive(Clone, Debug, PartialEq)]
pub struct BoxSection {
    cuboid: Cuboid,
    weights: Vec<f64>,
    sum: f64,
}

impl BoxSection {
    /// The points between these `limits`, a lower and an upper one per coordinate, with ⟨w, x⟩ = `sum` for the `weights` w, which
    /// may have both signs and zeros.
    ///
    /// # Errors
    /// When the limits are not those of a box, the weights are not as many or not finite, or no point of the box has that sum.
    pub fn new(limits: Vec<[f64; 2]>, weights: Vec<f64>, sum: f64) -> Result<Self, Infeasible> {
        let cuboid = Cuboid::new(limits)?;
        let (coordinates, found) = (cuboid.coordinates(), weights.len());
        if found != coordinates {
            return Err(Infeasible::Weights { found, coordinates });
        }
        if let Some(coordinate) = weights.iter().position(|w| !w.is_finite()) {
            return Err(Infeasible::Weight { coordinate, weight: weights[coordinate] });
        }
        let section = Self { cuboid, weights, sum };
        let [most, least] = [0, 1].map(|end| section.total(&section.end(end)));
        let rounding = coordinates as f64 * f64::EPSILON * section.largest_total();
        if !(least - rounding <= sum && sum <= most + rounding) {
            return Err(Infeasible::Section { least, most, sum });
        }
        Ok(Self { sum: sum.clamp(least, most), ..section })
    }

    /// The section of [−1, 1]^h where the coordinates add up to 1; h is at least 1.
    pub fn unit(coordinates: usize) -> Self {
        Self { cuboid: Cuboid::unit(coordinates), weights: vec![1.0; coordinates], sum: 1.0 }
    }

    /// The limits [lᵢ, uᵢ], h of them.
    pub fn limits(&self) -> &[[f64; 2]] {
        self.cuboid.limits()
    }

    /// The weights w, h of them.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// ⟨w, x⟩
    fn total(&self, x: &[f64]) -> f64 {
        self.weights.iter().zip(x).map(|(w, x)| w * x).sum()
    }

    /// Σ |wᵢ| max(|lᵢ|, |uᵢ|)
    fn largest_total(&self) -> f64 {
        self.weights.iter().zip(self.limits()).map(|(w, [l, u])| w.abs() * l.abs().max(u.abs())).sum()
    }

    /// The corner of the box with the largest ⟨w, x⟩, end 0, or the least one, end 1.
    fn end(&self, end: usize) -> Vec<f64> {
        self.weights.iter().zip(self.limits()).map(|(w, limits)| limits[if *w > 0.0 { 1 - end } else { end }]).collect()
    }

    /// Whether a coordinate can be moved.
    fn is_free(&self, i: usize) -> bool {
        let [l, u] = self.limits()[i];
        l < u
    }

    /// The free coordinates that are part of the sum.
    fn weighed(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.weights.len()).filter(|&i| self.weights[i] != 0.0 && self.is_free(i))
    }

    /// Dimension of the set, where it is not at a corner of the box.
    fn dimension(&self) -> usize {
        let free = (0..self.weights.len()).filter(|&i| self.is_free(i)).count();
        free - usize::from(self.weighed().next().is_some())
    }

    /// v − t w with the multiplier t whose nearest point of the box, x = clip(v − t w), has the sum b: ⟨w, x⟩ falls as t grows.
    ///
    /// The projection does not change when v is shifted along w, so what is left of t is found again from there: no digits are
    /// lost at any scale of v.
    fn shifted(&self, v: &[f64]) -> Vec<f64> {
        let mut at: Vec<f64> = v.iter().map(|x| x.clamp(-FAR, FAR)).collect();
        for _ in 0..ROUNDS {
            let excess = |t: f64| self.total(&self.clipped(&self.along(&at, t))) - self.sum;
            let Some(Ok(t)) = self.bracket(&at).map(|bracket| bisection(excess, bracket)) else { break };
            at = self.along(&at, t);
            if self.weighed().all(|i| (t * self.weights[i].powi(2)).abs() <= SETTLED * self.largest_total()) {
                break;
            }
        }
        at
    }

    /// Whether a coordinate of v − t w lies between its limits, by more than rounding may put it there.
    fn is_inside(&self, i: usize, at: f64) -> bool {
        let ([l, u], weight) = (self.limits()[i], self.weights[i].abs());
        let of_sum = 2.0 * self.weights.len() as f64 * f64::EPSILON * self.largest_total();
        let rounding = if weight > 0.0 { of_sum / weight } else { 0.0 };
        l + rounding < at && at < u - rounding
    }

    /// v − t w, each entry rounded once.
    fn along(&self, v: &[f64], t: f64) -> Vec<f64> {
        v.iter().zip(&self.weights).map(|(v, w)| (-t).mul_add(*w, *v)).collect()
    }

    fn clipped(&self, v: &[f64]) -> Vec<f64> {
        v.iter().zip(self.limits()).map(|(x, [l, u])| x.clamp(*l, *u)).collect()
    }

    /// Multipliers beyond which no coordinate moves, with room for their rounding; `None` where no coordinate is weighed.
    fn bracket(&self, v: &[f64]) -> Option<[f64; 2]> {
        let knots = || self.weighed().flat_map(|i| self.limits()[i].map(|limit| (v[i] - limit) / self.weights[i]));
        let (least, most) = (knots().reduce(f64::min)?, knots().reduce(f64::max)?);
        let room = 8.0 * f64::EPSILON * least.abs().max(most.abs());
        Some([(least - room).max(-f64::MAX), (most + room).min(f64::MAX)])
    }

    /// A uniform point, by drawing all coordinates but the one that moves the sum most, which then follows.
    fn drawn(&self, stream: &mut Stream) -> Option<Vec<f64>> {
        let reach = |&i: &usize| self.weights[i].abs() * (self.limits()[i][1] - self.limits()[i][0]);
        let last = self.weighed().reduce(|a, b| if reach(&b) > reach(&a) { b } else { a });
        for _ in 0..TRIES {
            let mut point = self.cuboid.sample(stream);
            let Some(last) = last else { return Some(point) };
            point[last] = 0.0;
            point[last] = (self.sum - self.total(&point)) / self.weights[last];
            let [l, u] = self.limits()[last];
            if (l..=u).contains(&point[last]) {
                return Some(point);
            }
        }
        None
    }

    /// A walk from the start: two coordinates at a time, to a uniform point of the segment that their sum leaves.
    fn walked(&self, stream: &mut Stream) -> Vec<f64> {
        let (start, weighed) = (self.start(), self.weighed().collect::<Vec<_>>());
        let mut point = self.cuboid.sample(stream);
        weighed.iter().for_each(|&i| point[i] = start[i]);
        if weighed.len() < 2 {
            return point;
        }
        for _ in 0..STEPS * weighed.len().pow(2) {
            let [a, b] = [0; 2].map(|_| stream.random_range(0..weighed.len()));
            if a == b {
                continue;
            }
            let [i, j] = [weighed[a], weighed[b]];
            let both = self.weights[i] * point[i] + self.weights[j] * point[j];
            // xᵢ where xⱼ is at one limit and at the other.
            let [one, other] = self.limits()[j].map(|limit| (both - self.weights[j] * limit) / self.weights[i]);
            let [l, u] = self.limits()[i];
            let [low, high] = [one.min(other), one.max(other)].map(|end| end.clamp(l, u));
            point[i] = between([low, high], stream.random());
            let [l, u] = self.limits()[j];
            point[j] = ((both - self.weights[i] * point[i]) / self.weights[j]).clamp(l, u);
        }
        self.clipped(&self.shifted(&point))
    }
}

impl Convex for BoxSection {}

impl Space for BoxSection {
    fn coordinates(&self) -> usize {
        self.weights.len()
    }

    /// Of the section of the ball around the box, which may be larger than the smallest ball.
    fn radius(&self) -> f64 {
        let off = self.total(&self.cuboid.start()) - self.sum;
        let norm = self.weighed().map(|i| self.weights[i].powi(2)).sum::<f64>().sqrt();
        let distance = if norm > 0.0 { off / norm } else { 0.0 };
        (self.cuboid.radius().powi(2) - distance.powi(2)).max(0.0).sqrt()
    }

    fn project(&self, v: &[f64], point: &mut [f64]) {
        check(self.coordinates(), [v.len(), point.len()]);
        if !has_nan(v) {
            point.copy_from_slice(&self.clipped(&self.shifted(v)));
        }
    }

    /// d less its part along w among the coordinates between their limits, I − w wᵀ/‖w‖² there; 0 at a limit.
    fn project_jvp(&self, v: &[f64], direction: &[f64], out: &mut [f64]) {
        check(self.coordinates(), [v.len(), direction.len(), out.len()]);
        out.fill(0.0);
        if has_nan(v) {
            return;
        }
        let at = self.shifted(v);
        let inside: Vec<usize> = (0..at.len()).filter(|&i| self.is_inside(i, at[i])).collect();
        let over = |d: &[f64]| inside.iter().map(|&i| self.weights[i] * d[i]).sum::<f64>();
        let (along, square) = (over(direction), over(&self.weights));
        for &i in &inside {
            let part = if self.weights[i] == 0.0 { 0.0 } else { self.weights[i] * (along / square) };
            out[i] = direction[i] - part;
        }
    }

    /// From the corner with the largest ⟨w, x⟩ the coordinates go to their other limits, in the order of −gᵢ/wᵢ, until the sum is
    /// b: what is lost along g is least for what is taken off the sum (the fractional knapsack of Dantzig 1957).
    fn vertex(&self, gradient: &[f64], point: &mut [f64]) {
        check(self.coordinates(), [gradient.len(), point.len()]);
        if has_nan(gradient) {
            return;
        }
        let mut corner = point.to_vec();
        self.cuboid.vertex(gradient, &mut corner);
        (0..corner.len()).filter(|&i| self.weights[i] == 0.0).for_each(|i| point[i] = corner[i]);
        let rate = |i: usize| -gradient[i] / self.weights[i];
        let mut order: Vec<usize> = self.weighed().collect();
        if order.windows(2).all(|pair| rate(pair[0]) == rate(pair[1])) {
            return;
        }
        // Of equal ones the last goes first, so that the first keep what is left.
        order.sort_by(|&i, &j| rate(i).partial_cmp(&rate(j)).unwrap_or(Ordering::Equal).then(j.cmp(&i)));
        let (mut best, least) = (self.end(0), self.end(1));
        for &i in &order {
            best[i] = least[i];
            let missing = self.sum - self.total(&best);
            if missing >= 0.0 {
                let [l, u] = self.limits()[i];
                best[i] = (least[i] + missing / self.weights[i]).clamp(l, u);
                break;
            }
        }
        order.into_iter().for_each(|i| point[i] = best[i]);
    }

    /// The point nearest to the centre of the box.
    fn start(&self) -> Vec<f64> {
        self.clipped(&self.shifted(&self.cuboid.start()))
    }

    /// By rejection. Where the section is too small a part of the box for that, at the end of a walk whose law tends to the
    /// uniform one.
    fn sample(&self, stream: &mut Stream) -> Vec<f64> {
        self.drawn(stream).unwrap_or_else(|| self.walked(stream))
    }

    fn log_covering_number(&self, epsilon: f64) -> f64 {
        packing(self.dimension(), self.radius(), epsilon)
    }

    /// 1 + 2R/ε ≤ 3R/ε for ε ≤ R.
    fn effective_dimension(&self) -> EffectiveDimension {
        let (dimension, radius) = (self.dimension(), self.radius());
        if dimension == 0 || radius == 0.0 {
            return EffectiveDimension::POINT;
        }
        EffectiveDimension { exponent: dimension as f64, constant: 3.0 * radius }
    }
}
