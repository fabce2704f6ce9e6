//! Products into panels, products with the transpose of panels, and panels back in rows: the bits of those with rows.

use kernels::{
    Float, Isa, Mat, MatMut, Panels, PanelsMut, Par, Update, makes_panels, matmul_panels_with, matmul_scratch,
    matmul_to_panels_scratch, matmul_to_panels_with, matmul_with, pack_panels_with, panels_len, takes_panels,
    unpack_panels_with,
};

use crate::random::{Random, bits, in_pools};

/// m × k by k × n.
type Sizes = [usize; 3];

/// A product with its operands; A and B in rows, or transposed.
struct Case<T> {
    isa: Isa,
    sizes: Sizes,
    flips: [bool; 2],
    update: Update,
    alpha: T,
    a: Vec<T>,
    b: Vec<T>,
    c: Vec<T>,
}

impl<T: Float> Case<T> {
    fn new(isa: Isa, sizes: Sizes, flips: [bool; 2], update: Update, alpha: f64) -> Self {
        let [m, k, n] = sizes;
        let mut random = Random::new(m * 31 + n);
        let [a, b, c] = [m * k, k * n, m * n].map(|len| random.numbers(len));
        Self { isa, sizes, flips, update, alpha: T::of(alpha), a, b, c }
    }

    fn operands(&self) -> [Mat<'_, T>; 2] {
        let [m, k, n] = self.sizes;
        let view =
            |data, rows, cols, flip| if flip { Mat::new(data, cols, rows).t() } else { Mat::new(data, rows, cols) };
        [view(&self.a, m, k, self.flips[0]), view(&self.b, k, n, self.flips[1])]
    }

    fn in_rows(&self, par: Par) -> Vec<u64> {
        let ([m, k, n], [a, b], mut c) = (self.sizes, self.operands(), self.c.clone());
        let mut scratch = nan(matmul_scratch::<T>(par, m, k, n));
        let to = MatMut::new(&mut c, m, n);
        matmul_with(self.isa, par, self.alpha, a, b, self.update, to, None, &mut scratch);
        bits(&c)
    }

    /// C made in panels, back in rows.
    fn in_panels(&self, par: Par) -> Vec<u64> {
        let ([m, k, n], [a, b]) = (self.sizes, self.operands());
        let mut panels = self.packed(&self.c, m, n);
        let before = panels.clone();
        let mut scratch = nan(matmul_to_panels_scratch::<T>(par, m, k, n));
        let to = PanelsMut::new(&mut panels, m, n);
        matmul_to_panels_with(self.isa, par, self.alpha, a, b, self.update, to, &mut scratch);
        let filled = before.iter().zip(&panels).filter(|(before, _)| before.to_f64() == PADDING);
        assert!(filled.clone().count() == (panels_len(m, n) - m * n), "padding of {:?}", self.sizes);
        assert!(filled.into_iter().all(|(_, now)| now.to_f64() == PADDING), "padding was written: {:?}", self.sizes);
        self.unpacked(&panels, m, n)
    }

    /// The product with B as the transpose of panels.
    fn with_transpose(&self, par: Par) -> Vec<u64> {
        let ([m, k, n], [a, _], mut c) = (self.sizes, self.operands(), self.c.clone());
        assert!(self.flips[1], "only a transposed B lies in panels of its transpose");
        let panels = self.packed(&self.b, n, k);
        let mut scratch = nan(matmul_scratch::<T>(par, m, k, n));
        let (b, to) = (Panels::new(&panels, n, k).t(), MatMut::new(&mut c, m, n));
        matmul_panels_with(self.isa, par, self.alpha, a, b, self.update, to, None, &mut scratch);
        bits(&c)
    }

