//! A user's operation, to be replaced by your own.

use std::sync::Arc;

use tape::{Cost, Custom, Domain, Shape, Var};

/// x³, elementwise.
struct Cube;

/// The operation that the target `custom` draws among the primitives.
pub fn example() -> Arc<dyn Custom> {
    Arc::new(Cube)
}

impl Custom for Cube {
    fn name(&self) -> &str {
        "cube"
    }

    fn shape(&self, args: &[Shape]) -> Result<Shape, String> {
        Ok(args[0])
    }

    fn forward_f32(&self, args: &[&[f32]], _: &[Shape], out: &mut [f32]) {
        out.iter_mut().zip(args[0]).for_each(|(out, x)| *out = x * x * x);
    }

    fn forward_f64(&self, args: &[&[f64]], _: &[Shape], out: &mut [f64]) {
        out.iter_mut().zip(args[0]).for_each(|(out, x)| *out = x * x * x);
    }

    fn jvp<'t>(&self, args: &[Var<'t>], _: Var<'t>, tangents: &[Option<Var<'t>>]) -> Option<Var<'t>> {
        tangents[0].map(|d| d * args[0].powi(2) * 3.0)
    }

    fn vjp<'t>(&self, args: &[Var<'t>], _: Var<'t>, cotangent: Var<'t>, _: &[bool]) -> Vec<Option<Var<'t>>> {
        vec![Some(cotangent * args[0].powi(2) * 3.0)]
    }

    fn cost(&self, args: &[Shape]) -> Cost {
        Cost { flops: 2 * args[0].len() as u64, elements: 2 * args[0].len() as u64 }
    }

    /// Where its operands are drawn from: shapes, and an interval where it is defined and tame.
    fn cases(&self) -> Vec<Vec<(Shape, Domain)>> {
        vec![vec![(Shape::new(2, 3), Domain::REAL)], vec![(Shape::new(1, 1), Domain::REAL)]]
    }
}
