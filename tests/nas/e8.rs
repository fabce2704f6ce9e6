//! E8: the supernet against plain loops, its hypergradients against differences, its criteria at a small size.
use crate::difference::{gradient, relative_error};
use crate::files::File;
use crate::theory_draws::{normal, normals};
use nas::data::digits;
use nas::experiments::Bound::{AtMost, Within};
use nas::experiments::e8::{
    ACTIVATIONS, Alternating, EDGES, Errors, Images, Measured, NODES, OPERATIONS, Parts, Programs, Schedule, Searched,
    Settings, Supernet, outcome,
};
use nas::experiments::{Bound, Experiment, Lab};
use nas::run::{Settings as _, pool};
use nas::seed::{Seed, Stream};
use rand::RngExt;
use tape::{Tape, reference};

const SCHEDULE: Schedule = Schedule { steps: 40, settle: 0, batch: 5, rate: 0.1, decay: 1e-2, second_order: false };

fn net(cells: usize) -> Supernet {
    Supernet { inputs: 3, width: 2, outputs: 3, cells }
}

/// Mixtures that lie inside their simplices.
fn mixtures(cells: usize, stream: &mut Stream) -> Vec<f64> {
    let edge = |_| {
        let grown: Vec<f64> = (0..OPERATIONS).map(|_| normal(stream).exp()).collect();
        let sum: f64 = grown.iter().sum();
        grown.iter().map(|g| g / sum).collect::<Vec<f64>>()
    };
    (0..cells * EDGES).flat_map(edge).collect()
}

#[test]
fn a_cell_has_fourteen_edges_of_five_operations() {
    assert_eq!((NODES, EDGES, OPERATIONS, net(1).coefficients(), net(2).coefficients()), (4, 14, 5, 70, 140));
    let one = 2 * (3 + 1) * 2 + 14 * 3 * (2 + 1) * 2;
    assert_eq!(net(1).parameters(), one + (8 + 1) * 3);
    // The second cell has the features and the nodes of the first for inputs.
    assert_eq!(net(2).parameters(), one + (3 + 1) * 2 + (8 + 1) * 2 + 14 * 3 * (2 + 1) * 2 + (8 + 1) * 3);
    assert_eq!(net(2).start(Seed::new(1)).len(), net(2).parameters());
}

/// f of one row, by loops over single numbers.
fn by_hand(net: &Supernet, x: &[f64], theta: &[f64], alpha: &[f64]) -> Vec<f64> {
    let sigma: [fn(f64) -> f64; 3] = [|z| z.max(0.0), f64::tanh, |z| z / (1.0 + (-z).exp())];
    let (mut at, mut edge) = (0, 0);
    let mut linear = |input: &[f64], cols: usize| {
        let weights = &theta[at..at + (input.len() + 1) * cols];
        at += weights.len();
        let out = |k: usize| {
            let sum: f64 = input.iter().enumerate().map(|(i, value)| value * weights[i * cols + k]).sum();
            sum + weights[input.len() * cols + k]
        };
        (0..cols).map(out).collect::<Vec<f64>>()
    };
    let mut outputs = vec![x.to_vec(), x.to_vec()];
    for cell in 0..net.cells {
        let mut states = vec![linear(&outputs[cell], net.width), linear(&outputs[cell + 1], net.width)];
        for _ in 0..4 {
            let mut node = vec![0.0; net.width];
            for state in &states {
                let a = &alpha[5 * edge..5 * edge + 5];
                edge += 1;
                node.iter_mut().zip(state).for_each(|(n, s)| *n += a[1] * s);
                for (k, sigma) in sigma.iter().enumerate() {
                    let z = linear(state, net.width);
                    node.iter_mut().zip(&z).for_each(|(n, z)| *n += a[2 + k] * sigma(*z));
                }
            }
            states.push(node);
        }
        outputs.push(states[2..].concat());
    }
    linear(&outputs[net.cells + 1], net.outputs)
}

