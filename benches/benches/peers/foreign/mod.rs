//! The peers: other crates, and libraries of the system.

mod blas;
mod crates;
mod sleef;

pub(crate) use blas::Blas;
pub(crate) use sleef::Sleef;

use blas::Gemm;
use kernels::Float;

/// A row-major operand of a product; a transposed one lies as its transpose.
#[derive(Clone, Copy)]
pub(crate) struct Operand<'a, T> {
    pub(crate) data: &'a [T],
    pub(crate) transposed: bool,
}

/// m × k by k × n.
#[derive(Clone, Copy)]
pub(crate) struct Operands<'a, T> {
    pub(crate) sizes: [usize; 3],
    pub(crate) a: Operand<'a, T>,
    pub(crate) b: Operand<'a, T>,
}

/// The name of a peer, and its product, which overwrites C.
pub(crate) type Product<'a, T> = (String, Box<dyn FnMut(&mut [T]) + 'a>);

/// An element type that the peers know.
pub(crate) trait Foreign: Float + faer::traits::ComplexField {
    /// The product of `matrixmultiply`.
    const MATRIXMULTIPLY: crates::MatrixMultiply<Self>;

    /// The product of a CBLAS library.
    fn cblas(blas: &Blas) -> Gemm<Self>;

    /// All peers that are here.
    fn peers<'a>(operands: Operands<'a, Self>, threads: usize, blas: &'a [Blas]) -> Vec<Product<'a, Self>> {
        let libraries = blas.iter().map(|library| blas::product(library, operands));
        crates::products(operands, threads).into_iter().chain(libraries).collect()
    }
}

impl Foreign for f32 {
    const MATRIXMULTIPLY: crates::MatrixMultiply<Self> = matrixmultiply::sgemm;

    fn cblas(blas: &Blas) -> Gemm<Self> {
        blas.sgemm
    }
}

impl Foreign for f64 {
    const MATRIXMULTIPLY: crates::MatrixMultiply<Self> = matrixmultiply::dgemm;

    fn cblas(blas: &Blas) -> Gemm<Self> {
        blas.dgemm
    }
}

impl<T> Operands<'_, T> {
    /// The strides of A and of B: down, right.
    fn strides(&self) -> [[usize; 2]; 2] {
        let [m, k, n] = self.sizes;
        let of = |transposed: bool, rows: usize, cols: usize| if transposed { [1, rows] } else { [cols, 1] };
        [of(self.a.transposed, m, k), of(self.b.transposed, k, n)]
    }

    /// Panics unless all three matrices lie in their slices.
    fn check(&self, c: &[T]) {
        let [m, k, n] = self.sizes;
        let lengths = [self.a.data.len(), self.b.data.len(), c.len()];
        assert_eq!(lengths, [m * k, k * n, m * n], "operands of a product {m}×{k}×{n}");
    }
}
