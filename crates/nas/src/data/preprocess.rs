//! From columns to numbers, learned on the training rows.

use super::columns::{categorical, numeric};
use super::encode::{Block, Encoding};
use super::error::{DataError, Place, listed};
use super::frame::{Cells, Column, Features, Frame, Target, Task};
use super::moments::moments;
use super::text::Text;
use super::{contents, idx, npy};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::Path;

/// A column that the model looks at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EncodedColumn {
    /// Its name, by which it is found in other data.
    pub name: String,
    /// How it becomes features.
    pub encoding: Encoding,
}

/// How the target becomes what the model puts out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "lowercase")]
pub enum TargetEncoding {
    /// (value - mean) / deviation.
    Regression {
        /// The target's name.
        name: String,
        /// Mean of the training rows.
        mean: f64,
        /// Standard deviation of the training rows (1 when they do not vary).
        deviation: f64,
    },
    /// 1 for the class of the row and 0 for the others.
    Classification {
        /// The target's name.
        name: String,
        /// The classes, in the order of the outputs.
        classes: Vec<String>,
    },
}

/// From the columns of a data set to what a model takes in, learned on its training rows only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preprocess {
    /// The columns that vary in the training rows, in the order of the data set.
    pub columns: Vec<EncodedColumn>,
    /// The target.
    pub target: TargetEncoding,
    /// What was done, a sentence each.
    pub notes: Vec<String>,
}

/// Rows as numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    /// Number of rows.
    pub n: usize,
    /// Number of features.
    pub d: usize,
    /// Number of outputs: one per class, or one.
    pub outputs: usize,
    /// The features, n x d, row by row.
    pub x: Vec<f64>,
    /// What the model should put out, n x outputs, row by row.
    pub y: Vec<f64>,
    /// The class of each row; empty for a regression.
    pub classes: Vec<usize>,
    /// The target in its own units, or the number of the class.
    pub target: Vec<f64>,
}

impl Preprocess {
    /// Learns from these rows.
    pub fn fit(frame: &Frame, rows: &[usize]) -> Result<Self, DataError> {
        let (mut columns, mut constant) = (Vec::new(), Vec::new());
        for Column { name, cells } in &frame.features.columns {
            match Encoding::fit(cells, rows) {
                Some(encoding) => columns.push(EncodedColumn { name: name.clone(), encoding }),
                None => constant.push(name.clone()),
            }
        }
        if columns.is_empty() {
            return Err(DataError::Constant(Place::file(Path::new(&frame.features.source))));
        }
        let dropped = (!constant.is_empty()).then(|| {
            format!("{} columns are constant in the training rows and left out: {}", constant.len(), listed(&constant))
        });
        let notes = dropped.into_iter().chain(filled(&columns)).collect();
        Ok(Self { columns, target: target(frame, rows), notes })
    }

    /// These rows of a data set with the same columns and target, as numbers.
    pub fn apply(&self, frame: &Frame, rows: &[usize]) -> Result<Samples, DataError> {
        let x = self.encode(&frame.features, rows)?;
        let (target, classes) = self.answers(frame, rows)?;
        let y = match &self.target {
            TargetEncoding::Regression { mean, deviation, .. } => {
                target.iter().map(|value| (value - mean) / deviation).collect()
            }
            TargetEncoding::Classification { classes: levels, .. } => {
                let one_hot = |&class: &usize| (0..levels.len()).map(move |k| if k == class { 1.0 } else { 0.0 });
                classes.iter().flat_map(one_hot).collect()
            }
        };
        Ok(Samples { n: rows.len(), d: self.width(), outputs: self.outputs(), x, y, classes, target })
    }

    /// All rows of other data as features (rows x [`Self::width`]); columns are found by their names, others are ignored.
    pub fn features(&self, features: &Features) -> Result<Vec<f64>, DataError> {
        self.encode(features, &(0..features.rows).collect::<Vec<_>>())
    }

    /// Reads the columns that the model needs from a CSV file, a NumPy array or IDX images; a target is not needed.
    pub fn read(&self, path: &Path) -> Result<Features, DataError> {
        let bytes = contents::unpacked(path, contents::raw(path)?)?;
        if idx::is_idx(&bytes) {
            return idx::pixels(path, bytes);
        }
        if npy::is_npy(&bytes) {
            return npy::features(path, bytes);
        }
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        let text = Text::parse(path, &bytes, &names)?;
        let columns = self.columns.iter().map(|column| read_column(&text, column)).collect::<Result<_, _>>()?;
        Ok(Features { source: path.display().to_string(), rows: text.rows(), columns })
    }

    /// Number d of features.
    pub fn width(&self) -> usize {
        self.columns.iter().map(|column| column.encoding.width()).sum()
    }

