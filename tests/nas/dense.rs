//! Symmetric matrices by their lower triangles, against the same with both.
use crate::random::normal;
use faer::{Mat, Scale};
use nas::dense::{
    Cholesky, apply_symmetric, dot, frobenius, frobenius_symmetric, lower_square, lower_symmetrised, product,
};
use nas::kernel::Gram;
use nas::seed::Seed;

/// Around the width of a panel and the number of partial sums.
const SIZES: [usize; 8] = [0, 1, 2, 15, 16, 17, 33, 70];

fn symmetric(n: usize, seed: u64) -> Mat<f64> {
    let g = normal(n, n, Seed::new(seed));
    Scale(0.5) * (&g + g.transpose())
}

/// The lower triangle, with `above` in the place of the rest.
fn lower(a: &Mat<f64>, above: f64) -> Mat<f64> {
    Mat::from_fn(a.nrows(), a.ncols(), |i, j| if i >= j { a[(i, j)] } else { above })
}

#[test]
fn inner_products_are_sums() {
    for n in SIZES {
        let g = normal(n, 2, Seed::new(1));
        let (x, y) = (g.col(0), g.col(1));
        let sum: f64 = x.iter().zip(y.iter()).map(|(a, b)| a * b).sum();
        let size: f64 = x.iter().zip(y.iter()).map(|(a, b)| (a * b).abs()).sum();
        assert!((dot(x, y) - sum).abs() <= 1e-14 * size, "n {n}");
        // The same bits however the values lie in memory.
        let by_rows = Mat::from_fn(2, n, |i, j| g[(j, i)]);
        assert_eq!(dot(by_rows.row(0).transpose(), y), dot(x, y));
    }
}

#[test]
fn a_symmetric_matrix_is_multiplied_by_its_lower_triangle() {
    for n in SIZES {
        for columns in [0, 1, 2, 3] {
            let (a, x) = (symmetric(n, 2), normal(n, columns, Seed::new(3)));
            let mut half = a.clone();
            if n > 16 {
                half[(0, n - 1)] = f64::NAN;
            }
            let off = apply_symmetric(half.as_ref(), x.as_ref()) - product(a.as_ref(), x.as_ref());
            assert!(off.norm_max() < 1e-13, "n {n}: {:e}", off.norm_max());
        }
    }
}

/// L z is what the product with the lower triangle alone says, and LLᵀ is the matrix.
#[test]
fn a_factor_is_multiplied_by_its_lower_triangle() {
    for n in SIZES {
        let (g, z) = (normal(n, n + 2, Seed::new(6)), normal(n, 1, Seed::new(7)));
        let a = product(g.as_ref(), g.transpose());
        let factor = Cholesky::factor(a.clone()).unwrap();
        let l = Mat::from_fn(n, n, |i, j| if i >= j { factor.lower(i, j) } else { 0.0 });
        let off = factor.apply_lower(z.col(0)) - product(l.as_ref(), z.as_ref()).col(0);
        let of_square = product(l.as_ref(), l.transpose()) - &a;
        assert!(off.norm_max() < 1e-12 && of_square.norm_max() < 1e-12 * (1 + n) as f64, "n {n}");
    }
}

#[test]
fn inner_products_of_symmetric_matrices_read_half_of_them() {
    for n in SIZES {
        let (a, b) = (symmetric(n, 4), symmetric(n, 5));
        let half = frobenius_symmetric(lower(&a, f64::NAN).as_ref(), lower(&b, f64::NAN).as_ref());
        assert!((half - frobenius(a.as_ref(), b.as_ref())).abs() < 1e-12 * (1 + n) as f64, "n {n}");
    }
}

#[test]
fn lower_products_are_the_triangles_of_products() {
    for (n, k) in SIZES.into_iter().flat_map(|n| [(n, 0), (n, 1), (n, 9)]) {
        let (a, b) = (normal(n, k, Seed::new(6)), normal(n, k, Seed::new(7)));
        let ab = product(a.as_ref(), b.transpose());
        let square = lower(&product(a.as_ref(), a.transpose()), 0.0);
        let both = lower(&(Scale(0.5) * (&ab + ab.transpose())), 0.0);
        assert!((lower_square(a.as_ref()) - square).norm_max() < 1e-13, "n {n}, k {k}");
        assert!((lower_symmetrised(a.as_ref(), b.as_ref()) - both).norm_max() < 1e-13, "n {n}, k {k}");
    }
}

#[test]
fn a_factor_reads_the_lower_triangle_and_its_inverse_is_symmetric() {
    for n in SIZES {
        let a = lower_square(normal(n, n + 3, Seed::new(8)).as_ref()) + Mat::<f64>::identity(n, n);
        let inverse = Cholesky::factor(lower(&a, f64::NAN)).unwrap().inverse();
        assert_eq!(inverse, inverse.transpose().to_owned());
        let whole = Mat::from_fn(n, n, |i, j| a[(i.max(j), i.min(j))]);
        assert!((product(inverse.as_ref(), whole.as_ref()) - Mat::<f64>::identity(n, n)).norm_max() < 1e-10);
    }
}

#[test]
fn a_mixture_by_half_is_half_of_the_mixture() {
    for n in SIZES {
        let gram = Gram::new((0..3).map(|t| symmetric(n, 10 + t)).collect());
        let (w, x) = ([0.5, -1.0, 2.0], normal(n, 2, Seed::new(9)));
        assert_eq!(gram.combine_lower(&w), lower(&gram.combine(&w), 0.0));
        let each = gram.apply_each_symmetric(x.as_ref());
        let off = |k: usize, t: usize| (each[t].col(k) - &gram.apply_each(x.col(k))[t]).norm_max();
        assert!((0..6).all(|at| off(at % 2, at / 2) < 1e-13), "n {n}");
    }
}

#[test]
#[should_panic(expected = "terms of 3 x 2 between training points")]
fn half_of_a_mixture_needs_a_square() {
    let _ = Gram::new(vec![Mat::zeros(3, 2)]).combine_lower(&[1.0]);
}
