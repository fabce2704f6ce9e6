//! The eigenvalues that conjugate gradients saw.

/// The eigenvalues, ascending, of the symmetric tridiagonal matrix with this diagonal and this off-diagonal.
///
/// Implicit QL with Wilkinson's shift, without vectors: Bowdler, Martin, Reinsch and Wilkinson 1968, "The QR and QL algorithms
/// for symmetric matrices", procedure imtql1. Values that are not finite come back as NaNs.
///
/// # Panics
/// When the off-diagonal is not one shorter than the diagonal.
#[track_caller]
pub fn tridiagonal_eigenvalues(diagonal: &[f64], off: &[f64]) -> Vec<f64> {
    let n = diagonal.len();
    assert!(off.len() + 1 == n.max(1), "tridiagonal: an off-diagonal of {} for a diagonal of {n}", off.len());
    if diagonal.iter().chain(off).any(|x| !x.is_finite()) {
        return vec![f64::NAN; n];
    }
    let mut d = diagonal.to_vec();
    let mut e: Vec<f64> = off.iter().copied().chain([0.0]).take(n).collect();
    for l in 0..n {
        // Each step of QL cuts e[l] by its cube, almost; the bound only guards against a cycle.
        for _ in 0..60 {
            let m = (l..n - 1).find(|&m| e[m].abs() <= f64::EPSILON * (d[m].abs() + d[m + 1].abs())).unwrap_or(n - 1);
            if m == l {
                break;
            }
            ql_step(&mut d[l..=m], &mut e[l..=m]);
        }
    }
    d.sort_by(f64::total_cmp);
    d
}

/// One implicitly shifted QL step on an unreduced block.
fn ql_step(d: &mut [f64], e: &mut [f64]) {
    let last = d.len() - 1;
    let half = (d[1] - d[0]) / (2.0 * e[0]);
    let shift = d[0] - e[0] / (half + half.hypot(1.0).copysign(half));
    let mut g = d[last] - shift;
    let (mut s, mut c, mut p) = (1.0, 1.0, 0.0);
    for i in (0..last).rev() {
        let (f, b) = (s * e[i], c * e[i]);
        let r = f.hypot(g);
        e[i + 1] = r;
        if r == 0.0 {
            d[i + 1] -= p;
            e[last] = 0.0;
            return;
        }
        (s, c) = (f / r, g / r);
        g = d[i + 1] - p;
        let turn = (d[i] - g) * s + 2.0 * c * b;
        p = s * turn;
        d[i + 1] = g + p;
        g = c * turn - b;
    }
    d[0] -= p;
    e[0] = g;
    e[last] = 0.0;
}

/// The singular values, ascending, of a square matrix given by its columns, zeros below the last element of each left out.
///
/// One-sided rotations until all columns are orthogonal: Hestenes 1958, "Inversion of matrices by biorthogonalization".
pub(super) fn singular_values(columns: &[Vec<f64>]) -> Vec<f64> {
    let n = columns.len();
    let full = |column: &Vec<f64>| column.iter().copied().chain(std::iter::repeat(0.0)).take(n).collect();
    let mut a: Vec<Vec<f64>> = columns.iter().map(full).collect();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    // Sweeps converge quadratically; the bound only guards against a cycle.
    for _ in 0..30 {
        let mut turned = false;
        for (i, j) in (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j))) {
            let (ii, jj, ij) = (dot(&a[i], &a[i]), dot(&a[j], &a[j]), dot(&a[i], &a[j]));
            if ij.abs() <= f64::EPSILON * (ii * jj).sqrt() {
                continue;
            }
            turned = true;
            let half = (jj - ii) / (2.0 * ij);
            let t = half.signum() / (half.abs() + half.hypot(1.0));
            let c = 1.0 / t.hypot(1.0);
            let (left, right) = a.split_at_mut(j);
            for (x, y) in left[i].iter_mut().zip(&mut right[0]) {
                (*x, *y) = (c * *x - c * t * *y, c * t * *x + c * *y);
            }
        }
        if !turned {
            break;
        }
    }
    let mut values: Vec<f64> = a.iter().map(|column| dot(column, column).sqrt()).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The Lanczos matrix that conjugate gradients build: diagonal 1/αⱼ + βⱼ/αⱼ₋₁, off-diagonal √βⱼ/αⱼ₋₁, where βⱼ made direction j
/// and αⱼ is its step. Source: Golub and Van Loan, "Matrix Computations", section 11.3.
#[derive(Debug)]
pub(super) struct Lanczos {
    /// How many steps are recorded at most.
    limit: usize,
    diagonal: Vec<f64>,
    off: Vec<f64>,
    /// 1/αⱼ₋₁
    before: f64,
}

impl Lanczos {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, diagonal: Vec::with_capacity(limit), off: Vec::with_capacity(limit), before: 0.0 }
    }

    /// A new direction, by its β (0 starts anew) and 1/α. Returns the Rayleigh quotient of the residual that it starts from.
    pub(super) fn push(&mut self, beta: f64, inverse_step: f64) -> f64 {
        let quotient = inverse_step + beta * self.before;
        if self.diagonal.len() < self.limit {
            if !self.diagonal.is_empty() {
                self.off.push(beta.sqrt() * self.before);
            }
            self.diagonal.push(quotient);
        }
        self.before = inverse_step;
        quotient
    }

    /// The Ritz values, ascending.
    pub(super) fn ritz(&self) -> Vec<f64> {
        tridiagonal_eigenvalues(&self.diagonal, &self.off)
    }
}
