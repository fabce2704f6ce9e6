//! The configuration of a search: layers, typos, refusals, and the file that documents itself.
use crate::files::File;
use crate::layers::{of_clap, resolved as layered};
use nas::bilevel::Way;
use nas::data::{Percent, Task, digits};
use nas::exactness::Tolerance;
use nas::inner::Optimiser;
use nas::model::Normalise;
use nas::outer::Solver;
use nas::run::{Config, ConfigError, FitStart, documented};
use nas::seed::Seed;
use nas::space::Shape;
use nas::trial::{AlphaStart, Precision, Strategy};
use std::path::Path;

fn resolved(file: Option<&Path>, assignments: &[&str], flags: &[&str]) -> Result<Config, ConfigError> {
    layered(file, assignments, flags)
}

/// What these `--set` are refused with.
fn refusal(assignments: &[&str]) -> String {
    match resolved(None, assignments, &[]) {
        Ok(config) => panic!("{assignments:?} is accepted: {config:?}"),
        Err(error) => error.to_string(),
    }
}

/// A search in which nothing stands at its default, but for what does not go with mini-batches.
fn other() -> Config {
    Config {
        data: Some("my \"own\" rows.csv".into()),
        train_data: None,
        labels: None,
        target: Some("price".into()),
        task: Some(Task::Classification),
        rows: 500,
        split: Percent { train: 50, validation: 30, test: 20 },
        flip_labels: 12.5,
        hidden: vec![12, 6],
        candidates: vec!["sin".into(), "erf".into()],
        normalise: Normalise::Moment,
        groups: 3,
        shared: true,
        keep: 1,
        tune_ridge: false,
        weigh_rows: false,
        tune_jointly: false,
        space: Shape::Sparse(2),
        outer: Some(Solver::ProjectedGradient),
        entropy: 0.0,
        strategy: Strategy::Gradient,
        rivals: vec![Strategy::Joint, Strategy::Random],
        trials: 9,
        start: AlphaStart::Spectral,
        method: Way::DartsSecond,
        outer_steps: 7,
        stop_at_noise: true,
        inner: Optimiser::Adam,
        inner_steps: 70,
        lr: 0.01,
        ridge: Some(1e-9),
        tol: 1e-3,
        tolerance: Tolerance::Fixed,
        batch: 32,
        precision: Precision::Double,
        fit_start: FitStart::Warm,
        seed: 9,
        seeds: 2,
        threads: 1,
    }
}

#[test]
fn the_defaults_are_the_same_everywhere() {
    assert_eq!(resolved(None, &[], &[]).unwrap(), Config::default());
    assert_eq!(of_clap::<Config>(), Config::default());
}

#[test]
fn flags_and_assignments_say_the_same() {
    let flags = "--target price --task classification --rows 500 --split 50/30/20 --flip-labels 12.5 --hidden 12,6 --candidates sin,erf \
                 --normalise moment --groups 3 --shared --keep 1 --space sparse:2 --outer projected-gradient \
                 --strategy gradient --rivals joint,random --trials 9 --start spectral --method darts-second --outer-steps 7 --stop-at-noise \
                 --inner adam --inner-steps 70 --lr 0.01 --ridge 1e-9 --tol 1e-3 --batch 32 --precision double \
                 --fit-start warm --seed 9 --seeds 2 --threads 1";
    let data = ["--data", "my \"own\" rows.csv"];
    let flags: Vec<&str> = flags.split_whitespace().chain(data).collect();
    assert_eq!(resolved(None, &[], &flags).unwrap(), other());

    let assignments = "target=price task=classification rows=500 split=50/30/20 flip_labels=12.5 hidden=12,6 candidates=sin,erf normalise=moment groups=3 \
                       shared=true keep=1 space=sparse:2 outer=projected-gradient \
                       strategy=gradient rivals=joint,random trials=9 start=spectral method=darts-second outer_steps=7 stop_at_noise=true inner=adam \
                       inner_steps=70 lr=0.01 ridge=1e-9 tol=1e-3 batch=32 precision=double fit_start=warm seed=9 \
                       seeds=2 threads=1";
    let data = ["data=my \"own\" rows.csv"];
    let assignments: Vec<&str> = assignments.split_whitespace().chain(data).collect();
    assert_eq!(resolved(None, &assignments, &[]).unwrap(), other());
}

