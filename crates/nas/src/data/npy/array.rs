//! A `.npy` file as columns of numbers.

use super::{MAGIC, NpyError};
use crate::data::contents;
use crate::data::error::{DataError, Place, shown};
use crate::data::text::numbered;
use npyz::{DType, Deserialize, NpyFile, NpyHeader, Order, TypeChar};
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

/// A list of numbers or a table of them: at least one row and one column, every element finite.
pub(super) struct Array {
    pub(super) path: PathBuf,
    pub(super) rows: usize,
    pub(super) columns: Vec<Vec<f64>>,
    shape: Vec<u64>,
    dtype: String,
}

impl Array {
    /// The array in the bytes of a file, compressed or not.
    pub(super) fn read(path: &Path, raw: Vec<u8>) -> Result<Self, DataError> {
        let bytes = contents::unpacked(path, raw)?;
        let error = |problem| DataError::Npy { at: Place::file(path), problem: Box::new(problem) };
        let (header, data) = header(&bytes).map_err(error)?;
        let (shape, dtype) = (header.shape().to_vec(), name(&header.dtype()));
        let numbers = reader(&header.dtype()).map_err(error)?;
        let (rows, width) = table(&header, data.len()).map_err(error)?;
        let fortran = header.order() == Order::Fortran;
        let values = numbers(NpyFile::with_header(header, data)).map_err(|found| error(broken(&found)))?;
        let at = |i: usize, j: usize| values[if fortran { j * rows + i } else { i * width + j }];
        let columns = (0..width).map(|j| (0..rows).map(|i| at(i, j)).collect()).collect();
        let array = Self { path: path.to_owned(), rows, columns, shape, dtype };
        array.first_that_is_not_finite().map_or(Ok(()), Err)?;
        Ok(array)
    }

    /// What was found, for the notes.
    pub(super) fn describe(&self) -> String {
        format!("a NumPy array of {}, shape {}", self.dtype, tuple(&self.shape))
    }

    /// A problem of this file.
    pub(super) fn error(&self, problem: NpyError) -> DataError {
        DataError::Npy { at: Place::file(&self.path), problem: Box::new(problem) }
    }

    /// An error about the first element, row by row, that is NaN or infinite.
    fn first_that_is_not_finite(&self) -> Option<DataError> {
        let bad = |i: usize| self.columns.iter().position(|column| !column[i].is_finite()).map(|j| (i, j));
        let (i, j) = (0..self.rows).find_map(bad)?;
        let index = if self.shape.len() == 1 { format!("[{i}]") } else { format!("[{i}, {j}]") };
        let at = Place { row: Some(i + 1), ..Place::column(&self.path, &numbered(j + 1)) };
        let problem = NpyError::NotFinite { index, value: self.columns[j][i].to_string() };
        Some(DataError::Npy { at, problem: Box::new(problem) })
    }
}

/// Reads all elements as numbers.
type Reader = fn(NpyFile<&[u8]>) -> Result<Vec<f64>, Error>;

/// The header, and the bytes after it.
fn header(bytes: &[u8]) -> Result<(NpyHeader, &[u8]), NpyError> {
    if !bytes.starts_with(MAGIC) {
        return Err(NpyError::NotNpy { start: contents::shown(bytes, MAGIC.len()) });
    }
    let mut rest = bytes;
    match NpyHeader::from_reader(&mut rest) {
        Ok(header) => Ok((header, rest)),
        // A file that ends within the version is told from one that is no array by what it begins with.
        Err(error) if error.kind() == ErrorKind::UnexpectedEof || bytes.len() < MAGIC.len() + 2 => {
            Err(NpyError::CutHeader)
        }
        Err(error) => Err(broken(&error)),
    }
}

/// Rows and columns of the array, for whose elements there are `found` bytes.
fn table(header: &NpyHeader, found: usize) -> Result<(usize, usize), NpyError> {
    let (dtype, shape) = (header.dtype(), tuple(header.shape()));
    let (rows, width) = match *header.shape() {
        [rows] => (rows, 1),
        [rows, width] => (rows, width),
        _ => return Err(NpyError::Dimensions { dimensions: header.shape().len(), shape }),
    };
    if rows == 0 || width == 0 {
        return Err(NpyError::Empty { shape });
    }
    let sizes = (usize::try_from(rows).ok()).zip(usize::try_from(width).ok());
    let elements = sizes.and_then(|(rows, width)| rows.checked_mul(width));
    let needed = elements.zip(dtype.num_bytes()).and_then(|(elements, size)| elements.checked_mul(size));
    match sizes {
        Some(sizes) if needed == Some(found) => Ok(sizes),
        _ => {
            let needed = needed.map_or("more than there can be".to_owned(), |needed| needed.to_string());
            Err(NpyError::Length { shape, dtype: name(&dtype), needed, found })
        }
    }
}

/// How to read elements of this type, in the order of the file.
fn reader(dtype: &DType) -> Result<Reader, NpyError> {
    let unread = || NpyError::Dtype { dtype: name(dtype) };
    let DType::Plain(plain) = dtype else { return Err(unread()) };
    let reader: Reader = match (plain.type_char(), plain.size_field()) {
        (TypeChar::Bool, _) => |file| each(file, |x: bool| f64::from(u8::from(x))),
        (TypeChar::Int, 1) => |file| each::<i8>(file, f64::from),
        (TypeChar::Int, 2) => |file| each::<i16>(file, f64::from),
        (TypeChar::Int, 4) => |file| each::<i32>(file, f64::from),
        (TypeChar::Int, 8) => |file| each(file, |x: i64| x as f64),
        (TypeChar::Uint, 1) => |file| each::<u8>(file, f64::from),
        (TypeChar::Uint, 2) => |file| each::<u16>(file, f64::from),
        (TypeChar::Uint, 4) => |file| each::<u32>(file, f64::from),
        (TypeChar::Uint, 8) => |file| each(file, |x: u64| x as f64),
        (TypeChar::Float, 4) => |file| each::<f32>(file, f64::from),
        (TypeChar::Float, 8) => |file| each(file, |x: f64| x),
        (TypeChar::Complex, _) => return Err(NpyError::Complex { dtype: name(dtype) }),
        _ => return Err(unread()),
    };
    Ok(reader)
}

fn each<T: Deserialize>(file: NpyFile<&[u8]>, to: impl Fn(T) -> f64) -> Result<Vec<f64>, Error> {
    file.data::<T>().map_err(Error::other)?.map(|x| x.map(&to)).collect()
}

/// What the reader says, in one line: of a syntax error without the picture of it.
fn broken(error: &Error) -> NpyError {
    let said = error.to_string();
    let line = said.split("-->").next().unwrap_or_default().trim().trim_end_matches(':');
    NpyError::Broken { reason: line.to_owned() }
}

/// The type as NumPy calls it.
fn name(dtype: &DType) -> String {
    let DType::Plain(plain) = dtype else { return shown(&dtype.descr()) };
    let sized = |kind: &str| format!("{kind}{}", 8 * plain.size_field());
    match plain.type_char() {
        TypeChar::Bool => "bool".to_owned(),
        TypeChar::Int => sized("int"),
        TypeChar::Uint => sized("uint"),
        TypeChar::Float => sized("float"),
        TypeChar::Complex => sized("complex"),
        _ => plain.to_string(),
    }
}

/// A shape as Python writes it.
fn tuple(shape: &[u64]) -> String {
    let sizes: Vec<String> = shape.iter().map(u64::to_string).collect();
    if sizes.len() == 1 { format!("({},)", sizes[0]) } else { format!("({})", sizes.join(", ")) }
}
