//! Whether the checks would notice: every node that a derivative rule records is broken on purpose.

use std::fmt;

use crate::check::probe::Probe;
use crate::check::report::{Check, Verdict};
use crate::check::{Options, checks};
use crate::compile::Op;
use crate::generate::{Choices, Sequence, within};
use crate::primitive::Primitive;
use crate::rules::{Elementary, Transpose};
use crate::tape::Args;
use crate::{Domain, Elementwise, Recording, Tape};

/// What is done to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mutation {
    /// Its value gets the other sign.
    Sign,
    /// Its value is doubled.
    Factor,
    /// One of its operands, by number, is transposed.
    Transposed(usize),
    /// Of a sum or difference, only the operand of this number stays.
    Dropped(usize),
}

impl fmt::Display for Mutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sign => f.write_str("sign"),
            Self::Factor => f.write_str("factor 2"),
            Self::Transposed(n) => write!(f, "operand {n} transposed"),
            Self::Dropped(n) => write!(f, "only operand {n} of a sum"),
        }
    }
}

/// What became of a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A check refuted it.
    Caught(Check),
    /// It computes the same: at several random points all derivatives have the same values.
    Equivalent,
    /// It computes something else and no check noticed.
    Survived,
}

/// A derivative with one broken node.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// The node that was broken.
    pub node: String,
    /// How.
    pub mutation: Mutation,
    /// Whether the checks noticed.
    pub fate: Fate,
    /// The broken derivatives: the outputs are the function, its gradient, its jvp and its Hessian product.
    pub program: Recording,
}

/// Records gradient, jvp and Hessian-vector product of the first output of a program, breaks one recorded node after the other in
/// every way there is, and asks the checks of [`gradient`](crate::check::gradient) about each.
///
/// ```
/// use tape::check::{Fate, Options, mutations};
/// use tape::{Recording, Tape};
///
/// let tape = Tape::new();
/// let (x, y) = (tape.input(2, 2), tape.input(2, 2));
/// let product = Recording::new([x, y], x.matmul(y), &[&[0.3, -0.1, 0.7, 0.2], &[0.1, -0.6, 0.9, 0.4]]);
/// let mutants = mutations(&product, &Options::default());
/// assert!(mutants.iter().any(|mutant| matches!(mutant.fate, Fate::Caught(_))));
/// assert!(mutants.iter().all(|mutant| mutant.fate != Fate::Survived));
/// ```
pub fn mutations(program: &Recording, options: &Options) -> Vec<Mutant> {
    let order = options.order.min(program.differentiable()).min(2);
    if order == 0 {
        return Vec::new();
    }
    let options = Options { order, ..*options };
    let derived = Derived::new(program, order);
    let mut mutants = Vec::new();
    for node in derived.program.graph.inputs..derived.program.graph.ops.len() {
        let op = &derived.program.graph.ops[node];
        if op.origin.label.as_deref() != Some(APPENDED) {
            continue;
        }
        for mutation in mutations_of(&derived.program, op) {
            let program = mutate(&derived.program, node, mutation);
            let fate = derived.fate(&program, &options);
            mutants.push(Mutant { node: op.primitive.rule().name(), mutation, fate, program });
        }
    }
    mutants
}

/// The label of what the rules record.
const APPENDED: &str = "appended";

/// A mutant that no point tells from the original is equivalent.
const POINTS: u64 = 6;

/// A function with its derivatives as one program.
struct Derived {
    /// The inputs are those of the function, then u, v and w.
    program: Recording,
    /// The number of inputs of the function.
    inputs: usize,
}

impl Derived {
    fn new(program: &Recording, order: usize) -> Self {
        let tape = Tape::new();
        let (inputs, outputs) = program.replay(&tape);
        let before = tape.len() as u32;
        let probe = Probe::new(outputs[0], inputs.clone(), inputs.clone(), &program.values(), order);
        (before..tape.len() as u32).for_each(|id| tape.set_label(id, APPENDED));
        let point = probe.point(&mut Sequence::new(0));
        let all = [&[probe.output][..], &probe.gradient, &[probe.tangent], &probe.curved].concat();
        let given = probe.given(&point);
        let values: Vec<&[f64]> = given.iter().map(Vec::as_slice).collect();
        Self { program: Recording::new(probe.all_inputs(), all, &values), inputs: inputs.len() }
    }

    /// Caught at one of the points, or else equal at all of them.
    fn fate(&self, mutant: &Recording, options: &Options) -> Fate {
        let caught = (0..POINTS).find_map(|n| {
            let tape = Tape::new();
            let moved = Recording { values: self.point(n), ..mutant.clone() };
            let report = checks::compare(&self.probe(&moved, &tape), options);
            report.findings().iter().find(|finding| finding.verdict == Verdict::Disagrees).map(|finding| finding.check)
        });
        match caught {
            Some(check) => Fate::Caught(check),
            None if self.is_equivalent(mutant) => Fate::Equivalent,
            None => Fate::Survived,
        }
    }

