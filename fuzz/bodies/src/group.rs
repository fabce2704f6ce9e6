//! Random lists of elementwise operations: one group has the bits of its operations one by one, in rows and in panels, and each of
//! those is near the slow twin.

use kernels::{
    Access, Elementwise, Float, Group, Instruction, Isa, Mat, Output, Par, Reduction, Source, group_panel_rows_with,
    group_scratch, group_with, pack_panel_rows_with, panels_len,
};
use tape::generate::{Bytes, Choices, ELEMENTWISE, within};
use tape::{Domain, Real};

use crate::elements::{Elements, least, near, same_bits};

/// A group with its operands.
pub fn group(bytes: &[u8]) {
    let mut choices = Bytes::new(bytes);
    choices.more();
    if choices.below(2) == 0 { check::<f32>(&mut choices) } else { check::<f64>(&mut choices) }
}

struct Case<T> {
    rows: usize,
    cols: usize,
    accesses: Vec<Access>,
    instructions: Vec<Instruction>,
    outputs: Vec<Output>,
    inputs: Vec<Vec<T>>,
    /// What lies in the outputs before.
    before: Vec<Vec<T>>,
}

fn len(access: Access, rows: usize, cols: usize) -> usize {
    match access {
        Access::Full => rows * cols,
        Access::Row => cols,
        Access::Column => rows,
        Access::Scalar => 1,
    }
}

/// The access of an output that is reduced like this.
fn reduced(reduction: Reduction) -> Access {
    match reduction {
        Reduction::None => Access::Full,
        Reduction::Rows => Access::Row,
        Reduction::Columns => Access::Column,
        Reduction::All => Access::Scalar,
    }
}

fn operation(choices: &mut Bytes<'_>) -> Elementwise {
    let real = |choices: &mut Bytes<'_>| Real::new(within(choices, Domain::REAL));
    match ELEMENTWISE[choices.below(ELEMENTWISE.len())] {
        Elementwise::Powi(_) => Elementwise::Powi(choices.below(16) as i32 - 8),
        Elementwise::Powf(_) => Elementwise::Powf(real(choices)),
        Elementwise::Scale(_) => Elementwise::Scale(real(choices)),
        Elementwise::Shift(_) => Elementwise::Shift(real(choices)),
        op => op,
    }
}

impl<T: Float> Case<T> {
    fn draw(choices: &mut Bytes<'_>) -> Self {
        const ACCESSES: [Access; 4] = [Access::Full, Access::Row, Access::Column, Access::Scalar];
        const REDUCTIONS: [Reduction; 4] = [Reduction::None, Reduction::Rows, Reduction::Columns, Reduction::All];
        let (rows, cols) = (choices.below(40), choices.below(40));
        let cols = if choices.below(8) == 7 { 700 + cols } else { cols };
        let mut elements = Elements::new(choices, 2);
        let accesses: Vec<Access> = (0..=choices.below(4)).map(|_| ACCESSES[choices.below(4)]).collect();
        let reductions: Vec<Reduction> = (0..=choices.below(3)).map(|_| REDUCTIONS[choices.below(4)]).collect();
        let mut sources: Vec<Source> = (0..accesses.len()).map(Source::Input).collect();
        let unreduced = |n: &usize| reductions[*n] == Reduction::None;
        sources.extend((0..reductions.len()).filter(unreduced).map(Source::Output));
        let mut instructions = Vec::new();
        while choices.more() && instructions.len() < 24 {
            let op = operation(choices);
            let mut args = [0; 3].map(|_| sources[sources.len() - 1 - choices.below(sources.len())]);
            let first = args[0];
            args[op.arity()..].fill(first);
            sources.push(Source::Value(instructions.len()));
            instructions.push(Instruction { op, args });
        }
        let back = |n: usize| sources[sources.len() - 1 - n.min(sources.len() - 1)];
        let outputs: Vec<Output> =
            reductions.iter().enumerate().map(|(n, &reduction)| Output { value: back(n), reduction }).collect();
        let inputs = accesses.iter().map(|&access| elements.draw(len(access, rows, cols))).collect();
        let before = reductions.iter().map(|&reduction| elements.draw(len(reduced(reduction), rows, cols))).collect();
        Self { rows, cols, accesses, instructions, outputs, inputs, before }
    }

    fn context(&self) -> String {
        format!("{}×{}, {:?}, {:?}, {:?}", self.rows, self.cols, self.accesses, self.instructions, self.outputs)
    }

    fn run(&self, isa: Isa, par: Par, group: &Group) -> Vec<Vec<T>> {
        let mut outputs = self.before.clone();
        let inputs: Vec<&[T]> = self.inputs.iter().map(Vec::as_slice).collect();
        let mut scratch = vec![T::of(f64::NAN); group_scratch(group, self.rows, self.cols)];
        let mut views: Vec<&mut [T]> = outputs.iter_mut().map(Vec::as_mut_slice).collect();
        group_with(isa, par, group, self.rows, self.cols, &inputs, &mut views, &mut scratch);
        outputs
    }

