//! The bounds as sentences for those who act on them: what holds, what it is worth, and what would improve it.

use super::end_to_end::{EndToEnd, Measured, Mismatch};
use super::hypergradient::{self, Reading};
use super::kernel::Superposition;
use super::lipschitz::{Estimate, Jump};
use super::low_rank::{RankOne, Signal, Sizes};
use super::risk::{self, excess};
use super::{Bound, Class, Standing};
use crate::report::figure;

/// The gap of risk that [`risk::gap`] found for a setting.
pub fn risk(setting: &risk::Setting<'_>, bound: &Bound) -> String {
    let gap = bound.total();
    if gap >= setting.loss_range {
        return nothing(setting, gap);
    }
    format!(
        "Except with probability {}, the mean loss on {} validation samples is within {} of the expected loss for {} at once, \
         and the choice of the least validation loss is at most {} worse than the best. {} {}",
        bound.delta,
        setting.n_validation,
        figure(gap),
        class(&setting.class),
        figure(excess(bound, 0.0)),
        standing(bound.standing, "predictions"),
        what_helps(bound),
    )
}

fn nothing(setting: &risk::Setting<'_>, gap: f64) -> String {
    let range = setting.loss_range;
    format!(
        "With {} validation samples nothing is guaranteed for {}: the bound is {}, and losses in [0, {range}] cannot lie \
         further apart than {range} anyway. Take more samples, or a smaller class.",
        setting.n_validation,
        class(&setting.class),
        figure(gap),
    )
}

/// The gap of risk by [`Bernstein`](super::bernstein::Bernstein), before validation losses are known: where they vary by no more
/// than this.
pub fn by_variance(setting: &risk::Setting<'_>, variance: f64, bound: &Bound) -> String {
    if bound.total() >= setting.loss_range {
        return nothing(setting, bound.total());
    }
    format!(
        "Except with probability {}, the expected loss is at most {} above the mean loss on {} validation samples, for {} at once, \
         wherever the losses of the samples have a variance of {} or less. {} {}",
        bound.delta,
        figure(bound.total()),
        setting.n_validation,
        class(&setting.class),
        figure(variance),
        standing(bound.standing, "predictions"),
        what_helps(bound),
    )
}

/// The bound of one model, once its validation loss is known: from [`Bernstein::after`](super::bernstein::Bernstein::after).
pub fn bernstein(validation_loss: f64, bound: &Bound) -> String {
    format!(
        "Except with probability {}, the expected loss is at most {}: {} on the validation set and {} for what it may miss. {} \
         The second part shrinks where losses vary less from sample to sample.",
        bound.delta,
        figure(validation_loss + bound.total()),
        figure(validation_loss),
        figure(bound.total()),
        standing(bound.standing, "predictions"),
    )
}

/// The gap of hypergradients that [`hypergradient::gap`] found for a setting.
pub fn hypergradient(setting: &hypergradient::Setting<'_>, bound: &Bound) -> String {
    format!(
        "Except with probability {}, the hypergradient on {} validation samples is within {} of the expected one, for {} at \
         once: a norm below that is noise. {} {}",
        bound.delta,
        setting.n_validation,
        figure(bound.total()),
        class(&setting.class),
        standing(bound.standing, "gradients of the loss"),
        what_helps(bound),
    )
}

/// What a norm of a hypergradient says about going on.
pub fn reading(reading: &Reading) -> String {
    if reading.is_noise() {
        return format!(
            "This slope may be noise of the validation set: the expected one may be zero, and is at most {}. Stop here, or take \
             more validation samples before going on.",
            figure(reading.at_most)
        );
    }
    format!(
        "The expected slope is at least {}: going on improves more than the validation loss.",
        figure(reading.at_least)
    )
}

/// What [`planner::least_samples`](super::planner::least_samples) found for a class.
pub fn plan(of: &Class<'_>, target: f64, samples: usize) -> String {
    format!(
        "{samples} validation samples are enough for a gap of {} over {}; by this bound, one fewer is not. Half the gap takes \
         about four times as many.",
        figure(target),
        class(of),
    )
}

/// An end-to-end bound, with its largest part.
pub fn end_to_end(bound: &EndToEnd) -> String {
    let (cost, used) = match bound.mismatch {
        Mismatch::None => (0.0, "training and validation have one distribution"),
        Mismatch::Pointwise(cost) => {
            (cost, "DM, so training must be guaranteed against its own best model on the target")
        }
        Mismatch::Uniform(cost) => (cost, "DM+, so a guarantee of training on the source is enough"),
    };
    let most = largest([
        (bound.approximation, APPROXIMATION),
        (bound.training, FITTING),
        (cost, "the mismatch of the training set; a source closer to the target helps"),
        (bound.validation, CHOOSING),
    ]);
    format!(
        "Except with probability {}, the expected loss of what the search returns is at most {}, by way of architecture {}: {} \
         for its best model, {} for fitting it, {} for the mismatch ({used}), {} for choosing it. Most goes to {}.",
        bound.delta,
        figure(bound.total()),
        bound.architecture,
        figure(bound.approximation),
        figure(bound.training),
        figure(cost),
        figure(bound.validation),
        most,
    )
}

const APPROXIMATION: &str = "its best model; a richer architecture helps";
const FITTING: &str = "fitting it; more training samples or a simpler architecture help";
const CHOOSING: &str = "choosing it; more validation samples or fewer candidates help";

/// The name of the largest part.
fn largest<const N: usize>(parts: [(f64, &str); N]) -> &str {
    parts.iter().fold(parts[0], |most, part| if part.0 > most.0 { *part } else { most }).1
}

