//! Sets that have no points.

/// Why there is no such set: it would have no points, or points that are not finite.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Infeasible {
    /// A radius below 0, or none.
    #[error("there is no set of radius {radius}; give a finite number that is not below 0")]
    Radius {
        /// What was given.
        radius: f64,
    },
    /// Limits that no number keeps.
    #[error("coordinate {coordinate} cannot lie between {lower} and {upper}; give finite limits, the lower one first")]
    Limits {
        /// Whose limits, from 0.
        coordinate: usize,
        /// The lower one.
        lower: f64,
        /// The upper one.
        upper: f64,
    },
    /// Floors that exceed the sum, or lie below 0.
    #[error(
        "{coordinates} coordinates of at least {floor} do not have the sum {radius}; give a floor between 0 and {}",
        radius / *coordinates as f64
    )]
    Floor {
        /// How many.
        coordinates: usize,
        /// The least value of each.
        floor: f64,
        /// What they should add up to.
        radius: f64,
    },
    /// No coordinates, where a sum or a norm is prescribed.
    #[error("a set in a space of no coordinates has no sum and no norm; give at least one coordinate")]
    NoCoordinates,
    /// More coordinates may differ from 0 than there are.
    #[error("{support} of {coordinates} coordinates cannot differ from 0; give a number between 0 and {coordinates}")]
    Support {
        /// How many may.
        support: usize,
        /// How many there are.
        coordinates: usize,
    },
    /// A sum that no point of the box has.
    #[error(
        "the weighted sum of the coordinates of this box lies between {least} and {most} and cannot be {sum}; give a sum between \
         them, or wider limits"
    )]
    Section {
        /// The least sum in the box.
        least: f64,
        /// The largest one.
        most: f64,
        /// What it should be.
        sum: f64,
    },
    /// Not one weight per coordinate.
    #[error("{found} weights for {coordinates} coordinates; give one for each")]
    Weights {
        /// How many weights there are.
        found: usize,
        /// How many coordinates.
        coordinates: usize,
    },
    /// A weight that is no finite number.
    #[error("the weight of coordinate {coordinate} is {weight}; give finite numbers")]
    Weight {
        /// Whose, from 0.
        coordinate: usize,
        /// What it is.
        weight: f64,
    },
    /// An empty list of points.
    #[error("a set of no points has no best one; list at least one point")]
    NoPoints,
    /// Points of different lengths.
    #[error("point {point} has {found} coordinates and point 0 has {coordinates}; give all points the same number")]
    Ragged {
        /// Which, from 0.
        point: usize,
        /// How many it has.
        found: usize,
        /// How many the first has.
        coordinates: usize,
    },
    /// A point at infinity, or nowhere.
    #[error("coordinate {coordinate} of point {point} is {value}; give finite numbers")]
    NotFinite {
        /// Which point, from 0.
        point: usize,
        /// Which of its coordinates, from 0.
        coordinate: usize,
        /// What it is.
        value: f64,
    },
}

/// Checks that a set of norm or sum `radius` exists.
pub(super) fn checked_radius(radius: f64) -> Result<(), Infeasible> {
    if radius.is_finite() && radius >= 0.0 { Ok(()) } else { Err(Infeasible::Radius { radius }) }
}

/// Checks that there is something to have the norm or the sum.
pub(super) fn checked_coordinates(coordinates: usize) -> Result<(), Infeasible> {
    if coordinates > 0 { Ok(()) } else { Err(Infeasible::NoCoordinates) }
}
