//! From a program that fails to the smallest one that does.

use crate::primitive::Primitive;
use crate::recording::dimensions::Resize;
use crate::{Activation, Bank, Elementwise, Real, Recording, Tape, reference};

/// Smaller programs that differ at one place; `None` beyond the last place.
type Pass = fn(&Recording, usize) -> Option<Vec<Option<Recording>>>;

const PASSES: [Pass; 6] = [outputs, nodes, inputs, dimensions, payload, elements];

/// Sizes are compared from left to right: primitives, inputs and outputs, elements, payload, numbers.
type Size = [usize; 5];

impl Recording {
    /// The smallest program that `fails` and that small edits lead to: outputs are dropped; nodes become one of their operands, or
    /// an input of the value that they had; dimensions, payload and numbers are made simpler; until nothing smaller fails.
    ///
    /// `fails` should look for one failure: a program that is made smaller may begin to fail in another way, by a NaN say.
    #[must_use]
    pub fn shrink(&self, fails: impl FnMut(&Self) -> bool) -> Self {
        self.shrink_by(&PASSES, usize::MAX, fails)
    }

    /// The smallest that is found among so many candidates.
    pub(crate) fn shrink_within(&self, most: usize, fails: impl FnMut(&Self) -> bool) -> Self {
        self.shrink_by(&PASSES, most, fails)
    }

    /// The same program, its numbers as simple as it still `fails`, as far as so many candidates tell.
    pub(crate) fn simplify_values(&self, most: usize, fails: impl FnMut(&Self) -> bool) -> Self {
        self.shrink_by(&[elements], most, fails)
    }

    fn shrink_by(&self, passes: &[Pass], most: usize, mut fails: impl FnMut(&Self) -> bool) -> Self {
        let mut smallest = self.clone();
        let mut left = most;
        let mut fails = |candidate: &Self| {
            let may = left > 0;
            left = left.saturating_sub(1);
            may && fails(candidate)
        };
        loop {
            let before = smallest.size();
            for pass in passes {
                let mut place = 0;
                while let Some(candidates) = pass(&smallest, place) {
                    let size = smallest.size();
                    let mut smaller = candidates.into_iter().flatten().filter(|candidate| candidate.size() < size);
                    match smaller.find(&mut fails) {
                        Some(found) => smallest = found,
                        None => place += 1,
                    }
                }
            }
            if smallest.size() == before {
                return smallest;
            }
        }
    }

    fn size(&self) -> Size {
        let graph = &self.graph;
        let elements = graph.ops.iter().map(|op| op.shape.len()).sum();
        let payload = graph.ops.iter().map(|op| weight(&op.primitive)).sum();
        let numbers = self.values.iter().flatten().map(|&x| complexity(x)).sum();
        [self.len(), graph.inputs + graph.outputs.len(), elements, payload, numbers]
    }

    /// The value of a node.
    fn value(&self, node: u32) -> Vec<f64> {
        let tape = Tape::new();
        let all = self.replay_all(&tape);
        reference::evaluate(all[..self.graph.inputs].to_vec(), all[node as usize], &self.values()).concat()
    }
}

fn outputs(program: &Recording, place: usize) -> Option<Vec<Option<Recording>>> {
    let all = &program.graph.outputs;
    let this = *all.get(place)?;
    let with = |outputs: Vec<u32>| {
        let mut draft = program.draft();
        draft.outputs = outputs;
        draft.finish()
    };
    let others = all.iter().enumerate().filter(|(n, _)| *n != place).map(|(_, &id)| id).collect::<Vec<_>>();
    let operands = program.graph.ops[this as usize].args.iter().map(|&arg| with(vec![arg]));
    let fewer = if others.is_empty() { Vec::new() } else { vec![with(vec![this]), with(others)] };
    Some(fewer.into_iter().chain(operands).collect())
}

/// From the last node on: what comes early takes much with it.
fn nodes(program: &Recording, place: usize) -> Option<Vec<Option<Recording>>> {
    let id = program.graph.ops.len().checked_sub(place + 1).filter(|&id| id >= program.graph.inputs)?;
    let op = &program.graph.ops[id];
    let mut candidates: Vec<Option<Recording>> = Vec::new();
    for &arg in &*op.args {
        if program.graph.ops[arg as usize].shape == op.shape {
            candidates.push(program.draft().replace(id as u32, arg).finish());
        }
    }
    candidates.push(program.draft().free(id as u32, program.value(id as u32)).finish());
    Some(candidates)
}