    /// The names of the features, in their order.
    pub fn feature_names(&self) -> Vec<String> {
        self.columns.iter().flat_map(|column| column.encoding.names(&column.name)).collect()
    }

    /// What is predicted.
    pub fn task(&self) -> Task {
        match self.target {
            TargetEncoding::Regression { .. } => Task::Regression,
            TargetEncoding::Classification { .. } => Task::Classification,
        }
    }

    /// Number of outputs: one per class, or one.
    pub fn outputs(&self) -> usize {
        self.classes().len().max(1)
    }

    /// The classes in the order of the outputs; none for a regression.
    pub fn classes(&self) -> &[String] {
        match &self.target {
            TargetEncoding::Regression { .. } => &[],
            TargetEncoding::Classification { classes, .. } => classes,
        }
    }

    /// An output of the model in the target's own units; a class score stays as it is.
    pub fn own_units(&self, output: f64) -> f64 {
        match &self.target {
            TargetEncoding::Regression { mean, deviation, .. } => mean + deviation * output,
            TargetEncoding::Classification { .. } => output,
        }
    }

    fn encode(&self, features: &Features, rows: &[usize]) -> Result<Vec<f64>, DataError> {
        let (path, width) = (Path::new(&features.source), self.width());
        let by_name: HashMap<&str, &Column> = features.columns.iter().map(|c| (c.name.as_str(), c)).collect();
        let mut x = vec![0.0; rows.len() * width];
        let mut offset = 0;
        for EncodedColumn { name, encoding } in &self.columns {
            let column = by_name.get(name.as_str()).copied().ok_or_else(|| {
                let names: Vec<String> = features.columns.iter().map(|column| column.name.clone()).collect();
                DataError::unknown_column(path, name, &names)
            })?;
            encoding.write(column, rows, Block { x: &mut x, stride: width, offset }, Place::column(path, name))?;
            offset += encoding.width();
        }
        Ok(x)
    }

    /// The target of these rows as numbers, and their classes.
    fn answers(&self, frame: &Frame, rows: &[usize]) -> Result<(Vec<f64>, Vec<usize>), DataError> {
        let at = || Place::column(Path::new(&frame.features.source), &frame.target_name);
        match (&self.target, &frame.target) {
            (TargetEncoding::Regression { .. }, Target::Numbers(values)) => {
                Ok((rows.iter().map(|&row| values[row]).collect(), Vec::new()))
            }
            (TargetEncoding::Classification { classes, .. }, Target::Classes { levels, cells }) => {
                let class = |&row: &usize| {
                    let level = &levels[cells[row] as usize];
                    let known = classes.iter().position(|class| class == level);
                    known.ok_or_else(|| DataError::UnknownClass { at: at(), class: level.clone() })
                };
                let classes = rows.iter().map(class).collect::<Result<Vec<_>, _>>()?;
                Ok((classes.iter().map(|&class| class as f64).collect(), classes))
            }
            (TargetEncoding::Regression { .. }, _) => {
                Err(DataError::WrongKind { at: at(), found: "classes", expected: "numbers" })
            }
            _ => Err(DataError::WrongKind { at: at(), found: "numbers", expected: "classes" }),
        }
    }
}

/// A note on the columns whose gaps are filled.
fn filled(columns: &[EncodedColumn]) -> Option<String> {
    let gaps = |column: &&EncodedColumn| match &column.encoding {
        Encoding::Numeric { indicator, .. } | Encoding::Categorical { indicator, .. } => *indicator,
        Encoding::Gaps => true,
    };
    let names: Vec<String> = columns.iter().filter(gaps).map(|column| column.name.clone()).collect();
    let how = "gaps are filled (numbers: the mean; categories: none of them) and marked by a feature of their own";
    (!names.is_empty()).then(|| format!("{how}: {}", listed(&names)))
}

fn target(frame: &Frame, rows: &[usize]) -> TargetEncoding {
    let name = frame.target_name.clone();
    match &frame.target {
        Target::Numbers(values) => {
            let of_rows = rows.iter().map(|&row| values[row]);
            let constant = of_rows.clone().next().unwrap_or(0.0);
            let (mean, deviation) = moments(of_rows).unwrap_or((constant, 1.0));
            TargetEncoding::Regression { name, mean, deviation }
        }
        Target::Classes { levels, .. } => TargetEncoding::Classification { name, classes: levels.clone() },
    }
}

/// A column as the model needs it, whatever it looks like.
fn read_column(text: &Text, column: &EncodedColumn) -> Result<Column, DataError> {
    let index = text.find(&column.name)?;
    let cells: Cells = match column.encoding {
        Encoding::Numeric { .. } => numeric(text, index)?,
        _ => categorical(text, index),
    };
    Ok(Column { name: column.name.clone(), cells })
}
