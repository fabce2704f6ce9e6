//! What activations share: the expensive functions of x, computed once for a tile.

use super::Activation;
use crate::Float;
use crate::elementary::{Decay, any_far, erf_slope, far_sin_cos, gauss, mend, sin_cos, tail};
use crate::isa::Kernel;
use crate::lanes::{Lanes, Two, splat};

/// The number of elements of a tile: a dozen tiles of `f32` lie in a first-level cache.
pub(crate) const TILE: usize = 256;

/// What keeps the tail of the normal distribution above the subnormal numbers as long as x times it is.
pub(super) const LIFT: f64 = (1_u64 << 32) as f64;

/// Consecutive elements that are worked on together.
pub(crate) type Tile<T> = [T; TILE];

/// Which parts are wanted.
#[derive(Clone, Copy, Default)]
pub(crate) struct Needs {
    decay: bool,
    rest: bool,
    fraction_of_square: bool,
    fraction: bool,
    gauss: bool,
    tail: bool,
    sin: bool,
    cos: bool,
    erf: bool,
}

impl Needs {
    /// What the activations of a bank need together for the orders that are wanted.
    pub(crate) fn of(activations: &[Activation], orders: [bool; 4]) -> Self {
        let [value, slope, second, third] = orders;
        let mut needs = Self::default();
        for activation in activations {
            match activation {
                Activation::Tanh => needs.fraction_of_square = true,
                Activation::Sigmoid | Activation::Silu => needs.fraction = true,
                Activation::Softplus => {
                    needs.decay = true;
                    needs.rest |= value;
                    needs.fraction |= slope || second || third;
                }
                Activation::Elu(_) => {
                    needs.decay = true;
                    needs.rest |= value;
                }
                Activation::Gelu => {
                    needs.gauss = true;
                    needs.tail |= value || slope;
                }
                Activation::Sin => {
                    needs.sin |= value || second;
                    needs.cos |= slope || third;
                }
                Activation::Erf => needs.erf = true,
                Activation::Relu
                | Activation::LeakyRelu(_)
                | Activation::Identity
                | Activation::Square
                | Activation::Hermite(_) => {}
            }
        }
        needs.decay |= needs.fraction_of_square || needs.fraction;
        needs
    }
}

/// The number of parts.
pub(crate) const PARTS: usize = 11;

/// The parts of a tile of x. Those that are not wanted hold anything.
pub(crate) struct Parts<'a, T> {
    e: &'a mut Tile<T>,
    e_rest: &'a mut Tile<T>,
    fraction_of_square: &'a mut Tile<T>,
    fraction: &'a mut Tile<T>,
    lifted_gauss: &'a mut Tile<T>,
    lifted_tail: &'a mut Tile<T>,
    sin: &'a mut Tile<T>,
    cos: &'a mut Tile<T>,
    erf: &'a mut Tile<T>,
    erf_slope: &'a mut Tile<T>,
    erf_slope_rest: &'a mut Tile<T>,
}

/// Computes the parts of the first `n` elements of a tile, a multiple of 32.
pub(crate) struct Fill<'a, 'p, T> {
    pub(crate) parts: &'a mut Parts<'p, T>,
    pub(crate) needs: Needs,
    pub(crate) x: &'a Tile<T>,
    pub(crate) n: usize,
}

impl<T: Float> Kernel<T> for &mut Fill<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        self.parts.fill::<Two<L>>(self.needs, self.x, self.n);
    }
}

impl<'a, T: Float> Parts<'a, T> {
    /// Parts in these tiles.
    pub(crate) fn new(tiles: &'a mut [Tile<T>; PARTS]) -> Self {
        let [
            e,
            e_rest,
            fraction_of_square,
            fraction,
            lifted_gauss,
            lifted_tail,
            sin,
            cos,
            erf,
            erf_slope,
            erf_slope_rest,
        ] = tiles;
        Self {
            e,
            e_rest,
            fraction_of_square,
            fraction,
            lifted_gauss,
            lifted_tail,
            sin,
            cos,
            erf,
            erf_slope,
            erf_slope_rest,
        }
    }

