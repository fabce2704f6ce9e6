//! State that a program carries from run to run: how it gets into a runner and out of it.

use kernels::{Mat, Panels};

use crate::exec::Layout;
use crate::{Element, Runner};

impl<T: Element> Runner<T> {
    /// Copies the state of a program that carries some ([`Tape::compile_carried`](crate::Tape::compile_carried)) into the runner:
    /// the next run begins with it.
    ///
    /// # Panics
    /// When the number or a length of the matrices is not that of the program's state.
    #[track_caller]
    pub fn load(&mut self, state: &[&[T]]) {
        let states = &self.program.0.states;
        let (expected, count) = (states.len(), state.len());
        assert!(count == expected, "load: {count} matrices for a program that carries {expected}");
        for (n, (own, data)) in states.iter().zip(state).enumerate() {
            own.parameter.check("load", "state", n, 1, data.len());
        }
        for (state, data) in states.iter().zip(state) {
            let to = &mut self.arena.elements_mut()[state.span.start..][..state.span.len];
            let (rows, cols) = (state.parameter.shape.rows, state.parameter.shape.cols);
            match state.layout {
                Layout::Rows => to.copy_from_slice(data),
                Layout::Panels => kernels::pack_panels(self.par, Mat::new(data, rows, cols), to),
            }
        }
        self.loaded = true;
    }

    /// Copies state `i` out of the runner: what the last run left, or what was loaded since.
    ///
    /// # Panics
    /// When there is no such state, it has another length, or none was loaded.
    #[track_caller]
    pub fn save(&self, i: usize, to: &mut [T]) {
        let states = &self.program.0.states;
        assert!(i < states.len(), "save: state {i} of a program that carries {}", states.len());
        self.check_loaded();
        let state = &states[i];
        state.parameter.check("save", "state", i, 1, to.len());
        let from = &self.arena.elements()[state.span.start..][..state.span.len];
        let (rows, cols) = (state.parameter.shape.rows, state.parameter.shape.cols);
        match state.layout {
            Layout::Rows => to.copy_from_slice(from),
            Layout::Panels => kernels::unpack_panels(self.par, Panels::new(from, rows, cols), to),
        }
    }

    #[track_caller]
    pub(super) fn check_loaded(&self) {
        let count = self.program.0.states.len();
        assert!(self.loaded, "run: the program carries {count} matrices from run to run, and none was loaded (`load`)");
    }
}
