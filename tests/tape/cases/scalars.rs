//! num-dual: the README and `tests/test_dual2.rs`.

use super::{close, jet};
use tape::{Tape, Var, grad, hessian, reference};

#[test]
fn the_readme_of_num_dual() {
    let tape = Tape::new();
    let x = tape.input(2, 1);
    let (a, b) = (x.slice(0, 1, 1), x.slice(1, 1, 1));
    let f = a.powi(3) * b.powi(2);
    let answer = reference::evaluate(x, vec![f, grad(f, x), hessian(f, x)], &[&[5.0, 4.0]]);
    assert_eq!(answer, [vec![2000.0], vec![1200.0, 1000.0], vec![480.0, 600.0, 600.0, 250.0]]);
}

#[test]
fn a_third_derivative() {
    let [.., third] = jet::<4>(|t| t.cos().powi(3) * t.sin().powi(2), 1.0);
    close("cos³ sin²", &[third], &[7.358_639_755_305_733], 1e-13);
}

/// A function with its value and two derivatives at a point.
struct Case {
    name: &'static str,
    f: fn(Var<'_>) -> Var<'_>,
    at: f64,
    jet: [f64; 3],
}

const CASES: [Case; 12] = [
    Case { name: "exp", f: |x| x.exp(), at: 1.2, jet: [3.32011692273655; 3] },
    Case { name: "ln", f: |x| x.ln(), at: 1.2, jet: [0.182321556793955, 0.833333333333333, -0.694444444444445] },
    Case { name: "sqrt", f: |x| x.sqrt(), at: 1.2, jet: [1.09544511501033, 0.456435464587638, -0.190181443578183] },
    Case { name: "sin", f: |x| x.sin(), at: 1.2, jet: [0.932039085967226, 0.362357754476674, -0.932039085967226] },
    Case {
        name: "tan",
        f: |x| x.sin() / x.cos(),
        at: 1.2,
        jet: [2.57215162212632, 7.61596396720705, 39.1788281446144],
    },
    Case { name: "recip", f: |x| x.recip(), at: 1.2, jet: [0.833333333333333, -0.694444444444445, 1.15740740740741] },
    Case { name: "ln_1p", f: |x| x.ln_1p(), at: 1.2, jet: [0.788457360364270, 0.454545454545455, -0.206611570247934] },
    Case {
        name: "exp2",
        f: |x| (x * std::f64::consts::LN_2).exp(),
        at: 1.2,
        jet: [2.29739670999407, 1.59243405216008, 1.10379117348241],
    },
    Case { name: "powf", f: |x| x.powf(4.2), at: 1.2, jet: [2.15060788316847, 7.52712759108966, 20.0723402429058] },
    Case { name: "powi", f: |x| x.powi(6), at: 1.2, jet: [2.985984, 14.92992, 62.208] },
    Case { name: "asin", f: |x| x.asin(), at: 0.2, jet: [0.201357920790331, 1.02062072615966, 0.212629317949929] },
    Case { name: "atan", f: |x| x.atan(), at: 0.2, jet: [0.197395559849881, 0.961538461538462, -0.369822485207101] },
];

#[test]
fn the_table_of_num_dual() {
    for Case { name, f, at, jet: expected } in CASES {
        close(name, &jet::<3>(f, at), &expected, 1e-12 * expected[2].abs().max(1.0));
    }
}

#[test]
fn powers_at_zero() {
    assert_eq!(jet::<3>(|x| x.powf(0.0), 0.0), [1.0, 0.0, 0.0]);
    assert_eq!(jet::<3>(|x| x.powf(1.0), 0.0), [0.0, 1.0, 0.0]);
    assert_eq!(jet::<3>(|x| x.powf(2.0), 0.0), [0.0, 0.0, 2.0]);
    assert_eq!(jet::<3>(|x| x.powf(3.0), 0.0), [0.0, 0.0, 0.0]);
    assert_eq!(jet::<3>(|x| x.powi(0), 0.0), [1.0, 0.0, 0.0]);
    assert_eq!(jet::<3>(|x| x.powi(1), 0.0), [0.0, 1.0, 0.0]);
    assert_eq!(jet::<3>(|x| x.powi(2), 0.0), [0.0, 0.0, 2.0]);
    assert_eq!(jet::<3>(|x| x.powi(3), 0.0), [0.0, 0.0, 0.0]);
}
