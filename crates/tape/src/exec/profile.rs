//! Where the time of a program goes.

use std::time::{Duration, Instant};

use crate::exec::operands::Given;
use crate::exec::runner::{check_inputs, for_long, run_step};
use crate::{Element, Runner};

impl<T: Element> Runner<T> {
    /// Runs the program `rounds` times and gives the least time that each step took, in the order of the listing. State
    /// is carried from round to round.
    ///
    /// # Panics
    /// When the number or a length of the inputs is not the program's.
    #[track_caller]
    pub fn step_times(&mut self, inputs: &[&[T]], rounds: usize) -> Vec<Duration> {
        self.check_loaded();
        let inner = &*self.program.0;
        check_inputs(&inner.inputs, inputs, 1);
        let (held, free) = inputs.split_at(inner.held());
        let given = Given { constants: &inner.constants, held, free, fold: 0, lens: &inner.free_lens, base: None };
        let mut least = vec![Duration::MAX; inner.steps.len()];
        let (par, arena) = (self.par, self.arena.elements_mut());
        kernels::awake(for_long(par, &inner.steps), || {
            for _ in 0..rounds {
                for (step, least) in inner.steps.iter().zip(&mut least) {
                    let start = Instant::now();
                    run_step(par, step, arena, &given);
                    *least = start.elapsed().min(*least);
                }
            }
        });
        least
    }
}
