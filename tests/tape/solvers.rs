//! Every linear solver against Gaussian elimination, and what each says of systems that it cannot solve.

use tape::{
    Cg, Dense as Elimination, Float, Gmres, Jacobi, Krylov, LinearSolver, Minres, Neumann, NeumannStep, Singular,
    Status, Stop,
};

use crate::matrices::{Dense, eliminate, spread};
use crate::problems::noise;

/// The tolerance that a solver of `T` is asked for, and how far its answer may then be off for condition numbers up to 20.
fn tolerances<T: Float>() -> (f64, f64) {
    if T::EPSILON.to_f64() > 1e-10 { (1e-5, 1e-3) } else { (1e-10, 1e-8) }
}

fn noise_of<T: Float>(n: usize, seed: u64) -> Vec<T> {
    noise(n, seed).into_iter().map(T::of).collect()
}

fn check<T: Float>(name: &str, solver: &dyn LinearSolver<T>, mut h: Dense<T>, seed: u64) {
    let (tolerance, allowed) = tolerances::<T>();
    let n = h.n;
    let b = noise_of::<T>(n, seed + 1);
    let expected = eliminate(&h, &b);
    let size = expected.iter().fold(1e-300, |a: f64, b| a.max(b.abs()));
    for start in [vec![T::ZERO; n], noise_of(n, seed + 2)] {
        let found = solver.solve(&mut h, &b, start).unwrap_or_else(|why| panic!("{name}, n = {n}: {why}"));
        assert!(found.residual <= tolerance, "{name}: {}", found.residual);
        for (x, expected) in found.x.iter().zip(&expected) {
            assert!((x.to_f64() - expected).abs() <= allowed * size, "{name}, n = {n}: {} and {expected}", x.to_f64());
        }
    }
    let none = solver.solve(&mut h, &vec![T::ZERO; n], noise_of(n, seed + 3)).expect("x = 0");
    assert!(none.x.iter().all(|&x| x == T::ZERO) && none.residual == 0.0, "{name}: b = 0");
}

const SIZES: [usize; 5] = [0, 1, 2, 17, 40];

/// Positive definite, indefinite and not symmetric.
fn systems<T: Float>(n: usize, seed: u64) -> [Dense<T>; 3] {
    let values = spread(n, 1.0, 20.0);
    let signed: Vec<f64> = values.iter().enumerate().map(|(i, v)| if i % 3 == 0 { -v } else { *v }).collect();
    [Dense::with_spectrum(&values), Dense::with_spectrum(&signed), Dense::random(n, seed)]
}

fn all<T: Float>() {
    let (tolerance, _) = tolerances::<T>();
    let stop = Stop::Residual { tolerance, iterations: 1000 };
    for (seed, n) in (0..4).flat_map(|seed| SIZES.map(|n| (100 * seed + n as u64, n))) {
        let [definite, indefinite, general] = systems::<T>(n, seed);
        let diagonal: Vec<T> = (0..n).map(|i| definite.a[i * n + i]).collect();
        let (cg, gmres) = (Cg::to(tolerance), Gmres::to(tolerance));
        let short = Gmres { restart: 12, ..gmres };
        check("cg", &cg, definite.clone(), seed);
        check("jacobi", &Jacobi { solver: &cg, diagonal: &diagonal, tolerance }, definite.clone(), seed);
        check(
            "neumann",
            &Neumann { stop: Stop::Residual { tolerance, iterations: 5000 }, ..Neumann::to(tolerance) },
            definite.clone(),
            seed,
        );
        let fixed = Neumann { step: NeumannStep::Fixed(0.05), stop, ..Neumann::default() };
        check("neumann, fixed", &fixed, definite.clone(), seed);
        check("gmres, restarted", &short, definite.clone(), seed);
        for symmetric in [definite, indefinite] {
            check("minres", &Minres::to(tolerance), symmetric.clone(), seed);
            check("gmres", &gmres, symmetric.clone(), seed);
            check("dense", &Elimination { tolerance }, symmetric, seed);
        }
        check("gmres, general", &gmres, general.clone(), seed);
        check("krylov", &Krylov { tolerance }, general.clone(), seed);
        check("dense, general", &Elimination { tolerance }, general, seed);
    }
}

