//! Several methods on one problem, and how far they agree.

use std::fmt;

use super::{Answer, Failure, Method, Point, Problem};
use crate::Element;

/// What several methods said about one hypergradient. It prints as a table of their relative distances.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement<T> {
    /// In the order of asking.
    pub opinions: Vec<Opinion<T>>,
}

/// What one method said.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion<T> {
    /// The name that the caller gave it.
    pub method: String,
    /// What it said.
    pub answer: Result<Answer<T>, Failure<T>>,
}

impl<T: Element> Problem<T> {
    /// Asks several methods for the hypergradient at one point.
    ///
    /// ```
    /// use tape::{Differences, Implicit, Method, Point, Problem, Setup, Tape, Unroll};
    ///
    /// let tape = Tape::new();
    /// let (alpha, theta) = (tape.input(1, 1), tape.input(1, 1));
    /// let inner = 0.5 * (theta - alpha.sin()).powi(2);
    /// let mut problem = Problem::<f64>::stationary(inner, theta.exp(), alpha, theta, (), Setup::default());
    /// let at = Point { alpha: &[&[1.0]], theta: &[&[1.0f64.sin()]], data: &[] };
    /// let methods = [
    ///     ("implicit", Method::Implicit(Implicit::default())),
    ///     ("unroll", Method::Unroll(Unroll { steps: 400, ..Unroll::default() })),
    ///     ("differences", Method::Differences(Differences::default())),
    /// ];
    /// let agreement = problem.referee(&methods, &at);
    /// println!("{agreement}");
    /// assert!(agreement.distance(0, 1).unwrap() < 1e-12 && agreement.distance(0, 2).unwrap() < 1e-9);
    /// ```
    #[track_caller]
    pub fn referee(&mut self, methods: &[(&str, Method<'_, T>)], point: &Point<'_, T>) -> Agreement<T> {
        let ask = |(name, method): &(&str, Method<'_, T>)| Opinion {
            method: (*name).into(),
            answer: self.hypergradient(method, point),
        };
        Agreement { opinions: methods.iter().map(ask).collect() }
    }
}

impl<T: Element> Agreement<T> {
    /// ‖a − b‖ / max(‖a‖, ‖b‖) of the gradients of two methods; `None` when one of them failed.
    pub fn distance(&self, a: usize, b: usize) -> Option<f64> {
        let gradient =
            |of: usize| self.opinions[of].answer.as_ref().ok().map(|answer| answer.gradient.iter().flatten());
        let square = |x: f64| x * x;
        let (mut apart, mut of_a, mut of_b) = (0.0, 0.0, 0.0);
        for (a, b) in gradient(a)?.zip(gradient(b)?) {
            let (a, b) = (a.to_f64(), b.to_f64());
            (apart, of_a, of_b) = (apart + square(a - b), of_a + square(a), of_b + square(b));
        }
        let size = f64::max(of_a, of_b);
        Some(if apart == 0.0 { 0.0 } else { (apart / size).sqrt() })
    }
}

impl<T: Element> fmt::Display for Agreement<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, lens) = (self.opinions.len(), self.opinions.iter().map(|opinion| opinion.method.chars().count()));
        let width = lens.max().unwrap_or(0);
        write!(f, "{:width$}  products", "")?;
        (1..=count).try_for_each(|column| write!(f, "  {:>8}", format!("({column})")))?;
        for (row, Opinion { method, answer }) in self.opinions.iter().enumerate() {
            write!(f, "\n{method:width$}  ")?;
            match answer {
                Err(failure) => write!(f, "{failure}")?,
                Ok(answer) => {
                    write!(f, "{:>8}", answer.work.products)?;
                    (0..count).try_for_each(|column| self.cell(f, row, column))?;
                }
            }
        }
        Ok(())
    }
}

impl<T: Element> Agreement<T> {
    fn cell(&self, f: &mut fmt::Formatter<'_>, row: usize, column: usize) -> fmt::Result {
        match self.distance(row, column) {
            Some(distance) if column != row => write!(f, "  {distance:>8.1e}"),
            _ => write!(f, "  {:>8}", "·"),
        }
    }
}
