//! Dispatch.

use kernels::{
    Bank, Dot, Float, Isa, Mat, MatMut, Par, Sum, Update, matmul_scratch, matmul_with, mixture_scratch, mixture_with,
};

use crate::mixture::ALL;
use crate::random::{Random, bits};

#[test]
fn the_baseline_is_always_there_and_the_current_one_is_available() {
    let available = Isa::available();
    assert_eq!(available[0], Isa::Baseline);
    assert!(available.contains(&Isa::current()));
}

#[test]
fn names() {
    assert_eq!(Isa::Baseline.to_string(), "baseline");
    assert_eq!(Isa::Avx2.to_string(), "avx2");
    assert_eq!(Isa::Avx512.to_string(), "avx512");
}

/// The environment is read once per process, so each case runs this very test in a process of its own.
#[test]
fn the_environment_chooses() {
    const INNER: &str = "KERNELS_TEST_INNER";
    if std::env::var_os(INNER).is_some() {
        println!("current: {}", Isa::current());
        return;
    }
    let run = |name: &str| {
        std::process::Command::new(std::env::current_exe().expect("a test binary"))
            .args(["--exact", "isa::the_environment_chooses", "--nocapture"])
            .env(INNER, "1")
            .env("KERNELS_ISA", name)
            .output()
            .expect("a process")
    };
    for isa in Isa::available() {
        let output = run(&isa.to_string());
        assert!(output.status.success());
        assert!(String::from_utf8_lossy(&output.stdout).contains(&format!("current: {isa}\n")));
    }
    let output = run("avx3");
    assert!(!output.status.success(), "an unknown name must panic");
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("KERNELS_ISA is \"avx3\"; this CPU runs: baseline"), "{message}");
}

/// The order of operations is one of indices, never of lanes: registers of another length move no bit.
#[test]
fn avx512_has_the_bits_of_avx2() {
    if Isa::available().len() < 3 {
        return;
    }
    let all = |isa: Isa| [bits_of_all::<f32>(isa), bits_of_all::<f64>(isa)];
    assert_eq!(all(Isa::Avx2), all(Isa::Avx512));
}

/// A product, and a mixture of all activations with a sum and a dot of every order.
fn bits_of_all<T: Float>(isa: Isa) -> Vec<u64> {
    let (m, k, n) = (37, 300, 53);
    let mut random = Random::new(7);
    let (a, b, g) = (random.numbers::<T>(m * k), random.numbers::<T>(k * n), random.numbers::<T>(m * n));
    let mut x = vec![T::ZERO; m * n];
    let mut scratch = vec![T::ZERO; matmul_scratch::<T>(Par::Seq, m, k, n)];
    let (left, right, c) = (Mat::new(&a, m, k), Mat::new(&b, k, n), MatMut::new(&mut x, m, n));
    matmul_with(isa, Par::Seq, T::of(0.3), left, right, Update::Overwrite, c, None, &mut scratch);

    let bank = Bank::new(ALL);
    let coefficients = random.numbers::<T>(bank.len());
    let mut outs = vec![T::ZERO; 4 * (m * n + bank.len())];
    let (sums, dots) = outs.split_at_mut(4 * m * n);
    let mut sums: Vec<Sum<'_, T>> = (0..4)
        .zip(sums.chunks_mut(m * n))
        .map(|(order, out)| Sum { coefficients: &coefficients, order, out })
        .collect();
    let mut dots: Vec<Dot<'_, T>> =
        (0..4).zip(dots.chunks_mut(bank.len())).map(|(order, out)| Dot { g: &g, order, out }).collect();
    let mut scratch = vec![T::ZERO; mixture_scratch::<T>(&bank, m, n, 1, 4)];
    mixture_with(isa, Par::Seq, &bank, &x, m, n, 1, &mut sums, &mut dots, &mut scratch);
    [bits(&x), bits(&outs)].concat()
}
