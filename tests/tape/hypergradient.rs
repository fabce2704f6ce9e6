//! hypergradient
