//! The one configuration of a search: flags, file, `--set` and the documentation's table come from this struct.

use crate::bilevel::Way;
use crate::data::{Percent, Task};
use crate::exactness::Tolerance;
use crate::inner::Optimiser;
use crate::model::{Normalise, candidates};
use crate::outer::Solver;
use crate::space::Shape;
use crate::trial::{AlphaStart, Precision, Strategy};
use clap::Args;
use serde::{Deserialize, Deserializer, Serialize};
use std::convert::Infallible;
use std::path::PathBuf;

/// Every setting of a search. The documentation of a field is its help text.
#[derive(Args, Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// CSV file or NumPy array (gzip too), or NumPy rows or IDX images with --labels; if not given, the embedded digits
    ///
    /// One row per sample; columns of words are encoded one-hot and gaps filled. `nas data FILE` tells what is understood.
    #[arg(long, value_name = "FILE", value_parser = path, help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
    /// Rows of another source to train on; --data then has those to validate and test on
    ///
    /// Columns are found by their names. The second and the third part of --split say how the rows of --data are divided; the
    /// search chooses what is best there of what was learned elsewhere.
    #[arg(long, value_name = "FILE", value_parser = path, help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub train_data: Option<PathBuf>,
    /// The targets of NumPy rows (.npy too), or the labels of IDX images
    #[arg(long, value_name = "FILE", value_parser = path, help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<PathBuf>,
    /// Column to predict: its name, or its number where there is no header; if not given, the last one
    #[arg(long, value_name = "COLUMN", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// What the target is, where it is not what the reader takes it for
    ///
    /// Numbers are a regression unless there are few different whole ones. Say `classification` for classes written as
    /// numbers, `regression` for counts.
    #[arg(long, help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// Use a random sample of so many rows, with every class in its share; 0 for all
    ///
    /// For a quick look at large data: time and memory grow with the rows.
    #[arg(long, value_name = "N", default_value_t = Config::default().rows, help_heading = "Data")]
    pub rows: usize,
    /// Percent of the rows to train, validate and test on
    ///
    /// Training rows fit the weights, validation rows choose the activations, and no search sees the test rows. With few
    /// rows and many mixtures, give validation more.
    #[arg(long, value_name = "T/V/T", default_value_t = Config::default().split, help_heading = "Data")]
    pub split: Percent,
    /// Percent of the training rows whose class is replaced by another one at random
    ///
    /// To see what label noise does, and how many of these rows --weigh-rows finds: `result.json` lists them.
    #[arg(long, value_name = "PERCENT", default_value_t = Config::default().flip_labels, help_heading = "Data")]
    pub flip_labels: f64,
    /// Neurons of each hidden layer, from the input on
    ///
    /// 128,64 is two layers. Wider fits more and costs in proportion. Candidates are judged at this width: take the one that
    /// you would deploy.
    #[arg(
        long, value_name = "WIDTHS", value_delimiter = ',', default_values_t = Config::default().hidden,
        help_heading = "Network"
    )]
    pub hidden: Vec<usize>,
    /// Activations to mix, separated by commas
    ///
    /// By default relu,tanh,sigmoid,softplus,silu,gelu,sin,identity; there are also elu, square and erf, and every formula in x
    /// such as "x*exp(-x^2)", with + - * / ^, pi, e, exp, ln, sqrt, sin, cos, tanh, atan, erf, abs, max(x,0) and the names above.
    /// Fewer make the search faster and its answer surer; leave out what you would not deploy.
    #[arg(
        long, value_name = "LIST", value_parser = list, default_value = candidates::DEFAULT, 
        hide_default_value = true, help_heading = "Network"
    )]
    #[serde(deserialize_with = "from_list")]
    pub candidates: std::vec::Vec<String>,
    /// Sizes of the candidates in the search: as they are, of equal second moment, or orthonormal
    ///
    /// With moment each candidate counts as scaled to E sigma(z)^2 = 1 for a standard normal z, so that a large one (square) has
    /// no larger share than a small one (sigmoid). With hermite the coordinates of a mixture are those in an orthonormal basis
    /// of its candidates, which needs a --space of both signs. Coefficients are of the candidates as you gave them all the same.
    #[arg(long, value_enum, default_value_t = Config::default().normalise, help_heading = "Network")]
    pub normalise: Normalise,
    /// Mixtures per layer, each for an equal share of its neurons; a divisor of every width
    ///
    /// With 1 all neurons of a layer have one activation. With more, different neurons may take different ones, and there is
    /// more to choose with the same validation rows.
    #[arg(long, value_name = "N", default_value_t = Config::default().groups, help_heading = "Network")]
    pub groups: usize,
    /// One set of mixtures for all layers
    ///
    /// Fewer coefficients for few validation rows; without effect on one hidden layer.
    #[arg(long, help_heading = "Network")]
    pub shared: bool,
    /// Candidates that each mixture keeps in the discretised network
    ///
    /// The result is reported for the whole mixture and for its largest few. 1 gives a plain network.
    #[arg(long, value_name = "N", default_value_t = Config::default().keep, help_heading = "Network")]
    pub keep: usize,
    /// Tune a ridge for each layer, at the mixture that was found
    ///
    /// Each moves by up to three powers of ten from --ridge, to a lower validation loss. The result lists them; the comparison
    /// stays under equal conditions, with one ridge.
    #[arg(long, help_heading = "Search")]
    pub tune_ridge: bool,
    /// Weigh the training rows, at the mixture that was found, and list those that may be mislabelled
    ///
    /// A weight between 0 and 1 for each row, chosen by the validation loss: rows below 0.5 are listed as suspects, the
    /// lowest weight first. The validation rows should be clean, and not many fewer than the training rows.
    #[arg(long, help_heading = "Search")]
    pub weigh_rows: bool,
    /// With --tune-ridge or --weigh-rows: the mixture moves too, from the one that was found
    ///
    /// One outer problem of all of them, on the same validation rows. The comparison stays that of the found mixture.
    #[arg(long, help_heading = "Search")]
    pub tune_jointly: bool,
    /// Where the coefficients of a mixture live: simplex, sphere, nonnegative-sphere, ball, l1-ball, box, box-section or sparse:S
    ///
    /// simplex: not negative, of sum 1: a mixture in the plain sense, and the safest choice. sphere and ball: of both signs, of
    /// length 1 or at most 1. nonnegative-sphere: of length 1, not negative. l1-ball: the sum of their sizes is at most 1, which
    /// leaves few candidates. box: each between -1 and 1. box-section: the same, of sum 1: a mixture that may also subtract.
    /// sparse:S, such as sparse:3: at most S candidates, of length at most 1.
    /// Layers and groups each have a mixture of their own in it. `nas plan --space` tells what each costs in validation rows.
    #[arg(long, value_name = "SPACE", default_value_t = Config::default().space, help_heading = "Search")]
    pub space: Shape,
    /// How the coefficients move in their space; if not given, what suits it
    ///
    /// exponentiated-gradient on the simplex and projected-gradient elsewhere.
    #[arg(long, value_enum, help_heading = "Search")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outer: Option<Solver>,
    /// Weight of the entropy of each mixture in the outer objective, on the simplex
    ///
    /// Above 0 it spreads a mixture over its candidates, below 0 it gathers it on few. It is 0 where all are equal, and at most
    /// the weight times ln h: compare that with the differences in validation loss that you care for.
    #[arg(
        long, value_name = "X", default_value_t = Config::default().entropy, allow_negative_numbers = true,
        help_heading = "Search"
    )]
    pub entropy: f64,
    /// How the validation loss is differentiated through the fit (the hypergradient)
    ///
    /// Keep gauss-newton for networks. The DARTS methods are cheap and biased, there to compare with.
    #[arg(long, value_enum, default_value_t = Config::default().method, help_heading = "Search")]
    pub method: Way,
    /// How the coefficients are searched: by hypergradients, or in a way that shows what those are worth
    #[arg(long, value_enum, default_value_t = Config::default().strategy, help_heading = "Search")]
    pub strategy: Strategy,
    /// Other ways of searching to compare with, separated by commas: gradient, grid, random, joint, spectral
    ///
    /// Each begins with the same split and weights, and what it finds gets a row in the table, fitted and scored like all others.
    /// `--rivals random,joint` shows what a gradient and what the split is good for. spectral costs little more than the fits of
    /// its row, and is a referee: the report says how near the found mixture is to it, and whether it is better.
    #[arg(long, value_enum, value_name = "LIST", value_delimiter = ',', help_heading = "Search")]
    pub rivals: Vec<Strategy>,
    /// Mixtures that a grid or a random search may try, the even one first; 0 for --outer-steps and one
    ///
    /// Each costs a fit and a hypergradient, as a step of the search does; with --method darts-first little more than the fit. The
    /// points of a grid are multiplied with every mixture and candidate.
    #[arg(long, value_name = "N", default_value_t = Config::default().trials, help_heading = "Search")]
    pub trials: usize,
    /// Where the coefficients of a search by gradients begin
    #[arg(long, value_enum, default_value_t = Config::default().start, help_heading = "Search")]
    pub start: AlphaStart,
    /// Most steps of the coefficients, each with a fit and a hypergradient; 0 judges the even mixture
    ///
    /// Raise it when a search ends at its step limit.
    #[arg(long, value_name = "N", default_value_t = Config::default().outer_steps, help_heading = "Search")]
    pub outer_steps: usize,
    /// End a search where its hypergradient is within the noise of the validation rows
    ///
    /// From there on it would follow these rows only, not what they were drawn from. The noise is measured at each step on
    /// 8 pieces of the validation rows, which costs about as much as 8 more hypergradients without a fit.
    #[arg(long, help_heading = "Search")]
    pub stop_at_noise: bool,
    /// How the weights are fitted at each step of the search
    ///
    /// lbfgs has no step size to choose and reaches small tolerances. The others need --lr; --method unroll needs gd, and
    /// --batch one of gd, momentum and adam.
    #[arg(long, value_enum, default_value_t = Config::default().inner, help_heading = "Fit")]
    pub inner: Optimiser,
    /// Most steps of a fit; with --method unroll exactly so many
    ///
    /// Raise it when a hypergradient fails because the fit is not stationary.
    #[arg(long, value_name = "N", default_value_t = Config::default().inner_steps, help_heading = "Fit")]
    pub inner_steps: usize,
    /// Step size of gd, momentum and adam, and of the step that darts-second differentiates
    ///
    /// Lower it when fits diverge. For adam about 0.01.
    #[arg(
        long, value_name = "X", default_value_t = Config::default().lr, allow_negative_numbers = true,
        help_heading = "Fit"
    )]
    pub lr: f64,
    /// Ridge lambda: half of it times the squared size of the weights is added to the training loss
    ///
    /// If not given, 1 over the number of training rows (weights with a unit normal prior), but at least 1e-3, below which
    /// fits take long. Higher is smoother and easier to solve. 0 makes the Hessian singular when there are more weights than rows: an
    /// implicit hypergradient then means nothing, and --method unroll is the one to use.
    #[arg(long, value_name = "X", allow_negative_numbers = true, help_heading = "Fit")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ridge: Option<f64>,
    /// A fit is done when its gradient is this part of the gradient at the start
    ///
    /// Smaller makes hypergradients more exact and fits longer.
    #[arg(
        long, value_name = "X", default_value_t = Config::default().tol, allow_negative_numbers = true,
        help_heading = "Fit"
    )]
    pub tol: f64,
    /// How exact the first hypergradients of a search are
    ///
    /// decreasing and adaptive save steps of fits far from the end of a search, where a rough hypergradient points downhill as well,
    /// and come down to --tol near it. They need an implicit --method and fits to all rows.
    #[arg(long, value_enum, default_value_t = Config::default().tolerance, help_heading = "Fit")]
    pub tolerance: Tolerance,
    /// Training rows of one step of a fit; 0 for all
    ///
    /// Mini-batches need gd, momentum or adam. They are for data whose full gradient is too slow: fits end less exactly.
    #[arg(long, value_name = "N", default_value_t = Config::default().batch, help_heading = "Fit")]
    pub batch: usize,
    /// Arithmetic of the fits; hypergradients are solved in double either way
    ///
    /// single is twice as fast. Take double for a --tol below 1e-5.
    #[arg(long, value_enum, default_value_t = Config::default().precision, help_heading = "Fit")]
    pub precision: Precision,
    /// Where each fit of the search starts
    #[arg(long, value_enum, default_value_t = Config::default().fit_start, help_heading = "Fit")]
    pub fit_start: FitStart,
    /// Root seed; every random stream is split from it by name
    #[arg(
        long, value_name = "N", default_value_t = Config::default().seed, help_heading = "Run",
        value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64)
    )]
    pub seed: u64,
    /// Independent repetitions, each with a split and a start of its own
    ///
    /// The verdict is an interval over them: with fewer than about 5 nearly everything is a tie.
    #[arg(long, value_name = "N", default_value_t = Config::default().seeds, help_heading = "Run")]
    pub seeds: usize,
    /// Worker threads, 0 for one per core; results do not depend on it
    #[arg(long, value_name = "N", default_value_t = Config::default().threads, help_heading = "Run")]
    pub threads: usize,
}

