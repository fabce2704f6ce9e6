//! A few rows times a matrix that comes from memory: the bits of the same product with a matrix that lies close together.

use kernels::{Float, Isa, Mat, MatMut, Par, Update, matmul_scratch, matmul_with};

use crate::random::{Random, bits, in_pools};

/// C (m × n) = α·A·B or C += α·A·B, where rows of B begin `apart` elements from each other.
struct Case<T> {
    m: usize,
    n: usize,
    alpha: T,
    update: Update,
    a: Vec<T>,
    b: Vec<T>,
    c: Vec<T>,
}

impl<T: Float> Case<T> {
    fn new(random: &mut Random, m: usize, k: usize, n: usize) -> Self {
        let [a, b, c] = [m * k, k * n, m * n].map(|len| random.numbers(len));
        let alpha = random.number();
        let (alpha, update) = match random.below(3) {
            0 => (T::ONE, Update::Overwrite),
            1 => (alpha, Update::Overwrite),
            _ => (alpha, Update::Accumulate),
        };
        Self { m, n, alpha, update, a, b, c }
    }

    fn product(&self, isa: Isa, par: Par, apart: usize) -> Vec<T> {
        let Self { m, n, alpha, update, .. } = *self;
        let k = self.b.len() / n;
        let mut b = vec![T::of(f64::NAN); k * apart];
        b.chunks_mut(apart).zip(self.b.chunks(n)).for_each(|(to, from)| to[..n].copy_from_slice(from));
        let b = Mat { data: &b, rows: k, cols: n, row_stride: apart, col_stride: 1 };
        let mut c = self.c.clone();
        let mut scratch = vec![T::of(f64::NAN); matmul_scratch::<T>(par, m, k, n)];
        let to = MatMut::new(&mut c, m, n);
        matmul_with(isa, par, alpha, Mat::new(&self.a, m, k), b, update, to, None, &mut scratch);
        c
    }
}

/// So far apart that any number of rows is too few for panels.
fn whatever_the_distance<T: Float>() {
    let mut random = Random::new(7);
    for m in 1..=17 {
        let (k, n) = ([600, 1030, 2100][random.below(3)], [1, 3, 16, 70, 520, 700][random.below(6)]);
        let case = Case::<T>::new(&mut random, m, k, n);
        for &isa in Isa::available() {
            let close = bits(&case.product(isa, Par::Seq, n));
            assert_eq!(bits(&case.product(isa, Par::Seq, 8200)), close, "{m}×{k}×{n}, {isa}");
            for c in in_pools(|| case.product(isa, Par::Rayon, 8200)) {
                assert_eq!(bits(&c), close, "{m}×{k}×{n}, {isa}, in a pool");
            }
        }
    }
}

#[test]
fn f32_whatever_the_distance_of_rows() {
    whatever_the_distance::<f32>();
}

#[test]
fn f64_whatever_the_distance_of_rows() {
    whatever_the_distance::<f64>();
}
