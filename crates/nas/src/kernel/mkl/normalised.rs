//! Centred kernels of equal trace.

use crate::kernel::Gram;
use crate::kernel::term::Term;
use faer::{Col, Mat, MatRef};

/// A kernel that is constant on the training points: centred, nothing is left of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("kernel {kernel} is constant on the training points: centred, it is 0; leave it out")]
pub struct Constant {
    /// Its number, from 0.
    pub kernel: usize,
}

/// Terms H K_m H / s_m with H = I − 11ᵀ/n and s_m = tr(H K_m H) / n, so that each has trace n.
#[derive(Clone, Debug)]
pub struct Normalised {
    /// The terms.
    pub terms: Gram,
    /// The scales s_m.
    pub scales: Vec<f64>,
    /// Column means of the K_m.
    means: Vec<Vec<f64>>,
}

impl Normalised {
    /// Of terms between training points; packed where they are.
    ///
    /// # Panics
    /// When the terms are not square.
    pub fn new(train: &Gram) -> Result<Self, Constant> {
        let n = train.rows();
        assert_eq!(n, train.columns(), "terms of {n} x {} between training points", train.columns());
        let (mut terms, mut scales, mut means) = (Vec::new(), Vec::new(), Vec::new());
        for kernel in 0..train.terms() {
            let k = train.shared(kernel);
            let k = k.as_ref().as_ref();
            let columns = column_means(k);
            let mut centred = centre(k, &columns);
            let trace = |k: MatRef<'_, f64>| (0..n).map(|i| k[(i, i)]).sum::<f64>();
            let scale = trace(centred.as_ref()) / n.max(1) as f64;
            // What rounding leaves of a constant.
            if scale <= f64::EPSILON * k.norm_max() || scale.is_nan() {
                return Err(Constant { kernel });
            }
            centred *= faer::Scale(1.0 / scale);
            let centred = Term::Full(centred);
            terms.push(if train.is_packed() { centred.packed() } else { centred });
            scales.push(scale);
            means.push(columns);
        }
        Ok(Self { terms: Gram::of(terms), scales, means })
    }

    /// Terms between other points and the training points, centred by the training points and scaled likewise: inner products of
    /// features less their training means.
    ///
    /// # Panics
    /// When the numbers of terms or of training points differ.
    pub fn cross(&self, cross: &Gram) -> Gram {
        let h = self.scales.len();
        assert_eq!(cross.terms(), h, "{} terms, but {h} were normalised", cross.terms());
        assert_eq!(cross.columns(), self.terms.columns(), "terms against other training points");
        let term =
            |m: usize| centre(cross.shared(m).as_ref().as_ref(), &self.means[m]) * faer::Scale(1.0 / self.scales[m]);
        Gram::new((0..cross.terms()).map(term).collect())
    }

    /// The weights of the kernels as they were given, d_m / s_m, from those of the normalised ones.
    pub fn original(&self, weights: &[f64]) -> Vec<f64> {
        weights.iter().zip(&self.scales).map(|(d, s)| d / s).collect()
    }
}

/// Labels less their mean, and that.
pub(super) fn centred(y: faer::ColRef<'_, f64>) -> (Col<f64>, f64) {
    let mean = y.sum() / y.nrows().max(1) as f64;
    (Col::from_fn(y.nrows(), |i| y[i] - mean), mean)
}

fn column_means(k: MatRef<'_, f64>) -> Vec<f64> {
    k.col_iter().map(|column| column.sum() / k.nrows() as f64).collect()
}

/// K_ij less the mean of its row and the training mean of column j, plus the mean of all training entries.
fn centre(k: MatRef<'_, f64>, columns: &[f64]) -> Mat<f64> {
    let n = columns.len() as f64;
    let all = columns.iter().sum::<f64>() / n;
    let mut rows = Col::<f64>::zeros(k.nrows());
    k.col_iter().for_each(|column| rows += column);
    Mat::from_fn(k.nrows(), k.ncols(), |i, j| k[(i, j)] - rows[i] / n - columns[j] + all)
}
