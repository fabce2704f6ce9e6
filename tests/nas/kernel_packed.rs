//! Gram terms kept as lower triangles: the bits of the whole ones wherever a ridge fit and its hypergradient go, and half the memory.
use crate::random::{normal, one_in, sphere};
use faer::{Col, Mat, Scale};
use nas::dense::{Triangle, apply_symmetric, frobenius_symmetric, product};
use nas::kernel::mkl::{AlignmentOptions, EasyOptions, LpOptions, Method, Normalised, SimpleOptions, learn};
use nas::kernel::ntk::{Ntk, Trained};
use nas::kernel::validation::{Criterion, Folds, Selection};
use nas::kernel::{Gram, LeastEigenvalue, Mixing};
use nas::search::Bilevel;
use nas::seed::Seed;
use proptest::prelude::*;
use tape::Activation::{Erf, Relu, Sin, Tanh};

/// Around the width of a panel.
const SIZES: [usize; 8] = [0, 1, 2, 15, 16, 17, 33, 70];

/// Terms that are positive definite; `n` training points and `m` others.
fn grams(terms: usize, n: usize, m: usize, seed: u64) -> (Gram, Gram) {
    let each = |t: usize| {
        let seed = Seed::new(seed).split(&t.to_string());
        let (x, z) = (normal(n, n + 2, seed.split("x")), normal(m, n + 2, seed.split("z")));
        (product(x.as_ref(), x.transpose()), product(z.as_ref(), x.transpose()))
    };
    let (train, others) = (0..terms).map(each).unzip();
    (Gram::new(train), Gram::new(others))
}

fn labels(n: usize, seed: u64) -> Col<f64> {
    normal(n, 1, Seed::new(seed).split("y")).col(0).to_owned()
}

#[test]
fn a_triangle_is_its_matrix() {
    for n in SIZES {
        let [a, b] = [1, 2].map(|seed| {
            let g = normal(n, n, Seed::new(seed));
            Scale(0.5) * (&g + g.transpose())
        });
        let [one, other] = [&a, &b].map(|a| Triangle::of(a.as_ref()));
        assert_eq!((one.order(), one.full()), (n, a.clone()));
        for columns in [0, 1, 2, 3] {
            let x = normal(n, columns, Seed::new(3));
            assert_eq!(one.apply(x.as_ref()), apply_symmetric(a.as_ref(), x.as_ref()), "{n} x {columns}");
        }
        let inner = frobenius_symmetric(a.as_ref(), b.as_ref());
        assert_eq!([one.frobenius(&other), other.frobenius_lower(a.as_ref())], [inner; 2], "{n}");
        let mut columns = Triangle::zeros(n);
        for j in 0..n {
            let first = Triangle::first_row(j);
            columns.column_mut(j).copy_from_slice(&a.col_as_slice(j)[first..]);
        }
        assert_eq!(columns, one);
    }
}

