//! The assembly guard: looks at the hot loops of every kernel on AVX2 and AVX-512, as they were compiled into this very program.
//!
//! `scripts/assembly` compiles it with symbols that name the kernels, which it needs, and runs it. It asks `objdump` for the disassembly.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::hint::black_box;
use std::process::{Command, ExitCode};

use benches::assembly::{Loop, loops};
use kernels::{
    Access, Activation, Bank, Dot, Elementwise, Float, Group, Instruction, Mat, MatMut, Output, Panels, Par, Reduction,
    Source, Sum, Update, group, group_scratch, matmul, matmul_panels, matmul_panels_scratch, matmul_scratch, mixture,
    mixture_scratch, pack_panels, panels_len,
};

/// A loop is hot with so many multiply-adds.
const HOT: usize = 8;

fn main() -> ExitCode {
    reach::<f32>();
    reach::<f64>();
    match disassembly() {
        Ok(text) => verdict(&loops(&text)),
        Err(error) => {
            eprintln!("assembly: {error}");
            ExitCode::from(2)
        }
    }
}

fn disassembly() -> Result<String, Box<dyn Error>> {
    let program = std::env::current_exe()?;
    let mut objdump = Command::new("objdump");
    let output = objdump.args(["-d", "-C", "--no-show-raw-insn"]).arg(&program).output();
    let output = output.map_err(|error| format!("objdump, of the GNU binutils, does not start: {error}"))?;
    if !output.status.success() {
        return Err(format!("objdump: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// How many registers the loops of a kernel write to the stack in every round, at most, where it is more than none: the debts of today.
/// AVX2 has 16 registers, and the constants of a long formula want as many.
const KNOWN: [(&str, &str, usize); 7] = [
    ("avx2", "Inner", 2),
    ("avx2", "Orders", 4),
    ("avx2", "Sweep", 3),
    ("avx2", "Exact", 3),
    ("avx2", "Light", 3),
    ("avx2", "Circle", 1),
    ("avx2", "Erf", 3),
];

/// A matrix times a column, which has chains of single elements where rows and ends make no square: some of its loops have no others.
const SINGLE: &str = "Down";

/// Whether a loop is as it has to be.
fn is_right(l: &Loop) -> bool {
    let known = KNOWN.iter().find(|(isa, kernel, _)| l.isa == *isa && l.kernel.starts_with(kernel));
    let scalar = l.scalar == 0 || l.kernel.starts_with(SINGLE);
    l.spills <= known.map_or(0, |known| known.2) && scalar && l.calls == 0
}

/// Prints a line for each kernel, then each loop that is wrong.
fn verdict(all: &[Loop]) -> ExitCode {
    let hot: Vec<&Loop> = all.iter().filter(|l| l.fused >= HOT).collect();
    if hot.is_empty() {
        eprintln!("assembly: the symbols do not name the kernels: run scripts/assembly, which asks for such symbols");
        return ExitCode::from(2);
    }
    println!("The worst of the loops of each kernel with {HOT} multiply-adds of registers or more, in one round:\n");
    println!("isa     kernel                          loops  spills  scalar  calls");
    let mut kernels: BTreeMap<(&str, &str), Vec<&Loop>> = BTreeMap::new();
    hot.iter().for_each(|l| kernels.entry((&l.isa, &l.kernel)).or_default().push(l));
    for ((isa, kernel), loops) in kernels {
        let worst = |what: fn(&Loop) -> usize| loops.iter().map(|l| what(l)).max().unwrap_or(0);
        let [spills, scalar, calls] = [worst(|l| l.spills), worst(|l| l.scalar), worst(|l| l.calls)];
        println!("{isa:7} {kernel:30} {:6} {spills:7} {scalar:7} {calls:6}", loops.len());
    }
    let wrong: Vec<&&Loop> = hot.iter().filter(|l| !is_right(l)).collect();
    let single = without_squares(&hot);
    println!("\n{} loops, {} wrong", hot.len(), wrong.len() + single.len());
    for element in &single {
        eprintln!("assembly: {SINGLE} has no loop in {element} without arithmetic of single elements");
    }
    for l in &wrong {
        let Loop { isa, kernel, address, instructions, fused, spills, scalar, calls, .. } = l;
        let size = format!("{instructions} instructions, {fused} multiply-adds");
        eprintln!("assembly: {isa} {kernel} at {address:x}: {size}, {spills} spills, {scalar} scalar, {calls} calls");
    }
    if wrong.is_empty() && single.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The elements for which [`SINGLE`] has no loop of whole registers only. It runs on half the lanes of AVX-512, which are those of AVX2.
fn without_squares<'a>(hot: &[&'a Loop]) -> BTreeSet<&'a str> {
    let of = |packed: bool| {
        let loops = hot.iter().filter(move |l| !packed || l.kernel.starts_with(SINGLE) && l.scalar == 0);
        loops.map(|l| &*l.element).collect::<BTreeSet<&'a str>>()
    };
    &of(false) - &of(true)
}

/// Calls every front door, so that all kernels of an element type become part of this program.
fn reach<T: Float>() {
    let (m, k, n) = black_box((2, 3, 4));
    let (a, b, mut c) = (vec![T::ONE; m * k], vec![T::ONE; k * n], vec![T::ZERO; m * n]);
    let (a, b) = (Mat::new(&a, m, k), Mat::new(&b, k, n));
    let mut scratch =
        vec![T::ZERO; matmul_scratch::<T>(Par::Seq, m, k, n) + matmul_panels_scratch::<T>(Par::Seq, m, k, n)];
    matmul(Par::Seq, T::ONE, a, b, Update::Overwrite, MatMut::new(&mut c, m, n), None, &mut scratch);
    let mut panels = vec![T::ZERO; panels_len(k, n)];
    pack_panels(Par::Seq, b, &mut panels);
    matmul_panels(
        Par::Seq,
        T::ONE,
        a,
        Panels::new(&panels, k, n),
        Update::Overwrite,
        MatMut::new(&mut c, m, n),
        None,
        &mut scratch,
    );
    let tanh = Instruction { op: black_box(Elementwise::Tanh), args: [Source::Input(0); 3] };
    let output = Output { value: Source::Value(0), reduction: Reduction::None };
    let list = Group::new(vec![Access::Full], vec![tanh], vec![output]).expect("it is small");
    let mut scratch = vec![T::ZERO; group_scratch(&list, m, n)];
    let x = vec![T::ONE; m * n];
    group(Par::Seq, &list, m, n, &[&x], &mut [&mut c], &mut scratch);
    let bank = Bank::new([black_box(Activation::Tanh)]);
    let mut scratch = vec![T::ZERO; mixture_scratch::<T>(&bank, m, n, 1, 1)];
    let (mut sums, mut dots) =
        ([Sum { coefficients: &[T::ONE], order: 0, out: &mut c }], [Dot { g: &x, order: 0, out: &mut [T::ZERO] }]);
    mixture(Par::Seq, &bank, &x, m, n, 1, &mut sums, &mut dots, &mut scratch);
    black_box(c);
}
