//! Formulas: what they mean, on numbers and on a tape, and their derivatives.
use nas::model::Formula;
use nas::seed::Seed;
use proptest::prelude::*;
use rand::RngExt;
use tape::{Tape, check, reference};

/// A formula and what it should be.
type Case = (&'static str, fn(f64) -> f64);

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

const CASES: [Case; 34] = [
    ("x", |x| x),
    (" x*exp(-x^2) ", |x| x * (-x * x).exp()),
    ("-x^2", |x| -(x * x)),
    ("(-x)^2", |x| x * x),
    ("2^-x^2", |x| 2f64.powf(-(x * x))),
    ("(1+x^2)^2^0.5*x", |x| (1.0 + x * x).powf(2f64.sqrt()) * x),
    ("1 - x - 2 - 3", |x| 1.0 - x - 2.0 - 3.0),
    ("1 - (x - 2)", |x| 3.0 - x),
    ("x/2/4", |x| x / 8.0),
    ("x/2*4", |x| x * 2.0),
    ("2 - -x", |x| 2.0 + x),
    ("- - +x", |x| x),
    ("x*-2", |x| -2.0 * x),
    ("1 + 2*x^3", |x| 1.0 + 2.0 * x.powi(3)),
    ("1/(1+x^2)", |x| 1.0 / (1.0 + x * x)),
    ("(1+x^2)^-1", |x| 1.0 / (1.0 + x * x)),
    ("(1+x^2)^-1.5", |x| (1.0 + x * x).powf(-1.5)),
    ("(1+x^2)^sin(x)", |x| (1.0 + x * x).powf(x.sin())),
    ("max(x, 0) + min(0.1*x, 0)", |x| if x > 0.0 { x } else { 0.1 * x }),
    ("max(-1, min(x, 1))", |x| x.clamp(-1.0, 1.0)),
    ("max(x, x^2) - min(x, x^2)", |x| (x - x * x).abs()),
    ("2e0*x + 1.5E-1 + .5", |x| 2.0 * x + 0.65),
    ("2*e*x", |x| 2.0 * std::f64::consts::E * x),
    ("sin(pi*x)", |x| (std::f64::consts::PI * x).sin()),
    ("cos(x)*sigmoid(x)", |x| x.cos() * logistic(x)),
    ("silu(x) - x*sigmoid(x) + tanh(x)", f64::tanh),
    ("relu(x) + elu(x)", |x| if x > 0.0 { 2.0 * x } else { x.exp() - 1.0 }),
    ("softplus(x)", |x| (1.0 + x.exp()).ln()),
    ("gelu(x) - x*(1 + erf(x/sqrt(2)))/2 + abs(x)", f64::abs),
    ("ln(1 + exp(x)) - ln_1p(exp(x)) + atan(x)", f64::atan),
    ("expm1(x) - exp(x)", |_| -1.0),
    ("asin(tanh(x))", |x| x.tanh().asin()),
    ("sign(x)*sqrt(abs(x) + 1)", |x| if x == 0.0 { 0.0 } else { x.signum() * (x.abs() + 1.0).sqrt() }),
    ("x^0 + x^1", |x| 1.0 + x),
];

/// σ on a matrix, by the interpreter of the tape.
fn on_tape(formula: &Formula, rows: usize, cols: usize, x: &[f64]) -> Vec<f64> {
    let tape = Tape::new();
    let input = tape.input(rows, cols);
    reference::evaluate(input, formula.record(input), &[x]).swap_remove(0)
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * (1.0 + b.abs())
}

#[test]
fn formulas_mean_what_they_say() {
    let mut stream = Seed::new(1).stream();
    for (text, want) in CASES {
        let formula = Formula::parse(text).unwrap();
        assert_eq!((formula.text(), formula.to_string()), (text.trim(), text.trim().to_owned()));
        for (rows, cols) in [(0, 1), (1, 1), (2, 3), (1, 4)] {
            let mut x: Vec<f64> = (0..rows * cols).map(|_| stream.random_range(-5.0..5.0)).collect();
            x.iter_mut().take(1).filter(|_| cols == 4).for_each(|x| *x = 0.0);
            let found = on_tape(&formula, rows, cols, &x);
            assert_eq!(found.len(), x.len());
            for (&x, found) in x.iter().zip(found) {
                assert!(close(formula.at(x), want(x)), "{text} at {x}: {}, not {}", formula.at(x), want(x));
                assert!(close(found, want(x)), "{text} at {x}, on a tape: {found}, not {}", want(x));
            }
        }
    }
}

/// Up to the third order: what a hypergradient through an exact Hessian needs.
#[test]
fn derivatives_of_every_case_pass_the_gradient_checker() {
    for (text, _) in CASES {
        let tape = Tape::new();
        let x = tape.input(2, 3);
        let values = [0.31, -1.27, 2.2, -0.63, 0.77, -2.9];
        let options = check::Options { order: 3, floor: 1.0, ..check::Options::default() };
        let report = check::gradient(Formula::parse(text).unwrap().record(x), x, x, &[&values], &options);
        assert!(report.verdict() < check::Verdict::Kink, "{text}\n{report}");
    }
}

#[test]
fn numbers_are_payload_and_not_nodes() {
    let nodes = |text: &str| {
        let tape = Tape::new();
        let x = tape.input(2, 2);
        let before = tape.len();
        Formula::parse(text).unwrap().record(x);
        tape.len() - before
    };
    assert_eq!(nodes("x"), 0);
    assert_eq!(nodes("2*(pi - 1)*x + sqrt(2)"), 2, "scaled and shifted");
    assert_eq!(nodes("x^3"), 1);
}

/// Neither a long sum nor its evaluation recurses.
#[test]
fn a_long_formula_is_no_deep_one() {
    let text = ["x"; 20_000].join("+");
    let formula = Formula::parse(&text).unwrap();
    assert_eq!(formula.at(0.5), 10_000.0);
    assert_eq!(on_tape(&formula, 1, 1, &[0.5]), [10_000.0]);
}

#[test]
fn equal_formulas_are_those_that_compute_the_same() {
    let formula = |text| Formula::parse(text).unwrap();
    assert_eq!(formula("x*2+1"), formula("((x * 2)) + 1.0"));
    assert_ne!(formula("x*2+1"), formula("x*(2+1)"));
    assert_ne!(formula("exp(x)"), formula("sin(x)"));
}

/// A formula as a tree, with a printer and an evaluation of its own: the oracle.
#[derive(Clone, Debug)]
enum Tree {
    X,
    Number(u8),
    Minus(Box<Tree>),
    Join(char, Box<Tree>, Box<Tree>),
    Tanh(Box<Tree>),
    Max(Box<Tree>, Box<Tree>),
}

impl Tree {
    fn at(&self, x: f64) -> f64 {
        match self {
            Self::X => x,
            Self::Number(n) => f64::from(*n) / 4.0,
            Self::Minus(a) => -a.at(x),
            Self::Tanh(a) => a.at(x).tanh(),
            Self::Max(a, b) => a.at(x).max(b.at(x)),
            Self::Join(sign, a, b) => match sign {
                '+' => a.at(x) + b.at(x),
                '-' => a.at(x) - b.at(x),
                '*' => a.at(x) * b.at(x),
                _ => a.at(x) / b.at(x),
            },
        }
    }

    /// How tightly the outermost operation binds.
    fn level(&self) -> u8 {
        match self {
            Self::Join('+' | '-', ..) => 0,
            Self::Join(..) => 1,
            Self::Minus(_) => 2,
            _ => 3,
        }
    }

    /// With no more parentheses than it needs.
    fn text(&self) -> String {
        let within = |part: &Self, least: u8| {
            if part.level() < least { format!("({})", part.text()) } else { part.text() }
        };
        match self {
            Self::X => "x".into(),
            Self::Number(n) => (f64::from(*n) / 4.0).to_string(),
            Self::Minus(a) => format!("-{}", within(a, 2)),
            Self::Tanh(a) => format!("tanh({})", a.text()),
            Self::Max(a, b) => format!("max({}, {})", a.text(), b.text()),
            Self::Join(sign, a, b) => format!("{}{sign}{}", within(a, self.level()), within(b, self.level() + 1)),
        }
    }
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![2 => Just(Tree::X), 1 => (0..20_u8).prop_map(Tree::Number)];
    leaf.prop_recursive(6, 40, 2, |part| {
        let pair = (part.clone(), part.clone());
        prop_oneof![
            part.clone().prop_map(|a| Tree::Minus(a.into())),
            part.prop_map(|a| Tree::Tanh(a.into())),
            pair.clone().prop_map(|(a, b)| Tree::Max(a.into(), b.into())),
            (prop::sample::select(vec!['+', '-', '*', '/']), pair).prop_map(|(s, (a, b))| Tree::Join(
                s,
                a.into(),
                b.into()
            )),
        ]
    })
}

proptest! {
    #[test]
    fn random_formulas_are_read_as_they_were_written(tree in tree(), x in -3.0..3.0_f64) {
        let (text, want) = (tree.text(), tree.at(x));
        prop_assume!(text.contains('x') && text.replace("max", "").contains('x') && want.is_finite());
        let formula = Formula::parse(&text).unwrap();
        prop_assert_eq!(formula.at(x), want, "{}", text);
        let found = on_tape(&formula, 1, 1, &[x])[0];
        prop_assert!(close(found, want) || found.is_nan() || want.abs() > 1e6, "{text}: {found}, not {want}");
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[-x0-9.e+*/^(), a-z_é]{0,40}") {
        drop(Formula::parse(&text).map(|formula| formula.at(0.5)));
    }
}
