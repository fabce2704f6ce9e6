//! A user's operation in the middle of a program, differentiated twice.

use std::sync::Arc;

use tape::{Cost, Custom, Domain, Par, Shape, Tape, Var, grad, hvp};

/// x³ elementwise, as a user would write it.
struct Cube;

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

    fn cases(&self) -> Vec<Vec<(Shape, Domain)>> {
        vec![vec![(Shape::new(3, 2), Domain::REAL)]]
    }
}

/// Σ sin((2x)³) of n × n elements, with its gradient and its Hessian along a direction; and the listing of the program.
pub(crate) fn in_the_middle(n: usize, at: &[f64], along: &[f64], par: Par) -> ([Vec<f64>; 3], String) {
    let tape = Tape::new();
    let cube: Arc<dyn Custom> = Arc::new(Cube);
    let (x, d) = (tape.input(n, n), tape.input(n, n));
    let loss = Var::custom(&cube, &[x * 2.0]).sin().sum();
    let program = tape.compile::<f64>([x, d], (loss, grad(loss, x), hvp(loss, x, d)));
    (program.runner(par).run(&[at, along]).map(<[f64]>::to_vec), program.to_string())
}

#[test]
fn a_custom_operation_stands_in_the_middle_of_a_program() {
    let (at, along) = ([0.3, -0.2, 0.5, 0.1], [1.0, -1.0, 0.5, 2.0]);
    let ([loss, gradient, product], listing) = in_the_middle(2, &at, &along, Par::Seq);
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-14, "{a} {b}");
    close(loss[0], at.iter().map(|x| (8.0 * x * x * x).sin()).sum());
    for i in 0..4 {
        let x = at[i];
        close(gradient[i], 24.0 * x * x * (8.0 * x * x * x).cos());
        let second = 48.0 * x * (8.0 * x * x * x).cos() - (24.0 * x * x).powi(2) * (8.0 * x * x * x).sin();
        close(product[i], second * along[i]);
    }
    assert!(listing.contains("cube"), "it is a step of its own in the listing");
}