#[test]
fn the_last_layer_to_speak_wins() {
    let file = File::new("layers.toml", "seeds = 2\nridge = 1\nhidden = [8, 4]\ntask = \"regression\"\ndata = \"a\"\n");
    let config = resolved(Some(file.path()), &["ridge=2", "hidden=16", "ridge = 3"], &["--hidden", "32,8"]).unwrap();
    let task = Some(Task::Regression);
    let want =
        Config { data: Some("a".into()), task, seeds: 2, ridge: Some(3.0), hidden: vec![32, 8], ..Config::default() };
    assert_eq!(config, want);
    assert_eq!(resolved(Some(file.path()), &[], &["--seeds", "5"]).unwrap().seeds, 5, "a flag at its default");
}

/// An empty text takes an optional setting back.
#[test]
fn what_a_file_gives_can_be_unset() {
    let file = File::new("unset.toml", "data = \"a.csv\"\ntarget = \"y\"\ntask = \"regression\"\nseeds = 2\n");
    let without = Config { seeds: 2, ..Config::default() };
    assert_eq!(resolved(Some(file.path()), &["data=", "target=", "task="], &[]).unwrap(), without);
    let flags = ["--data", "", "--target", ""];
    assert_eq!(resolved(Some(file.path()), &["task="], &flags).unwrap(), without);
}

#[test]
fn the_printed_settings_are_a_file_for_themselves() {
    for (config, absent) in [(Config::default(), 7), (other(), 2)] {
        let text = documented(&config).unwrap();
        let file = File::new("printed.toml", &text);
        assert_eq!(resolved(Some(file.path()), &[], &[]).unwrap(), config, "{text}");
        assert_eq!(
            text.lines().filter(|line| line.starts_with("# ") && line.ends_with(" = ")).count(),
            absent,
            "{text}"
        );
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        let pairs = lines.windows(2).filter(|pair| !pair[1].starts_with("# "));
        assert!(lines[0].starts_with("# ") && pairs.clone().count() > 15);
        for pair in pairs {
            assert!(pair[0].starts_with("# "), "a setting without its meaning: {}", pair[1]);
        }
        assert!(lines.iter().all(|line| line.chars().count() < 130), "{text}");
    }
    assert!(documented(&Config::default()).unwrap().contains("\n# target = \n"));
}

#[test]
fn typos_get_a_suggestion() {
    let cases = [
        ("rigde=1", "did you mean \"ridge\"?"),
        ("inner-steps=1", "did you mean \"inner_steps\"?"),
        ("tagret=y", "did you mean \"target\"?"),
        ("qqqq=1", "`nas config` lists them all"),
        ("method=gaus-newton", "did you mean \"gauss-newton\"?"),
        ("method=qqqq", "is not one of gauss-newton, exact, unroll, darts-first, darts-second"),
        ("inner=lbgfs", "did you mean \"lbfgs\"?"),
        ("space=spere", "did you mean \"sphere\"?"),
        ("outer=adam", "did you mean \"adam-logits\"?"),
        ("fit_start=wram", "did you mean \"warm\"?"),
        ("task=regresion", "did you mean \"regression\"?"),
        ("candidates=relu,tahn", "did you mean \"tanh\"?"),
    ];
    for (assignment, want) in cases {
        let error = refusal(&[assignment]);
        assert!(error.contains(want), "{assignment}: {error}");
    }
    let file = File::new("typo.toml", "mehtod = \"exact\"");
    let error = resolved(Some(file.path()), &[], &[]).unwrap_err().to_string();
    assert!(error.contains("typo.toml") && error.contains("\"method\""), "{error}");
}

/// A comma within parentheses is of the formula.
#[test]
fn formulas_come_whole_from_every_layer() {
    let want = ["relu", "x*exp(-x^2)", "max(x, min(1, x*x))"];
    let list = "relu, x*exp(-x^2),max(x, min(1, x*x))";
    let file = File::new("text.toml", format!("candidates = \"{list}\""));
    let array = File::new("array.toml", format!("candidates = {want:?}"));
    let found = [
        resolved(None, &[], &["--candidates", list]),
        resolved(None, &[&format!("candidates={list}")], &[]),
        resolved(None, &[&format!("candidates={want:?}")], &[]),
        resolved(Some(file.path()), &[], &[]),
        resolved(Some(array.path()), &[], &[]),
    ];
    for config in found {
        assert_eq!(config.unwrap().candidates, want);
    }
    let printed = documented(&Config { candidates: want.map(str::to_owned).into(), ..Config::default() }).unwrap();
    let file = File::new("printed-formulas.toml", &printed);
    assert_eq!(resolved(Some(file.path()), &[], &[]).unwrap().candidates, want);
    let refused = refusal(&["candidates=relu,max(x"]);
    assert!(refused.contains("column 6: expected an operator, `,` or `)`, found the end"), "{refused}");
    assert!(refusal(&["candidates=3"]).contains("a list of candidates"), "{}", refusal(&["candidates=3"]));
}

