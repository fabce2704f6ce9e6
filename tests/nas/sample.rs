//! Fewer rows of a data set.
use crate::files::File;
use nas::data::{Cells, CsvOptions, Frame, Target, Task, read_csv};
use nas::seed::Seed;

const ROWS: usize = 100;

/// 70 rows of class a, 20 of b, 10 of c.
fn class(row: usize) -> &'static str {
    ["a", "a", "a", "a", "a", "a", "a", "b", "b", "c"][row % 10]
}

/// Every row knows its number, a word and its target.
fn frame(name: &str, task: Task) -> Frame {
    let row = |i: usize| match task {
        Task::Classification => format!("{i},w{},{}\n", i % 5, class(i)),
        Task::Regression => format!("{i},w{},{}\n", i % 5, i as f64 / 2.0),
    };
    let text: String = ["number,word,y\n".to_owned()].into_iter().chain((0..ROWS).map(row)).collect();
    let file = File::new(&format!("sample-{name}.csv"), text);
    read_csv(file.path(), &CsvOptions { target: None, task: Some(task) }).unwrap()
}

/// The numbers of the rows of a sample.
fn numbers(frame: &Frame) -> Vec<usize> {
    let Cells::Numeric(values) = &frame.features.columns[0].cells else { panic!("words") };
    values.iter().map(|&value| value as usize).collect()
}

fn assert_consistent(frame: &Frame, rows: usize) {
    let numbers = numbers(frame);
    assert_eq!((numbers.len(), frame.rows()), (rows, rows));
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "not distinct and in order: {numbers:?}");
    let Cells::Categorical { levels, cells } = &frame.features.columns[1].cells else { panic!("numbers") };
    let word = |row: usize| &levels[cells[row].unwrap() as usize];
    assert!(numbers.iter().enumerate().all(|(row, i)| *word(row) == format!("w{}", i % 5)));
    match &frame.target {
        Target::Numbers(values) => assert!(numbers.iter().zip(values).all(|(&i, y)| *y == i as f64 / 2.0)),
        Target::Classes { levels, cells } => {
            assert!(numbers.iter().zip(cells).all(|(&i, &cell)| levels[cell as usize] == class(i)));
        }
    }
}

#[test]
fn a_sample_has_every_class_in_its_share() {
    let frame = frame("classes", Task::Classification);
    for rows in 1..ROWS {
        let sample = frame.clone().sample(rows, Seed::new(rows as u64));
        assert_consistent(&sample, rows);
        for (name, share) in [("a", 0.7), ("b", 0.2), ("c", 0.1)] {
            let found = numbers(&sample).into_iter().filter(|&i| class(i) == name).count();
            assert!((found as f64 - share * rows as f64).abs() < 1.5, "{found} rows of class {name} in {rows}");
        }
        assert_eq!(sample.notes.last().unwrap(), &format!("a random sample of {rows} of {ROWS} rows"));
    }
}

#[test]
fn a_sample_is_its_seed_and_nothing_is_sampled_from_enough() {
    let frame = frame("numbers", Task::Regression);
    let draw = |rows, seed| frame.clone().sample(rows, Seed::new(seed));
    assert_consistent(&draw(40, 1), 40);
    assert_eq!(draw(40, 1), draw(40, 1));
    assert_ne!(numbers(&draw(40, 1)), numbers(&draw(40, 2)));
    assert!([ROWS, ROWS + 1, usize::MAX].into_iter().all(|rows| draw(rows, 1) == frame));
    let mut drawn = [0; ROWS];
    (0..400).for_each(|seed| numbers(&draw(50, seed)).into_iter().for_each(|i| drawn[i] += 1));
    // Binomial with n = 400 and p = ½: mean 200, deviation 10.
    assert!(drawn.iter().all(|times| (150..=250).contains(times)), "{drawn:?}");
}
