"""Writes jets.tsv: [σ, σ′, σ″, σ‴](x) of every activation, correctly rounded to f64 (mpmath, 200 bits)."""
import random
from mpmath import mp, mpf, diff, erf, erfc, exp, expm1, log1p, pi, sqrt, sin, cos, tanh, factorial, hermite, sech

mp.prec = 300
one = mpf(1)
sigma = lambda x: one / (1 + exp(-x))
cdf = lambda x: erfc(-x / sqrt(mpf(2))) / 2
pdf = lambda x: exp(-x * x / 2) / sqrt(2 * pi)
he = lambda n, x: mpf(2) ** (-mpf(n) / 2) * hermite(n, x / sqrt(mpf(2))) / sqrt(factorial(n))

def sigmoid(x):
    s, c = sigma(x), sigma(-x)
    d = s * c
    return [s, d, d * (c - s), d * (1 - 6 * d)]

def tanh_jet(x):
    t, d = tanh(x), sech(x) ** 2
    return [t, d, -2 * t * d, d * (4 * t * t - 2 * d)]

def silu(x):
    s = sigmoid(x)
    return [x * s[0], s[0] + x * s[1], 2 * s[1] + x * s[2], 3 * s[2] + x * s[3]]

def gelu(x):
    return [x * cdf(x), cdf(x) + x * pdf(x), pdf(x) * (2 - x * x), pdf(x) * x * (x * x - 4)]

def erf_jet(x):
    d = 2 / sqrt(pi) * exp(-x * x)
    return [erf(x), d, -2 * x * d, d * (4 * x * x - 2)]

def hermite_jet(n, x):
    return [he(n, x) / sqrt(mpf(n)), he(n - 1, x), sqrt(mpf(n - 1)) * he(n - 2, x), sqrt(mpf((n - 1) * (n - 2))) * he(n - 3, x)]

def elu(x):
    a = mpf(3) / 2
    return [x, one, 0, 0] if x > 0 else [a * expm1(x)] + 3 * [a * exp(x)]

jets = {
    "tanh": (tanh_jet, 360), "sigmoid": (sigmoid, 720), "silu": (silu, 720), "gelu": (gelu, 38), "erf": (erf_jet, 26),
    "softplus": (lambda x: [log1p(exp(x))] + sigmoid(x)[:3], 720), "elu": (elu, 720),
    "sin": (lambda x: [sin(x), cos(x), -sin(x), -cos(x)], 1e6), "hermite5": (lambda x: hermite_jet(5, x), 4),
}
random.seed(1)
for name, (jet, reach) in jets.items():
    points = [random.uniform(-4, 4) for _ in range(16)] + [random.uniform(-1, 1) * reach for _ in range(8)]
    points += [random.choice([-1, 1]) * 10 ** random.uniform(-300, 0) for _ in range(8)]
    for x in points:
        print("\t".join([name, repr(x)] + [repr(float(v)) for v in jet(mpf(x))]))
