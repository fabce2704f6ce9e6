//! Pictures of pairs: what one way gives against what another does.

use crate::report::{Axis, Plot, Series};

/// Dots of pairs (x, y), those of each series with its name, and the diagonal on which both are `equal`. By powers of ten where
/// the positive numbers span one.
pub(super) fn scatter(title: &str, x_label: &str, equal: &str, named: Vec<(String, Vec<[f64; 2]>)>) -> Plot {
    let all = || named.iter().flat_map(|(_, points)| points).flatten().copied();
    let placed = all().filter(|value| value.is_finite() && *value > 0.0);
    let [low, high] = placed.fold([f64::INFINITY, 0.0], |[low, high], value| [low.min(value), high.max(value)]);
    let axis = if high > 10.0 * low { Axis::Powers } else { Axis::Linear };
    let diagonal = Series { label: equal.into(), points: vec![[low, low], [high, high]], theory: true };
    let dots = named.into_iter().map(|(label, points)| Series { label, points, theory: false });
    Plot {
        title: title.into(),
        x_label: x_label.into(),
        x: axis,
        y: axis,
        series: [diagonal].into_iter().chain(dots).collect(),
        dots: true,
    }
}
