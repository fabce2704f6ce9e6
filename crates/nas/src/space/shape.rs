//! Sets of unit size by name: what a configuration says about where mixtures live.

use super::{
    Ball, BoxSection, Convex, Copies, Cuboid, L1Ball, Lattice, NonnegativeSphere, Simplex, Space, Sparse, Sphere,
};
use crate::suggest::nearest;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A set that one mixture is taken from; written as `simplex`, `l1-ball`, or `sparse:3` for at most three candidates.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub enum Shape {
    /// { α ≥ 0, Σ αᵢ = 1 }
    #[default]
    Simplex,
    /// { ‖α‖₂ = 1 }
    Sphere,
    /// { α ≥ 0, ‖α‖₂ = 1 }
    NonnegativeSphere,
    /// { ‖α‖₂ ≤ 1 }
    Ball,
    /// { ‖α‖₁ ≤ 1 }
    L1Ball,
    /// [−1, 1]^h
    Box,
    /// { −1 ≤ α ≤ 1, Σ αᵢ = 1 }
    BoxSection,
    /// { ‖α‖₀ ≤ s, ‖α‖₂ ≤ 1 } with this s; one above h counts as h.
    Sparse(usize),
}

/// The sets that are told by their name alone, and that name.
const NAMED: [(&str, Shape); 7] = [
    ("simplex", Shape::Simplex),
    ("sphere", Shape::Sphere),
    ("nonnegative-sphere", Shape::NonnegativeSphere),
    ("ball", Shape::Ball),
    ("l1-ball", Shape::L1Ball),
    ("box", Shape::Box),
    ("box-section", Shape::BoxSection),
];
/// How the last one begins, and how it is written.
const SPARSE: &str = "sparse:";
const SPARSE_FORM: &str = "sparse:S";

/// A text that is no set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no space {given:?}; {}", advice(nearest))]
pub struct NoShape {
    /// The text.
    pub given: String,
    /// The most similar name there is.
    pub nearest: Option<String>,
}

fn advice(nearest: &Option<String>) -> String {
    match nearest.as_deref() {
        Some(SPARSE_FORM) => {
            format!("write {SPARSE_FORM} with the most candidates S that a mixture may have, such as sparse:3")
        }
        Some(name) => format!("did you mean {name:?}?"),
        None => {
            let names: Vec<&str> = NAMED.iter().map(|(name, _)| *name).collect();
            format!("there are {} and {SPARSE_FORM}, with at most S candidates in a mixture", names.join(", "))
        }
    }
}

impl FromStr for Shape {
    type Err = NoShape;

    fn from_str(text: &str) -> Result<Self, NoShape> {
        let given = text.trim();
        let named = NAMED.iter().find(|(name, _)| *name == given).map(|(_, shape)| *shape);
        let sparse = || given.strip_prefix(SPARSE)?.parse().ok().filter(|support| *support > 0).map(Self::Sparse);
        named.or_else(sparse).ok_or_else(|| {
            let names = NAMED.iter().map(|(name, _)| *name).chain([SPARSE_FORM]);
            NoShape { given: given.to_owned(), nearest: nearest(given, names).map(str::to_owned) }
        })
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Sparse(support) = self {
            return write!(f, "{SPARSE}{support}");
        }
        f.write_str(NAMED.iter().find(|(_, shape)| shape == self).map_or("", |(name, _)| name))
    }
}

impl TryFrom<String> for Shape {
    type Error = NoShape;

    fn try_from(text: String) -> Result<Self, NoShape> {
        text.parse()
    }
}

impl From<Shape> for String {
    fn from(shape: Shape) -> Self {
        shape.to_string()
    }
}

/// A product of equal sets, with what is known of it.
pub enum Built {
    /// It contains the segments between its points.
    Convex(Box<dyn Convex>),
    /// It does not.
    Curved(Box<dyn Space>),
}

impl Built {
    /// The set.
    pub fn space(&self) -> &dyn Space {
        match self {
            Self::Convex(space) => &**space,
            Self::Curved(space) => &**space,
        }
    }

    /// The set itself.
    pub fn into_space(self) -> Box<dyn Space> {
        match self {
            Self::Convex(space) => space,
            Self::Curved(space) => space,
        }
    }

