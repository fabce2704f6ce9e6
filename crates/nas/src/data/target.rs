//! What is to be predicted: numbers or classes.

use super::columns::{Count, numeric};
use super::error::{DataError, Place, shown};
use super::frame::{Cells, Target, Task};
use super::text::{Text, number};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Whole numbers with more different values than this are taken for a quantity.
const MOST_CLASSES: usize = 20;

/// The task that the target's cells look like, and why: text means classes; so do whole numbers with at most 20 different
/// values that come twice each on average; all else is a quantity.
pub(super) fn task(text: &Text, column: usize) -> (Task, String) {
    if !Count::of(text, column).is_numeric() {
        return (Task::Classification, "its cells are text".into());
    }
    task_of_numbers(text.column(column).filter_map(number).collect(), text.rows())
}

/// The task that the numbers of a target with so many rows look like, and why.
pub(super) fn task_of_numbers(mut values: Vec<f64>, rows: usize) -> (Task, String) {
    let whole = values.iter().all(|value| value.fract() == 0.0);
    values.sort_by(f64::total_cmp);
    values.dedup();
    let different = values.len();
    if whole && different <= MOST_CLASSES && 2 * different <= rows {
        return (Task::Classification, format!("its cells are {different} different whole numbers"));
    }
    (Task::Regression, format!("its cells are {different} different numbers"))
}

/// The task that is asked for or else looks right, and a note about it.
pub(super) fn decide(name: &str, given: Option<Task>, looks: impl FnOnce() -> (Task, String)) -> (Task, String) {
    match given {
        Some(task) => (task, format!("the target is {name:?}, the task {task} as asked for")),
        None => {
            let (task, why) = looks();
            (task, format!("the target is {name:?}, the task {task} because {why}; the option task says otherwise"))
        }
    }
}

/// The target column, which has no gaps.
pub(super) fn target(text: &Text, column: usize, task: Task) -> Result<Target, DataError> {
    let place = |row: Option<usize>| row.map_or(text.place_of_column(column), |row| text.place(row, column));
    if task == Task::Classification && !Count::of(text, column).is_numeric() {
        return classes(text.column(column).map(str::to_owned).collect(), place);
    }
    let Cells::Numeric(values) = numeric(text, column)? else { return Err(DataError::NoTarget(place(None))) };
    of_numbers(values, task, place)
}

/// A target of finite numbers.
pub(super) fn of_numbers(
    values: Vec<f64>,
    task: Task,
    place: impl Fn(Option<usize>) -> Place,
) -> Result<Target, DataError> {
    if task == Task::Classification {
        // By number, so that 1 and 1.0 are one class; + 0.0 makes -0 a 0.
        return classes(values.iter().map(|value| (value + 0.0).to_string()).collect(), place);
    }
    match values.first() {
        Some(first) if values.iter().all(|value| value == first) => {
            Err(DataError::OneClass { at: place(None), value: first.to_string() })
        }
        _ => Ok(Target::Numbers(values)),
    }
}

/// Classes by their names, row by row; at least two, and two rows of each.
pub(super) fn classes(rows: Vec<String>, place: impl Fn(Option<usize>) -> Place) -> Result<Target, DataError> {
    let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    rows.iter().enumerate().for_each(|(row, class)| members.entry(class).or_default().push(row));
    if let [(class, _)] = members.iter().collect::<Vec<_>>()[..] {
        return Err(DataError::OneClass { at: place(None), value: shown(class) });
    }
    if let Some((class, lone)) = members.iter().find(|(_, rows)| rows.len() == 1) {
        return Err(DataError::LoneClass { at: place(lone.first().copied()), class: shown(class) });
    }
    let mut levels: Vec<&str> = members.keys().copied().collect();
    if levels.iter().all(|level| number(level).is_some()) {
        levels.sort_by(|a, b| number(a).partial_cmp(&number(b)).unwrap_or(Ordering::Equal));
    }
    let mut cells = vec![0; rows.len()];
    for (index, level) in levels.iter().enumerate() {
        members[level].iter().for_each(|&row| cells[row] = index as u32);
    }
    Ok(Target::Classes { levels: levels.into_iter().map(str::to_owned).collect(), cells })
}