    /// sin x
    pub(crate) fn sin(&self) -> &Tile<T> {
        self.sin
    }

    /// cos x
    pub(crate) fn cos(&self) -> &Tile<T> {
        self.cos
    }

    /// Computes what is wanted of the first `n` elements of a tile, a multiple of the number of lanes.
    #[inline(always)]
    fn fill<L: Lanes<Elem = T>>(&mut self, needs: Needs, x: &Tile<T>, n: usize) {
        if needs.decay {
            self.fill_decays::<L>(needs, x, n);
        }
        if needs.gauss {
            self.fill_gauss::<L>(x, n);
        }
        if needs.tail {
            self.fill_tail::<L>(x, n);
        }
        match (needs.sin, needs.cos) {
            (true, true) => self.fill_circle::<L, true, true>(x, n),
            (true, false) => self.fill_circle::<L, true, false>(x, n),
            (false, true) => self.fill_circle::<L, false, true>(x, n),
            (false, false) => {}
        }
        if needs.erf {
            self.fill_erf::<L>(x, n);
        }
    }

    #[inline(always)]
    fn fill_decays<L: Lanes<Elem = T>>(&mut self, needs: Needs, x: &Tile<T>, n: usize) {
        match (needs.rest, needs.fraction_of_square, needs.fraction) {
            (false, false, false) => self.fill_decay::<L, false, false, false>(x, n),
            (false, false, true) => self.fill_decay::<L, false, false, true>(x, n),
            (false, true, false) => self.fill_decay::<L, false, true, false>(x, n),
            (false, true, true) => self.fill_decay::<L, false, true, true>(x, n),
            (true, false, false) => self.fill_decay::<L, true, false, false>(x, n),
            (true, false, true) => self.fill_decay::<L, true, false, true>(x, n),
            (true, true, false) => self.fill_decay::<L, true, true, false>(x, n),
            (true, true, true) => self.fill_decay::<L, true, true, true>(x, n),
        }
    }

    /// All that is made of e in one loop: divisions run beside the products and sums of the next rounds.
    #[inline(always)]
    fn fill_decay<L: Lanes<Elem = T>, const REST: bool, const SQUARE: bool, const FRACTION: bool>(
        &mut self,
        x: &Tile<T>,
        n: usize,
    ) {
        for i in steps::<L>(n) {
            let decay = Decay::new(L::load(&x[i..]));
            decay.e.store(&mut self.e[i..]);
            if REST {
                decay.e_rest.store(&mut self.e_rest[i..]);
            }
            if SQUARE {
                decay.fraction_of_square().store(&mut self.fraction_of_square[i..]);
            }
            if FRACTION {
                let sum = decay.e + splat(1.0);
                decay.fraction(sum, splat::<L>(1.0) / sum).store(&mut self.fraction[i..]);
            }
        }
    }

    #[inline(always)]
    fn fill_gauss<L: Lanes<Elem = T>>(&mut self, x: &Tile<T>, n: usize) {
        for i in steps::<L>(n) {
            let (gauss, rest) = gauss(L::load(&x[i..]), 0.5, 0.5 * LIFT);
            gauss.store(&mut self.lifted_gauss[i..]);
            // Where the tail will be.
            rest.store(&mut self.lifted_tail[i..]);
        }
    }

    #[inline(always)]
    fn fill_tail<L: Lanes<Elem = T>>(&mut self, x: &Tile<T>, n: usize) {
        for i in steps::<L>(n) {
            let (gauss, rest) = (L::load(&self.lifted_gauss[i..]), L::load(&self.lifted_tail[i..]));
            tail(L::load(&x[i..]), gauss, rest).store(&mut self.lifted_tail[i..]);
        }
    }

