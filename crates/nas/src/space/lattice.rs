//! Regular lattices: what a grid search tries.

use super::cuboid::between;
use super::{Copies, Cuboid, Finite, Product, Simplex, Space};

/// A set with a lattice of its points.
pub trait Lattice: Space {
    /// The points of the lattice with so many parts to a side, in lexicographic order of their indices. Their number grows
    /// like `parts` to the dimension.
    ///
    /// # Panics
    /// When `parts` is 0.
    fn lattice(&self, parts: usize) -> Vec<Vec<f64>>;

    /// The number of those points, which may be more than memory holds.
    fn lattice_points(&self, parts: usize) -> f64;
}

impl Lattice for Simplex {
    /// floor + free · k/parts for all C(h + parts − 1, parts) ways to write `parts` as a sum of h numbers k.
    fn lattice(&self, parts: usize) -> Vec<Vec<f64>> {
        assert!(parts > 0, "a lattice of 0 parts to a side");
        let weight = |k: usize| self.floor + self.free() * (k as f64 / parts as f64);
        let points = compositions(self.coordinates, parts).into_iter();
        points.map(|ks| ks.into_iter().map(weight).collect()).collect()
    }

    /// C(h + parts − 1, parts), as the product of 1 + parts/i over i < h.
    fn lattice_points(&self, parts: usize) -> f64 {
        if self.coordinates == 0 {
            return 0.0;
        }
        (1..self.coordinates).fold(1.0, |product: f64, i| (product * (parts + i) as f64 / i as f64).round())
    }
}

impl Lattice for Cuboid {
    /// `parts` + 1 values for a coordinate from limit to limit, one for a fixed one.
    fn lattice(&self, parts: usize) -> Vec<Vec<f64>> {
        assert!(parts > 0, "a lattice of 0 parts to a side");
        let ticks = |limits: &[f64; 2]| {
            let last = if limits[0] < limits[1] { parts } else { 0 };
            (0..=last).map(|k| vec![between(*limits, k as f64 / parts as f64)]).collect()
        };
        cartesian(self.limits().iter().map(ticks))
    }

    /// (parts + 1)^h′ for the h′ coordinates that are not fixed.
    fn lattice_points(&self, parts: usize) -> f64 {
        let wide = self.limits().iter().filter(|[l, u]| l < u).count();
        (parts as f64 + 1.0).powf(wide as f64)
    }
}

impl Lattice for Finite {
    /// All points, whatever `parts`.
    fn lattice(&self, parts: usize) -> Vec<Vec<f64>> {
        assert!(parts > 0, "a lattice of 0 parts to a side");
        self.points().to_vec()
    }

    fn lattice_points(&self, _: usize) -> f64 {
        self.points().len() as f64
    }
}

impl<S: Lattice> Lattice for Copies<S> {
    fn lattice(&self, parts: usize) -> Vec<Vec<f64>> {
        cartesian((0..self.copies).map(|_| self.space.lattice(parts)))
    }

    fn lattice_points(&self, parts: usize) -> f64 {
        self.space.lattice_points(parts).powf(self.copies as f64)
    }
}

impl<S: Lattice + ?Sized> Lattice for Product<S> {
    fn lattice(&self, parts: usize) -> Vec<Vec<f64>> {
        cartesian(self.factors.iter().map(|factor| factor.lattice(parts)))
    }

    fn lattice_points(&self, parts: usize) -> f64 {
        self.factors.iter().map(|factor| factor.lattice_points(parts)).product()
    }
}

/// All h-tuples of numbers with this sum.
fn compositions(coordinates: usize, sum: usize) -> Vec<Vec<usize>> {
    let with_first = |first| {
        let rest = compositions(coordinates - 1, sum - first).into_iter();
        rest.map(move |rest| [vec![first], rest].concat())
    };
    match coordinates {
        0 => Vec::new(),
        1 => vec![vec![sum]],
        _ => (0..=sum).flat_map(with_first).collect(),
    }
}

/// Every choice of one point from each list, side by side.
fn cartesian(lists: impl Iterator<Item = Vec<Vec<f64>>>) -> Vec<Vec<f64>> {
    lists.fold(vec![Vec::new()], |heads, list| {
        let longer = |head: &Vec<f64>| list.iter().map(|tail| [&**head, tail].concat()).collect::<Vec<_>>();
        heads.iter().flat_map(longer).collect()
    })
}