#[test]
fn every_solver_agrees_with_elimination() {
    all::<f64>();
    all::<f32>();
}

fn solvers() -> Vec<(&'static str, Box<dyn LinearSolver<f64>>)> {
    vec![
        ("cg", Box::new(Cg::default())),
        ("minres", Box::new(Minres::default())),
        ("gmres", Box::new(Gmres::default())),
        ("neumann", Box::new(Neumann::default())),
        ("dense", Box::new(Elimination::default())),
    ]
}

#[test]
fn what_is_not_finite_is_said_so() {
    for (name, solver) in solvers() {
        let mut h = Dense::with_spectrum(&[1.0, 2.0, 3.0]);
        let failure = solver.solve(&mut h, &[1.0, f64::NAN, 0.0], vec![0.0; 3]).unwrap_err();
        assert_eq!(failure.status, Status::NotFinite, "{name}: b");
        h.a[4] = f64::INFINITY;
        let failure = solver.solve(&mut h, &[1.0, 1.0, 0.0], vec![0.0; 3]).unwrap_err();
        assert_eq!(failure.status, Status::NotFinite, "{name}: H");
    }
}

/// Eigenvalues 1 … 10, six of twenty zero.
fn singular() -> Dense<f64> {
    let mut values = spread(20, 1.0, 10.0);
    values[3..9].fill(0.0);
    Dense::with_spectrum(&values)
}

#[test]
fn inconsistent_singular_systems_are_seen() {
    for (name, solver) in solvers() {
        let b = noise(20, 6);
        let failure = solver.solve(&mut singular(), &b, vec![0.0; 20]).unwrap_err();
        let seen = matches!(failure.status, Status::Singular(_));
        let slow = name == "neumann" && matches!(failure.status, Status::IterationLimit { .. });
        assert!(seen || slow, "{name}: {failure}");
        let failure = solver.solve(&mut Dense::new(1, true, |_, _| 0.0), &[1.0], vec![0.0]).unwrap_err();
        assert!(matches!(failure.status, Status::Singular(Singular::Breakdown { .. })), "{name}: {failure}");
    }
}

#[test]
fn iterations_solve_consistent_singular_systems_and_elimination_refuses() {
    for (name, solver) in solvers() {
        let mut h = singular();
        let b = tape::LinearOperator::apply(&mut h, &noise(20, 8)).to_vec();
        let solved = solver.solve(&mut h, &b, vec![0.0; 20]);
        if name == "dense" {
            assert!(matches!(solved.unwrap_err().status, Status::Singular(Singular::Breakdown { .. })));
        } else {
            assert!(solved.unwrap_or_else(|why| panic!("{name}: {why}")).residual <= 1e-10);
        }
    }
}

#[test]
fn exact_breakdowns_end_with_the_answer() {
    // b is a sum of two eigenvectors: the Krylov space has two dimensions.
    let mut h = Dense::<f64>::with_spectrum(&[2.0, -5.0, 3.0, 7.0, 11.0]);
    let q = |i: usize, j: usize| f64::from(i == j) - 2.0 / 5.0;
    let b: Vec<f64> = (0..5).map(|i| q(i, 1) + q(i, 3)).collect();
    let solvers: [&dyn LinearSolver<f64>; 2] = [&Minres::default(), &Gmres::default()];
    for solver in solvers {
        let answer = solver.solve(&mut h, &b, vec![0.0; 5]).unwrap();
        assert!(answer.products <= 3, "{solver:?}: {}", answer.products);
        for (i, x) in answer.x.iter().enumerate() {
            assert!((x - (q(i, 1) / -5.0 + q(i, 3) / 7.0)).abs() < 1e-14);
        }
    }
    // A rotation: the first Arnoldi step has no part along b, and MINRES' first rotation is by a right angle.
    let mut swap = Dense::new(2, true, |i, j| f64::from(i != j));
    assert_eq!(Minres::default().solve(&mut swap, &[1.0, 0.0], vec![0.0; 2]).unwrap().x, [0.0, 1.0]);
    let mut turn = Dense::new(2, false, |i, j| f64::from(i != j) * if i > j { 1.0 } else { -1.0 });
    assert_eq!(Gmres::default().solve(&mut turn, &[1.0, 0.0], vec![0.0; 2]).unwrap().x, [0.0, -1.0]);
}