#[test]
fn the_network_is_its_formula() {
    assert_eq!(ACTIVATIONS.len(), 3);
    for cells in [1, 2, 3] {
        let (net, mut stream) = (net(cells), Seed::new(cells as u64).stream());
        let theta: Vec<f64> = normals(net.parameters(), &mut stream).iter().map(|t| 0.5 * t).collect();
        let (alpha, x) = (mixtures(cells, &mut stream), normals(2 * 3, &mut stream));
        let tape = Tape::new();
        let (rows, weights, a) = (tape.input(2, 3), tape.input(theta.len(), 1), tape.input(alpha.len(), 1));
        let found = &reference::evaluate([rows, weights, a], net.output(rows, weights, a), &[&x, &theta, &alpha])[0];
        let want = [by_hand(&net, &x[..3], &theta, &alpha), by_hand(&net, &x[3..], &theta, &alpha)].concat();
        assert!(relative_error(found, &want) < 1e-13, "{found:?} {want:?}");
    }
}

fn images(n: usize) -> Images {
    let mut stream = Seed::new(9).stream();
    let classes = (0..n).map(|_| stream.random_range(0..3)).collect();
    Images { x: normals(3 * n, &mut stream), classes, pixels: 3, outputs: 3 }
}

#[test]
fn hypergradients_are_those_of_differences() {
    for (cells, second_order) in [(1, false), (1, true), (2, true)] {
        let (images, schedule) = (images(30), Schedule { second_order, ..SCHEDULE });
        let parts = images.deal(12, 8, 100, Seed::new(3));
        let programs = Programs::<f64>::new(net(cells), &schedule, 8, images.len());
        let mut supernet = Alternating::new(&programs, schedule, &images, &parts, Seed::new(4));
        let alpha = mixtures(cells, &mut Seed::new(5).stream());
        // Away from the start, and from the beginning of an epoch. Differences must be smaller than the way to the next
        // kink.
        (0..7).for_each(|_| supernet.train(&alpha));
        let found = supernet.judge(&alpha).1;
        let supernet = std::cell::RefCell::new(supernet);
        let want = gradient(|alpha| supernet.borrow_mut().judge(alpha).0, &alpha, 1e-6);
        let error = relative_error(&found, &want);
        assert!(error < 1e-7, "{cells} cells, second order {second_order}: {error}");
        assert!(found.iter().step_by(OPERATIONS).all(|zero| second_order || *zero == 0.0), "zero does nothing");
    }
}

/// From rest a step of momentum is one of gradient descent: what second order looks ahead to is where training goes.
#[test]
fn second_order_looks_at_the_weights_of_the_next_step() {
    let (images, alpha) = (images(30), mixtures(1, &mut Seed::new(5).stream()));
    let parts = images.deal(12, 8, 100, Seed::new(3));
    let [first, second] = [false, true].map(|second_order| {
        let schedule = Schedule { second_order, ..SCHEDULE };
        let programs = Programs::<f64>::new(net(1), &schedule, 8, images.len());
        let mut supernet = Alternating::new(&programs, schedule, &images, &parts, Seed::new(4));
        if !second_order {
            supernet.train(&alpha);
        }
        supernet.judge(&alpha).0
    });
    assert!((first - second).abs() < 1e-13, "{first} {second}");
}

