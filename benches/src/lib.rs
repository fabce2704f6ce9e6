//! Benchmarks of the kernels and the tape, and the file that their results go to.

pub mod accuracy;
pub mod assembly;

use std::fs::{OpenOptions, create_dir_all};
use std::io::Write;
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;

use kernels::{Float, Par};

/// One result.
#[derive(Debug)]
pub struct Row<'a> {
    /// What was measured.
    pub bench: &'a str,
    /// Whose: ours is `ours`.
    pub peer: &'a str,
    /// The number of threads.
    pub threads: usize,
    /// The sizes.
    pub shape: &'a str,
    /// The median.
    pub median: f64,
    /// Its unit.
    pub unit: &'a str,
}

/// The folder of results, `bench` in the target directory.
///
/// # Panics
/// When it cannot be made.
pub fn folder() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target")), PathBuf::from);
    let folder = target.join("bench");
    create_dir_all(&folder).expect("the target directory can be written");
    folder
}

/// Appends a result to `bench/rows.csv` in the target directory.
///
/// # Panics
/// When the file cannot be written.
pub fn append(row: &Row<'_>) {
    let path = folder().join("rows.csv");
    let new = !path.exists();
    let mut file = OpenOptions::new().create(true).append(true).open(&path).expect("rows.csv can be written");
    if new {
        writeln!(file, "bench,peer,threads,shape,median,unit").expect("rows.csv can be written");
    }
    let Row { bench, peer, threads, shape, median, unit } = row;
    writeln!(file, "{bench},{peer},{threads},{shape},{median},{unit}").expect("rows.csv can be written");
}

/// Elements that begin with a line of the cache, as those of programs and of the peers do.
#[derive(Debug)]
pub struct Lines<T> {
    data: Vec<T>,
    first: usize,
}

impl<T: Float> Lines<T> {
    /// `len` elements, each by its number.
    pub fn new(len: usize, element: impl FnMut(usize) -> T) -> Self {
        const LINE: usize = 64;
        let mut data = vec![T::ZERO; len + LINE / size_of::<T>()];
        let first = data.as_ptr().align_offset(LINE);
        data[first..first + len].iter_mut().zip((0..len).map(element)).for_each(|(x, element)| *x = element);
        data.truncate(first + len);
        Self { data, first }
    }
}

impl<T> Deref for Lines<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.data[self.first..]
    }
}

impl<T> DerefMut for Lines<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.data[self.first..]
    }
}

/// The median of what was measured, which is sorted by this: the least is the first.
///
/// # Panics
/// When nothing was measured.
pub fn median(measured: &mut [f64]) -> f64 {
    measured.sort_by(f64::total_cmp);
    measured[measured.len() / 2]
}

/// Runs on so many threads, in a pool of its own.
///
/// # Panics
/// When the pool cannot be made.
pub fn on_threads<R: Send>(threads: usize, run: impl FnOnce(Par) -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
    pool.install(|| run(if threads == 1 { Par::Seq } else { Par::Rayon }))
}