#[test]
fn limits_and_fixed_amounts_of_work() {
    let b = noise(40, 3);
    let stop = Stop::Residual { tolerance: 1e-10, iterations: 7 };
    let limited: [&dyn LinearSolver<f64>; 3] = [
        &Minres { stop, ..Minres::default() },
        &Gmres { stop, ..Gmres::default() },
        &Neumann { stop, step: NeumannStep::Fixed(0.05), ..Neumann::default() },
    ];
    let fixed: [&dyn LinearSolver<f64>; 3] = [
        &Minres { stop: Stop::After(7), ..Minres::default() },
        &Gmres { stop: Stop::After(7), ..Gmres::default() },
        &Neumann { stop: Stop::After(7), step: NeumannStep::Fixed(0.05), ..Neumann::default() },
    ];
    for (limited, fixed) in limited.into_iter().zip(fixed) {
        let mut h = Dense::with_spectrum(&spread(40, 1.0, 30.0));
        let failure = limited.solve(&mut h, &b, vec![0.0; 40]).unwrap_err();
        assert!(matches!(failure.status, Status::IterationLimit { products: 7, .. }), "{limited:?}: {failure}");
        let answer = fixed.solve(&mut h, &b, vec![0.0; 40]).unwrap();
        assert_eq!((answer.products, &answer.x), (7, &failure.unverified.x), "{fixed:?}");
        let left = (answer.residual - failure.unverified.residual).abs();
        assert!(left < 1e-12 && answer.residual > 1e-6, "{fixed:?}: {left}");
    }
}

#[test]
fn the_neumann_series_has_its_terms_and_refuses_to_diverge() {
    let values = [1.0, 4.0, 10.0];
    let b = noise(3, 5);
    let mut h = Dense::with_spectrum(&values);
    // q = η Σⱼ₌₀ᴷ⁻¹ (I − ηH)ʲ b
    let (eta, terms) = (0.15, 6);
    let stop = Stop::After(terms);
    let found = Neumann { step: NeumannStep::Fixed(eta), stop, ..Neumann::default() }.solve(&mut h, &b, vec![0.0; 3]);
    let (mut v, mut sum) = (b.clone(), vec![0.0; 3]);
    for _ in 0..terms {
        sum.iter_mut().zip(&v).for_each(|(sum, v)| *sum += eta * v);
        let hv = tape::LinearOperator::apply(&mut h, &v).to_vec();
        v.iter_mut().zip(&hv).for_each(|(v, hv)| *v -= eta * hv);
    }
    found.unwrap().x.iter().zip(&sum).for_each(|(x, expected)| assert!((x - expected).abs() < 1e-14));
    // η = 0.25 > 2/10
    for stop in [Stop::After(40), Stop::Residual { tolerance: 1e-10, iterations: 100 }] {
        let step = NeumannStep::Fixed(0.25);
        let failure = Neumann { step, stop, ..Neumann::default() }.solve(&mut h, &b, vec![0.0; 3]).unwrap_err();
        let Status::Diverges { factor, step } = failure.status else { panic!("{failure}") };
        assert!((factor - 1.5).abs() < 0.1 && step == 0.25, "{factor}");
    }
    let mut negative = Dense::with_spectrum(&[1.0, -0.5, 2.0]);
    let failure = Neumann::default().solve(&mut negative, &b, vec![0.0; 3]).unwrap_err();
    assert!(matches!(failure.status, Status::NegativeCurvature { .. }), "{failure}");
    // Two Lanczos steps see less than λmax = 1000 of this spectrum; the growth of the residual corrects it.
    let mut values = spread(30, 1.0, 2.0);
    values[29] = 1000.0;
    let mut b = noise(30, 9);
    let q = |i: usize| f64::from(i == 29) - 2.0 / 30.0;
    let along: f64 = (0..30).map(|i| q(i) * b[i]).sum();
    (0..30).for_each(|i| b[i] -= (1.0 - 1e-9) * along * q(i));
    let mut hidden = Dense::with_spectrum(&values);
    let stop = Stop::Residual { tolerance: 1e-10, iterations: 50_000 };
    let measured = Neumann { step: NeumannStep::Measured(1), stop, ..Neumann::default() };
    let answer = measured.solve(&mut hidden, &b, vec![0.0; 30]).unwrap_or_else(|why| panic!("{why}"));
    assert!(answer.residual <= 1e-10 && *answer.ritz.last().unwrap() > 100.0, "{:?}", answer.ritz);
}

