//! The forward loop of derivatives: Z_{k+1} = Aₖ Zₖ + Bₖ with Z_0 = 0, and df/dα = f_α + Zᵀ_K f_θ.
//! Source: Franceschi, Donini, Frasconi and Pontil 2017, "Forward and reverse gradient-based hyperparameter optimization".

use super::reverse::Window;
use super::training::{Layout, Scalars, Training};
use crate::Element;
use crate::exec::vector::{combine, dot, norm};
use crate::{Par, Runner};

/// What the forward loop found.
#[derive(Debug)]
pub(crate) struct Pushed<T> {
    /// θ_K, flat.
    pub(crate) theta: Vec<T>,
    /// Zᵀ f_θ for each variable of α.
    pub(crate) d: Vec<Vec<T>>,
    /// ‖Z_K − Z_{K−1}‖ / ‖Z_K‖ in θ's part; 0 when Z is.
    pub(crate) change: f64,
    /// Steps times directions.
    pub(crate) products: usize,
    /// The memory of the directions, and of running them together.
    pub(crate) bytes: usize,
}

impl<T: Element> Training<T> {
    /// Trains from `theta`, pushes every direction of α through the last steps, and meets f_θ at θ_K (flat, both) there.
    #[track_caller]
    pub(crate) fn push(
        &mut self,
        window: &Window<'_>,
        [alpha, theta, data]: [&[&[T]]; 3],
        outer: &mut dyn FnMut(&[T]) -> Vec<T>,
    ) -> Pushed<T> {
        let mut state = self.start(theta);
        let mut tangents = Tangents::new(&self.layout, alpha);
        let pushed = if tangents.count == 0 { 0 } else { window.last.min(window.steps) };
        let first = window.steps - pushed;
        self.advance(&mut state, first, window.eta, alpha, data);
        let mut s = Scalars::new(&*self.step);
        for k in first..window.steps {
            let s = s.at(&*self.step, k, (window.eta)(k));
            tangents.advance(&self.layout, &mut self.tangent, [alpha, data], &mut state.values, s);
        }
        state.values.truncate(self.theta_size());
        let f_theta = outer(&state.values);
        let d = tangents.meet(&self.layout, &f_theta, alpha);
        let change = tangents.change(self.layout.theta);
        let bytes = tangents.bytes() + self.tangent.room() * size_of::<T>();
        Pushed { theta: state.values, d, change, products: pushed * tangents.count, bytes }
    }
}

/// Z, one direction after the other within each matrix of the state.
struct Tangents<T> {
    /// The number m of directions: one for each element of α.
    count: usize,
    /// Unit vectors: for each variable of α, m matrices.
    units: Vec<Vec<T>>,
    /// Zₖ and Zₖ₊₁: for each matrix of the state, m of them.
    now: Vec<Vec<T>>,
    next: Vec<Vec<T>>,
    /// Where every direction writes the next state, which is the same for all.
    states: Vec<Vec<T>>,
}

impl<T: Element> Tangents<T> {
    fn new(layout: &Layout, alpha: &[&[T]]) -> Self {
        let count = alpha.iter().map(|alpha| alpha.len()).sum();
        let mut before = 0;
        let units = alpha.iter().map(|alpha| {
            let mut unit = vec![T::ZERO; count * alpha.len()];
            (0..alpha.len()).for_each(|i| unit[(before + i) * alpha.len() + i] = T::ONE);
            before += alpha.len();
            unit
        });
        let units = units.collect();
        let zeros: Vec<Vec<T>> = layout.lens.iter().map(|len| vec![T::ZERO; count * len]).collect();
        Self { count, units, now: zeros.clone(), next: zeros.clone(), states: zeros }
    }

    /// θ ← Φ(θ, α, s), Z ← A Z + B
    fn advance(
        &mut self,
        layout: &Layout,
        runner: &mut Runner<T>,
        [alpha, data]: [&[&[T]]; 2],
        state: &mut [T],
        s: &[T],
    ) {
        let held: Vec<&[T]> =
            [alpha, data].concat().into_iter().chain(layout.split(state)).chain(s.chunks(1)).collect();
        let free: Vec<&[T]> = self.now.iter().chain(&self.units).map(|z| &**z).collect();
        let mut places: Vec<&mut [T]> = self.states.iter_mut().chain(&mut self.next).map(|z| &mut **z).collect();
        runner.hold(&held).run_each(self.count, &free, &mut places);
        let mut rest = state;
        for (new, &len) in self.states.iter().zip(&layout.lens) {
            rest.split_off_mut(..len).expect("a state of this layout").copy_from_slice(&new[..len]);
        }
        std::mem::swap(&mut self.now, &mut self.next);
    }

    /// ‖Z − Z before‖ / ‖Z‖ over the first `theta` matrices.
    fn change(&self, theta: usize) -> f64 {
        let square = |z: &[T]| norm(Par::Seq, z).powi(2);
        let (mut moved, mut size) = (0.0, 0.0);
        for (now, before) in self.now.iter().zip(&self.next).take(theta) {
            moved += square(&combine(now, -1.0, before));
            size += square(now);
        }
        if moved == 0.0 { 0.0 } else { (moved / size).sqrt() }
    }

    /// Zᵀ f_θ, cut into the variables of α.
    fn meet(&self, layout: &Layout, f_theta: &[T], alpha: &[&[T]]) -> Vec<Vec<T>> {
        let along = |i: usize| {
            let of_matrix = |(z, f): (&Vec<T>, &[T])| dot(Par::Seq, &z[i * f.len()..][..f.len()], f);
            T::of(self.now.iter().zip(layout.split(f_theta)).take(layout.theta).map(of_matrix).sum())
        };
        let mut directions = 0..self.count;
        alpha.iter().map(|alpha| directions.by_ref().take(alpha.len()).map(along).collect()).collect()
    }

    fn bytes(&self) -> usize {
        let all = self.units.iter().chain(&self.now).chain(&self.next).chain(&self.states);
        all.map(|z| z.len() * size_of::<T>()).sum()
    }
}
