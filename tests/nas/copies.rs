//! Products of equal sets, and solvers on them.
use nas::outer::{Each, ExponentiatedGradient, Outer};
use nas::seed::Seed;
use nas::space::{Copies, Simplex, Space};

#[test]
fn a_product_is_its_factors_side_by_side() {
    let simplex = Simplex::unit(3);
    let product = Copies { space: simplex, copies: 2 };
    assert_eq!(product.coordinates(), 6);
    assert_eq!(product.start(), [simplex.start(), simplex.start()].concat());
    let v = [2.0, 0.1, -1.0, 0.2, 0.2, 0.9];
    let (mut both, mut first, mut second) = ([0.0; 6], [0.0; 3], [0.0; 3]);
    product.project(&v, &mut both);
    simplex.project(&v[..3], &mut first);
    simplex.project(&v[3..], &mut second);
    assert_eq!(both[..3], first);
    assert_eq!(both[3..], second);
    let sample = product.sample(&mut Seed::new(1).stream());
    assert!(sample.chunks(3).all(|mixture| (mixture.iter().sum::<f64>() - 1.0).abs() < 1e-14));
    assert_ne!(sample[..3], sample[3..]);
    assert_eq!(product.effective_dimension().exponent, 4.0);
}

#[test]
fn a_solver_moves_each_factor_by_itself() {
    let simplex = Simplex { floor: 1e-6, ..Simplex::unit(2) };
    let (one, each) =
        (ExponentiatedGradient { simplex }, Each { outer: ExponentiatedGradient { simplex }, coordinates: 2 });
    let (alpha, gradient) = ([0.5, 0.5, 0.9, 0.1], [1.0, -1.0, 0.0, 2.0]);
    let (mut both, mut first, mut second) = ([0.0; 4], [0.0; 2], [0.0; 2]);
    each.propose(&alpha, &gradient, 0.3, &mut both);
    one.propose(&alpha[..2], &gradient[..2], 0.3, &mut first);
    one.propose(&alpha[2..], &gradient[2..], 0.3, &mut second);
    assert_eq!([first, second].concat(), both);
    let apart = one.divergence(&first, &alpha[..2]) + one.divergence(&second, &alpha[2..]);
    assert!((each.divergence(&both, &alpha) - apart).abs() < 1e-15);
}
