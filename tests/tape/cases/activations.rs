//! Activations: as a mixture with one coefficient, and recorded by primitives; candle `candle-core/tests/grad_tests.rs`.

use super::{close, jet, slopes};
use tape::{Activation, Bank, Tape, Var, reference};

const AT: [f64; 4] = [-1.2, 0.15, 1.0, 3.0];

/// An activation with its jet at the numbers of [`AT`], to eleven digits.
struct Case {
    name: &'static str,
    activation: Option<Activation>,
    by_primitives: fn(Var<'_>) -> Var<'_>,
    jets: [[f64; 3]; 4],
}

const CASES: [Case; 5] = [
    Case {
        name: "silu",
        activation: Some(Activation::Silu),
        by_primitives: |x| x * x.logistic(),
        jets: [
            [-0.27777025980, 0.01800188772, 0.24114312251],
            [0.08061447680, 0.57471969635, 0.49440650664],
            [0.73105857863, 0.92767051187, 0.30236611881],
            [2.85772238047, 1.08810410602, -0.03232140452],
        ],
    },
    Case {
        name: "gelu",
        activation: Some(Activation::Gelu),
        by_primitives: |x| x * ((x * std::f64::consts::FRAC_1_SQRT_2).erf() + 1.0) * 0.5,
        jets: [
            [-0.13808360427, -0.11795359576, 0.10874419079],
            [0.08394265385, 0.61878959201, 0.78008287687],
            [0.84134474607, 1.08331547059, 0.24197072452],
            [2.99595030591, 1.01194564720, -0.03102293888],
        ],
    },
    Case {
        name: "softplus",
        activation: Some(Activation::Softplus),
        by_primitives: |x| x.exp().ln_1p(),
        jets: [
            [0.26328246734, 0.23147521650, 0.17789444065],
            [0.77095704779, 0.53742984534, 0.24859900668],
            [1.31326168752, 0.73105857863, 0.19661193324],
            [3.04858735157, 0.95257412682, 0.04517665973],
        ],
    },
    Case {
        name: "tanh",
        activation: Some(Activation::Tanh),
        by_primitives: |x| x.tanh(),
        jets: [
            [-0.83365460701, 0.30501999621, 0.50856265014],
            [0.14888503362, 0.97783324676, -0.29116947164],
            [0.76159415596, 0.41997434161, -0.63970000845],
            [0.99505475369, 0.00986603717, -0.01963449436],
        ],
    },
    Case {
        name: "mish",
        activation: None,
        by_primitives: |x| x * x.exp().ln_1p().tanh(),
        jets: [
            [-0.30883579631, -0.00200876139, 0.26385601717],
            [0.09712284184, 0.69430346783, 0.61331144073],
            [0.86509838827, 1.04903622010, 0.18468576447],
            [2.98653500497, 1.02110691093, -0.03026649664],
        ],
    },
];

/// σ as a mixture of three with coefficient one.
fn one_of_three<'t>(x: Var<'t>, activation: Activation) -> Var<'t> {
    let bank = Bank::new([Activation::Sin, activation, Activation::Square]);
    x.mixture(&bank, x.tape().constant(3, 1, &[0.0, 1.0, 0.0]))
}

#[test]
fn the_table_of_activations() {
    for Case { name, activation, by_primitives, jets } in CASES {
        for (at, expected) in AT.into_iter().zip(jets) {
            close(name, &jet::<3>(by_primitives, at), &expected, 1e-11);
            if let Some(activation) = activation {
                close(name, &jet::<3>(|x| one_of_three(x, activation), at), &expected, 1e-11);
            }
        }
    }
}

/// Both ways of writing an activation have the same third derivative.
#[test]
fn third_derivatives_agree() {
    for Case { name, activation, by_primitives, .. } in CASES {
        let Some(activation) = activation else { continue };
        for at in AT {
            let by_mixture = jet::<4>(|x| one_of_three(x, activation), at);
            close(name, &by_mixture, &jet::<4>(by_primitives, at), 1e-13);
        }
    }
}

#[test]
fn candle_slopes_to_four_digits() {
    let at = [3.0, 1.0, 4.0, 0.15];
    let gelu_tanh: fn(Var<'_>) -> Var<'_> = |x| {
        let inner = (x + x.powi(3) * 0.044_715) * (2.0 / std::f64::consts::PI).sqrt();
        x * (inner.tanh() + 1.0) * 0.5
    };
    close("gelu by tanh", &slopes(gelu_tanh, &at), &[1.0116, 1.0830, 1.0003, 0.6188], 5e-5);
    close("silu", &slopes(|x| one_of_three(x, Activation::Silu), &at), &[1.0881, 0.9277, 1.0527, 0.5747], 5e-5);
    close("erf", &slopes(|x| x.erf(), &at), &[0.0001, 0.4151, 0.0, 1.1033], 5e-5);
    close("erf", &slopes(|x| one_of_three(x, Activation::Erf), &at), &[0.0001, 0.4151, 0.0, 1.1033], 5e-5);
}

#[test]
fn elu_with_slope_two_at_zero_from_below() {
    let elu = Activation::Elu(2.0.into());
    let at = [-1.0, 0.0, -2.0, 3.0];
    let tape = Tape::new();
    let x = tape.input(4, 1);
    let value = reference::evaluate(x, one_of_three(x, elu), &[&at]).concat();
    close("elu", &value, &[-1.2642, 0.0, -1.7293, 3.0], 5e-5);
    close("elu", &slopes(|x| one_of_three(x, elu), &at), &[0.7358, 2.0, 0.2707, 1.0], 5e-5);
}
