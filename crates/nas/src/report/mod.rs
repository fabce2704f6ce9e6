//! What people see: plain text tables, verdicts and progress, and a page for a run.

mod comparison;
mod html;
mod plot;
mod progress;
mod table;
mod verdict;
mod weighed;

pub use comparison::comparison;
pub use html::{Colour, PALETTE, Report, ReportError, SURFACES, html};
pub use plot::{Axis, Plot, Series};
pub use progress::Progress;
pub use table::Table;
pub use verdict::{render, wrap};
pub use weighed::{weighed, weighed_plots};

/// A number to four significant digits, in the shorter of plain and scientific notation.
pub fn figure(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-3..1e5).contains(&size) {
        return format!("{value:.1e}");
    }
    let digits = if size < 1.0 {
        4
    } else if size < 10.0 {
        3
    } else {
        2
    };
    format!("{value:.digits$}")
}
