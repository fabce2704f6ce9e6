//! A few rows times a matrix that comes from memory: the bits of the same product with a matrix that lies close together.

use kernels::{Float, Group, Isa, Mat, MatMut, Par, Tail, Update, matmul_scratch, matmul_with};

use crate::random::{Random, bits, in_pools};
use crate::tail::tail_groups;

/// Elements between the beginnings of rows: so many that 600 of them are far enough for any number of rows.
const APART: usize = 8200;

/// C (m × n) = α·A·B or C += α·A·B.
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

    /// C and what a tail writes beside it, where rows of B begin `apart` elements from each other.
    fn product(&self, isa: Isa, par: Par, apart: usize, group: Option<&Group>) -> [Vec<u64>; 2] {
        let Self { m, n, alpha, update, .. } = *self;
        let k = self.b.len() / n;
        let mut b = vec![T::of(f64::NAN); k * apart];
        b.chunks_mut(apart).zip(self.b.chunks(n)).for_each(|(to, from)| to[..n].copy_from_slice(from));
        let b = Mat { data: &b, rows: k, cols: n, row_stride: apart, col_stride: 1 };
        let (mut c, mut beside) = (self.c.clone(), vec![T::of(f64::NAN); m * n]);
        let mut scratch = vec![T::of(f64::NAN); matmul_scratch::<T>(par, m, k, n)];
        let to = MatMut::new(&mut c, m, n);
        let inputs = [&self.c[..n], &self.c[..], &self.c[..m], &self.c[..1]];
        let others = group.map_or(0, |group| group.outputs().len() - 1);
        let outputs = &mut [&mut beside[..]][..others];
        let tail = group.map(|group| Tail { group, inputs: &inputs[..group.inputs().len()], outputs });
        matmul_with(isa, par, alpha, Mat::new(&self.a, m, k), b, update, to, tail, &mut scratch);
        [bits(&c), bits(&beside)]
    }

    /// That the distance of rows moves no bit.
    fn check(&self, isa: Isa, group: Option<&Group>) {
        let close = self.product(isa, Par::Seq, self.n, group);
        let name = || format!("{} rows, {} columns, {isa}, {group:?}", self.m, self.n);
        assert_eq!(self.product(isa, Par::Seq, APART, group), close, "{}", name());
        for far in in_pools(|| self.product(isa, Par::Rayon, APART, group)) {
            assert_eq!(far, close, "{}, in a pool", name());
        }
    }
}

fn whatever_the_distance<T: Float>() {
    let mut random = Random::new(7);
    for m in 1..=17 {
        let (k, n) = ([600, 1030, 2100][random.below(3)], [1, 3, 16, 70, 520, 700][random.below(6)]);
        let case = Case::<T>::new(&mut random, m, k, n);
        Isa::available().iter().for_each(|&isa| case.check(isa, None));
    }
}

#[test]
fn the_distance_of_rows_moves_no_bit() {
    whatever_the_distance::<f32>();
    whatever_the_distance::<f64>();
}

#[test]
fn tails_follow_whatever_the_distance() {
    let mut random = Random::new(8);
    let case = Case::<f32>::new(&mut random, 5, 600, 530);
    for group in tail_groups() {
        case.check(Isa::current(), Some(&group));
    }
}