    /// The set, if it is convex.
    pub fn convex(&self) -> Option<&dyn Convex> {
        match self {
            Self::Convex(space) => Some(&**space),
            Self::Curved(_) => None,
        }
    }
}

impl Shape {
    /// So many copies of the set in R^h, one after the other. The coordinates of a simplex are at least `floor`, which must be
    /// below 1/h.
    pub fn copies(self, h: usize, floor: f64, copies: usize) -> Built {
        match self {
            Self::Simplex => Built::Convex(Box::new(Copies { space: Simplex { floor, ..Simplex::unit(h) }, copies })),
            Self::Sphere => Built::Curved(Box::new(Copies { space: Sphere::unit(h), copies })),
            Self::NonnegativeSphere => Built::Curved(Box::new(Copies { space: NonnegativeSphere::unit(h), copies })),
            Self::Ball => Built::Convex(Box::new(Copies { space: Ball::unit(h), copies })),
            Self::L1Ball => Built::Convex(Box::new(Copies { space: L1Ball::unit(h), copies })),
            Self::Box => Built::Convex(Box::new(Copies { space: Cuboid::unit(h), copies })),
            Self::BoxSection => Built::Convex(Box::new(Copies { space: BoxSection::unit(h), copies })),
            Self::Sparse(support) => Built::Curved(Box::new(Copies { space: Sparse::unit(h, support), copies })),
        }
    }

    /// The same as a set with a lattice, where there is one.
    pub fn lattice(self, h: usize, floor: f64, copies: usize) -> Option<Box<dyn Lattice>> {
        match self {
            Self::Simplex => Some(Box::new(Copies { space: Simplex { floor, ..Simplex::unit(h) }, copies })),
            Self::Box => Some(Box::new(Copies { space: Cuboid::unit(h), copies })),
            _ => None,
        }
    }

    /// Whether its points have both signs.
    pub fn is_signed(self) -> bool {
        !matches!(self, Self::Simplex | Self::NonnegativeSphere)
    }

    /// What is at most 1 in the set: the sum of a mixture on the simplex and in the section of the box, else the norm that gives the
    /// set its name.
    pub fn size(self, mixture: &[f64]) -> f64 {
        match self {
            Self::Simplex | Self::BoxSection => mixture.iter().sum(),
            Self::L1Ball => mixture.iter().map(|a| a.abs()).sum(),
            Self::Box => mixture.iter().fold(0.0, |most, a| a.abs().max(most)),
            Self::Sphere | Self::NonnegativeSphere | Self::Ball | Self::Sparse(_) => {
                mixture.iter().map(|a| a * a).sum::<f64>().sqrt()
            }
        }
    }

    /// Whether [`Self::size`] is 1 at every point, not only at most 1.
    pub fn is_surface(self) -> bool {
        matches!(self, Self::Simplex | Self::Sphere | Self::NonnegativeSphere | Self::BoxSection)
    }

    /// The largest sum of absolute values in the set.
    pub fn largest_one_norm(self, h: usize) -> f64 {
        match self {
            Self::Simplex | Self::L1Ball => 1.0,
            Self::Box => h as f64,
            // As many at −1 as at 1, but for one: of an even number of coordinates one is 0.
            Self::BoxSection => (h - usize::from(h.is_multiple_of(2))) as f64,
            Self::Sphere | Self::NonnegativeSphere | Self::Ball => (h as f64).sqrt(),
            Self::Sparse(support) => (support.min(h) as f64).sqrt(),
        }
    }

    /// The least length in the set: 0 where it contains 0.
    pub fn least_norm(self, h: usize) -> f64 {
        match self {
            Self::Simplex | Self::BoxSection => (h as f64).sqrt().recip(),
            Self::Sphere | Self::NonnegativeSphere => 1.0,
            Self::Ball | Self::L1Ball | Self::Box | Self::Sparse(_) => 0.0,
        }
    }

    /// Where a search begins: all candidates in equal parts, of size 1 on a surface and their mean elsewhere. (The centre of a ball
    /// is a network without activations, where every gradient vanishes.) For a sparse set it lies outside: it has all of them.
    pub fn even(self, h: usize) -> Vec<f64> {
        let ones = vec![1.0; h];
        let size = if self.is_surface() { self.size(&ones) } else { h as f64 };
        ones.iter().map(|one| one / size).collect()
    }
}
