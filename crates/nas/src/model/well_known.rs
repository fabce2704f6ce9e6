//! Activations that people know by a name that is no candidate, written as candidates.

/// Names in lower case and without underscores, and what to write.
const WRITTEN: [(&str, &str); 21] = [
    ("selu", "1.0507009873554805*max(x,0)+1.7580993408473766*expm1(min(x,0))"),
    ("celu", "elu"),
    ("mish", "x*tanh(softplus(x))"),
    ("swish", "silu"),
    ("logistic", "sigmoid"),
    ("linear", "identity"),
    ("leakyrelu", "max(x,0.01*x)"),
    ("prelu", "max(x,0.25*x)"),
    ("relu6", "min(max(x,0),6)"),
    ("hardtanh", "max(-1,min(1,x))"),
    ("hardsigmoid", "max(0,min(1,x/6+0.5))"),
    ("hardswish", "x*max(0,min(1,x/6+0.5))"),
    ("logsigmoid", "-softplus(-x)"),
    ("softsign", "x/(1+abs(x))"),
    ("tanhshrink", "x-tanh(x)"),
    ("gaussian", "exp(-x^2)"),
    ("cos", "cos(x)"),
    ("exp", "exp(x)"),
    ("abs", "abs(x)"),
    ("atan", "atan(x)"),
    ("arctan", "atan(x)"),
];

/// The candidate that someone means by this name, when it is no candidate itself.
pub fn written(name: &str) -> Option<&'static str> {
    let plain = name.to_lowercase().replace('_', "");
    WRITTEN.iter().find(|(known, _)| *known == plain).map(|(_, text)| *text)
}