    /// The outputs by groups of one operation each, every value laid out in full.
    fn one_by_one(&self, isa: Isa) -> Vec<Vec<T>> {
        let mut values: Vec<Vec<T>> = Vec::new();
        for instruction in &self.instructions {
            let args = instruction.args.map(|arg| self.full(arg, &values));
            let instruction = Instruction { args: [0, 1, 2].map(Source::Input), ..*instruction };
            let out = self.single(isa, &args, vec![instruction], Source::Value(0), Reduction::None);
            self.check_values(isa, instruction.op, &args, &out);
            values.push(out);
        }
        let reduce = |output: &Output| {
            let value = self.full(output.value, &values);
            self.single(isa, &[value], Vec::new(), Source::Input(0), output.reduction)
        };
        self.outputs.iter().map(reduce).collect()
    }

    /// A source as a matrix of its own.
    fn full(&self, source: Source, values: &[Vec<T>]) -> Vec<T> {
        let repeat = |data: &[T], access: Access| -> Vec<T> {
            let at = |i: usize| match access {
                Access::Full => i,
                Access::Row => i % self.cols,
                Access::Column => i / self.cols,
                Access::Scalar => 0,
            };
            (0..self.rows * self.cols).map(|i| data[at(i)]).collect()
        };
        match source {
            Source::Input(n) => repeat(&self.inputs[n], self.accesses[n]),
            Source::Output(n) => self.before[n].clone(),
            Source::Value(n) => values[n].clone(),
        }
    }

    fn single(
        &self,
        isa: Isa,
        inputs: &[Vec<T>],
        instructions: Vec<Instruction>,
        value: Source,
        reduction: Reduction,
    ) -> Vec<T> {
        let accesses = vec![Access::Full; inputs.len()];
        let group = Group::new(accesses, instructions, vec![Output { value, reduction }]).expect("one operation fits");
        let mut out = vec![T::of(f64::NAN); len(reduced(reduction), self.rows, self.cols)];
        let inputs: Vec<&[T]> = inputs.iter().map(Vec::as_slice).collect();
        let mut scratch = vec![T::of(f64::NAN); group_scratch(&group, self.rows, self.cols)];
        group_with(isa, Par::Seq, &group, self.rows, self.cols, &inputs, &mut [&mut out], &mut scratch);
        out
    }

    /// A block of panels with a row before those of the group.
    fn panels(&self) -> Vec<T> {
        vec![T::of(0.25); panels_len(self.rows + 1, self.cols)]
    }

    /// What the group writes in panels.
    fn in_panels(&self, isa: Isa, group: &Group) -> Vec<T> {
        let (mut panels, inputs) = (self.panels(), self.inputs.iter().map(Vec::as_slice).collect::<Vec<_>>());
        group_panel_rows_with(isa, group, self.rows, self.cols, &inputs, 1, &mut panels);
        panels
    }

    /// Rows in panels.
    fn packed(&self, isa: Isa, rows: &[T]) -> Vec<T> {
        let mut panels = self.panels();
        pack_panel_rows_with(isa, Mat::new(rows, self.rows, self.cols), 1, &mut panels);
        panels
    }

    /// One operation against the slow twin.
    fn check_values(&self, isa: Isa, op: Elementwise, args: &[Vec<T>; 3], out: &[T]) {
        const ULPS: f64 = 32.0;
        for (i, &found) in out.iter().enumerate() {
            let args = [0, 1, 2].map(|n: usize| args[n][i].to_f64());
            let exact = op.reference(args);
            let bound = ULPS * (T::EPSILON.to_f64() * exact.abs() + least::<T>());
            let bound = if bound.is_finite() { bound } else { 0.0 };
            near(found, exact, bound, || format!("{isa} {} {op:?} of {args:?}", T::NAME));
        }
    }
}

fn check<T: Float>(choices: &mut Bytes<'_>) {
    let case = Case::<T>::draw(choices);
    let Some(group) = Group::new(case.accesses.clone(), case.instructions.clone(), case.outputs.clone()) else {
        return;
    };
    for &isa in Isa::available() {
        let found = case.run(isa, Par::Seq, &group);
        for (par, other) in [("in parallel", case.run(isa, Par::Rayon, &group)), ("one by one", case.one_by_one(isa))] {
            let same = found.iter().zip(&other).all(|(a, b)| same_bits(a, b));
            assert!(same, "{isa} {}: other bits {par}: {}", T::NAME, case.context());
        }
        if group.writes_panels() {
            let same = same_bits(&case.in_panels(isa, &group), &case.packed(isa, &found[0]));
            assert!(same, "{isa} {}: other bits in panels: {}", T::NAME, case.context());
        }
    }
}
