//! Who trains, who validates, who tests.
use nas::data::{Cells, Column, Features, Frame, Parts, Percent, SplitError, Target, digits};
use nas::seed::Seed;
use proptest::prelude::*;

fn frame(target: Target, rows: usize) -> Frame {
    let columns = vec![Column { name: "x".into(), cells: Cells::Numeric((0..rows).map(|row| row as f64).collect()) }];
    let features = Features { source: "made up".into(), rows, columns };
    let (name, target_name) = ("made up".into(), "y".into());
    Frame { name, features, target, target_name, sha256: String::new(), notes: Vec::new(), training_rows: 0 }
}

fn numbers(rows: usize) -> Frame {
    frame(Target::Numbers((0..rows).map(|row| row as f64).collect()), rows)
}

/// Classes with these numbers of rows, one after the other.
fn classes(members: &[usize]) -> Frame {
    let cells: Vec<u32> = members.iter().enumerate().flat_map(|(class, &n)| vec![class as u32; n]).collect();
    let levels = (0..members.len()).map(|class| format!("k{class:02}")).collect();
    let rows = cells.len();
    frame(Target::Classes { levels, cells }, rows)
}

fn percent(train: u32, validation: u32) -> Percent {
    Percent { train, validation, test: 100 - train - validation }
}

fn all(parts: &Parts) -> [&Vec<usize>; 3] {
    [&parts.train, &parts.validation, &parts.test]
}

fn is_a_partition(parts: &Parts, rows: usize) -> bool {
    let ascending = all(parts).iter().all(|part| part.is_sorted());
    let mut union: Vec<usize> = all(parts).into_iter().flatten().copied().collect();
    union.sort_unstable();
    ascending && union == (0..rows).collect::<Vec<_>>()
}

#[test]
fn percentages_are_written_as_they_are_read() {
    let default: Percent = "60/20/20".parse().unwrap();
    assert_eq!((default, default.to_string()), (Percent::default(), "60/20/20".to_owned()));
    assert_eq!(" 70 / 25/5".parse::<Percent>().unwrap(), percent(70, 25));
    let json = serde_json::to_string(&percent(1, 98)).unwrap();
    assert_eq!(json, "\"1/98/1\"");
    assert_eq!(serde_json::from_str::<Percent>(&json).unwrap(), percent(1, 98));
    for wrong in ["60/20", "60/20/20/0", "60/20/19", "100/0/0", "60/40/0", "a/b/c", "", "-60/140/20", "60.5/20/19.5"] {
        let error = wrong.parse::<Percent>().unwrap_err();
        assert_eq!(error, SplitError::Percent { given: wrong.into() });
        assert!(error.to_string().ends_with("write for example 60/20/20"), "{error}");
        assert!(serde_json::from_str::<Percent>(&format!("{wrong:?}")).is_err(), "{wrong}");
    }
    let huge = Percent { train: u32::MAX, validation: 100, test: 1 };
    assert!(matches!(Parts::draw(&numbers(10), huge, Seed::new(1)), Err(SplitError::Percent { .. })));
}

#[test]
fn too_few_rows_say_which_part_would_be_empty() {
    let error = Parts::draw(&numbers(2), percent(60, 20), Seed::new(1)).unwrap_err();
    let SplitError::TooFewRows { rows: 2, part, .. } = error else { panic!("{error:?}") };
    let message = error.to_string();
    let want = format!(
        "2 rows are too few for the split 60/20/20: the {part} part would be empty; add rows or give that part a larger share"
    );
    assert_eq!(message, want);
    // Three rows are one each at best.
    assert!(Parts::draw(&numbers(3), percent(34, 33), Seed::new(1)).is_ok());
    let error = Parts::draw(&numbers(30), percent(98, 1), Seed::new(1)).unwrap_err();
    assert!(matches!(error, SplitError::TooFewRows { rows: 30, .. }), "{error:?}");
}