#[test]
fn training_lowers_the_loss_and_ends() {
    let images = images(30);
    // The same images for training and validation: F is the training loss but for the decay.
    let train: Vec<usize> = (0..10).collect();
    let parts = Parts { train: train.clone(), validation: train, test: vec![10] };
    let schedule = Schedule { steps: 400, settle: 100, ..SCHEDULE };
    let programs = Programs::<f64>::new(net(1), &schedule, 10, images.len());
    let mut supernet = Alternating::new(&programs, schedule, &images, &parts, Seed::new(4));
    let alpha = vec![0.2; 70];
    let before = supernet.judge(&alpha).0;
    (0..400).for_each(|_| supernet.train(&alpha));
    let (after, theta) = (supernet.judge(&alpha).0, supernet.theta());
    assert!(after < 0.5 * before, "{before} {after}");
    supernet.train(&alpha);
    assert_eq!(supernet.theta(), theta, "no step beyond the last");
    let settled = {
        let mut supernet = Alternating::new(&programs, schedule, &images, &parts, Seed::new(4));
        (0..400).for_each(|_| supernet.train(&alpha));
        supernet.settle(&alpha);
        supernet.judge(&alpha).0
    };
    assert!(settled < after, "{after} {settled}");
    // Outputs on all images are those of the loss.
    let outputs = programs.outputs(&images, &alpha, &theta);
    let surprise = |(row, class): (&[f64], &usize)| row.iter().map(|f| f.exp()).sum::<f64>().ln() - row[*class];
    let loss = outputs.chunks(3).zip(&images.classes).take(10).map(surprise).sum::<f64>() / 10.0;
    assert!((loss - after).abs() < 1e-12, "{loss} {after}");
}

#[test]
fn parts_are_disjoint_and_nested() {
    let images = images(40);
    let [few, many] = [5, 20].map(|n_validation| images.deal(10, n_validation, 100, Seed::new(1)));
    assert_eq!((few.train.clone(), &few.validation[..]), (many.train, &many.validation[..5]));
    let mut all = [few.train, few.validation, few.test].concat();
    all.sort_unstable();
    assert_eq!(all, (0..40).collect::<Vec<usize>>());
    assert_ne!(images.deal(10, 5, 3, Seed::new(2)).train, many.validation);
    assert_eq!(images.deal(10, 5, 3, Seed::new(2)).test.len(), 3);
    let digits = Images::of(&digits().unwrap());
    assert_eq!((digits.len(), digits.pixels, digits.outputs), (1797, 64, 10));
    assert!(digits.x.iter().all(|x| (0.0..=1.0).contains(x)) && digits.x.contains(&1.0));
    assert_eq!(digits.one_hot(&[3]).iter().position(|y| *y == 1.0), Some(digits.classes[3]));
}

fn small() -> Settings {
    Settings {
        seeds: 2,
        n_train: 60,
        n_validation: vec![30],
        images_n_validation: vec![40],
        width: 2,
        steps: 4,
        settle: 3,
        batch: 20,
        ..Settings::default()
    }
}

/// Science 4.7, row E8; fixed before any run.
#[test]
fn the_criteria_are_the_published_ones_and_threads_change_nothing() {
    let run = |threads| pool(threads).unwrap().install(|| small().run(&Lab::silent())).unwrap();
    let outcomes = run(2);
    assert_eq!(outcomes, run(1));
    let bounds: Vec<Bound> = outcomes[0].criteria.iter().map(|criterion| criterion.bound).collect();
    assert_eq!(bounds, [AtMost(0.0), Within(-0.7, -0.3), AtMost(2.0), AtMost(1.0)]);
    assert!(!outcomes[0].criteria[0].passes(), "four steps do not fit");
    assert_eq!((outcomes.len(), small().sizes()), (1, vec![30, 70]));
    assert!(outcomes[0].notes[1].contains("left out"));
}

