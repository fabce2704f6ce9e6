//! Products against the reference.

use kernels::{Float, Isa, Mat, MatMut, Par, Update, matmul_pieces, matmul_scratch, matmul_with, reference};

use crate::random::{Random, bits, in_pools};

/// How a matrix lies in memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Layout {
    transposed: bool,
    /// Distance of neighbours beyond 1, and of rows beyond their length.
    step: usize,
    gap: usize,
}

const DENSE: Layout = Layout { transposed: false, step: 0, gap: 0 };

impl Layout {
    fn random(random: &mut Random) -> Self {
        Self { transposed: random.below(2) == 1, step: [0, 0, 1][random.below(3)], gap: [0, 0, 3][random.below(3)] }
    }

    /// The strides of a rows × cols matrix, and the elements it spans.
    fn strides(self, rows: usize, cols: usize) -> (usize, usize, usize) {
        let inner = 1 + self.step;
        let outer = if self.transposed { rows } else { cols } * inner + self.gap;
        let (down, right) = if self.transposed { (inner, outer) } else { (outer, inner) };
        let span = if rows * cols == 0 { 0 } else { (rows - 1) * down + (cols - 1) * right + 1 };
        (down, right, span)
    }
}

/// A matrix among canaries: in front of it, behind it, and in its gaps.
pub(crate) struct Held<T> {
    buffer: Vec<T>,
    rows: usize,
    cols: usize,
    layout: Layout,
}

const MARGIN: usize = 5;

impl<T: Float> Held<T> {
    fn new(rows: usize, cols: usize, layout: Layout, canary: T, mut element: impl FnMut() -> T) -> Self {
        let span = layout.strides(rows, cols).2;
        let mut held = Self { buffer: vec![canary; span + 2 * MARGIN], rows, cols, layout };
        for i in 0..rows {
            for j in 0..cols {
                let at = held.at(i, j);
                held.buffer[at] = element();
            }
        }
        held
    }

    fn at(&self, i: usize, j: usize) -> usize {
        let (down, right, _) = self.layout.strides(self.rows, self.cols);
        MARGIN + i * down + j * right
    }

    pub(crate) fn view(&self) -> Mat<'_, T> {
        let (row_stride, col_stride, span) = self.layout.strides(self.rows, self.cols);
        Mat { data: &self.buffer[MARGIN..MARGIN + span], rows: self.rows, cols: self.cols, row_stride, col_stride }
    }

    fn view_mut(&mut self) -> MatMut<'_, T> {
        let (row_stride, col_stride, span) = self.layout.strides(self.rows, self.cols);
        let (rows, cols) = (self.rows, self.cols);
        MatMut { data: &mut self.buffer[MARGIN..MARGIN + span], rows, cols, row_stride, col_stride }
    }

    pub(crate) fn elements(&self) -> Vec<T> {
        (0..self.rows * self.cols).map(|e| self.buffer[self.at(e / self.cols, e % self.cols)]).collect()
    }

    /// Everything but the elements.
    fn canaries(&self) -> Vec<T> {
        let mut rest = self.buffer.clone();
        (0..self.rows * self.cols).for_each(|e| rest[self.at(e / self.cols, e % self.cols)] = T::ZERO);
        rest
    }
}

/// One product.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) m: usize,
    pub(crate) k: usize,
    pub(crate) n: usize,
    pub(crate) a: Layout,
    pub(crate) b: Layout,
    pub(crate) c: Layout,
    pub(crate) alpha: f64,
    pub(crate) update: Update,
}

impl Case {
    pub(crate) fn dense(m: usize, k: usize, n: usize) -> Self {
        Self { m, k, n, a: DENSE, b: DENSE, c: DENSE, alpha: 1.0, update: Update::Overwrite }
    }

    /// So many elements between the rows of A.
    pub(crate) fn with_gap(self, gap: usize) -> Self {
        Self { a: Layout { gap, ..self.a }, ..self }
    }

    /// Layouts, alpha and update drawn from the sizes.
    pub(crate) fn random(m: usize, k: usize, n: usize) -> Self {
        let mut random = Random::new((m * 131 + k) * 131 + n);
        let [a, b, c] = std::array::from_fn(|_| Layout::random(&mut random));
        let update = [Update::Overwrite, Update::Accumulate][random.below(2)];
        Self { m, k, n, a, b, c, alpha: [1.0, -0.7][random.below(2)], update }
    }

    /// A, B, and C before the product: NaN where it is to be overwritten.
    pub(crate) fn operands<T: Float>(self) -> [Held<T>; 3] {
        let mut random = Random::new(self.m + 7 * self.k + 49 * self.n);
        let nan = T::of(f64::NAN);
        let a = Held::new(self.m, self.k, self.a, nan, || random.number());
        let b = Held::new(self.k, self.n, self.b, nan, || random.number());
        let overwrite = self.update == Update::Overwrite;
        let c = Held::new(self.m, self.n, self.c, T::of(1e30), || if overwrite { nan } else { random.number() });
        [a, b, c]
    }

