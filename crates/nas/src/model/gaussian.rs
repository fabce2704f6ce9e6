//! Expectations under the standard normal distribution.

use super::{Candidate, Candidates};
use faer::Mat;

/// Where the normal density has fallen to 1e-22, and up to where formulas are checked.
const REACH: f64 = 10.0;
/// Panels meet at all quarters, where people put kinks: within a panel candidates are smooth.
const PANELS: usize = 80;
/// Gauss-Legendre nodes in (0, 1) with their weights, for eight points on [−1, 1] (Abramowitz and Stegun 25.4.30).
const NODES: [[f64; 2]; 4] = [
    [0.183_434_642_495_649_8, 0.362_683_783_378_362],
    [0.525_532_409_916_329, 0.313_706_645_877_887_3],
    [0.796_666_477_413_626_7, 0.222_381_034_453_374_5],
    [0.960_289_856_497_536_3, 0.101_228_536_290_376_3],
];

/// Points and weights (z, w) with Σ w f(z) = E f(z) for standard normal z, to rounding where f is smooth between quarters.
pub fn rule() -> Vec<[f64; 2]> {
    let half = REACH / PANELS as f64;
    let size = half / (2.0 * std::f64::consts::PI).sqrt();
    let panel = |p: usize| {
        let centre = (2 * p + 1) as f64 * half - REACH;
        let pair = move |[node, weight]: [f64; 2]| [[centre - half * node, weight], [centre + half * node, weight]];
        NODES.into_iter().flat_map(pair)
    };
    (0..PANELS).flat_map(panel).map(|[z, weight]| [z, size * weight * (-0.5 * z * z).exp()]).collect()
}

/// E σᵢ(z) σⱼ(z): h × h.
pub fn second_moments(candidates: &Candidates) -> Mat<f64> {
    inner_products(candidates, candidates.len(), |z, values| {
        values.extend(candidates.iter().map(|candidate| candidate.at(z)));
    })
}

/// E σᵢ(z) h_k(z) for the normalised probabilists' Hermite polynomials h₀ … of so many `terms`: h × terms.
pub fn hermite_coefficients(candidates: &Candidates, terms: usize) -> Mat<f64> {
    inner_products(candidates, terms, |z, values| {
        // √(k+1) h_{k+1} = z h_k − √k h_{k−1}
        let (mut before, mut here) = (0.0, 1.0);
        for k in 0..terms {
            values.push(here);
            let next = (z * here - (k as f64).sqrt() * before) / ((k + 1) as f64).sqrt();
            (before, here) = (here, next);
        }
    })
}

/// E σᵢ(z) φ_k(z) for the functions whose values at z are pushed.
fn inner_products(candidates: &Candidates, terms: usize, functions: impl Fn(f64, &mut Vec<f64>)) -> Mat<f64> {
    let mut sums = Mat::zeros(candidates.len(), terms);
    let mut values = Vec::with_capacity(terms);
    for [z, weight] in rule() {
        values.clear();
        functions(z, &mut values);
        for (i, sigma) in candidates.iter().map(|candidate: &Candidate| candidate.at(z)).enumerate() {
            values.iter().enumerate().for_each(|(k, value)| sums[(i, k)] += weight * sigma * value);
        }
    }
    sums
}
