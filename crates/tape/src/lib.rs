#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod blocks;
mod compile;
mod custom;
mod derive;
mod element;
mod exec;
mod hypergradient;
mod ops;
mod primitive;
mod recording;
mod rule;
mod rules;
mod shape;
mod solve;
mod steps;
mod tape;
mod unroll;
mod var;
mod vars;

pub mod check;
pub mod diagnose;
pub mod generate;
pub mod reference;

pub use blocks::Blocks;
pub use compile::Passes;
pub use custom::Custom;
pub use derive::{gauss_newton, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp};
pub use element::Element;
pub use exec::{Held, Program, Runner, isa};
pub use hypergradient::{
    Accuracy, Agreement, Answer, Convexity, Curvature, Damping, Differences, Failure, Forecast, Implicit, Lipschitz,
    Method, Mode, Opinion, Penalty, Plan, Planned, Point, Preconditioner, Problem, Setup, Stationarity, StepDerivative,
    Support, Tangent, Unroll, Work, Workload, Zero,
};
pub use kernels::{Activation, Bank, Elementwise, Float, Par, Real};
pub use recording::{NoPython, Recording, python_prelude};
pub use rule::{Cost, Domain};
pub use shape::Shape;
#[cfg(feature = "dense")]
pub use solve::Dense;
pub use solve::{
    Cg, Gmres, Jacobi, Krylov, LinearOperator, LinearSolver, Minres, Neumann, NeumannStep, NullVector, Singular,
    Solution, Status, Stop, Unsolved, null_vector, tridiagonal_eigenvalues,
};
pub use steps::{Adam, Gd, Momentum, Scalar, Step};
pub use tape::Tape;
pub use unroll::{State, Training};
pub use var::Var;
pub use vars::Vars;
