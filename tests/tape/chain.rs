//! Chains of steps that go through blocks of rows: the bits of the steps alone, whatever the number of threads; less memory.

use tape::{Activation, Bank, Element, Par, Passes, Program, Tape, Var, grad, hvp};

use crate::support::{bits, data, run};

/// A network of two layers on `n` rows: its loss per row, gradient and Hessian product.
fn network<'t>(tape: &'t Tape, n: usize) -> ([Var<'t>; 5], [Var<'t>; 3]) {
    let bank = Bank::new([Activation::Tanh, Activation::Softplus, Activation::Sin]);
    let inputs = [(n, 9), (9, 40), (40, 30), (3, 2), (9, 40)].map(|(rows, cols)| tape.input(rows, cols));
    let [x, first, second, alpha, direction] = inputs;
    let hidden = x.matmul(first).mixture(&bank, alpha);
    let logits = (hidden.matmul(second) + second.sum_rows().expand(n, 30)).tanh();
    let each = logits.row_log_sum_exp();
    let loss = each.powi(2).sum();
    (inputs, [each, grad(loss, first), hvp(loss, first, direction)])
}

fn chained<T: Element>(n: usize, chain: Option<usize>, staged: bool) -> (Program<T>, Vec<Vec<T>>) {
    let tape = Tape::new();
    let (inputs, outputs) = network(&tape, n);
    let [x, first, second, alpha, direction] = inputs;
    let passes = Passes { chain, ..Passes::ALL };
    let data = data::<T>(&inputs);
    let program = if staged {
        tape.compile_staged_with([x, first, second, alpha], direction, outputs, passes)
    } else {
        tape.compile_with([x, first, second, alpha, direction], outputs, passes)
    };
    (program, data)
}

fn same_bits<T: Element>() {
    for n in [1, 2, 3, 7, 50, 700] {
        for staged in [false, true] {
            let (alone, data) = chained::<T>(n, None, staged);
            let (program, _) = chained::<T>(n, Some(0), staged);
            let expected = bits(&run(&alone, &data));
            assert_eq!(bits(&run(&program, &data)), expected, "{n} rows, staged {staged}");
            let inputs: Vec<&[T]> = data.iter().map(Vec::as_slice).collect();
            let mut runner = program.runner(Par::Rayon);
            runner.evaluate(&inputs);
            let outputs: Vec<Vec<f64>> =
                (0..3).map(|i| runner.output(i).iter().map(|x| x.to_f64()).collect()).collect();
            assert_eq!(bits(&outputs), expected, "{n} rows, staged {staged}, in a pool");
        }
    }
}

#[test]
fn a_chain_has_the_bits_of_its_steps() {
    same_bits::<f32>();
    same_bits::<f64>();
}

#[test]
fn large_programs_are_chained_and_small_ones_are_not() {
    let text = |n| chained::<f32>(n, Passes::ALL.chain, false).0.to_string();
    assert!(text(20_000).contains("rows at a time") && text(20_000).contains("in panels"));
    assert!(!text(20).contains("rows at a time"));
}

/// What links hand on to each other takes one block, not a matrix.
#[test]
fn a_chain_needs_less_memory() {
    let live = |chain| chained::<f32>(50_000, chain, true).0.live_peak();
    let (with, without) = (live(Passes::ALL.chain), live(None));
    assert!(10 * with < 9 * without, "{with} elements, {without} without chains");
}

/// With products in it, a chain needs no scratch that grows with the rows.
#[test]
fn blocks_do_not_grow() {
    let tape = Tape::new();
    let program = |n| {
        let (x, w, v) = (tape.input(n, 64), tape.input(64, 256), tape.input(256, 1));
        tape.compile::<f32>((x, w, v), x.matmul(w).tanh().matmul(v))
    };
    let rows = [10_000, 100_000];
    let [short, long] = rows.map(|rows| program(rows).arena() - rows);
    assert!(2 * long < 3 * short, "{long} elements besides the outputs, {short} for a tenth of the rows");
}

/// What no later link reads leaves its place to the next: a deep chain needs no more memory than one of two layers.
#[test]
fn links_share_their_places() {
    let tape = Tape::new();
    let arena = |layers| {
        let (x, w) = (tape.input(500, 64), tape.input(64, 64));
        let last = (0..layers).fold(x, |x, _| x.matmul(w).tanh());
        let passes = Passes { chain: Some(0), ..Passes::ALL };
        let program = tape.compile_with::<f64>((x, w), last, passes);
        assert_eq!(program.to_string().matches("rows at a time").count(), 1, "one chain: {program}");
        program.arena()
    };
    let (shallow, deep) = (arena(3), arena(6));
    assert_eq!(deep, shallow, "elements");
}

/// A block is as tall as makes it worth to read weights that no cache keeps, and cuts nothing else: the bits stay.
#[test]
fn heavy_weights_have_tall_blocks() {
    let tape = Tape::new();
    let program = |rows, width, chain| {
        let inputs = [(rows, width), (width, width), (width, 8)].map(|(rows, cols)| tape.input(rows, cols));
        let [x, w, v] = inputs;
        let passes = Passes { chain, ..Passes::ALL };
        (tape.compile_with::<f32>(inputs, x.matmul(w).tanh().matmul(v), passes), data::<f32>(&inputs))
    };
    for (rows, width, block) in
        [(128, 640, "64 rows"), (65, 640, "72 rows"), (300, 640, "80 rows"), (128, 96, "32 rows")]
    {
        let (chained, data) = program(rows, width, Some(0));
        assert!(chained.to_string().contains(&format!(" {block} at a time")), "{rows} × {width}: {chained}");
        assert_eq!(bits(&run(&chained, &data)), bits(&run(&program(rows, width, None).0, &data)));
        let inputs: Vec<&[f32]> = data.iter().map(Vec::as_slice).collect();
        let mut runner = chained.runner(Par::Rayon);
        runner.evaluate(&inputs);
        let output: Vec<f64> = runner.output(0).iter().map(|&x| f64::from(x)).collect();
        assert_eq!(bits(&[output]), bits(&run(&chained, &data)));
    }
}

/// What stays in a chain is listed: every link has its share of the arithmetic, and those of a chain add up to it.
#[test]
fn the_links_of_a_chain_are_listed() {
    let (program, _) = chained::<f64>(40, Some(0), true);
    let text = program.to_string();
    let cells = |line: &str| -> Vec<String> {
        line.split("  ").map(|cell| cell.trim().to_owned()).filter(|c| !c.is_empty()).collect()
    };
    let share = |cells: &[String]| cells[2].parse::<f64>().expect("a share");
    let mut chains = 0;
    let mut lines = text.lines().map(cells).peekable();
    while let Some(row) = lines.next() {
        let mut links = Vec::new();
        while let Some(link) = lines.next_if(|next| next[0] == "link") {
            links.push(link);
        }
        if !links.is_empty() {
            chains += 1;
            let sum: f64 = links.iter().map(|link| share(link)).sum();
            assert!((sum - share(&row)).abs() <= 0.06 * (links.len() + 1) as f64, "{row:?}: {sum}\n{text}");
            assert!(links.iter().all(|link| link[3].starts_with('%')), "every link names its result\n{text}");
        }
    }
    assert!(chains > 1, "{text}");
}
