//! The NTK teacher (science 5): labels from a random function whose covariance is the tangent kernel of a known mixture.

use super::Dataset;
use crate::dense::{Cholesky, NotPositiveDefinite, product};
use crate::kernel::Mixing;
use crate::kernel::ntk::{Ntk, Order, Trained};
use crate::seed::{Seed, Stream};
use faer::{Col, Mat, MatRef, Scale};
use rand_distr::{Distribution, StandardNormal};
use tape::Activation;

/// The share of its variance that is added to the function at each point, as white noise: K_α of a polynomial is singular on
/// more points than it has features, and a Cholesky factor needs more than rounding above zero. In standard deviations it is
/// 3e-5 of the function; above 1e-12 for every point, by which a tabulated kernel may be off.
const NUGGET: f64 = 1e-9;

/// y = f(x) + σ z, where f is random with mean 0 and covariance K_α* = Σ_ij α*_i α*_j K_ij, the tangent kernel of the mixture
/// Σ_i α*_i σ_i at infinite width (science 2.7 and 6.5, with c₀ = 1), and z is standard normal.
///
/// Kernel ridge regression with K_α*, the ridge σ² and all its data is then the posterior mean of f: no other α predicts better
/// on average over f, so α* is what a search should find. α* and −α* have one kernel, and larger ones only more variance.
///
/// ```
/// use nas::data::{NtkTeacher, Sizes, Split};
/// use nas::seed::Seed;
/// use tape::Activation::{Relu, Sin};
///
/// let teacher = NtkTeacher { noise: 0.1, ..NtkTeacher::new(5, vec![Relu, Sin], vec![0.6, 0.8]) };
/// let seed = Seed::new(1);
/// let data = teacher.generate(60, seed)?;
/// let sizes = Sizes { train: 30, validation: 20, test: 10 };
/// let split = Split::random(&data, sizes, &mut seed.split("split").stream())?;
/// assert_eq!((split.test.len(), split.test.dimension()), (10, 5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NtkTeacher {
    /// Number d of features.
    pub dimension: usize,
    /// Where the inputs lie.
    pub inputs: TeacherInputs,
    /// The candidates σ_i.
    pub activations: Vec<Activation>,
    /// α*, a coefficient for each candidate.
    pub alpha: Vec<f64>,
    /// Which weights of the network the kernel belongs to.
    pub trained: Trained,
    /// How f is drawn.
    pub function: TeacherFunction,
    /// σ, the standard deviation of the label noise.
    pub noise: f64,
}

/// Where the inputs of a teacher lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TeacherInputs {
    /// Uniform on the unit sphere of R^d.
    #[default]
    Sphere,
    /// Normal with covariance I/d, of norm 1 on average; with the function [`TeacherFunction::Process`] for positively homogeneous
    /// candidates only (relu, leaky relu, identity).
    Gaussian,
}

/// How the function of a teacher is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TeacherFunction {
    /// A Gaussian process, drawn on all points together by a Cholesky factor of K_α*: exact, O(n³).
    #[default]
    Process,
    /// A network with one hidden layer of finite width in its tangent regime, f(x) = ⟨∇_W v·σ_α*(W x), θ⟩ at random W and θ: linear in
    /// time and memory, and for any inputs. On average over networks its covariance is K_α* at every width; given W it is that of
    /// the width, and the process is its limit.
    Tangent {
        /// Number k of neurons.
        width: usize,
    },
}

/// A teacher on some points: draws functions and labels there.
#[derive(Clone, Debug)]
pub struct Taught<'a> {
    teacher: &'a NtkTeacher,
    points: MatRef<'a, f64>,
    source: Source,
}

/// What a function is made of.
#[derive(Clone, Debug)]
enum Source {
    /// The factor of its covariance.
    Process(Cholesky),
    /// So many neurons.
    Tangent(usize),
}

impl NtkTeacher {
    /// A process on the sphere whose hidden weights are trained, without noise.
    pub fn new(dimension: usize, activations: Vec<Activation>, alpha: Vec<f64>) -> Self {
        let (inputs, function) = (TeacherInputs::default(), TeacherFunction::default());
        Self { dimension, inputs, activations, alpha, trained: Trained::default(), function, noise: 0.0 }
    }

    /// Draws n inputs, and on all of them together f and the noise: split it to train, validate and test on one function. The first
    /// samples are the same whatever n is, up to rounding.
    ///
    /// # Panics
    /// As [`Self::on`].
    pub fn generate(&self, n: usize, seed: Seed) -> Result<Dataset, NotPositiveDefinite> {
        let x = self.points(n, seed);
        let y = self.on(x.as_ref())?.labels(seed);
        let features = x.row_iter().flat_map(|row| row.iter().copied()).collect();
        Ok(Dataset::new(features, y.iter().copied().collect(), self.dimension))
    }

