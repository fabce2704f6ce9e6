//! Gauss rules (Golub and Welsch 1969).

/// Nodes and weights of a rule for an even weight function of total mass 1: exact for polynomials of degree < 2n.
#[derive(Clone, Debug, PartialEq)]
pub struct Gauss {
    /// The n nodes, ascending.
    pub nodes: Vec<f64>,
    /// Their weights, of sum 1.
    pub weights: Vec<f64>,
}

impl Gauss {
    /// The rule of n nodes for the standard normal distribution.
    pub fn hermite(n: usize) -> Self {
        Self::new(n, |k| k.sqrt())
    }

    /// The rule of n nodes for the uniform distribution on [−1, 1].
    pub fn legendre(n: usize) -> Self {
        Self::new(n, |k| k / (4.0 * k * k - 1.0).sqrt())
    }

    /// From the recurrence b_{k+1} p_{k+1} = x p_k − b_k p_{k−1} of the orthonormal polynomials, b_k = `off(k)`: the nodes are the
    /// eigenvalues of its matrix, and 1 / w = Σ_{k<n} p_k(node)², which keeps small weights accurate.
    fn new(n: usize, off: impl Fn(f64) -> f64) -> Self {
        let b: Vec<f64> = (1..n.max(1)).map(|k| off(k as f64)).collect();
        let raw = tape::tridiagonal_eigenvalues(&vec![0.0; n], &b);
        let nodes: Vec<f64> = (0..n).map(|i| (raw[i] - raw[n - 1 - i]) / 2.0).collect();
        let weight = |&x: &f64| {
            let (mut before, mut p, mut squares) = (0.0, 1.0, 1.0);
            let mut last = 0.0;
            for &b in &b {
                (before, p) = (p, (x * p - last * before) / b);
                last = b;
                squares += p * p;
            }
            1.0 / squares
        };
        let weights = nodes.iter().map(weight).collect();
        Self { nodes, weights }
    }

    /// Nodes moved from [−1, 1] to [from, to], with weights of sum to − from.
    pub fn on(&self, from: f64, to: f64) -> impl Iterator<Item = (f64, f64)> {
        let (middle, half) = (from.midpoint(to), (to - from) / 2.0);
        self.nodes.iter().zip(&self.weights).map(move |(x, w)| (middle + half * x, 2.0 * half * w))
    }
}
