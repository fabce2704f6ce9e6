//! The search and its science.

mod bad_data;
mod config;
mod copies;
mod csv;
mod data;
mod difference;
mod digits;
mod e0;
mod files;
mod fit;
mod idx;
mod inner;
mod kernel;
mod mlp;
mod model;
mod outer;
mod parts;
mod preprocess;
mod report;
mod report_fixture;
mod report_html;
mod search;
mod seed;
mod space;
mod stats;
mod trial;
