//! One panel: lines over an axis, labelled at their right end.

use super::error::ReportError;
use super::palette::{GRID, QUIET};
use super::words::short;
use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::{
    Cartesian2d, Circle, Color, DashedLineSeries, DrawingArea, IntoDrawingArea, IntoFont, LineSeries, PathElement,
    RGBColor, SVGBackend, Text, TextStyle,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::borrow::Cow;
use std::fmt::Write;

/// Steps of a drawing in a pixel: the drawing library knows whole numbers only.
const FINE: i32 = 10;
/// Width and height of a panel in pixels, such that its text stays legible on a telephone.
const SIZE: [i32; 2] = [340, 230];
/// Height of a line of labels.
const LINE: i32 = 14;
/// A size that the drawing library writes as 12 pixels.
const FONT: i32 = 149;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Axes<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Drawn<T> = Result<T, DrawingAreaErrorKind<std::io::Error>>;

/// A line through points.
pub(in crate::report) struct Line {
    pub(in crate::report) points: Vec<[f64; 2]>,
    pub(in crate::report) colour: RGBColor,
    /// Tenths of a pixel.
    pub(in crate::report) width: u32,
    pub(in crate::report) opacity: f64,
    pub(in crate::report) dashed: bool,
    /// Whether a dot marks its last point.
    pub(in crate::report) dot: bool,
    pub(in crate::report) label: Option<String>,
}

/// A panel.
pub(in crate::report) struct Chart {
    /// What it is called.
    pub(in crate::report) title: String,
    /// What a person who cannot see it should know.
    pub(in crate::report) about: String,
    pub(in crate::report) x_label: Cow<'static, str>,
    pub(in crate::report) x: [f64; 2],
    pub(in crate::report) y: [f64; 2],
    /// Whether x is the decimal logarithm of what is shown.
    pub(in crate::report) x_powers: bool,
    /// Whether y is.
    pub(in crate::report) powers: bool,
    /// Later lines lie on top.
    pub(in crate::report) lines: Vec<Line>,
}

impl Chart {
    /// The drawing, with its title for those who cannot see it.
    pub(in crate::report) fn svg(&self) -> Result<String, ReportError> {
        let mut text = String::new();
        self.draw(&mut text).map_err(|source| ReportError::Figure { figure: self.title.clone(), source })?;
        let inside = text.split_once('>').map_or("", |(_, inside)| inside);
        let [width, height] = SIZE.map(|pixels| pixels * FINE);
        let [title, about] = [&self.title, &self.about].map(|words| escaped(words));
        let head = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 {width} {height}\">");
        Ok(format!("{head}\n<title>{title}</title><desc>{about}</desc>{inside}"))
    }

    fn draw(&self, text: &mut String) -> Drawn<()> {
        let [width, height] = SIZE.map(|pixels| (pixels * FINE).unsigned_abs());
        let area = SVGBackend::with_string(text, (width, height)).into_drawing_area();
        let mut axes = ChartBuilder::on(&area)
            .margin_top(8 * FINE)
            .margin_right(self.label_width())
            .x_label_area_size(38 * FINE)
            .y_label_area_size(44 * FINE)
            .build_cartesian_2d(self.x[0]..self.x[1], self.y[0]..self.y[1])?;
        self.mesh(&mut axes)?;
        for line in &self.lines {
            self.line(&mut axes, line)?;
        }
        self.labels(&area, &axes)?;
        area.present()
    }

    fn label_width(&self) -> i32 {
        let longest = self.lines.iter().filter_map(|line| line.label.as_ref()).map(|l| l.chars().count()).max();
        longest.map_or(12, |n| 24 + 7 * i32::try_from(n.min(20)).unwrap_or(20)) * FINE
    }

    fn mesh(&self, axes: &mut Axes<'_>) -> Drawn<()> {
        let whole = |v: f64| (v - v.round()).abs() < 1e-9;
        // Where an axis spans less than two powers of ten, the halves between them are marked too.
        let power = |v: f64, [from, to]: [f64; 2]| {
            let marked = whole(v) || (to - from < 2.0 && whole(2.0 * v));
            // Two digits: 3.2, 32.
            let digit = 10f64.powf(v.floor() - 1.0);
            if marked { short((10f64.powf(v) / digit).round() * digit) } else { String::new() }
        };
        let x_mark = |v: &f64| match self.x_powers {
            true => power(*v, self.x),
            false if whole(*v) => short(v.round()),
            false => String::new(),
        };
        let y_mark = |v: &f64| if self.powers { power(*v, self.y) } else { short(*v) };
        axes.configure_mesh()
            .light_line_style(RGBColor(0, 0, 0).mix(0.0))
            .bold_line_style(GRID.rgb().stroke_width(FINE.unsigned_abs()))
            .axis_style(GRID.rgb().stroke_width(FINE.unsigned_abs()))
            .set_all_tick_mark_size(4 * FINE)
            .x_labels(6)
            .y_labels(6)
            .x_label_formatter(&x_mark)
            .y_label_formatter(&y_mark)
            .x_desc(self.x_label.as_ref())
            .label_style(("sans-serif", FONT).into_font().color(&QUIET.rgb()))
            .axis_desc_style(("sans-serif", FONT).into_font().color(&QUIET.rgb()))
            .draw()
    }

    /// A line, as far as it lies inside of the panel.
    fn line(&self, axes: &mut Axes<'_>, line: &Line) -> Drawn<()> {
        let style = line.colour.mix(line.opacity).stroke_width(line.width);
        let inside = |p: &[f64; 2]| (self.y[0]..=self.y[1]).contains(&p[1]) && (self.x[0]..=self.x[1]).contains(&p[0]);
        for piece in line.points.split(|p| !inside(p)).filter(|piece| piece.len() > 1) {
            let points = piece.iter().map(|&[x, y]| (x, y));
            if line.dashed {
                axes.draw_series(DashedLineSeries::new(points, 5 * FINE, 3 * FINE, style))?;
            } else {
                axes.draw_series(LineSeries::new(points, style))?;
            }
        }
        if let Some(&[x, y]) = line.points.last().filter(|p| line.dot && inside(p)) {
            let radius = 15 + line.width / 2;
            axes.draw_series([Circle::new((x, y), radius, line.colour.mix(line.opacity).filled())])?;
        }
        Ok(())
    }

    /// The labels right of the last points, moved apart, each with a short line that leads to it.
    fn labels(&self, area: &Area<'_>, axes: &Axes<'_>) -> Drawn<()> {
        let mut ends: Vec<(i32, i32, &Line, &str)> = Vec::new();
        for line in &self.lines {
            if let (Some(label), Some(&[x, y])) = (&line.label, line.points.last()) {
                let at = axes.backend_coord(&(x, y.clamp(self.y[0], self.y[1])));
                ends.push((at.1, at.0, line, label));
            }
        }
        ends.sort_by_key(|end| end.0);
        let at = spread(ends.iter().map(|end| end.0).collect(), LINE * FINE, (SIZE[1] - 38) * FINE);
        let (edge, quiet) = (axes.plotting_area().get_pixel_range().0.end, QUIET.rgb());
        let style = TextStyle::from(("sans-serif", FONT)).color(&quiet).pos(Pos::new(HPos::Left, VPos::Center));
        for (y, (from, x, line, label)) in at.into_iter().zip(ends) {
            let leader = vec![(x, from), (edge + 4 * FINE, y), (edge + 10 * FINE, y)];
            area.draw(&PathElement::new(leader, line.colour.mix(0.5).stroke_width(FINE.unsigned_abs())))?;
            area.draw(&Text::new(label.to_owned(), (edge + 14 * FINE, y), style.clone()))?;
        }
        Ok(())
    }
}

