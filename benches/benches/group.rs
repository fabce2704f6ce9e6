//! Groups: time per element of one pass, on one thread and on the pool.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use kernels::{
    Access, Elementwise, Group, Instruction, Isa, Output, Par, Real, Reduction, Source, group_scratch, group_with,
};

fn instruction(op: Elementwise, a: Source, b: Source) -> Instruction {
    Instruction { op, args: [a, b, a] }
}

fn one(accesses: &[Access], instructions: Vec<Instruction>, reduction: Reduction) -> Group {
    let value = Source::Value(instructions.len() - 1);
    Group::new(accesses.to_vec(), instructions, vec![Output { value, reduction }]).expect("the group is small")
}

/// Some groups of two inputs and one output.
fn lists() -> Vec<(&'static str, Group)> {
    use Elementwise::{Add, Mul, Scale, Tanh};
    let (x, y, out, v) = (Source::Input(0), Source::Input(1), Source::Output(0), Source::Value);
    let full = [Access::Full; 2];
    let dense = || vec![instruction(Add, x, y), instruction(Tanh, v(0), v(0))];
    let step = || vec![instruction(Scale(Real::new(-0.1)), x, x), instruction(Add, out, v(0))];
    vec![
        ("x + y", one(&full, vec![instruction(Add, x, y)], Reduction::None)),
        ("out += s·x", one(&full, step(), Reduction::None)),
        ("tanh(x + row)", one(&[Access::Full, Access::Row], dense(), Reduction::None)),
        ("tanh(x + column)", one(&[Access::Full, Access::Column], dense(), Reduction::None)),
        ("Σ x·y", one(&full, vec![instruction(Mul, x, y)], Reduction::All)),
        ("Σ rows x·y", one(&full, vec![instruction(Mul, x, y)], Reduction::Rows)),
        ("Σ columns x·y", one(&full, vec![instruction(Mul, x, y)], Reduction::Columns)),
    ]
}

fn groups(c: &mut Criterion) {
    for (name, list) in lists() {
        for (rows, cols) in [(16, 16), (512, 512), (26_214, 10)] {
            for par in [Par::Seq, Par::Rayon] {
                pass(c, par, name, &list, rows, cols);
            }
        }
    }
}

fn pass(c: &mut Criterion, par: Par, name: &str, list: &Group, rows: usize, cols: usize) {
    let isa = Isa::current();
    let len = |access| match access {
        Access::Full => rows * cols,
        Access::Row => cols,
        Access::Column => rows,
        Access::Scalar => 1,
    };
    let inputs: Vec<Vec<f32>> = list.inputs().iter().map(|&access| vec![0.5; len(access)]).collect();
    let inputs: Vec<&[f32]> = inputs.iter().map(|x| &x[..]).collect();
    let mut out = vec![
        0.0;
        match list.outputs()[0].reduction {
            Reduction::None => rows * cols,
            Reduction::Rows => cols,
            Reduction::Columns => rows,
            Reduction::All => 1,
        }
    ];
    let mut scratch = vec![0.0; group_scratch(list, rows, cols)];
    let mut group = c.benchmark_group(format!("group/{isa}/{par:?}"));
    group.throughput(Throughput::Elements((rows * cols) as u64));
    group.bench_function(BenchmarkId::new(name, format!("{rows}x{cols}")), |bencher| {
        bencher.iter(|| group_with(isa, par, list, rows, cols, &inputs, &mut [&mut out], &mut scratch));
    });
    group.finish();
}

criterion_group!(benches, groups);
criterion_main!(benches);
