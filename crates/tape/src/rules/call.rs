//! The call of a user's operation.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::rule::{At, Rule, Spelled};
use crate::{Cost, Custom, Domain, Shape, Var};

/// A call of a user's operation; equal only to a call of the same `Arc`.
#[derive(Clone)]
pub(crate) struct Call(pub(crate) Arc<dyn Custom>);

impl Call {
    pub(crate) fn address(&self) -> *const () {
        Arc::as_ptr(&self.0).cast()
    }
}

impl PartialEq for Call {
    fn eq(&self, other: &Self) -> bool {
        self.address() == other.address()
    }
}

impl Eq for Call {}

impl Hash for Call {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.address().hash(state);
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({})", self.0.name())
    }
}

impl Rule for Call {
    fn name(&self) -> String {
        self.0.name().into()
    }

    fn shape(&self, args: &[Shape]) -> Result<Shape, String> {
        self.0.shape(args)
    }

    fn jvp<'t>(&self, at: &At<'_, 't>, tangents: &[Option<Var<'t>>]) -> Option<Var<'t>> {
        self.0.jvp(at.args, at.out, tangents)
    }

    fn vjp<'t>(&self, at: &At<'_, 't>, cotangent: Var<'t>, wanted: &[bool]) -> Vec<Option<Var<'t>>> {
        self.0.vjp(at.args, at.out, cotangent, wanted)
    }

    fn cost(&self, args: &[Shape], _: Shape) -> Cost {
        self.0.cost(args)
    }

    fn reference(&self, args: &[(&[f64], Shape)], out: &mut [f64]) {
        let (data, shapes): (Vec<&[f64]>, Vec<Shape>) = args.iter().copied().unzip();
        self.0.forward_f64(&data, &shapes, out);
    }

    fn domain(&self, arg: usize) -> Domain {
        self.0.cases().first().and_then(|case| case.get(arg)).map_or(Domain::REAL, |&(_, domain)| domain)
    }

    fn python(&self, _: &[Spelled<'_>]) -> Option<String> {
        None
    }
}
