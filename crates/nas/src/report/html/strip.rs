//! Small drawings inside of tables: bars, and dots of seeds with the interval of their mean.

use super::chart::escaped;
use super::palette::{ACCENT, Colour, GRID, INK, QUIET};
use std::fmt::Write;

/// Where values lie along a drawing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    pub(super) lo: f64,
    pub(super) hi: f64,
    /// Pixels.
    pub(super) width: f64,
}

/// What is drawn of one row.
pub(super) struct Dots<'a> {
    /// One value a seed.
    pub(super) values: &'a [f64],
    pub(super) mean: Option<f64>,
    pub(super) interval: Option<[f64; 2]>,
    pub(super) colour: Colour,
    /// What a person who cannot see it should know.
    pub(super) about: String,
}

/// Pixels that the text of a mark needs.
const TEXT: f64 = 52.0;
/// Pixels that are kept free at both ends.
const EDGE: f64 = 8.0;

impl Scale {
    /// Covers dots, and of their intervals what lies within `room` times the range of the dots.
    pub(super) fn covering(values: &[f64], intervals: &[[f64; 2]], room: f64, width: f64) -> Self {
        let (lo, hi) = extent(values.iter().copied());
        let room = room * (hi - lo).max(1e-9 * hi.abs()).max(1e-12);
        let (least, most) = extent(intervals.iter().flatten().copied());
        let (lo, hi) = (lo.min(least.max(lo - room)), hi.max(most.min(hi + room)));
        let air = 0.03 * (hi - lo).max(1e-12);
        Self { lo: lo - air, hi: hi + air, width }
    }

    /// The pixel of a value, and whether it lies outside.
    fn at(&self, value: f64) -> (f64, bool) {
        let share = (value - self.lo) / (self.hi - self.lo);
        (EDGE + (self.width - 2.0 * EDGE) * share.clamp(0.0, 1.0), !(0.0..=1.0).contains(&share))
    }

    /// A few round values inside, far enough from each other for their text.
    fn marks(&self) -> Vec<f64> {
        let rough = (self.hi - self.lo) * TEXT / self.width;
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|s| *s >= rough).unwrap_or(rough);
        let first = (self.lo / step).ceil();
        (0..8).map(|i| (first + f64::from(i)) * step).take_while(|v| *v <= self.hi).collect()
    }

    /// The axis of a column of such drawings.
    pub(super) fn axis(&self, mark: impl Fn(f64) -> String) -> String {
        let mut body = String::new();
        for value in self.marks() {
            let (x, quiet) = (self.at(value).0, QUIET.light_code());
            let (anchor, words) = (anchor(x, self.width), mark(value));
            let _ =
                write!(body, "<text x=\"{x:.1}\" y=\"11\" text-anchor=\"{anchor}\" fill=\"{quiet}\">{words}</text>");
            let _ = write!(body, "<path d=\"M{x:.1} 15V20\" stroke=\"{}\"/>", GRID.light_code());
        }
        format!("<svg xmlns=\"{XMLNS}\" aria-hidden=\"true\" viewBox=\"0 0 {} 20\">{body}</svg>", self.width)
    }
}

const XMLNS: &str = "http://www.w3.org/2000/svg";

fn extent(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.filter(|v| v.is_finite()).fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)))
}

fn anchor(x: f64, width: f64) -> &'static str {
    match x {
        x if x < 30.0 => "start",
        x if x > width - 30.0 => "end",
        _ => "middle",
    }
}

/// A bar for a share between −1 and 1.
pub(super) fn bar(share: f64, signed: bool, colour: Colour) -> String {
    let (zero, full) = if signed { (60.0, 60.0) } else { (0.0, 120.0) };
    let (from, width) = (zero + full * share.min(0.0), full * share.abs());
    let rect =
        format!("<rect x=\"{from:.1}\" y=\"2\" width=\"{width:.1}\" height=\"8\" fill=\"{}\"/>", colour.light_code());
    let axis = format!("<path d=\"M{zero:.1} 0V12\" stroke=\"{}\"/>", QUIET.light_code());
    format!("<svg xmlns=\"{XMLNS}\" aria-hidden=\"true\" viewBox=\"-1 0 122 12\">{rect}{axis}</svg>")
}

