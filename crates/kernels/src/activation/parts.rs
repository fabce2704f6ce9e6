//! What activations share: the expensive functions of x, computed once for a tile.

use super::Activation;
use crate::Float;
use crate::elementary::{Decay, any_far, erf_gauss, far_sin_cos, gauss, mend, scaled_tail, sin_cos};
use crate::lanes::{Lanes, splat};

/// The number of elements of a tile: a dozen tiles of `f32` lie in a first-level cache.
pub(crate) const TILE: usize = 256;

/// Consecutive elements that are worked on together.
pub(crate) type Tile<T> = [T; TILE];

/// Which parts are wanted.
#[derive(Clone, Copy, Default)]
pub(crate) struct Needs {
    decay: bool,
    /// Derivatives of what decays.
    slope: bool,
    tail: bool,
    circle: bool,
    erf: bool,
}

impl Needs {
    /// What the activations of a bank need together, for their values alone or also for derivatives.
    pub(crate) fn of(activations: &[Activation], derivatives: bool) -> Self {
        let mut needs = Self::default();
        for activation in activations {
            match activation {
                Activation::Tanh
                | Activation::Sigmoid
                | Activation::Softplus
                | Activation::Silu
                | Activation::Elu(_) => needs.decay = true,
                Activation::Gelu => needs.tail = true,
                Activation::Sin => needs.circle = true,
                Activation::Erf => needs.erf = true,
                Activation::Relu
                | Activation::LeakyRelu(_)
                | Activation::Identity
                | Activation::Square
                | Activation::Hermite(_) => {}
            }
        }
        needs.slope = needs.decay && derivatives;
        needs
    }
}

/// A tile of x and its parts. Parts that are not wanted hold anything.
pub(crate) struct Parts<T> {
    pub(super) x: Tile<T>,
    e: Tile<T>,
    e_less_1: Tile<T>,
    square: Tile<T>,
    larger: Tile<T>,
    slope: Tile<T>,
    gauss: Tile<T>,
    beyond: Tile<T>,
    sin: Tile<T>,
    cos: Tile<T>,
    erf: Tile<T>,
    erf_gauss: Tile<T>,
}

impl<T: Float> Parts<T> {
    /// Parts of zeros.
    #[inline(always)]
    pub(crate) fn new() -> Self {
        let zeros = [T::ZERO; TILE];
        Self {
            x: zeros,
            e: zeros,
            e_less_1: zeros,
            square: zeros,
            larger: zeros,
            slope: zeros,
            gauss: zeros,
            beyond: zeros,
            sin: zeros,
            cos: zeros,
            erf: zeros,
            erf_gauss: zeros,
        }
    }

    /// Computes what is wanted of `x`, at most a tile; what follows in the last lanes is 0.
    #[inline(always)]
    pub(crate) fn fill<L: Lanes<Elem = T>>(&mut self, needs: Needs, x: &[T]) {
        let whole = x.len().next_multiple_of(L::N);
        self.x[..x.len()].copy_from_slice(x);
        self.x[x.len()..whole].fill(T::ZERO);
        if needs.decay {
            self.fill_decay::<L::Loop>(whole);
        }
        if needs.slope {
            self.fill_slope::<L::Loop>(whole);
        }
        if needs.tail {
            self.fill_tail::<L::Loop>(whole);
        }
        if needs.circle {
            self.fill_circle::<L::Loop>(whole);
        }
        if needs.erf {
            self.fill_erf::<L::Loop>(whole);
        }
    }

    #[inline(always)]
    fn fill_decay<L: Lanes<Elem = T>>(&mut self, n: usize) {
        for i in steps::<L>(n) {
            let decay = Decay::new(L::load(&self.x[i..]));
            decay.e.store(&mut self.e[i..]);
            decay.e_less_1.store(&mut self.e_less_1[i..]);
            decay.square.store(&mut self.square[i..]);
        }
        for i in steps::<L>(n) {
            let sum = L::load(&self.e[i..]) + splat(1.0);
            (splat::<L>(1.0) / sum).store(&mut self.larger[i..]);
        }
    }

    #[inline(always)]
    fn fill_slope<L: Lanes<Elem = T>>(&mut self, n: usize) {
        for i in steps::<L>(n) {
            let e = L::load(&self.e[i..]);
            slope(e).store(&mut self.slope[i..]);
        }
    }

