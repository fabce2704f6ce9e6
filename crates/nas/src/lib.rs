//! The bilevel activation search and its science.
//!
//! An architecture is a mixture of activations with weights α; the inner problem fits a model of that architecture to the
//! training set T, the outer problem chooses α by the loss on the validation set V (Oymak, Li and Soltanolkotabi, ICML 2021).
//! [`search`] is the loop, a [`space`] is where α lives, an [`outer`] solver moves it, a [`baseline`] does without gradients,
//! [`kernel`] is the inner problem in closed form, [`spectral`] finds α by one matrix, [`theory`] bounds what a choice on so
//! many samples can be worth, and [`experiments`] check its claims against criteria fixed beforehand.
#![forbid(unsafe_code)]

pub mod baseline;
pub mod bilevel;
pub mod data;
pub mod dense;
pub mod diagnose;
pub mod exactness;
pub mod experiments;
pub mod hypergradient;
pub mod inner;
pub mod kernel;
pub mod metrics;
pub mod model;
pub mod outer;
pub mod report;
pub mod run;
pub mod search;
pub mod seed;
pub mod space;
pub mod spectral;
pub mod stats;
pub mod suggest;
pub mod theory;
pub mod trial;
pub mod tuning;
