//! Covering numbers: nets that are built, packings that are found, and the bounds on both.
use crate::sets::{all, distance, vector};
use nas::seed::Seed;
use nas::space::{Ball, Copies, Cuboid, EffectiveDimension, Finite, L1Ball, Product, Simplex, Space, Sparse, Sphere};

/// Points of a cloud that are more than `separation` apart, taken greedily.
fn packing(cloud: &[Vec<f64>], separation: f64) -> usize {
    let mut kept: Vec<&Vec<f64>> = Vec::new();
    for p in cloud {
        if kept.iter().all(|q| distance(p, q) > separation) {
            kept.push(p);
        }
    }
    kept.len()
}

fn ln_binomial(n: usize, k: usize) -> f64 {
    let ln_factorial = |n: usize| (1..=n).map(|i| (i as f64).ln()).sum::<f64>();
    ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
}

/// Points 2ε apart are in different cells of every ε-cover, so no more of them exist than N_ε.
#[test]
fn no_packing_exceeds_a_covering_number() {
    let mut stream = Seed::new(21).stream();
    for h in 0..4 {
        for set in all(h) {
            let cloud: Vec<Vec<f64>> = (0..2000).map(|_| set.space.sample(&mut stream)).collect();
            for epsilon in [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 5.0] {
                let (found, bound) = (packing(&cloud, 2.0 * epsilon), set.space.log_covering_number(epsilon));
                assert!((found as f64).ln() <= bound + 1e-12, "{} at {epsilon}: {found} > e^{bound}", set.name);
            }
        }
    }
}

/// Bounds that come from volumes hold for the packings that are ε-covers themselves.
#[test]
fn greedy_covers_keep_the_bounds_of_volumes() {
    let mut stream = Seed::new(22).stream();
    for h in 1..4 {
        let sparse = Sparse::new(h, 1, 1.0).unwrap();
        let spaces: [&dyn Space; 3] = [&Ball::unit(h), &Sphere::unit(h), &sparse];
        for space in spaces {
            let cloud: Vec<Vec<f64>> = (0..2000).map(|_| space.sample(&mut stream)).collect();
            for epsilon in [0.1, 0.2, 0.4, 0.8] {
                assert!((packing(&cloud, epsilon) as f64).ln() <= space.log_covering_number(epsilon));
            }
        }
    }
}

#[test]
fn bounds_do_not_grow_with_epsilon() {
    let grid: Vec<f64> = (0..400).map(|i| 1e-3 * 1.03f64.powi(i)).collect();
    for h in 0..5 {
        for set in all(h) {
            let bounds: Vec<f64> = grid.iter().map(|e| set.space.log_covering_number(*e)).collect();
            assert!(bounds.windows(2).all(|b| b[1] <= b[0] + 1e-12 && b[1] >= 0.0), "{}", set.name);
        }
    }
}

/// ln N_ε ≤ h_eff ln(C/ε) for every ε up to the radius, and the radius is one.
#[test]
fn effective_dimensions_bound_the_covering_numbers() {
    let mut stream = Seed::new(23).stream();
    for h in 0..7 {
        for set in all(h) {
            let (radius, EffectiveDimension { exponent, constant }) =
                (set.space.radius(), set.space.effective_dimension());
            for share in (0..400).map(|i| 0.97f64.powi(i)) {
                let epsilon = share * radius;
                let bound = exponent * (constant / epsilon).ln();
                let ln_n = set.space.log_covering_number(epsilon);
                assert!(
                    radius == 0.0 || ln_n <= bound * (1.0 + 1e-12) + 1e-12,
                    "{} {epsilon} {ln_n} {bound}",
                    set.name
                );
            }
            let cloud: Vec<Vec<f64>> = (0..200).map(|_| set.space.sample(&mut stream)).collect();
            let widest = cloud.iter().map(|p| distance(p, &cloud[0])).fold(0.0, f64::max);
            assert!(widest <= 2.0 * radius + 1e-12, "{}: {widest} apart, radius {radius}", set.name);
        }
    }
}

