//! C = α·A·B, overwriting C or added to it.

mod blocking;
mod door;
mod kernel;
mod loops;
mod pack;
mod parts;
mod tail;
mod thin;
mod view;

pub use door::{Tail, Update, matmul, matmul_pieces, matmul_scratch, matmul_with};
pub(crate) use parts::Whole;
pub use view::{Mat, MatMut};
