//! A plot of an experiment, as a file of its own.

use super::html::{Chart, Line, ReportError, range, series};

/// How an axis is divided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Axis {
    /// Evenly.
    #[default]
    Linear,
    /// By powers of ten; only positive values have a place.
    Powers,
}

/// One of the lines of a plot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// What it shows.
    pub label: String,
    /// (x, y) in the order of x.
    pub points: Vec<[f64; 2]>,
    /// A prediction or a bound, and no measurement.
    pub theory: bool,
}

/// Lines over an axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plot {
    /// What it is called: y, and over what.
    pub title: String,
    /// The quantity of the x axis.
    pub x_label: String,
    /// How x is divided.
    pub x: Axis,
    /// How y is divided.
    pub y: Axis,
    /// The lines. A measured one has the colour of the theory that follows it, which is dashed.
    pub series: Vec<Series>,
    /// Whether what was measured is dots, each for itself, and no lines.
    pub dots: bool,
}

impl Plot {
    /// The drawing.
    pub fn svg(&self) -> Result<String, ReportError> {
        let mut colour = 0;
        let mut lines: Vec<Line> = Vec::new();
        for (n, one) in self.series.iter().enumerate() {
            let own = series(colour);
            let theory_follows = !one.theory && self.series.get(n + 1).is_some_and(|next| next.theory);
            colour += usize::from(!theory_follows);
            let points: Vec<[f64; 2]> =
                one.points.iter().filter_map(|&[x, y]| Some([self.x.at(x)?, self.y.at(y)?])).collect();
            let line = |points: &[[f64; 2]], label: Option<&String>| Line {
                points: points.to_vec(),
                colour: own.rgb(),
                width: if one.theory { 10 } else { 16 },
                opacity: 1.0,
                dashed: one.theory,
                dot: !one.theory,
                label: label.cloned(),
            };
            // A line of one point is the dot at its end; the last one has the label.
            let pieces = points.chunks(if self.dots && !one.theory { 1 } else { points.len().max(1) });
            let last = pieces.len().saturating_sub(1);
            lines.extend(pieces.enumerate().map(|(k, piece)| line(piece, (k == last).then_some(&one.label))));
        }
        let all = |k: usize| lines.iter().flat_map(move |line| line.points.iter().map(move |point| point[k]));
        let (x, y) = (range(all(0)), range(all(1)));
        let chart = Chart {
            title: self.title.clone(),
            about: self.words(),
            x_label: self.x_label.clone().into(),
            x,
            y,
            x_powers: self.x == Axis::Powers,
            powers: self.y == Axis::Powers,
            lines,
        };
        chart.svg()
    }

    /// What a person who cannot see it should know.
    fn words(&self) -> String {
        let names: Vec<&str> = self.series.iter().map(|one| one.label.as_str()).collect();
        format!("{}, over {}: {}.", self.title, self.x_label, names.join(", "))
    }
}

impl Axis {
    /// Where a value lies on the axis, if it does.
    fn at(self, value: f64) -> Option<f64> {
        match self {
            Self::Linear => value.is_finite().then_some(value),
            Self::Powers => (value.is_finite() && value > 0.0).then(|| value.log10()),
        }
    }
}