#[test]
fn preconditioning_undoes_a_bad_scaling() {
    let n = 60;
    let scale: Vec<f64> = spread(n, 1e-3, 1e3);
    let core = Dense::<f64>::with_spectrum(&spread(n, 1.0, 4.0));
    let mut h = Dense::new(n, true, |i, j| scale[i] * core.a[i * n + j] * scale[j]);
    let b = noise(n, 4);
    let diagonal: Vec<f64> = (0..n).map(|i| h.a[i * n + i]).collect();
    assert!(Cg::default().solve(&mut h, &b, vec![0.0; n]).is_err());
    let answer =
        Jacobi { solver: &Cg::to(1e-14), diagonal: &diagonal, tolerance: 1e-7 }.solve(&mut h, &b, vec![0.0; n]);
    let answer = answer.unwrap_or_else(|why| panic!("{why}"));
    assert!(answer.products < 150, "{}", answer.products);
    assert!(answer.ritz[0] >= 1e-6 * 0.99 && answer.ritz[1] <= 4e6 * 1.01, "{:?}", answer.ritz);
}

#[test]
fn values_that_solvers_saw_lie_inside_the_spectrum() {
    for (name, solver) in solvers() {
        let mut h = Dense::with_spectrum(&spread(17, 0.5, 8.0));
        let seen = solver.solve(&mut h, &noise(17, 2), vec![0.0; 17]).unwrap().ritz;
        assert!(!seen.is_empty() && seen[0] >= 0.5 - 1e-12 && *seen.last().unwrap() <= 8.0 + 1e-12, "{name}: {seen:?}");
        assert!(seen.is_sorted(), "{name}");
    }
    // Singular values of a rotation times 3.
    let mut turn = Dense::new(2, false, |i, j| 3.0 * f64::from(i != j) * if i > j { 1.0 } else { -1.0 });
    let seen = Gmres::default().solve(&mut turn, &[1.0, 0.5], vec![0.0; 2]).unwrap().ritz;
    assert!(seen.iter().all(|s| (s - 3.0).abs() < 1e-14), "{seen:?}");
}

#[test]
fn single_precision_goes_on_where_curvature_is_small_but_real() {
    // The condition number is 3e4, beyond the 8e3 that n·ε would allow for n = 1000.
    let values = spread(1000, 1e-3, 30.0);
    let mut h = Dense::<f32>::new(1000, true, |i, j| if i == j { values[i] } else { 0.0 });
    let b: Vec<f32> = noise(1000, 11).iter().map(|&x| x as f32).collect();
    let answer = Cg::to(5e-3).solve(&mut h, &b, vec![0.0; 1000]).unwrap_or_else(|why| panic!("{why}"));
    assert!(answer.residual <= 5e-3 && answer.ritz[0] < 30.0 / 1e4, "{} {}", answer.residual, answer.ritz[0]);
    // And a real null space is still seen.
    let mut values = spread(300, 1e-3, 30.0);
    values[..20].fill(0.0);
    let mut singular = Dense::<f32>::with_spectrum(&values);
    let failure = Cg::to(1e-4).solve(&mut singular, &b[..300], vec![0.0; 300]).unwrap_err();
    assert!(!matches!(failure.status, Status::IterationLimit { .. }), "{failure}");
}

#[test]
#[should_panic(expected = "cg: H is not symmetric; solve by gmres")]
fn conjugate_gradients_refuse_what_is_not_symmetric() {
    let _ = Cg::default().solve(&mut Dense::<f64>::random(3, 1), &[1.0; 3], vec![0.0; 3]);
}
