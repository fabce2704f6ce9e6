//! Sine and cosine of a tile.

use super::parts::{Needs, Tile, steps};
use crate::Float;
use crate::elementary::{any_far, far_sin_cos, light_cos, light_sin, mend, sin_cos};
use crate::isa::{Kernel, Ready};
use crate::lanes::{Lanes, Two};

/// The sine and the cosine of the first `n` elements of a tile, a multiple of 32: those that are wanted.
pub(crate) struct Circle<'a, T> {
    pub(crate) needs: Needs,
    pub(crate) x: &'a Tile<T>,
    pub(crate) n: usize,
    pub(crate) sin: &'a mut Tile<T>,
    pub(crate) cos: &'a mut Tile<T>,
}

impl<T: Float> Circle<'_, T> {
    /// Computes what is wanted.
    pub(crate) fn compute(mut self, isa: Ready) {
        if self.needs.sin || self.needs.cos {
            isa.run_apart(&mut self);
        }
    }

    /// Light ones share nothing, and have a loop each: for both AVX2 has too few registers.
    #[inline(always)]
    fn fill<L: Lanes<Elem = T>, const LIGHT: bool>(&mut self) {
        let Needs { sin, cos, .. } = self.needs;
        if sin && cos && !LIGHT {
            self.fill_these::<L, LIGHT, true, true>();
        } else {
            if sin {
                self.fill_these::<L, LIGHT, true, false>();
            }
            if cos {
                self.fill_these::<L, LIGHT, false, true>();
            }
        }
        let x = &self.x[..self.n];
        if any_far::<L>(x) {
            mend(x, &mut self.sin[..], |x| far_sin_cos(x).0);
            mend(x, &mut self.cos[..], |x| far_sin_cos(x).1);
        }
    }

    #[inline(always)]
    fn fill_these<L: Lanes<Elem = T>, const LIGHT: bool, const SIN: bool, const COS: bool>(&mut self) {
        let Self { x, n, sin, cos, .. } = self;
        for i in steps::<L>(*n) {
            let x = L::load(&x[i..]);
            let (sine, cosine) = if LIGHT { (light_sin(x), light_cos(x)) } else { sin_cos(x) };
            if SIN {
                sine.store(&mut sin[i..]);
            }
            if COS {
                cosine.store(&mut cos[i..]);
            }
        }
    }
}

impl<T: Float> Kernel<T> for &mut Circle<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        if self.needs.light {
            self.fill::<Two<L>, true>();
        } else {
            self.fill::<Two<L>, false>();
        }
    }
}
