//! The search and its science.
mod config;
mod data;
mod difference;
mod e0;
mod inner;
mod kernel;
mod model;
mod outer;
mod report;
mod search;
mod seed;
mod space;
mod stats;
