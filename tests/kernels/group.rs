//! Groups against the reference.

use kernels::{
    Access, Elementwise, Float, Group, Instruction, Isa, Mat, Output, Par, Real, Reduction, Source,
    group_panel_rows_with, group_pieces, group_scratch, group_with, map, pack_panel_rows_with, panels_len, reduce,
    reference,
};

use crate::random::{Random, bits, in_pools};

/// The first of [`OPERATIONS`] are products, sums and differences, which share passes over a tile.
const SHARING: usize = 4;
const OPERATIONS: [Elementwise; 16] = [
    Elementwise::Add,
    Elementwise::Sub,
    Elementwise::Mul,
    Elementwise::Scale(Real::new(0.7)),
    Elementwise::Min,
    Elementwise::Max,
    Elementwise::Less,
    Elementwise::Select,
    Elementwise::Neg,
    Elementwise::Abs,
    Elementwise::Sign,
    Elementwise::Tanh,
    Elementwise::Logistic,
    Elementwise::Sin,
    Elementwise::Powi(2),
    Elementwise::Shift(Real::new(-0.3)),
];
const ACCESSES: [Access; 4] = [Access::Full, Access::Row, Access::Column, Access::Scalar];
const REDUCTIONS: [Reduction; 4] = [Reduction::None, Reduction::Rows, Reduction::Columns, Reduction::All];

fn len(rows: usize, cols: usize, access: Access) -> usize {
    match access {
        Access::Full => rows * cols,
        Access::Row => cols,
        Access::Column => rows,
        Access::Scalar => 1,
    }
}

fn output_len(rows: usize, cols: usize, reduction: Reduction) -> usize {
    let at = REDUCTIONS.iter().position(|&r| r == reduction).expect("all are listed");
    len(rows, cols, ACCESSES[at])
}

/// A random list of operations that fits the registers. Every value and every old output may be read by what follows.
fn random_group(random: &mut Random) -> Group {
    loop {
        let inputs: Vec<Access> = (0..=random.below(4)).map(|_| ACCESSES[random.below(4)]).collect();
        let reductions: Vec<Reduction> = (0..=random.below(4)).map(|_| REDUCTIONS[random.below(4)]).collect();
        let source = |random: &mut Random, values: usize| match random.below(4) {
            0 => Source::Input(random.below(inputs.len())),
            1 if reductions.contains(&Reduction::None) => loop {
                let j = random.below(reductions.len());
                if reductions[j] == Reduction::None {
                    break Source::Output(j);
                }
            },
            _ if values > 0 => Source::Value(values - 1 - random.below(values.min(4))),
            _ => Source::Input(0),
        };
        let mut instructions = Vec::new();
        for values in 0..random.below(9) {
            // Half of the operations are those that share passes.
            let among = [OPERATIONS.len(), SHARING][random.below(2)];
            let op = OPERATIONS[random.below(among)];
            instructions.push(Instruction { op, args: std::array::from_fn(|_| source(random, values)) });
        }
        let outputs = reductions
            .iter()
            .map(|&reduction| Output { value: source(random, instructions.len()), reduction })
            .collect();
        if let Some(group) = Group::new(inputs.clone(), instructions, outputs) {
            return group;
        }
    }
}

/// What a group reads and overwrites.
struct Operands<T> {
    inputs: Vec<Vec<T>>,
    outputs: Vec<Vec<T>>,
}

impl<T: Float> Operands<T> {
    fn new(group: &Group, rows: usize, cols: usize, seed: usize) -> Self {
        let mut random = Random::new(seed);
        let inputs = group.inputs().iter().map(|&access| random.numbers(len(rows, cols, access))).collect();
        let outputs = group.outputs().iter().map(|output| match output.reduction {
            Reduction::None => random.numbers(rows * cols),
            reduction => vec![T::of(f64::NAN); output_len(rows, cols, reduction)],
        });
        Self { inputs, outputs: outputs.collect() }
    }

