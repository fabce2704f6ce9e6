//! Why a gradient is zero: the paths from the variable to the loss, and where each ends.

use std::collections::BTreeMap;

use crate::diagnose::cut::{Cause, Cut, Unrelated, ZeroGradient};
use crate::diagnose::known::{Known, Numbers, Structure};
use crate::diagnose::paths::Paths;
use crate::diagnose::sweep::{Flow, Sweep};
use crate::diagnose::{Named, Operand};
use crate::primitive::Primitive;
use crate::vars::list;
use crate::{Element, Shape, Tape, Var, Vars};

/// Why the gradient of `loss` in `wrt` is zero whatever the values: which elements have no path to the loss, and the nodes
/// that cut their paths. The tape is left as it is.
///
/// ```
/// use tape::Tape;
/// use tape::diagnose::{Cause, why_zero};
///
/// let tape = Tape::new();
/// let x = tape.input(3, 1).label("x");
/// let (line, target) = (line!(), x.tanh().stop_gradient());
/// let loss = (x.slice(0, 2, 1).sum() - target.sum()).powi(2);
/// let why = why_zero(loss, x);
/// assert_eq!(why.zeros, [(2, 0)]);
/// let causes: Vec<Cause> = why.cuts.iter().map(|cut| cut.cause).collect();
/// assert_eq!(causes, [Cause::Stopped, Cause::Skipped]);
/// assert_eq!(why.cuts[0].node.location.line(), line);
/// ```
///
/// # Panics
/// When the loss is not 1 × 1.
#[track_caller]
#[must_use]
pub fn why_zero(loss: Var<'_>, wrt: Var<'_>) -> ZeroGradient {
    let copy = copy(loss, wrt);
    let sweep = Sweep::new(&copy, loss.id, wrt.id);
    let structure = Structure::new(&copy, &sweep, loss.id);
    Explain { tape: &copy, sweep: &sweep, known: &structure, loss: loss.id, wrt: wrt.id }.run()
}

/// [`why_zero`] at given values of the inputs, in the element type of the values: also the nodes that pass exactly 0 there,
/// a maximum that was lost, say, or a saturated activation, with the numbers that it met.
///
/// ```
/// use tape::Tape;
/// use tape::diagnose::{Cause, why_zero_at};
///
/// let tape = Tape::new();
/// let (x, w) = (tape.input(1, 2), tape.input(2, 1));
/// let loss = (x.matmul(w).max(tape.full(1, 1, 0.0)) - 1.0).powi(2);
/// let why = why_zero_at::<f32>(loss, w, (x, w), &[&[1.0, 2.0], &[0.5, -1.0]]);
/// assert_eq!((why.zeros.len(), why.cuts[0].cause), (2, Cause::Lost));
/// assert_eq!(why.cuts[0].operands[0].elements, [(0, 0, -1.5)]);
/// ```
///
/// # Panics
/// When the loss is not 1 × 1, or the inputs are not those that the loss needs, or have other lengths.
#[track_caller]
#[must_use]
pub fn why_zero_at<'t, T: Element>(
    loss: Var<'t>,
    wrt: Var<'t>,
    inputs: impl Vars<'t>,
    values: &[&[T]],
) -> ZeroGradient {
    let copy = copy(loss, wrt);
    let sweep = Sweep::new(&copy, loss.id, wrt.id);
    let inputs: Vec<Var<'_>> = list(&inputs).iter().map(|input| copy.var(input.id)).collect();
    let numbers = Numbers::new(&copy, &sweep, &inputs, values);
    Explain { tape: &copy, sweep: &sweep, known: &numbers, loss: loss.id, wrt: wrt.id }.run()
}

#[track_caller]
fn copy(loss: Var<'_>, wrt: Var<'_>) -> Tape {
    assert!(loss.shape() == Shape::SCALAR, "why_zero: the loss is {}, not 1×1", loss.shape());
    assert!(std::ptr::eq(loss.tape, wrt.tape), "why_zero: variables of different tapes");
    loss.tape.copy(loss.tape.len())
}

/// A cut that is being counted: elements of the operand, the first, where that comes from, and what the node makes of it.
struct Found {
    source: u32,
    count: usize,
    element: usize,
    root: u32,
    made: Option<usize>,
    cause: Option<Cause>,
}

/// Not in question.
const NO: u32 = u32::MAX;

/// Follows the elements whose gradient is zero from the variable to where their paths end.
struct Explain<'a> {
    tape: &'a Tape,
    sweep: &'a Sweep,
    known: &'a dyn Known,
    loss: u32,
    wrt: u32,
}

