//! Products with a single column.

use kernels::{Float, Isa, Mat, MatMut, Par, Update, matmul_scratch, matmul_with};

use crate::matmul::Case;
use crate::random::bits;

/// A column on its own is read by squares of A, whose ends and last rows are not whole.
fn same_column<T: Float>(isa: Isa, wide: Case) {
    let Case { m, k, n, .. } = wide;
    let [a, b, _] = wide.operands::<T>();
    let c = wide.run::<T>(isa, Par::Seq).elements();
    for j in [0, n - 1] {
        let column: Vec<T> = (0..k).map(|l| b.view().data[l * n + j]).collect();
        let (mut alone, mut scratch) = (vec![T::ONE; m], vec![T::ZERO; matmul_scratch::<T>(Par::Seq, m, k, 1)]);
        let (column, to) = (Mat::new(&column, k, 1), MatMut::new(&mut alone, m, 1));
        matmul_with(isa, Par::Seq, T::ONE, a.view(), column, Update::Overwrite, to, None, &mut scratch);
        let expected: Vec<T> = (0..m).map(|i| c[i * n + j]).collect();
        assert_eq!(bits(&alone), bits(&expected), "{wide:?} {isa} {}: column {j}", T::NAME);
    }
}

#[test]
fn a_column_has_the_bits_of_a_wide_product() {
    for &isa in Isa::available() {
        for m in [1, 15, 16, 17, 33, 48] {
            for k in [0, 31, 32, 33, 50, 64, 79, 1100] {
                for gap in [0, 3] {
                    let wide = Case::dense(m, k, 9).with_gap(gap);
                    same_column::<f32>(isa, wide);
                    same_column::<f64>(isa, wide);
                }
            }
        }
    }
}
