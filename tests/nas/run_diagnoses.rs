//! What goes wrong in searches, as the page of a real run tells it.
use crate::files::Dir;
use crate::run::{cells, config, run};
use crate::trial::mixed_rows;
use nas::bilevel::Way;
use nas::data::Task;
use nas::run::Config;
use std::fs;

/// The seven failures of science 6.9, and the noise floor, each with its sentence and its figures.
#[test]
fn every_diagnosis_stands_in_the_page() {
    let dir = Dir::new("run-diagnoses");
    let finished = run(&dir, "run", &config(dir.file("rows.csv", csv(Task::Regression))));
    let page = fs::read_to_string(finished.folder.join("report.html")).unwrap();
    let names = [
        ("noise floor", "The hypergradient "),
        ("outer overfitting", "more on test rows than on validation rows"),
        ("collapse", "The weights have an entropy of"),
        ("discretisation gap", "with the weights of the whole mixture, and by"),
        ("hypergradients", "stationary to a gradient of norm"),
        ("wrong hypergradient", "the last hypergradient "),
        ("sharpness", "The largest curvature lambda_max of the validation loss in alpha was"),
        ("jumps", "at half the step"),
    ];
    let told = &finished.result.theory.diagnoses;
    assert_eq!(told.iter().map(|diagnosis| &*diagnosis.name).collect::<Vec<_>>(), names.map(|(name, _)| name));
    for (diagnosis, (name, said)) in told.iter().zip(names) {
        let sentence = &diagnosis.sentence;
        assert!(sentence.to_lowercase().contains(&said.to_lowercase()), "{name}: {sentence}");
        assert!(
            page.contains(name) && page.contains(&*escaped(sentence)),
            "the page does not say of {name}: {sentence}"
        );
    }
}

/// Where candidates share the work the page gives their coefficients with intervals.
#[test]
fn intervals_stand_in_the_page() {
    let dir = Dir::new("run-intervals");
    let candidates = ["identity", "square", "tanh"].map(str::to_owned).into();
    let plain = config(dir.file("rows.csv", mixed_rows()));
    let finished =
        run(&dir, "run", &Config { candidates, method: Way::Exact, tol: 1e-7, outer_steps: 40, seeds: 1, ..plain });
    let theory = &finished.result.theory;
    let known = theory.intervals.as_ref().unwrap();
    let said = theory.sentences.last().unwrap();
    assert!(said.contains("95 % intervals") && said.contains("square 0."), "{said}");
    for i in [1, 2] {
        let [low, alpha, high] = [&known.low, &finished.result.alpha, &known.high].map(|of| of[0][0][i]);
        assert!(0.0 < low && low < alpha && alpha < high && high < 1.0, "{low} {alpha} {high}");
    }
    let page = fs::read_to_string(finished.folder.join("report.html")).unwrap();
    assert!(page.contains(&*escaped(said)), "the page does not say: {said}");
}

/// A candidate that is a line by its values counts as one by whatever name, alone and in a mixture.
#[test]
fn a_line_under_another_name_has_collapsed() {
    let dir = Dir::new("run-collapse");
    let candidates = ["x*2", "max(x,x) - 1"].map(str::to_owned).into();
    let plain = config(dir.file("rows.csv", csv(Task::Regression)));
    let finished = run(&dir, "run", &Config { candidates, seeds: 1, outer_steps: 1, ..plain });
    let told = &finished.result.theory.diagnoses;
    let collapse = told.iter().find(|diagnosis| diagnosis.name == "collapse").unwrap();
    assert!(collapse.sentence.contains("100 % of its weight to linear candidates"), "{}", collapse.sentence);
}

fn csv(task: Task) -> String {
    cells(task).iter().map(|row| row.join(",") + "\n").collect()
}

/// As a template writes text.
fn escaped(text: &str) -> String {
    text.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;").replace('"', "&#34;").replace('\'', "&#39;")
}