    /// The outputs after a run.
    fn run(&self, run: impl FnOnce(&[&[T]], &mut [&mut [T]])) -> Vec<Vec<T>> {
        let inputs: Vec<&[T]> = self.inputs.iter().map(|x| &x[..]).collect();
        let mut outputs = self.outputs.clone();
        run(&inputs, &mut outputs.iter_mut().map(|x| &mut x[..]).collect::<Vec<_>>());
        outputs
    }

    fn fused(&self, isa: Isa, par: Par, group: &Group, rows: usize, cols: usize) -> Vec<Vec<T>> {
        self.run(|inputs, outputs| {
            let mut scratch = vec![T::of(f64::NAN); group_scratch(group, rows, cols)];
            group_with(isa, par, group, rows, cols, inputs, outputs, &mut scratch);
        })
    }

    /// Every operation as a group of its own, every sum as a group of its own.
    fn one_by_one(&self, isa: Isa, group: &Group, rows: usize, cols: usize) -> Vec<Vec<T>> {
        let mut values: Vec<Vec<T>> = Vec::new();
        let single = |instructions, accesses: Vec<Access>, args: &[&[T]], value, reduction| {
            let one =
                Group::new(accesses, instructions, vec![Output { value, reduction }]).expect("one operation fits");
            let mut out = vec![T::of(f64::NAN); output_len(rows, cols, reduction)];
            let mut scratch = vec![T::ZERO; group_scratch(&one, rows, cols)];
            group_with(isa, Par::Seq, &one, rows, cols, args, &mut [&mut out], &mut scratch);
            out
        };
        let place = |source, values: &'_ [Vec<T>]| match source {
            Source::Input(n) => (group.inputs()[n], self.inputs[n].clone()),
            Source::Output(n) => (Access::Full, self.outputs[n].clone()),
            Source::Value(n) => (Access::Full, values[n].clone()),
        };
        for instruction in group.instructions() {
            let args = instruction.args.map(|arg| place(arg, &values));
            let accesses = args.iter().map(|arg| arg.0).collect();
            let list = vec![Instruction { op: instruction.op, args: [0, 1, 2].map(Source::Input) }];
            let slices = args.each_ref().map(|arg| &arg.1[..]);
            let value = single(list, accesses, &slices, Source::Value(0), Reduction::None);
            values.push(value);
        }
        let sum = |output: &Output| {
            let (access, x) = place(output.value, &values);
            single(vec![], vec![access], &[&x], Source::Input(0), output.reduction)
        };
        group.outputs().iter().map(sum).collect()
    }
}

/// Close, where the reference knows a value: its discontinuous operations may fall on either side of a rounding.
fn close<T: Float>(x: T, exact: T, terms: usize) -> bool {
    let (x, exact) = (x.to_f64(), exact.to_f64());
    let unit = T::EPSILON.to_f64() * 200.0 * (terms as f64);
    x == exact || (x.is_nan() && exact.is_nan()) || (x - exact).abs() <= unit * (1.0 + exact.abs())
}

fn continuous(group: &Group) -> bool {
    let broken = [Elementwise::Less, Elementwise::Select, Elementwise::Sign];
    group.instructions().iter().all(|instruction| !broken.contains(&instruction.op))
}

fn check<T: Float>(isa: Isa, group: &Group, rows: usize, cols: usize, seed: usize) {
    let operands = Operands::<T>::new(group, rows, cols, seed);
    let fused = operands.fused(isa, Par::Seq, group, rows, cols);
    let all = |x: &[Vec<T>]| x.iter().map(|x| bits(x)).collect::<Vec<_>>();
    let context = format!("{isa} {} {rows}×{cols} {group:?}", T::NAME);
    assert_eq!(all(&fused), all(&operands.one_by_one(isa, group, rows, cols)), "one by one: {context}");
    assert_eq!(all(&fused), all(&operands.fused(isa, Par::Rayon, group, rows, cols)), "threads: {context}");
    if continuous(group) {
        let exact = operands.run(|inputs, outputs| reference::group(group, rows, cols, inputs, outputs));
        for (j, (fused, exact)) in fused.iter().zip(&exact).enumerate() {
            let terms = (rows * cols).max(1) / fused.len().max(1) + 1;
            let right = fused.iter().zip(exact).all(|(&x, &exact)| close(x, exact, terms));
            assert!(right, "output {j}: {context}\n{fused:?}\n{exact:?}");
        }
    }
}

