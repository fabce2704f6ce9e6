//! Pass 1, simplify: equal nodes are computed once; what only moves or repeats elements is composed; transposes become flags of
//! products; constants of equal elements are folded by the kernels themselves, so that no bit changes.
//!
//! Nothing is reassociated and x·0 stays, so a NaN shows. Of two sums or products that differ in the order of their operands one
//! is kept: equal but for the payload of a NaN.

use crate::compile::graph::{Graph, Op};
use crate::compile::hasher::QuickMap;
use crate::exec::fold;
use crate::primitive::Primitive;
use crate::rules::{Expand, Fill, Matmul, Reshape, Slice, Transpose};
use crate::tape::Args;
use crate::{Element, Elementwise, Shape};

/// The simplified graph.
pub(crate) fn simplify<T: Element>(graph: &Graph) -> Graph {
    let count = graph.ops.len();
    let empty =
        Graph { ops: Vec::with_capacity(count), inputs: graph.inputs, outputs: Vec::new(), differentiated: Vec::new() };
    let known = QuickMap::with_capacity_and_hasher(count, Default::default());
    let mut simple = Simple { graph: empty, known };
    let mut numbers: Vec<u32> = Vec::with_capacity(graph.ops.len());
    for op in &graph.ops {
        let args: Vec<u32> = op.args.iter().map(|&arg| numbers[arg as usize]).collect();
        numbers.push(simple.add::<T>(op, args));
    }
    simple.graph.outputs = graph.outputs.iter().map(|&output| numbers[output as usize]).collect();
    simple.graph.without_dead()
}

/// The graph so far, and which node computes what.
struct Simple {
    graph: Graph,
    known: QuickMap<(Primitive, Args), u32>,
}

/// What a node becomes.
enum Rewrite {
    Is(u32),
    Node(Primitive, Vec<u32>),
}

impl Simple {
    fn add<T: Element>(&mut self, op: &Op, args: Vec<u32>) -> u32 {
        let (mut primitive, mut args) = (op.primitive.clone(), args);
        // Every rewrite shortens what lies below, so this ends.
        while let Some(rewrite) = self.rewrite::<T>(&primitive, &args, op.shape) {
            match rewrite {
                Rewrite::Is(id) => return id,
                Rewrite::Node(new, of) => (primitive, args) = (new, of),
            }
        }
        if let Primitive::Elementary(operation) = &primitive
            && matches!(operation.0, Elementwise::Add | Elementwise::Mul)
        {
            args.sort_unstable();
        }
        let next = self.graph.ops.len() as u32;
        let id = *self.known.entry((primitive.clone(), Args::new(&args))).or_insert(next);
        if id == next {
            self.graph.ops.push(Op { primitive, args: Args::new(&args), ..op.clone() });
        }
        id
    }

    fn rewrite<T: Element>(&self, primitive: &Primitive, args: &[u32], shape: Shape) -> Option<Rewrite> {
        if let Some(fill) = self.folded::<T>(primitive, args, shape) {
            return Some(fill);
        }
        let below = |n: usize| &self.graph.ops[args[n] as usize];
        let (first, inner) = (args.first()?, below(0));
        let source = || inner.args.to_vec();
        match (primitive, &inner.primitive) {
            (Primitive::StopGradient(_), _) => Some(Rewrite::Is(*first)),
            (Primitive::Elementary(operation), _) if is_identity(operation.0) => Some(Rewrite::Is(*first)),
            (Primitive::Reshape(_) | Primitive::Expand(_), _) if inner.shape == shape => Some(Rewrite::Is(*first)),
            (Primitive::Transpose(_), Primitive::Transpose(_)) => Some(Rewrite::Is(inner.args[0])),
            (Primitive::Transpose(Transpose), _) if shape.rows == 1 || shape.cols == 1 => {
                Some(Rewrite::Node(Primitive::Reshape(Reshape { to: shape }), args.to_vec()))
            }
            (Primitive::Reshape(_), Primitive::Reshape(_)) => Some(Rewrite::Node(primitive.clone(), source())),
            (Primitive::Reshape(_), Primitive::Slice(slice)) => {
                Some(Rewrite::Node(Primitive::Slice(Slice { start: slice.start, to: shape }), source()))
            }
            (Primitive::Expand(_), Primitive::Expand(_)) => {
                Some(Rewrite::Node(Primitive::Expand(Expand { to: shape }), source()))
            }
            (Primitive::Slice(_), Primitive::Reshape(_)) => Some(Rewrite::Node(primitive.clone(), source())),
            (Primitive::Slice(outer), Primitive::Slice(slice)) => {
                let start = slice.start + outer.start;
                Some(Rewrite::Node(Primitive::Slice(Slice { start, to: shape }), source()))
            }
            (Primitive::Matmul(product), _) => {
                let (a, b) = (below(0), below(1));
                let (flip_a, flip_b) = (is_transpose(&a.primitive), is_transpose(&b.primitive));
                let flagged = Matmul { ta: product.ta ^ flip_a, tb: product.tb ^ flip_b };
                let of = vec![if flip_a { a.args[0] } else { args[0] }, if flip_b { b.args[0] } else { args[1] }];
                (flip_a || flip_b).then_some(Rewrite::Node(Primitive::Matmul(flagged), of))
            }
            _ => None,
        }
    }

    /// What is made of constants of equal elements, element by element, is one.
    fn folded<T: Element>(&self, primitive: &Primitive, args: &[u32], shape: Shape) -> Option<Rewrite> {
        let fill = |arg: &u32| match &self.graph.ops[*arg as usize].primitive {
            Primitive::Fill(fill) => Some(fill.value.get()),
            _ => None,
        };
        let first = fill(args.first()?)?;
        let value = match primitive {
            Primitive::Elementary(operation) => {
                let values: Vec<f64> = args.iter().map(fill).collect::<Option<_>>()?;
                fold::<T>(operation.0, &values)
            }
            Primitive::Expand(_)
            | Primitive::Transpose(_)
            | Primitive::Reshape(_)
            | Primitive::Slice(_)
            | Primitive::Gather(_) => first,
            _ => return None,
        };
        Some(Rewrite::Node(Primitive::Fill(Fill { value: value.into(), shape }), Vec::new()))
    }
}

/// Whether an operation gives its operand, bit for bit.
fn is_identity(op: Elementwise) -> bool {
    op == Elementwise::Powi(1) || op == Elementwise::Scale(1.0.into())
}

fn is_transpose(primitive: &Primitive) -> bool {
    matches!(primitive, Primitive::Transpose(_))
}