/// A search that is over, with what is known of the mismatch of its training rows.
pub fn measured(of: &Measured) -> String {
    let Measured { training, gap, delta, one_source, .. } = *of;
    let most = largest([(training, APPROXIMATION), (of.fitting(), FITTING), (gap, CHOOSING)]);
    let mismatch = if one_source {
        "The mismatch DM(alpha) is 0: training and validation rows are drawn from one file at random. Where training rows come from \
         elsewhere, validate on rows of the kind that predictions are for: the same bound holds, and few of them suffice to choose \
         what carries over."
    } else {
        "Training rows are of another source: their mismatch DM(alpha) is part of what fitting them costs, and not told apart from \
         it. The bound holds all the same, for rows of the kind that were validated on. Where that part is large, train on rows \
         that are nearer to them."
    };
    format!(
        "Except with probability {delta}, the expected loss of the chosen mixture is at most {}: {} on its training rows with its \
         ridge, {} more on the validation rows, and {} for choosing it by them. Most goes to {most}. {mismatch}",
        figure(of.total()),
        figure(training),
        figure(of.fitting()),
        figure(gap),
    )
}

/// What a superposition of feature maps guarantees about how far its predictions move.
pub fn superposition(superposition: &Superposition) -> String {
    let constant = superposition.lipschitz();
    if !constant.is_finite() {
        return "Nothing bounds how far predictions move with alpha: some Gram matrix is singular and there is no ridge. Set a \
                ridge, or leave out the maps that make it singular."
            .to_owned();
    }
    format!(
        "Predictions move by at most {} for each unit of alpha, in the sum of absolute values, proved from mu = {}: a larger \
         ridge lowers it. It enters bounds by its logarithm only.",
        figure(constant),
        figure(superposition.mu),
    )
}

/// What was measured of how far predictions move with α, over `pairs` pairs.
pub fn lipschitz(pairs: usize, estimate: &Estimate, jumps: &[Jump]) -> String {
    let (largest, median) = (figure(estimate.largest), figure(estimate.median));
    let measured = format!(
        "Over {pairs} pairs predictions moved by up to {largest} for each unit of alpha, {median} in the median: an estimate, \
         which more pairs can only raise."
    );
    match jumps.iter().max_by(|a, b| a.height.total_cmp(&b.height)) {
        None => measured,
        Some(highest) => format!(
            "{measured} {} of them jump, pair {} by {} beyond the trend: training is not Lipschitz there, and no bound but that \
             of finitely many models holds. Keep start and order of data fixed, take smaller steps or a ridge.",
            jumps.len(),
            highest.pair,
            figure(highest.height),
        ),
    }
}

/// Whether the spectral method sees a signal, and how well it can find it.
pub fn signal(sizes: &Sizes, signal: &Signal) -> String {
    let Sizes { samples, maps, features } = sizes;
    let from = format!("In {samples} samples of {maps} maps with {features} features");
    match signal {
        Signal::NotFound => format!(
            "{from} no signal was found: noise alone could have made the top singular vector. Take more samples, or fewer maps \
             or features."
        ),
        Signal::Found(model) => match sizes.misalignment(model) {
            None => format!("{from} a signal of {} is too weak to give its direction away.", figure(model.signal)),
            Some(sine) => format!(
                "{from} a signal of {} stands out of noise of {}: the direction found has an expected squared sine of {} to the \
                 true one.",
                figure(model.signal),
                figure(model.noise),
                figure(sine),
            ),
        },
    }
}

/// What [`RankOne::risk`] predicts for the fit of least norm to as many new samples, at the direction that was found in these.
pub fn low_rank_risk(sizes: &Sizes, model: &RankOne, risk: Option<f64>) -> String {
    let Sizes { samples, features, .. } = sizes;
    match risk {
        Some(risk) => format!(
            "The fit of least norm to {samples} other samples of that combination would have a squared error of {}, where guessing \
             the mean has {}; more samples per feature, {features} now, lower it.",
            figure(risk),
            figure(model.label_variance()),
        ),
        None => format!(
            "With {samples} samples for {features} features the fit of least norm has no finite expected error: take more samples, \
             or a ridge."
        ),
    }
}

fn class(class: &Class<'_>) -> String {
    match class {
        Class::Finite { log_models } if *log_models == 0.0 => "the one model".to_owned(),
        // Up to here a number of models is exact when it comes back from its logarithm.
        Class::Finite { log_models } if *log_models < 20.0 => format!("each of {:.0} models", log_models.exp()),
        Class::Finite { log_models } => format!("each of e^{} models", figure(*log_models)),
        Class::Continuous { space, .. } => format!("every alpha of a space in R^{}", space.coordinates()),
    }
}

fn standing(standing: Standing, what_moves: &str) -> String {
    match standing {
        Standing::Certificate => {
            "This is a certificate, for validation samples that are independent and were not looked at before."
                .to_owned()
        }
        Standing::Estimate => format!(
            "This is an estimate, not a certificate: how far {what_moves} move with alpha was measured or assumed, not proved."
        ),
    }
}

/// Which of class and confidence weighs more, and what follows.
fn what_helps(bound: &Bound) -> String {
    let (of_class, of_confidence) = (bound.net.log_number, (2.0 / bound.delta).ln());
    let weights = format!("(ln N = {} against ln 2/delta = {})", figure(of_class), figure(of_confidence));
    if of_class > of_confidence {
        return format!(
            "The size of the class weighs most {weights}: fewer candidates help, and four times the samples halve the gap."
        );
    }
    format!(
        "The confidence weighs most {weights}: fewer candidates would hardly help, four times the samples halve the gap."
    )
}