/// Planted errors: the criteria are the figures that they say.
#[test]
fn criteria_are_computed_from_the_rows() {
    let settings = Settings { n_validation: vec![20, 280], n_train: 500, ..Settings::default() };
    let search = |n_validation: usize, sign: f64, factor: f64| {
        let n_test = 1297 - n_validation;
        let n_eff = 1.0 / (1.0 / n_validation as f64 + 1.0 / n_test as f64);
        let errors =
            |loss| Errors { train: 0.0, validation: 0.1 + sign * factor * (0.09 / n_eff).sqrt(), test: 0.1, loss };
        Searched { n_validation, n_test, searched: errors(0.4), uniform: errors(0.5), largest: 0.5 }
    };
    let measured = |factor: f64| -> Vec<Measured> {
        let seed = |sign: f64| Measured { searches: [20, 70, 280].map(|n| search(n, sign, factor)).to_vec() };
        vec![seed(1.0), seed(-1.0), seed(1.0)]
    };
    let criteria = outcome(&settings, "planted", 0.0, &measured(1.5)).criteria;
    let figures: Vec<f64> = criteria.iter().map(|criterion| criterion.figure).collect();
    let want = [0.0, -0.5, 1.5, 0.8];
    assert!(figures.iter().zip(want).all(|(found, want)| (found - want).abs() < 1e-9), "{figures:?}");
    assert!(!outcome(&settings, "planted", 0.0, &measured(2.5)).criteria[2].passes());
    // Seeds that are alike leave no room for another ratio of losses.
    assert!(criteria[3].interval.is_some_and(|ends| ends.iter().all(|end| (end - 0.8).abs() < 1e-9)));
}

fn idx(sizes: &[u32], bytes: &[u8]) -> Vec<u8> {
    let header = [0, 0, 8, sizes.len() as u8].into_iter().chain(sizes.iter().flat_map(|size| size.to_be_bytes()));
    header.chain(bytes.iter().copied()).collect()
}

#[test]
fn images_of_a_file_are_a_second_half() {
    let mut stream = Seed::new(1).stream();
    let pixels: Vec<u8> = (0..200 * 4).map(|_| stream.random::<u8>()).collect();
    let labels: Vec<u8> = (0..200).map(|i| i % 3).collect();
    let images = File::new("e8-images", idx(&[200, 2, 2], &pixels));
    let labels = File::new("e8-labels", idx(&[200], &labels));
    let path = |file: &File| Some(file.path().to_owned());
    let settings = Settings { images: path(&images), labels: path(&labels), n_test: 50, ..small() };
    settings.check().unwrap();
    let outcomes = settings.run(&Lab::silent()).unwrap();
    assert_eq!((outcomes.len(), outcomes[1].criteria[0].bound), (2, AtMost(0.01)));
    assert!(outcomes[1].table.rows.iter().all(|row| row[1] == "50"), "{}", outcomes[1].table);
    // Each half has sizes of its own: those of the digits are the same as without a second half.
    let sizes = |half: usize| outcomes[half].table.rows.iter().map(|row| row[0].as_str()).collect::<Vec<_>>();
    assert_eq!([sizes(0), sizes(1)], [["30", "70"], ["40", "70"]]);
    let alone = Settings { n_test: 50, ..small() }.run(&Lab::silent()).unwrap();
    assert_eq!((&outcomes[0].table, &outcomes[0].criteria), (&alone[0].table, &alone[0].criteria));

    let few = Settings { n_train: 130, batch: 20, ..settings.clone() };
    assert!(few.run(&Lab::silent()).unwrap_err().to_string().contains("needs 201 samples but the data set has 200"));
    let gone = Settings { images: Some("no such file".into()), ..settings };
    assert!(gone.run(&Lab::silent()).unwrap_err().to_string().contains("no such file"));
}

#[test]
fn settings_that_no_run_can_use_are_refused() {
    let refused = |settings: Settings, key: &str| {
        let error = settings.check().unwrap_err().to_string();
        assert!(error.contains(key), "{error}");
    };
    refused(Settings { batch: 61, ..small() }, "batch");
    refused(Settings { n_validation: vec![1736], ..Settings { n_train: 61, ..small() } }, "n_validation");
    refused(Settings { images_n_validation: vec![0], ..small() }, "images_n_validation");
    refused(Settings { cells: 0, ..small() }, "cells");
    refused(Settings { steps: 0, ..small() }, "steps");
    refused(Settings { rate: 0.0, ..small() }, "rate");
    refused(Settings { decay: -1.0, ..small() }, "decay");
    refused(Settings { images: Some("x".into()), ..small() }, "no labels");
    refused(Settings { labels: Some("x".into()), ..small() }, "no images");
}
