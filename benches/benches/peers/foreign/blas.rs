//! Products of a CBLAS library that the system has.
#![expect(unsafe_code, reason = "a foreign library")]

use kernels::Float;
use libloading::Library;

use super::{Foreign, Operands, Product};

/// `cblas_sgemm` or `cblas_dgemm`: order, two transpositions, m, n, k, α, then A, B, β and C with their leading dimensions.
/// Numbers are passed as 64 bits, which is right for libraries that take 32 as well: each has a register or 8 bytes of stack.
///
/// # Safety
/// The matrices lie where the pointers and leading dimensions say.
pub(crate) type Gemm<T> =
    unsafe extern "C" fn(i64, i64, i64, i64, i64, i64, T, *const T, i64, *const T, i64, T, *mut T, i64);

/// The values of the enumerations of CBLAS.
const ROW_MAJOR: i64 = 101;
const AS_IT_LIES: i64 = 111;
const TRANSPOSED: i64 = 112;

/// An open library.
pub(crate) struct Blas {
    name: String,
    pub(super) sgemm: Gemm<f32>,
    pub(super) dgemm: Gemm<f64>,
    /// The functions live as long as this.
    _library: Library,
}

/// Where an OpenBLAS is looked for if nothing is named.
const DEFAULT: &str = "openblas=libopenblas.so.0";

impl Blas {
    /// The libraries that `PEERS_BLAS` names, as `name=path;name=path`.
    pub(crate) fn load(threads: usize) -> Vec<Self> {
        let named = std::env::var("PEERS_BLAS").unwrap_or_else(|_| DEFAULT.into());
        let items = named.split(';').filter(|item| !item.is_empty());
        let libraries = items.filter_map(|item| {
            let (name, path) = item.split_once('=').unwrap_or(("blas", item));
            let library = Self::open(name, path, threads);
            if library.is_none() {
                println!("{name} ({path}) is not here: left out");
            }
            library
        });
        libraries.collect()
    }

    fn open(name: &str, path: &str, threads: usize) -> Option<Self> {
        // SAFETY: a BLAS does nothing when it is loaded but set itself up.
        let library = unsafe { Library::new(path) }.ok()?;
        let count = i64::try_from(threads).ok()?;
        for setter in ["openblas_set_num_threads", "bli_thread_set_num_threads"] {
            // SAFETY: both take one integer.
            if let Some(set) = symbol::<unsafe extern "C" fn(i64)>(&library, setter) {
                // SAFETY: as above.
                unsafe { set(count) };
            }
        }
        let (sgemm, dgemm) = (symbol(&library, "cblas_sgemm")?, symbol(&library, "cblas_dgemm")?);
        Some(Self { name: name.into(), sgemm, dgemm, _library: library })
    }
}

/// A function of a library under the name that it has there: some builds add to it.
fn symbol<F: Copy>(library: &Library, name: &str) -> Option<F> {
    let spellings = [name.to_owned(), format!("scipy_{name}"), format!("scipy_{name}64_")];
    spellings.iter().find_map(|spelling| {
        // SAFETY: the caller asks for the signature that CBLAS gives to this name.
        unsafe { library.get::<F>(spelling.as_bytes()) }.ok().map(|found| *found)
    })
}

/// The product by a library.
pub(super) fn product<'a, T: Foreign>(blas: &'a Blas, operands: Operands<'a, T>) -> Product<'a, T> {
    (blas.name.clone(), Box::new(move |c| run(T::cblas(blas), operands, c)))
}

fn run<T: Float>(gemm: Gemm<T>, operands: Operands<'_, T>, c: &mut [T]) {
    operands.check(c);
    let [m, k, n] = operands.sizes.map(|size| i64::try_from(size).expect("a size of a matrix in memory"));
    let (a, a_leads) = if operands.a.transposed { (TRANSPOSED, m) } else { (AS_IT_LIES, k) };
    let (b, b_leads) = if operands.b.transposed { (TRANSPOSED, k) } else { (AS_IT_LIES, n) };
    let (a_data, b_data) = (operands.a.data.as_ptr(), operands.b.data.as_ptr());
    // SAFETY: `check` has compared the lengths with the sizes, and the leading dimensions are those of dense matrices.
    unsafe { gemm(ROW_MAJOR, a, b, m, n, k, T::ONE, a_data, a_leads, b_data, b_leads, T::ZERO, c.as_mut_ptr(), n) }
}
