//! The checks have teeth: every rule of every primitive is broken on purpose, node by node, and every mutant must be caught.

use std::collections::BTreeMap;

use tape::Tape;
use tape::check::{Fate, Options, mutations};
use tape::generate::{Limits, Sequence, primitive, primitives};

use crate::custom::{Fault, operation};

/// Programs of each primitive: shapes and payload differ.
const SEEDS: u64 = 6;

/// Caught, equivalent and surviving mutants.
#[derive(Clone, Copy, Debug, Default)]
struct Score([usize; 3]);

#[test]
fn every_mutant_of_every_rule_is_caught() {
    let limits = Limits { customs: vec![operation(Fault::None)], kinks: true, ..Limits::default() };
    let options = Options { directions: 1, entries: 8, ..Options::default() };
    let mut table: BTreeMap<(String, String), Score> = BTreeMap::new();
    let mut survivors = Vec::new();
    for (which, name) in primitives(&limits).into_iter().enumerate() {
        for seed in 0..SEEDS {
            let tape = Tape::new();
            let program = primitive(&tape, which, &mut Sequence::new(seed), &limits).recording();
            for mutant in mutations(&program, &options) {
                let score = table.entry((name.clone(), mutant.mutation.to_string())).or_default();
                let fate = match mutant.fate {
                    Fate::Caught(_) => 0,
                    Fate::Equivalent => 1,
                    Fate::Survived => 2,
                };
                score.0[fate] += 1;
                if fate == 2 {
                    survivors.push(format!(
                        "{name}, seed {seed}: {} of `{}`\n{}",
                        mutant.mutation, mutant.node, mutant.program
                    ));
                }
            }
        }
    }
    println!("{:<18} {:<24} {:>7} {:>11} {:>9}", "primitive", "mutation", "caught", "equivalent", "survived");
    for ((name, mutation), Score([caught, equivalent, survived])) in &table {
        println!("{name:<18} {mutation:<24} {caught:>7} {equivalent:>11} {survived:>9}");
    }
    let total = table.values().fold([0; 3], |sum, score| std::array::from_fn(|i| sum[i] + score.0[i]));
    println!("{} caught of {}; {} more compute the same", total[0], total[0] + total[2], total[1]);
    assert!(survivors.is_empty(), "{} survived, the first:\n{}", survivors.len(), survivors[0]);
    // Each primitive whose derivative is more than its operand's has mutants that matter.
    for name in primitives(&limits) {
        let caught: usize = table.iter().filter(|((of, _), _)| *of == name).map(|(_, score)| score.0[0]).sum();
        let constant = ["less", "sign", "shift 0.0", "constant", "fill 0.0", "stop_gradient"].contains(&name.as_str());
        assert!(constant || caught > 0, "no mutant of {name} was caught");
    }
}
