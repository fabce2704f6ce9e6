//! C = α·A·B, overwriting C or added to it.

mod block;
mod blocking;
mod door;
mod down;
mod flipped;
mod kernel;
mod loops;
mod pack;
mod panels;
mod parts;
mod right;
mod rows;
mod tail;
mod thin;
mod to_panels;
mod view;

pub(crate) use blocking::{nr, panel_width};
pub use door::{
    Tail, Update, matmul, matmul_panels, matmul_panels_scratch, matmul_panels_with, matmul_pieces, matmul_scratch,
    matmul_with,
};
pub(crate) use panels::panel_rows_depth;
pub use panels::{
    Panels, PanelsMut, pack_panel_rows, pack_panel_rows_with, pack_panels, pack_panels_with, panel_blocks, panels_len,
    takes_panels, unpack_panels, unpack_panels_with,
};
pub(crate) use parts::Whole;
pub use to_panels::{makes_panels, matmul_to_panels, matmul_to_panels_scratch, matmul_to_panels_with};
pub use view::{Mat, MatMut};