#[test]
fn a_draw_is_its_seed() {
    let draw = |seed| Parts::draw(&numbers(50), percent(60, 20), Seed::new(seed)).unwrap();
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
    let parts = draw(3);
    assert_eq!(serde_json::from_str::<Parts>(&serde_json::to_string(&parts).unwrap()).unwrap(), parts);
}

/// Every row is as likely in every part: over many seeds no row is always in the same.
#[test]
fn rows_are_dealt_at_random() {
    let frame = classes(&[20, 10]);
    let mut tested = [0; 30];
    for seed in 0..400 {
        let parts = Parts::draw(&frame, percent(60, 20), Seed::new(seed)).unwrap();
        parts.test.iter().for_each(|&row| tested[row] += 1);
    }
    // Binomial with n = 400 and p = 0.2: mean 80, deviation 8.
    assert!(tested.iter().all(|count| (45..=115).contains(count)), "{tested:?}");
}

#[test]
fn the_digits_are_dealt_by_class() {
    let frame = digits().unwrap();
    let parts = Parts::draw(&frame, Percent::default(), Seed::new(0)).unwrap();
    assert!(is_a_partition(&parts, 1797));
    let sizes = all(&parts).map(Vec::len);
    let exact = [1078.2, 359.4, 359.4];
    assert!(sizes.iter().zip(exact).all(|(&size, exact)| (size as f64 - exact).abs() < 2.0), "{sizes:?}");
}

/// Whether a class of `n` rows can give a part with this share one, when no part departs from its share by a whole row and
/// the training part has one at least.
fn spares(n: usize, share: usize, percent: Percent) -> bool {
    let shares = [percent.train, percent.validation, percent.test].map(|share| n * share as usize);
    let rounded_down: usize = shares.iter().map(|due| due / 100).sum();
    let training = usize::from(shares[0] < 100);
    n * share >= 100 || n - rounded_down > training
}

/// The training part is due one row here and takes eight; the part of validation is due two and gets one, not none.
#[test]
fn no_part_is_empty_when_a_class_has_a_row_to_spare() {
    let frame = classes(&[5, 13, 25, 37, 5, 2, 2, 12]);
    let parts = Parts::draw(&frame, percent(1, 2), Seed::new(0)).unwrap();
    assert_eq!(all(&parts).map(Vec::len), [8, 1, 92]);
}

proptest! {
    #[test]
    fn every_part_has_its_share_of_every_class(
        members in prop::collection::vec(2..40_usize, 2..12), train in 1..98_u32, rest in 0.0..1.0_f64, seed: u64,
    ) {
        let validation = 1 + (rest * f64::from(98 - train)) as u32;
        let percent = percent(train, validation);
        let frame = classes(&members);
        let parts = match Parts::draw(&frame, percent, Seed::new(seed)) {
            Ok(parts) => parts,
            Err(SplitError::TooFewRows { part, .. }) => {
                let share = [("train", train), ("validation", validation), ("test", percent.test)];
                let share = share.iter().find(|(name, _)| *name == part).unwrap().1 as usize;
                // Only a part that is due two rows or less may be empty, or one that finds no class with a row to spare.
                let small = frame.rows() * share <= 200;
                prop_assert!(small || !members.iter().any(|&n| spares(n, share, percent)), "{part} of {members:?} by {percent}");
                return Ok(());
            }
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        };
        prop_assert!(is_a_partition(&parts, frame.rows()));
        let Target::Classes { cells, .. } = &frame.target else { unreachable!() };
        for (part, share) in all(&parts).into_iter().zip([train, validation, percent.test]) {
            for (class, &n) in members.iter().enumerate() {
                let got = part.iter().filter(|&&row| cells[row] as usize == class).count() as f64;
                let due = n as f64 * f64::from(share) / 100.0;
                prop_assert!((got - due).abs() < 1.0, "class {class} of {members:?} by {percent}: {got} for {due}");
            }
        }
        for class in 0..members.len() {
            prop_assert!(parts.train.iter().any(|&row| cells[row] as usize == class), "class {class} does not train");
        }
    }
}
