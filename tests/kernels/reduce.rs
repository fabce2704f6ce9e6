//! Reductions against the reference.

use kernels::{Float, Isa, Par, reduce, reference};

use crate::random::{Random, bits, in_pools};

/// The order of additions, spelled out: 16 accumulators in each piece of 2¹⁴ terms, their tree, the tree of the pieces.
fn sum_by_the_book<T: Float>(x: &[T]) -> T {
    fn tree<T: Float>(sums: &[T]) -> T {
        match sums {
            [] => T::ZERO,
            [one] => *one,
            _ => {
                let (left, right) = sums.split_at(sums.len().next_power_of_two() / 2);
                tree(left) + tree(right)
            }
        }
    }
    let piece = |x: &[T]| {
        let mut lanes = [T::ZERO; 16];
        x.iter().enumerate().for_each(|(i, &x)| lanes[i % 16] += x);
        for half in [8, 4, 2, 1] {
            (0..half).for_each(|i| lanes[i] += lanes[i + half]);
        }
        lanes[0]
    };
    tree(&x.chunks(1 << 14).map(piece).collect::<Vec<T>>())
}

fn sums<T: Float>(n: usize) {
    let mut random = Random::new(n);
    let (x, y) = (random.numbers::<T>(n), random.numbers::<T>(n));
    let products: Vec<T> = x.iter().zip(&y).map(|(&x, &y)| x * y).collect();
    let expected = bits(&[sum_by_the_book(&x), sum_by_the_book(&products)]);
    let wide: Vec<f64> = x.iter().zip(&y).map(|(x, y)| x.to_f64() * y.to_f64()).collect();
    let wide = sum_by_the_book(&wide).to_bits();
    for &isa in Isa::available() {
        let run = |par| bits(&[reduce::sum_with(isa, par, &x), reduce::dot_with(isa, par, &x, &y)]);
        assert_eq!(run(Par::Seq), expected, "{isa} {} {n}", T::NAME);
        let run_wide = |par| reduce::dot_wide_with(isa, par, &x, &y).to_bits();
        assert_eq!(run_wide(Par::Seq), wide, "{isa} {} {n}", T::NAME);
        assert_eq!(in_pools(|| run_wide(Par::Rayon)), [wide; 2], "{isa} {} {n}", T::NAME);
        assert_eq!(in_pools(|| run(Par::Rayon)), [expected.clone(), expected.clone()], "{isa} {} {n}", T::NAME);
    }
}

#[test]
fn sums_by_the_book() {
    for n in (0..70).chain([1000, 1 << 14, (1 << 14) + 1, 100_000, 200_003]) {
        sums::<f32>(n);
        sums::<f64>(n);
    }
    for n in [(1 << 14) + 1, 100_000, 200_003] {
        assert!(reduce::sum_pieces(n) >= 2, "{n} terms are one piece");
    }
}

fn log_sum_exp<T: Float>(rows: usize, cols: usize, tolerance: f64) {
    let mut x: Vec<T> = Random::new(rows + cols).numbers(rows * cols);
    x.iter_mut().for_each(|x| *x = T::of(x.to_f64() * 300.0));
    let mut expected = vec![T::ZERO; rows];
    reference::row_log_sum_exp(&x, rows, cols, &mut expected);
    for &isa in Isa::available() {
        let run = |par| {
            let mut out = vec![T::of(f64::NAN); rows];
            reduce::row_log_sum_exp_with(isa, par, &x, rows, cols, &mut out);
            out
        };
        let alone = run(Par::Seq);
        for (x, exact) in alone.iter().zip(&expected) {
            let (x, exact) = (x.to_f64(), exact.to_f64());
            assert!(x == exact || (x - exact).abs() <= tolerance * (1.0 + exact.abs()), "{isa}: {x} for {exact}");
        }
        assert!(in_pools(|| bits(&run(Par::Rayon))).iter().all(|pool| *pool == bits(&alone)));
    }
}

#[test]
fn log_sum_exp_of_rows() {
    for (rows, cols) in [(0, 3), (3, 0), (1, 1), (5, 7), (900, 10), (40, 1000), (3, 20_000)] {
        log_sum_exp::<f32>(rows, cols, 1e-5);
        log_sum_exp::<f64>(rows, cols, 1e-13);
    }
    for (rows, cols) in [(900, 10), (40, 1000), (3, 20_000)] {
        assert!(reduce::row_log_sum_exp_pieces(rows, cols) >= 2, "{rows}×{cols} is one piece");
    }
}

#[test]
fn log_sum_exp_of_the_extremes() {
    let inf = f64::INFINITY;
    let x = [-inf, -inf, inf, 0.0, f64::NAN, 1.0, 0.0, f64::NAN, -inf, 2.0, 1000.0, 1000.0, -800.0, -800.0];
    for &isa in Isa::available() {
        let mut out = [0.0; 7];
        reduce::row_log_sum_exp_with(isa, Par::Seq, &x, 7, 2, &mut out);
        assert_eq!(out[..2], [-inf, inf]);
        assert!(out[2].is_nan() && out[3].is_nan());
        let ln_2 = std::f64::consts::LN_2;
        for (x, exact) in out[4..].iter().zip([2.0, 1000.0 + ln_2, -800.0 + ln_2]) {
            assert!((x - exact).abs() <= 1e-13 * exact.abs(), "{isa}: {x} for {exact}");
        }
    }
}

#[test]
#[should_panic(expected = "dot: lengths 2 and 3")]
fn lengths_that_differ() {
    reduce::dot(Par::Seq, &[1.0, 2.0], &[1.0, 2.0, 3.0]);
}
