//! Why a NumPy array cannot be used.

use std::path::PathBuf;

/// A NumPy array that cannot be used: what was found and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NpyError {
    /// Another kind of file.
    #[error(
        "a NumPy array begins with \"93 4e 55 4d 50 59\", this file with {start:?}; check the path, and write arrays with numpy.save"
    )]
    NotNpy {
        /// Its first bytes.
        start: String,
    },
    /// The end of the file before that of its header.
    #[error("the file ends inside its header; it is cut off, save or fetch it again")]
    CutHeader,
    /// A header or an element that is none.
    #[error("the array is broken ({reason}); save it again with numpy.save")]
    Broken {
        /// What the reader says.
        reason: String,
    },
    /// More or fewer bytes than the header says.
    #[error(
        "{shape} elements of {dtype} are {needed} bytes, but {found} follow the header; save or fetch the file again"
    )]
    Length {
        /// The shape.
        shape: String,
        /// Their type.
        dtype: String,
        /// Bytes of so many elements.
        needed: String,
        /// Bytes there are.
        found: usize,
    },
    /// Neither a list nor a table.
    #[error(
        "an array of {dimensions} dimensions (shape {shape}) is no table; give one row per sample, as x.reshape(len(x), -1) does"
    )]
    Dimensions {
        /// Number of axes.
        dimensions: usize,
        /// The shape.
        shape: String,
    },
    /// No rows, or none with columns.
    #[error("the array is empty (shape {shape}); give one row per sample")]
    Empty {
        /// The shape.
        shape: String,
    },
    /// Complex elements.
    #[error("the elements are {dtype}, and there is no order of complex numbers; save x.real and x.imag as columns")]
    Complex {
        /// Their type.
        dtype: String,
    },
    /// Elements that are no numbers, or of a size that is not read.
    #[error("the elements are {dtype}, not bool, integers, float32 or float64; save x.astype(float)")]
    Dtype {
        /// Their type.
        dtype: String,
    },
    /// NaN or an infinity.
    #[error(
        "element {index} is {value}; correct it, or leave the row out (in a CSV file an empty cell is a missing value)"
    )]
    NotFinite {
        /// Where, as NumPy counts: from 0.
        index: String,
        /// NaN, inf or -inf.
        value: String,
    },
    /// Nothing to predict, or nothing to predict from.
    #[error("there is one column and no target; give the targets of these rows as --labels y.npy, or as a last column")]
    OneColumn,
    /// Several targets for a row.
    #[error("there are {columns} columns of targets; give one, such as y[:, 0]")]
    ManyTargets {
        /// Their number.
        columns: usize,
    },
    /// As many rows as targets there must be.
    #[error("there are {targets} targets, but {} has {rows} rows; give the two arrays of the same samples", x.display())]
    Lengths {
        /// Number of targets.
        targets: usize,
        /// The file of rows.
        x: PathBuf,
        /// Their number.
        rows: usize,
    },
}
