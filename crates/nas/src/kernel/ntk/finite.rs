//! Gram matrices of a network of finite width.

use crate::dense;
use faer::{Mat, MatRef};
use tape::Activation;

/// The blocks K̂_ij(x, x') = ⟨x, x'⟩ Σ_r v_r² σ_i'(w_r·x) σ_j'(w_r·x') of science 2.7 between the rows of `x` (n × d) and of
/// `train` (m × d), for hidden weights `w` (d × k, a neuron per column) and output weights `v` (k).
///
/// # Panics
/// When numbers of features or of neurons differ.
pub fn finite_blocks(
    x: MatRef<'_, f64>,
    train: MatRef<'_, f64>,
    activations: &[Activation],
    w: MatRef<'_, f64>,
    v: &[f64],
) -> Vec<Vec<Mat<f64>>> {
    let (d, k) = (w.nrows(), w.ncols());
    for points in [x, train] {
        assert_eq!(points.ncols(), d, "points of {} features for neurons of {d}", points.ncols());
    }
    assert_eq!(v.len(), k, "{} output weights for {k} neurons", v.len());
    let rho = dense::product(x, train.transpose());
    let features = |points: MatRef<'_, f64>| -> Vec<Mat<f64>> {
        let z = dense::product(points, w);
        let slopes = |a: &Activation| Mat::from_fn(z.nrows(), k, |i, r| v[r] * a.reference(z[(i, r)])[1]);
        activations.iter().map(slopes).collect()
    };
    let (on_x, on_train) = (features(x), features(train));
    let block = |i: &Mat<f64>, j: &Mat<f64>| {
        let mut block = dense::product(i.as_ref(), j.transpose());
        block.col_iter_mut().zip(rho.col_iter()).for_each(|(column, rho)| {
            column.iter_mut().zip(rho.iter()).for_each(|(k, rho)| *k *= rho);
        });
        block
    };
    on_x.iter().map(|i| on_train.iter().map(|j| block(i, j)).collect()).collect()
}
