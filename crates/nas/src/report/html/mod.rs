//! `report.html`: one file without scripts and without network, for a person who has not read the paper.

mod activation;
mod chart;
mod compare;
mod error;
mod health;
mod history;
mod page;
mod palette;
mod setting;
mod strip;
mod theory;
mod verdict;
mod words;

pub use error::ReportError;
pub use page::{Report, html};
pub use palette::{Colour, PALETTE, SURFACES};

pub(super) use chart::{Chart, Line, range};
pub(super) use palette::series;
