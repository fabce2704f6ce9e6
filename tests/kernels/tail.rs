//! The group that follows a product, on the blocks of C that the product has just finished.

use kernels::{
    Access, Elementwise, Float, Group, Instruction, Isa, MatMut, Output, Par, Reduction, Source, Tail, Update,
};
use kernels::{matmul_scratch, matmul_with};

use crate::matmul::Case;
use crate::random::{Random, bits, in_pools};

/// The inputs of every group, all of them or the first.
const INPUTS: [Access; 4] = [Access::Row, Access::Full, Access::Column, Access::Scalar];

/// A group of C and some inputs that writes the results of some of its instructions.
fn tail_group(inputs: usize, instructions: Vec<Instruction>, outputs: &[usize]) -> Group {
    let output = |&v: &usize| Output { value: Source::Value(v), reduction: Reduction::None };
    let inputs = INPUTS[..inputs].to_vec();
    Group::new(inputs, instructions, outputs.iter().map(output).collect()).expect("the group is small")
}

/// C ← tanh(C + row) · full, and beside it its square; the same with a column and a number; then sums of C and one other, which may be the
/// last step of the product, and what looks like one.
pub(crate) fn tail_groups() -> Vec<Group> {
    use Elementwise::{Add, Mul, Scale, Sub, Tanh};
    let two = |op, a, b| Instruction { op, args: [a, b, a] };
    let (c, row, full, value) = (Source::Output(0), Source::Input(0), Source::Input(1), Source::Value);
    let long =
        [two(Add, c, row), two(Tanh, value(0), value(0)), two(Mul, value(1), full), two(Mul, value(2), value(2))];
    let scaled = |x| two(Scale(0.3.into()), x, x);
    let sums = [
        vec![two(Add, c, row)],
        vec![two(Add, full, c)],
        vec![two(Sub, full, c)],
        vec![two(Add, c, c)],
        vec![scaled(c)],
        vec![scaled(c), two(Sub, full, value(0))],
        vec![scaled(c), two(Sub, value(0), full)],
        vec![scaled(c), two(Add, value(0), row)],
        vec![scaled(c), two(Add, full, value(0))],
        vec![scaled(c), two(Add, c, value(0))],
        vec![scaled(full), two(Sub, c, value(0))],
    ];
    let (column, number) = (Source::Input(2), Source::Input(3));
    let broadcast =
        [two(Mul, c, column), two(Add, value(0), number), two(Tanh, value(1), value(1)), two(Sub, value(2), column)];
    let mut groups = vec![tail_group(2, long.to_vec(), &[2, 3]), tail_group(4, broadcast.to_vec(), &[3, 1])];
    for sum in sums {
        let last = sum.len() - 1;
        groups.push(tail_group(2, sum.clone(), &[last]));
        groups.push(tail_group(2, sum, &[last, last]));
    }
    groups
}

fn same_with_tail<T: Float>(isa: Isa, case: Case, group: &Group) {
    let Case { m, k, n, alpha, .. } = case;
    let [a, b, old] = case.operands::<T>();
    let mut random = Random::new(1);
    let inputs = [n, m * n, m, 1].map(|len| random.numbers::<T>(len));
    let inputs: Vec<&[T]> = inputs.iter().map(|input| &input[..]).take(group.inputs().len()).collect();
    let others = group.outputs().len() - 1;
    let fused = |par| {
        let (mut c, mut beside) = (old.elements(), vec![T::of(f64::NAN); m * n]);
        let mut scratch = vec![T::of(f64::NAN); matmul_scratch::<T>(par, m, k, n)];
        let outputs = &mut [&mut beside[..]][..others];
        let tail = Tail { group, inputs: &inputs, outputs };
        let to = MatMut::new(&mut c, m, n);
        matmul_with(isa, par, T::of(alpha), a.view(), b.view(), case.update, to, Some(tail), &mut scratch);
        [bits(&c), bits(&beside)]
    };
    let mut c = case.run::<T>(isa, Par::Seq).elements();
    let mut beside = vec![T::of(f64::NAN); m * n];
    let outputs = &mut [&mut c[..], &mut beside[..]][..=others];
    kernels::group_with(isa, Par::Seq, group, m, n, &inputs, outputs, &mut []);
    let apart = [bits(&c), bits(&beside)];
    let name = || format!("{case:?} {isa} {} {group:?}", T::NAME);
    assert_eq!(fused(Par::Seq), apart, "{}", name());
    assert_eq!(in_pools(|| fused(Par::Rayon)), [apart.clone(), apart], "{}", name());
}

#[test]
fn a_tail_is_the_group_that_follows() {
    let sizes = [
        (1, 1, 1),
        (7, 0, 9),
        (30, 40, 50),
        (150, 300, 70),
        (1, 600, 500),
        (500, 600, 1),
        (9, 2100, 12),
        (120, 8, 2100),
        (6, 520, 2200),
    ];
    for &isa in Isa::available() {
        for (m, k, n) in sizes {
            // The first two groups are all that the microkernel does not do itself.
            let groups = if m * k * n < 1 << 22 { usize::MAX } else { 2 };
            for (update, alpha) in [(Update::Overwrite, 1.0), (Update::Overwrite, 0.5), (Update::Accumulate, 0.5)] {
                for (i, group) in tail_groups().into_iter().enumerate().take(groups) {
                    let case = Case { update, alpha, ..Case::dense(m, k, n) };
                    let Case { a, b, .. } = Case::random(m, k, n + i);
                    let case = if i % 2 == 0 { case } else { Case { a, b, ..case } };
                    same_with_tail::<f32>(isa, case, &group);
                    same_with_tail::<f64>(isa, case, &group);
                }
            }
        }
    }
}
