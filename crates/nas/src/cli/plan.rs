//! `nas plan`: how many validation samples, for how many candidates; for losses or for hypergradients.

use super::Answer;
use clap::Args;
use nas::report::{Table, figure, wrap};
use nas::run::ConfigError;
use nas::space::{EffectiveDimension, NoShape, Shape};
use nas::theory::bernstein::Bernstein;
use nas::theory::lipschitz::Lipschitz;
use nas::theory::risk::{Setting, gap};
use nas::theory::{Bound, Class, hypergradient, planner, words};
use std::fmt;
use std::iter::once;
use std::str::FromStr;

/// How large a class the planner goes through.
const MOST_CANDIDATES: usize = 10_000;
const MOST_MIXTURES: usize = 1_000_000;

/// What a bound is made of, and which of its sides is asked for.
#[derive(Args)]
#[command(after_help = EXPLAINED)]
pub(crate) struct Plan {
    /// Number h of candidates in a mixture; with --space finite, of models to choose from
    #[arg(long, value_name = "H", default_value_t = 10)]
    candidates: usize,
    /// Number of mixtures with coefficients of their own: layers, groups of neurons
    #[arg(long, value_name = "M", default_value_t = 1)]
    mixtures: usize,
    /// Where the coefficients of a mixture live, as `nas search --space` has it; finite for models without coefficients
    #[arg(long, value_name = "SPACE", default_value = "simplex")]
    space: Models,
    /// How far validation loss may lie from expected loss, in units of the loss [default: a tenth of --loss-range]; with --gradient-bound,
    /// hypergradient from hypergradient [default: a tenth of that]
    #[arg(long, value_name = "X")]
    gap: Option<f64>,
    /// How many validation samples there are; with --gap, asks how many candidates they allow
    #[arg(long, value_name = "N")]
    n_validation: Option<usize>,
    /// Probability that the answer fails
    #[arg(long, value_name = "P", default_value_t = 0.05)]
    delta: f64,
    /// Losses lie between 0 and this; clip a loss that has no bound
    #[arg(long, value_name = "B", default_value_t = 1.0)]
    loss_range: f64,
    /// How far the loss moves for each unit of the prediction (Gamma)
    #[arg(long, value_name = "GAMMA", default_value_t = 1.0)]
    loss_lipschitz: f64,
    /// How far a prediction moves for each unit of alpha (L); only its logarithm matters
    #[arg(long, value_name = "L", default_value_t = 10.0)]
    lipschitz: f64,
    /// Largest variance of the losses of samples to plan for: a bound that is smaller where losses vary little
    #[arg(long, value_name = "V", conflicts_with = "gradient_bound")]
    variance: Option<f64>,
    /// Plan for hypergradients, not losses: the longest gradient of the loss of one sample in alpha (G)
    #[arg(long, value_name = "G")]
    gradient_bound: Option<f64>,
    /// How far such a gradient moves for each unit of alpha (M); only its logarithm matters
    #[arg(long, value_name = "M", default_value_t = 10.0, requires = "gradient_bound")]
    gradient_lipschitz: f64,
    /// L, or M, is proved, not measured or assumed: the answer is then a certificate
    #[arg(long)]
    proved: bool,
}

const EXPLAINED: &str = "\
The gap is how far the mean loss on the validation set can lie from the expected loss, for every
choice of coefficients at once: what a search may gain by fitting the validation set alone. With
N_eps, the number of balls of radius eps that cover the space,

  gap = min over eps of  2 Gamma L eps + B sqrt((ln N_eps + ln(2/P)) / (2 N))

holds except with probability P, whatever the distribution, the network and the training set. So
it is larger than what is seen in practice, but it holds before anything is seen.

Where losses vary little, --variance V plans with the bound of Maurer and Pontil instead. It bounds
only how far the expected loss may lie above the validation loss, and holds for what turns out to
vary by V at most.

With --gradient-bound G the gap is that of hypergradients: how far the slope of the validation loss
can lie from the expected one, for every choice of coefficients. A slope below it may be noise, and
a search that follows it fits the validation set. With M for L,

  gap = min over eps of  2 M eps + G (1 + sqrt(2 (ln N_eps + ln(1/P)))) / sqrt(N)

What a run measured of L, G and M is in its result.json, under \"theory\".

Examples:
  nas plan                                       10 candidates, gap 0.1: how many samples?
  nas plan --candidates 8 --mixtures 2 --gap 0.2
  nas plan --n-validation 1000                   the inverse: which gap?
  nas plan --n-validation 1000 --gap 0.2         how many candidates?
  nas plan --space sparse:2 --candidates 20      at most 2 of 20 candidates in a mixture
  nas plan --space finite --candidates 300       300 models named beforehand: L is not needed
  nas plan --variance 0.01 --gap 0.05            losses that vary little need fewer samples
  nas plan --gradient-bound 1 --gap 0.2          samples for slopes that are right within 0.2
  nas plan --gradient-bound 1 --n-validation 1000   the inverse: below which slope is it noise?";

