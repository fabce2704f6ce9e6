//! The activations, each declared once as its jet: the value and three derivatives.

mod circle;
mod exact;
mod jets;
mod light;
mod parts;

use crate::isa::{Kernel, Ready};
use crate::lanes::{Lanes, Two, splat};
use crate::{Float, Real, reference};
pub(crate) use circle::Circle;
use jets::Jet;
use parts::{At, steps};
pub(crate) use parts::{ERF, ERF_SLOPE, Needs, PARTS, Parts, TANH, TANH_SLOPE, TILE, Tile};

/// An activation function σ. Kinks: `relu′(0) = 0`, and likewise for the others at 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Activation {
    /// max(x, 0)
    Relu,
    /// x for x > 0, else s·x
    LeakyRelu(Real),
    /// tanh x
    Tanh,
    /// 1 / (1 + e⁻ˣ)
    Sigmoid,
    /// ln(1 + eˣ)
    Softplus,
    /// x · sigmoid(x)
    Silu,
    /// x · Φ(x), by erf
    Gelu,
    /// x for x > 0, else a·(eˣ − 1)
    Elu(Real),
    /// sin x
    Sin,
    /// x
    Identity,
    /// x²
    Square,
    /// erf x
    Erf,
    /// hₙ(x)/√n, n ≥ 1, with hₙ the normalised probabilists' Hermite polynomial: its derivative is hₙ₋₁, of unit second moment under N(0, 1).
    Hermite(u32),
}

impl Activation {
    /// The jet in `f64`: \[σ, σ′, σ″, σ‴\](x). The slow twin of the lanes.
    pub fn reference(self, x: f64) -> [f64; 4] {
        reference::activation(self, x)
    }

    /// What σ⁽ᵏ⁾ is where nothing is to be computed.
    pub(crate) fn plain(self, k: usize) -> Option<Plain> {
        match (self, k) {
            (Self::Identity, 0) => Some(Plain::X),
            (Self::Identity, 1) => Some(Plain::One),
            _ if k > 1 && self.is_straight() => Some(Plain::Zero),
            (Self::Square, 3) => Some(Plain::Zero),
            (Self::Sin, _) => Some([Plain::Sin, Plain::Cos][k % 2]),
            (Self::Tanh, 0) => Some(Plain::Part(TANH)),
            (Self::Tanh, 1) => Some(Plain::Part(TANH_SLOPE)),
            (Self::Erf, 0) => Some(Plain::Part(ERF)),
            (Self::Erf, 1) => Some(Plain::Part(ERF_SLOPE)),
            _ => None,
        }
    }

    /// Whether σ is made of straight lines.
    pub(crate) fn is_straight(self) -> bool {
        matches!(self, Self::Relu | Self::LeakyRelu(_) | Self::Identity)
    }

    /// Whether σ⁽ᵏ⁾ is the opposite of what [`Self::plain`] says: sin″ and sin‴.
    pub(crate) fn is_opposite(self, k: usize) -> bool {
        matches!(self, Self::Sin) && k >= 2
    }

    /// σ⁽ᵏ⁾(x) for the orders of a span, not all of them [`Self::plain`], one tile for each, over the first `n` elements of a tile, a multiple
    /// of 32. Tiles of orders that are plain may hold anything.
    pub(crate) fn tile<T: Float>(
        self,
        isa: Ready,
        span: Span,
        x: &Tile<T>,
        parts: &Parts<'_, T>,
        n: usize,
        out: &mut Jets<T>,
    ) {
        let at = At::new(x, parts);
        match self {
            // All orders are plain.
            Self::Identity | Self::Sin => {}
            Self::Relu => isa.run_apart(&mut Orders { jet: jets::Relu, span: span.up_to_slope(), at, n, out }),
            Self::LeakyRelu(s) => {
                let jet = jets::LeakyRelu(s.get());
                isa.run_apart(&mut Orders { jet, span: span.up_to_slope(), at, n, out });
            }
            Self::Tanh => isa.run_apart(&mut Orders { jet: jets::Tanh, span, at, n, out }),
            Self::Sigmoid => isa.run_apart(&mut Orders { jet: jets::Sigmoid, span, at, n, out }),
            Self::Softplus if parts.are_light() => {
                isa.run_apart(&mut Orders { jet: jets::Softplus::<true>, span, at, n, out })
            }
            Self::Softplus => isa.run_apart(&mut Orders { jet: jets::Softplus::<false>, span, at, n, out }),
            Self::Silu => isa.run_apart(&mut Orders { jet: jets::Silu, span, at, n, out }),
            Self::Gelu => isa.run_apart(&mut Orders { jet: jets::Gelu, span, at, n, out }),
            Self::Elu(a) => isa.run_apart(&mut Orders { jet: jets::Elu(a.get()), span, at, n, out }),
            Self::Square => isa.run_apart(&mut Orders { jet: jets::Square, span, at, n, out }),
            Self::Erf => isa.run_apart(&mut Orders { jet: jets::Erf, span, at, n, out }),
            Self::Hermite(degree) => {
                for (order, out) in (span.first..=span.last).zip(out) {
                    isa.run_apart(&mut Hermite { degree, order, x, n, out });
                }
            }
        }
    }
}

