//! Products of any shape and layout, on every instruction set, against the slow twin; in panels, bit for bit against rows.

use kernels::{
    Access, Elementwise, Float, Group, Instruction, Isa, Mat, MatMut, Output, Panels, PanelsMut, Par, Reduction,
    Source, Tail, Update, group_scratch, group_with, makes_panels, matmul_panels_with, matmul_scratch,
    matmul_to_panels_scratch, matmul_to_panels_with, matmul_with, pack_panels_with, panels_len, reference,
    takes_panels, unpack_panels_with,
};
use tape::generate::{Bytes, Choices};

use crate::elements::{Elements, near, same_bits};

/// A product with its operands.
pub fn gemm(bytes: &[u8]) {
    let mut choices = Bytes::new(bytes);
    choices.more();
    if choices.below(2) == 0 {
        Case::<f32>::draw(&mut choices).check()
    } else {
        Case::<f64>::draw(&mut choices).check()
    }
}

/// A matrix in memory: strides and the number of elements that it spans.
#[derive(Clone, Copy, Debug)]
struct Layout {
    rows: usize,
    cols: usize,
    down: usize,
    right: usize,
}

impl Layout {
    /// Rows or columns of consecutive elements, with or without gaps between them.
    fn draw(choices: &mut Bytes<'_>, rows: usize, cols: usize) -> Self {
        let gap = [0, 1, 3, 1030][choices.below(4)];
        let by_columns = choices.below(2) == 1;
        let (down, right) = if by_columns { (1, rows.max(1) + gap) } else { (cols.max(1) + gap, 1) };
        Self { rows, cols, down, right }
    }

    fn is_dense(self) -> bool {
        self.right == 1 && self.down == self.cols
    }

    fn span(self) -> usize {
        match (self.rows, self.cols) {
            (0, _) | (_, 0) => 0,
            (rows, cols) => (rows - 1) * self.down + (cols - 1) * self.right + 1,
        }
    }

    fn view<T>(self, data: &[T]) -> Mat<'_, T> {
        Mat { data, rows: self.rows, cols: self.cols, row_stride: self.down, col_stride: self.right }
    }

    fn view_mut<T>(self, data: &mut [T]) -> MatMut<'_, T> {
        MatMut { data, rows: self.rows, cols: self.cols, row_stride: self.down, col_stride: self.right }
    }
}

#[derive(Debug)]
struct Case<T> {
    layouts: [Layout; 3],
    a: Vec<T>,
    b: Vec<T>,
    c: Vec<T>,
    alpha: T,
    update: Update,
    tail: Group,
}

/// A group of C and a row: one that the microkernel may do itself, with a number or without, or a longer one.
fn tail(choices: &mut Bytes<'_>) -> Group {
    let (c, row, value) = (Source::Output(0), Source::Input(0), Source::Value);
    let two = |op, a, b| Instruction { op, args: [a, b, a] };
    let scaled = two(Elementwise::Scale(0.3.into()), c, c);
    let list = match choices.below(4) {
        0 => vec![two(Elementwise::Add, c, row), two(Elementwise::Tanh, value(0), value(0))],
        1 => vec![two(Elementwise::Add, row, c)],
        2 => vec![scaled, two(Elementwise::Sub, row, value(0))],
        _ => vec![scaled, two(Elementwise::Add, value(0), row)],
    };
    let output = Output { value: value(list.len() - 1), reduction: Reduction::None };
    Group::new(vec![Access::Row], list, vec![output]).expect("two operations fit")
}

fn size(choices: &mut Bytes<'_>, long: usize) -> usize {
    let size = choices.below(72);
    if long > 0 && choices.below(8) == 7 { long + size } else { size }
}

impl<T: Float> Case<T> {
    fn draw(choices: &mut Bytes<'_>) -> Self {
        let (m, n) = (size(choices, 0), size(choices, 0));
        let k = size(choices, 1100);
        let update = if choices.below(2) == 0 { Update::Overwrite } else { Update::Accumulate };
        let alpha = T::of([1.0, 0.0, -0.75, 3.0][choices.below(4)]);
        let mut elements = Elements::new(choices, 3);
        choices.more();
        let layouts = [(m, k), (k, n), (m, n)].map(|(rows, cols)| Layout::draw(choices, rows, cols));
        let [a, b, c] = layouts.map(|layout| elements.draw(layout.span()));
        Self { layouts, a, b, c, alpha, update, tail: tail(choices) }
    }

    fn product(&self, isa: Isa, par: Par, tail: Option<&Group>) -> Vec<T> {
        let [a, b, c] = self.layouts;
        let mut out = self.c.clone();
        let mut scratch = vec![T::of(f64::NAN); matmul_scratch::<T>(par, a.rows, a.cols, b.cols)];
        let row = vec![T::of(0.5); c.cols];
        let inputs: [&[T]; 1] = [&row];
        let tail = tail.map(|group| Tail { group, inputs: &inputs, outputs: &mut [] });
        let (a, b) = (a.view(&self.a), b.view(&self.b));
        matmul_with(isa, par, self.alpha, a, b, self.update, c.view_mut(&mut out), tail, &mut scratch);
        out
    }

    fn check(&self) {
        let (exact, size) = self.reference();
        for &isa in Isa::available() {
            let found = self.product(isa, Par::Seq, None);
            self.check_near(isa, &found, &exact, &size);
            let parallel = self.product(isa, Par::Rayon, None);
            assert!(same_bits(&found, &parallel), "{isa}: other bits in parallel: {:?}", self.layouts);
            if self.layouts[2].is_dense() {
                self.check_tail(isa, found);
            }
            self.check_panels(isa);
        }
    }