/// Dots, the interval and the mean, with a line through all rows at `reference`.
pub(super) fn row(scale: Scale, dots: &Dots<'_>, reference: Option<f64>) -> String {
    let mut body = format!("<title>{}</title>", escaped(&dots.about));
    if let Some((x, false)) = reference.map(|value| scale.at(value)) {
        let _ = write!(body, "<path d=\"M{x:.1} 0V26\" stroke=\"{}\" opacity=\"0.45\"/>", ACCENT.light_code());
    }
    body += &marks(scale, dots, 13.0);
    format!("<svg xmlns=\"{XMLNS}\" role=\"img\" viewBox=\"0 0 {} 26\">{body}</svg>", scale.width)
}

/// Interval below, dots upon it, the mean as a tick; what lies outside ends in an arrow.
fn marks(scale: Scale, dots: &Dots<'_>, y: f64) -> String {
    let (mut body, colour) = (String::new(), dots.colour.light_code());
    if let Some([lo, hi]) = dots.interval {
        let (from, to) = (scale.at(lo).0, scale.at(hi).0);
        let _ = write!(body, "<path d=\"M{from:.1} {y}H{to:.1}\" stroke=\"{colour}\" stroke-width=\"2\"/>");
        for value in [lo, hi] {
            body += &outside(scale, value, y, &colour).unwrap_or_default();
        }
    }
    for &value in dots.values {
        let x = scale.at(value).0;
        let dot = || format!("<circle cx=\"{x:.1}\" cy=\"{y}\" r=\"3.2\" fill=\"{colour}\" opacity=\"0.5\"/>");
        body += &outside(scale, value, y, &colour).unwrap_or_else(dot);
    }
    if let Some((x, false)) = dots.mean.map(|mean| scale.at(mean)) {
        let (top, bottom) = (y - 8.0, y + 8.0);
        let _ = write!(body, "<path d=\"M{x:.1} {top}V{bottom}\" stroke=\"{colour}\" stroke-width=\"3\"/>");
    }
    body
}

/// An arrow at the end beyond which a value lies.
fn outside(scale: Scale, value: f64, y: f64, colour: &str) -> Option<String> {
    let (x, true) = scale.at(value) else { return None };
    let tip = if value < scale.lo { -1.0 } else { 1.0 };
    let (back, point, top, bottom) = (x + tip, x + 7.0 * tip, y - 4.0, y + 4.0);
    Some(format!("<path d=\"M{back:.1} {top}L{point:.1} {y}L{back:.1} {bottom}z\" fill=\"{colour}\"/>"))
}

/// Differences around zero, with what either side means.
pub(super) fn difference(dots: &Dots<'_>, sides: [&str; 2], mark: impl Fn(f64) -> String) -> String {
    let around: Vec<f64> = dots.values.iter().copied().chain([0.0]).collect();
    let scale = Scale::covering(&around, dots.interval.as_slice(), 3.0, 340.0);
    let (zero, ink, quiet) = (scale.at(0.0).0, INK.light_code(), QUIET.light_code());
    let mut body = format!("<title>{}</title>", escaped(&dots.about));
    let _ = write!(body, "<path d=\"M{zero:.1} 18V64\" stroke=\"{ink}\" stroke-dasharray=\"2 3\"/>");
    let [left, right] = sides.map(escaped);
    let _ = write!(body, "<text x=\"0\" y=\"11\" fill=\"{quiet}\">← {left}</text>");
    let _ = write!(body, "<text x=\"340\" y=\"11\" text-anchor=\"end\" fill=\"{quiet}\">{right} →</text>");
    body += &marks(scale, dots, 40.0);
    let _ = write!(body, "<path d=\"M0 64H340\" stroke=\"{}\"/>", GRID.light_code());
    for value in scale.marks() {
        let (x, words) = (scale.at(value).0, mark(value));
        let anchor = anchor(x, scale.width);
        let _ = write!(body, "<text x=\"{x:.1}\" y=\"79\" text-anchor=\"{anchor}\" fill=\"{quiet}\">{words}</text>");
    }
    format!("<svg xmlns=\"{XMLNS}\" role=\"img\" viewBox=\"0 0 340 84\">{body}</svg>")
}
