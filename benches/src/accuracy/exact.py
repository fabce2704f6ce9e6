"""Writes exact.tsv: a function, an argument, and the value as digits·2^power, the digits as two f64. Needs mpmath."""

from mpmath import cos, erf, erfc, exp, expm1, floor, log, log1p, mp, mpf, sin, sqrt, tanh

mp.prec = 400
FUNCTIONS = {
    "exp": (exp, [-745, -40, -1, -1e-9, 1e-3, 0.4, 3, 700]),
    "expm1": (expm1, [-40, -0.7, -0.2, -1e-12, 1e-5, 0.29, 0.31, 5, 600]),
    "ln": (log, [1e-310, 1e-20, 0.3, 0.76, 0.999999, 1.0000001, 1.24, 1.3, 7, 1e300]),
    "ln_1p": (log1p, [-0.9999, -0.3, -0.2, -1e-10, 1e-15, 0.24, 0.26, 4, 1e300]),
    "tanh": (tanh, [-30, -3, -0.2, 1e-8, 0.1, 0.6, 2, 19, 21]),
    "logistic": (lambda x: 1 / (1 + exp(-x)), [-744, -50, -1, -1e-3, 1e-10, 0.5, 8, 100]),
    "erf": (erf, [-6, -2.99, -0.5, 1e-12, 0.1, 0.9, 2, 3.01, 5]),
    "sin": (sin, [-1.5e6, -355, -3, 1e-9, 0.5, 0.8, 22, 31415.9265, 1e6]),
    "cos": (cos, [-1.5e6, -355, -3, 1e-9, 0.5, 0.8, 22, 31415.9265, 1e6]),
    "softplus": (lambda x: log1p(exp(x)), [-745, -101, -99, -2, -1e-3, 0, 1e-3, 1, 30]),
    "silu": (lambda x: x / (1 + exp(-x)), [-750, -20, -1, -1e-4, 1e-6, 2, 40]),
    "gelu": (lambda x: x * erfc(-x / sqrt(2)) / 2, [-38, -13, -4.3, -4.2, -1, -1e-3, 1e-6, 0.5, 4.1, 4.3, 8]),
}

for name, (function, arguments) in FUNCTIONS.items():
    for x in arguments:
        x = float(x)
        value = function(mpf(x))
        power = int(floor(log(abs(value), 2)))
        digits = value / mpf(2) ** power
        high = float(digits)
        low = float(digits - mpf(high))
        print(name, repr(x), repr(high), repr(low), power, sep="\t")
