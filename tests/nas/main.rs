//! The search and its science.
