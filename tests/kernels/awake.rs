//! Work that keeps threads awake: the answer of the work alone, also inside of itself and of other work.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use kernels::{Par, awake, each};

/// Many short pieces, and more such work in some of them.
fn count(par: Par, depth: usize) -> usize {
    let sum = AtomicUsize::new(0);
    let total = awake(par, || {
        for _ in 0..20 {
            each(par, 0..8, (), &mut [0_u8; 8], &|piece, (), _: &mut [u8]| {
                let below = if depth > 0 && piece == 3 { count(par, depth - 1) } else { 1 };
                sum.fetch_add(below, Ordering::Relaxed);
            });
        }
        sum.load(Ordering::Relaxed)
    });
    assert_eq!(total, sum.into_inner());
    total
}

fn in_pool<R: Send>(threads: usize, run: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool").install(run)
}

#[test]
fn the_answer_is_that_of_the_work_alone() {
    let alone = count(Par::Seq, 2);
    assert_eq!(alone, 20 * (7 + 20 * (7 + 160)));
    for threads in [1, 2, 3, 9] {
        assert_eq!(in_pool(threads, || count(Par::Rayon, 2)), alone, "{threads} threads");
    }
    assert_eq!(count(Par::Rayon, 1), 20 * 167, "from outside of a pool");
}

/// More works than threads at the same time: none waits for another that waits for it.
#[test]
fn works_beside_each_other_end() {
    for threads in [2, 4] {
        let total = in_pool(threads, || {
            let total = AtomicUsize::new(0);
            rayon::scope(|scope| {
                for _ in 0..50 {
                    scope.spawn(|_| {
                        total.fetch_add(count(Par::Rayon, 0), Ordering::Relaxed);
                    });
                }
            });
            total.into_inner()
        });
        assert_eq!(total, 50 * 160);
    }
}

#[test]
fn a_panic_ends_the_work_and_frees_the_threads() {
    in_pool(2, || {
        let panic = catch_unwind(AssertUnwindSafe(|| awake(Par::Rayon, || panic!("in the work"))));
        assert!(panic.is_err());
        assert_eq!(count(Par::Rayon, 0), 160);
    });
}
