//! Rule 6 of the architecture: running a program allocates nothing, neither alone nor inside a rayon pool.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use tape::{Activation, Bank, Par, Program, Tape, grad, hvp};

/// The system's allocator, counting.
struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is handed on unchanged to the system's allocator, which keeps the contract.
unsafe impl GlobalAlloc for Counting {
    // SAFETY: the caller keeps the contract of `alloc`.
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::SeqCst);
        // SAFETY: the caller's layout, handed on.
        unsafe { System.alloc(layout) }
    }

    // SAFETY: the caller keeps the contract of `dealloc`.
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: `at` came from `System.alloc` with this layout.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Loss, gradient and Hessian product of a network with every kind of step: products, groups, mixtures, reductions, moves.
fn program(rows: usize, width: usize) -> (Program<f32>, Vec<Vec<f32>>, Vec<f32>) {
    let tape = Tape::new();
    let bank = Bank::new([Activation::Relu, Activation::Tanh, Activation::Gelu]);
    let (x, y) = (tape.input(rows, 8), tape.input(rows, 1));
    let (alpha, theta, direction) =
        (tape.input(3, 2), tape.input(8 * width + width, 1), tape.input(8 * width + width, 1));
    let hidden = x.matmul(theta.slice(0, 8, width)) + theta.slice(8 * width, 1, width).expand(rows, width);
    let logits = hidden.mixture(&bank, alpha);
    let loss = (logits.row_log_sum_exp() - y).powi(2).mean() + 0.01 * theta.powi(2).sum() + logits.t().sum_rows().sum();
    let gradient = grad(loss, [alpha, theta]);
    let product = hvp(loss, theta, direction);
    let held = [x, y, alpha, theta];
    let values = held.iter().map(|v| (0..v.shape().len()).map(|i| (i as f32 * 0.37).sin()).collect()).collect();
    let along = (0..8 * width + width).map(|i| (i as f32 * 0.11).cos()).collect();
    (tape.compile_staged::<f32>(held, direction, (loss, gradient, product)), values, along)
}

fn count(program: &Program<f32>, par: Par, values: &[Vec<f32>], along: &[f32]) -> usize {
    let mut runner = program.runner(par);
    let held: Vec<&[f32]> = values.iter().map(Vec::as_slice).collect();
    let all: Vec<&[f32]> = held.iter().copied().chain([along]).collect();
    runner.evaluate(&all);
    let before = ALLOCATIONS.load(Ordering::SeqCst);
    runner.evaluate(&all);
    let mut stage = runner.hold(&held);
    let [_, _, _, first] = stage.run(&[along]);
    let first = first[0];
    let [_, _, _, second] = stage.run(&[along]);
    let allocations = ALLOCATIONS.load(Ordering::SeqCst) - before;
    assert_eq!(first.to_bits(), second[0].to_bits());
    allocations
}

/// One test, so that nothing else runs beside it.
#[test]
fn running_allocates_nothing() {
    let vector = std::hint::black_box(Vec::<u8>::with_capacity(100));
    assert!(ALLOCATIONS.load(Ordering::SeqCst) > 0 && vector.capacity() >= 100, "the allocator counts");
    for (rows, width) in [(7, 4), (600, 96)] {
        let (program, values, along) = program(rows, width);
        assert_eq!(count(&program, Par::Seq, &values, &along), 0, "alone, {rows} rows");
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("a pool");
        let inside = pool.install(|| {
            // The first runs let the workers' queues grow to their size.
            for _ in 0..20 {
                count(&program, Par::Rayon, &values, &along);
            }
            count(&program, Par::Rayon, &values, &along)
        });
        assert_eq!(inside, 0, "inside a pool, {rows} rows");
    }
}
