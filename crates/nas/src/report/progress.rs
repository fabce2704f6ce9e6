//! Progress of a long run, on standard error: a bar on a terminal, a line every tenth elsewhere.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts steps of a run whose number is known.
#[derive(Debug)]
pub struct Progress {
    label: &'static str,
    total: usize,
    done: AtomicUsize,
    display: Display,
}

#[derive(Debug)]
enum Display {
    Silent,
    Bar(ProgressBar),
    Lines,
}

impl Progress {
    /// Shows nothing.
    pub fn silent() -> Self {
        Self { label: "", total: 0, done: AtomicUsize::new(0), display: Display::Silent }
    }

    /// Shows how many of `total` steps are done.
    pub fn shown(label: &'static str, total: usize) -> Self {
        let display = if std::io::stderr().is_terminal() { Display::Bar(bar(label, total)) } else { Display::Lines };
        Self { label, total, done: AtomicUsize::new(0), display }
    }

    /// One more step is done.
    pub fn advance(&self) {
        self.advance_by(1);
    }

    /// So many more steps are done, or need not be.
    pub fn advance_by(&self, steps: usize) {
        let before = self.done.fetch_add(steps, Ordering::Relaxed);
        let done = before + steps;
        match &self.display {
            Display::Silent => {}
            Display::Bar(bar) => bar.inc(steps as u64),
            Display::Lines => {
                let tenth = |n: usize| 10 * n / self.total.max(1);
                if tenth(done) > tenth(before) {
                    eprintln!("{}: {} % ({done} of {})", self.label, 10 * tenth(done), self.total);
                }
            }
        }
    }

    /// Removes the bar.
    pub fn finish(&self) {
        if let Display::Bar(bar) = &self.display {
            bar.finish_and_clear();
        }
    }
}

fn bar(label: &'static str, total: usize) -> ProgressBar {
    let template = "{prefix} {wide_bar} {pos}/{len} {elapsed} (left {eta})";
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(total as u64).with_prefix(label).with_style(style)
}
