//! Two sources: training rows of one distribution, validation and test rows of another (science 2.5).

use super::contents;
use super::error::{DataError, Place};
use super::frame::{Cells, Column, Features, Frame, Target};
use std::path::Path;

impl Frame {
    /// This data set to validate and test on, with the rows of `source` to train on before its own. The columns are those of this
    /// set, found in the other one by their names; further ones of the other are left out.
    ///
    /// # Errors
    /// When the source lacks a column, has another kind of it or of the target, or has no row of a class.
    pub fn trained_on(self, source: Self) -> Result<Self, DataError> {
        let path = Path::new(&source.features.source);
        let names: Vec<String> = source.features.columns.iter().map(|column| column.name.clone()).collect();
        let columns = self.features.columns.into_iter().map(|Column { name, cells }| {
            let first = source.features.columns.iter().find(|column| column.name == name);
            let first = first.ok_or_else(|| DataError::unknown_column(path, &name, &names))?;
            let at = || Place::column(Path::new(&self.features.source), &name);
            Ok(Column { cells: joined(&first.cells, cells, at)?, name })
        });
        let columns = columns.collect::<Result<Vec<_>, DataError>>()?;
        let places = [
            Place::column(path, &source.target_name),
            Place::column(Path::new(&self.features.source), &self.target_name),
        ];
        let target = targets(source.target, self.target, places)?;
        let (first, own) = (source.features.rows, self.features.rows);
        let features = Features { rows: first + own, columns, ..self.features };
        let two = format!(
            "the {first} training rows are those of {}, the validation and test rows the {own} of {}: what is said of expected losses \
             holds for the source of the latter, and what training on the other one costs there (DM(alpha), the mismatch of the two) \
             is part of every loss",
            path.display(),
            features.source
        );
        let left: Vec<&str> =
            names.iter().filter(|name| features.columns.iter().all(|c| c.name != **name)).map(|n| &**n).collect();
        let left =
            (!left.is_empty()).then(|| format!("columns of the training rows alone are left out: {}", left.join(", ")));
        let notes = self.notes.into_iter().chain([two]).chain(left).collect();
        let sha256 = contents::sha256(&[source.sha256.as_bytes(), self.sha256.as_bytes()]);
        Ok(Self { features, target, sha256, notes, training_rows: first, ..self })
    }
}

/// The cells of a column, first those of the training rows.
fn joined(first: &Cells, own: Cells, at: impl Fn() -> Place) -> Result<Cells, DataError> {
    match (first, own) {
        (Cells::Numeric(first), Cells::Numeric(own)) => Ok(Cells::Numeric([&**first, &own].concat())),
        (Cells::Categorical { levels: a, cells: first }, Cells::Categorical { levels: b, cells: own }) => {
            let mut levels = [&**a, &b].concat();
            levels.sort();
            levels.dedup();
            let place = |level: &String| levels.binary_search(level).ok().map(|i| i as u32);
            let of = |from: &[String], cell: &Option<u32>| cell.and_then(|cell| place(&from[cell as usize]));
            let cells = first.iter().map(|cell| of(a, cell)).chain(own.iter().map(|cell| of(&b, cell))).collect();
            Ok(Cells::Categorical { levels, cells })
        }
        (Cells::Numeric(_), _) => Err(DataError::WrongKind { at: at(), found: "words", expected: "numbers" }),
        _ => Err(DataError::WrongKind { at: at(), found: "numbers", expected: "words" }),
    }
}

/// The targets, first those of the training rows, whose classes are all there are.
fn targets(first: Target, own: Target, [at_first, at_own]: [Place; 2]) -> Result<Target, DataError> {
    match (first, own) {
        (Target::Numbers(first), Target::Numbers(own)) => Ok(Target::Numbers([first, own].concat())),
        (Target::Classes { levels, cells: first }, Target::Classes { levels: own_levels, cells: own }) => {
            let known = |class: &String| levels.iter().position(|level| level == class).map(|i| i as u32);
            let untaught = |class: &String| DataError::UntaughtClass { at: at_first.clone(), class: class.clone() };
            let class = |class: &String| known(class).ok_or_else(|| untaught(class));
            let places = own_levels.iter().map(class).collect::<Result<Vec<u32>, _>>()?;
            let cells = first.into_iter().chain(own.into_iter().map(|cell| places[cell as usize])).collect();
            Ok(Target::Classes { levels, cells })
        }
        (Target::Numbers(_), _) => Err(DataError::WrongKind { at: at_own, found: "classes", expected: "numbers" }),
        _ => Err(DataError::WrongKind { at: at_own, found: "numbers", expected: "classes" }),
    }
}
