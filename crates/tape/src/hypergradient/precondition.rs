//! The diagonal of the operator, for a preconditioner.

use super::damping::Damped;
use crate::{Element, LinearOperator, Status};

/// Where the diagonal D of a [`Jacobi`](crate::Jacobi) preconditioner comes from. It is that of the operator that is solved with:
/// of H, of the Gauss-Newton matrix, or of F_θᵀ.
#[derive(Clone, Copy, Debug, Default)]
pub enum Preconditioner<'a, T> {
    /// No preconditioner.
    #[default]
    None,
    /// The exact diagonal, by products with the n unit vectors: n products, so for small θ.
    Exact {
        /// ‖f_θ − Hq‖ / ‖f_θ‖ must be at most this.
        tolerance: f64,
    },
    /// An estimate from products with vectors z of random signs, Dᵢ = Σ zᵢ(Hz)ᵢ / Σ zᵢ²: Bekas, Kokiopoulou and Saad 2007, "An
    /// estimator for the diagonal of a matrix". One product for each z; the error of Dᵢ falls like the size of the rest of row i
    /// over the square root of their number.
    Probed {
        /// Any number of vectors of the length of θ, one after the other, drawn by the caller.
        signs: &'a [T],
        /// As above.
        tolerance: f64,
    },
    /// This diagonal: the last one, say.
    Given {
        /// D
        diagonal: &'a [T],
        /// As above.
        tolerance: f64,
    },
}

/// The unit vectors that go through the second stage together.
const TOGETHER: usize = 16;

/// The diagonal, damping included, and the tolerance.
pub(super) fn diagonal<T: Element>(
    h: &mut Damped<'_, T>,
    preconditioner: Preconditioner<'_, T>,
) -> Result<Option<(Vec<T>, f64)>, Status<T>> {
    let (d, tolerance) = match preconditioner {
        Preconditioner::None => return Ok(None),
        Preconditioner::Exact { tolerance } => (exact(h), tolerance),
        Preconditioner::Probed { signs, tolerance } => (probed(h, signs), tolerance),
        Preconditioner::Given { diagonal, tolerance } => (diagonal.to_vec(), tolerance),
    };
    if d.iter().all(|d| d.to_f64().is_finite()) { Ok(Some((d, tolerance))) } else { Err(Status::NotFinite) }
}

fn exact<T: Element>(h: &mut Damped<'_, T>) -> Vec<T> {
    let n = h.size();
    let shapes: Vec<usize> = h.held.program().output_shapes().map(crate::Shape::len).collect();
    let mut d = Vec::with_capacity(n);
    for first in (0..n).step_by(TOGETHER) {
        let count = TOGETHER.min(n - first);
        let mut units = vec![T::ZERO; count * n];
        (0..count).for_each(|i| units[i * n + first + i] = T::ONE);
        let mut outputs: Vec<Vec<T>> = shapes.iter().map(|len| vec![T::ZERO; count * len]).collect();
        let mut places: Vec<&mut [T]> = outputs.iter_mut().map(|output| &mut **output).collect();
        h.held.run_each(count, &[&units, &vec![T::of(h.rho); count]], &mut places);
        d.extend((0..count).map(|i| outputs[0][i * n + first + i]));
    }
    h.products += n;
    d
}

fn probed<T: Element>(h: &mut Damped<'_, T>, signs: &[T]) -> Vec<T> {
    let n = h.size();
    assert!(
        n > 0 && signs.len().is_multiple_of(n) && !signs.is_empty() || n == 0,
        "probes of {} elements for θ of {n}",
        signs.len()
    );
    let (mut sums, mut squares) = (vec![0.0; n], vec![0.0; n]);
    for z in signs.chunks_exact(n.max(1)) {
        let hz = h.apply(z);
        for (((sum, square), z), hz) in sums.iter_mut().zip(&mut squares).zip(z).zip(hz) {
            *sum += z.to_f64() * hz.to_f64();
            *square += z.to_f64() * z.to_f64();
        }
    }
    sums.iter().zip(&squares).map(|(sum, square)| T::of(sum / square)).collect()
}
