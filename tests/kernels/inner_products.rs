//! The inner products of a mixture, bit by bit as they are defined, on the instruction sets that round a multiply-add once; in banks of
//! many batches an activation is what it is in a pair.

use kernels::{Activation, Bank, Dot, Float, Isa, Par, Sum, mixture_pieces, mixture_scratch, mixture_with};

use crate::mixture::ALL;
use crate::points::points;

/// σᵢ⁽ᵏ⁾(x) as the mixture has it: a sum in which all other coefficients are 0.
fn value<T: Float>(isa: Isa, bank: &Bank, order: usize, i: usize, x: &[T]) -> Vec<T> {
    let mut coefficients = vec![T::ZERO; bank.len()];
    coefficients[i] = T::ONE;
    let mut out = vec![T::ZERO; x.len()];
    let mut scratch = vec![T::ZERO; mixture_scratch::<T>(bank, 1, x.len(), 1, 0)];
    let sum = Sum { coefficients: &coefficients, order, out: &mut out };
    mixture_with(isa, Par::Seq, bank, x, 1, x.len(), 1, &mut [sum], &mut [], &mut scratch);
    out
}

/// 16 interleaved accumulators of a piece, joined by the fixed tree.
fn piece<T: Float>(fused: fn(T, T, T) -> T, g: &[T], values: &[T]) -> T {
    let mut all = [T::ZERO; 16];
    for (i, (g, value)) in g.iter().zip(values).enumerate() {
        all[i % 16] = fused(*value, *g, all[i % 16]);
    }
    for half in [8, 4, 2, 1] {
        for i in 0..half {
            all[i] += all[i + half];
        }
    }
    all[0]
}

/// ⟨g, values⟩ for every group of a matrix of rows, by blocks, tiles and pieces.
fn defined<T: Float>(fused: fn(T, T, T) -> T, g: &[T], values: &[T], cols: usize, groups: usize) -> Vec<T> {
    let width = if groups == 1 { g.len() } else { cols / groups };
    let block = if groups == 1 { 8192 } else { (8192 / cols).max(1) * cols };
    let mut answers = vec![T::ZERO; groups];
    for start in (0..g.len()).step_by(block) {
        let mut partial = vec![T::ZERO; groups];
        let end = (start + block).min(g.len());
        let mut from = start;
        while from < end {
            let tile = start + (from - start) / 256 * 256 + 256;
            let to = ((from / width + 1) * width).min(tile).min(end);
            partial[from / width % groups] += piece(fused, &g[from..to], &values[from..to]);
            from = to;
        }
        // Of two blocks the tree is their sum.
        answers.iter_mut().zip(partial).for_each(|(answer, partial)| *answer += partial);
    }
    answers
}

fn check<T: Float>(fused: fn(T, T, T) -> T) {
    let banks = (1..=ALL.len()).map(|h| ALL[..h].to_vec()).chain([[ALL; 2].concat(), [ALL; 3].concat()]);
    for bank in banks.map(Bank::new) {
        for (rows, cols, groups) in [(1, 1, 1), (3, 7, 1), (2, 300, 2), (5, 255, 3), (4, 9, 9), (16, 513, 1)] {
            assert!(mixture_pieces(rows, cols, groups) <= 2, "of more blocks the order would be another");
            let numbers = points::<T>(2 * rows * cols + 64, [-6.0, 6.0]);
            let (x, g) = (&numbers[..rows * cols], &numbers[rows * cols..2 * rows * cols]);
            let orders = [0, 1, 2, 3];
            let isas = Isa::available().iter().filter(|isa| **isa != Isa::Baseline);
            for &isa in isas {
                let mut outs = vec![vec![T::ZERO; bank.len() * groups]; orders.len()];
                let dots = outs.iter_mut().zip(orders).map(|(out, order)| Dot { g, order, out });
                let mut scratch = vec![T::ZERO; mixture_scratch::<T>(&bank, rows, cols, groups, orders.len())];
                let mut dots: Vec<_> = dots.collect();
                mixture_with(isa, Par::Seq, &bank, x, rows, cols, groups, &mut [], &mut dots, &mut scratch);
                for (order, out) in orders.into_iter().zip(&outs) {
                    for (i, out) in out.chunks(groups).enumerate() {
                        let values = value(isa, &bank, order, i, x);
                        let activation: Activation = bank.activations()[i];
                        if bank.len() > 1 {
                            let pair = Bank::new([activation, Activation::Identity]);
                            assert_eq!(values, value(isa, &pair, order, 0, x), "{activation:?} in a pair");
                        }
                        let shape = (rows, cols, groups);
                        let defined = defined(fused, g, &values, cols, groups);
                        assert_eq!(out, defined, "{activation:?} of order {order}, {shape:?}, {isa}");
                    }
                }
            }
        }
    }
}

#[test]
fn f32_as_defined() {
    check::<f32>(f32::mul_add);
}

#[test]
fn f64_as_defined() {
    check::<f64>(f64::mul_add);
}