/// A product of very different factors: the constant depends on all of them.
#[test]
fn effective_dimensions_of_uneven_products() {
    for (large, wide) in [(1, 9), (9, 1), (5, 5)] {
        let factors: Vec<Box<dyn Space>> = vec![
            Box::new(Ball::new(large, 100.0).unwrap()),
            Box::new(Ball::new(wide, 0.1).unwrap()),
            Box::new(Ball::new(2, 0.0).unwrap()),
        ];
        let product = Product { factors };
        let EffectiveDimension { exponent, constant } = product.effective_dimension();
        assert_eq!(exponent, 10.0);
        for share in (0..400).map(|i| 0.95f64.powi(i)) {
            let epsilon = share * product.radius();
            let bound = exponent * (constant / epsilon).ln();
            assert!(product.log_covering_number(epsilon) <= bound * (1.0 + 1e-12));
        }
    }
    let nothing = Product::<dyn Space> { factors: Vec::new() };
    assert_eq!(nothing.log_covering_number(0.1), 0.0);
    assert_eq!(nothing.effective_dimension().exponent, 0.0);
    assert_eq!((nothing.coordinates(), nothing.radius()), (0, 0.0));
    let none = Copies { space: Ball::unit(2), copies: 0 };
    assert_eq!(none.effective_dimension(), nothing.effective_dimension());
    assert_eq!((none.coordinates(), none.radius(), none.log_covering_number(0.1)), (0, 0.0, 0.0));
}

/// The net of a box, cell by cell: as many centres as the bound says, and every point within ε of one.
#[test]
fn cell_centres_cover_a_box() {
    let limits = vec![[0.0, 1.0], [0.5, 0.5], [-1.0, 1.5]];
    let cuboid = Cuboid::new(limits.clone()).unwrap();
    let mut stream = Seed::new(24).stream();
    for epsilon in [0.11, 0.3, 0.5, 0.9, 2.0] {
        let cells = |[l, u]: [f64; 2]| (((u - l) * 2f64.sqrt() / (2.0 * epsilon)).ceil() as usize).max(1);
        let centre = |[l, u]: [f64; 2], k: usize| l + (u - l) * (k as f64 + 0.5) / cells([l, u]) as f64;
        let count: usize = limits.iter().map(|side| cells(*side)).product();
        assert!((cuboid.log_covering_number(epsilon) - (count as f64).ln()).abs() < 1e-12);
        for _ in 0..500 {
            let p = cuboid.sample(&mut stream);
            let nearest = |i: usize| {
                let centres = (0..cells(limits[i])).map(|k| centre(limits[i], k));
                centres.map(|c| (c - p[i]).abs()).fold(f64::INFINITY, f64::min)
            };
            assert!((0..3).map(|i| nearest(i).powi(2)).sum::<f64>().sqrt() <= epsilon + 1e-12);
        }
    }
}

/// All averages of k of the vertices.
fn averages(vertices: &[Vec<f64>], k: usize) -> Vec<Vec<f64>> {
    let mut sums = vec![(0, vec![0.0; vertices[0].len()])];
    for _ in 0..k {
        let with = |(first, sum): &(usize, Vec<f64>)| -> Vec<(usize, Vec<f64>)> {
            let plus = |i: usize| sum.iter().zip(&vertices[i]).map(|(s, v)| s + v / k as f64).collect();
            (*first..vertices.len()).map(|i| (i, plus(i))).collect()
        };
        sums = sums.iter().flat_map(with).collect();
    }
    sums.into_iter().map(|(_, sum)| sum).collect()
}

/// Maurey's nets, point by point: as many averages as the formula says, and every point within ε of one.
#[test]
fn averages_of_vertices_cover_polytopes() {
    let mut stream = Seed::new(25).stream();
    let unit = |i: usize, h: usize, sign: f64| (0..h).map(|j| if i == j { sign } else { 0.0 }).collect::<Vec<_>>();
    for h in 1..5 {
        let corners: Vec<Vec<f64>> = (0..h).map(|i| unit(i, h, 1.0)).collect();
        let crosses: Vec<Vec<f64>> = (0..2 * h).map(|i| unit(i / 2, h, if i % 2 == 0 { 1.0 } else { -1.0 })).collect();
        let sets: [(&dyn Space, Vec<Vec<f64>>); 2] = [(&Simplex::unit(h), corners), (&L1Ball::unit(h), crosses)];
        for (space, vertices) in sets {
            for k in 1..5 {
                let (net, epsilon) = (averages(&vertices, k), 1.0 / (k as f64).sqrt() + 1e-12);
                let counted = (net.len() as f64).ln();
                assert!((counted - ln_binomial(vertices.len() + k - 1, k)).abs() < 1e-12);
                assert!(space.log_covering_number(epsilon) <= counted + 1e-9);
                for _ in 0..200 {
                    let p = space.sample(&mut stream);
                    let nearest = net.iter().map(|q| distance(&p, q)).fold(f64::INFINITY, f64::min);
                    assert!(nearest <= epsilon, "{p:?} is {nearest} from the averages of {k}");
                }
            }
        }
    }
}

