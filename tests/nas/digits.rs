//! The embedded digits.
use nas::data::{Cells, Target, Task, digits};

/// The sums were computed from the file with another program.
#[test]
fn the_digits_are_those_of_the_source() {
    let frame = digits().unwrap();
    assert_eq!((frame.name.as_str(), frame.rows(), frame.task()), ("digits", 1797, Task::Classification));
    assert_eq!(frame.features.columns.len(), 64);
    let (mut sum, mut weighted) = (0.0, 0.0);
    for (p, column) in frame.features.columns.iter().enumerate() {
        assert_eq!(column.name, format!("p{p}"));
        let Cells::Numeric(values) = &column.cells else { panic!("p{p} is not numeric") };
        assert!(values.iter().all(|value| (0.0..=16.0).contains(value)), "p{p}");
        sum += values.iter().sum::<f64>();
        weighted += (p + 1) as f64 * values.iter().sum::<f64>();
    }
    assert_eq!((sum, weighted), (561_718.0, 18_222_371.0));
    let Target::Classes { levels, cells } = &frame.target else { panic!("no classes") };
    assert_eq!(levels.join(" "), "0 1 2 3 4 5 6 7 8 9");
    let count = |class| cells.iter().filter(|&&cell| cell == class).count();
    let counts: Vec<usize> = (0..10).map(count).collect();
    assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    assert_eq!(frame.sha256, "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22");
    assert!(frame.describe().contains("CC BY 4.0"));
}
