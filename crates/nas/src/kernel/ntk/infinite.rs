//! Gram matrices of the infinitely wide network.

use super::direction::{angle, directions};
use super::{Order, Table};
use crate::dense::{self, Triangle};
use crate::kernel::Gram;
use faer::{Mat, MatRef};
use tape::Activation;

/// How far the norm of a point of the unit sphere may be from 1.
const OFF_THE_SPHERE: f64 = 1e-9;

/// Which weights of the network are trained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trained {
    /// The hidden ones, as in science 2.7: K_ij = c₀ ρ κ_ij.
    #[default]
    Hidden,
    /// The output weights too, in the parametrisation v = √(c₀/k) a: K_ij = c₀ (ρ κ_ij + E[σ_i(u) σ_j(v)]).
    Both,
}

/// Tangent kernels K_ij of the mixtures of some activations.
#[derive(Clone, Debug)]
pub struct Ntk {
    activations: usize,
    /// Every activation is positively homogeneous, so norms factor out.
    homogeneous: bool,
    c0: f64,
    slopes: Table,
    values: Option<Table>,
}

/// Two sets of points: directions and norms of each, and the cosines between the directions.
struct Between {
    x: (Mat<f64>, Vec<f64>),
    train: (Mat<f64>, Vec<f64>),
    rho: Mat<f64>,
}

impl Ntk {
    /// Tabulates the kernels; takes some tenths of a second, for quadrature.
    pub fn new(activations: &[Activation], c0: f64, trained: Trained) -> Self {
        let homogeneous =
            |a: &Activation| matches!(a, Activation::Relu | Activation::LeakyRelu(_) | Activation::Identity);
        Self {
            activations: activations.len(),
            homogeneous: activations.iter().all(homogeneous),
            c0,
            slopes: Table::new(activations, Order::Slope),
            values: (trained == Trained::Both).then(|| Table::new(activations, Order::Value)),
        }
    }

    /// The blocks K_ij between the rows of `x` and the rows of `train`. On the sphere K_ij and K_ji are equal.
    ///
    /// # Panics
    /// As [`Self::gram`].
    pub fn cross_kernels(&self, x: MatRef<'_, f64>, train: MatRef<'_, f64>) -> Vec<Vec<Mat<f64>>> {
        let (h, pairs) = (self.activations, self.pairs(x, train));
        // Pairs before row i: i rows of the upper triangle of lengths h, h − 1, ….
        let place = |i: usize, j: usize| i * h - i * (i + 1) / 2 + j;
        (0..h).map(|i| (0..h).map(|j| pairs[place(i.min(j), i.max(j))].clone()).collect()).collect()
    }

    /// The terms of K_α = Σ_ij α_i α_j K_ij between the rows of `x` and the rows of `train`, in the order of
    /// [`Mixing::full`](crate::kernel::Mixing::full): K_ii, and K_ij + K_ji for i < j.
    ///
    /// # Panics
    /// When numbers of features differ, when there is no activation, or when a row is not of norm 1 and some activation is not
    /// positively homogeneous (relu, leaky relu and identity are).
    pub fn gram(&self, x: MatRef<'_, f64>, train: MatRef<'_, f64>) -> Gram {
        let mut pairs = self.pairs(x, train);
        for (pair, _) in pairs.iter_mut().zip(self.off_diagonal()).filter(|(_, off)| *off) {
            *pair *= faer::Scale(2.0);
        }
        Gram::new(pairs)
    }

    /// The terms between the rows of `train` and themselves, packed: half the time and half the memory of [`Self::gram`].
    ///
    /// # Panics
    /// As [`Self::gram`].
    pub fn packed_gram(&self, train: MatRef<'_, f64>) -> Gram {
        let (n, between) = (train.nrows(), self.between(train, train));
        let mut triangles = vec![Triangle::zeros(n); self.slopes.series().ncols()];
        for j in 0..n {
            self.fill(&between, j, Triangle::first_row(j), triangles.iter_mut().map(|triangle| triangle.column_mut(j)));
            for (triangle, _) in triangles.iter_mut().zip(self.off_diagonal()).filter(|(_, off)| *off) {
                triangle.column_mut(j).iter_mut().for_each(|k| *k *= 2.0);
            }
        }
        Gram::from_triangles(triangles)
    }

    /// Whether a pair i ≤ j has i < j, in the order of the pairs.
    fn off_diagonal(&self) -> impl Iterator<Item = bool> {
        let h = self.activations;
        (0..h).flat_map(move |i| (i..h).map(move |j| i != j))
    }

    /// K_ij for i ≤ j.
    fn pairs(&self, x: MatRef<'_, f64>, train: MatRef<'_, f64>) -> Vec<Mat<f64>> {
        let between = self.between(x, train);
        let mut pairs = vec![Mat::zeros(x.nrows(), train.nrows()); self.slopes.series().ncols()];
        for j in 0..train.nrows() {
            self.fill(&between, j, 0, pairs.iter_mut().map(|pair| pair.col_as_slice_mut(j)));
        }
        pairs
    }

    fn between(&self, x: MatRef<'_, f64>, train: MatRef<'_, f64>) -> Between {
        let (d, e) = (x.ncols(), train.ncols());
        assert_eq!(d, e, "points of {d} features against points of {e}");
        let [x, train] = [x, train].map(|points| self.on_the_sphere(points));
        let rho = dense::product(x.0.as_ref(), train.0.transpose());
        Between { x, train, rho }
    }

    /// Writes column j of every pair, from the row `first` on.
    fn fill<'c>(&self, between: &Between, j: usize, first: usize, columns: impl Iterator<Item = &'c mut [f64]>) {
        let Between { x: (x, x_norms), train: (train, train_norms), rho } = between;
        let angles: Vec<f64> = (first..x.nrows()).map(|i| angle(rho[(i, j)], x.row(i), train.row(j))).collect();
        let slopes = self.slopes.at(&angles);
        let values = self.values.as_ref().map(|table| table.at(&angles));
        for (pair, column) in columns.enumerate() {
            let slopes = slopes.col_as_slice(pair);
            let values = values.as_ref().map(|values| values.col_as_slice(pair));
            for (row, k) in column.iter_mut().enumerate() {
                let (i, value) = (first + row, values.map_or(0.0, |values| values[row]));
                *k = self.c0 * x_norms[i] * train_norms[j] * (rho[(i, j)] * slopes[row] + value);
            }
        }
    }

    /// The rows over their norms, and these: a kernel of homogeneous activations is ‖x‖‖x'‖ times that of the directions.
    fn on_the_sphere(&self, points: MatRef<'_, f64>) -> (Mat<f64>, Vec<f64>) {
        let (directions, norms) = directions(points);
        if !self.homogeneous {
            for (i, norm) in norms.iter().enumerate() {
                assert!((norm - 1.0).abs() <= OFF_THE_SPHERE, "row {i} has norm {norm}, not 1: divide it by its norm");
            }
        }
        (directions, norms)
    }
}
