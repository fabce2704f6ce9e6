//! What is proved and predicted for the first layer of a run, as it started, and what would have to be asked to see it.

use super::record::{FirstLayerRecord, SignalRecord};
use crate::theory::kernel::Superposition;
use crate::theory::low_rank::{RankOne, Signal, Sizes};
use crate::theory::words;
use crate::trial::{FirstLayer, Trial};

/// The record of a trial that asked what its first layer shows, and what there is to say.
pub(super) fn first_layer(trial: &Trial) -> (Option<FirstLayerRecord>, [String; 2]) {
    let Some(FirstLayer { superposition, signal }) = trial.first_layer else {
        return (None, NOT_ASKED.map(str::to_owned));
    };
    let (record, said) = match (&trial.shown, signal) {
        (Some(Ok(_)), Some((sizes, signal))) => of_signal(&sizes, &signal),
        (Some(Ok(_)), None) => (None, NOT_ONE_NUMBER.to_owned()),
        // A signal that shuffled labels have too is none.
        _ => (None, NO_DIRECTION.to_owned()),
    };
    let Superposition { feature_bound, mixture_bound, label_norm, mu, .. } = superposition;
    let lipschitz = Some(superposition.lipschitz()).filter(|constant| constant.is_finite());
    let proved = format!(
        "For ridge regression on the random features of the first layer, with the ridge of this run and rows whose features are no \
         longer: {} All layers of the network were trained, so of its own predictions this proves nothing.",
        words::superposition(&superposition),
    );
    let record = FirstLayerRecord { feature_bound, mixture_bound, label_norm, mu, lipschitz, signal: record };
    (Some(record), [proved, said])
}

const NOT_ASKED: [&str; 2] = [
    "How far predictions move with alpha is proved for ridge regression on a superposition of fixed feature maps only, and here all \
     layers are trained: what was measured has to do. With --start spectral the bound is given for the first layer as it starts.",
    "Whether the labels single out a combination of candidates before anything is fitted was not asked: --start spectral tells, and \
     predicts the error that it leads to.",
];

const NO_DIRECTION: &str = "The random features of the first layer show no combination of candidates that labels in another order \
                            would not show too: no error can be predicted from them. Take more training rows, or fewer candidates.";

const NOT_ONE_NUMBER: &str = "The random features of the first layer single out a combination of candidates. The error \
                              that it leads to is predicted only where the target is one number.";

/// What the superposition model reads, with its prediction where there is a direction.
fn of_signal(sizes: &Sizes, signal: &Signal) -> (Option<SignalRecord>, String) {
    let said = format!(
        "Were the random features of the first layer independent, which those of one network are not quite: {}",
        words::signal(sizes, signal)
    );
    let Signal::Found(model) = signal else { return (None, said) };
    let misalignment = sizes.misalignment(model);
    let RankOne { signal, noise } = *model;
    // σ² is what T leaves of the variance of the labels, and 0 where T is more than that.
    if noise == 0.0 {
        let dependent = "It is no less than the variance of the labels: the features are too dependent for the error to be \
                         predicted. Trust the direction, and judge it by the validation rows.";
        return (Some(SignalRecord { signal, noise, misalignment, risk: None }), format!("{said} {dependent}"));
    }
    let risk = misalignment.and_then(|sine| model.risk((1.0 - sine).clamp(0.0, 1.0), sizes.samples, sizes.features));
    let predicted = misalignment.map(|_| words::low_rank_risk(sizes, model, risk));
    let said = [said].into_iter().chain(predicted).collect::<Vec<_>>().join(" ");
    (Some(SignalRecord { signal, noise, misalignment, risk }), said)
}
