//! The first NaN and the first infinity of a program.

use crate::compile::{Graph, every_value};
use crate::diagnose::paths::Paths;
use crate::diagnose::{Fault, Named, Operand};
use crate::{Element, Par, Program, Runner};

impl<T: Element> Program<T> {
    /// The first recorded node that made a NaN which reaches an output, out of operands that had none there: the operation, the
    /// line that recorded it, and its operands. `None` when no output has a NaN; one that is masked by a selection is not meant.
    ///
    /// It runs the program once more, node by node in its own element type (with the bits of the compiled program), in memory for
    /// every value: for the day when something went wrong.
    ///
    /// ```
    /// use tape::Tape;
    ///
    /// let tape = Tape::new();
    /// let x = tape.input(2, 2).label("density");
    /// let program = tape.compile::<f64>(x, (x - 1.0).ln().sum());
    /// let line = line!() - 1;
    /// let fault = program.first_nan(&[&[2.0, 3.0, 0.7, 4.0]]).expect("a logarithm of a negative number");
    /// assert_eq!((fault.node.operation.as_str(), fault.element, fault.node.location.line()), ("ln", (1, 0), line));
    /// assert!(program.first_nan(&[&[2.0, 3.0, 1.7, 4.0]]).is_none());
    /// ```
    ///
    /// # Panics
    /// When the number or a length of the inputs (with the state behind them, if it carries some) is not the program's.
    #[track_caller]
    pub fn first_nan(&self, inputs: &[&[T]]) -> Option<Fault> {
        self.first(inputs, f64::is_nan, f64::is_nan)
    }

    /// The first recorded node that made an infinity which reaches an output, as one or as a NaN, out of finite operands. As
    /// [`Self::first_nan`]; an infinity that a division or a saturating function makes finite again is not meant.
    ///
    /// # Panics
    /// When the number or a length of the inputs (with the state behind them, if it carries some) is not the program's.
    #[track_caller]
    pub fn first_infinity(&self, inputs: &[&[T]]) -> Option<Fault> {
        self.first(inputs, |x| !x.is_finite(), f64::is_infinite)
    }

    /// The first node with a `sought` element made from none that is `wrong`, on a way of wrong elements to an output.
    #[track_caller]
    fn first(&self, inputs: &[&[T]], wrong: fn(f64) -> bool, sought: fn(f64) -> bool) -> Option<Fault> {
        let graph = &*self.0.recorded;
        let mut runner = every_value::<T>(&self.0.recorded, self.0.held()).runner(Par::Seq);
        runner.evaluate(inputs);
        let walk = Walk { graph, runner: &runner, wrong };
        let mut marks: Vec<Option<Vec<bool>>> = vec![None; graph.ops.len()];
        graph.outputs.iter().for_each(|&output| walk.mark_all(output as usize, &mut marks));
        let mut first = None;
        for number in (0..graph.ops.len()).rev() {
            let Some(marked) = marks[number].take() else { continue };
            let made = walk.pull(number, &marked, &mut marks);
            let mut made = made.into_iter().filter(|&at| sought(walk.value(number, at)));
            if let Some(at) = made.next() {
                first = Some((number, at, 1 + made.count()));
            }
        }
        first.map(|(number, at, count)| walk.fault(number, at, count))
    }
}

/// All values of a run, and which numbers are followed.
struct Walk<'a, T> {
    graph: &'a Graph,
    runner: &'a Runner<T>,
    wrong: fn(f64) -> bool,
}

impl<T: Element> Walk<'_, T> {
    fn value(&self, number: usize, at: usize) -> f64 {
        self.runner.output(number)[at].to_f64()
    }

    fn mark_all(&self, number: usize, marks: &mut [Option<Vec<bool>>]) {
        let wrong: Vec<bool> = self.runner.output(number).iter().map(|x| (self.wrong)(x.to_f64())).collect();
        if wrong.contains(&true) {
            marks[number] = Some(wrong);
        }
    }

    /// Marks what the marked elements of a node were made from and is wrong; gives those that were made from nothing wrong.
    fn pull(&self, number: usize, marked: &[bool], marks: &mut [Option<Vec<bool>>]) -> Vec<usize> {
        let mut made = Vec::new();
        let paths = self.paths(number);
        for (at, _) in marked.iter().enumerate().filter(|(_, marked)| **marked) {
            let mut here = true;
            self.sources(number, &paths, at, &mut |_, arg, from| {
                if (self.wrong)(self.value(arg, from)) {
                    here = false;
                    let len = self.graph.ops[arg].shape.len();
                    marks[arg].get_or_insert_with(|| vec![false; len])[from] = true;
                }
            });
            if here {
                made.push(at);
            }
        }
        made
    }

    fn paths(&self, number: usize) -> Paths<'_> {
        let op = &self.graph.ops[number];
        Paths::new(&op.primitive, self.graph.arg_shapes(op), op.shape)
    }

    /// Visits (operand, its node, element) for all that an element was made from.
    fn sources(&self, number: usize, paths: &Paths<'_>, at: usize, visit: &mut dyn FnMut(usize, usize, usize)) {
        let op = &self.graph.ops[number];
        let condition = || self.value(op.args[0] as usize, at);
        paths.made_from(at, &condition, &mut |arg, from| visit(arg, op.args[arg] as usize, from));
    }

    fn fault(&self, number: usize, at: usize, count: usize) -> Fault {
        let op = &self.graph.ops[number];
        let named = |number: u32| Named::of_program(self.graph, number as usize);
        let mut operands: Vec<Operand> =
            op.args.iter().map(|&arg| Operand { node: named(arg), elements: Vec::new() }).collect();
        self.sources(number, &self.paths(number), at, &mut |arg, node, from| {
            let cols = self.graph.ops[node].shape.cols;
            operands[arg].elements.push((from / cols, from % cols, self.value(node, from)));
        });
        operands.retain(|operand| !operand.elements.is_empty());
        Fault {
            node: named(number as u32),
            value: self.value(number, at),
            element: (at / op.shape.cols, at % op.shape.cols),
            count,
            operands,
            input: (number < self.graph.inputs).then_some(number),
            primitive: op.primitive.clone(),
            element_type: T::NAME,
        }
    }
}
