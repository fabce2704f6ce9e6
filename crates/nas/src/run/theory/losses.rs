//! What the losses of the validation rows say of the chosen mixture.

use super::record::VarianceRecord;
use crate::report::figure;
use crate::stats::{mean, standard_error};
use crate::theory::bernstein::Bernstein;
use crate::theory::end_to_end::Measured;
use crate::theory::risk::Setting;
use crate::theory::{Bound, words};
use crate::trial::Entry;

/// Clipped as the bounds need it.
fn clipped(setting: &Setting<'_>, chosen: &Entry) -> Vec<f64> {
    chosen.losses.iter().map(|loss| loss.min(setting.loss_range)).collect()
}

/// The bound by the spread of the losses, for a mixture that these rows chose: it is one of every α of the space, and its net
/// was fixed without them.
pub(super) fn by_variance(setting: &Setting<'_>, by_range: &Bound, chosen: &Entry) -> (Option<VarianceRecord>, String) {
    let losses = clipped(setting, chosen);
    let Some(error) = standard_error(&losses) else {
        return (None, "Below two validation rows nothing is known of how losses vary: take more.".to_owned());
    };
    let (val_loss, variance) = (mean(&losses), error * error * losses.len() as f64);
    let bound = Bernstein::before(setting, None).after(variance);
    let record = VarianceRecord { val_loss, variance, gap: bound.total() };
    if val_loss + bound.total() >= setting.loss_range {
        let said = format!(
            "By the spread of its losses (variance {}) nothing is guaranteed for the chosen mixture: {} on the validation set and {} \
             for what it may miss are no less than the largest loss, {}. That bound needs many rows before it is the better one: \
             take more validation samples.",
            figure(variance),
            figure(val_loss),
            figure(bound.total()),
            setting.loss_range,
        );
        return (Some(record), said);
    }
    let range = figure(by_range.total());
    let compared = if bound.total() < by_range.total() {
        format!("It is tighter than the bound by the range of the losses, {range}: they vary little.")
    } else {
        format!("The bound by the range of the losses, {range}, is the tighter one here: use that.")
    };
    (Some(record), format!("For the chosen mixture: {} {compared}", words::bernstein(val_loss, &bound)))
}

/// Training loss, what fitting costs, and what choosing may cost.
pub(super) fn measured(setting: &Setting<'_>, bound: &Bound, chosen: &Entry, one_source: bool) -> String {
    let (training, validation) = (chosen.train_loss, mean(&clipped(setting, chosen)));
    words::measured(&Measured { training, validation, gap: bound.total(), delta: bound.delta, one_source })
}
