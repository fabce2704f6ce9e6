#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

mod activation;
mod awake;
mod axpy;
mod elementary;
mod elementwise;
mod float;
mod group;
mod isa;
mod lanes;
mod line;
mod matmul;
mod mixture;
mod par;
mod peak;
mod real;
pub mod reduce;
pub mod reference;

pub use activation::Activation;
pub use awake::awake;
pub use axpy::{axpy, axpy_with, aypx, aypx_with, waxpy, waxpy_with};
pub use elementwise::Elementwise;
pub use float::Float;
pub use group::{
    Access, Group, Instruction, Output, Reduction, Source, group, group_panel_rows, group_panel_rows_with,
    group_pieces, group_scratch, group_with, map,
};
pub use isa::Isa;
pub use matmul::{
    Mat, MatMut, Panels, PanelsMut, Tail, Update, makes_panels, matmul, matmul_panels, matmul_panels_scratch,
    matmul_panels_with, matmul_pieces, matmul_scratch, matmul_to_panels, matmul_to_panels_scratch,
    matmul_to_panels_with, matmul_with, pack_panel_rows, pack_panel_rows_with, pack_panels, pack_panels_with,
    panel_blocks, panels_len, takes_panels, unpack_panels, unpack_panels_with,
};
pub use mixture::{
    Bank, Dot, RowDot, Sum, mixture, mixture_by_row, mixture_by_row_with, mixture_pieces, mixture_scratch, mixture_with,
};
pub use par::{Cut, Par, each};
pub use peak::peak;
pub use real::Real;
