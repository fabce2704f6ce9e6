//! What the outer problem of a kernel model minimises: the error on held-out points, or one that the training points tell of
//! themselves (science 6.4). Each is half an estimate of the mean squared error, with its hypergradient in closed form.

mod folds;
mod gcv;
mod leave_one_out;
mod path;
mod selection;

pub use folds::Folds;
pub use path::{LambdaPath, PathErrors};
pub use selection::{Criterion, Selection};
