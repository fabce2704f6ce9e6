//! The append-only list of nodes.

use std::cell::{Cell, RefCell};
use std::panic::Location;

use crate::primitive::Primitive;
use crate::rules::{Constant, Fill, Input};
use crate::{Real, Shape, Var};

/// The operands of a node: almost always at most three.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Args {
    Few { len: u8, ids: [u32; 3] },
    Many(Box<[u32]>),
}

impl Args {
    pub(crate) fn new(ids: &[u32]) -> Self {
        if ids.len() > 3 {
            return Self::Many(ids.into());
        }
        let mut few = [0; 3];
        few[..ids.len()].copy_from_slice(ids);
        Self::Few { len: ids.len() as u8, ids: few }
    }
}

impl std::ops::Deref for Args {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        match self {
            Self::Few { len, ids } => &ids[..usize::from(*len)],
            Self::Many(ids) => ids,
        }
    }
}

/// One recorded operation. Operands have smaller ids.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) primitive: Primitive,
    pub(crate) args: Args,
    pub(crate) shape: Shape,
    /// The user's line that recorded it, or that recorded what it differentiates.
    pub(crate) location: &'static Location<'static>,
    /// The node whose derivative it belongs to.
    pub(crate) derivative_of: Option<u32>,
    pub(crate) label: Option<Box<str>>,
}

/// An append-only list of recorded operations. It has no element type: constants are `f64`, and compiling chooses.
#[derive(Debug, Default)]
pub struct Tape {
    nodes: RefCell<Vec<Node>>,
    /// While a rule runs: the node that it differentiates.
    differentiating: Cell<Option<(&'static Location<'static>, u32)>>,
}

impl Tape {
    /// An empty tape.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of recorded nodes.
    pub fn len(&self) -> usize {
        self.nodes.borrow().len()
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// An input of a program: rows × cols.
    #[track_caller]
    pub fn input(&self, rows: usize, cols: usize) -> Var<'_> {
        let id = self.len() as u32;
        self.record(Primitive::Input(Input { id, shape: Shape::new(rows, cols) }), &[])
    }

    /// A constant matrix, row-major.
    ///
    /// # Panics
    /// When the number of elements is not rows · cols.
    #[track_caller]
    pub fn constant(&self, rows: usize, cols: usize, data: &[f64]) -> Var<'_> {
        let shape = Shape::new(rows, cols);
        assert!(data.len() == shape.len(), "constant: {} elements for {shape}", data.len());
        self.record(Primitive::Constant(Constant { data: data.iter().map(|&x| Real::new(x)).collect(), shape }), &[])
    }

    /// A matrix of equal elements.
    #[track_caller]
    pub fn full(&self, rows: usize, cols: usize, value: f64) -> Var<'_> {
        self.record(Primitive::Fill(Fill { value: value.into(), shape: Shape::new(rows, cols) }), &[])
    }

    /// Appends a node; panics at the caller's line when the operands do not fit.
    #[track_caller]
    pub(crate) fn record(&self, primitive: Primitive, args: &[Var<'_>]) -> Var<'_> {
        self.record_at(primitive, args, Location::caller())
    }

    /// As [`Self::input`], as if this line had recorded it.
    pub(crate) fn input_at(&self, shape: Shape, location: &'static Location<'static>) -> Var<'_> {
        let id = self.len() as u32;
        self.record_at(Primitive::Input(Input { id, shape }), &[], location)
    }

    /// As [`Self::record`], as if this line had recorded it.
    #[track_caller]
    pub(crate) fn record_at(
        &self,
        primitive: Primitive,
        args: &[Var<'_>],
        caller: &'static Location<'static>,
    ) -> Var<'_> {
        let shapes: Vec<Shape> = args.iter().map(|arg| arg.shape()).collect();
        for arg in args {
            assert!(std::ptr::eq(arg.tape, self), "{}: operands live on different tapes", primitive.rule().name());
        }
        let shape = match primitive.rule().shape(&shapes) {
            Ok(shape) => shape,
            Err(what) => panic!("{}: {what}{}", primitive.rule().name(), self.what_is_differentiated()),
        };
        let ids: Vec<u32> = args.iter().map(|arg| arg.id).collect();
        let (location, derivative_of) = match self.differentiating.get() {
            Some((location, id)) => (location, Some(id)),
            None => (caller, None),
        };
        let mut nodes = self.nodes.borrow_mut();
        let id = u32::try_from(nodes.len()).expect("a tape holds at most 2^32 nodes");
        nodes.push(Node { primitive, args: Args::new(&ids), shape, location, derivative_of, label: None });
        Var { tape: self, id }
    }

    fn what_is_differentiated(&self) -> String {
        self.differentiating.get().map_or_else(String::new, |(location, id)| {
            let name = self.with(id, |node| node.primitive.rule().name());
            format!(", in the derivative of `{name}` recorded at {location}")
        })
    }

    /// Runs a rule for node `id`: what it records inherits the node's location, and a panic names the node.
    pub(crate) fn differentiate<R>(&self, id: u32, rule: impl FnOnce() -> R) -> R {
        let outer = self.differentiating.replace(Some((self.with(id, |node| node.location), id)));
        let result = rule();
        self.differentiating.set(outer);
        result
    }

    /// Reads a node. `f` must not record.
    pub(crate) fn with<R>(&self, id: u32, f: impl FnOnce(&Node) -> R) -> R {
        f(&self.nodes.borrow()[id as usize])
    }

    /// Reads all nodes. `f` must not record.
    pub(crate) fn with_nodes<R>(&self, f: impl FnOnce(&[Node]) -> R) -> R {
        f(&self.nodes.borrow())
    }

    /// A tape with the same first `len` nodes.
    pub(crate) fn copy(&self, len: usize) -> Self {
        Self { nodes: RefCell::new(self.nodes.borrow()[..len].to_vec()), differentiating: Cell::default() }
    }

    pub(crate) fn set_label(&self, id: u32, label: &str) {
        self.nodes.borrow_mut()[id as usize].label = Some(label.into());
    }

    pub(crate) fn var(&self, id: u32) -> Var<'_> {
        Var { tape: self, id }
    }
}
