//! Rule 6 of the architecture: running a program allocates nothing, neither alone nor inside a rayon pool; and what a loop
//! records, compiles and drops is given back.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};

use tape::{Activation, Bank, Par, Program, Tape, grad, hvp};

/// The system's allocator, counting.
struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);
/// Bytes that were allocated and not freed.
static LIVE: AtomicIsize = AtomicIsize::new(0);

// SAFETY: every call is handed on unchanged to the system's allocator, which keeps the contract.
unsafe impl GlobalAlloc for Counting {
    // SAFETY: the caller keeps the contract of `alloc`.
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::SeqCst);
        LIVE.fetch_add(layout.size() as isize, Ordering::SeqCst);
        // SAFETY: the caller's layout, handed on.
        unsafe { System.alloc(layout) }
    }

    // SAFETY: the caller keeps the contract of `dealloc`.
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size() as isize, Ordering::SeqCst);
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

/// Ten thousand steps of gradient descent, each with a hypergradient's ingredients: not one allocation.
fn training_stays_flat() {
    let (program, mut values, along) = program(7, 4);
    let mut runner = program.runner(Par::Seq);
    let before = ALLOCATIONS.load(Ordering::SeqCst);
    let mut theta = std::mem::take(&mut values[3]);
    for _ in 0..10_000 {
        let [_, _, gradient, _] = runner.run(&[&values[0], &values[1], &values[2], &theta, &along]);
        theta.iter_mut().zip(gradient).for_each(|(theta, g)| *theta -= 1e-3 * g);
    }
    assert_eq!(ALLOCATIONS.load(Ordering::SeqCst), before, "a loop of 10,000 steps");
    assert!(theta.iter().all(|x| x.is_finite()));
}

/// Tapes, programs and runners that are dropped leave nothing behind.
fn dropping_frees_everything() {
    let once = || {
        let (program, values, along) = program(7, 4);
        count(&program, Par::Seq, &values, &along);
        assert!(
            program.to_string().len() > 100
                && program.first_nan(&[&values[0], &values[1], &values[2], &values[3], &along]).is_none()
        );
    };
    once();
    let before = LIVE.load(Ordering::SeqCst);
    (0..100).for_each(|_| once());
    assert_eq!(LIVE.load(Ordering::SeqCst), before, "bytes alive after 100 tapes");
}

/// Without the harness of tests, whose own thread allocates beside them.
fn main() {
    training_stays_flat();
    dropping_frees_everything();
    let vector = std::hint::black_box(Vec::<u8>::with_capacity(100));
    assert!(ALLOCATIONS.load(Ordering::SeqCst) > 0 && vector.capacity() >= 100, "the allocator counts");
    // One pool, and its workers are up: threads that begin or end allocate.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("a pool");
    pool.broadcast(|_| ());
    for (rows, width) in [(7, 4), (600, 96)] {
        let (program, values, along) = program(rows, width);
        assert_eq!(count(&program, Par::Seq, &values, &along), 0, "alone, {rows} rows");
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
