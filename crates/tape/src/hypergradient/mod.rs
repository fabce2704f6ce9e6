//! Hypergradients: df/dα of an outer objective f(α, θ) whose θ comes from an inner problem.

mod answer;
mod damping;
mod differences;
mod flat;
mod implicit;
mod method;
mod problem;
mod referee;
mod unrolled;

pub use answer::{Accuracy, Answer, Failure, Work};
pub use damping::Damping;
pub use method::{Differences, Implicit, Method, Mode, Stationarity, Unroll};
pub use problem::{Curvature, Point, Problem, Setup};
pub use referee::{Agreement, Opinion};
