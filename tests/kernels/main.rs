//! The kernels against their slow twins, on every instruction set.

mod accuracy;
mod awake;
mod axpy;
mod column;
mod companions;
mod few_rows;
mod group;
mod inner_products;
mod isa;
mod jets;
mod matmul;
mod mixture;
mod panels;
mod points;
mod random;
mod reduce;
mod tail;
mod to_panels;