    pub(crate) fn run<T: Float>(self, isa: Isa, par: Par) -> Held<T> {
        let [a, b, mut c] = self.operands::<T>();
        let mut scratch = vec![T::of(f64::NAN); matmul_scratch::<T>(par, self.m, self.k, self.n)];
        matmul_with(isa, par, T::of(self.alpha), a.view(), b.view(), self.update, c.view_mut(), None, &mut scratch);
        c
    }

    /// Compares with the reference, element by element: |C − C_ref| ≤ γ_{k+2} (|α||A||B| + |C_old|).
    fn check<T: Float>(self, isa: Isa) {
        let [a, b, old] = self.operands::<T>();
        let (mut exact, mut size) = (old.elements(), old.elements());
        size.iter_mut().for_each(|x| *x = T::of(x.to_f64().abs()));
        let alpha = T::of(self.alpha);
        reference::matmul(alpha, a.view(), b.view(), self.update, MatMut::new(&mut exact, self.m, self.n));
        let absolute = |x: &Held<T>| x.elements().iter().map(|x| T::of(x.to_f64().abs())).collect::<Vec<T>>();
        let (a, b) = (absolute(&a), absolute(&b));
        let (a, b) = (Mat::new(&a, self.m, self.k), Mat::new(&b, self.k, self.n));
        let magnitude = T::of(self.alpha.abs());
        reference::matmul(magnitude, a, b, self.update, MatMut::new(&mut size, self.m, self.n));
        let c = self.run::<T>(isa, Par::Seq);
        assert_eq!(bits(&c.canaries()), bits(&old.canaries()), "{self:?} {isa} {}: canaries", T::NAME);
        let (u, steps) = (T::EPSILON.to_f64() / 2.0, (self.k + 2) as f64);
        // Twice for f64, whose reference has as many roundings.
        let gamma = 2.0 * steps * u / (1.0 - steps * u);
        for (e, ((c, exact), size)) in c.elements().iter().zip(exact).zip(size).enumerate() {
            let error = (c.to_f64() - exact.to_f64()).abs();
            assert!(error <= gamma * size.to_f64(), "{self:?} {isa} {} element {e}: {c} for {exact}", T::NAME);
        }
    }

    fn check_everywhere(self) {
        for &isa in Isa::available() {
            self.check::<f32>(isa);
            self.check::<f64>(isa);
        }
    }
}

#[test]
fn small_sizes() {
    for m in 0..20 {
        for k in 0..20 {
            for n in 0..20 {
                Case::random(m, k, n).check_everywhere();
            }
        }
    }
}

/// These run without the loops over blocks: rows of B are whole lines of the cache, in both element types or in `f64`.
#[test]
fn small_sizes_of_whole_lines() {
    for m in 0..20 {
        for k in [0, 1, 5, 40, 130] {
            for n in [8, 16, 24, 32, 48, 96] {
                Case::dense(m, k, n).check_everywhere();
                Case { update: Update::Accumulate, alpha: -0.7, ..Case::dense(m, k, n) }.check_everywhere();
            }
        }
    }
}

#[test]
fn all_layouts() {
    let layouts = (0..8).map(|i| Layout { transposed: i & 1 > 0, step: i >> 1 & 1, gap: i >> 2 & 1 });
    for a in layouts.clone() {
        for b in layouts.clone() {
            for c in layouts.clone() {
                for update in [Update::Overwrite, Update::Accumulate] {
                    Case { a, b, c, update, alpha: 1.5, ..Case::dense(25, 9, 35) }.check_everywhere();
                }
            }
        }
    }
}

#[test]
fn larger_sizes() {
    let mut random = Random::new(3);
    for _ in 0..150 {
        Case::random(random.below(131), random.below(131), random.below(131)).check_everywhere();
    }
    // Several blocks in every direction, several chains, single rows and columns.
    for (m, k, n) in
        [(205, 300, 70), (205, 1300, 70), (13, 2100, 33), (1, 700, 300), (300, 700, 1), (1, 2500, 1), (30, 20, 2100)]
    {
        Case::random(m, k, n).check_everywhere();
        Case { update: Update::Accumulate, ..Case::random(m, k, n) }.check_everywhere();
    }
}