#[test]
fn random_groups() {
    let mut random = Random::new(11);
    let sizes = [1, 2, 3, 7, 15, 16, 17, 40, 130, 255, 256, 257, 513, 600];
    for seed in 0..400 {
        let group = random_group(&mut random);
        let (rows, cols) = (sizes[random.below(9)], sizes[random.below(sizes.len())]);
        for &isa in Isa::available() {
            check::<f32>(isa, &group, rows, cols, seed);
            check::<f64>(isa, &group, rows, cols, seed);
        }
    }
}

/// A product and perhaps what it is joined with, of operands that lie in all ways, with one output.
fn random_pass(random: &mut Random) -> Group {
    let inputs: Vec<Access> = (0..4).map(|_| ACCESSES[random.below(4)]).collect();
    let (factors, last) = ([Elementwise::Mul, OPERATIONS[3]], OPERATIONS[random.below(3)]);
    let product = |op, a, b| Instruction { op, args: [a, b, a] };
    let mut sources = [0, 1, 2, 3].map(Source::Input);
    if random.below(3) == 0 {
        sources[random.below(4)] = Source::Output(0);
    }
    let [a, b, c, d] = sources;
    let first = product(factors[random.below(2)], a, b);
    let list = match random.below(4) {
        0 => vec![first],
        1 => vec![first, product(last, c, Source::Value(0))],
        2 => vec![first, product(last, Source::Value(0), c)],
        _ => vec![first, product(Elementwise::Mul, c, d), product(last, Source::Value(0), Source::Value(1))],
    };
    let output = Output { value: Source::Value(list.len() - 1), reduction: Reduction::None };
    Group::new(inputs, list, vec![output]).expect("the group is small")
}

/// Groups of one pass run without tiles, and write panels as they write rows.
#[test]
fn random_passes() {
    let mut random = Random::new(13);
    let mut panels = 0;
    for seed in 0..300 {
        let group = random_pass(&mut random);
        let rows = [0, 1, 2, 5, 40, 300][random.below(6)];
        let cols = [0, 1, 3, 31, 63, 64, 65, 130, 520][random.below(9)];
        for &isa in Isa::available() {
            check::<f32>(isa, &group, rows, cols, seed);
            check::<f64>(isa, &group, rows, cols, seed);
            if group.writes_panels() {
                panels += 1;
                in_panels::<f32>(isa, &group, rows, cols, seed);
                in_panels::<f64>(isa, &group, rows, cols, seed);
            }
        }
    }
    assert!(panels > 100, "only {panels} groups write panels");
}

/// What a group writes in panels, below two rows of something else, is what is packed of its rows.
fn in_panels<T: Float>(isa: Isa, group: &Group, rows: usize, cols: usize, seed: usize) {
    let (operands, first) = (Operands::<T>::new(group, rows, cols, seed), 2);
    let mut panels = [0, 1].map(|_| vec![T::of(0.25); panels_len(rows + first + 1, cols)]);
    let [direct, packed] = &mut panels;
    let inputs: Vec<&[T]> = operands.inputs.iter().map(|x| &x[..]).collect();
    group_panel_rows_with(isa, group, rows, cols, &inputs, first, direct);
    let out = operands.fused(isa, Par::Seq, group, rows, cols);
    pack_panel_rows_with(isa, Mat::new(&out[0], rows, cols), first, packed);
    assert_eq!(bits(direct), bits(packed), "{isa} {} {rows}×{cols} {group:?}", T::NAME);
}

