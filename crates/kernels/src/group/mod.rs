//! A straight-line list of elementwise operations, run as one loop.

mod direct;
mod fuse;
mod list;
mod plan;
mod run;
mod slices;
mod stretch;
mod sums;
mod tile;
mod views;

pub use direct::{group_panel_rows, group_panel_rows_with};
pub use list::{Access, Group, Instruction, Output, Reduction, Source};
pub(crate) use run::{check_operands, run};
pub use run::{group, group_pieces, group_scratch, group_with, map};
pub(crate) use slices::Slices;
pub(crate) use stretch::Stretch;
pub(crate) use tile::{Leaf, with_tiles};
