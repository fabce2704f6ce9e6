//! The parts of an activation that is alone: with what their roundings lose, so that its error is that of the last one or two.

use super::parts::{Fill, LIFT, Parts, Tile, steps};
use crate::Float;
use crate::elementary::{Decay, gauss, tail, tanh_of, tanh_slope_of};
use crate::isa::Kernel;
use crate::lanes::{Lanes, Two, splat};

/// What of the decays and of the normal distribution is wanted.
pub(super) struct Exact<'a, 'p, T>(pub(super) Fill<'a, 'p, T>);

impl<T: Float> Kernel<T> for &mut Exact<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        let Fill { parts, x, n } = &mut self.0;
        parts.fill_exact::<Two<L>>(x, *n);
    }
}

impl<T: Float> Parts<'_, T> {
    /// No activation needs tanh and other decays.
    #[inline(always)]
    fn fill_exact<L: Lanes<Elem = T>>(&mut self, x: &Tile<T>, n: usize) {
        let needs = self.needs;
        match (needs.tanh, needs.rest, needs.fraction) {
            _ if !needs.decay => {}
            (0, false, false) => self.exact_decays::<L, false, false>(x, n),
            (0, false, true) => self.exact_decays::<L, false, true>(x, n),
            (0, true, false) => self.exact_decays::<L, true, false>(x, n),
            (0, true, true) => self.exact_decays::<L, true, true>(x, n),
            (1, ..) => self.exact_tanh::<L, false>(x, n),
            _ => self.exact_tanh::<L, true>(x, n),
        }
        if needs.gauss {
            for i in steps::<L>(n) {
                let (gauss, rest) = gauss(L::load(&x[i..]), 0.5, 0.5 * LIFT);
                gauss.store(&mut self.lifted_gauss[i..]);
                // Where the tail will be.
                rest.store(&mut self.lifted_tail[i..]);
            }
        }
        if needs.tail {
            for i in steps::<L>(n) {
                let (gauss, rest) = (L::load(&self.lifted_gauss[i..]), L::load(&self.lifted_tail[i..]));
                tail(L::load(&x[i..]), gauss, rest).store(&mut self.lifted_tail[i..]);
            }
        }
    }

    /// All that is made of e in one loop: divisions run beside the products and sums of the next rounds.
    #[inline(always)]
    fn exact_decays<L: Lanes<Elem = T>, const REST: bool, const FRACTION: bool>(&mut self, x: &Tile<T>, n: usize) {
        for i in steps::<L>(n) {
            let decay = Decay::new(L::load(&x[i..]));
            decay.e.store(&mut self.e[i..]);
            if REST {
                decay.e_rest.store(&mut self.e_rest[i..]);
            }
            if FRACTION {
                let sum = decay.e + splat(1.0);
                decay.fraction(sum, splat::<L>(1.0) / sum).store(&mut self.fraction[i..]);
            }
        }
    }

    #[inline(always)]
    fn exact_tanh<L: Lanes<Elem = T>, const SLOPE: bool>(&mut self, x: &Tile<T>, n: usize) {
        for i in steps::<L>(n) {
            let x = L::load(&x[i..]);
            let w = Decay::new(x).fraction_of_square();
            let t = tanh_of(x, w);
            t.store(&mut self.tanh[i..]);
            if SLOPE {
                tanh_slope_of(x, t, w).store(&mut self.tanh_slope[i..]);
            }
        }
    }
}
