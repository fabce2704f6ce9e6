//! Deep networks of infinite width, with a mixture of activations for each layer (science 6.5).

mod layer;
mod model;
mod recursion;

pub use model::DeepModel;

use super::Trained;
use super::direction::{angle, directions};
use super::expectation::Plane;
use crate::dense;
use faer::{Mat, MatRef};
use layer::Layer;
use rayon::prelude::*;
use recursion::{Along, Recursion};
use tape::Activation;

/// Norms that differ by no more than this part of them are the same.
const SAME_NORM: f64 = 1e-14;

/// The tangent kernel of a network with L hidden layers, each with its own mixture s_l = Σ_i α_{l,i} σ_{l,i}:
///
/// z_1 = W_1 x,   z_{l+1} = W_{l+1} s_l(z_l) / √k_l,   f = a · s_L(z_L) / √k_L,
///
/// all weights standard normal, at infinite width. With Σ¹ = Θ¹ = x·x' it is Θ^{L+1} of the recursion
///
/// Σ^{l+1} = E[s_l(z) s_l(z')],   Θ^{l+1} = Σ^{l+1} + Θ^l E[s_l'(z) s_l'(z')],
///
/// with z, z' of the covariance that Σ^l gives the pair. Weights of another variance c are an α times √c. A bias is one more
/// coordinate of the points.
///
/// Expectations are by quadrature, good to about 1e-11 of their size (tested for standard deviations of pre-activations up to 12).
/// Points at a small angle φ > 0 cost 1e-16 / φ more, where a layer after the first has a kink.
///
/// ```
/// use faer::mat;
/// use nas::kernel::ntk::{Deep, Trained};
/// use tape::Activation::{Relu, Tanh};
///
/// let points = mat![[1.0, 0.0], [0.6, -0.3], [-0.5, 1.2]];
/// let network = Deep::new(vec![vec![Relu, Tanh]; 2], Trained::Both);
/// let at = |alpha: [f64; 4]| network.kernel(&alpha, points.as_ref(), points.as_ref());
///
/// let here = at([0.8, 0.3, -0.2, 0.9]);
/// let difference = (at([0.8, 0.3, -0.2 + 1e-4, 0.9]).value - at([0.8, 0.3, -0.2 - 1e-4, 0.9]).value) / 2e-4;
/// assert!((&here.alpha[2] - difference).norm_max() < 1e-6);
/// assert!(nas::dense::Cholesky::factor(here.value).is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Deep {
    layers: Vec<Vec<Activation>>,
    trained: Trained,
    plane: Plane,
}

/// A kernel matrix with its derivatives.
#[derive(Clone, Debug)]
pub struct DeepKernel {
    /// Θ between the points.
    pub value: Mat<f64>,
    /// ∂Θ / ∂α for every α, layer by layer.
    pub alpha: Vec<Mat<f64>>,
}

impl Deep {
    /// A network whose hidden layers mix these activations, from the first layer on. Without a layer it is the linear one, x·x'. When
    /// only hidden weights are trained, Θ^{L+1} has no Σ^{L+1}.
    pub fn new(layers: Vec<Vec<Activation>>, trained: Trained) -> Self {
        Self { layers, trained, plane: Plane::new() }
    }

    /// Number of hyperparameters: the activations of all layers.
    pub fn hyperparameters(&self) -> usize {
        self.layers.iter().map(Vec::len).sum()
    }

    /// The kernel between the rows of `x` and the rows of `train`, and its derivatives, at `alpha`, layer after layer. Takes, for every
    /// layer and pair of points, 5120 evaluations of every activation at each of the two, and four times as many for each doubling of
    /// the standard deviation of its pre-activations beyond 2; on all threads, with the same bits. Many points of one norm, as on the
    /// unit sphere, cost that of some 50 to 200 pairs: there all is a function of the angle, which is tabulated to 1e-11.
    ///
    /// # Panics
    /// When numbers of features differ, or `alpha` has another length than [`Self::hyperparameters`].
    pub fn kernel(&self, alpha: &[f64], x: MatRef<'_, f64>, train: MatRef<'_, f64>) -> DeepKernel {
        let ((d, e), h) = ((x.ncols(), train.ncols()), self.hyperparameters());
        assert_eq!(d, e, "points of {d} features against points of {e}");
        assert_eq!(alpha.len(), h, "{} hyperparameters for a deep kernel of {h}", alpha.len());
        let recursion = Recursion { layers: &self.mixtures(alpha), trained: self.trained, plane: &self.plane };
        let [(x, along_x), (train, along_train)] = [x, train].map(|points| {
            let (directions, norms) = directions(points);
            let along: Vec<Vec<Along>> = norms.into_par_iter().map(|norm| recursion.along(norm, h)).collect();
            (directions, along)
        });
        let rho = dense::product(x.as_ref(), train.transpose());
        let (rows, columns) = (x.nrows(), train.nrows());
        let table = one_sphere(along_x.iter().chain(&along_train)).and_then(|any| recursion.table(any, rows * columns));
        let column = |j: usize| {
            let angles: Vec<f64> = (0..rows).map(|i| angle(rho[(i, j)], x.row(i), train.row(j))).collect();
            match &table {
                Some(table) => table.at(&angles),
                None => recursion.column(&along_x, &along_train[j], &angles),
            }
        };
        let each: Vec<Mat<f64>> = (0..columns).into_par_iter().map(column).collect();
        let matrix = |k: usize| Mat::from_fn(rows, columns, |i, j| each[j][(i, k)]);
        DeepKernel { value: matrix(0), alpha: (1..=h).map(matrix).collect() }
    }

    fn mixtures<'a>(&'a self, mut alpha: &'a [f64]) -> Vec<Layer<'a>> {
        let layer = |activations: &'a Vec<Activation>| {
            let (own, rest) = alpha.split_at(activations.len());
            alpha = rest;
            Layer { activations, alpha: own }
        };
        self.layers.iter().map(layer).collect()
    }
}

/// Any of some points, when all have the same norm up to rounding, and that is not zero.
fn one_sphere<'a>(mut points: impl Iterator<Item = &'a Vec<Along>>) -> Option<&'a [Along]> {
    let any = points.next()?;
    let norm = any[0].value;
    let same = |other: &Vec<Along>| (other[0].value - norm).abs() <= SAME_NORM * norm;
    (norm > 0.0 && points.all(same)).then_some(any)
}