proptest! {
    #![proptest_config(one_in(4))]

    /// Values, hypergradients and residuals of every criterion, in weights and in superpositions.
    #[test]
    fn packed_terms_give_the_bits_of_whole_ones(
        maps in 1..4_usize,
        n in 1..40_usize,
        m in 1..6_usize,
        lambda in 0.01..2.0_f64,
        alpha in prop::collection::vec(0.1..1.5_f64, 10),
        seed in any::<u64>(),
    ) {
        let folds = Folds::random(n, n.min(3), &mut Seed::new(seed).split("folds").stream());
        for mixing in [Mixing::full(maps), Mixing::orthogonal(maps), Mixing::Weights { count: maps }] {
            let (train, validation) = grams(mixing.terms(), n, m, seed);
            let packed = train.clone().packed();
            prop_assert!(packed.is_packed() && !train.is_packed() && packed.rows() == n && packed.columns() == n);
            let (y, y_validation, alpha) = (labels(n, seed), labels(m, !seed), &alpha[..maps]);
            let held_out = Criterion::HoldOut { validation: &validation, y: y_validation.as_ref() };
            for criterion in [held_out, Criterion::LeaveOneOut, Criterion::KFold(&folds), Criterion::Gcv] {
                let at = |train: &Gram| {
                    let y_train = y.as_ref();
                    Selection { mixing: &mixing, train, y_train, lambda, criterion }.evaluate(alpha).unwrap()
                };
                prop_assert_eq!(at(&packed), at(&train), "{:?}, {:?}", mixing, criterion);
            }
            let w = mixing.weights(alpha);
            prop_assert_eq!(packed.combine_lower(&w), train.combine_lower(&w));
            // Both triangles are one number here, while a product may round its two halves in two ways.
            let whole = train.combine(&w);
            prop_assert!((packed.combine(&w) - &whole).norm_max() <= 1e-14 * whole.norm_max());
        }
    }

    /// What reads both triangles of whole terms agrees up to rounding.
    #[test]
    fn packed_terms_learn_the_same_weights(h in 1..4_usize, n in 4..40_usize, seed in any::<u64>()) {
        let ((train, test), y) = (grams(h, n, 5, seed), labels(n, seed));
        let packed = train.clone().packed();
        let validation = Method::Validation { criterion: Criterion::LeaveOneOut, search: Default::default() };
        let methods = [
            Method::Uniform,
            Method::Align,
            Method::Alignf(AlignmentOptions::default()),
            Method::Simple(SimpleOptions { tolerance: 1e-8, ..SimpleOptions::default() }),
            Method::Lp(LpOptions::default()),
            Method::Easy(EasyOptions::default()),
            validation,
        ];
        for method in methods {
            match [&train, &packed].map(|gram| learn(&method, gram, y.as_ref(), 0.3)) {
                [Ok(whole), Ok(half)] => {
                    let off = whole.predict(&test) - half.predict(&test);
                    prop_assert!(off.norm_max() < 1e-4, "{method}: {:e}", off.norm_max());
                    let on_train = half.predict(&packed) - half.predict(&train);
                    prop_assert!(on_train.norm_max() < 1e-10, "{method}: {:e}", on_train.norm_max());
                }
                [whole, half] => prop_assert_eq!(whole.err(), half.err(), "{}", method),
            }
        }
        let [whole, half] = [&train, &packed].map(|gram| Normalised::new(gram).unwrap());
        prop_assert!(half.terms.is_packed());
        for t in 0..h {
            prop_assert!((whole.terms.entries(t) - half.terms.entries(t)).norm_max() < 1e-11);
        }
    }
}

/// The kernels of activations, written as triangles from the start.
#[test]
fn tangent_kernels_are_packed_as_they_are_whole() {
    let bank = [Relu, Tanh, Erf, Sin];
    let mixing = Mixing::full(4);
    for trained in [Trained::Hidden, Trained::Both] {
        let ntk = Ntk::new(&bank, 1.3, trained);
        for n in SIZES {
            let x = sphere(n, 5, Seed::new(4));
            let (whole, half) = (ntk.gram(x.as_ref(), x.as_ref()), ntk.packed_gram(x.as_ref()));
            assert_eq!((half.terms(), half.is_packed()), (10, true));
            for t in 0..10 {
                let off = whole.entries(t) - half.entries(t);
                assert!(off.norm_max() < 1e-14, "{n}, term {t}: {:e}", off.norm_max());
            }
            if n > 0 {
                let alpha = [0.5, -0.4, 0.6, 0.3];
                let [a, b] = [&whole, &half].map(|gram| LeastEigenvalue::at(&mixing, gram, &alpha).unwrap().value);
                assert!((a - b).abs() < 1e-12, "{n}: {a} and {b}");
            }
        }
    }
}

#[test]
fn some_terms_are_those_terms() {
    let (train, _) = grams(4, 5, 1, 6);
    for gram in [train.clone(), train.clone().packed()] {
        let some = gram.select(&[2, 0]);
        assert_eq!((some.terms(), some.is_packed()), (2, gram.is_packed()));
        assert_eq!([some.entries(0), some.entries(1)], [gram.entries(2), gram.entries(0)]);
        assert_eq!(some.row_major()[1], gram.row_major()[0]);
        assert!((some.frobenius(0, 1) - gram.frobenius(2, 0)).abs() == 0.0);
    }
}

#[test]
#[should_panic(expected = "the lower triangle of a 2 x 3 matrix")]
fn only_square_terms_are_packed() {
    let _ = Gram::new(vec![Mat::zeros(2, 3)]).packed();
}

#[test]
#[should_panic(expected = "term 1 is packed")]
fn a_packed_term_is_no_matrix() {
    let (train, _) = grams(2, 3, 1, 7);
    let _ = train.packed().term(1);
}