    /// A matrix in panels, those filled up with [`PADDING`].
    fn packed(&self, x: &[T], rows: usize, cols: usize) -> Vec<T> {
        let all = vec![T::ONE; rows * cols];
        let [mut panels, mut marks] = [(); 2].map(|()| vec![T::ZERO; panels_len(rows, cols)]);
        pack_panels_with(self.isa, Par::Seq, Mat::new(x, rows, cols), &mut panels);
        pack_panels_with(self.isa, Par::Seq, Mat::new(&all, rows, cols), &mut marks);
        for (x, mark) in panels.iter_mut().zip(marks) {
            *x = if mark == T::ZERO { T::of(PADDING) } else { *x };
        }
        panels
    }

    fn unpacked(&self, panels: &[T], rows: usize, cols: usize) -> Vec<u64> {
        let mut x = nan(rows * cols);
        unpack_panels_with(self.isa, Par::Seq, Panels::new(panels, rows, cols), &mut x);
        bits(&x)
    }

    fn check(&self) {
        let rows = self.in_rows(Par::Seq);
        let name = || format!("{:?} {} {} {:?} {:?}", self.sizes, self.isa, T::NAME, self.flips, self.update);
        let [m, k, n] = self.sizes;
        if makes_panels(m, k, n) {
            assert!(rows == self.in_panels(Par::Seq), "into panels, {}", name());
            for pool in in_pools(|| self.in_panels(Par::Rayon)) {
                assert!(rows == pool, "into panels in a pool, {}", name());
            }
        }
        if self.flips[1] && takes_panels(k, n) && takes_panels(n, k) {
            assert!(rows == self.with_transpose(Par::Seq), "with the transpose of panels, {}", name());
            for pool in in_pools(|| self.with_transpose(Par::Rayon)) {
                assert!(rows == pool, "with the transpose of panels in a pool, {}", name());
            }
        }
    }
}

/// What stands in panels where the matrix has no element; no random number is as large.
const PADDING: f64 = 77.0;

fn nan<T: Float>(len: usize) -> Vec<T> {
    vec![T::of(f64::NAN); len]
}

fn check<T: Float>(isa: Isa, sizes: Sizes) {
    let cases = [
        ([false, false], Update::Overwrite, 1.0),
        ([true, false], Update::Accumulate, -0.3),
        ([false, true], Update::Accumulate, 1.0),
        ([true, true], Update::Overwrite, 0.7),
    ];
    for (flips, update, alpha) in cases {
        Case::<T>::new(isa, sizes, flips, update, alpha).check();
    }
}

#[test]
fn panels_made_and_transposed_do_not_move_a_bit() {
    let sizes = [
        [1, 1, 2],
        [1, 300, 70],
        [2, 1, 1],
        [3, 5, 7],
        [17, 33, 40],
        [97, 129, 65],
        [193, 40, 31],
        [257, 20, 33],
        [300, 1500, 50],
        [40, 300, 700],
        [784, 128, 512],
        [70, 1030, 2100],
        [20, 1500, 300],
        [3, 1100, 1500],
    ];
    for &isa in Isa::available() {
        for sizes in sizes {
            check::<f32>(isa, sizes);
            check::<f64>(isa, sizes);
        }
    }
}

fn there_and_back<T: Float>(isa: Isa, [k, n]: [usize; 2]) {
    let case = Case::<T>::new(isa, [k, 1, n], [false; 2], Update::Overwrite, 1.0);
    let panels = case.packed(&case.c, k, n);
    let rows = bits(&case.c);
    assert_eq!(rows, case.unpacked(&panels, k, n), "{k}×{n} {isa} {}", T::NAME);
    for pool in in_pools(|| {
        let mut x = nan::<T>(k * n);
        unpack_panels_with(isa, Par::Rayon, Panels::new(&panels, k, n), &mut x);
        bits(&x)
    }) {
        assert_eq!(rows, pool, "{k}×{n} {isa} {} in a pool", T::NAME);
    }
}

#[test]
fn unpacked_panels_are_what_was_packed() {
    for &isa in Isa::available() {
        for shape in [[1, 2], [5, 16], [256, 17], [257, 40], [1000, 33], [3, 100]] {
            there_and_back::<f32>(isa, shape);
            there_and_back::<f64>(isa, shape);
        }
    }
}

