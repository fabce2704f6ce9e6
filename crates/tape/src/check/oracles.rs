//! Everything that can be held against a recorded program: the slow twin, other passes, other threads, two stages, and its
//! derivatives against each other, against Taylor series and against differences.

use crate::check::compare::{largest, relative};
use crate::check::report::{Check, Finding, Place, Report, Verdict};
use crate::check::{Options, gradient};
use crate::primitive::Primitive;
use crate::{Element, Elementwise, Par, Passes, Recording, Runner, Tape, Var, grad, hvp, reference};

/// All oracles, in `f64` and, where only bits are compared, in `f32` too.
///
/// ```
/// use tape::generate::{Limits, Sequence, program};
/// use tape::{Tape, check};
///
/// let tape = Tape::new();
/// let program = program(&tape, &mut Sequence::new(3), &Limits { kinks: false, ..Limits::default() });
/// let report = check::everything(&program.recording(), &check::Options { floor: 1e-3, ..Default::default() });
/// assert!(report.verdict() < check::Verdict::Disagrees, "{report}");
/// ```
pub fn everything(program: &Recording, options: &Options) -> Report {
    let mut report = derivatives(program, options);
    let in_f32 = [passes::<f32>, threads::<f32>, staged::<f32>, carried::<f32>];
    let in_f64 = [passes::<f64>, threads::<f64>, staged::<f64>, carried::<f64>];
    in_f32.into_iter().chain(in_f64).for_each(|oracle| report.add(oracle(program)));
    report.add(compiled::<f64>(program));
    report
}

/// The derivatives of Σ sin(outputs) in all inputs, up to the order that the options ask for and the program has:
/// [`gradient`](crate::check::gradient). Difference quotients know nothing of `stop_gradient`: a program with one is held against
/// Taylor series only.
pub fn derivatives(program: &Recording, options: &Options) -> Report {
    let order = options.order.min(program.differentiable());
    if order == 0 {
        return Report::default();
    }
    let tape = Tape::new();
    let (inputs, outputs) = program.replay(&tape);
    let report =
        gradient(loss(&tape, &outputs), inputs.clone(), inputs, &program.values(), &Options { order, ..*options });
    let stopped = program.operations().any(|op| matches!(op.primitive, Primitive::StopGradient(_)));
    if stopped { report.without(&[Check::Jvp, Check::Vjp, Check::Hvp, Check::Third, Check::Symmetry]) } else { report }
}

/// The compiled program against the slow twin, as far as rounding errors of its own leave its values defined: with a jump, such
/// as that of `less`, they may leave nothing.
pub fn compiled<T: Element>(program: &Recording) -> Option<Finding> {
    // The kernels may be off by 8 units in the last place, and errors of many nodes add up.
    const ULPS: f64 = 8.0;
    const TIMES: f64 = 16.0;
    let tape = Tape::new();
    let (inputs, outputs) = derived(program, &tape);
    let values: Vec<Vec<T>> = rounded(program);
    let wide: Vec<Vec<f64>> = values.iter().map(|value| value.iter().map(|x| x.to_f64()).collect()).collect();
    let wide = slices(&wide);
    let exact = reference::evaluate(inputs.clone(), outputs.clone(), &wide);
    let noise = ULPS * epsilon::<T>();
    let spread = reference::spread(inputs.clone(), outputs.clone(), &wide, noise);
    let found = run(&mut tape.compile::<T>(inputs, outputs).runner(Par::Seq), &values);
    let jumps = program.operations().any(|op| has_jump(&op.primitive));
    let findings = found.iter().zip(&exact).zip(&spread).enumerate().flat_map(|(output, ((found, exact), spread))| {
        let bound = TIMES * (spread + noise * largest(exact).max(1.0));
        found.iter().zip(exact).enumerate().map(move |(element, (found, &exact))| {
            let found = found.to_f64();
            let same = found == exact || (found.is_nan() && exact.is_nan()) || (found - exact).abs() <= bound;
            let verdict = match same {
                true => Verdict::Agrees,
                false if jumps => Verdict::Kink,
                false => Verdict::Disagrees,
            };
            let (place, values) = (Place::Result { output, element }, [found, exact]);
            let error = if same { 0.0 } else { relative((found - exact).abs(), bound) };
            Finding { check: Check::Compiled, verdict, place, values, error, tolerance: 1.0 }
        })
    });
    findings.reduce(Finding::worse)
}

