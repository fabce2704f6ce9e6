//! Every method on the same data.

use super::{Method, MklError, learn};
use crate::kernel::Gram;
use crate::report::{Table, figure};
use faer::ColRef;

/// Terms between some points and the training points, with the labels of the former.
#[derive(Clone, Copy, Debug)]
pub struct Points<'a> {
    /// The terms.
    pub gram: &'a Gram,
    /// The labels.
    pub y: ColRef<'a, f64>,
}

/// What a method reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The method's name.
    pub method: String,
    /// Its weights of the normalised kernels.
    pub weights: Vec<f64>,
    /// Mean squared error on the training points.
    pub train: f64,
    /// Mean squared error on the test points.
    pub test: f64,
}

/// Fits every method, in order.
///
/// # Panics
/// When sizes do not fit.
pub fn compare(
    methods: &[Method<'_>],
    train: Points<'_>,
    test: Points<'_>,
    lambda: f64,
) -> Result<Vec<Compared>, MklError> {
    let one = |method: &Method<'_>| {
        let learned = learn(method, train.gram, train.y, lambda)?;
        let error = |points: Points<'_>| learned.mean_squared_error(points.gram, points.y);
        let (train, test) = (error(train), error(test));
        Ok(Compared { method: method.to_string(), weights: learned.normalised, train, test })
    };
    methods.iter().map(one).collect()
}

/// A row for every method, the least test error first.
pub fn table(compared: &[Compared]) -> Table {
    let mut sorted: Vec<&Compared> = compared.iter().collect();
    sorted.sort_by(|a, b| a.test.total_cmp(&b.test));
    let row = |c: &Compared| {
        let weights: Vec<String> = c.weights.iter().map(|d| format!("{d:.3}")).collect();
        vec![c.method.clone(), figure(c.train), figure(c.test), weights.join(" ")]
    };
    let rows = sorted.into_iter().map(row).collect();
    Table { rows, ..Table::new(&["method", "train error", "test error", "weights"]) }
}