#[test]
fn what_no_search_can_use_is_refused_in_one_line() {
    let cases: [(&[&str], &str); 66] = [
        (&["hidden=[]"], "at least one layer"),
        (&["hidden=0"], "a width of at least 1"),
        (&["hidden=8,0"], "a width of at least 1"),
        (&["hidden=a,8"], "wrong type"),
        (&["groups=0"], "groups = 0"),
        (&["hidden=8,4", "groups=8"], "divisor of every width in hidden = [8, 4]"),
        (&["seeds=0"], "at least 1"),
        (&["seeds=-1"], "`seeds`"),
        (&["keep=0"], "at least 1"),
        (&["outer_steps=1000001"], "at most 1000000"),
        (&["inner_steps=0"], "at least 1"),
        (&["threads=5000"], "at most 1024"),
        (&["ridge=-1e-3"], "not negative"),
        (&["ridge=inf"], "finite"),
        (&["ridge=nan"], "finite"),
        (&["lr=0"], "above 0"),
        (&["lr=inf"], "finite"),
        (&["tol=0"], "above 0 and below 1"),
        (&["tol=1"], "above 0 and below 1"),
        (&["tol=nan"], "above 0 and below 1"),
        (&["split=60/60/20"], "sum 100"),
        (&["tune_jointly=true"], "tune_jointly = true does not go with nothing to tune"),
        (&["flip_labels=-1"], "at least 0 and at most 100 percent"),
        (&["flip_labels=100.5"], "at least 0 and at most 100 percent"),
        (&["flip_labels=nan"], "flip_labels = NaN"),
        (&["train_data=a.csv"], "train_data does not go with no data"),
        (&["data=a.npy", "labels=b.npy", "train_data=c.csv"], "train_data does not go with labels"),
        (&["candidates=[]"], "at least one of relu"),
        (&["candidates=relu,relu"], "listed twice"),
        (&["normalise=hermite"], "set --space sphere"),
        (&["normalise=hermite", "space=sphere", "candidates=sin,cos(x),2*sin(x)"], "\"2*sin(x)\" cannot be"),
        (&["space=sparse:9"], "sparse:S with S at most 8"),
        (&["space=sparse:0"], "such as sparse:3"),
        (
            &["space=hexagon"],
            "there are simplex, sphere, nonnegative-sphere, ball, l1-ball, box, box-section and sparse:S",
        ),
        (&["space=sphere", "outer=frank-wolfe"], "set --outer to projected-gradient, or leave it out"),
        (&["space=ball", "outer=adam-logits"], "set --outer to projected-gradient or frank-wolfe"),
        (&["space=sparse:2", "outer=exponentiated-gradient"], "outer = exponentiated-gradient does not go with space"),
        (&["space=box", "entropy=0.1"], "set --space simplex, or --entropy 0"),
        (&["entropy=nan"], "entropy = NaN"),
        (&["space=nonnegative-sphere", "normalise=hermite"], "set --space sphere"),
        (&["space=box-section", "normalise=hermite"], "both signs and no sum; set --space sphere"),
        (&["space=box-section", "outer=exponentiated-gradient"], "set --outer to projected-gradient or frank-wolfe"),
        (&["stop_at_noise=true", "strategy=random"], "strategy = random: only a search by gradients"),
        (&["stop_at_noise=true", "outer=adam-logits"], "outer = adam-logits: only a search by gradients"),
        (&["strategy=grid", "space=sphere"], "only the simplex and the box have a grid"),
        (&["strategy=grid", "trials=8"], "trials = 8: it must be at least 9 for the coarsest grid"),
        (&["rivals=grid", "hidden=8,4"], "at least 65 for the coarsest grid"),
        (&["rivals=random,random"], "list each way of searching once"),
        (&["rivals=gradient"], "no rival that is the strategy"),
        (&["rivals=grit"], "wrong type"),
        (&["tolerance=adaptive", "method=darts-first"], "set --tolerance fixed, or --method gauss-newton"),
        (&["tolerance=decreasing", "method=unroll", "inner=gd"], "has no estimate"),
        (&["tolerance=decreasing", "batch=8", "inner=adam"], "set --batch 0"),
        (&["tune_ridge=true", "ridge=0"], "set --ridge to a small number"),
        (&["tune_ridge=true", "batch=8", "inner=gd"], "set --batch 0"),
        (&["weigh_rows=true", "batch=8", "inner=adam"], "set --batch 0"),
        (&["batch=8"], "set --inner to gd, momentum or adam"),
        (&["batch=8", "inner=gd", "method=unroll"], "set --batch 0"),
        (&["method=unroll"], "method = unroll does not go with inner = lbfgs"),
        (&["method=unroll", "inner=momentum"], "set --inner gd"),
        (&["method=unroll", "inner=adam"], "set --inner gd"),
        (&["method=unroll", "inner=gd", "fit_start=warm"], "set --fit-start cold"),
        (&["labels=l"], "with --data"),
        (&["data=i", "labels=l", "target=y"], "target = \"y\" does not go with labels"),
        (&["target=y"], "give one with --data"),
        (&["task=regression"], "give one with --data"),
    ];
    for (assignments, want) in cases {
        let error = refusal(assignments);
        assert!(error.contains(want), "{assignments:?}: {error}");
        assert!(!error.contains('\n'), "{assignments:?}: more than a line: {error}");
    }
}

