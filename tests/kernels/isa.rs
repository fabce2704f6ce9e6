//! Dispatch.

use kernels::Isa;

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
