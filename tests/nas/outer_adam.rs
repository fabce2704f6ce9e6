//! Adam on softmax logits, against a textbook Adam on differences of F(softmax(z)).
use crate::difference::gradient;
use crate::quadratic::{EXACT, Quadratic, quadratic};
use nas::hypergradient::{Evidence, Hypergradient, Status};
use nas::outer::AdamLogits;
use nas::search::{Bilevel, Found, Stop};
use nas::space::{Product, Simplex, Space};
use std::convert::Infallible;

fn product(simplices: &[Simplex]) -> Product<Simplex> {
    Product { factors: simplices.iter().map(|simplex| Box::new(*simplex)).collect() }
}

/// Every point that the search reached, and what it found.
fn path(adam: &AdamLogits, problem: &mut Quadratic, space: &Product<Simplex>) -> (Vec<Vec<f64>>, Found) {
    let mut points = Vec::new();
    let found = adam.search(problem, space, &mut |_, reached| points.push(reached.alpha.to_vec())).unwrap();
    (points, found)
}

/// α(z), simplex by simplex, without care for overflow.
fn naive_softmax(simplices: &[Simplex], z: &[f64]) -> Vec<f64> {
    let mut rest = z;
    let mut alpha = Vec::new();
    for simplex in simplices {
        let (z, others) = rest.split_at(simplex.coordinates);
        let sum: f64 = z.iter().map(|z| z.exp()).sum();
        let free = simplex.radius - simplex.floor * simplex.coordinates as f64;
        alpha.extend(z.iter().map(|z| simplex.floor + free * z.exp() / sum));
        rest = others;
    }
    alpha
}

fn textbook(adam: &AdamLogits, problem: &Quadratic, simplices: &[Simplex]) -> Vec<Vec<f64>> {
    let h = simplices.iter().map(|simplex| simplex.coordinates).sum();
    let [beta1, beta2] = adam.betas;
    let (mut z, mut m, mut v) = (vec![0.0; h], vec![0.0; h], vec![0.0; h]);
    let mut points = vec![naive_softmax(simplices, &z)];
    for k in 1..=adam.steps as i32 {
        let g = gradient(|z| problem.value(&naive_softmax(simplices, z)), &z, 1e-2);
        let norm = g.iter().map(|g| g * g).sum::<f64>().sqrt();
        for i in 0..h {
            let g = if norm > adam.clip { g[i] * adam.clip / norm } else { g[i] } + adam.decay * z[i];
            m[i] = beta1 * m[i] + (1.0 - beta1) * g;
            v[i] = beta2 * v[i] + (1.0 - beta2) * g * g;
            let (m, v) = (m[i] / (1.0 - beta1.powi(k)), v[i] / (1.0 - beta2.powi(k)));
            z[i] -= adam.rate * m / (v.sqrt() + adam.epsilon);
        }
        points.push(naive_softmax(simplices, &z));
    }
    points
}

#[test]
fn the_path_is_that_of_the_textbook() {
    let plain = AdamLogits { steps: 30, epsilon: 1e-3, ..AdamLogits::default() };
    let variants = [
        plain,
        AdamLogits { decay: 0.1, ..plain },
        AdamLogits { clip: 0.05, ..plain },
        AdamLogits { steps: 30, rate: 0.05, ..AdamLogits::darts() },
        // Plain gradient descent.
        AdamLogits { betas: [0.0, 0.0], epsilon: 1e6, rate: 1e6, ..plain },
    ];
    let simplices = [Simplex::unit(3), Simplex::new(2, 2.0, 0.25).unwrap(), Simplex::unit(1)];
    for adam in variants {
        let mut problem = quadratic(&[1.0, 3.0, 0.5, 2.0, 1.0, 1.0], &[0.7, 0.1, -1.0, 1.6, 0.1, 0.0]);
        let want = textbook(&adam, &problem, &simplices);
        let (got, _) = path(&adam, &mut problem, &product(&simplices));
        assert_eq!(got.len(), want.len());
        for (got, want) in got.iter().zip(&want) {
            let off = got.iter().zip(want).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(off < 1e-7, "{adam:?}: {got:?} is not {want:?}");
        }
        assert_ne!(want[0], want[30]);
    }
}

#[test]
fn stops_are_reported_as_what_they_are() {
    let space = product(&[Simplex::unit(2)]);
    let (points, found) = path(&AdamLogits::default(), &mut quadratic(&[0.0; 2], &[0.0; 2]), &space);
    assert_eq!((found.stop, found.path.len(), found.alpha), (Stop::Stationary, 0, space.start()));
    assert_eq!(points.len(), 1);

    let short = AdamLogits { steps: 3, ..AdamLogits::default() };
    let (points, found) = path(&short, &mut quadratic(&[1.0; 2], &[1.0, 0.0]), &space);
    assert_eq!((found.stop, found.path.len(), points.len()), (Stop::StepLimit, 3, 4));
    assert_eq!(found.alpha, points[3]);
}

/// Steps so large that F rises: the best point is found, not the last.
#[test]
fn the_best_point_is_kept() {
    let wild = AdamLogits { rate: 3.0, steps: 5, ..AdamLogits::default() };
    let mut problem = quadratic(&[1.0; 2], &[0.6, 0.4]);
    let (points, found) = path(&wild, &mut problem, &product(&[Simplex::unit(2)]));
    let values: Vec<f64> = points.iter().map(|alpha| problem.value(alpha)).collect();
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(found.hypergradient.value, least);
    assert_eq!(problem.value(&found.alpha), least);
    assert!(least < *values.last().unwrap());
}

/// Logits beyond the range of the exponential.
#[test]
fn large_steps_do_not_overflow() {
    let wild = AdamLogits { rate: 1e4, steps: 5, ..AdamLogits::default() };
    let (points, _) = path(&wild, &mut quadratic(&[1.0; 3], &[1.0, 0.0, 0.0]), &product(&[Simplex::unit(3)]));
    assert!(points.iter().all(|p| (p.iter().sum::<f64>() - 1.0).abs() < 1e-14));
}

/// Where it fails, a problem is worth infinity and has the gradient 0.
struct Hole;

impl Bilevel for Hole {
    type Error = Infallible;

    fn evaluate(&mut self, alpha: &[f64]) -> Result<Hypergradient, Infallible> {
        if alpha[0] > 0.6 {
            let evidence = Evidence { status: Status::Failed, ..EXACT };
            return Ok(Hypergradient { value: f64::INFINITY, alpha: vec![0.0; 2], lambda: 0.0, evidence });
        }
        Ok(Hypergradient { value: -alpha[0], alpha: vec![-1.0, 0.0], lambda: 0.0, evidence: EXACT })
    }
}

#[test]
fn a_failed_evaluation_is_no_stationary_point() {
    let adam = AdamLogits { steps: 20, ..AdamLogits::default() };
    let found = adam.search(&mut Hole, &product(&[Simplex::unit(2)]), &mut |_, _| {}).unwrap();
    assert_eq!(found.stop, Stop::StepLimit);
    assert!(found.hypergradient.value < -0.5 && found.alpha[0] <= 0.6);
}
