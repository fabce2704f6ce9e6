//! Programs as text and as graphs.

use std::collections::BTreeSet;

use tape::{Program, Shape, Tape, grad, hvp};

/// Two layers with awkward labels, views of θ, and a held stage.
fn network(tape: &Tape) -> Program<f32> {
    let (x, theta, d) = (tape.input(32, 3).label("x"), tape.input(16, 1), tape.input(16, 1).label("a \"b\" \\n"));
    let (w, v) = (theta.slice(0, 3, 4), theta.slice(12, 4, 1));
    let hidden = (x.matmul(w) * 0.5).tanh().label("hidden");
    let loss = (hidden.matmul(v) + tape.constant(32, 1, &[0.25; 32])).powi(2).mean() + theta.powi(2).sum();
    let tail = theta.slice(4, 2, 2).matmul(tape.constant(2, 2, &[1.0, 2.0, 3.0, 4.0]));
    tape.compile_staged((x, theta), d, (loss, grad(loss, theta), hvp(loss, theta, d), (tail, theta.reshape(4, 4))))
}

/// The rows of the table of steps, split where two blanks stand.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let is_row = |line: &&str| line.trim_start().starts_with("held ") || line.trim_start().starts_with("step ");
    let rows = text.lines().filter(is_row).filter(|line| !line.contains(" input "));
    rows.map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()).collect()
}

#[test]
fn the_listing_is_a_table_with_shares_of_the_cost() {
    let tape = Tape::new();
    let program = network(&tape);
    let text = program.to_string();
    let rows = rows(&text);
    assert_eq!((rows.len(), rows[0].len()), (program.steps() + 1, 9), "a head and a row for each step\n{text}");
    for column in [2, 4] {
        let shares = rows[1..].iter().map(|row| row[column].parse::<f64>().expect("a share"));
        assert!((shares.sum::<f64>() - 100.0).abs() < 0.1 * rows.len() as f64, "column {column}\n{text}");
    }
    let held = rows[1..].iter().filter(|row| row[0].starts_with("held")).count();
    assert_eq!(held, program.held_steps(), "{text}");
    for part in
        ["free input 2: %2 16×1 \"a \\\"b\\\" \\\\n\"", "\"hidden\"", "∂ tests/tape/listing.rs:", "kB moved", "flops"]
    {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
}

/// Whoever reads the listing finds every value that is named in it.
#[test]
fn every_operand_is_an_input_a_constant_or_the_result_of_an_earlier_step() {
    let tape = Tape::new();
    let program = network(&tape);
    let text = program.to_string();
    let names = |cell: &str| -> Vec<String> {
        let words = cell.split([' ', ',']).filter(|word| word.starts_with('%'));
        words.map(|word| word.split('[').next().unwrap_or(word).to_owned()).collect()
    };
    let inputs = text.lines().filter(|line| line.contains(" input ")).flat_map(names);
    let mut known: BTreeSet<String> = inputs.collect();
    for row in &rows(&text)[1..] {
        for operand in names(row[7]) {
            assert!(known.contains(&operand), "{operand} comes from nowhere\n{text}");
        }
        known.extend(names(row[5]));
    }
    let outputs: Vec<&str> = text.lines().filter(|line| line.trim_start().starts_with("output")).collect();
    assert_eq!(outputs.len(), 5, "{text}");
    assert!(outputs.iter().flat_map(|line| names(line)).all(|output| known.contains(&output)), "{text}");
    assert!(text.contains("%1[12..16]") && text.contains("constant[4]"), "views and constants are said\n{text}");
}

/// The grammar of Graphviz as far as it is used: statements, declared ends of edges, closed quotes.
#[test]
fn the_graph_is_well_formed() {
    let tape = Tape::new();
    let program = network(&tape);
    let dot = program.to_dot();
    let lines: Vec<&str> = dot.lines().collect();
    assert_eq!((lines[0], lines[lines.len() - 1]), ("digraph program {", "}"));
    let (mut declared, mut ends) = (BTreeSet::new(), BTreeSet::new());
    for line in &lines[1..lines.len() - 1] {
        let statement = line.trim().strip_suffix("];").unwrap_or_else(|| panic!("no end in {line}"));
        let (head, attributes) = statement.split_once(" [").expect("attributes");
        match head.split_once(" -> ") {
            Some((from, to)) => ends.extend([from, to]),
            None => drop(declared.insert(head)),
        }
        let unescaped = attributes.replace("\\\\", "").replace("\\\"", "");
        assert!(unescaped.matches('"').count().is_multiple_of(2), "quotes in {line}");
    }
    assert!(ends.is_subset(&declared), "{dot}");
    assert_eq!(declared.iter().filter(|name| name.starts_with('s')).count(), program.steps());
    assert!(dot.contains(r#"\"a \\\"b\\\" \\\\n\""#), "the label is escaped\n{dot}");
}

#[test]
fn empty_programs_are_listed() {
    let tape = Tape::new();
    let text = tape.compile::<f64>((), ()).to_string();
    assert!(text.contains("0 steps") && !text.contains("NaN"), "{text}");
    let empty = tape.input(0, 3).exp();
    assert_eq!(empty.shape(), Shape::new(0, 3));
    assert!(!tape.compile::<f64>(tape.input(1, 1), tape.full(2, 2, 1.0)).to_string().contains("NaN"));
}
