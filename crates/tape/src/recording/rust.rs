//! A program as Rust source, to be pasted into a test.

use std::collections::BTreeMap;

use crate::compile::Op;
use crate::primitive::Primitive;
use crate::rules::{Matmul, Mixture, MixtureDot};
use crate::{Activation, Bank, Elementwise, Recording, Shape};

impl Recording {
    /// A function of Rust that records the program and gives it back. Users' operations become arguments.
    ///
    /// It is complete: paste it into a test and check what it gives.
    pub fn to_rust(&self, name: &str) -> String {
        let names: Vec<String> = (0..self.graph.ops.len()).map(|id| self.variable(id as u32)).collect();
        let customs = self.customs();
        let arguments: Vec<String> =
            customs.values().map(|name| format!("{name}: &std::sync::Arc<dyn tape::Custom>")).collect();
        let mut text = format!("fn {name}({}) -> tape::Recording {{\n", arguments.join(", "));
        text += "    let tape = tape::Tape::new();\n";
        for (id, op) in self.graph.ops.iter().enumerate() {
            let args: Vec<(&str, Shape)> =
                op.args.iter().map(|&arg| (names[arg as usize].as_str(), self.graph.ops[arg as usize].shape)).collect();
            text += &format!("    let {} = {};\n", names[id], expression(op, &args, &customs));
        }
        let variable = |id: u32| names[id as usize].clone();
        let inputs: Vec<String> = (0..self.graph.inputs as u32).map(variable).collect();
        let outputs: Vec<String> = self.graph.outputs.iter().map(|&id| variable(id)).collect();
        let values: Vec<String> =
            self.values.iter().map(|value| format!("&{}", numbers(value.iter().copied()))).collect();
        let [inputs, outputs, values] = [inputs, outputs, values].map(|list| list.join(", "));
        // No inputs at all are the unit: an empty array has no type.
        let inputs = if inputs.is_empty() { "()".into() } else { format!("[{inputs}]") };
        text + &format!("    tape::Recording::new({inputs}, [{outputs}], &[{values}])\n}}\n")
    }

    /// Inputs are x, what is computed y; nobody reads what starts with an underscore.
    fn variable(&self, id: u32) -> String {
        format!("{}{id}", if (id as usize) < self.graph.inputs { "x" } else { "y" })
    }

    /// A name for each user's operation.
    fn customs(&self) -> BTreeMap<*const (), String> {
        let mut names = BTreeMap::new();
        for op in self.operations() {
            if let Primitive::Call(call) = &op.primitive {
                let count = names.len();
                names.entry(call.address()).or_insert_with(|| format!("custom{count}"));
            }
        }
        names
    }
}

