//! Products of other crates.
#![expect(unsafe_code, reason = "two of the crates take pointers")]

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef};

use super::{Foreign, Operands, Product};

/// The signature of `matrixmultiply`: m, k, n, α, then A, B with their strides, β, and C with its strides.
///
/// # Safety
/// The matrices lie where the pointers and strides say.
pub(crate) type MatrixMultiply<T> =
    unsafe fn(usize, usize, usize, T, *const T, isize, isize, *const T, isize, isize, T, *mut T, isize, isize);

/// `gemm`, `faer` and, on one thread, `matrixmultiply`.
pub(super) fn products<T: Foreign>(operands: Operands<'_, T>, threads: usize) -> Vec<Product<'_, T>> {
    let mut products: Vec<Product<'_, T>> = vec![
        ("gemm".into(), Box::new(move |c| gemm_product(operands, threads, c))),
        ("faer".into(), Box::new(move |c| faer_product(operands, threads, c))),
    ];
    // How many threads it takes is fixed for the whole process.
    if threads == 1 {
        products.push(("matrixmultiply".into(), Box::new(move |c| matrixmultiply_product(operands, c))));
    }
    products
}

fn gemm_product<T: Foreign>(operands: Operands<'_, T>, threads: usize, c: &mut [T]) {
    operands.check(c);
    let ([m, k, n], [[a_down, a_right], [b_down, b_right]]) = (operands.sizes, operands.strides());
    let par = if threads == 1 { gemm::Parallelism::None } else { gemm::Parallelism::Rayon(threads) };
    let (a, b) = (operands.a.data.as_ptr(), operands.b.data.as_ptr());
    // SAFETY: `check` has compared the lengths with the sizes, and the strides are those of dense matrices.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            c.as_mut_ptr(),
            1,
            n as isize,
            false,
            a,
            a_right as isize,
            a_down as isize,
            b,
            b_right as isize,
            b_down as isize,
            T::ZERO,
            T::ONE,
            false,
            false,
            false,
            par,
        );
    }
}

fn matrixmultiply_product<T: Foreign>(operands: Operands<'_, T>, c: &mut [T]) {
    operands.check(c);
    let ([m, k, n], [a_strides, b_strides]) = (operands.sizes, operands.strides());
    let [[a_down, a_right], [b_down, b_right]] = [a_strides, b_strides].map(|strides| strides.map(|s| s as isize));
    let (a, b) = (operands.a.data.as_ptr(), operands.b.data.as_ptr());
    let down = n as isize;
    // SAFETY: `check` has compared the lengths with the sizes, and the strides are those of dense matrices.
    unsafe {
        T::MATRIXMULTIPLY(m, k, n, T::ONE, a, a_down, a_right, b, b_down, b_right, T::ZERO, c.as_mut_ptr(), down, 1);
    }
}

fn faer_product<T: Foreign>(operands: Operands<'_, T>, threads: usize, c: &mut [T]) {
    let [m, k, n] = operands.sizes;
    let view = |data, transposed, rows, cols| {
        if transposed {
            MatRef::from_row_major_slice(data, cols, rows).transpose()
        } else {
            MatRef::from_row_major_slice(data, rows, cols)
        }
    };
    let a = view(operands.a.data, operands.a.transposed, m, k);
    let b = view(operands.b.data, operands.b.transposed, k, n);
    let par = if threads == 1 { faer::Par::Seq } else { faer::Par::rayon(threads) };
    matmul(MatMut::from_row_major_slice_mut(c, m, n), Accum::Replace, a, b, T::ONE, par);
}
