//! Every constraint set of the crate, each with a slow twin that measures how far a point is from keeping its constraints.
use nas::seed::{Seed, Stream};
use nas::space::{
    Ball, BoxSection, Convex, Copies, Cuboid, Finite, L1Ball, NonnegativeSphere, Product, Simplex, Space, Sparse,
    Sphere,
};

/// How far a point violates the constraints.
type Violation = Box<dyn Fn(&[f64]) -> f64>;

pub(crate) struct Set {
    pub(crate) name: &'static str,
    pub(crate) space: Box<dyn Space>,
    pub(crate) violation: Violation,
}

fn set(name: &'static str, space: impl Space + 'static, violation: impl Fn(&[f64]) -> f64 + 'static) -> Set {
    Set { name, space: Box::new(space), violation: Box::new(violation) }
}

pub(crate) fn norm(v: &[f64]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

pub(crate) fn distance(a: &[f64], b: &[f64]) -> f64 {
    norm(&a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>())
}

pub(crate) fn projected(space: &dyn Space, v: &[f64]) -> Vec<f64> {
    let mut point = space.start();
    space.project(v, &mut point);
    point
}

/// h numbers between −`scale` and `scale`.
pub(crate) fn vector(h: usize, scale: f64, stream: &mut Stream) -> Vec<f64> {
    Cuboid::new(vec![[-scale, scale]; h]).unwrap().sample(stream)
}

/// The second side is fixed.
pub(crate) fn cuboid(h: usize) -> Cuboid {
    let limits = |i| if i == 1 { [0.3, 0.3] } else { [-0.5 + 0.1 * i as f64, 1.0] };
    Cuboid::new((0..h).map(limits).collect()).unwrap()
}

/// The same box, cut between its least and its largest sum of coordinates whose weights have both signs and a zero.
pub(crate) fn section(h: usize) -> BoxSection {
    let (limits, weights) = (cuboid(h).limits().to_vec(), [1.0, -0.7, 2.0, 0.0, -1.5, 0.5][..h].to_vec());
    let end = |share: f64| -> f64 {
        let sides = weights.iter().zip(&limits);
        sides.map(|(w, [l, u])| w * if *w > 0.0 { l + share * (u - l) } else { u - share * (u - l) }).sum()
    };
    BoxSection::new(limits.clone(), weights.clone(), end(0.6)).unwrap()
}

fn in_section(section: &BoxSection, sum: f64) -> impl Fn(&[f64]) -> f64 + use<> {
    let (within, weights) = (in_limits(section.limits()), section.weights().to_vec());
    move |p| within(p).max((dot(&weights, p) - sum).abs())
}

pub(crate) fn points(h: usize) -> Vec<Vec<f64>> {
    let mut stream = Seed::new(7).stream();
    (0..7).map(|_| vector(h, 2.0, &mut stream)).collect()
}

fn in_simplex(radius: f64, floor: f64) -> impl Fn(&[f64]) -> f64 {
    move |p| {
        let below = p.iter().map(|x| floor - x).fold(0.0, f64::max);
        below.max((p.iter().sum::<f64>() - radius).abs())
    }
}

fn outside(radius: f64) -> impl Fn(&[f64]) -> f64 {
    move |p| (norm(p) - radius).max(0.0)
}

fn in_limits(limits: &[[f64; 2]]) -> impl Fn(&[f64]) -> f64 + use<> {
    let limits = limits.to_vec();
    move |p| p.iter().zip(&limits).map(|(x, [l, u])| (l - x).max(x - u)).fold(0.0, f64::max)
}

/// The convex sets in R^h (products have more coordinates).
pub(crate) fn convex(h: usize) -> Vec<(Set, Box<dyn Convex>)> {
    let mut sets: Vec<(Set, Box<dyn Convex>)> = Vec::new();
    fn both<S: Convex + Clone + 'static>(set: Set, space: &S) -> (Set, Box<dyn Convex>) {
        (set, Box::new(space.clone()))
    }
    let (ball, l1, side) = (Ball::new(h, 1.5).unwrap(), L1Ball::new(h, 1.2).unwrap(), cuboid(h));
    sets.push(both(set("ball", ball, outside(1.5)), &ball));
    let l1_norm = |p: &[f64]| p.iter().map(|x| x.abs()).sum::<f64>();
    sets.push(both(set("l1 ball", l1, move |p| (l1_norm(p) - 1.2).max(0.0)), &l1));
    sets.push(both(set("cuboid", side.clone(), in_limits(side.limits())), &side));
    let (cut, sum) = (section(h), dot(section(h).weights(), &section(h).start()));
    sets.push(both(set("box section", cut.clone(), in_section(&cut, sum)), &cut));
    let balls = Copies { space: ball, copies: 2 };
    let each = move |p: &[f64]| p.chunks(h.max(1)).map(outside(1.5)).fold(0.0, f64::max);
    sets.push(both(set("two balls", balls, each), &balls));
    if h > 0 {
        let (unit, floored) = (Simplex::unit(h), Simplex::new(h, 2.5, 0.1).unwrap());
        sets.push(both(set("simplex", unit, in_simplex(1.0, 0.0)), &unit));
        sets.push(both(set("simplex with a floor", floored, in_simplex(2.5, 0.1)), &floored));
        let signed = BoxSection::unit(h);
        sets.push(both(set("unit box section", signed.clone(), in_section(&signed, 1.0)), &signed));
        let product = || {
            let factors: Vec<Box<dyn Convex>> =
                vec![Box::new(unit), Box::new(cuboid(h)), Box::new(Ball::new(1, 0.2).unwrap())];
            Product { factors }
        };
        let (first, second, third) = (in_simplex(1.0, 0.0), in_limits(side.limits()), outside(0.2));
        let violation = move |p: &[f64]| first(&p[..h]).max(second(&p[h..2 * h])).max(third(&p[2 * h..]));
        sets.push((set("product", product(), violation), Box::new(product())));
    }
    sets
}