    /// Point 0 is the program's own. At the others the inputs are shrunk towards zero, so that they stay in their domains, and the
    /// directions are any.
    fn point(&self, n: u64) -> Vec<Vec<f64>> {
        let shrink = Domain { low: 0.6, high: 1.0 };
        let mut sequence = Sequence::new(n);
        let mut moved = |input: usize, x: f64| match n {
            0 => x,
            _ => {
                let x = x * within(&mut sequence, shrink);
                if input >= self.inputs && sequence.below(2) == 0 { -x } else { x }
            }
        };
        let values = self.program.values.iter().enumerate();
        values.map(|(input, value)| value.iter().map(|&x| moved(input, x)).collect()).collect()
    }

    /// The checks' view of broken derivatives.
    fn probe<'t>(&self, mutant: &Recording, tape: &'t Tape) -> Probe<'t> {
        let (all, outputs) = mutant.replay(tape);
        let n = self.inputs;
        let (inputs, directions) = all.split_at(n);
        let curved = outputs.get(n + 2..).unwrap_or_default().to_vec();
        Probe {
            inputs: inputs.to_vec(),
            wrt: (0..n).collect(),
            values: mutant.values[..n].to_vec(),
            directions: [vec![directions[0]], directions[1..=n].to_vec(), directions[n + 1..].to_vec()],
            output: outputs[0],
            gradient: outputs[1..=n].to_vec(),
            tangent: outputs[n + 1],
            curved,
            third: Vec::new(),
        }
    }

    /// Whether all outputs are equal at all points.
    fn is_equivalent(&self, mutant: &Recording) -> bool {
        (0..POINTS).all(|n| {
            let at = |program: &Recording| Recording { values: self.point(n), ..program.clone() }.evaluate();
            at(&self.program).iter().zip(&at(mutant)).all(|(a, b)| equal(a, b))
        })
    }
}

fn equal(a: &[f64], b: &[f64]) -> bool {
    let scale = a.iter().fold(0.0, |scale: f64, x| scale.max(x.abs()));
    a.iter().zip(b).all(|(a, b)| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-13 * scale)
}

fn mutations_of(program: &Recording, op: &Op) -> Vec<Mutation> {
    let mut all = vec![Mutation::Sign, Mutation::Factor];
    let square = |arg: u32| {
        let shape = program.graph.ops[arg as usize].shape;
        shape.rows == shape.cols && shape.rows > 1
    };
    all.extend(op.args.iter().enumerate().filter(|(_, arg)| square(**arg)).map(|(n, _)| Mutation::Transposed(n)));
    if let Primitive::Elementary(Elementary(Elementwise::Add | Elementwise::Sub)) = op.primitive {
        all.extend([Mutation::Dropped(0), Mutation::Dropped(1)]);
    }
    all
}

/// The program with a broken node. What is inserted comes right before or after it.
fn mutate(program: &Recording, node: usize, mutation: Mutation) -> Recording {
    let mut graph = program.graph.clone();
    let op = graph.ops[node].clone();
    let elementary = |op| Primitive::Elementary(Elementary(op));
    let inserted = |primitive, arg: u32, shape| Op { primitive, args: Args::new(&[arg]), shape, ..op.clone() };
    // Everything behind moves up by one.
    let shift = |id: u32, from: usize| if id as usize >= from { id + 1 } else { id };
    let renumber = |op: &mut Op, from: usize| {
        let args: Vec<u32> = op.args.iter().map(|&arg| shift(arg, from)).collect();
        op.args = Args::new(&args);
    };
    match mutation {
        Mutation::Dropped(n) => {
            // A sum of one term, bit for bit.
            graph.ops[node] = inserted(elementary(Elementwise::Scale(1.0.into())), op.args[n], op.shape);
        }
        Mutation::Sign | Mutation::Factor => {
            let by = if mutation == Mutation::Sign { Elementwise::Neg } else { Elementwise::Scale(2.0.into()) };
            graph.ops[node + 1..].iter_mut().for_each(|op| renumber(op, node));
            graph.ops.insert(node + 1, inserted(elementary(by), node as u32, op.shape));
            graph.outputs.iter_mut().for_each(|output| *output = shift(*output, node));
        }
        Mutation::Transposed(n) => {
            let shape = graph.ops[op.args[n] as usize].shape.transposed();
            graph.ops[node..].iter_mut().for_each(|op| renumber(op, node));
            let mut args = op.args.to_vec();
            args[n] = node as u32;
            graph.ops[node].args = Args::new(&args);
            graph.ops.insert(node, inserted(Primitive::Transpose(Transpose), op.args[n], shape));
            graph.outputs.iter_mut().for_each(|output| *output = shift(*output, node));
        }
    }
    Recording { graph, values: program.values.clone() }
}
