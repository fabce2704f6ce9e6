//! Formulas that are refused: where, why, and what was meant.
use nas::model::{Formula, FormulaError};

fn refusal(text: &str) -> String {
    let read = Formula::parse(text).and_then(|formula| formula.check());
    let message = read.expect_err(text).to_string();
    assert!(!message.contains('\n'), "{message}");
    message
}

#[test]
fn what_cannot_be_read_is_named_with_its_column() {
    let cases = [
        ("", "column 1: expected a number, x, a function or `(`, found the end"),
        ("   ", "column 4: expected a number"),
        ("x+", "column 3: expected a number, x, a function or `(`, found the end"),
        ("x*/2", "column 3: expected a number, x, a function or `(`, found `/`"),
        ("(x", "column 3: expected an operator or `)`, found the end"),
        ("x)", "column 2: expected an operator or the end, found `)`"),
        ("2x", "column 2: expected an operator or the end, found \"x\""),
        ("2e x", "column 2: expected an operator or the end, found \"e\""),
        ("1.2.3*x", "column 4: expected an operator or the end, found the number 0.3"),
        ("x(2)", "column 2: expected an operator or the end, found `(`"),
        ("exp x", "column 5: expected `(` after exp, found \"x\""),
        ("exp()", "column 5: expected a number"),
        ("max(x, 0", "column 9: expected an operator, `,` or `)`, found the end"),
        ("x, 2", "column 2: expected an operator or the end, found `,`"),
        ("1 + max(x)", "column 5: max takes 2 arguments, not 1"),
        ("tanh(x, 2, 3)", "column 1: tanh takes 1 argument, not 3"),
        ("2*thanh(x)", "column 3: there is no \"thanh\"; did you mean \"tanh\"?"),
        ("Exp(x)", "column 1: there is no \"Exp\"; did you mean \"exp\"?"),
        ("y + 1", "column 1: there is no \"y\"; there are x, the constants pi and e, and exp, expm1, ln"),
        ("x·2", "column 2: '·' has no meaning"),
        ("x*1e999", "column 3: \"1e999\" is no finite number"),
        ("x*.", "column 3: \".\" is no finite number"),
        ("2*pi + 1", "it does not depend on x"),
    ];
    for (text, want) in cases {
        let message = refusal(text);
        assert!(message.starts_with(want), "{text:?}: {message}");
    }
}

#[test]
fn depth_has_a_limit_and_length_has_none() {
    for (before, after) in [("(", ")"), ("-", ""), ("exp(", ")"), ("x^", ""), ("max(1,", ")")] {
        let nested = |depth: usize| format!("{}x{}", before.repeat(depth), after.repeat(depth));
        assert!(Formula::parse(&nested(90)).is_ok(), "{before}");
        for depth in [101, 100_000] {
            let error = Formula::parse(&nested(depth)).unwrap_err();
            assert!(matches!(error, FormulaError::Deep { most: 100, .. }), "{before}: {error}");
        }
    }
}

#[test]
fn what_is_not_finite_is_named_with_its_place() {
    let cases = [
        ("ln(x)", "its value at x = 0 is -inf"),
        ("1/x", "its value at x = 0 is inf"),
        ("sqrt(x + 3)", "its value at x = -3.01 is NaN"),
        ("1/(x - 7)", "its value at x = 7 is inf"),
        ("sin(x)/x", "its value at x = 0 is NaN"),
        ("x^0.5", "its value at x = -0.01 is NaN"),
        ("abs(x)^0.5", "its first derivative at x = 0 is NaN"),
        ("abs(x)^1.5", "its second derivative at x = 0 is NaN"),
        ("x^x", "its value at x = 0 is NaN"),
        ("exp(x^3)", "its value at x = 8.93 is inf in double precision"),
        ("exp(x^2)", "in single precision"),
    ];
    for (text, want) in cases {
        let message = refusal(text);
        assert!(message.contains(want) && message.contains("between -10 and 10"), "{text:?}: {message}");
    }
}

#[test]
fn what_an_activation_may_be_is_accepted() {
    let texts = [
        "x*exp(-x^2)",
        "max(x, 0)",
        "abs(x)",
        "max(x,0)^2",
        "x^3 - 3*x",
        "sin(20*x)",
        "x*tanh(softplus(x))",
        "x*sigmoid(1.702*x)",
        "ln(1 + x^2)*sign(x)",
        "exp(-abs(x))",
        "exp(x)",
        "1e6*tanh(x)",
        "1e-6*cos(x)",
        "atan(x^5)",
        "gelu(x)*relu(x) - elu(-x)",
        "min(max(x, -1), 1)",
    ];
    for text in texts {
        let read = Formula::parse(text).and_then(|formula| formula.check());
        assert!(read.is_ok(), "{text}: {read:?}");
    }
}
