//! From columns to numbers: learned on the training rows, the same for new data.
use crate::files::File;
use nas::data::{CsvOptions, DataError, Encoding, Frame, Preprocess, Task, digits, read_csv, read_idx};
use proptest::prelude::*;

const TEXT: &str = "\
size,colour,same,sometimes,y
1,red,5,1,10
3,blue,5,,20
,red,5,1,40
5,,5,1,30
100,green,6,2,1000
,pink,7,,2000
";
/// The last two rows hold what the first four do not.
const TRAIN: [usize; 4] = [0, 1, 2, 3];

fn frame(name: &str, text: &str, task: Task) -> Frame {
    let file = File::new(&format!("preprocess-{name}.csv"), text);
    read_csv(file.path(), &CsvOptions { target: Some("y".into()), task: Some(task) }).unwrap()
}

fn close(got: &[f64], want: &[f64]) -> bool {
    got.len() == want.len() && got.iter().zip(want).all(|(got, want)| (got - want).abs() < 1e-12 * want.abs().max(1.0))
}

#[test]
fn only_the_training_rows_are_learned_from() {
    let frame = frame("learned", TEXT, Task::Regression);
    let preprocess = Preprocess::fit(&frame, &TRAIN).unwrap();
    let names =
        ["size", "size is missing", "colour = blue", "colour = red", "colour is missing", "sometimes is missing"];
    assert_eq!(preprocess.feature_names(), names);
    assert_eq!((preprocess.width(), preprocess.outputs(), preprocess.task()), (6, 1, Task::Regression));
    let samples = preprocess.apply(&frame, &[0, 1, 2, 3, 4, 5]).unwrap();
    // Sizes 1, 3, 5: mean 3, variance 8/3.
    let s = (8.0_f64 / 3.0).sqrt();
    #[rustfmt::skip]
    let want = [
        -2.0 / s, 0.0, 0.0, 1.0, 0.0, 0.0,
        0.0,      0.0, 1.0, 0.0, 0.0, 1.0,
        0.0,      1.0, 0.0, 1.0, 0.0, 0.0,
        2.0 / s,  0.0, 0.0, 0.0, 1.0, 0.0,
        97.0 / s, 0.0, 0.0, 0.0, 0.0, 0.0,
        0.0,      1.0, 0.0, 0.0, 0.0, 1.0,
    ];
    assert!(close(&samples.x, &want), "{:?}", samples.x);
    // Targets 10, 20, 40, 30: mean 25, variance 125.
    let y: Vec<f64> = samples.target.iter().map(|value| (value - 25.0) / 125.0_f64.sqrt()).collect();
    assert_eq!(samples.target, [10.0, 20.0, 40.0, 30.0, 1000.0, 2000.0]);
    assert!(close(&samples.y, &y) && samples.classes.is_empty(), "{:?}", samples.y);
    let back: Vec<f64> = samples.y.iter().map(|&y| preprocess.own_units(y)).collect();
    assert!(close(&back, &samples.target), "{back:?}");
    let notes = preprocess.notes.join("\n");
    assert!(notes.contains("1 columns are constant in the training rows and left out: same"), "{notes}");
    assert!(notes.ends_with("size, colour, sometimes"), "{notes}");
}

#[test]
fn rows_are_taken_in_the_order_asked_for() {
    let frame = frame("order", TEXT, Task::Regression);
    let preprocess = Preprocess::fit(&frame, &TRAIN).unwrap();
    let whole = preprocess.apply(&frame, &[0, 1, 2, 3, 4, 5]).unwrap();
    let some = preprocess.apply(&frame, &[4, 1]).unwrap();
    assert_eq!((some.n, some.d), (2, 6));
    assert_eq!(some.x, [&whole.x[24..30], &whole.x[6..12]].concat());
    assert_eq!(some.target, [1000.0, 20.0]);
}