    #[inline(always)]
    fn fill_circle<L: Lanes<Elem = T>, const SIN: bool, const COS: bool>(&mut self, x: &Tile<T>, n: usize) {
        for i in steps::<L>(n) {
            let (sin, cos) = sin_cos(L::load(&x[i..]));
            if SIN {
                sin.store(&mut self.sin[i..]);
            }
            if COS {
                cos.store(&mut self.cos[i..]);
            }
        }
        if any_far::<L>(&x[..n]) {
            mend(&x[..n], self.sin, |x| far_sin_cos(x).0);
            mend(&x[..n], self.cos, |x| far_sin_cos(x).1);
        }
    }

    #[inline(always)]
    fn fill_erf<L: Lanes<Elem = T>>(&mut self, x: &Tile<T>, n: usize) {
        for i in steps::<L>(n) {
            let erf = erf_slope(L::load(&x[i..]));
            erf.value.store(&mut self.erf[i..]);
            erf.slope.store(&mut self.erf_slope[i..]);
            erf.slope_rest.store(&mut self.erf_slope_rest[i..]);
        }
    }
}

/// The first indices of the lanes of `n` elements, a multiple of their number.
#[inline(always)]
pub(crate) fn steps<L: Lanes>(n: usize) -> impl Iterator<Item = usize> {
    (0..n.min(TILE) / L::N).map(|i| i * L::N)
}

/// A tile of x and its parts.
#[derive(Clone, Copy)]
pub(super) struct At<'a, T> {
    x: &'a Tile<T>,
    parts: &'a Parts<'a, T>,
}

impl<'a, T: Float> At<'a, T> {
    #[inline(always)]
    pub(super) fn new(x: &'a Tile<T>, parts: &'a Parts<'a, T>) -> Self {
        Self { x, parts }
    }

    /// One place of the tile.
    #[inline(always)]
    pub(super) fn place<L: Lanes<Elem = T>>(self, i: usize) -> Place<'a, L> {
        Place { x: self.x, parts: self.parts, i }
    }
}

/// x and its parts at one place of a tile, loaded when asked for.
#[derive(Clone, Copy)]
pub(super) struct Place<'a, L: Lanes> {
    x: &'a Tile<L::Elem>,
    parts: &'a Parts<'a, L::Elem>,
    i: usize,
}

impl<L: Lanes> Place<'_, L> {
    /// x
    #[inline(always)]
    pub(super) fn x(self) -> L {
        L::load(&self.x[self.i..])
    }

    /// e = e^(−|x|)
    #[inline(always)]
    pub(super) fn e(self) -> L {
        L::load(&self.parts.e[self.i..])
    }

    /// What the rounding of e lost.
    #[inline(always)]
    pub(super) fn e_rest(self) -> L {
        L::load(&self.parts.e_rest[self.i..])
    }

    /// e² / (1 + e²)
    #[inline(always)]
    pub(super) fn fraction_of_square(self) -> L {
        L::load(&self.parts.fraction_of_square[self.i..])
    }

    /// e / (1 + e)
    #[inline(always)]
    pub(super) fn fraction(self) -> L {
        L::load(&self.parts.fraction[self.i..])
    }

    /// exp(−x²/2) times half of [`LIFT`]
    #[inline(always)]
    pub(super) fn lifted_gauss(self) -> L {
        L::load(&self.parts.lifted_gauss[self.i..])
    }

    /// Φ(−|x|) times [`LIFT`]
    #[inline(always)]
    pub(super) fn lifted_tail(self) -> L {
        L::load(&self.parts.lifted_tail[self.i..])
    }

    /// erf x
    #[inline(always)]
    pub(super) fn erf(self) -> L {
        L::load(&self.parts.erf[self.i..])
    }

    /// 2/√π·exp(−x²), and what its rounding lost.
    #[inline(always)]
    pub(super) fn erf_slope(self) -> [L; 2] {
        [L::load(&self.parts.erf_slope[self.i..]), L::load(&self.parts.erf_slope_rest[self.i..])]
    }
}
