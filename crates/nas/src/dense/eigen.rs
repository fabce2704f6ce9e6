//! Eigenvalues of symmetric matrices.

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::{Mat, MatRef, Par};

/// The iteration for eigenvalues did not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no eigenvalues of a symmetric matrix of order {size} were found: see whether all its entries are finite")]
pub struct NoEigenvalues {
    /// Order of the matrix.
    pub size: usize,
}

/// A = Q Λ Qᵀ for a symmetric A.
#[derive(Clone, Debug)]
pub struct SymmetricEigen {
    /// The eigenvalues Λ, ascending.
    pub values: Vec<f64>,
    /// The eigenvectors: the columns of Q, in the order of the values.
    pub vectors: Mat<f64>,
}

impl SymmetricEigen {
    /// Decomposes A, reading its lower triangle.
    ///
    /// # Panics
    /// When A is not square.
    pub fn of(a: MatRef<'_, f64>) -> Result<Self, NoEigenvalues> {
        let size = a.nrows();
        assert_eq!(size, a.ncols(), "eigenvalues of a {size} x {} matrix", a.ncols());
        if size == 0 {
            return Ok(Self { values: Vec::new(), vectors: Mat::zeros(0, 0) });
        }
        if !a.is_all_finite() {
            return Err(NoEigenvalues { size });
        }
        let (mut values, mut vectors) = (Diag::zeros(size), Mat::zeros(size, size));
        let scratch = self_adjoint_evd_scratch::<f64>(size, ComputeEigenvectors::Yes, Par::Seq, Default::default());
        let mut memory = MemBuffer::new(scratch);
        let (stack, plain) = (MemStack::new(&mut memory), Default::default());
        self_adjoint_evd(a, values.as_mut(), Some(vectors.as_mut()), Par::Seq, stack, plain)
            .map_err(|_| NoEigenvalues { size })?;
        Ok(Self { values: values.column_vector().iter().copied().collect(), vectors })
    }
}
