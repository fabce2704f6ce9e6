//! All solvers on the same convex quadratics on the simplex, whose minima are known by bisection.
use crate::quadratic::{Quadratic, quadratic};
use nas::baseline::{grid, random};
use nas::outer::{AdamLogits, ExponentiatedGradient, FrankWolfe, Outer, ProjectedGradient};
use nas::search::{Options, search};
use nas::seed::Seed;
use nas::space::{Cuboid, Product, Simplex, Space, duality_gap};

/// Problems with minima inside, on a face and at a vertex.
fn problems() -> Vec<Quadratic> {
    let mut stream = Seed::new(51).stream();
    let curvatures = Cuboid::new(vec![[0.5, 4.0]; 3]).unwrap();
    let targets = Cuboid::new(vec![[-1.0, 1.5]; 3]).unwrap();
    let mut problems = vec![quadratic(&[1.0, 2.0, 4.0], &[0.5, 0.3, 0.2]), quadratic(&[1.0; 3], &[5.0, 0.0, 0.0])];
    problems.extend((0..10).map(|_| quadratic(&curvatures.sample(&mut stream), &targets.sample(&mut stream))));
    problems
}

#[test]
fn bisection_finds_minima() {
    let mut faces = [0; 4];
    for problem in problems() {
        let least = problem.on_simplex();
        assert!((least.iter().sum::<f64>() - 1.0).abs() < 1e-10);
        assert!(duality_gap(&Simplex::unit(3), &least, &problem.gradient(&least)) < 1e-10);
        faces[least.iter().filter(|a| **a > 0.0).count()] += 1;
    }
    assert!(faces[1] > 0 && faces[2] > 0 && faces[3] > 0, "{faces:?} minima with so many positive weights");
}

#[test]
fn proximal_solvers_reach_the_minimum() {
    let simplex = Simplex { floor: 1e-12, ..Simplex::unit(3) };
    let options = Options { steps: 3000, ..Options::default() };
    let solvers: [(&str, &dyn Outer, f64); 3] = [
        ("projected gradient", &ProjectedGradient { space: &simplex }, 1e-9),
        ("exponentiated gradient", &ExponentiatedGradient { simplex }, 1e-9),
        ("Frank-Wolfe", &FrankWolfe { space: &simplex }, 1e-3),
    ];
    for mut problem in problems() {
        let least = problem.value(&problem.on_simplex());
        for (name, outer, tolerance) in solvers {
            let found = search(&mut problem, &simplex, outer, &options, &mut |_, _| {}).unwrap();
            let above = found.hypergradient.value - least;
            let gap = duality_gap(&simplex, &found.alpha, &found.hypergradient.alpha);
            assert!(above < tolerance, "{name}: {above} above the minimum, gap {gap}");
            assert!(above <= gap + 1e-10, "{name}: {above} above the minimum, gap {gap}");
        }
    }
}

/// With the default memory of ten steps in the default number of steps; with that of DARTS, of a thousand steps, more slowly.
#[test]
fn adam_reaches_the_minimum() {
    let space = Product { factors: vec![Box::new(Simplex::unit(3))] };
    let short = AdamLogits::default();
    let long = AdamLogits { steps: 2000, betas: [0.9, 0.999], ..short };
    for mut problem in problems() {
        let least = problem.value(&problem.on_simplex());
        for (adam, tolerance) in [(short, 1e-5), (long, 1e-3)] {
            let found = adam.search(&mut problem, &space, &mut |_, _| {}).unwrap();
            let above = found.hypergradient.value - least;
            assert!((-1e-10..tolerance).contains(&above), "{above} above the minimum, {:?}", found.stop);
        }
    }
}

/// A lattice of k parts has a point within √h/k of the minimum, where F is higher by ‖g‖ √h/k + c h/2k² at most; random points
/// come less near.
#[test]
fn baselines_come_near_the_minimum() {
    let (simplex, parts) = (Simplex::unit(3), 60);
    for mut problem in problems() {
        let at = problem.on_simplex();
        let least = problem.value(&at);
        let step = 3f64.sqrt() / parts as f64;
        let slope = problem.gradient(&at).iter().map(|g| g * g).sum::<f64>().sqrt();
        let all = grid(&mut problem, &simplex, parts).unwrap();
        let above = all.values[all.best().unwrap()] - least;
        assert!((-1e-10..slope * step + 2.0 * step * step).contains(&above), "{above}");
        let few = random(&mut problem, &simplex, 2000, &mut Seed::new(0).stream()).unwrap();
        let above = few.values[few.best().unwrap()] - least;
        assert!((-1e-10..0.2).contains(&above), "{above}");
    }
}
