//! The tangent kernel of a model at a point.

use tape::{Par, Program, Var, Vars, jvp, vjp};

/// K̂ = J Jᵀ with J the Jacobian of the outputs in θ, known by its products only.
#[derive(Clone, Debug)]
pub struct TangentKernel {
    /// held, then u → J Jᵀ u.
    product: Program<f64>,
}

impl TangentKernel {
    /// Records and compiles the product for `output` (n × 1) in `theta`; `held` is everything that the output needs, θ included.
    pub fn new<'t>(output: Var<'t>, theta: Var<'t>, held: impl Vars<'t>) -> Self {
        let tape = output.tape();
        let u = tape.input(output.rows(), 1);
        let product = jvp(output, theta, vjp(output, u, theta));
        Self { product: tape.compile_staged::<f64>(held, u, product) }
    }

    /// λ_max(K̂) by power iteration from `u`, until its Rayleigh quotient, which never exceeds λ_max, moves by less than
    /// `tolerance` of itself.
    pub fn largest_eigenvalue(&self, held: &[&[f64]], mut u: Vec<f64>, tolerance: f64) -> f64 {
        let mut runner = self.product.runner(Par::Seq);
        let mut kernel = runner.hold(held);
        let mut largest = 0.0;
        normalise(&mut u);
        loop {
            let [k_u] = kernel.run(&[&u]);
            let quotient: f64 = u.iter().zip(k_u).map(|(u, k)| u * k).sum();
            // A quotient that is not finite ends the iteration too.
            let moves = (quotient - largest).abs() > tolerance * quotient.abs();
            largest = quotient;
            if !moves {
                return largest;
            }
            u.copy_from_slice(k_u);
            normalise(&mut u);
        }
    }
}

fn normalise(u: &mut [f64]) {
    let norm = u.iter().map(|v| v * v).sum::<f64>().sqrt();
    u.iter_mut().for_each(|v| *v /= norm);
}