/// An input becomes an earlier one of its shape.
fn inputs(program: &Recording, place: usize) -> Option<Vec<Option<Recording>>> {
    let shapes: Vec<_> = program.graph.ops[..program.graph.inputs].iter().map(|op| op.shape).collect();
    let shape = *shapes.get(place)?;
    let like = (0..place).filter(|&other| shapes[other] == shape);
    Some(like.map(|other| program.draft().replace(place as u32, other as u32).finish()).collect())
}

fn dimensions(program: &Recording, place: usize) -> Option<Vec<Option<Recording>>> {
    let all = [false, true]
        .map(|together| program.dimensions(together).into_iter().map(move |(class, n)| (together, class, n)));
    let (together, class, number) = all.into_iter().flatten().nth(place)?;
    let smaller = [1, number / 2, number.saturating_sub(1)].into_iter().filter(|&to| to < number);
    let candidates = smaller.flat_map(|to| [false, true].map(|last| Resize { together, class, to, last }));
    Some(candidates.map(|resize| program.resized(resize)).collect())
}

fn payload(program: &Recording, place: usize) -> Option<Vec<Option<Recording>>> {
    let op = program.operations().nth(place)?;
    let id = program.graph.inputs + place;
    let simpler = simpler(&op.primitive).into_iter().map(|primitive| {
        let mut draft = program.draft();
        draft.ops[id].primitive = primitive;
        draft.finish()
    });
    let banks = bank_of(&op.primitive).map_or(Vec::new(), |bank| {
        (0..bank.len()).filter(|_| bank.len() > 1).map(|n| without_activation(program, bank, n)).collect()
    });
    Some(simpler.chain(banks).collect())
}

fn elements(program: &Recording, place: usize) -> Option<Vec<Option<Recording>>> {
    let lens = program.values.iter().map(Vec::len);
    let places: Vec<(usize, usize)> = lens.enumerate().flat_map(|(n, len)| (0..len).map(move |i| (n, i))).collect();
    let &(input, element) = places.get(place)?;
    let simpler = simpler_numbers(program.values[input][element]).into_iter().map(|x| {
        let mut simpler = program.clone();
        simpler.values[input][element] = x;
        Some(simpler)
    });
    Some(simpler.collect())
}

/// Drops an activation from all mixtures of a bank, with its row of the coefficients where these are an input.
fn without_activation(program: &Recording, bank: &Bank, n: usize) -> Option<Recording> {
    let kept: Vec<Activation> =
        bank.activations().iter().enumerate().filter(|(i, _)| *i != n).map(|(_, activation)| *activation).collect();
    let kept = Bank::new(kept);
    let mut draft = program.draft();
    let mut cut: Vec<u32> = Vec::new();
    for op in &mut draft.ops {
        match &mut op.primitive {
            Primitive::Mixture(rule) if rule.bank == *bank => {
                rule.bank = kept.clone();
                cut.push(op.args[1]);
            }
            Primitive::MixtureDot(rule) if rule.bank == *bank => rule.bank = kept.clone(),
            _ => {}
        }
    }
    cut.sort_unstable();
    cut.dedup();
    for alpha in cut {
        let shape = draft.ops[alpha as usize].shape;
        draft.reshape_input(alpha, crate::Shape::new(kept.len(), shape.cols), |i, _| i != n);
    }
    draft.finish()
}

fn bank_of(primitive: &Primitive) -> Option<&Bank> {
    match primitive {
        Primitive::Mixture(rule) => Some(&rule.bank),
        Primitive::MixtureDot(rule) => Some(&rule.bank),
        _ => None,
    }
}

