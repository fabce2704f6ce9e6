//! `nas predict`: the network of a run on new rows.

use super::folder::{FolderError, read, write_whole};
use super::network::{NetworkError, Trained};
use crate::data::{DataError, Preprocess, Task};
use crate::metrics::choice;
use crate::model::Predictor;
use std::path::{Path, PathBuf};

/// Why there are no predictions.
#[derive(Debug, thiserror::Error)]
pub enum PredictError {
    /// The new rows cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A file cannot be read or written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The network of the run is broken.
    #[error("{}: {source}; run `nas search` again", path.display())]
    Network {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: Box<NetworkError>,
    },
    /// What was learned about the columns is broken.
    #[error("{}: {source}; run `nas search` again", path.display())]
    Preprocess {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// The two do not belong together.
    #[error("{}: the network takes {network} features but preprocess.json makes {columns}; run `nas search` again", path.display())]
    Mismatch {
        /// The folder.
        path: PathBuf,
        /// Features of the network.
        network: usize,
        /// Features of the preprocessing.
        columns: usize,
    },
    /// The output is there already.
    #[error("{} exists; choose another --out, or --force to replace it", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The table cannot be put together.
    #[error("cannot write the predictions as CSV: {0}")]
    Csv(#[from] csv::Error),
}

/// Reads the rows of `data`, finds the columns of the training by their names, and writes a CSV file with a header and a row
/// for each of them to `out`: `prediction`, and for classes the probability of each. Answers the number of rows.
pub fn predict(run: &Path, data: &Path, out: &Path, force: bool) -> Result<usize, PredictError> {
    if out.exists() && !force {
        return Err(PredictError::Exists { path: out.to_owned() });
    }
    let path = run.join("model.safetensors");
    let trained =
        Trained::from_bytes(&read(&path)?).map_err(|error| PredictError::Network { path, source: error.into() })?;
    let path = run.join("preprocess.json");
    let preprocess: Preprocess =
        serde_json::from_slice(&read(&path)?).map_err(|source| PredictError::Preprocess { path, source })?;
    let (network, columns) = (trained.model.inputs, preprocess.width());
    if network != columns || trained.model.outputs != preprocess.outputs() {
        return Err(PredictError::Mismatch { path: run.to_owned(), network, columns });
    }
    let features = preprocess.read(data)?;
    let x = preprocess.features(&features)?;
    let predictor = Predictor::<f64>::new(&trained.model, features.rows);
    let outputs = predictor.predict(&trained.theta, &trained.alpha, &x);
    write_whole(out, &table(&preprocess, &outputs)?)?;
    Ok(features.rows)
}

/// The predictions as CSV.
fn table(preprocess: &Preprocess, outputs: &[f64]) -> Result<Vec<u8>, PredictError> {
    let classes = preprocess.classes();
    let mut csv = csv::Writer::from_writer(Vec::new());
    let header = classes.iter().map(|class| format!("probability of {class}"));
    csv.write_record(["prediction".to_owned()].into_iter().chain(header))?;
    for row in outputs.chunks(preprocess.outputs()) {
        match preprocess.task() {
            Task::Regression => csv.write_record(row.iter().map(|x| preprocess.own_units(*x).to_string()))?,
            Task::Classification => {
                let probabilities = softmax(row).into_iter().map(|p| p.to_string());
                csv.write_record([classes[choice(row)].clone()].into_iter().chain(probabilities))?;
            }
        }
    }
    Ok(csv.into_inner().map_err(|error| csv::Error::from(error.into_error()))?)
}

/// exp(zᵢ) / Σ exp(zⱼ), without overflow.
fn softmax(z: &[f64]) -> Vec<f64> {
    let top = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let grown: Vec<f64> = z.iter().map(|z| (z - top).exp()).collect();
    let sum: f64 = grown.iter().sum();
    grown.iter().map(|e| e / sum).collect()
}