#[test]
fn what_is_allowed_at_the_edge() {
    let edges: [&[&str]; 15] = [
        &["strategy=spectral", "rivals=gradient", "space=sphere"],
        &["strategy=grid", "trials=9", "rivals=random"],
        &["tolerance=adaptive", "method=exact", "inner=adam"],
        &["rivals=grid,random,joint,spectral", "hidden=8,4", "shared=true"],
        &["space=sparse:8"],
        &["space=l1-ball", "outer=frank-wolfe", "normalise=hermite", "candidates=relu,sin"],
        &["entropy=-0.1", "outer=adam-logits"],
        &["space=sphere", "outer="],
        &["outer_steps=0"],
        &["candidates=relu"],
        &["hidden=8,4", "groups=4"],
        &["batch=8", "inner=adam"],
        &["method=unroll", "inner=gd"],
        &["data=i", "labels=l"],
        &["data=x", "labels=y", "task=regression"],
    ];
    for assignments in edges {
        let config = resolved(None, assignments, &[]).unwrap();
        assert_eq!(config.warnings(), [""; 0], "{assignments:?}");
    }
    let without_ridge = resolved(None, &["ridge=0"], &[]).unwrap().warnings();
    assert!(matches!(&*without_ridge, [one] if one.contains("singular") && one.contains("--ridge 1e-3")));
    let unrolled = resolved(None, &["ridge=0", "method=unroll", "inner=gd"], &[]).unwrap();
    assert_eq!(unrolled.warnings(), [""; 0]);
}

#[test]
fn a_configuration_becomes_a_setting() {
    let config = Config { data: None, ..other() };
    let frame = config.frame().unwrap();
    assert_eq!(frame.rows(), 500, "--rows is a sample");
    assert!(Config::default().frame().unwrap() == digits().unwrap());
    let ridge = |rows| Config { rows, ..Config::default() }.effective(&frame).ridge;
    assert_eq!(ridge(500), Some(1.0 / 300.0), "one over the training rows");
    assert_eq!(config.clone().effective(&frame).ridge, Some(1e-9), "what is given stays");
    assert_eq!(frame, digits().unwrap().sample(500, Seed::new(9).split("sample")));
    let setting = config.setting(&frame).unwrap();
    assert_eq!((&*setting.hidden, setting.groups, setting.shared, setting.keep), (&[12, 6][..], 3, true, 1));
    assert_eq!((setting.bank.len(), &*setting.names), (2, &["sin".to_owned(), "erf".to_owned()][..]));
    assert_eq!((setting.percent, setting.shape, setting.outer.steps), (config.split, config.space, 7));
    assert_eq!((setting.trials, &*setting.rivals), (9, &*config.rivals));
    assert_eq!(resolved(None, &["strategy=random"], &[]).unwrap().strategy, Strategy::Random);
    assert_eq!(Config::default().setting(&frame).unwrap().trials, 21, "as many as the search may reach");
    assert_eq!((setting.inner.way, setting.inner.ridge, setting.inner.warm), (Way::DartsSecond, 1e-9, true));
    assert_eq!((setting.inner.batch, setting.precision), (32, Precision::Double));
    let tuned = Config { tune_ridge: true, weigh_rows: true, data: None, ..Config::default() };
    assert_eq!(resolved(None, &[], &["--tune-ridge", "--weigh-rows"]).unwrap(), tuned);
    let both = nas::tuning::Tuning { ridge: true, rows: true, jointly: false };
    assert_eq!((setting.tuning.any(), tuned.setting(&frame).unwrap().tuning), (false, both));
    let fit = setting.inner.fit;
    assert_eq!((fit.optimiser, fit.lr, fit.steps, fit.tolerance), (Optimiser::Adam, 0.01, 70, 1e-3));
}
