//! What an activation is worth does not depend on its companions in the bank, though they share tiles and a division; whether it has any
//! does matter: alone it is computed more exactly.

use kernels::{Activation, Bank, Dot, Float, Isa, Par, Sum, mixture_scratch, mixture_with};

use crate::mixture::ALL;
use crate::random::Random;

/// Elements: more than a tile.
const LEN: usize = 300;

/// Σ cᵢσᵢ⁽ᵏ⁾(x) for each k of `orders`, and ⟨g, σᵢ⁽ᵏ⁾(x)⟩ likewise.
fn answers<T: Float>(isa: Isa, bank: &[Activation], c: &[T], x: &[T], g: &[T], orders: &[usize]) -> [Vec<Vec<T>>; 2] {
    let bank = Bank::new(bank);
    let mut outs = vec![vec![T::of(f64::NAN); x.len()]; orders.len()];
    let mut inner = vec![vec![T::of(f64::NAN); bank.len()]; orders.len()];
    let mut sums: Vec<_> =
        outs.iter_mut().zip(orders).map(|(out, &order)| Sum { coefficients: c, order, out }).collect();
    let mut dots: Vec<_> = inner.iter_mut().zip(orders).map(|(out, &order)| Dot { g, order, out }).collect();
    let mut scratch = vec![T::of(f64::NAN); mixture_scratch::<T>(&bank, 1, x.len(), 1, dots.len())];
    mixture_with(isa, Par::Seq, &bank, x, 1, x.len(), 1, &mut sums, &mut dots, &mut scratch);
    [outs, inner]
}

/// Every activation of some banks, with any companions and orders, against itself beside the identity.
fn check<T: Float>(isa: Isa) {
    let mut random = Random::new(5);
    for _ in 0..200 {
        let bank: Vec<Activation> = (0..1 + random.below(17)).map(|_| ALL[random.below(ALL.len())]).collect();
        let orders: Vec<usize> = (0..1 + random.below(3)).map(|_| random.below(4)).collect();
        let (x, g): (Vec<T>, Vec<T>) = (random.numbers(LEN), random.numbers(LEN));
        let x: Vec<T> = x.into_iter().map(|x| T::of(6.0 * x.to_f64())).collect();
        for (i, activation) in bank.iter().enumerate() {
            let mut one = vec![T::ZERO; bank.len()];
            one[i] = T::ONE;
            let [sums, dots] = answers(isa, &bank, &one, &x, &g, &orders);
            let few = &[*activation, Activation::Identity][..bank.len().min(2)];
            let [sums_few, dots_few] = answers(isa, few, &[T::ONE, T::ZERO][..few.len()], &x, &g, &orders);
            // Equal as numbers: a term that is 0 may be −0.
            assert_eq!(sums, sums_few, "{activation:?} in {bank:?}, orders {orders:?}");
            for (dots, few) in dots.iter().zip(&dots_few) {
                assert_eq!(dots[i], few[0], "{activation:?} in {bank:?}, orders {orders:?}");
            }
        }
    }
}

#[test]
fn companions_change_no_value() {
    for &isa in Isa::available() {
        check::<f32>(isa);
        check::<f64>(isa);
    }
}

#[test]
fn sums_without_a_term_are_0() {
    let bank = [Activation::Relu, Activation::Identity, Activation::LeakyRelu(kernels::Real::new(0.1))];
    for &isa in Isa::available() {
        for orders in [&[2][..], &[3], &[0, 2], &[2, 3]] {
            let [sums, dots] = answers(isa, &bank, &[1.0_f64, 2.0, 3.0], &[-1.0, 0.0, 2.0], &[1.0, 1.0, 1.0], orders);
            for (k, (sums, dots)) in orders.iter().zip(sums.iter().zip(&dots)).filter(|(k, _)| **k > 1) {
                assert_eq!((&sums[..], &dots[..]), (&[0.0; 3][..], &[0.0; 3][..]), "order {k}");
            }
        }
    }
}

/// Zeros, arguments around those where e^x and e^(−x²/2) are no longer normal numbers, infinities, NaN, within the published bounds.
fn ends<T: Float>(isa: Isa) {
    let mut x = vec![0.0, 1e-30, 1e3, 1e4, 1e30, f64::INFINITY, f64::NAN];
    x.extend((0..400).map(|i| f64::from(i) / 3.0));
    x.extend((500..800).map(f64::from));
    let x: Vec<T> = x.iter().flat_map(|x| [T::of(*x), T::of(-*x)]).collect();
    for activation in ALL.iter().filter(|a| !matches!(a, Activation::Hermite(_))) {
        let bank = [*activation, Activation::Sigmoid, Activation::Tanh];
        let [sums, _] = answers(isa, &bank, &[T::ONE, T::ZERO, T::ZERO], &x, &x, &[0, 1, 2, 3]);
        for (order, sums) in sums.iter().enumerate() {
            for (x, out) in x.iter().zip(sums) {
                let exact = T::of(activation.reference(x.to_f64())[order]).to_f64();
                let (out, unit) = (out.to_f64(), T::EPSILON.to_f64());
                let bound = (bank.len() as f64 + 8.0) * unit * exact.abs() + 8.0 * unit;
                let right = match exact {
                    _ if x.to_f64().is_nan() || exact.is_nan() => out.is_nan(),
                    _ if exact.is_infinite() => out == exact,
                    _ => (out - exact).abs() <= bound,
                };
                assert!(right, "{isa} {} {activation:?} order {order} at {x}: {out:e}, {exact:e}", T::NAME);
            }
        }
    }
}

#[test]
fn ends_beside_companions() {
    for &isa in Isa::available() {
        ends::<f32>(isa);
        ends::<f64>(isa);
    }
}