/// A is read where it lies or packed, as its rows or columns lie near each other or far apart, or not contiguous at all. The bits are the same.
fn same_however_a_lies<T: Float>(isa: Isa, [m, k, n]: [usize; 3]) {
    let dense = Case::dense(m, k, n);
    let expected = bits(&dense.run::<T>(isa, Par::Seq).elements());
    for transposed in [false, true] {
        for (step, gap) in [(0, 0), (0, 5), (0, 1030), (1, 0)] {
            let case = Case { a: Layout { transposed, step, gap }, ..dense };
            let found = case.run::<T>(isa, Par::Seq);
            assert_eq!(bits(&found.elements()), expected, "{case:?} {isa} {}", T::NAME);
        }
    }
}

#[test]
fn how_a_lies_does_not_move_a_bit() {
    for &isa in Isa::available() {
        for sizes in [
            [7, 300, 40],
            [9, 70, 12],
            [31, 70, 40],
            [24, 600, 150],
            [31, 70, 150],
            [130, 520, 140],
            [25, 1, 129],
            [5, 2050, 3],
        ] {
            same_however_a_lies::<f32>(isa, sizes);
            same_however_a_lies::<f64>(isa, sizes);
        }
    }
}

fn same_in_pools<T: Float>(isa: Isa, case: Case) {
    let Case { m, k, n, .. } = case;
    assert!(matmul_pieces(Par::Rayon, m, k, n) >= 2, "{case:?} is one piece");
    let alone = bits(&case.run::<T>(isa, Par::Seq).elements());
    for pool in in_pools(|| bits(&case.run::<T>(isa, Par::Rayon).elements())) {
        assert_eq!(alone, pool, "{case:?} {isa} {}", T::NAME);
    }
}

#[test]
fn threads_do_not_move_a_bit() {
    let sizes = [
        (300, 270, 40),
        (8, 45_000, 9),
        (1, 4000, 800),
        (1400, 2300, 1),
        (100, 2100, 300),
        (400, 2100, 30),
        (40, 30, 2700),
    ];
    for &isa in Isa::available() {
        for (m, k, n) in sizes {
            for update in [Update::Overwrite, Update::Accumulate] {
                let case = Case { update, alpha: -0.3, ..Case::dense(m, k, n) };
                same_in_pools::<f32>(isa, case);
                same_in_pools::<f64>(isa, case);
            }
        }
        for transposed in [false, true] {
            let case = Case { c: Layout { transposed, step: 0, gap: 3 }, ..Case::dense(150, 90, 400) };
            same_in_pools::<f32>(isa, case);
            same_in_pools::<f64>(isa, case);
        }
    }
}

/// An element depends on its row of A, its column of B and nothing else: not on where it lies, what else is computed, or how
/// the matrices are laid.
fn same_alone<T: Float>(isa: Isa, m: usize, k: usize, n: usize) {
    let whole = Case::dense(m, k, n);
    let [a, b, _] = whole.operands::<T>();
    let c = whole.run::<T>(isa, Par::Seq);
    let parts =
        [(0, 0, 1, 1), (m / 2, n / 3, 1, n / 2), (m / 3, n / 2, m / 2, 1), (1, 2, m - 1, n - 2), (2, 3, 20, 32)];
    for (i, j, rows, cols) in parts {
        let mut part = vec![T::ZERO; rows * cols];
        let mut scratch = vec![T::ZERO; matmul_scratch::<T>(Par::Seq, rows, k, cols)];
        let a = Mat { data: &a.view().data[i * k..], rows, ..a.view() };
        let b = Mat { data: &b.view().data[j..], cols, ..b.view() };
        let to = MatMut::new(&mut part, rows, cols);
        matmul_with(isa, Par::Seq, T::ONE, a, b, Update::Overwrite, to, None, &mut scratch);
        let expected: Vec<T> = (0..rows * cols).map(|e| c.buffer[c.at(i + e / cols, j + e % cols)]).collect();
        assert_eq!(bits(&part), bits(&expected), "{isa} {} {rows}×{cols} at ({i}, {j})", T::NAME);
    }
    // The last column of B on its own, contiguous.
    let column: Vec<T> = (0..k).map(|l| b.view().data[l * n + n - 1]).collect();
    let mut part = vec![T::ZERO; m];
    let mut scratch = vec![T::ZERO; matmul_scratch::<T>(Par::Seq, m, k, 1)];
    let (column, to) = (Mat::new(&column, k, 1), MatMut::new(&mut part, m, 1));
    matmul_with(isa, Par::Seq, T::ONE, a.view(), column, Update::Overwrite, to, None, &mut scratch);
    let expected: Vec<T> = (0..m).map(|i| c.buffer[c.at(i, n - 1)]).collect();
    assert_eq!(bits(&part), bits(&expected), "{isa} {} a column", T::NAME);
    let column_major = Case { c: Layout { transposed: true, ..DENSE }, ..whole };
    assert_eq!(bits(&column_major.run::<T>(isa, Par::Seq).elements()), bits(&c.elements()));
}

