//! Which node is to blame: every node of a function is checked alone, at the values that it met.

use crate::check::probe::Probe;
use crate::check::report::{Finding, Report, Verdict};
use crate::check::{Options, WrongRule, checks};
use crate::compile::Graph;
use crate::primitive::Primitive;
use crate::rules::Input;
use crate::{Recording, Tape, reference};

/// Adds to the report of a refuted derivative the node whose rule is wrong, if there is one, and the simplest input.
pub(crate) fn blame(program: &Recording, wrt: &[usize], options: &Options, report: &mut Report) {
    report.wrong_rule = wrong_rule(program, options).map(Box::new);
    let input = match &report.wrong_rule {
        Some(rule) => rule.smallest.values.clone(),
        None => {
            let fails = |candidate: &Recording| refutation(candidate, wrt, options).is_some();
            program.simplify_values(options.effort, fails).values
        }
    };
    report.smallest_input = Some(input);
}

/// The first node that is wrong by itself.
fn wrong_rule(program: &Recording, options: &Options) -> Option<WrongRule> {
    let tape = Tape::new();
    let all = program.replay_all(&tape);
    let values = reference::evaluate(all[..program.graph.inputs].to_vec(), all, &program.values());
    program.operations().enumerate().find_map(|(node, op)| {
        let alone = alone(program, program.graph.inputs + node, &values)?;
        let fails = |candidate: &Recording| refutation(candidate, &wrt(candidate), options).is_some();
        refutation(&alone, &wrt(&alone), options)?;
        let smallest = alone.shrink_within(options.effort, fails);
        let finding = refutation(&smallest, &wrt(&smallest), options)?;
        let (name, location) = (op.primitive.rule().name(), op.origin.location.to_string());
        Some(WrongRule { node, name, location, finding, smallest })
    })
}

/// All inputs of a node alone.
fn wrt(program: &Recording) -> Vec<usize> {
    (0..program.graph.inputs).collect()
}

/// A node with inputs of its own, of the values that its operands had; `None` for what has no operands.
fn alone(program: &Recording, node: usize, values: &[Vec<f64>]) -> Option<Recording> {
    let mut op = program.graph.ops[node].clone();
    let args: Vec<u32> = op.args.to_vec();
    let mut ops: Vec<_> = args.iter().map(|&arg| program.graph.ops[arg as usize].clone()).collect();
    for (id, input) in ops.iter_mut().enumerate() {
        input.primitive = Primitive::Input(Input { id: id as u32, shape: input.shape });
        input.args = crate::tape::Args::new(&[]);
    }
    let count = args.len() as u32;
    op.args = crate::tape::Args::new(&(0..count).collect::<Vec<u32>>());
    ops.push(op);
    let values = args.iter().map(|&arg| values[arg as usize].clone()).collect();
    let graph = Graph { ops, inputs: args.len(), outputs: vec![count], differentiated: Vec::new() };
    (count > 0).then_some(Recording { graph, values })
}

/// The worst finding that refutes a derivative by numbers, not by infinities.
fn refutation(program: &Recording, wrt: &[usize], options: &Options) -> Option<Finding> {
    let tape = Tape::new();
    let (inputs, outputs) = program.replay(&tape);
    // An operation may have fewer derivatives than the options ask for.
    let order = options.order.min(program.differentiable());
    if order == 0 || program.is_empty() || wrt.iter().any(|&n| n >= inputs.len()) {
        return None;
    }
    let variables = wrt.iter().map(|&n| inputs[n]).collect();
    let probe = Probe::new(outputs[0], variables, inputs, &program.values(), order);
    let report = checks::compare(&probe, &Options { order, ..*options });
    let refuted = report.findings().iter().find(|finding| finding.verdict == Verdict::Disagrees && finding.is_finite());
    refuted.copied()
}