#[test]
fn classes_are_one_hot() {
    let frame = frame("classes", "a,y\n1,u\n2,w\n3,v\n4,u\n5,v\n6,w\n", Task::Classification);
    let preprocess = Preprocess::fit(&frame, &TRAIN).unwrap();
    let samples = preprocess.apply(&frame, &[5, 0, 2]).unwrap();
    assert_eq!(preprocess.classes(), ["u", "v", "w"]);
    assert_eq!((samples.outputs, samples.classes, samples.target), (3, vec![2, 0, 1], vec![2.0, 0.0, 1.0]));
    assert_eq!(samples.y, [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    assert_eq!(preprocess.own_units(0.25), 0.25);
}

#[test]
fn standardised_columns_have_mean_zero_and_deviation_one() {
    let frame = digits().unwrap();
    let rows: Vec<usize> = (0..1797).filter(|row| row % 3 > 0).collect();
    let preprocess = Preprocess::fit(&frame, &rows).unwrap();
    let samples = preprocess.apply(&frame, &rows).unwrap();
    assert!(samples.d < 64 && preprocess.notes[0].contains("constant in the training rows and left out: p0, "));
    for feature in 0..samples.d {
        let column: Vec<f64> = samples.x.chunks(samples.d).map(|row| row[feature]).collect();
        let mean = column.iter().sum::<f64>() / samples.n as f64;
        let variance = column.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / samples.n as f64;
        assert!(mean.abs() < 1e-12 && (variance - 1.0).abs() < 1e-12, "feature {feature}: {mean} {variance}");
    }
}

#[test]
fn values_near_the_ends_of_the_range_are_scaled() {
    let frame = frame("extreme", "a,b,y\n1e300,1e-300,1\n3e300,3e-300,2\n5e300,5e-300,3\n", Task::Regression);
    let samples = Preprocess::fit(&frame, &[0, 1, 2]).unwrap().apply(&frame, &[0, 1, 2]).unwrap();
    let s = (8.0_f64 / 3.0).sqrt();
    assert!(close(&samples.x, &[-2.0 / s, -2.0 / s, 0.0, 0.0, 2.0 / s, 2.0 / s]), "{:?}", samples.x);
}

#[test]
fn a_round_trip_through_json_keeps_every_bit() {
    let frame = frame("json", TEXT, Task::Regression);
    let preprocess = Preprocess::fit(&frame, &TRAIN).unwrap();
    let json = serde_json::to_string_pretty(&preprocess).unwrap();
    assert_eq!(serde_json::from_str::<Preprocess>(&json).unwrap(), preprocess);
    assert!(json.contains("\"kind\": \"numeric\"") && json.contains("\"task\": \"regression\""), "{json}");
}

/// Other order, no target, an extra column, an unknown level, a gap where there was none, and codes that look like numbers.
#[test]
fn new_data_is_matched_by_name_and_typed_as_in_training() {
    let train = frame("train", "code,size,y\n1,0.5,1\nx,1.5,2\n2,2.5,3\n1,3.5,5\n", Task::Regression);
    let preprocess = Preprocess::fit(&train, &TRAIN).unwrap();
    assert!(matches!(preprocess.columns[0].encoding, Encoding::Categorical { indicator: false, .. }));
    let new = File::new("preprocess-new.csv", "extra;size;code\nfree;1.5;2\ntext;;3\nhere;3.5;1\n");
    let features = preprocess.read(new.path()).unwrap();
    let s = 1.25_f64.sqrt();
    let want = [0.0, 1.0, 0.0, -0.5 / s, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.5 / s];
    let x = preprocess.features(&features).unwrap();
    assert!(features.rows == 3 && close(&x, &want), "{x:?}");
    let again = preprocess.apply(&train, &TRAIN).unwrap();
    assert_eq!(preprocess.features(&train.features).unwrap(), again.x);
}

/// No number in the new file, so only the known names tell the header.
#[test]
fn new_data_without_numbers_keeps_its_header() {
    let train = frame("words", "a,b,y\nu,p,1\nv,q,2\nu,q,3\nv,p,4\n", Task::Regression);
    let preprocess = Preprocess::fit(&train, &TRAIN).unwrap();
    let new = File::new("preprocess-words-new.csv", "b,a\np,u\n");
    assert_eq!(preprocess.features(&preprocess.read(new.path()).unwrap()).unwrap(), [1.0, 0.0, 1.0, 0.0]);
}

#[test]
fn new_images_are_read_without_labels() {
    let image = [0, 0, 8, 2, 0, 0, 0, 4, 0, 0, 0, 2, 1, 9, 2, 8, 3, 7, 4, 6];
    let images = File::new("preprocess-images", image);
    let labels = File::new("preprocess-labels", [0, 0, 8, 1, 0, 0, 0, 4, 1, 1, 0, 0]);
    let frame = read_idx(images.path(), labels.path()).unwrap();
    let preprocess = Preprocess::fit(&frame, &TRAIN).unwrap();
    let x = preprocess.features(&preprocess.read(images.path()).unwrap()).unwrap();
    assert_eq!(x, preprocess.apply(&frame, &TRAIN).unwrap().x);
    let wrong = preprocess.read(labels.path()).unwrap_err();
    assert!(wrong.to_string().contains("these are labels, not images"), "{wrong}");
}

#[test]
fn new_data_that_does_not_fit_says_why() {
    let train = frame("fit", TEXT, Task::Regression);
    let preprocess = Preprocess::fit(&train, &TRAIN).unwrap();
    let read = |name: &str, text: &str| preprocess.read(File::new(name, text).path()).unwrap_err().to_string();
    let missing = read("preprocess-missing.csv", "size,color,sometimes\n1,red,2\n");
    assert!(missing.ends_with("there is no column \"colour\"; did you mean \"color\"?"), "{missing}");
    let text = read("preprocess-text.csv", "size,colour,sometimes\n1,red,2\nbig,red,2\n");
    assert!(text.contains(", line 3, column \"size\": \"big\" is not a number"), "{text}");
    let infinite = read("preprocess-inf.csv", "size,colour,sometimes\ninf,red,2\n");
    assert!(infinite.contains(", line 2, column \"size\": \"inf\" is not finite"), "{infinite}");
}

#[test]
fn a_frame_of_another_kind_is_refused() {
    let frame = |name, text, task| frame(&format!("kind-{name}"), text, task);
    let numbers = frame("numbers", "a,y\n1,0.5\n2,1.5\n3,2.5\n4,3.5\n", Task::Regression);
    let words = frame("words", "a,y\nu,0.5\nv,1.5\nu,2.5\nu,4.5\n", Task::Regression);
    let classes = frame("classes", "a,y\n1,p\n2,p\n3,q\n4,q\n", Task::Classification);
    let others = frame("others", "a,y\n1,p\n2,p\n3,r\n4,r\n", Task::Classification);
    let refused = |fitted: &Frame, applied: &Frame| {
        Preprocess::fit(fitted, &TRAIN).unwrap().apply(applied, &TRAIN).unwrap_err().to_string()
    };
    let advice = "give data like those of the training";
    let holds =
        |found, expected| format!("this holds {found}, but the model was trained on {expected} there; {advice}");
    assert!(refused(&numbers, &words).ends_with(&holds("categories", "numbers")));
    assert!(refused(&words, &numbers).ends_with(&holds("numbers", "categories")));
    assert!(refused(&numbers, &classes).ends_with(&holds("classes", "numbers")));
    assert!(refused(&classes, &numbers).ends_with(&holds("numbers", "classes")));
    let unknown = refused(&classes, &others);
    assert!(unknown.ends_with("column \"y\": the class \"r\" was not among those of the training data"), "{unknown}");
}

#[test]
fn nothing_but_constants_is_an_error() {
    let frame = frame("constant", "a,b,y\n1,u,1\n1,u,2\n2,v,3\n", Task::Regression);
    let error = Preprocess::fit(&frame, &[0, 1]).unwrap_err();
    assert!(matches!(error, DataError::Constant(_)));
    assert!(
        error.to_string().ends_with(
            "every column is constant in the training rows, so there is nothing to predict from; add columns"
        )
    );
    assert!(Preprocess::fit(&frame, &[0, 2]).is_ok());
}

proptest! {
    /// What lies outside the training rows changes nothing of what is learned.
    #[test]
    fn rows_that_do_not_train_do_not_matter(
        train in prop::collection::vec((-9.0..9.0_f64, "[a-c]x"), 4..9), other in -1e6..1e6_f64, word in "[d-f]x",
    ) {
        let rows: Vec<usize> = (0..train.len()).collect();
        let text: String = train.iter().map(|(number, word)| format!("{number},{word},{number}\n")).collect();
        let with = |name: &str, last: String| {
            Preprocess::fit(&frame(name, &format!("a,b,y\n{text}{last}"), Task::Regression), &rows).unwrap()
        };
        let learned = with("proptest", format!("{other},{word},{other}\n"));
        prop_assert_eq!(learned, with("proptest", "0.5,cx,0.5\n,,1.25\n".into()));
    }
}
