//! E10's criteria, table and plots.

use super::{Measured, Risks, Settings};
use crate::experiments::pairs::scatter;
use crate::experiments::{Bound, Criterion, Outcome};
use crate::report::{Plot, Table, figure};
use crate::stats::median;

/// One of the two planted problems.
type Problem = (&'static str, fn(&Measured) -> Risks);
/// One of the risks, or errors.
type Of = fn(&Risks) -> f64;

const PROBLEMS: [Problem; 2] =
    [("superposition", |measured| measured.superposition), ("Hermite activations", |measured| measured.hermite)];

/// Criteria, table and plots.
pub fn outcome(settings: &Settings, measured: &[Measured]) -> Outcome {
    let Settings { maps, features, n_train, n_validation, dimension, n_hermite, noise, .. } = settings;
    Outcome {
        title: "E10  Joint training without a split".into(),
        claim: "Claim: trained together on the same data, weights and hyperparameters fit it perfectly and choose badly; a split \
                of that data, even with a part that no weight ever sees, chooses better."
            .into(),
        setting: format!(
            "Setting: (superposition) y = alpha*' X theta* + {noise} z with {maps} maps of {features} features, {n_train} training \
             and {n_validation} validation samples, risks exact; (Hermite activations) y = x'Qx + {noise} z on the unit sphere of \
             R^{dimension}, 4 candidates in the kernel model, {n_hermite} + {n_hermite} samples, risks on {} test samples. Joint: \
             gradient descent on alpha and theta from a random alpha and theta = 0. {} seeds.",
            settings.n_test,
            measured.len()
        ),
        table: table(measured),
        legend: "Columns, medians over seeds: risk of the split, and with its hyperparameters retrained on all samples; of joint \
                 training on the training samples, and on all; of the hyperparameters of least y'(K + lambda I)^-1 y on all, fitted \
                 there; largest training error of both joint trainings."
            .into(),
        criteria: PROBLEMS.into_iter().flat_map(|problem| criteria(measured, problem)).collect(),
        notes: vec![
            "No criterion judges the retrained split and the regularised objective: the claim is about joint fits without \
             regularisation. Where hyperparameters are few, a regularised objective on all samples may be better than the split \
             before its retraining."
                .into(),
        ],
        plots: PROBLEMS.into_iter().map(|problem| plot(measured, problem)).collect(),
    }
}

fn column(measured: &[Measured], (_, of_problem): Problem, of: Of) -> Vec<f64> {
    measured.iter().map(|measured| of(&of_problem(measured))).collect()
}

fn criteria(measured: &[Measured], problem: Problem) -> Vec<Criterion> {
    let joint: [(&str, Of); 2] =
        [("the training samples", |risks| risks.joint_on_train), ("all samples", |risks| risks.joint_on_all)];
    let split = column(measured, problem, |risks| risks.split);
    let mut criteria: Vec<Criterion> = joint
        .into_iter()
        .map(|(data, of)| {
            let risks = column(measured, problem, of);
            let above: Vec<bool> = risks.iter().zip(&split).map(|(joint, split)| joint > split).collect();
            Criterion::of_sign_test(
                format!("{}: joint training on {data} has a higher risk than the split.", problem.0),
                &format!("{}, {data}: share of seeds in which joint training has the higher risk", problem.0),
                &above,
            )
        })
        .collect();
    criteria.push(Criterion::of_largest(
        format!("{}: joint training fits its data.", problem.0),
        format!("{}: largest training error of joint training", problem.0),
        &column(measured, problem, |risks| risks.errors[0].max(risks.errors[1])),
        Bound::AtMost(1e-4),
    ));
    criteria
}

fn table(measured: &[Measured]) -> Table {
    let mut table =
        Table::new(&["problem", "split", "retrained", "joint, train", "joint, all", "regularised", "train error"]);
    let columns: [Of; 5] = [
        |risks| risks.split,
        |risks| risks.retrained,
        |risks| risks.joint_on_train,
        |risks| risks.joint_on_all,
        |risks| risks.regularised,
    ];
    for problem in PROBLEMS {
        let medians = columns.map(|of| figure(median(&column(measured, problem, of))));
        let error = column(measured, problem, |risks| risks.errors[0].max(risks.errors[1]));
        let error = figure(error.into_iter().fold(0.0, f64::max));
        table.rows.push([problem.0.to_owned()].into_iter().chain(medians).chain([error]).collect());
    }
    table
}

/// Risks of joint training over those of the split, seed by seed.
fn plot(measured: &[Measured], problem: Problem) -> Plot {
    let against = |of: Of| {
        let pairs = column(measured, problem, |risks| risks.split).into_iter().zip(column(measured, problem, of));
        pairs.map(|(split, joint)| [split, joint]).collect()
    };
    let named = vec![
        ("joint, train".into(), against(|risks| risks.joint_on_train)),
        ("joint, all".into(), against(|risks| risks.joint_on_all)),
    ];
    let title = format!("Risk of joint training over that of the split, {}", problem.0);
    scatter(&title, "risk of the split", "equal", named)
}
