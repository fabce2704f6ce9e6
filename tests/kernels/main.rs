//! The kernels against their slow twins, on every instruction set.

mod accuracy;
mod group;
mod isa;
mod matmul;
mod mixture;
mod random;
mod reduce;