    /// The product by the slow twin, and what its rounding errors are proportional to: Σ |αab| + |c|.
    fn reference(&self) -> (Vec<f64>, Vec<f64>) {
        let product = |f: fn(f64) -> f64| {
            let wide = |x: &[T]| -> Vec<f64> { x.iter().map(|x| f(x.to_f64())).collect() };
            let (a, b, mut c) = (wide(&self.a), wide(&self.b), wide(&self.c));
            let [a_layout, b_layout, c_layout] = self.layouts;
            let (a, b, alpha) = (a_layout.view(&a), b_layout.view(&b), f(self.alpha.to_f64()));
            reference::matmul(alpha, a, b, self.update, c_layout.view_mut(&mut c));
            c
        };
        (product(|x| x), product(f64::abs))
    }

    /// Every element of C is near, and what lies between them is as it was.
    fn check_near(&self, isa: Isa, found: &[T], exact: &[f64], size: &[f64]) {
        let [a, _, c] = self.layouts;
        let mut untouched = vec![true; found.len()];
        for i in 0..c.rows {
            for j in 0..c.cols {
                let at = i * c.down + j * c.right;
                untouched[at] = false;
                let bound = (a.cols as f64 + 8.0) * T::EPSILON.to_f64() * size[at];
                let bound = if bound.is_finite() { bound } else { 0.0 };
                near(found[at], exact[at], bound, || {
                    format!("{isa}, ({i}, {j}) of {:?}, {:?}", self.layouts, self.update)
                });
            }
        }
        for (at, _) in untouched.iter().enumerate().filter(|(_, untouched)| **untouched) {
            assert!(same_bits(&found[at..=at], &self.c[at..=at]), "{isa}: a gap was written: {:?}", self.layouts);
        }
    }

    /// A tail gives the same bits as its group afterwards.
    fn check_tail(&self, isa: Isa, mut product: Vec<T>) {
        let [.., c] = self.layouts;
        let found = self.product(isa, Par::Seq, Some(&self.tail));
        let row = vec![T::of(0.5); c.cols];
        let mut scratch = vec![T::ZERO; group_scratch(&self.tail, c.rows, c.cols)];
        let len = c.rows * c.cols;
        let outputs = &mut [&mut product[..len]];
        group_with(isa, Par::Seq, &self.tail, c.rows, c.cols, &[&row], outputs, &mut scratch);
        assert!(same_bits(&found, &product), "{isa}: a tail gives other bits than its group: {:?}", self.layouts);
    }

    /// Into panels, and with the transpose of panels: the same bits.
    fn check_panels(&self, isa: Isa) {
        let [a, b, c] = self.layouts;
        let dense = Layout { down: c.cols, right: 1, ..c };
        let old = (0..c.rows * c.cols).map(|i| self.c[i / c.cols * c.down + i % c.cols * c.right]).collect();
        let case = Self {
            layouts: [a, b, dense],
            a: self.a.clone(),
            b: self.b.clone(),
            c: old,
            tail: self.tail.clone(),
            ..*self
        };
        let found = case.product(isa, Par::Seq, None);
        if makes_panels(c.rows, a.cols, c.cols) {
            let same = same_bits(&found, &case.made_in_panels(isa));
            assert!(same, "{isa}: other bits in panels: {:?}", self.layouts);
        }
        // A transpose of panels is made of a B that can be packed either way.
        if takes_panels(b.rows, b.cols) && takes_panels(b.cols, b.rows) {
            let same = same_bits(&found, &case.with_transpose(isa));
            assert!(same, "{isa}: other bits with the transpose of panels: {:?}", self.layouts);
        }
    }

    /// The product into panels, as rows.
    fn made_in_panels(&self, isa: Isa) -> Vec<T> {
        let [a, b, c] = self.layouts;
        let (m, k, n) = (a.rows, a.cols, b.cols);
        let mut panels = vec![T::of(f64::NAN); panels_len(m, n)];
        pack_panels_with(isa, Par::Seq, c.view(&self.c), &mut panels);
        let mut scratch = vec![T::of(f64::NAN); matmul_to_panels_scratch::<T>(Par::Rayon, m, k, n)];
        let (a, b, to) = (a.view(&self.a), b.view(&self.b), PanelsMut::new(&mut panels, m, n));
        matmul_to_panels_with(isa, Par::Rayon, self.alpha, a, b, self.update, to, &mut scratch);
        let mut rows = vec![T::of(f64::NAN); m * n];
        unpack_panels_with(isa, Par::Seq, Panels::new(&panels, m, n), &mut rows);
        rows
    }

    /// The product with a B that is the transpose of panels.
    fn with_transpose(&self, isa: Isa) -> Vec<T> {
        let [a, b, c] = self.layouts;
        let (m, k, n) = (a.rows, a.cols, b.cols);
        let mut panels = vec![T::of(f64::NAN); panels_len(n, k)];
        pack_panels_with(isa, Par::Seq, b.view(&self.b).t(), &mut panels);
        let mut out = self.c.clone();
        let mut scratch = vec![T::of(f64::NAN); matmul_scratch::<T>(Par::Seq, m, k, n)];
        let (a, b, to) = (a.view(&self.a), Panels::new(&panels, n, k).t(), c.view_mut(&mut out));
        matmul_panels_with(isa, Par::Seq, self.alpha, a, b, self.update, to, None, &mut scratch);
        out
    }
}
