//! Products with B in panels: the bits of those with B in rows.

use kernels::{
    Float, Isa, Mat, MatMut, Panels, Par, Update, matmul_panels_scratch, matmul_panels_with, matmul_scratch,
    matmul_with, pack_panel_rows_with, pack_panels_with, panel_blocks, panels_len, takes_panels,
};

use crate::random::{Random, bits, in_pools};

/// C after a product with B transposed or not, in panels or not.
fn product<T: Float>(isa: Isa, par: Par, [m, k, n]: [usize; 3], flip: bool, update: Update, packed: bool) -> Vec<u64> {
    let mut random = Random::new(m * 31 + n);
    let (a, b, mut c) = (random.numbers::<T>(m * k), random.numbers::<T>(k * n), random.numbers::<T>(m * n));
    let (a, b) = (Mat::new(&a, m, k), if flip { Mat::new(&b, n, k).t() } else { Mat::new(&b, k, n) });
    let needed = if packed { matmul_panels_scratch::<T> } else { matmul_scratch::<T> };
    let mut scratch = vec![T::of(f64::NAN); needed(par, m, k, n)];
    let (alpha, to) = (T::of(0.7), MatMut::new(&mut c, m, n));
    if packed {
        let mut panels = vec![T::of(f64::NAN); panels_len(k, n)];
        pack_panels_with(isa, par, b, &mut panels);
        matmul_panels_with(isa, par, alpha, a, Panels::new(&panels, k, n), update, to, None, &mut scratch);
    } else {
        matmul_with(isa, par, alpha, a, b, update, to, None, &mut scratch);
    }
    bits(&c)
}

fn same<T: Float>(isa: Isa, sizes: [usize; 3]) {
    for (flip, update) in [(false, Update::Overwrite), (true, Update::Overwrite), (true, Update::Accumulate)] {
        let rows = product::<T>(isa, Par::Seq, sizes, flip, update, false);
        let name = || format!("{sizes:?} {isa} {} transposed {flip}", T::NAME);
        assert_eq!(rows, product::<T>(isa, Par::Seq, sizes, flip, update, true), "{}", name());
        for pool in in_pools(|| product::<T>(isa, Par::Rayon, sizes, flip, update, true)) {
            assert_eq!(rows, pool, "{} in a pool", name());
        }
    }
}

#[test]
fn panels_do_not_move_a_bit() {
    let sizes = [
        [1, 1, 2],
        [1, 700, 530],
        [5, 3, 7],
        [20, 40, 129],
        [31, 257, 33],
        [90, 600, 17],
        [300, 64, 512],
        [12, 1000, 4100],
        [70, 520, 520],
    ];
    for &isa in Isa::available() {
        for sizes in sizes {
            same::<f32>(isa, sizes);
            same::<f64>(isa, sizes);
        }
    }
}

/// The panels of a matrix, packed at once and by so many rows of each block at a time.
fn packed<T: Float>(isa: Isa, k: usize, n: usize, height: usize) -> [Vec<u64>; 2] {
    let b = Random::new(k + n).numbers::<T>(k * n);
    let mut panels = [0, 1].map(|_| vec![T::ZERO; panels_len(k, n)]);
    let [all, by_rows] = &mut panels;
    pack_panels_with(isa, Par::Seq, Mat::new(&b, k, n), all);
    let mut rest = &mut by_rows[..];
    for rows in panel_blocks(k) {
        let (block, others) = rest.split_at_mut(panels_len(rows.len(), n));
        for first in (0..rows.len()).step_by(height) {
            let taken = height.min(rows.len() - first);
            let start = (rows.start + first) * n;
            pack_panel_rows_with(isa, Mat::new(&b[start..start + taken * n], taken, n), first, block);
        }
        rest = others;
    }
    assert!(rest.is_empty());
    panels.map(|panels| bits(&panels))
}

#[test]
fn panels_packed_by_rows_are_the_same() {
    for &isa in Isa::available() {
        for (k, n) in [(1, 2), (5, 16), (256, 17), (257, 40), (1000, 33)] {
            for height in [1, 6, 63, 300] {
                let [all, by_rows] = packed::<f32>(isa, k, n, height);
                assert_eq!(all, by_rows, "{k}×{n} by {height} {isa}");
                let [all, by_rows] = packed::<f64>(isa, k, n, height);
                assert_eq!(all, by_rows, "{k}×{n} by {height} {isa}");
            }
        }
    }
}

#[test]
fn what_cannot_lie_in_panels() {
    assert!(takes_panels(1, 2) && takes_panels(1500, 40));
    assert!(!takes_panels(0, 5) && !takes_panels(5, 1) && !takes_panels(5000, 40));
}

#[test]
#[should_panic(expected = "a 5000×4 matrix cannot lie in panels")]
fn too_deep_for_panels() {
    let b = vec![0.0; 20_000];
    pack_panels_with(Isa::Baseline, Par::Seq, Mat::new(&b, 5000, 4), &mut [0.0; 4]);
}