#[test]
fn what_cannot_be_made_in_panels() {
    assert!(makes_panels(1, 1, 2) && makes_panels(2047, 2047, 3));
    assert!(!makes_panels(5, 0, 5) && !makes_panels(5, 2048, 5) && !makes_panels(2048, 5, 5) && !makes_panels(5, 5, 1));
}

/// A product of ones into panels, with so many elements of scratch too few.
fn ones([m, k, n]: Sizes, [rows, cols]: [usize; 2], missing: usize) {
    let (a, b, mut c) = (vec![1.0; m * k], vec![1.0; k * n], vec![0.0; panels_len(rows, cols)]);
    let mut scratch = vec![0.0; matmul_to_panels_scratch::<f64>(Par::Seq, m, k, n) - missing];
    let (a, b, c) = (Mat::new(&a, m, k), Mat::new(&b, k, n), PanelsMut::new(&mut c, rows, cols));
    matmul_to_panels_with(Isa::Baseline, Par::Seq, 1.0, a, b, Update::Overwrite, c, &mut scratch);
}

#[test]
#[should_panic(expected = "matmul_to_panels: 2×3 by 3×4 into 4×2")]
fn a_result_of_another_shape() {
    ones([2, 3, 4], [4, 2], 0);
}

#[test]
#[should_panic(expected = "2×3 by 3×1 cannot be made in panels")]
fn a_result_of_one_column() {
    ones([2, 3, 1], [2, 1], 0);
}

#[test]
#[should_panic(expected = "2×2048 by 2048×4 cannot be made in panels")]
fn elements_of_several_chains() {
    ones([2, 2048, 4], [2, 4], 0);
}

#[test]
#[should_panic(expected = "2×0 by 0×4 cannot be made in panels")]
fn elements_without_products() {
    ones([2, 0, 4], [2, 4], 0);
}

#[test]
#[should_panic(expected = "elements of scratch")]
fn scratch_too_short() {
    ones([2, 3, 4], [2, 4], 1);
}

#[test]
#[should_panic(expected = "PanelsMut: 5 elements for a 2×4 matrix, 128 needed")]
fn panels_to_write_of_another_length() {
    PanelsMut::new(&mut [0.0; 5], 2, 4);
}

#[test]
#[should_panic(expected = "unpack_panels: 5 elements for a 2×4 matrix, 8 needed")]
fn rows_of_another_length() {
    unpack_panels_with(Isa::Baseline, Par::Seq, Panels::new(&[0.0; 128], 2, 4), &mut [0.0; 5]);
}

#[test]
#[should_panic(expected = "unpack_panels: the 4×2 matrix is the transpose of one in panels")]
fn a_transpose_is_not_unpacked() {
    unpack_panels_with(Isa::Baseline, Par::Seq, Panels::new(&[0.0; 128], 2, 4).t(), &mut [0.0; 8]);
}

/// A product of ones with the transpose of panels of k columns.
fn ones_with_transpose([m, k, n]: Sizes, missing: usize) {
    let (a, b, mut c) = (vec![1.0; m * k], vec![1.0; panels_len(n, k)], vec![0.0; m * n]);
    let mut scratch = vec![0.0; matmul_scratch::<f64>(Par::Seq, m, k, n) - missing];
    let (a, b, c) = (Mat::new(&a, m, k), Panels::new(&b, n, k).t(), MatMut::new(&mut c, m, n));
    matmul_panels_with(Isa::Baseline, Par::Seq, 1.0, a, b, Update::Overwrite, c, None, &mut scratch);
}

#[test]
#[should_panic(expected = "a 2048×3 matrix cannot lie in panels")]
fn a_transpose_that_is_too_deep() {
    ones_with_transpose([2, 2048, 3], 0);
}

#[test]
#[should_panic(expected = "elements of scratch")]
fn scratch_too_short_for_a_transpose() {
    ones_with_transpose([60, 40, 50], 1);
}
