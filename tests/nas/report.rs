//! Tables, figures and verdicts.
use nas::experiments::{Bound, Criterion, Outcome};
use nas::report::{Axis, Plot, Series, Table, figure, render};

#[test]
fn figures_have_four_digits() {
    let cases =
        [(0.0, "0.0000"), (0.95, "0.9500"), (1.05, "1.050"), (12.345, "12.35"), (-0.5, "-0.5000"), (1e-4, "1.0e-4")];
    for (value, want) in cases {
        assert_eq!(figure(value), want);
    }
    assert_eq!([figure(f64::NAN), figure(f64::INFINITY), figure(3.2e7)], ["NaN", "inf", "3.2e7"]);
}

#[test]
fn tables_align_right_and_forgive_short_rows() {
    let mut table = Table::new(&["seed", "x"]);
    table.rows = vec![vec!["0".into(), "12.5".into()], vec!["10".into()]];
    assert_eq!(table.to_string(), "  seed     x\n     0  12.5\n    10      \n");
}

fn criterion(figure: f64, bound: Bound) -> Criterion {
    Criterion::new("It holds.", "a figure", figure, bound)
}

#[test]
fn a_criterion_includes_its_bound_and_never_passes_nan() {
    assert!(criterion(0.5, Bound::AtMost(0.5)).passes() && criterion(2.0, Bound::AtLeast(2.0)).passes());
    assert!(!criterion(0.6, Bound::AtMost(0.5)).passes() && !criterion(1.9, Bound::AtLeast(2.0)).passes());
    let within = Bound::Within(-0.6, -0.4);
    assert!(criterion(-0.6, within).passes() && criterion(-0.4, within).passes());
    assert!(!criterion(-0.61, within).passes() && !criterion(-0.39, within).passes());
    assert!(!criterion(f64::NAN, within).passes());
    assert!(!criterion(f64::NAN, Bound::AtMost(0.5)).passes() && !criterion(f64::NAN, Bound::AtLeast(0.5)).passes());
}

#[test]
fn the_verdict_shows_every_figure_beside_its_bound() {
    let outcome = |figure| Outcome {
        title: "E9".into(),
        claim: "word ".repeat(60),
        setting: String::new(),
        table: Table::default(),
        legend: String::new(),
        criteria: vec![criterion(figure, Bound::AtMost(1e-4))],
        notes: vec![],
        plots: vec![],
    };
    let (good, bad) = (render(&outcome(5e-5)), render(&outcome(0.25)));
    assert!(good.contains("PASS  It holds.\n          a figure: 5.0e-5 (bound <= 1e-4)"), "{good}");
    assert!(good.ends_with("PASS: all 1 criteria hold.\n") && outcome(5e-5).passes());
    let sure = Criterion { interval: Some([0.1, 0.4]), ..criterion(0.25, Bound::Within(0.0, 1.0)) };
    let sure = render(&Outcome { criteria: vec![sure], ..outcome(0.0) });
    assert!(sure.contains("a figure: 0.2500 [0.1000, 0.4000] (bound in [0, 1])"), "{sure}");
    assert!(bad.contains("FAIL  It holds.") && bad.ends_with("FAIL: 1 of 1 criteria do not hold.\n"));
    assert!(good.lines().all(|line| line.chars().count() <= 110));
}

#[test]
fn what_cannot_be_judged_neither_holds_nor_fails() {
    let open = || Criterion { inconclusive: true, ..criterion(0.5, Bound::AtMost(1.0)) };
    assert!(!open().passes());
    let outcome = |criteria| Outcome {
        title: "E6".into(),
        claim: String::new(),
        setting: String::new(),
        table: Table::default(),
        legend: String::new(),
        criteria,
        notes: vec![],
        plots: vec![],
    };
    let text = render(&outcome(vec![open(), criterion(0.5, Bound::AtMost(1.0))]));
    assert!(text.contains("  OPEN  It holds.\n") && text.contains("  PASS  It holds.\n"), "{text}");
    assert!(
        text.ends_with("INCONCLUSIVE: too little was measured to judge 1 of 2 criteria; the others hold.\n"),
        "{text}"
    );
    let text = render(&outcome(vec![open(), criterion(2.0, Bound::AtMost(1.0))]));
    assert!(text.ends_with("FAIL: 1 of 2 criteria do not hold, and too little was measured to judge 1.\n"), "{text}");
    let verdict = open().verdict("E6");
    assert_eq!((verdict.pass, verdict.criterion.as_str()), (false, "a figure (<= 1, inconclusive)"));
}

#[test]
fn dots_stand_alone_and_theory_is_a_line() {
    let series = |label: &str, theory| Series {
        label: label.into(),
        points: vec![[1.0, 1.0], [f64::NAN, 2.0], [10.0, 0.5], [100.0, 100.0]],
        theory,
    };
    let plot = |dots| Plot {
        title: "y over x".into(),
        x: Axis::Powers,
        y: Axis::Powers,
        series: vec![series("equal", true), series("measured", false)],
        dots,
        ..Plot::default()
    };
    let drawn = |dots, what: &str| plot(dots).svg().unwrap().matches(what).count();
    // A line ends in a dot; of four points one has no place.
    assert_eq!([drawn(false, "<circle"), drawn(true, "<circle")], [1, 3]);
    let line = "stroke-width=\"16\"";
    assert_eq!([drawn(false, line), drawn(true, line)], [1, 0]);
    assert_eq!(drawn(true, "\nmeasured\n"), 1, "a label for all dots together");
}