#[test]
fn an_element_does_not_depend_on_its_place() {
    for &isa in Isa::available() {
        for k in [1, 40, 300, 2100] {
            same_alone::<f32>(isa, 31, k, 53);
            same_alone::<f64>(isa, 31, k, 53);
        }
    }
}

/// The distance between rows of a single row, and between columns of a single column.
#[test]
fn strides_that_are_never_used_may_be_anything() {
    let (x, far) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0], usize::MAX);
    let view = |rows, cols, row_stride, col_stride| Mat { data: &x[..], rows, cols, row_stride, col_stride };
    let cases = [
        (view(1, 3, far, 1), view(3, 2, 4, 2), view(1, 2, far, 1), vec![38.0, 50.0]),
        (view(3, 1, 2, far), view(1, 2, far, 1), view(3, 2, 2, 1), vec![1.0, 2.0, 3.0, 6.0, 5.0, 10.0]),
        (view(2, 3, 3, 1), view(3, 1, 2, far), view(2, 1, 1, far), vec![22.0, 49.0]),
        (view(1, 1, far, far), view(1, 1, far, far), view(1, 1, far, far), vec![1.0]),
    ];
    for &isa in Isa::available() {
        for (a, b, to, expected) in &cases {
            let (mut c, mut scratch) = (vec![0.0; expected.len()], vec![0.0; 1 << 20]);
            let Mat { rows, cols, row_stride, col_stride, .. } = *to;
            let to = MatMut { data: &mut c, rows, cols, row_stride, col_stride };
            matmul_with(isa, Par::Seq, 1.0, *a, *b, Update::Overwrite, to, None, &mut scratch);
            assert_eq!(&c, expected, "{isa} {a:?} by {b:?}");
        }
    }
}

/// Operands whose rows or columns share elements give what copies of them give.
#[test]
fn operands_that_overlap() {
    let x: Vec<f64> = (0..2000).map(|i| f64::from(i % 37) - 18.0).collect();
    let copy = |view: Mat<'_, f64>| -> Vec<f64> {
        let at = |i: usize| i / view.cols * view.row_stride + i % view.cols * view.col_stride;
        (0..view.rows * view.cols).map(|i| view.data[at(i)]).collect()
    };
    let product = |isa, a: Mat<'_, f64>, b: Mat<'_, f64>| {
        let (mut c, mut scratch) = (vec![0.0; a.rows * b.cols], vec![0.0; 1 << 16]);
        let to = MatMut::new(&mut c, a.rows, b.cols);
        matmul_with(isa, Par::Seq, 1.0, a, b, Update::Overwrite, to, None, &mut scratch);
        c
    };
    for &isa in Isa::available() {
        for [m, k, n] in [[7, 5, 40], [13, 30, 9], [3, 20, 70], [20, 1, 33], [30, 64, 64], [40, 17, 150]] {
            for apart in 0..10 {
                for [row_stride, col_stride] in [[1, apart], [apart, 1]] {
                    let view = |rows, cols| Mat { data: &x[..], rows, cols, row_stride, col_stride };
                    let (a, b) = (view(m, k), view(k, n));
                    let (dense_a, dense_b) = (copy(a), copy(b));
                    let (dense_a, dense_b) = (Mat::new(&dense_a, m, k), Mat::new(&dense_b, k, n));
                    let name = format!("{isa} {m}×{k} by {k}×{n}, {row_stride} and {col_stride} apart");
                    let expected = product(isa, dense_a, dense_b);
                    assert_eq!(bits(&product(isa, a, dense_b)), bits(&expected), "A of {name}");
                    assert_eq!(bits(&product(isa, dense_a, b)), bits(&expected), "B of {name}");
                }
            }
        }
    }
}

#[test]
#[should_panic(expected = "matmul: 2×3 by 2×4 into 2×4")]
fn shapes_that_do_not_fit() {
    let x = [0.0; 12];
    let mut c = [0.0; 8];
    let (a, b, c) = (Mat::new(&x, 2, 3), Mat::new(&x, 2, 4), MatMut::new(&mut c, 2, 4));
    kernels::matmul(Par::Seq, 1.0, a, b, Update::Overwrite, c, None, &mut []);
}

#[test]
#[should_panic(expected = "elements of C share places")]
fn elements_that_share_places() {
    let (x, mut c) = ([0.0; 4], [0.0; 4]);
    let c = MatMut { data: &mut c, rows: 2, cols: 2, row_stride: 1, col_stride: 1 };
    kernels::matmul(Par::Seq, 1.0, Mat::new(&x, 2, 2), Mat::new(&x, 2, 2), Update::Overwrite, c, None, &mut []);
}