/// The same primitive with simpler payload.
fn simpler(primitive: &Primitive) -> Vec<Primitive> {
    let real = |x: Real| simpler_numbers(x.get()).into_iter().map(Real::new);
    match primitive {
        Primitive::Fill(rule) => {
            real(rule.value).map(|value| Primitive::Fill(crate::rules::Fill { value, ..*rule })).collect()
        }
        Primitive::Constant(rule) => {
            let with = |n: usize, x: Real| {
                let mut data = rule.data.to_vec();
                data[n] = x;
                Primitive::Constant(crate::rules::Constant { data: data.into(), shape: rule.shape })
            };
            (0..rule.data.len()).flat_map(|n| real(rule.data[n]).map(move |x| with(n, x))).collect()
        }
        Primitive::Elementary(rule) => {
            let ops: Vec<Elementwise> = match rule.0 {
                Elementwise::Powi(n) => vec![Elementwise::Powi(n.signum() * 2), Elementwise::Powi(n - n.signum())],
                Elementwise::Powf(p) => real(p).map(Elementwise::Powf).collect(),
                Elementwise::Scale(s) => real(s).map(Elementwise::Scale).collect(),
                Elementwise::Shift(s) => real(s).map(Elementwise::Shift).collect(),
                _ => Vec::new(),
            };
            ops.into_iter().map(|op| Primitive::Elementary(crate::rules::Elementary(op))).collect()
        }
        Primitive::Gather(rule) => {
            let index = vec![0; rule.index.len()].into();
            vec![Primitive::Gather(crate::rules::Gather { index, to: rule.to })]
        }
        Primitive::ScatterAdd(rule) => {
            let index = vec![0; rule.index.len()].into();
            vec![Primitive::ScatterAdd(crate::rules::ScatterAdd { index, to: rule.to })]
        }
        Primitive::Slice(rule) => vec![Primitive::Slice(crate::rules::Slice { start: 0, to: rule.to })],
        Primitive::Unslice(rule) => vec![Primitive::Unslice(crate::rules::Unslice { start: 0, to: rule.to })],
        Primitive::Mixture(rule) => simpler_banks(&rule.bank, rule.order)
            .into_iter()
            .map(|(bank, order)| Primitive::Mixture(crate::rules::Mixture { bank, order }))
            .collect(),
        Primitive::MixtureDot(rule) => simpler_banks(&rule.bank, rule.order)
            .into_iter()
            .map(|(bank, order)| Primitive::MixtureDot(crate::rules::MixtureDot { bank, order, groups: rule.groups }))
            .collect(),
        _ => Vec::new(),
    }
}

/// A lower order, or one activation replaced by a simpler one.
fn simpler_banks(bank: &Bank, order: usize) -> Vec<(Bank, usize)> {
    let lower = order.checked_sub(1).map(|lower| (bank.clone(), lower));
    let replaced = (0..bank.len()).flat_map(|n| {
        [Activation::Identity, Activation::Square, Activation::Tanh].map(|simple| {
            let mut all = bank.activations().to_vec();
            all[n] = simple;
            (Bank::new(all), order)
        })
    });
    lower.into_iter().chain(replaced).collect()
}

fn weight(primitive: &Primitive) -> usize {
    let bank = |bank: &Bank, order: usize| {
        let each = bank.activations().iter().map(|activation| match activation {
            Activation::Identity => 1,
            Activation::Square => 2,
            Activation::Tanh => 3,
            _ => 4,
        });
        each.sum::<usize>() + 8 * order
    };
    let index = |index: &[u32]| index.iter().map(|&i| i as usize).sum();
    match primitive {
        Primitive::Fill(rule) => complexity(rule.value.get()),
        Primitive::Constant(rule) => rule.data.iter().map(|x| complexity(x.get())).sum(),
        Primitive::Elementary(rule) => match rule.0 {
            Elementwise::Powi(n) => n.unsigned_abs() as usize,
            Elementwise::Powf(x) | Elementwise::Scale(x) | Elementwise::Shift(x) => complexity(x.get()),
            _ => 0,
        },
        Primitive::Gather(rule) => index(&rule.index),
        Primitive::ScatterAdd(rule) => index(&rule.index),
        Primitive::Slice(rule) => rule.start,
        Primitive::Unslice(rule) => rule.start,
        Primitive::Mixture(rule) => bank(&rule.bank, rule.order),
        Primitive::MixtureDot(rule) => bank(&rule.bank, rule.order) + rule.groups,
        _ => 0,
    }
}

/// How hard a number is to read.
fn complexity(x: f64) -> usize {
    let whole = |x: f64| x == x.trunc();
    match x {
        0.0 if x.is_sign_positive() => 0,
        1.0 => 1,
        -1.0 => 2,
        x if !x.is_finite() => 8,
        x if whole(x) && x.abs() <= 10.0 => 3,
        x if whole(x) => 5,
        x if whole(2.0 * x) => 4,
        x if whole(10.0 * x) => 6,
        x if whole(100.0 * x) => 7,
        _ => 9,
    }
}

/// Simpler numbers nearby, the simplest first.
pub(crate) fn simpler_numbers(x: f64) -> Vec<f64> {
    let rounded = [x.round(), (2.0 * x).round() / 2.0, (10.0 * x).round() / 10.0, (100.0 * x).round() / 100.0];
    let all = [0.0, 1.0, -1.0].into_iter().chain(rounded);
    all.filter(|&simple| complexity(simple) < complexity(x)).collect()
}
