//! The innermost loops of kernels in a disassembly, and what keeps them from being arithmetic of whole registers.

use std::collections::BTreeMap;

/// One innermost loop of a kernel that was compiled for an instruction set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loop {
    /// `avx2` or `avx512`.
    pub isa: String,
    /// `f32` or `f64`.
    pub element: String,
    /// The kernel, without the paths of its modules.
    pub kernel: String,
    /// Where it begins.
    pub address: u64,
    /// How long it is.
    pub instructions: usize,
    /// Multiply-adds of whole registers.
    pub fused: usize,
    /// Registers that are written to the stack.
    pub spills: usize,
    /// Arithmetic of single elements.
    pub scalar: usize,
    /// Calls of functions.
    pub calls: usize,
}

/// One instruction: its address, its name, its operands.
type Instruction<'a> = (u64, &'a str, &'a str);

/// The loops with multiply-adds of whole registers in what `objdump -d -C --no-show-raw-insn` prints of a program with symbols of version 0.
pub fn loops(disassembly: &str) -> Vec<Loop> {
    let mut found = Vec::new();
    let mut function = None;
    let mut body = Vec::new();
    for line in disassembly.lines().chain(["0 <end>:"]) {
        if let Some(name) = header(line) {
            if let Some(function) = function.replace(name) {
                in_function(function, &body, &mut found);
            }
            body.clear();
        } else {
            body.extend(instruction(line));
        }
    }
    found
}

/// The name in a line `0000000000012340 <name>:`.
fn header(line: &str) -> Option<&str> {
    let (address, name) = line.split_once(" <")?;
    address.bytes().all(|b| b.is_ascii_hexdigit()).then(|| name.strip_suffix(">:")).flatten()
}

fn instruction(line: &str) -> Option<Instruction<'_>> {
    let (address, text) = line.trim_start().split_once(":\t")?;
    let (name, operands) = text.split_once(' ').unwrap_or((text, ""));
    Some((u64::from_str_radix(address, 16).ok()?, name, operands.trim()))
}

/// The isa, the element and the kernel of `<path::Sweep<…> as kernels::isa::Kernel<f32>>::avx2`.
fn compiled(function: &str) -> Option<[String; 3]> {
    let (kernel, compiled) = function.strip_prefix('<')?.split_once(" as kernels::isa::Kernel<")?;
    let (element, isa) = compiled.split_once(">>::")?;
    ["avx2", "avx512"].contains(&isa).then(|| [isa.into(), element.into(), short(kernel)])
}

/// A type without the paths of its modules.
fn short(name: &str) -> String {
    let mut out = String::new();
    let mut rest = name.trim_start_matches("&mut ");
    while let Some(end) = rest.find(['<', '>', ',']) {
        out += rest[..end].rsplit("::").next().unwrap_or_default();
        out += &rest[end..=end];
        rest = rest[end + 1..].trim_start();
    }
    out + rest.rsplit("::").next().unwrap_or_default()
}

fn in_function(function: &str, body: &[Instruction<'_>], found: &mut Vec<Loop>) {
    let Some([isa, element, kernel]) = compiled(function) else { return };
    let place: BTreeMap<u64, usize> = body.iter().enumerate().map(|(i, &(address, ..))| (address, i)).collect();
    let jumps = body.iter().enumerate().filter(|(_, (_, name, _))| name.starts_with('j'));
    let back = jumps.filter_map(|(end, (.., to))| {
        let target = u64::from_str_radix(to.split(' ').next()?, 16).ok()?;
        place.get(&target).map(|&begin| (begin, end)).filter(|(begin, end)| begin <= end)
    });
    let all: Vec<(usize, usize)> = back.collect();
    let holds = |(begin, end): (usize, usize), other: (usize, usize)| {
        other != (begin, end) && begin <= other.0 && other.1 <= end
    };
    for &(begin, end) in all.iter().filter(|&&this| !all.iter().any(|&other| holds(this, other))) {
        let count = |is: fn(&str, &str) -> bool| body[begin..=end].iter().filter(|(_, name, to)| is(name, to)).count();
        let fused = count(|name, _| is_fused(name) && is_packed(name));
        if fused > 0 {
            found.push(Loop {
                isa: isa.clone(),
                element: element.clone(),
                kernel: kernel.clone(),
                address: body[begin].0,
                instructions: end + 1 - begin,
                fused,
                spills: count(is_spill),
                scalar: count(|name, _| is_arithmetic(name) && !is_packed(name)),
                calls: count(|name, _| name.starts_with("call")),
            });
        }
    }
}

fn is_fused(name: &str) -> bool {
    ["vfmadd", "vfnmadd", "vfmsub", "vfnmsub"].iter().any(|start| name.starts_with(start))
}

fn is_arithmetic(name: &str) -> bool {
    let known = ["vadd", "vsub", "vmul", "vdiv", "vsqrt", "vmin", "vmax"].iter().any(|start| name.starts_with(start));
    (known || is_fused(name)) && (is_packed(name) || name.ends_with("ss") || name.ends_with("sd"))
}

fn is_packed(name: &str) -> bool {
    name.ends_with("ps") || name.ends_with("pd")
}

/// A register of lanes written to a fixed place on the stack.
fn is_spill(name: &str, operands: &str) -> bool {
    let to_stack =
        operands.ends_with("(%rsp)") && ["%xmm", "%ymm", "%zmm"].iter().any(|start| operands.starts_with(start));
    name.starts_with("vmov") && to_stack
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
0000000000001000 <<&mut kernels::elementwise::tile::Sweep<kernels::elementwise::tile::Tanh, f32> as kernels::isa::Kernel<f32>>::avx2>:
    1000:\tvxorps %xmm0,%xmm0,%xmm0
    1004:\tvmovups (%rdi),%ymm1
    1008:\tvmovaps %ymm1,0x20(%rsp)
    100c:\tvfmadd231ps %ymm1,%ymm2,%ymm3
    1010:\tvmulss %xmm1,%xmm2,%xmm3
    1014:\tcall   2000 <exp>
    1018:\tcmp    %rax,%rcx
    101c:\tjne    1004 <<&mut kernels::elementwise::tile::Sweep<…>+0x4>
    1020:\tvmovaps %ymm1,0x40(%rsp)
    1024:\tjne    1000 <<&mut kernels::elementwise::tile::Sweep<…>>
    1028:\tret

0000000000002000 <exp>:
    2000:\tvfmadd231ps %ymm1,%ymm2,%ymm3
    2004:\tjne    2000 <exp>
";

    #[test]
    fn the_innermost_loops_of_kernels_are_counted() {
        let expected = Loop {
            isa: "avx2".into(),
            element: "f32".into(),
            kernel: "Sweep<Tanh,f32>".into(),
            address: 0x1004,
            instructions: 7,
            fused: 1,
            spills: 1,
            scalar: 1,
            calls: 1,
        };
        assert_eq!(loops(TEXT), [expected]);
    }

    #[test]
    fn what_is_no_kernel_and_has_no_loop_is_left_out() {
        assert!(loops(&TEXT.replace(" as kernels::isa", " as others::isa")).is_empty());
        assert!(loops(&TEXT.replace("jne ", "mov ")).is_empty());
    }
}