/// All passes of the compiler against all but one, and against none: the same bits.
pub fn passes<T: Element>(program: &Recording) -> Option<Finding> {
    const OTHERS: [Passes; 7] = [
        Passes::NONE,
        Passes { simplify: false, ..Passes::ALL },
        Passes { group: false, ..Passes::ALL },
        Passes { order: false, ..Passes::ALL },
        Passes { chain: None, ..Passes::ALL },
        Passes { chain: Some(0), ..Passes::ALL },
        Passes { place: false, ..Passes::ALL },
    ];
    let tape = Tape::new();
    let (inputs, outputs) = derived(program, &tape);
    let values = rounded::<T>(program);
    let with = |passes| {
        let compiled = tape.compile_with::<T>(inputs.clone(), outputs.clone(), passes);
        run(&mut compiled.runner(Par::Seq), &values)
    };
    let all = with(Passes::ALL);
    OTHERS.into_iter().filter_map(|passes| same_bits(Check::Passes, &all, &with(passes))).reduce(Finding::worse)
}

/// One thread against those of the present rayon pool (without the feature `rayon`: one): the same bits.
pub fn threads<T: Element>(program: &Recording) -> Option<Finding> {
    #[cfg(feature = "rayon")]
    const MANY: Par = Par::Rayon;
    #[cfg(not(feature = "rayon"))]
    const MANY: Par = Par::Seq;
    let tape = Tape::new();
    let (inputs, outputs) = derived(program, &tape);
    let values = rounded::<T>(program);
    let compiled = tape.compile::<T>(inputs, outputs);
    same_bits(Check::Threads, &run(&mut compiled.runner(Par::Seq), &values), &run(&mut compiled.runner(MANY), &values))
}

/// Compiled in two stages, for every number of held inputs, against compiled in one: the same bits.
pub fn staged<T: Element>(program: &Recording) -> Option<Finding> {
    let tape = Tape::new();
    let (inputs, outputs) = derived(program, &tape);
    let values = rounded::<T>(program);
    let plain = run(&mut tape.compile::<T>(inputs.clone(), outputs.clone()).runner(Par::Seq), &values);
    let stages = (0..=inputs.len()).filter_map(|count| {
        let (held, free) = inputs.split_at(count);
        let mut runner = tape.compile_staged::<T>(held.to_vec(), free.to_vec(), outputs.clone()).runner(Par::Seq);
        let values = slices(&values);
        let (at, moved) = values.split_at(count);
        let mut stage = runner.hold(at);
        // Twice: the second run meets what the first left.
        stage.evaluate(moved);
        stage.evaluate(moved);
        let found: Vec<Vec<T>> = (0..outputs.len()).map(|i| stage.output(i).to_vec()).collect();
        same_bits(Check::Staged, &plain, &found)
    });
    stages.reduce(Finding::worse)
}

/// The last inputs carried as state, for every number of them, each moved along its gradient, against inputs that are given anew:
/// the same bits.
pub fn carried<T: Element>(program: &Recording) -> Option<Finding> {
    let tape = Tape::new();
    // Without the derivatives of `derived`: some programs have no further one.
    let (inputs, outputs) = program.replay(&tape);
    let next: Vec<Var<'_>> = if program.differentiable() >= 1 {
        let slopes = grad(loss(&tape, &outputs), inputs.clone());
        inputs.iter().zip(slopes).map(|(&x, slope)| x - 0.125 * slope).collect()
    } else {
        inputs.iter().map(|x| x.sin()).collect()
    };
    let values = rounded::<T>(program);
    let mut whole = tape.compile::<T>(inputs.clone(), (outputs.clone(), next.clone())).runner(Par::Seq);
    let findings = (0..inputs.len()).filter_map(|count| {
        let (given, state) = inputs.split_at(count);
        let parts = (state.to_vec(), given.to_vec(), next[count..].to_vec(), outputs.clone());
        let mut runner = tape.compile_carried::<T>(parts.0, parts.1, parts.2, parts.3).runner(Par::Seq);
        same_bits(Check::Carried, &anew(&mut whole, &values, count), &steps(&mut runner, &values, count))
    });
    findings.reduce(Finding::worse)
}

/// Runs that the oracle of carried state compares.
const STEPS: usize = 2;