/// Sorted positions moved apart to at least `gap`, none above `end` if there is room.
fn spread(mut at: Vec<i32>, gap: i32, end: i32) -> Vec<i32> {
    for i in 1..at.len() {
        at[i] = at[i].max(at[i - 1] + gap);
    }
    let mut limit = end;
    for y in at.iter_mut().rev() {
        *y = (*y).min(limit);
        limit = *y - gap;
    }
    at
}

/// The least and the greatest of finite values with some air; around 0 and 1 where there are none.
pub(in crate::report) fn range(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let [lo, hi] =
        values.filter(|v| v.is_finite()).fold([f64::INFINITY, f64::NEG_INFINITY], |[lo, hi], v| [lo.min(v), hi.max(v)]);
    if lo > hi {
        return [-0.05, 1.05];
    }
    let air = if hi > lo { 0.06 * (hi - lo) } else { 0.05 * hi.abs().max(1e-6) };
    [lo - air, hi + air]
}

/// Text inside of a drawing.
pub(in crate::report) fn escaped(words: &str) -> String {
    let mut text = String::new();
    for c in words.chars() {
        let _ = match c {
            '&' | '<' | '>' | '"' | '\'' => write!(text, "&#{};", u32::from(c)),
            _ => write!(text, "{c}"),
        };
    }
    text
}