/// All sets in R^h (products have more coordinates).
pub(crate) fn all(h: usize) -> Vec<Set> {
    let mut sets: Vec<Set> = convex(h).into_iter().map(|(set, _)| set).collect();
    let support = h.div_ceil(2);
    let many = move |p: &[f64]| if p.iter().filter(|x| **x != 0.0).count() > support { 1.0 } else { 0.0f64 };
    let sparse = Sparse::new(h, support, 1.5).unwrap();
    sets.push(set("sparse", sparse, move |p| many(p).max((norm(p) - 1.5).max(0.0))));
    let listed = points(h);
    let away = move |p: &[f64]| listed.iter().map(|q| distance(p, q)).fold(f64::INFINITY, f64::min);
    sets.push(set("finite", Finite::new(points(h)).unwrap(), away));
    if h > 0 {
        sets.push(set("sphere", Sphere::new(h, 1.5).unwrap(), |p| (norm(p) - 1.5).abs()));
        let below = |p: &[f64]| p.iter().map(|x| -x).fold(0.0, f64::max);
        let nonnegative = NonnegativeSphere::new(h, 1.5).unwrap();
        sets.push(set("nonnegative sphere", nonnegative, move |p| below(p).max((norm(p) - 1.5).abs())));
        let factors: Vec<Box<dyn Space>> =
            vec![Box::new(Sphere::unit(h)), Box::new(Sparse::new(2, 1, 3.0).unwrap()), Box::new(Simplex::unit(1))];
        let violation = move |p: &[f64]| {
            let two = if p[h] != 0.0 && p[h + 1] != 0.0 { 1.0 } else { 0.0f64 };
            let (first, last) = ((norm(&p[..h]) - 1.0).abs(), (p[h + 2] - 1.0).abs());
            first.max(two).max(norm(&p[h..h + 2]) - 3.0).max(last)
        };
        sets.push(set("product that is not convex", Product { factors }, violation));
    }
    sets
}