impl Explain<'_> {
    fn run(&self) -> ZeroGradient {
        let shape = self.tape.var(self.wrt).shape();
        let zeros: Vec<usize> = (0..shape.len()).filter(|&at| self.known.adjoint(self.wrt, at) == 0.0).collect();
        let mut questioned: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        if !zeros.is_empty() {
            let mut roots = vec![NO; shape.len()];
            zeros.iter().for_each(|&at| roots[at] = at as u32);
            questioned.insert(self.wrt, roots);
        }
        let mut cuts: BTreeMap<(u32, usize), Found> = BTreeMap::new();
        while let Some((node, roots)) = questioned.pop_first() {
            for edge in self.sweep.from(node) {
                self.follow(edge, &roots, &mut questioned, &mut cuts);
            }
        }
        let related = self.sweep.depends.get(self.loss as usize) == Some(&true);
        self.tape.with_nodes(|nodes| ZeroGradient {
            loss: Named::of_tape(nodes, self.loss),
            wrt: Named::of_tape(nodes, self.wrt),
            zeros: zeros.iter().map(|&at| place(shape, at)).collect(),
            cuts: cuts.into_iter().map(|((node, operand), found)| self.cut(node, operand, &found)).collect(),
            unrelated: (!related).then(|| self.unrelated()),
        })
    }

    /// Follows the questioned elements of a node along one edge.
    fn follow(
        &self,
        number: usize,
        roots: &[u32],
        questioned: &mut BTreeMap<u32, Vec<u32>>,
        cuts: &mut BTreeMap<(u32, usize), Found>,
    ) {
        let edge = self.sweep.edges[number];
        let (node, source) = (edge.node, edge.source);
        let mut end = |key, element, root, made, cause| {
            let new = Found { source, count: 0, element, root, made, cause };
            cuts.entry(key).or_insert(new).count += 1;
        };
        self.with_paths(node, |paths, len| {
            for (at, &root) in roots.iter().enumerate().filter(|(_, root)| **root != NO) {
                if let Flow::Cut = edge.flow {
                    end((node, edge.operand), at, root, None, None);
                    continue;
                }
                if self.known.flow(number, at) != 0.0 {
                    // The other readers of this element take away what this one gives: said once, where it is read first.
                    if self.sweep.from(source).find(|&n| self.known.flow(n, at) != 0.0) == Some(number) {
                        end((source, usize::MAX), at, root, None, Some(Cause::Cancels));
                    }
                    continue;
                }
                let (mut makes, mut alive) = (Vec::new(), None);
                paths.makes(edge.operand, at, &mut |to| {
                    makes.push(to);
                    if self.known.adjoint(node, to) != 0.0 {
                        alive.get_or_insert(to);
                    }
                });
                if makes.is_empty() {
                    end((node, edge.operand), at, root, None, Some(Cause::Skipped));
                } else if alive.is_some() {
                    end((node, edge.operand), at, root, alive, None);
                } else {
                    let next = questioned.entry(node).or_insert_with(|| vec![NO; len]);
                    makes.into_iter().for_each(|to| next[to] = next[to].min(root));
                }
            }
        });
    }

    fn with_paths<R>(&self, id: u32, f: impl FnOnce(&Paths<'_>, usize) -> R) -> R {
        self.tape.with_nodes(|nodes| {
            let node = &nodes[id as usize];
            let shapes = node.args.iter().map(|&arg| nodes[arg as usize].shape).collect();
            f(&Paths::new(&node.primitive, shapes, node.shape), node.shape.len())
        })
    }

    fn cut(&self, node: u32, operand: usize, found: &Found) -> Cut {
        let operands = found.made.map_or_else(Vec::new, |made| self.operands(node, made));
        self.tape.with_nodes(|nodes| {
            let primitive = &nodes[node as usize].primitive;
            let cause = found.cause.unwrap_or_else(|| match found.made {
                None => Cause::of_structure(primitive),
                Some(_) => Cause::of_values(primitive, operand, &operands),
            });
            Cut {
                node: Named::of_tape(nodes, node),
                operand: Named::of_tape(nodes, found.source),
                cause,
                count: found.count,
                element: place(nodes[found.source as usize].shape, found.element),
                root: place(nodes[self.wrt as usize].shape, found.root as usize),
                operands,
            }
        })
    }

    /// What element `at` of a node is made from, where values are known.
    fn operands(&self, node: u32, at: usize) -> Vec<Operand> {
        let args = self.tape.with(node, |node| node.args.clone());
        let mut operands: Vec<Operand> = self.tape.with_nodes(|nodes| {
            args.iter().map(|&arg| Operand { node: Named::of_tape(nodes, arg), elements: Vec::new() }).collect()
        });
        self.with_paths(node, |paths, _| {
            let condition = || self.known.value(args[0], at).unwrap_or(0.0);
            paths.made_from(at, &condition, &mut |arg, from| {
                if let Some(x) = self.known.value(args[arg], from) {
                    let (row, col) = place(operands[arg].node.shape, from);
                    operands[arg].elements.push((row, col, x));
                }
            });
        });
        operands
    }

    fn unrelated(&self) -> Unrelated {
        self.tape.with_nodes(|nodes| {
            let named = |id: usize| Named::of_tape(nodes, id as u32);
            let is_input = |id: &usize| matches!(nodes[*id].primitive, Primitive::Input(_));
            let reads = |id: &usize| nodes[*id].args.contains(&self.wrt) && nodes[*id].derivative_of.is_none();
            let reaches = |id: &usize| self.sweep.reaches.get(*id) == Some(&true);
            Unrelated {
                inputs: (0..nodes.len()).filter(is_input).filter(reaches).map(named).collect(),
                readers: (0..nodes.len()).filter(reads).map(named).collect(),
            }
        })
    }
}

fn place(shape: Shape, at: usize) -> (usize, usize) {
    (at / shape.cols.max(1), at % shape.cols.max(1))
}
