//! Which operations go through a tile in one pass: a product that is read once goes with the sum, difference, product or reduction
//! that reads it.

use super::{Access, Instruction, Output, Reduction, Source};
use crate::Elementwise;
use crate::elementwise::{Fused, Join, Pass};

/// One pass over a tile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task {
    pub(super) pass: Pass,
    /// Those beyond the arity repeat the first.
    pub(super) args: [Source; 4],
}

/// What leaves a group: a value, or the product of two.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exit {
    pub(super) value: Source,
    pub(super) times: Option<Source>,
    pub(super) reduction: Reduction,
}

impl Exit {
    /// What it reads.
    pub(super) fn sources(&self) -> impl Iterator<Item = Source> {
        [Some(self.value), self.times].into_iter().flatten()
    }
}

/// The passes in order, and what leaves. Values are counted by passes.
pub(super) struct Tasks {
    pub(super) tasks: Vec<Task>,
    pub(super) exits: Vec<Exit>,
}

/// Every operation in a pass of its own.
pub(super) fn apart(instructions: &[Instruction], outputs: &[Output]) -> Tasks {
    let list = List { instructions, inputs: &[], fused: vec![false; instructions.len()] };
    list.tasks(outputs)
}

/// As few passes as can be; a value may have to wait longer for its reader.
pub(super) fn fused(inputs: &[Access], instructions: &[Instruction], outputs: &[Output]) -> Tasks {
    let mut list = List { instructions, inputs, fused: vec![false; instructions.len()] };
    let once = list.read_once(outputs);
    let is = |op: Elementwise| move |i: &usize| instructions[*i].op == op;
    for output in outputs.iter().filter(|output| output.reduction != Reduction::None) {
        let product = list.product(output.value).filter(|&v| once[v] && is(Elementwise::Mul)(&v));
        product.into_iter().for_each(|v| list.fused[v] = true);
    }
    let sums = |i: &usize| is(Elementwise::Add)(i) || is(Elementwise::Sub)(i);
    (0..instructions.len()).filter(sums).for_each(|i| list.absorb(i, &once));
    // A product that has a factor's product in its pass is none of two operands any more.
    let mut whole = once;
    for i in (0..instructions.len()).filter(is(Elementwise::Mul)) {
        if !list.fused[i] {
            list.absorb(i, &whole);
            whole[i] &= instructions[i].args[..2].iter().all(|&arg| matches!(list.term(arg), Term::Other(_)));
        }
    }
    list.tasks(outputs)
}

/// The operands of an instruction; those beyond its arity repeat the first.
pub(super) fn operands(instruction: &Instruction) -> [Source; 3] {
    let args = instruction.args;
    std::array::from_fn(|n| if n < instruction.op.arity() { args[n] } else { args[0] })
}

/// The instructions, and which of them are part of the pass of their reader.
struct List<'a> {
    instructions: &'a [Instruction],
    inputs: &'a [Access],
    fused: Vec<bool>,
}

/// A term of a sum.
enum Term {
    /// Of two operands.
    Product([Source; 2]),
    /// Of an operand and a number.
    Scaled(Source, crate::Real),
    Other(Source),
}

impl List<'_> {
    /// Whether each value is read in one place only.
    fn read_once(&self, outputs: &[Output]) -> Vec<bool> {
        let mut reads = vec![0; self.instructions.len()];
        let args = self.instructions.iter().flat_map(|instruction| &instruction.args[..instruction.op.arity()]);
        for source in args.chain(outputs.iter().map(|output| &output.value)) {
            if let Source::Value(v) = source {
                reads[*v] += 1;
            }
        }
        reads.into_iter().map(|reads| reads == 1).collect()
    }

    /// Takes the products among the operands of an instruction into its pass, if they `may` go there; of two with a number one.
    fn absorb(&mut self, i: usize, may: &[bool]) {
        let [a, b, _] = self.instructions[i].args.map(|arg| self.product(arg).filter(|&v| may[v]));
        let scales = |v: usize| matches!(self.instructions[v].op, Elementwise::Scale(_));
        let b = b.filter(|&b| !(scales(b) && a.is_some_and(scales)));
        a.into_iter().chain(b).for_each(|v| self.fused[v] = true);
    }

    /// The instruction behind an operand, if it is a product.
    fn product(&self, source: Source) -> Option<usize> {
        let Source::Value(v) = source else { return None };
        matches!(self.instructions[v].op, Elementwise::Mul | Elementwise::Scale(_)).then_some(v)
    }

    fn tasks(&self, outputs: &[Output]) -> Tasks {
        let (mut tasks, mut place) = (Vec::new(), vec![0; self.instructions.len()]);
        for (i, instruction) in self.instructions.iter().enumerate() {
            place[i] = tasks.len();
            if !self.fused[i] {
                tasks.push(self.task(instruction));
            }
        }
        let placed = |source| if let Source::Value(v) = source { Source::Value(place[v]) } else { source };
        tasks.iter_mut().for_each(|task| task.args = task.args.map(placed));
        let exit = |&Output { value, reduction }: &Output| {
            let (value, times) = match self.term(value) {
                Term::Product([a, b]) => (a, Some(b)),
                _ => (value, None),
            };
            Exit { value: placed(value), times: times.map(placed), reduction }
        };
        Tasks { exits: outputs.iter().map(exit).collect(), tasks }
    }

    /// An operand, or what it is the product of, if it has no pass of its own.
    fn term(&self, source: Source) -> Term {
        match source {
            Source::Value(v) if self.fused[v] => match &self.instructions[v] {
                Instruction { op: Elementwise::Scale(s), args } => Term::Scaled(args[0], *s),
                Instruction { args, .. } => Term::Product([args[0], args[1]]),
            },
            _ => Term::Other(source),
        }
    }

    fn task(&self, instruction: &Instruction) -> Task {
        let join = match instruction.op {
            Elementwise::Add => [Join::Add, Join::Add],
            Elementwise::Sub => [Join::Sub, Join::From],
            Elementwise::Mul => [Join::Mul, Join::Mul],
            _ => return alone(instruction),
        };
        let [a, b] = [0, 1].map(|n| self.term(instruction.args[n]));
        let (first, other, join) =
            if self.goes_first(&a) >= self.goes_first(&b) { (a, b, join[0]) } else { (b, a, join[1]) };
        let (number, mut args) = match first {
            Term::Scaled(x, number) => (Some(number), vec![x]),
            Term::Product(args) => (None, args.to_vec()),
            Term::Other(_) => return alone(instruction),
        };
        let with_product = match other {
            Term::Product(others) => {
                args.extend(others);
                true
            }
            Term::Other(x) | Term::Scaled(x, _) => {
                args.push(x);
                false
            }
        };
        let args = std::array::from_fn(|n| *args.get(n).unwrap_or(&args[0]));
        Task { pass: Pass::Fused(Fused { number, with_product, join }), args }
    }

    /// The first product may have a number for a factor; an element that is repeated is one.
    fn goes_first(&self, term: &Term) -> usize {
        let repeated = |source: &Source| match source {
            Source::Input(n) => matches!(self.inputs.get(*n), Some(Access::Column | Access::Scalar)),
            _ => false,
        };
        match term {
            Term::Scaled(..) => 3,
            Term::Product(args) if args.iter().any(repeated) => 2,
            Term::Product(_) => 1,
            Term::Other(_) => 0,
        }
    }
}

/// A pass for one operation.
fn alone(instruction: &Instruction) -> Task {
    let [a, b, c] = operands(instruction);
    Task { pass: Pass::One(instruction.op), args: [a, b, c, a] }
}
