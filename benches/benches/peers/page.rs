//! The page: the machine, a roofline, and every line of the table.

use std::fmt::Write;
use std::path::PathBuf;

use plotters::prelude::*;

use crate::limits::Limits;
use crate::timing::{LIMIT, Line, OURS};

/// Writes `bench/peers.html` in the target directory; answers where it is.
pub(crate) fn write(limits: &Limits, lines: &[Line]) -> PathBuf {
    let path = benches::folder().join("peers.html");
    let mut page = String::from(HEAD);
    page += &format!("<p>{}</p>", limits.to_string().replace('\n', "<br>"));
    let products: Vec<&Line> = lines.iter().filter(|line| line.unit == "GFLOP/s").collect();
    if !products.is_empty() {
        page += "<h2>Roofline</h2>\n<p>Ours, one point for each product: work per byte that must be moved against what was \
                 reached. The roofs are the multiply-add loop and the levels of memory.</p>\n";
        page += &roofline(limits, &products);
    }
    page += "<h2>Lines</h2>\n<p>Medians of one interleaved run; of functions, the largest error in units in the last place \
             stands beside the name.</p>\n<table>\n<tr><th>bench</th><th>shape</th><th>reached</th><th>of the limit</th>\
             <th>over the best peer</th></tr>\n";
    for line in lines {
        page += &row(line);
    }
    page += "</table>\n</body>\n</html>\n";
    std::fs::write(&path, page).expect("the page can be written");
    path
}

const HEAD: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Kernels and their peers</title>\n\
    <style>body{font:15px/1.5 sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse}\
    td,th{padding:.2rem .6rem;border-bottom:1px solid #ddd;text-align:left;vertical-align:top}b{color:#06c}\
    svg{max-width:100%;height:auto}</style>\n</head>\n<body>\n<h1>Kernels and their peers</h1>\n";

fn row(line: &Line) -> String {
    let mut rates: Vec<_> = line.rates.iter().filter(|rate| rate.name != LIMIT).collect();
    rates.sort_by(|a, b| b.median.total_cmp(&a.median));
    let mut reached = String::new();
    for rate in rates {
        let (open, close) = if rate.name == OURS { ("<b>", "</b>") } else { ("", "") };
        let _ = write!(reached, "{open}{} {:.2}{close} · ", rate.name, rate.median);
    }
    let reached = reached.trim_end_matches(" · ");
    let ratio = |ratio: Option<f64>| ratio.map_or("–".into(), |ratio| format!("{ratio:.2}"));
    format!(
        "<tr><td>{} ({})</td><td>{}</td><td>{reached} {}</td><td>{}</td><td>{}</td></tr>\n",
        line.bench,
        line.threads,
        line.shape,
        line.unit,
        ratio(line.of_limit()),
        ratio(line.over_best()),
    )
}

/// The roofline of one core as a drawing.
fn roofline(limits: &Limits, products: &[&Line]) -> String {
    let mut svg = String::new();
    let points: Vec<(f64, f64, bool)> = products
        .iter()
        .filter_map(|line| Some((line.intensity, line.rate(OURS)?.median, line.bench.ends_with("f64"))))
        .collect();
    let right = points.iter().map(|point| point.0).fold(10.0, f64::max) * 2.0;
    let top = points.iter().map(|point| point.1).fold(limits.peaks[0], f64::max) * 1.5;
    {
        let area = SVGBackend::with_string(&mut svg, (900, 480)).into_drawing_area();
        let drawn = ChartBuilder::on(&area)
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(60)
            .build_cartesian_2d((0.1..right).log_scale(), (1.0..top).log_scale())
            .and_then(|mut chart| {
                chart.configure_mesh().x_desc("flops per byte").y_desc("GFLOP/s").draw()?;
                for (name, bandwidth) in &limits.bandwidths {
                    let peak = limits.peaks[0];
                    let ridge = (peak / bandwidth).min(right);
                    let roof = [(0.1, 0.1 * bandwidth), (ridge, ridge * bandwidth)];
                    chart.draw_series(LineSeries::new(roof, &BLACK.mix(0.4)))?;
                    let label = Text::new((*name).to_owned(), (0.12, 0.12 * bandwidth), ("sans-serif", 13));
                    chart.draw_series([label])?;
                }
                for peak in limits.peaks {
                    chart.draw_series(LineSeries::new([(0.1, peak), (right, peak)], &BLACK.mix(0.4)))?;
                }
                let color = |double: bool| if double { RGBColor(200, 80, 0) } else { RGBColor(0, 100, 200) };
                chart
                    .draw_series(points.iter().map(|&(x, y, double)| Circle::new((x, y), 4, color(double).filled())))?;
                area.present()
            });
        drawn.expect("a drawing in memory");
    }
    svg
}

/// How the run went in all: geometric means over the lines.
pub(crate) fn summary(lines: &[Line]) -> String {
    let mean = |unit: &str| {
        let ratios: Vec<f64> = lines.iter().filter(|line| line.unit == unit).filter_map(Line::over_best).collect();
        let mean = (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
        (ratios.len(), mean)
    };
    let mut text = String::new();
    for (unit, what) in [("GFLOP/s", "products"), ("Gelem/s", "functions")] {
        if let (count @ 1.., mean) = mean(unit) {
            let _ = writeln!(text, "{what}: {mean:.3} times the best peer, geometric mean of {count} lines");
        }
    }
    text.trim_end().to_owned()
}
