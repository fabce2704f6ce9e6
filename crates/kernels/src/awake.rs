//! Threads that do not fall asleep between two kernels.
//!
//! A thread of a rayon pool that finds no work sleeps soon, and to wake it takes as long as a small kernel does. Of work that is many kernels
//! with little between them, the threads look for the next piece until all of it is done.

use crate::Par;

/// Runs `work`, which calls kernels with `par` one after the other. Until it is done the other threads of the pool look for pieces, of
/// this work or any other, and give way to other programs in between. For work of some hundred microseconds at least: for less, waking the
/// threads costs more than they help.
pub fn awake<R: Send>(par: Par, work: impl FnOnce() -> R + Send) -> R {
    match par {
        Par::Seq => work(),
        #[cfg(feature = "rayon")]
        Par::Rayon => pool::awake(work),
    }
}

#[cfg(feature = "rayon")]
mod pool {
    use std::cell::Cell;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::thread;

    /// So often a thread waits for the others to come before it looks for pieces: it could find their places.
    const PATIENCE: usize = 256;

    thread_local! {
        /// Whether this thread keeps others awake or is kept awake. Work that it meets then keeps nobody awake in turn: such works would
        /// lie on its stack one upon the other.
        static TAKEN: Cell<bool> = const { Cell::new(false) };
    }

    /// Takes this thread for as long as it lives.
    struct Taken;

    impl Taken {
        fn new() -> Self {
            TAKEN.set(true);
            Self
        }
    }

    impl Drop for Taken {
        fn drop(&mut self) {
            TAKEN.set(false);
        }
    }

    /// The threads that one work keeps awake.
    struct Watch {
        others: usize,
        /// How many came.
        here: AtomicUsize,
        done: AtomicBool,
    }

    /// Says that the work is done, also when it panics.
    struct Done<'a>(&'a Watch);

    impl Drop for Done<'_> {
        fn drop(&mut self) {
            self.0.done.store(true, Ordering::Release);
        }
    }

    pub(super) fn awake<R: Send>(work: impl FnOnce() -> R + Send) -> R {
        let others = rayon::current_num_threads() - 1;
        if others == 0 || TAKEN.get() {
            return work();
        }
        let watch = Watch { others, here: AtomicUsize::new(0), done: AtomicBool::new(false) };
        let (mut work, mut answer) = (Some(work), None);
        watch.beside(others, &mut || {
            let (_taken, _done) = (Taken::new(), Done(&watch));
            answer = work.take().map(|work| work());
        });
        answer.expect("the work was done")
    }

    impl Watch {
        /// Runs `work` with so many threads beside it.
        fn beside(&self, threads: usize, work: &mut (dyn FnMut() + Send)) {
            match threads {
                0 => work(),
                _ => {
                    rayon::join(|| self.beside(threads - 1, work), || self.look());
                }
            }
        }

        /// Looks for pieces until the work is done.
        fn look(&self) {
            if TAKEN.get() {
                return;
            }
            let _taken = Taken::new();
            self.here.fetch_add(1, Ordering::Relaxed);
            let mut patience = PATIENCE;
            while !self.done.load(Ordering::Acquire) {
                let wait = patience > 0 && self.here.load(Ordering::Relaxed) < self.others;
                patience -= usize::from(wait);
                if wait || rayon::yield_now() != Some(rayon::Yield::Executed) {
                    thread::yield_now();
                }
            }
        }
    }
}