/// The outputs and the state after each step of a program that is given the state behind `count` inputs, and gives the next values of
/// all inputs behind its outputs.
fn anew<T: Element>(whole: &mut Runner<T>, values: &[Vec<T>], count: usize) -> Vec<Vec<T>> {
    let (mut values, mut all) = (values.to_vec(), Vec::new());
    let outputs = whole.program().output_shapes().count() - values.len();
    for _ in 0..STEPS {
        whole.evaluate(&slices(&values));
        for (i, value) in values.iter_mut().enumerate().skip(count) {
            *value = whole.output(outputs + i).to_vec();
        }
        all.extend((0..outputs).map(|i| whole.output(i).to_vec()));
        all.extend_from_slice(&values[count..]);
    }
    all
}

/// The same of one that carries the state.
fn steps<T: Element>(runner: &mut Runner<T>, values: &[Vec<T>], count: usize) -> Vec<Vec<T>> {
    let (outputs, mut all) = (runner.program().output_shapes().count(), Vec::new());
    runner.load(&slices(&values[count..]));
    for _ in 0..STEPS {
        runner.evaluate(&slices(&values[..count]));
        all.extend((0..outputs).map(|i| runner.output(i).to_vec()));
        for (i, value) in values[count..].iter().enumerate() {
            let mut state = value.clone();
            runner.save(i, &mut state);
            all.push(state);
        }
    }
    all
}

fn slices<T>(values: &[Vec<T>]) -> Vec<&[T]> {
    values.iter().map(Vec::as_slice).collect()
}

/// Σ sin(outputs): it depends on every element, and not linearly.
fn loss<'t>(tape: &'t Tape, outputs: &[Var<'t>]) -> Var<'t> {
    outputs.iter().fold(tape.full(1, 1, 0.0), |sum, output| sum + output.sin().sum())
}

/// The inputs, and the outputs with those derivatives that the program has: a gradient, and the Hessian times the point itself.
fn derived<'t>(program: &Recording, tape: &'t Tape) -> (Vec<Var<'t>>, Vec<Var<'t>>) {
    let (inputs, mut outputs) = program.replay(tape);
    let loss = loss(tape, &outputs);
    outputs.push(loss);
    if program.differentiable() >= 1 {
        outputs.extend(grad(loss, inputs.clone()));
    }
    if program.differentiable() >= 2 {
        outputs.extend(hvp(loss, inputs.clone(), inputs.clone()));
    }
    (inputs, outputs)
}

fn rounded<T: Element>(program: &Recording) -> Vec<Vec<T>> {
    program.values.iter().map(|value| value.iter().map(|&x| T::of(x)).collect()).collect()
}

fn epsilon<T: Element>() -> f64 {
    if T::NAME == "f32" { f64::from(f32::EPSILON) } else { f64::EPSILON }
}

fn has_jump(primitive: &Primitive) -> bool {
    use Elementwise as E;
    let derivative_jumps = matches!(primitive, Primitive::Mixture(_) | Primitive::MixtureDot(_));
    let jumps = matches!(primitive, Primitive::Elementary(rule)
        if matches!(rule.0, E::Less | E::Select | E::Sign | E::Abs | E::Min | E::Max));
    jumps || derivative_jumps && crate::generate::has_kinked_activation(primitive)
}

/// The outputs of two runs: the second meets what the first left in the arena.
fn run<T: Element>(runner: &mut Runner<T>, values: &[Vec<T>]) -> Vec<Vec<T>> {
    let values = slices(values);
    runner.evaluate(&values);
    runner.evaluate(&values);
    let count = runner.program().output_shapes().count();
    (0..count).map(|i| runner.output(i).to_vec()).collect()
}

/// Equal bits, where all NaN are one; nothing when there are no elements.
fn same_bits<T: Element>(check: Check, a: &[Vec<T>], b: &[Vec<T>]) -> Option<Finding> {
    let findings = a.iter().zip(b).enumerate().flat_map(|(output, (a, b))| {
        a.iter().zip(b).enumerate().map(move |(element, (a, b))| {
            let values = [a.to_f64(), b.to_f64()];
            let same = values[0].to_bits() == values[1].to_bits() || (values[0].is_nan() && values[1].is_nan());
            let verdict = if same { Verdict::Agrees } else { Verdict::Disagrees };
            let error = if same { 0.0 } else { relative((values[0] - values[1]).abs(), values[0].abs()) };
            Finding { check, verdict, place: Place::Result { output, element }, values, error, tolerance: 0.0 }
        })
    });
    findings.reduce(Finding::worse)
}
