//! What activations share: the expensive functions of x, computed once for a tile.

use super::Activation;
use super::exact::Exact;
use super::light::Light;
use crate::Float;
use crate::elementary::erf_slope;
use crate::isa::{Kernel, Ready};
use crate::lanes::Lanes;

/// The number of elements of a tile: a dozen tiles of `f32` lie in a first-level cache.
pub(crate) const TILE: usize = 256;

/// What keeps the tail of the normal distribution above the subnormal numbers as long as x times it is.
pub(super) const LIFT: f64 = (1_u64 << 32) as f64;

/// Consecutive elements that are worked on together.
pub(crate) type Tile<T> = [T; TILE];

/// Which parts are wanted.
#[derive(Clone, Copy, Default)]
pub(crate) struct Needs {
    pub(super) decay: bool,
    pub(super) rest: bool,
    /// Whether the parts are for sums of several activations, which have more roundings than the parts.
    pub(super) light: bool,
    /// How many orders of tanh: none, its value, the slope too.
    pub(super) tanh: usize,
    pub(super) fraction: bool,
    pub(super) gauss: bool,
    pub(super) tail: bool,
    pub(super) sin: bool,
    pub(super) cos: bool,
    erf: bool,
}

impl Needs {
    /// What the activations of a bank need together for the orders that are wanted.
    pub(crate) fn of(activations: &[Activation], orders: [bool; 4]) -> Self {
        let [value, slope, second, third] = orders;
        let mut needs = Self { light: activations.len() > 1, ..Self::default() };
        for activation in activations {
            match activation {
                Activation::Tanh => needs.tanh = if slope || second || third { 2 } else { 1 },
                Activation::Sigmoid | Activation::Silu => needs.fraction = true,
                Activation::Softplus => {
                    needs.decay = true;
                    needs.rest |= value && !needs.light;
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
        needs.decay |= needs.tanh > 0 || needs.fraction;
        needs
    }
}

/// The number of parts.
pub(crate) const PARTS: usize = 10;

/// The parts that are activations or slopes themselves: the first tiles.
pub(crate) const TANH: usize = 0;
pub(crate) const TANH_SLOPE: usize = 1;
pub(crate) const ERF: usize = 2;
pub(crate) const ERF_SLOPE: usize = 3;

/// The parts of a tile of x. Those that are not needed hold anything.
pub(crate) struct Parts<'a, T> {
    pub(super) needs: Needs,
    pub(super) tanh: &'a mut Tile<T>,
    pub(super) tanh_slope: &'a mut Tile<T>,
    erf: &'a mut Tile<T>,
    erf_slope: &'a mut Tile<T>,
    erf_slope_rest: &'a mut Tile<T>,
    pub(super) e: &'a mut Tile<T>,
    pub(super) e_rest: &'a mut Tile<T>,
    pub(super) fraction: &'a mut Tile<T>,
    pub(super) lifted_gauss: &'a mut Tile<T>,
    pub(super) lifted_tail: &'a mut Tile<T>,
}

/// Parts to compute, of the first `n` elements of a tile, a multiple of 32.
pub(super) struct Fill<'a, 'p, T> {
    pub(super) parts: &'a mut Parts<'p, T>,
    pub(super) x: &'a Tile<T>,
    pub(super) n: usize,
}

/// The error function.
struct Erf<'a, 'p, T>(Fill<'a, 'p, T>);

impl<T: Float> Kernel<T> for &mut Erf<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        let Fill { parts, x, n, .. } = &mut self.0;
        // One register at a time: two would need more than there are.
        parts.fill_erf::<L>(x, *n);
    }
}

impl<'a, T: Float> Parts<'a, T> {
    /// What is needed, in these tiles.
    pub(crate) fn new(needs: Needs, tiles: &'a mut [Tile<T>; PARTS]) -> Self {
        let [tanh, tanh_slope, erf, erf_slope, erf_slope_rest, e, e_rest, fraction, lifted_gauss, lifted_tail] = tiles;
        Self { needs, tanh, tanh_slope, erf, erf_slope, erf_slope_rest, e, e_rest, fraction, lifted_gauss, lifted_tail }
    }

    /// Whether they leave out what corrects their last places.
    pub(super) fn are_light(&self) -> bool {
        self.needs.light
    }

    /// Computes them for the first `n` elements of a tile, a multiple of 32. In functions of their own: one with all the loops
    /// would be compiled for minutes.
    pub(crate) fn compute(&mut self, isa: Ready, x: &Tile<T>, n: usize) {
        let needs = self.needs;
        match (needs.decay || needs.gauss, needs.light) {
            (false, _) => {}
            (true, false) => isa.run_apart(&mut Exact(Fill { parts: self, x, n })),
            (true, true) => isa.run_apart(&mut Light(Fill { parts: self, x, n })),
        }
        if needs.erf {
            isa.run_apart(&mut Erf(Fill { parts: self, x, n }));
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

    /// tanh x
    #[inline(always)]
    pub(super) fn tanh(self) -> L {
        L::load(&self.parts.tanh[self.i..])
    }

    /// The slope of tanh.
    #[inline(always)]
    pub(super) fn tanh_slope(self) -> L {
        L::load(&self.parts.tanh_slope[self.i..])
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
