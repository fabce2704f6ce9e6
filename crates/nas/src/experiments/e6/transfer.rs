//! Training on a source, and two ways to choose among what was trained.

use super::source::within;
use super::{Kind, Settings, Source, excess};
use crate::data::MappedSamples;
use crate::dense::{NotPositiveDefinite, apply};
use crate::experiments::Error;
use crate::kernel::RidgeFit;
use crate::seed::Seed;
use crate::space::{Space, Sphere};
use crate::stats::{argmin, mean, standard_error};
use crate::theory::Class;
use crate::theory::clipped::ClippedSquare;
use crate::theory::end_to_end::{Architecture, EndToEnd, Inner, Mismatch, Outer, bound};
use crate::theory::risk::{Setting, gap};
use faer::Col;
use serde::{Deserialize, Serialize};

/// δ of the bound: half of it for the fit, half for the choice.
const DELTA: f64 = 0.05;

/// An architecture that was chosen.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Chosen {
    /// Which one, from 0.
    pub architecture: usize,
    /// L_D of its source-trained model.
    pub risk: f64,
    /// DM(α)
    pub mismatch: f64,
}

/// What one seed measured.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Measured {
    /// The source-trained model of least validation loss on the target.
    pub validated: Chosen,
    /// The one of least risk on the source.
    pub source_best: Chosen,
    /// The one of least risk on the target.
    pub target_best: Chosen,
    /// 4 sd √(2 ln N / n_V), sd that of the loss of the source-best on the target: what validation samples resolve.
    pub resolved: f64,
    /// The bound of science 2.5 with DM⁺.
    pub bound: f64,
    /// DM⁺ of the architecture that gives it.
    pub paid: f64,
    /// The bound without DM⁺, which holds only where source and target agree.
    pub unpaid: f64,
}

impl Measured {
    /// Whether source and validation samples choose differently.
    pub fn differs(&self) -> bool {
        self.validated.architecture != self.source_best.architecture
    }
}

/// Measures the seed with this number; the target, its samples and the architectures are the same for every kind of
/// source.
pub fn measure_seed(settings: &Settings, kind: Kind, number: usize) -> Result<Measured, Error> {
    let seed = settings.run_as.numbered("e6", number);
    let study = Study::new(settings, kind, seed)?;
    let source_best = study.least(|m| study.source.source_risk(&m.alpha, &m.theta));
    let resolved = (2.0 * (settings.architectures as f64).ln() / settings.n_validation as f64).sqrt();
    let paid = study.bound(|alpha| match kind {
        Kind::Same => Mismatch::None,
        _ => Mismatch::Uniform(study.source.mismatches(alpha, study.radius).uniform),
    });
    Ok(Measured {
        validated: study.least(|m| mean(&study.losses(m))),
        source_best,
        target_best: study.least(|m| study.source.target_risk(&m.alpha, &m.theta)),
        resolved: 4.0 * spread(&study.losses(&study.models[source_best.architecture])) * resolved,
        bound: paid.total(),
        paid: paid.mismatch.cost(),
        unpaid: study.bound(|_| Mismatch::None).total(),
    })
}

/// An architecture with its model, trained on the source.
struct Model {
    alpha: Vec<f64>,
    theta: Col<f64>,
}

/// What one seed draws and trains.
struct Study<'a> {
    settings: &'a Settings,
    source: Source,
    validation: MappedSamples,
    /// No model has a larger ‖θ‖.
    radius: f64,
    models: Vec<Model>,
}

impl<'a> Study<'a> {
    fn new(settings: &'a Settings, kind: Kind, seed: Seed) -> Result<Self, Error> {
        let model = settings.model();
        let target = model.plant(seed.split("planted"));
        let validation = model.sample(&target, settings.n_validation, &mut seed.split("validation").stream());
        let source = Source::new(kind, target, ClippedSquare { bound: settings.clip }, seed.split("source"));
        let train = model.sample(&source.own, settings.n_train, &mut seed.split("train").stream());
        let (sphere, mut stream) = (Sphere::unit(settings.maps), seed.split("architectures").stream());
        let alphas: Vec<Vec<f64>> = (0..settings.architectures).map(|_| sphere.sample(&mut stream)).collect();
        let radius = source.radius(&alphas);
        let fit = RidgeFit { maps: &train.maps, y: train.y.as_ref(), lambda: 0.0 };
        let trained = |alpha: Vec<f64>| -> Result<Model, NotPositiveDefinite> {
            let theta = within(fit.solve(&source.seen(&alpha))?.theta, radius);
            Ok(Model { alpha, theta })
        };
        let models = alphas.into_iter().map(trained).collect::<Result<_, _>>()?;
        Ok(Self { settings, source, validation, radius, models })
    }

    /// The model that is least in something.
    fn least(&self, of: impl Fn(&Model) -> f64) -> Chosen {
        let architecture = argmin(&self.models.iter().map(of).collect::<Vec<f64>>()).unwrap_or(0);
        let Model { alpha, theta } = &self.models[architecture];
        let mismatch = self.source.mismatches(alpha, self.radius).pointwise;
        Chosen { architecture, risk: self.source.target_risk(alpha, theta), mismatch }
    }

    /// Losses of the validation samples.
    fn losses(&self, model: &Model) -> Vec<f64> {
        let MappedSamples { maps, y } = &self.validation;
        let r = apply(maps.combine(&model.alpha).as_ref(), model.theta.as_ref()) - y;
        r.iter().map(|&r| self.source.clip.loss(r)).collect()
    }

    /// The bound on the target risk of the validated choice. The guarantee of the fit is one on the source.
    fn bound(&self, mismatch: impl Fn(&[f64]) -> Mismatch) -> EndToEnd {
        let Settings { n_train, n_validation, features, .. } = *self.settings;
        let (clip, delta) = (self.source.clip, DELTA / 2.0);
        let architecture = |Model { alpha, .. }: &Model| {
            let excess = excess(clip, self.source.least_source_variance(alpha), n_train, features, delta);
            Architecture {
                approximation: self.source.least_target_risk(alpha),
                complexity: excess * (n_train as f64).sqrt(),
                mismatch: mismatch(alpha),
            }
        };
        let architectures: Vec<Architecture> = self.models.iter().map(architecture).collect();
        let class = Class::of_models(architectures.len());
        let (loss_range, loss_lipschitz) = (clip.bound, clip.lipschitz());
        let gap = gap(&Setting { class, loss_range, loss_lipschitz, n_validation, delta });
        let inner = Inner { confidence_cost: 0.0, n_train, delta };
        bound(&architectures, &inner, &Outer { gap: gap.total(), delta, slack: 0.0 })
    }
}

/// The standard deviation of one loss.
fn spread(losses: &[f64]) -> f64 {
    standard_error(losses).unwrap_or(f64::NAN) * (losses.len() as f64).sqrt()
}
