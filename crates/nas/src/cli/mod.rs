//! The commands.

mod data;
mod layered;
mod mkl;
mod plan;
mod predict;
mod reproduce;
mod reproduce_all;
mod search;

pub(crate) use data::DataFile;
pub(crate) use layered::Layered;
pub(crate) use mkl::Mkl;
pub(crate) use plan::Plan;
pub(crate) use predict::Prediction;
pub(crate) use reproduce::Named;
pub(crate) use search::search;

/// What a command answers: whether its criteria hold.
pub(crate) type Answer = Result<bool, Box<dyn std::error::Error>>;
