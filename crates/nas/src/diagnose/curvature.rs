//! λ_max(∇²F): how sharp the outer loss is in α, which grows before a search degenerates (Zela et al. 2020; science 6.9).

use crate::search::Bilevel;
use crate::seed::Seed;
use rand_distr::{Distribution, StandardNormal};

/// How the largest curvature is looked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// ε of (g(α + εv) − g(α − εv)) / 2ε, with ‖v‖ = 1.
    pub epsilon: f64,
    /// Products with ∇²F at most, for each of two power iterations.
    pub products: usize,
    /// A power iteration ends when its value moves by less than this part of its size.
    pub tolerance: f64,
    /// Of the first direction.
    pub seed: Seed,
}

impl Default for Options {
    fn default() -> Self {
        Self { epsilon: 1e-4, products: 100, tolerance: 1e-6, seed: Seed::new(0) }
    }
}

/// The largest curvature of F at α.
#[derive(Clone, Debug, PartialEq)]
pub struct Curvature {
    /// λ_max: the Rayleigh quotient, a lower bound up to the error of differences.
    pub value: f64,
    /// Its direction, of length one; all zeros without coordinates.
    pub direction: Vec<f64>,
    /// Products with ∇²F made, each of two hypergradients.
    pub products: usize,
    /// Whether the value settled within the limit.
    pub converged: bool,
}

/// The largest eigenvalue of ∇²F at α, in all of R^h: power iteration on products by central differences.
///
/// Power iteration finds the eigenvalue μ of the largest size. Where that is negative, it starts again on ∇²F − μI, whose largest
/// is λ_max − μ.
///
/// # Errors
/// When a hypergradient fails.
///
/// # Panics
/// When ε is not positive.
pub fn curvature<P: Bilevel>(problem: &mut P, alpha: &[f64], options: &Options) -> Result<Curvature, P::Error> {
    assert!(options.epsilon > 0.0, "differences with a step of {}", options.epsilon);
    let dominant = power(problem, alpha, options, 0.0)?;
    if dominant.value >= 0.0 {
        return Ok(dominant);
    }
    let shifted = power(problem, alpha, options, dominant.value)?;
    let converged = dominant.converged && shifted.converged;
    Ok(Curvature { products: dominant.products + shifted.products, converged, ..shifted })
}

/// Power iteration on ∇²F − shift · I; the value is that of ∇²F.
fn power<P: Bilevel>(problem: &mut P, alpha: &[f64], options: &Options, shift: f64) -> Result<Curvature, P::Error> {
    let mut stream = options.seed.split("curvature").stream();
    let mut direction: Vec<f64> = alpha.iter().map(|_| StandardNormal.sample(&mut stream)).collect();
    normalise(&mut direction);
    let mut found = Curvature { value: 0.0, direction: direction.clone(), products: 0, converged: alpha.is_empty() };
    while !found.converged && found.products < options.products {
        let product = product(problem, alpha, &direction, options.epsilon)?;
        let value: f64 = product.iter().zip(&direction).map(|(p, d)| p * d).sum();
        let still = (value - found.value).abs() <= options.tolerance * value.abs();
        found.converged = still && found.products > 0;
        (found.value, found.products) = (value, found.products + 1);
        found.direction.copy_from_slice(&direction);
        direction.iter_mut().zip(&product).for_each(|(d, p)| *d = p - shift * *d);
        if normalise(&mut direction) == 0.0 {
            found.converged = true;
        }
    }
    Ok(found)
}

/// ∇²F v by central differences.
fn product<P: Bilevel>(problem: &mut P, alpha: &[f64], v: &[f64], epsilon: f64) -> Result<Vec<f64>, P::Error> {
    let mut at = |epsilon: f64| {
        let moved: Vec<f64> = alpha.iter().zip(v).map(|(a, v)| a + epsilon * v).collect();
        Ok(problem.evaluate(&moved)?.alpha)
    };
    let (above, below) = (at(epsilon)?, at(-epsilon)?);
    Ok(above.iter().zip(&below).map(|(a, b)| (a - b) / (2.0 * epsilon)).collect())
}

/// Divides by the norm, which it returns; a vector of zeros stays.
fn normalise(v: &mut [f64]) -> f64 {
    let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
    if norm > 0.0 {
        v.iter_mut().for_each(|x| *x /= norm);
    }
    norm
}
