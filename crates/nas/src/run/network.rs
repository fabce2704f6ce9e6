//! `model.safetensors`: a fitted network with its mixtures.
//!
//! Tensors, all F64 and row-major: `layers.L.weight` (inputs × outputs of layer L), `layers.L.bias` (outputs), and
//! `layers.L.alpha` (groups × candidates) of every layer but the last, or one `alpha` where layers share it. The candidates'
//! names and formulas stand in the metadata, separated by commas.

use crate::model::Mlp;
use crate::model::candidates::{self, CandidateError};
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensorError, SafeTensors};
use std::collections::HashMap;

/// A fitted network.
#[derive(Clone, Debug, PartialEq)]
pub struct Trained {
    /// Its form.
    pub model: Mlp,
    /// The candidates' names.
    pub candidates: Vec<String>,
    /// The coefficients of its mixtures.
    pub alpha: Vec<f64>,
    /// Its weights.
    pub theta: Vec<f64>,
}

/// A file that is not a network of this program.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// Not in the format.
    #[error("not in the safetensors format: {0}")]
    Format(#[from] SafeTensorError),
    /// Candidates of another version.
    #[error(transparent)]
    Candidates(#[from] CandidateError),
    /// Something is missing or does not fit.
    #[error("{what} is missing or has a form that does not fit the rest")]
    Form {
        /// What.
        what: String,
    },
}

const CANDIDATES: &str = "candidates";

fn form(what: impl Into<String>) -> NetworkError {
    NetworkError::Form { what: what.into() }
}

impl Trained {
    /// The content of the file.
    pub fn to_bytes(&self) -> Result<Vec<u8>, NetworkError> {
        let bytes = |numbers: &[f64]| numbers.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
        let tensors: Vec<(String, Vec<usize>, Vec<u8>)> =
            self.tensors().into_iter().map(|(name, shape, numbers)| (name, shape, bytes(numbers))).collect();
        let views = tensors
            .iter()
            .map(|(name, shape, bytes)| Ok((name.clone(), TensorView::new(Dtype::F64, shape.clone(), bytes)?)));
        let views = views.collect::<Result<Vec<_>, SafeTensorError>>()?;
        let metadata = HashMap::from([(CANDIDATES.to_owned(), self.candidates.join(","))]);
        Ok(safetensors::serialize(views, Some(metadata))?)
    }

    /// Name, shape and numbers of every tensor.
    fn tensors(&self) -> Vec<(String, Vec<usize>, &[f64])> {
        let (mut theta, mut tensors) = (&*self.theta, Vec::new());
        let mut next = |size: usize| theta.split_off(..size).unwrap_or_default();
        for (l, [rows, cols]) in self.model.layers().into_iter().enumerate() {
            tensors.push((format!("layers.{l}.weight"), vec![rows, cols], next(rows * cols)));
            tensors.push((format!("layers.{l}.bias"), vec![cols], next(cols)));
        }
        let (groups, h) = (self.model.groups, self.model.bank.len());
        for (l, alpha) in self.alpha.chunks(groups * h).enumerate() {
            let name = if self.model.shared { "alpha".to_owned() } else { format!("layers.{l}.alpha") };
            tensors.push((name, vec![groups, h], alpha));
        }
        tensors
    }

    /// From the content of a file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NetworkError> {
        let (_, header) = SafeTensors::read_metadata(bytes)?;
        let names = header.metadata().as_ref().and_then(|metadata| metadata.get(CANDIDATES));
        let names: Vec<String> = candidates::split(names.ok_or_else(|| form("the list of candidates"))?);
        let bank = candidates::bank(&names)?;
        let file = SafeTensors::deserialize(bytes)?;

        let (widths, theta) = layers(&file)?;
        let [inputs, hidden @ .., outputs] = widths.as_slice() else { return Err(form("layers.0.weight")) };
        let shared = file.tensor("alpha").is_ok();
        let mixed: Vec<String> = match shared {
            true => vec!["alpha".to_owned()],
            false => (0..hidden.len()).map(|l| format!("layers.{l}.alpha")).collect(),
        };
        let (groups, alpha) = mixtures(&file, &mixed, bank.len())?;
        // With a layer missing, what comes after it would be left over.
        if file.len() != 2 * (hidden.len() + 1) + mixed.len() || widths.contains(&0) {
            return Err(form("a layer"));
        }
        if groups == 0 || hidden.iter().any(|width| width % groups > 0) {
            return Err(form(mixed.first().map_or("layers.0.alpha", String::as_str)));
        }
        let model = Mlp { inputs: *inputs, hidden: hidden.to_vec(), outputs: *outputs, bank, groups, shared };
        Ok(Self { model, candidates: names, alpha, theta })
    }
}

/// The widths from the inputs to the outputs, and θ.
fn layers(file: &SafeTensors<'_>) -> Result<(Vec<usize>, Vec<f64>), NetworkError> {
    let (mut widths, mut theta) = (Vec::new(), Vec::new());
    for [weight, bias] in (0..).map(|l| [format!("layers.{l}.weight"), format!("layers.{l}.bias")]) {
        if file.tensor(&weight).is_err() {
            break;
        }
        let (shape, numbers) = tensor(file, &weight)?;
        let &[rows, cols] = shape.as_slice() else { return Err(form(weight)) };
        let (of_bias, offsets) = tensor(file, &bias)?;
        if of_bias != [cols] || widths.last().is_some_and(|&before| before != rows) {
            return Err(form(bias));
        }
        if widths.is_empty() {
            widths.push(rows);
        }
        widths.push(cols);
        theta.extend(numbers);
        theta.extend(offsets);
    }
    Ok((widths, theta))
}

/// The number of groups, which all of these tensors share, and α.
fn mixtures(file: &SafeTensors<'_>, names: &[String], h: usize) -> Result<(usize, Vec<f64>), NetworkError> {
    let (mut groups, mut alpha) = (0, Vec::new());
    for name in names {
        let (shape, numbers) = tensor(file, name)?;
        if shape.len() != 2 || shape[1] != h || (groups > 0 && shape[0] != groups) {
            return Err(form(name));
        }
        groups = shape[0];
        alpha.extend(numbers);
    }
    Ok((groups, alpha))
}

/// The shape and the numbers of a tensor.
fn tensor(file: &SafeTensors<'_>, name: &str) -> Result<(Vec<usize>, Vec<f64>), NetworkError> {
    let view = file.tensor(name).map_err(|_| form(name))?;
    if view.dtype() != Dtype::F64 {
        return Err(form(name));
    }
    let (numbers, _) = view.data().as_chunks::<8>();
    Ok((view.shape().to_vec(), numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()))
}