/// Where a fit of the search starts.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum FitStart {
    /// At the same random weights every time, as the paper assumes: the result is a function of the coefficients.
    Cold,
    /// Where the last fit ended: faster, and the result depends on the way there.
    Warm,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: None,
            train_data: None,
            labels: None,
            target: None,
            task: None,
            rows: 0,
            split: Percent::default(),
            flip_labels: 0.0,
            hidden: vec![128],
            candidates: candidates::split(candidates::DEFAULT),
            normalise: Normalise::None,
            groups: 1,
            shared: false,
            keep: 2,
            tune_ridge: false,
            weigh_rows: false,
            tune_jointly: false,
            space: Shape::Simplex,
            outer: None,
            entropy: 0.0,
            method: Way::GaussNewton,
            strategy: Strategy::Gradient,
            rivals: Vec::new(),
            trials: 0,
            start: AlphaStart::Even,
            outer_steps: 20,
            stop_at_noise: false,
            inner: Optimiser::Lbfgs,
            inner_steps: 500,
            lr: 0.1,
            ridge: None,
            tol: 1e-4,
            tolerance: Tolerance::Fixed,
            batch: 0,
            precision: Precision::Single,
            fit_start: FitStart::Cold,
            seed: 0,
            seeds: 5,
            threads: 0,
        }
    }
}

/// Candidates from a flag. (Its field is a `std::vec::Vec`: of a plain `Vec` clap would make one value of each candidate, and
/// its own commas would cut formulas.)
pub(in crate::run) fn list(text: &str) -> Result<Vec<String>, Infallible> {
    Ok(candidates::split(text))
}

/// Candidates from a file: a list, or as on the command line with commas.
pub(in crate::run) fn from_list<'de, D: Deserializer<'de>>(file: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a list of candidates, or a text with commas")]
    enum Given {
        List(Vec<String>),
        Text(String),
    }
    Ok(match Given::deserialize(file)? {
        Given::List(list) => list,
        Given::Text(text) => candidates::split(&text),
    })
}

/// A path from a flag; an empty one unsets what a file says.
pub(in crate::run) fn path(text: &str) -> Result<PathBuf, Infallible> {
    Ok(text.into())
}