/// The formulas of science 2.1, written once more.
#[test]
fn formulas() {
    for h in 1..9usize {
        for epsilon in [0.01, 0.1, 0.5, 1.0] {
            let volume = |d: usize, radius: f64| d as f64 * (1.0 + 2.0 * radius / epsilon).ln();
            let k = |radius: f64| (radius * radius / (epsilon * epsilon)).ceil() as usize;
            let close = |space: &dyn Space, want: f64| {
                let got = space.log_covering_number(epsilon);
                assert!((got - want).abs() <= 1e-9 * want.max(1.0), "{got} is not {want}");
            };
            close(&Ball::new(h, 2.0).unwrap(), volume(h, 2.0));
            close(&Sphere::unit(h), volume(h, 1.0).min((2.0 * h as f64).ln() + volume(h - 1, 1.0)));
            close(&Simplex::unit(h), volume(h - 1, 1.0).min(ln_binomial(h + k(1.0) - 1, k(1.0))));
            close(&L1Ball::new(h, 2.0).unwrap(), volume(h, 2.0).min(ln_binomial(2 * h + k(2.0) - 1, k(2.0))));
            let s = h.div_ceil(3);
            close(&Sparse::new(h, s, 2.0).unwrap(), (ln_binomial(h, s) + volume(s, 2.0)).min(volume(h, 2.0)));
            let listed = (0..h).map(|i| vec![i as f64]).collect();
            close(&Finite::new(listed).unwrap(), (h as f64).ln());
            // Of ten thousand coordinates in all, none overflows.
            let many = Simplex::unit(1000 * h).log_covering_number(epsilon);
            assert!(many.is_finite() && many <= volume(1000 * h - 1, 1.0));
        }
    }
}

/// Equal factors share ε equally, as copies do; uneven ones in proportion to their radii where that is less.
#[test]
fn products_split_epsilon() {
    let simplices = Product { factors: vec![Box::new(Simplex::unit(3)), Box::new(Simplex::unit(3))] };
    let copies = Copies { space: Simplex::unit(3), copies: 2 };
    let (large, small) = (Ball::new(9, 100.0).unwrap(), Ball::new(1, 0.1).unwrap());
    let uneven = Product { factors: vec![Box::new(large), Box::new(small)] };
    let mut less = 0;
    for epsilon in [1e-3, 0.05, 0.3, 2.0, 50.0] {
        let (got, want) = (simplices.log_covering_number(epsilon), copies.log_covering_number(epsilon));
        assert!((got - want).abs() < 1e-12 * want.max(1.0), "{got} is not {want}");
        let both = |a: f64, b: f64| large.log_covering_number(a) + small.log_covering_number(b);
        let (equal, unit) = (both(epsilon / 2f64.sqrt(), epsilon / 2f64.sqrt()), epsilon / 100f64.hypot(0.1));
        let proportional = both(100.0 * unit, 0.1 * unit);
        less += u8::from(proportional < equal);
        let got = uneven.log_covering_number(epsilon);
        assert!((got - equal.min(proportional)).abs() < 1e-12 * got, "{got}: {equal} or {proportional}");
    }
    assert!((1..5).contains(&less), "one split is always less");
}

/// A fixed side counts once, not zero times, and takes no part of ε.
#[test]
fn fixed_sides_count_once() {
    let (with, without) = (vec![[0.0, 1.0], [3.0, 3.0]], vec![[0.0, 1.0]]);
    let (with, without) = (Cuboid::new(with).unwrap(), Cuboid::new(without).unwrap());
    for epsilon in [0.01, 0.2, 9.0] {
        assert_eq!(with.log_covering_number(epsilon), without.log_covering_number(epsilon));
    }
    let point = Cuboid::new(vec![[1.0, 1.0]]).unwrap();
    assert_eq!((point.log_covering_number(0.1), point.effective_dimension().exponent), (0.0, 0.0));
    let alpha = vector(1, 5.0, &mut Seed::new(0).stream());
    assert_eq!(crate::sets::projected(&point, &alpha), [1.0]);
}