/// What there is to choose from.
#[derive(Clone, Copy, Debug)]
enum Models {
    /// A mixture in a set.
    Mixture(Shape),
    /// No coefficients: finitely many models.
    Finite,
}

impl FromStr for Models {
    type Err = NoShape;

    fn from_str(text: &str) -> Result<Self, NoShape> {
        if text == FINITE { Ok(Self::Finite) } else { text.parse().map(Self::Mixture) }
    }
}

impl fmt::Display for Models {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mixture(shape) => shape.fmt(f),
            Self::Finite => f.write_str(FINITE),
        }
    }
}

const FINITE: &str = "finite";

impl Plan {
    /// Answers the question that the flags ask.
    pub(crate) fn answer(&self) -> Answer {
        self.check()?;
        let target = self.gap.unwrap_or(0.1 * self.gradient_bound.unwrap_or(self.loss_range));
        let samples = match self.n_validation {
            Some(samples) => samples,
            None => self.with_class(self.candidates, |class| {
                planner::least_samples(|samples| self.bound(class, samples).total(), target)
            })?,
        };
        println!("{}\n{}", self.question(target), self.table(samples));
        let found = self.with_class(self.candidates, |class| {
            let planned = self.n_validation.is_none().then(|| words::plan(&class, target, samples));
            planned.into_iter().chain(once(self.bounded(class, samples))).collect::<Vec<_>>()
        });
        found.iter().for_each(|sentence| println!("{}\n", wrap(sentence, 0)));
        if let (Some(target), Some(samples)) = (self.gap, self.n_validation) {
            println!("{}", wrap(&self.most_candidates(target, samples), 0));
        }
        Ok(true)
    }

    fn question(&self, target: f64) -> String {
        let gap = if self.gradient_bound.is_some() { "gap of hypergradients" } else { "gap" };
        let asked = match (self.n_validation, self.gap) {
            (None, _) => format!("How many validation samples for a {gap} of {}", figure(target)),
            (Some(samples), None) => format!("Which {gap} with {samples} validation samples"),
            (Some(samples), Some(_)) => {
                format!("How many candidates with {samples} validation samples and a {gap} of {}", figure(target))
            }
        };
        let Self { candidates, mixtures, delta, .. } = self;
        let mixtures = if *mixtures == 1 { String::new() } else { format!(" in each of {mixtures} mixtures") };
        let known = if self.proved { "proved" } else { "assumed" };
        let lipschitz = match (self.space, self.gradient_bound) {
            (Models::Finite, _) => String::new(),
            (Models::Mixture(_), None) => format!(", L {} ({known})", self.lipschitz),
            (Models::Mixture(_), Some(_)) => format!(", M {} ({known})", self.gradient_lipschitz),
        };
        let sizes = [("variance", self.variance), ("G", self.gradient_bound)];
        let sizes = sizes.iter().filter_map(|(name, size)| size.map(|size| format!(", {name} {size}")));
        let given = sizes.collect::<String>() + &lipschitz;
        let asked = format!("{asked}? {candidates} candidates{mixtures} ({}){given}, delta {delta}", self.space);
        wrap(&asked, 0) + "\n" + &self.dimension()
    }

    /// The effective dimension of the space (science 2.1).
    fn dimension(&self) -> String {
        let Models::Mixture(shape) = self.space else { return String::new() };
        let EffectiveDimension { exponent, constant } =
            shape.copies(self.candidates, 0.0, self.mixtures).space().effective_dimension();
        let (h, c) = (figure(exponent), figure(constant));
        wrap(
            &format!(
                "Effective dimension {h}: balls of radius eps that cover the space number ({c} / eps)^{h} at most."
            ),
            0,
        ) + "\n"
    }

    /// Gaps around a number of samples.
    fn table(&self, samples: usize) -> Table {
        let mut table = Table::new(&["n_validation", "gap", "on the net", "to the net", "epsilon", "ln N"]);
        let around = [samples / 4, samples / 2, samples, samples.saturating_mul(2), samples.saturating_mul(4)];
        for n in around.into_iter().filter(|n| *n > 0) {
            let bound = self.with_class(self.candidates, |class| self.bound(class, n));
            let net = bound.net;
            let epsilon = if net.epsilon == 0.0 { "-".to_owned() } else { figure(net.epsilon) };
            let [gap, on_net, to_net] = [bound.total(), bound.deviation, bound.approximation].map(figure);
            table.rows.push(vec![n.to_string(), gap, on_net, to_net, epsilon, figure(net.log_number)]);
        }
        table
    }

