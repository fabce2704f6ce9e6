//! Benchmarks of the kernels and the tape.
