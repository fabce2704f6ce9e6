//! Training rows of one source, validation and test rows of another.
use crate::files::{Dir, File};
use crate::run::{cells, config, run};
use nas::data::{Cells, CsvOptions, Frame, Parts, Percent, Preprocess, Target, Task, read_csv};
use nas::run::{Config, predict};
use nas::seed::Seed;
use proptest::prelude::*;
use std::fs;

fn read(name: &str, text: &str, task: Task) -> Frame {
    let file = File::new(&format!("sources-{name}.csv"), text);
    read_csv(file.path(), &CsvOptions { target: Some("y".into()), task: Some(task) }).unwrap()
}

const TRAINING: &str =
    "extra,colour,size,y\n1,red,0.5,a\n2,blue,1.5,b\n3,red,2.5,c\n4,grey,4.5,a\n5,red,3,b\n6,red,2,c\n";
const OWN: &str = "size,colour,y\n10,green,b\n11,red,a\n12,,b\n13,green,a\n";

#[test]
fn columns_are_found_by_name_and_levels_are_put_together() {
    let joined =
        read("own", OWN, Task::Classification).trained_on(read("first", TRAINING, Task::Classification)).unwrap();
    assert_eq!((joined.rows(), joined.training_rows), (10, 6));
    let names: Vec<&str> = joined.features.columns.iter().map(|column| &*column.name).collect();
    assert_eq!(names, ["size", "colour"]);
    let numbers = vec![0.5, 1.5, 2.5, 4.5, 3.0, 2.0, 10.0, 11.0, 12.0, 13.0];
    assert_eq!(joined.features.columns[0].cells, Cells::Numeric(numbers));
    let levels = ["blue", "green", "grey", "red"].map(str::to_owned).into();
    let words = [3, 0, 3, 2, 3, 3, 1, 3].map(Some);
    let cells = [&words[..], &[None, Some(1)]].concat();
    assert_eq!(joined.features.columns[1].cells, Cells::Categorical { levels, cells });
    let classes = ["a", "b", "c"].map(str::to_owned).into();
    assert_eq!(joined.target, Target::Classes { levels: classes, cells: vec![0, 1, 2, 0, 1, 2, 1, 0, 1, 0] });
    assert!(
        joined.notes.iter().any(|note| note.contains("the 6 training rows are those of") && note.contains("DM(alpha)"))
    );
    assert!(joined.notes.iter().any(|note| note.ends_with("left out: extra")), "{:?}", joined.notes);
    // What is learned of the columns is learned of the training rows: their sizes have the mean 14/6.
    let training: Vec<usize> = (0..6).collect();
    let preprocess = Preprocess::fit(&joined, &training).unwrap();
    let own = preprocess.apply(&joined, &[6, 7]).unwrap();
    let sizes = preprocess.apply(&joined, &training).unwrap();
    let spread = (2.5 - 0.5) / (sizes.x[2 * sizes.d] - sizes.x[0]);
    assert!((0..6).map(|row| sizes.x[row * sizes.d]).sum::<f64>().abs() < 1e-12);
    assert!((own.x[0] - (10.0 - 14.0 / 6.0) / spread).abs() < 1e-12 && own.classes == [1, 0], "{own:?}");
}

#[test]
fn sources_that_do_not_go_together_are_errors() {
    let own = || read("of-own", OWN, Task::Classification);
    let refuse = |name: &str, text: &str, want: &[&str]| {
        let said = own().trained_on(read(name, text, Task::Classification)).unwrap_err().to_string();
        assert!(want.iter().all(|part| said.contains(part)) && !said.contains('\n'), "{said}");
    };
    refuse(
        "lacks",
        "sizes,colour,y\n1,red,a\n2,red,b\n3,blue,a\n4,blue,b\n",
        &["sources-lacks", "no column \"size\"", "\"sizes\"?"],
    );
    refuse(
        "kind",
        "size,colour,y\n1,7,a\n2,8,b\n3,9,a\n4,9,b\n",
        &["sources-of-own", "\"colour\"", "holds words", "on numbers"],
    );
    refuse(
        "class",
        "size,colour,y\n1,red,a\n2,red,c\n3,blue,a\n4,blue,c\n",
        &["sources-class", "\"y\"", "the class \"b\""],
    );
    let numbers = read("numbers", "size,colour,y\n1,red,1\n2,blue,2\n", Task::Regression);
    let said = own().trained_on(numbers).unwrap_err().to_string();
    assert!(said.contains("\"y\"") && said.contains("holds classes") && said.contains("on numbers"), "{said}");
}