    /// Draws n inputs (n × d).
    pub fn points(&self, n: usize, seed: Seed) -> Mat<f64> {
        let (mut x, mut stream) = (Mat::zeros(n, self.dimension), seed.split("points").stream());
        for i in 0..n {
            let g = normal(self.dimension, &mut stream);
            let norm = match self.inputs {
                TeacherInputs::Sphere => g.norm_l2(),
                TeacherInputs::Gaussian => (self.dimension as f64).sqrt(),
            };
            (0..self.dimension).for_each(|j| x[(i, j)] = g[j] / norm);
        }
        x
    }

    /// K_α* between two sets of points (rows × features).
    ///
    /// # Panics
    /// When there is no candidate, or not one coefficient for each; when numbers of features differ; or when a point is not of norm 1
    /// and some candidate is not positively homogeneous.
    pub fn covariance(&self, x: MatRef<'_, f64>, others: MatRef<'_, f64>) -> Mat<f64> {
        self.check();
        let ntk = Ntk::new(&self.activations, 1.0, self.trained);
        ntk.gram(x, others).combine(&Mixing::full(self.alpha.len()).weights(&self.alpha))
    }

    /// Prepares to draw functions on these points (n × d): a process factors their covariance.
    ///
    /// # Panics
    /// When there is not one coefficient for each candidate, when points have another number of features than d, or when there is no
    /// neuron; for a process as [`Self::covariance`].
    pub fn on<'a>(&'a self, points: MatRef<'a, f64>) -> Result<Taught<'a>, NotPositiveDefinite> {
        self.check();
        let (d, e) = (self.dimension, points.ncols());
        assert_eq!(d, e, "points of {e} features for a teacher of {d}");
        let source = match self.function {
            TeacherFunction::Process => Source::Process(self.factor(points)?),
            TeacherFunction::Tangent { width } => Source::Tangent(width),
        };
        Ok(Taught { teacher: self, points, source })
    }

    fn factor(&self, points: MatRef<'_, f64>) -> Result<Cholesky, NotPositiveDefinite> {
        let mut k = self.covariance(points, points);
        (0..k.nrows()).for_each(|i| k[(i, i)] *= 1.0 + NUGGET);
        Cholesky::factor(k)
    }

    fn check(&self) {
        let (h, candidates) = (self.alpha.len(), self.activations.len());
        assert_eq!(h, candidates, "{h} coefficients for {candidates} candidates of a teacher");
        assert!(self.function != TeacherFunction::Tangent { width: 0 }, "a teacher of width 0");
    }

    /// σ_α* or its derivative.
    fn mixture(&self, order: Order, u: f64) -> f64 {
        self.alpha.iter().zip(&self.activations).map(|(alpha, &sigma)| alpha * order.of(sigma, u)).sum()
    }

    /// k^{-1/2} Σ_r (σ'(w_r·x) θ_r·x + b_r σ(w_r·x)) with every weight standard normal, the second term where output weights are
    /// trained. (The signs of v_r go into θ_r.)
    fn tangent(&self, x: MatRef<'_, f64>, width: usize, seed: Seed) -> Col<f64> {
        let (mut hidden, mut direction) = (seed.split("hidden").stream(), seed.split("direction").stream());
        let (mut output, mut f) = (seed.split("output").stream(), Col::<f64>::zeros(x.nrows()));
        for _ in 0..width {
            let (w, theta) = (normal(self.dimension, &mut hidden), normal(self.dimension, &mut direction));
            let b: f64 = if self.trained == Trained::Both { StandardNormal.sample(&mut output) } else { 0.0 };
            let both = product(x, Mat::from_fn(self.dimension, 2, |j, k| [&w, &theta][k][j]).as_ref());
            for i in 0..x.nrows() {
                let (u, along) = (both[(i, 0)], both[(i, 1)]);
                f[i] += self.mixture(Order::Slope, u) * along;
                f[i] += if b == 0.0 { 0.0 } else { b * self.mixture(Order::Value, u) };
            }
        }
        Scale((width as f64).sqrt().recip()) * f
    }
}

impl Taught<'_> {
    /// f on the points, a function for every seed.
    pub fn function(&self, seed: Seed) -> Col<f64> {
        let seed = seed.split("function");
        match &self.source {
            Source::Process(factor) => factor.apply_lower(normal(self.points.nrows(), &mut seed.stream()).as_ref()),
            Source::Tangent(width) => self.teacher.tangent(self.points, *width, seed),
        }
    }

    /// y = f(x) + σ z with the [`Self::function`] of this seed.
    pub fn labels(&self, seed: Seed) -> Col<f64> {
        let noise = normal(self.points.nrows(), &mut seed.split("noise").stream());
        self.function(seed) + Scale(self.teacher.noise) * noise
    }
}

/// So many standard normal numbers.
fn normal(n: usize, stream: &mut Stream) -> Col<f64> {
    Col::from_fn(n, |_| StandardNormal.sample(stream))
}