    fn most_candidates(&self, target: f64, samples: usize) -> String {
        let of = |h| self.with_class(h, |class| self.bound(class, samples).total());
        match planner::most_candidates(of, target, MOST_CANDIDATES) {
            Ok(most) if most == MOST_CANDIDATES => {
                format!("A gap of {} allows {most} candidates or more.", figure(target))
            }
            Ok(most) => format!("A gap of {} allows {most} candidates, and not one more.", figure(target)),
            Err(_) => {
                format!("A gap of {} allows not even one candidate: take more samples or a larger gap.", figure(target))
            }
        }
    }

    fn setting<'a>(&self, class: Class<'a>, n_validation: usize) -> Setting<'a> {
        let Self { loss_range, loss_lipschitz, delta, .. } = *self;
        Setting { class, loss_range, loss_lipschitz, n_validation, delta }
    }

    /// What hypergradients are bounded by, when they are asked for.
    fn slopes<'a>(&self, class: Class<'a>, n_validation: usize) -> Option<hypergradient::Setting<'a>> {
        let of = |gradient_bound| hypergradient::Setting { class, gradient_bound, n_validation, delta: self.delta };
        self.gradient_bound.map(of)
    }

    /// The bound that is asked for.
    fn bound(&self, class: Class<'_>, samples: usize) -> Bound {
        let setting = self.setting(class, samples);
        match (self.slopes(class, samples), self.variance) {
            (Some(slopes), _) => hypergradient::gap(&slopes),
            (None, Some(variance)) => Bernstein::before(&setting, Some(variance)).after(variance),
            (None, None) => gap(&setting),
        }
    }

    /// That bound in words.
    fn bounded(&self, class: Class<'_>, samples: usize) -> String {
        let (setting, bound) = (self.setting(class, samples), self.bound(class, samples));
        match (self.slopes(class, samples), self.variance) {
            (Some(slopes), _) => words::hypergradient(&slopes, &bound),
            (None, Some(variance)) => words::by_variance(&setting, variance, &bound),
            (None, None) => words::risk(&setting, &bound),
        }
    }

    /// Calls `f` with the class of so many candidates.
    fn with_class<R>(&self, h: usize, f: impl FnOnce(Class<'_>) -> R) -> R {
        let copies = self.mixtures;
        let constant = if self.gradient_bound.is_some() { self.gradient_lipschitz } else { self.lipschitz };
        let lipschitz = if self.proved { Lipschitz::Proved } else { Lipschitz::Estimated }(constant);
        match self.space {
            Models::Finite => f(Class::Finite { log_models: copies as f64 * (h as f64).ln() }),
            Models::Mixture(shape) => {
                let built = shape.copies(h, 0.0, copies);
                f(Class::Continuous { space: built.space(), lipschitz })
            }
        }
    }

    /// Refuses what no bound can use.
    fn check(&self) -> Result<(), ConfigError> {
        let whole = |key, value: usize, most: usize| {
            let need = format!("at least 1 and at most {most}");
            if (1..=most).contains(&value) { Ok(()) } else { Err(range(key, value.to_string(), need)) }
        };
        whole("candidates", self.candidates, MOST_CANDIDATES)?;
        whole("mixtures", self.mixtures, MOST_MIXTURES)?;
        if let Models::Mixture(shape @ Shape::Sparse(support)) = self.space
            && support > self.candidates
        {
            return Err(range(
                "space",
                shape.to_string(),
                format!("sparse:S with S at most --candidates {}", self.candidates),
            ));
        }
        whole("n-validation", self.n_validation.unwrap_or(1), usize::MAX)?;
        let positive = [
            ("gap", self.gap.unwrap_or(1.0)),
            ("loss-range", self.loss_range),
            ("loss-lipschitz", self.loss_lipschitz),
            ("lipschitz", self.lipschitz),
            ("variance", self.variance.unwrap_or(1.0)),
            ("gradient-bound", self.gradient_bound.unwrap_or(1.0)),
            ("gradient-lipschitz", self.gradient_lipschitz),
        ];
        for (key, value) in positive {
            if !(value.is_finite() && value > 0.0) {
                return Err(range(key, value.to_string(), "a finite number above 0".to_owned()));
            }
        }
        if self.delta > 0.0 && self.delta < 1.0 {
            return Ok(());
        }
        Err(range("delta", self.delta.to_string(), "above 0 and below 1".to_owned()))
    }
}

fn range(key: &'static str, value: String, need: String) -> ConfigError {
    ConfigError::Range { key, value, need }
}