fn expression(op: &Op, args: &[(&str, Shape)], customs: &BTreeMap<*const (), String>) -> String {
    let name = |n: usize| args[n].0;
    let size = |shape: Shape| format!("{}, {}", shape.rows, shape.cols);
    match &op.primitive {
        Primitive::Input(_) => format!("tape.input({})", size(op.shape)),
        Primitive::Constant(rule) => {
            format!("tape.constant({}, &{})", size(op.shape), numbers(rule.data.iter().map(|x| x.get())))
        }
        Primitive::Fill(rule) => format!("tape.full({}, {})", size(op.shape), number(rule.value.get())),
        Primitive::Elementary(rule) => elementwise(rule.0, args),
        Primitive::Expand(rule) => format!("{}.expand({})", name(0), size(rule.to)),
        Primitive::SumTo(rule) => format!("{}.{}()", name(0), sum(args[0].1, rule.to)),
        Primitive::Matmul(Matmul { ta, tb }) => {
            let flag = |transposed: bool| if transposed { ".t()" } else { "" };
            format!("{}{}.matmul({}{})", name(0), flag(*ta), name(1), flag(*tb))
        }
        Primitive::Transpose(_) => format!("{}.t()", name(0)),
        Primitive::Reshape(rule) => format!("{}.reshape({})", name(0), size(rule.to)),
        Primitive::Gather(rule) => format!("{}.gather({:?}, {})", name(0), rule.index, size(rule.to)),
        Primitive::ScatterAdd(rule) => format!("{}.scatter_add({:?}, {})", name(0), rule.index, size(rule.to)),
        Primitive::Slice(rule) => format!("{}.slice({}, {})", name(0), rule.start, size(rule.to)),
        Primitive::Unslice(rule) => {
            format!("{}.unslice({}, tape::Shape::new({}))", name(0), rule.start, size(rule.to))
        }
        Primitive::RowLogSumExp(_) => format!("{}.row_log_sum_exp()", name(0)),
        Primitive::StopGradient(_) => format!("{}.stop_gradient()", name(0)),
        Primitive::Mixture(Mixture { bank: of, order: 0 }) => {
            format!("{}.mixture(&{}, {})", name(0), bank(of), name(1))
        }
        Primitive::Mixture(Mixture { bank: of, order }) => {
            format!("{}.mixture_order(&{}, {order}, {})", name(0), bank(of), name(1))
        }
        Primitive::MixtureDot(MixtureDot { bank: of, order, groups }) => {
            format!("{}.mixture_dot(&{}, {order}, {}, {groups})", name(0), bank(of), name(1))
        }
        Primitive::MixtureByRow(_) => unreachable!("no tape holds it"),
        Primitive::Call(call) => {
            let args: Vec<&str> = args.iter().map(|arg| arg.0).collect();
            format!("tape::Var::custom({}, &[{}])", customs[&call.address()], args.join(", "))
        }
    }
}

fn sum(from: Shape, to: Shape) -> &'static str {
    match to {
        Shape::SCALAR => "sum",
        to if to.rows == 1 && to.cols == from.cols => "sum_rows",
        _ => "sum_cols",
    }
}

fn elementwise(op: Elementwise, args: &[(&str, Shape)]) -> String {
    use Elementwise as E;
    let a = args[0].0;
    let rest: Vec<&str> = args[1..].iter().map(|arg| arg.0).collect();
    match op {
        E::Add => format!("{a} + {}", rest[0]),
        E::Sub => format!("{a} - {}", rest[0]),
        E::Mul => format!("{a} * {}", rest[0]),
        E::Div => format!("{a} / {}", rest[0]),
        E::Neg => format!("-{a}"),
        E::Scale(s) => format!("{a} * {}", number(s.get())),
        E::Shift(s) => format!("{a} + {}", number(s.get())),
        E::Powi(n) => format!("{a}.powi({n})"),
        E::Powf(p) => format!("{a}.powf({})", number(p.get())),
        E::Expm1 => format!("{a}.exp_m1()"),
        E::Ln1p => format!("{a}.ln_1p()"),
        op => format!("{a}.{}({})", format!("{op:?}").to_lowercase(), rest.join(", ")),
    }
}

fn bank(bank: &Bank) -> String {
    let all: Vec<String> =
        bank.activations().iter().map(|activation| format!("tape::Activation::{}", spelling(*activation))).collect();
    format!("tape::Bank::new([{}])", all.join(", "))
}

fn spelling(activation: Activation) -> String {
    match activation {
        Activation::LeakyRelu(s) => format!("LeakyRelu({}.into())", number(s.get())),
        Activation::Elu(a) => format!("Elu({}.into())", number(a.get())),
        plain => format!("{plain:?}"),
    }
}

pub(super) fn numbers(of: impl Iterator<Item = f64>) -> String {
    let all: Vec<String> = of.map(number).collect();
    format!("[{}]", all.join(", "))
}

/// The shortest text that reads back as the same number.
fn number(x: f64) -> String {
    match x {
        x if x.is_nan() => "f64::NAN".into(),
        f64::INFINITY => "f64::INFINITY".into(),
        f64::NEG_INFINITY => "f64::NEG_INFINITY".into(),
        x => format!("{x:?}"),
    }
}