    #[inline(always)]
    fn fill_tail<L: Lanes<Elem = T>>(&mut self, n: usize) {
        for i in steps::<L>(n) {
            gauss(L::load(&self.x[i..]), 0.5).store(&mut self.gauss[i..]);
        }
        // A loop of its own: the processor overlaps more rounds of a short one.
        for i in steps::<L>(n) {
            let beyond = scaled_tail(L::load(&self.x[i..])) * L::load(&self.gauss[i..]);
            beyond.store(&mut self.beyond[i..]);
        }
    }

    #[inline(always)]
    fn fill_circle<L: Lanes<Elem = T>>(&mut self, n: usize) {
        for i in steps::<L>(n) {
            let (sin, cos) = sin_cos(L::load(&self.x[i..]));
            sin.store(&mut self.sin[i..]);
            cos.store(&mut self.cos[i..]);
        }
        if any_far::<L>(&self.x[..n]) {
            mend(&self.x[..n], &mut self.sin, |x| far_sin_cos(x).0);
            mend(&self.x[..n], &mut self.cos, |x| far_sin_cos(x).1);
        }
    }

    #[inline(always)]
    fn fill_erf<L: Lanes<Elem = T>>(&mut self, n: usize) {
        for i in steps::<L>(n) {
            let (erf, gauss) = erf_gauss(L::load(&self.x[i..]));
            erf.store(&mut self.erf[i..]);
            gauss.store(&mut self.erf_gauss[i..]);
        }
    }
}

/// e / (1 + e)² for 0 ≤ e ≤ 1.
#[inline(always)]
pub(super) fn slope<L: Lanes>(e: L) -> L {
    e / e.mul_add(e + splat(2.0), splat(1.0))
}

/// The first indices of the lanes of `n` elements, a multiple of their number.
#[inline(always)]
pub(crate) fn steps<L: Lanes>(n: usize) -> impl Iterator<Item = usize> {
    (0..n.min(TILE) / L::N).map(|i| i * L::N)
}

/// x and its parts at one place of a tile, loaded when asked for.
#[derive(Clone, Copy)]
pub(super) struct At<'a, L: Lanes> {
    parts: &'a Parts<L::Elem>,
    i: usize,
}

impl<'a, L: Lanes> At<'a, L> {
    #[inline(always)]
    pub(super) fn new(parts: &'a Parts<L::Elem>, i: usize) -> Self {
        Self { parts, i }
    }

    /// x
    #[inline(always)]
    pub(super) fn x(self) -> L {
        L::load(&self.parts.x[self.i..])
    }

    /// e = e^(−|x|)
    #[inline(always)]
    pub(super) fn e(self) -> L {
        L::load(&self.parts.e[self.i..])
    }

    /// e − 1
    #[inline(always)]
    pub(super) fn e_less_1(self) -> L {
        L::load(&self.parts.e_less_1[self.i..])
    }

    /// e²
    #[inline(always)]
    pub(super) fn square(self) -> L {
        L::load(&self.parts.square[self.i..])
    }

    /// e / (1 + e)²
    #[inline(always)]
    pub(super) fn slope(self) -> L {
        L::load(&self.parts.slope[self.i..])
    }

    /// 1 / (1 + e)
    #[inline(always)]
    pub(super) fn larger(self) -> L {
        L::load(&self.parts.larger[self.i..])
    }

    /// exp(−x²/2)
    #[inline(always)]
    pub(super) fn gauss(self) -> L {
        L::load(&self.parts.gauss[self.i..])
    }

    /// Φ(−|x|)
    #[inline(always)]
    pub(super) fn beyond(self) -> L {
        L::load(&self.parts.beyond[self.i..])
    }

    /// sin x
    #[inline(always)]
    pub(super) fn sin(self) -> L {
        L::load(&self.parts.sin[self.i..])
    }

    /// cos x
    #[inline(always)]
    pub(super) fn cos(self) -> L {
        L::load(&self.parts.cos[self.i..])
    }

    /// erf x
    #[inline(always)]
    pub(super) fn erf(self) -> L {
        L::load(&self.parts.erf[self.i..])
    }

    /// exp(−x²)
    #[inline(always)]
    pub(super) fn erf_gauss(self) -> L {
        L::load(&self.parts.erf_gauss[self.i..])
    }
}