/// A derivative that is known without computing.
#[derive(Clone, Copy)]
pub(crate) enum Plain {
    /// x
    X,
    /// 1
    One,
    /// 0
    Zero,
    /// sin x
    Sin,
    /// cos x
    Cos,
    /// The part with this number.
    Part(usize),
}

/// Tiles for the orders of a span, from the first on; those that are left over are not touched.
pub(crate) type Jets<T> = [Tile<T>; 4];

/// The orders of a jet that are computed together.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    pub(crate) first: usize,
    pub(crate) last: usize,
}

impl Span {
    /// A span that holds the wanted orders. Those that gradients and products with Hessians ask for have loops of their own.
    pub(crate) fn of(wanted: [bool; 4]) -> Self {
        let first = wanted.iter().position(|wanted| *wanted).unwrap_or(0);
        let last = wanted.iter().rposition(|wanted| *wanted).unwrap_or(0);
        if first == last || last <= 2 { Self { first, last } } else { Self { first: 0, last: 3 } }
    }

    /// Its first order alone.
    pub(crate) fn only_first(self) -> Self {
        Self { last: self.first, ..self }
    }

    /// Without the orders beyond the slope.
    fn up_to_slope(self) -> Self {
        Self { last: self.last.min(1), ..self }
    }

    /// The number of orders.
    pub(crate) fn len(self) -> usize {
        self.last - self.first + 1
    }
}

/// The orders of a span of a jet in one loop, which is chosen outside of it; the compiler drops what other orders would need.
struct Orders<'a, J, T> {
    jet: J,
    span: Span,
    at: At<'a, T>,
    n: usize,
    out: &'a mut Jets<T>,
}

impl<J: Jet, T: Float> Kernel<T> for &mut Orders<'_, J, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        let Orders { jet, span, at, n, out } = self;
        let (at, n, out) = (*at, *n, &mut **out);
        match (span.first, span.last) {
            (0, 0) => orders::<Two<L>, 0, 0>(jet, at, n, out),
            (0, 1) => orders::<Two<L>, 0, 1>(jet, at, n, out),
            (0, 2) => orders::<Two<L>, 0, 2>(jet, at, n, out),
            (1, 1) => orders::<Two<L>, 1, 1>(jet, at, n, out),
            (1, 2) => orders::<Two<L>, 1, 2>(jet, at, n, out),
            (2, 2) => orders::<Two<L>, 2, 2>(jet, at, n, out),
            (3, 3) => orders::<Two<L>, 3, 3>(jet, at, n, out),
            _ => orders::<Two<L>, 0, 3>(jet, at, n, out),
        }
    }
}

#[inline(always)]
fn orders<L: Lanes, const FIRST: usize, const LAST: usize>(
    jet: &impl Jet,
    at: At<'_, L::Elem>,
    n: usize,
    out: &mut Jets<L::Elem>,
) {
    for i in steps::<L>(n) {
        let values = jet.jet::<L>(at.place(i));
        // One by one: a loop over the orders would hide the outer one from the vectoriser.
        values[FIRST].store(&mut out[0][i..]);
        if FIRST < LAST {
            values[(FIRST + 1) % 4].store(&mut out[1][i..]);
        }
        if FIRST + 1 < LAST {
            values[(FIRST + 2) % 4].store(&mut out[2][i..]);
        }
        if FIRST + 2 < LAST {
            values[(FIRST + 3) % 4].store(&mut out[3][i..]);
        }
    }
}

/// The k-th derivative of h_d/√d: h_{d−1}, then a factor √(d − 1), √(d − 2) for each further one. By the recurrence
/// √(m+1)·h_{m+1} = x·h_m − √m·h_{m−1}, one pass over the tile for each degree.
struct Hermite<'a, T> {
    degree: u32,
    order: usize,
    x: &'a Tile<T>,
    n: usize,
    out: &'a mut Tile<T>,
}

impl<T: Float> Kernel<T> for &mut Hermite<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        hermite::<L>(self.degree, self.order, self.x, self.n, self.out);
    }
}

#[inline(always)]
fn hermite<L: Lanes>(degree: u32, k: usize, x: &Tile<L::Elem>, n: usize, out: &mut Tile<L::Elem>) {
    let d = f64::from(degree);
    let factor = [d.sqrt().recip(), 1.0, (d - 1.0).max(0.0).sqrt(), ((d - 1.0) * (d - 2.0)).max(0.0).sqrt()][k];
    let mut before = [L::Elem::ZERO; TILE];
    let mut m = 0.0_f64;
    out.fill(L::Elem::ONE);
    for _ in k..degree as usize {
        let (rising, falling) = (splat::<L>((m + 1.0).sqrt().recip()), splat::<L>(-(m / (m + 1.0)).sqrt()));
        for i in steps::<L>(n) {
            let h = L::load(&out[i..]);
            let next = (L::load(&x[i..]) * h).mul_add(rising, falling * L::load(&before[i..]));
            h.store(&mut before[i..]);
            next.store(&mut out[i..]);
        }
        m += 1.0;
    }
    for i in steps::<L>(n) {
        (L::load(&out[i..]) * splat(factor)).store(&mut out[i..]);
    }
}
