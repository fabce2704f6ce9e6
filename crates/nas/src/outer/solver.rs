//! Outer solvers by name, and where each can move.

use crate::space::Shape;
use serde::{Deserialize, Serialize};

/// How the coefficients move; the documentation of a variant is its help text.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Solver {
    /// Multiplicative steps on the simplex, as in GAEA: quick to leave the even mixture
    ExponentiatedGradient,
    /// A step against the gradient and back to the nearest point, on every set
    ProjectedGradient,
    /// Steps towards vertices of a convex set: few candidates at a time, and a gap that tells how far the end is
    FrankWolfe,
    /// Adam on softmax logits, as in DARTS, on the simplex: steps of a fixed size, whether the loss falls or not
    AdamLogits,
}

impl Solver {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::ExponentiatedGradient, Self::ProjectedGradient, Self::FrankWolfe, Self::AdamLogits];

    /// The one that moves in this set unless another is asked for.
    pub fn usual(space: Shape) -> Self {
        if space == Shape::Simplex { Self::ExponentiatedGradient } else { Self::ProjectedGradient }
    }

    /// Whether it can move in this set: two need weights that add up to one, and Frank-Wolfe the segments between points.
    pub fn fits(self, space: Shape) -> bool {
        match self {
            Self::ProjectedGradient => true,
            Self::ExponentiatedGradient | Self::AdamLogits => space == Shape::Simplex,
            Self::FrankWolfe => space.copies(1, 0.0, 1).convex().is_some(),
        }
    }
}
