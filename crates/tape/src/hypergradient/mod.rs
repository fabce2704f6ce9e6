//! Hypergradients: df/dα of an outer objective f(α, θ) whose θ comes from an inner problem.

mod answer;
mod certificate;
mod damping;
mod differences;
mod flat;
mod implicit;
mod inner;
mod method;
mod plan;
mod precondition;
mod problem;
mod referee;
mod setup;
mod shared;
mod tangents;
mod unrolled;
mod work;

pub use answer::{Accuracy, Answer, Failure, StepDerivative, Support, Zero};
pub use certificate::{Convexity, Lipschitz};
pub use damping::Damping;
pub use inner::Penalty;
pub use method::{Differences, Implicit, Method, Mode, Stationarity, Unroll};
pub use plan::{Forecast, Plan, Planned, Workload};
pub use precondition::Preconditioner;
pub use problem::{Point, Problem};
pub use referee::{Agreement, Opinion};
pub use setup::{Curvature, Setup};
pub use tangents::Tangent;
pub use work::Work;
