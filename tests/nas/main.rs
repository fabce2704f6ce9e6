//! The search and its science.
mod config;
mod data;
mod difference;
mod e0;
mod kernel;
mod outer;
mod report;
mod search;
mod seed;
mod space;
mod stats;
