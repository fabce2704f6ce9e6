//! The parts of activations for sums of several: within a few units in the last place, as such a sum is anyway.

use super::parts::{Fill, LIFT, Parts, Tile, steps};
use crate::Float;
use crate::elementary::{light_decay, light_gauss, light_tail, sign};
use crate::isa::Kernel;
use crate::lanes::{Lanes, Two, splat};

/// What of the decays and of the normal distribution is wanted.
pub(super) struct Light<'a, 'p, T>(pub(super) Fill<'a, 'p, T>);

impl<T: Float> Kernel<T> for &mut Light<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        let Fill { parts, x, n } = &mut self.0;
        parts.fill_light::<Two<L>>(x, *n);
    }
}

impl<T: Float> Parts<'_, T> {
    #[inline(always)]
    fn fill_light<L: Lanes<Elem = T>>(&mut self, x: &Tile<T>, n: usize) {
        let needs = self.needs;
        match (needs.tanh, needs.fraction) {
            _ if !needs.decay => {}
            (0, false) => self.light_decays::<L, 0, false>(x, n),
            (0, true) => self.light_decays::<L, 0, true>(x, n),
            (1, false) => self.light_decays::<L, 1, false>(x, n),
            (1, true) => self.light_decays::<L, 1, true>(x, n),
            (_, false) => self.light_decays::<L, 2, false>(x, n),
            (_, true) => self.light_decays::<L, 2, true>(x, n),
        }
        if needs.rest {
            // That of an activation which has no light jet.
            self.e_rest.fill(T::ZERO);
        }
        if needs.gauss {
            for i in steps::<L>(n) {
                light_gauss(L::load(&x[i..]), 0.5 * LIFT).store(&mut self.lifted_gauss[i..]);
            }
        }
        if needs.tail {
            for i in steps::<L>(n) {
                light_tail(L::load(&x[i..]), L::load(&self.lifted_gauss[i..])).store(&mut self.lifted_tail[i..]);
            }
        }
    }

    /// e^(−|x|) and what is made of it: tanh |x| = (1 − e)(1 + e)/(1 + e²), its slope (2e/(1 + e²))², and e/(1 + e), by one division, also
    /// where a part is alone: none depends on the others.
    #[inline(always)]
    fn light_decays<L: Lanes<Elem = T>, const TANH: usize, const FRACTION: bool>(&mut self, x: &Tile<T>, n: usize) {
        for i in steps::<L>(n) {
            let (x, one) = (L::load(&x[i..]), splat::<L>(1.0));
            let (e, less) = light_decay(x);
            e.store(&mut self.e[i..]);
            let (sum, of_square) = (one + e, e.mul_add(e, one));
            let both = one / (sum * of_square);
            if FRACTION {
                (e * (both * of_square)).store(&mut self.fraction[i..]);
            }
            if TANH > 0 {
                let over_square = both * sum;
                let t = less * (sum * over_square);
                (t | sign(x)).store(&mut self.tanh[i..]);
                if TANH > 1 {
                    let root = (e + e) * over_square;
                    t.lt(splat(0.75)).select((-t).mul_add(t, one), root * root).store(&mut self.tanh_slope[i..]);
                }
            }
        }
    }
}
