//! Updates of vectors: a product and a sum, on every instruction set.

use kernels::{Float, Isa, axpy_with, aypx_with, waxpy_with};

use crate::random::{Random, bits};

fn by_the_book<T: Float>(isa: Isa, n: usize) {
    let mut random = Random::new(n + 1);
    let (a, x, y) = (T::of(0.37), random.numbers::<T>(n), random.numbers::<T>(n));
    let each = |f: &dyn Fn(T, T) -> T| bits(&x.iter().zip(&y).map(|(&x, &y)| f(x, y)).collect::<Vec<T>>());
    let (mut axpy, mut aypx, mut w) = (y.clone(), y.clone(), vec![T::of(f64::NAN); n]);
    axpy_with(isa, a, &x, &mut axpy);
    aypx_with(isa, a, &x, &mut aypx);
    waxpy_with(isa, a, &x, &y, &mut w);
    assert_eq!(bits(&axpy), each(&|x, y| a * x + y), "{isa} {n}");
    assert_eq!(bits(&aypx), each(&|x, y| a * y + x), "{isa} {n}");
    assert_eq!(bits(&w), bits(&axpy), "{isa} {n}");
}

#[test]
fn updates_by_the_book() {
    for &isa in Isa::available() {
        for n in [0, 1, 3, 15, 16, 17, 63, 130, 1001] {
            by_the_book::<f32>(isa, n);
            by_the_book::<f64>(isa, n);
        }
    }
}

#[test]
#[should_panic(expected = "waxpy: vectors of 2 and 3 elements")]
fn vectors_that_do_not_fit() {
    waxpy_with(Isa::current(), 1.0, &[0.0; 2], &[0.0; 2], &mut [0.0; 3]);
}