#[test]
#[should_panic(expected = "group_panel_rows: 3×2 from row 1 on into a block of 192 elements, of 3 rows")]
fn too_many_rows_for_panels() {
    let [a, b, c] = [0, 1, 2].map(Source::Input);
    let list = vec![
        Instruction { op: Elementwise::Mul, args: [a, b, a] },
        Instruction { op: Elementwise::Add, args: [Source::Value(0), c, a] },
    ];
    let output = Output { value: Source::Value(1), reduction: Reduction::None };
    let group = Group::new(vec![Access::Full; 3], list, vec![output]).expect("the group is small");
    group_panel_rows_with(Isa::current(), &group, 3, 2, &[&[0.0; 6][..]; 3], 1, &mut [0.0; 192]);
}

#[test]
fn empty_shapes() {
    let mut random = Random::new(12);
    for seed in 0..40 {
        let group = random_group(&mut random);
        for (rows, cols) in [(0, 0), (0, 5), (5, 0)] {
            let outputs =
                Operands::<f32>::new(&group, rows, cols, seed).fused(Isa::current(), Par::Seq, &group, rows, cols);
            assert!(outputs.iter().flatten().all(|&x| x == 0.0), "{group:?}");
        }
    }
}

/// x·y with all four reductions, one at a time and all together, in shapes that are cut.
#[test]
fn threads_do_not_move_a_bit() {
    let product = Instruction { op: Elementwise::Mul, args: [Source::Input(0), Source::Input(1), Source::Input(0)] };
    let lists =
        [&REDUCTIONS[..1], &REDUCTIONS[1..2], &REDUCTIONS[2..3], &REDUCTIONS[3..], &REDUCTIONS[..], &REDUCTIONS[1..3]];
    for reductions in lists {
        let outputs = reductions.iter().map(|&reduction| Output { value: Source::Value(0), reduction }).collect();
        let group = Group::new(vec![Access::Full, Access::Row], vec![product], outputs).expect("the group is small");
        for (rows, cols) in [(70_000, 3), (1000, 64), (300, 768), (40_000, 5)] {
            assert!(group_pieces(&group, rows, cols) >= 2, "{reductions:?} {rows}×{cols} is one piece");
            let operands = Operands::<f32>::new(&group, rows, cols, 5);
            for &isa in Isa::available() {
                let run =
                    |par| operands.fused(isa, par, &group, rows, cols).iter().map(|x| bits(x)).collect::<Vec<_>>();
                let alone = run(Par::Seq);
                assert!(in_pools(|| run(Par::Rayon)).iter().all(|pool| *pool == alone), "{reductions:?} {rows}×{cols}");
            }
        }
    }
}

/// A sum in a group has the bits of the sum of what the group would have written.
#[test]
fn a_fused_sum_is_the_sum() {
    let (rows, cols) = (3, 20_011);
    let mut random = Random::new(6);
    let x = random.numbers::<f32>(rows * cols);
    let output = |reduction| Output { value: Source::Input(0), reduction };
    let list = vec![output(Reduction::All), output(Reduction::Columns)];
    let group = Group::new(vec![Access::Full], vec![], list).expect("the group is small");
    for &isa in Isa::available() {
        let (mut all, mut columns) = ([0.0], [0.0; 3]);
        let mut scratch = vec![0.0; group_scratch(&group, rows, cols)];
        group_with(isa, Par::Seq, &group, rows, cols, &[&x], &mut [&mut all, &mut columns], &mut scratch);
        assert_eq!(all[0].to_bits(), reduce::sum_with(isa, Par::Seq, &x).to_bits());
        for (sum, row) in columns.iter().zip(x.chunks(cols)) {
            assert_eq!(sum.to_bits(), reduce::sum_with(isa, Par::Seq, row).to_bits());
        }
    }
}

#[test]
fn map_is_a_group_of_one() {
    let x = Random::new(7).numbers::<f64>(1001);
    let mut out = vec![f64::NAN; x.len()];
    map(Par::Seq, Elementwise::Neg, &x, &mut out);
    assert!(out.iter().zip(&x).all(|(out, x)| *out == -x));
}

