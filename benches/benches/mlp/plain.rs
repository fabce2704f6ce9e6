//! The same network in plain loops, in `f64`, by the chain rule written out.

/// The activation of the hidden layers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Function {
    Tanh,
    /// x Φ(x) with the exact Φ.
    Gelu,
}

impl Function {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tanh => "tanh",
            Self::Gelu => "gelu",
        }
    }

    /// Value and slope.
    fn jet(self, x: f64) -> [f64; 2] {
        match self {
            Self::Tanh => [x.tanh(), 1.0 - x.tanh().powi(2)],
            Self::Gelu => {
                let cumulated = 0.5 * (1.0 + erf(x * std::f64::consts::FRAC_1_SQRT_2));
                let density = (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
                [x * cumulated, cumulated + x * density]
            }
        }
    }
}

/// 2/√π e^(−x²) Σ 2ⁿ x²ⁿ⁺¹/(2n + 1)!!, all terms of one sign (Abramowitz and Stegun 7.1.6).
fn erf(x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (x, x, 0.0);
    while term.abs() > 1e-17 * sum.abs() {
        n += 1.0;
        term *= 2.0 * x * x / (2.0 * n + 1.0);
        sum += term;
    }
    std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp() * sum
}

/// Data, one-hot labels, and parameters: weight and bias of each layer.
#[derive(Debug)]
pub(crate) struct Network {
    sizes: Vec<usize>,
    batch: usize,
    x: Vec<f32>,
    y: Vec<f32>,
    parameters: Vec<Vec<f32>>,
}

impl Network {
    /// Standard normal data, weights of variance 1/inputs, biases of zero.
    pub(crate) fn random(batch: usize, sizes: &[usize]) -> Self {
        let mut normal = normals();
        let mut draw =
            |count: usize, scale: f64| -> Vec<f32> { (0..count).map(|_| (normal() * scale) as f32).collect() };
        let x = draw(batch * sizes[0], 1.0);
        let mut parameters = Vec::new();
        for pair in sizes.windows(2) {
            parameters.push(draw(pair[0] * pair[1], 1.0 / (pair[0] as f64).sqrt()));
            parameters.push(vec![0.0; pair[1]]);
        }
        let classes = sizes[sizes.len() - 1];
        let y = (0..batch * classes).map(|i| f32::from((i / classes * 7 % classes == i % classes) as u8)).collect();
        Self { sizes: sizes.to_vec(), batch, x, y, parameters }
    }

    /// What a program of the step is given: data and labels.
    pub(crate) fn batch(&self) -> [&[f32]; 2] {
        [&self.x, &self.y]
    }

    /// Weight and bias of each layer.
    pub(crate) fn parameters(&self) -> Vec<&[f32]> {
        self.parameters.iter().map(Vec::as_slice).collect()
    }

    /// ∂L/∂parameter for each.
    pub(crate) fn gradient(&self, function: Function) -> Vec<Vec<f64>> {
        let wide = |data: &[f32]| -> Vec<f64> { data.iter().map(|&x| f64::from(x)).collect() };
        let parameters: Vec<Vec<f64>> = self.parameters.iter().map(|p| wide(p)).collect();
        let layers = self.sizes.len() - 1;
        // The operand of each layer, and the slope of the activation that made it.
        let (mut operands, mut slopes) = (vec![wide(&self.x)], Vec::new());
        for layer in 0..layers {
            let sums = self.affine(layer, &operands[layer], &parameters);
            let hidden = layer + 1 < layers;
            let jets: Vec<[f64; 2]> = sums.iter().map(|&x| if hidden { function.jet(x) } else { [x, 1.0] }).collect();
            operands.push(jets.iter().map(|jet| jet[0]).collect());
            slopes.push(jets.iter().map(|jet| jet[1]).collect::<Vec<f64>>());
        }
        let mut delta = self.softmax_less_labels(&operands[layers]);
        let mut gradient = vec![Vec::new(); parameters.len()];
        for layer in (0..layers).rev() {
            delta.iter_mut().zip(&slopes[layer]).for_each(|(d, slope)| *d *= slope);
            let (rows, cols) = (self.sizes[layer], self.sizes[layer + 1]);
            let (mut of_w, mut of_b) = (vec![0.0; rows * cols], vec![0.0; cols]);
            let mut below = vec![0.0; self.batch * rows];
            for n in 0..self.batch {
                for j in 0..cols {
                    of_b[j] += delta[n * cols + j];
                }
                for i in 0..rows {
                    let h = operands[layer][n * rows + i];
                    for j in 0..cols {
                        of_w[i * cols + j] += h * delta[n * cols + j];
                        below[n * rows + i] += parameters[2 * layer][i * cols + j] * delta[n * cols + j];
                    }
                }
            }
            (gradient[2 * layer], gradient[2 * layer + 1], delta) = (of_w, of_b, below);
        }
        gradient
    }

    fn affine(&self, layer: usize, h: &[f64], parameters: &[Vec<f64>]) -> Vec<f64> {
        let (rows, cols) = (self.sizes[layer], self.sizes[layer + 1]);
        let (w, b) = (&parameters[2 * layer], &parameters[2 * layer + 1]);
        let mut out: Vec<f64> = (0..self.batch * cols).map(|at| b[at % cols]).collect();
        for n in 0..self.batch {
            for i in 0..rows {
                for j in 0..cols {
                    out[n * cols + j] += h[n * rows + i] * w[i * cols + j];
                }
            }
        }
        out
    }

    /// ∂L/∂logits = (softmax − labels)/batch.
    fn softmax_less_labels(&self, logits: &[f64]) -> Vec<f64> {
        let classes = self.sizes[self.sizes.len() - 1];
        let mut slope = Vec::with_capacity(logits.len());
        for (row, labels) in logits.chunks(classes).zip(self.y.chunks(classes)) {
            let total: f64 = row.iter().map(|x| x.exp()).sum();
            slope.extend(row.iter().zip(labels).map(|(x, &y)| (x.exp() / total - f64::from(y)) / self.batch as f64));
        }
        slope
    }
}

/// Standard normal numbers: the Box-Muller transform of a linear congruential generator (Knuth's MMIX).
fn normals() -> impl FnMut() -> f64 {
    let mut state = 1_u64;
    let mut uniform = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    };
    move || (-2.0 * uniform().ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos()
}