proptest! {
    /// The training rows are all those of the first source; the others go to the other two parts in their proportion, class by class.
    #[test]
    fn parts_keep_the_sources_apart(first in 2usize..30, own in 4usize..60, train in 1u32..98, of in 1u32..99, seed in 0u64..1000) {
        let validation = (of * (100 - train) / 100).clamp(1, 99 - train);
        let percent = Percent { train, validation, test: 100 - train - validation };
        let text = |rows: usize| (0..rows.max(4)).map(|i| format!("{i},{}\n", ["a", "b"][i % 2])).collect::<String>();
        let of_rows = |name, rows| read(name, &format!("x,y\n{}", text(rows)), Task::Classification);
        let joined = of_rows("p-own", own).trained_on(of_rows("p-first", first)).unwrap();
        let (first, rows) = (joined.training_rows, joined.rows());
        let parts = Parts::draw(&joined, percent, Seed::new(seed)).unwrap();
        prop_assert_eq!(&parts.train, &(0..first).collect::<Vec<_>>());
        let mut rest = [&*parts.validation, &parts.test].concat();
        rest.sort_unstable();
        prop_assert_eq!(rest, (first..rows).collect::<Vec<_>>());
        let share = f64::from(validation) / f64::from(100 - train);
        let want = (share * (rows - first) as f64).clamp(1.0, (rows - first) as f64 - 1.0);
        prop_assert!((parts.validation.len() as f64 - want).abs() <= 1.0 + 0.005 * rows as f64, "{parts:?}: not {want}");
    }
}

/// A whole run on two files: what it trains on, what it says, and that new rows of either can be predicted.
#[test]
fn a_run_on_two_sources() {
    let dir = Dir::new("sources-run");
    let all = cells(Task::Regression);
    let table = |rows: &[[String; 4]]| rows.iter().map(|row| row.join(",") + "\n").collect::<String>();
    // The same columns in another order.
    let turned = |[size, colour, weight, y]: [String; 4]| [y, weight, colour, size];
    let training: Vec<[String; 4]> = all[..51].iter().cloned().map(turned).collect();
    let own: Vec<[String; 4]> = all[..1].iter().chain(&all[51..]).cloned().collect();
    let (training, own) = (dir.file("first.csv", table(&training)), dir.file("own.csv", table(&own)));
    let config = Config { train_data: Some(training), ..config(own.clone()) };
    let finished = run(&dir, "run", &config);
    let result = &finished.result;
    assert_eq!((result.n_train, result.n_val + result.n_test, &*result.dataset), (50, 40, "own"));
    let parts: Vec<Parts> = serde_json::from_slice(&fs::read(finished.folder.join("splits.json")).unwrap()).unwrap();
    assert!(parts.iter().all(|parts| parts.train == (0..50).collect::<Vec<_>>()));
    assert_ne!(parts[0].test, parts[1].test);
    assert!(result.notes.iter().any(|note| note.contains("the 50 training rows are those of")), "{:?}", result.notes);
    let page = fs::read_to_string(finished.folder.join("report.html")).unwrap();
    assert!(page.contains("DM(alpha)"));
    assert_eq!(predict(&finished.folder, &own, &dir.path().join("new.csv"), false).unwrap(), 40);
}
