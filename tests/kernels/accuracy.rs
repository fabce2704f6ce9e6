//! Elementary functions and activations: errors in ULP.