#[test]
fn too_many_live_values() {
    let exp = |n| Instruction { op: Elementwise::Exp, args: [Source::Input(n); 3] };
    let sum = |n| Output { value: Source::Value(n), reduction: Reduction::All };
    let group =
        |n: usize| Group::new(vec![Access::Full; n], (0..n).map(exp).collect(), vec![sum(0), sum(n - 1)]).map(|_| ());
    assert!(group(8).is_some(), "few of them live at one time");
    let all_live = |n: usize| Group::new(vec![Access::Full], vec![exp(0); n], (0..n).map(sum).collect()).map(|_| ());
    assert!(all_live(Group::REGISTERS).is_some());
    assert!(all_live(Group::REGISTERS + 1).is_none());
    assert!(Group::new(vec![Access::Full; 16], vec![], vec![]).is_some());
    assert!(Group::new(vec![Access::Full; 16], vec![exp(0)], vec![sum(0)]).is_none());
}

#[test]
#[should_panic(expected = "group: instruction 0 reads value 0; there are 0 so far")]
fn a_value_that_does_not_exist() {
    let _ = Group::new(vec![], vec![Instruction { op: Elementwise::Exp, args: [Source::Value(0); 3] }], vec![]);
}

#[test]
#[should_panic(expected = "group: input 0 has 5 elements, not 2×3")]
fn an_input_that_does_not_fit() {
    let output = Output { value: Source::Input(0), reduction: Reduction::None };
    let group = Group::new(vec![Access::Full], vec![], vec![output]).expect("the group is small");
    kernels::group(Par::Seq, &group, 2, 3, &[&[0.0; 5]], &mut [&mut [0.0; 6]], &mut []);
}

/// The number of passes of a list over two matrices, a column and a row.
fn passes(list: &[(Elementwise, [Source; 2])], reduction: Reduction) -> usize {
    let inputs = vec![Access::Full, Access::Full, Access::Column, Access::Row];
    let list: Vec<Instruction> = list.iter().map(|&(op, [a, b])| Instruction { op, args: [a, b, a] }).collect();
    let output = Output { value: Source::Value(list.len() - 1), reduction };
    Group::new(inputs, list, vec![output]).expect("it fits the registers").passes()
}

#[test]
fn products_share_the_pass_of_what_reads_them() {
    use Elementwise::{Add, Exp, Mul, Scale, Sub};
    use Source::{Input, Value};
    let (x, y, c, r) = (Input(0), Input(1), Input(2), Input(3));
    let scale = Scale(Real::new(0.5));
    let none = Reduction::None;
    assert_eq!(passes(&[(Mul, [x, c]), (Mul, [y, r]), (Add, [Value(0), Value(1)])], none), 1);
    assert_eq!(passes(&[(Mul, [x, y]), (Sub, [r, Value(0)])], none), 1);
    assert_eq!(passes(&[(scale, [x, x]), (Add, [Value(0), y])], none), 1);
    assert_eq!(passes(&[(scale, [x, x]), (scale, [y, y]), (Add, [Value(0), Value(1)])], none), 2, "one number");
    assert_eq!(passes(&[(Mul, [x, c]), (Mul, [Value(0), y])], none), 1);
    assert_eq!(passes(&[(Mul, [x, c]), (Mul, [Value(0), y]), (Mul, [Value(1), r])], none), 2);
    assert_eq!(passes(&[(Mul, [x, c]), (Mul, [Value(0), y]), (Add, [Value(1), r])], none), 2);
    assert_eq!(passes(&[(Mul, [x, c]), (Add, [Value(0), Value(0)])], none), 2, "it is read twice");
    assert_eq!(passes(&[(Exp, [x, x]), (Add, [Value(0), y])], none), 2, "it is no product");
    assert_eq!(passes(&[(Mul, [x, y])], Reduction::Columns), 0, "the sum takes the factors");
    assert_eq!(passes(&[(Mul, [x, y])], none), 1);
}
