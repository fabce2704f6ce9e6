#!/usr/bin/env python3
"""The search of the bench `search` with jaxopt: the same problem, the same algorithm, the same limits.

    benches/search_jaxopt.py [--rounds 5] [--precision single] [--warm]

Needs jax and jaxopt. Whole runs of both programs alternate; a run counts from the data in memory to the mixture that is found. Of jaxopt
two times are told: the first run of a process, in which XLA compiles, and one after it. The peer is as good as jaxopt makes it: fits and
hypergradients are each one compiled function.

Inner problem: jaxopt.LBFGS (12 pairs) from the same start (with `--warm`, in both programs, from where the last fit ended) until the
gradient is 1e-3 of its size at the start. Hypergradient: implicit, the Gauss-Newton matrix plus the ridge, solved to 1e-4 by jaxopt's
conjugate gradients from the last adjoint. Outer: exponentiated gradient with steps guessed from the curvature and halved until the
validation loss falls. Ours solves the linear system in double precision; with `--precision single` (the default, and the faster) this
does all in single, with `double` all in double.
"""

import argparse
import math
import pathlib
import statistics
import subprocess
import sys
import time

ROWS, FEATURES, WIDTH = 500, 64, 512
RIDGE, TOLERANCE, FIT_STEPS, ADJOINT = 1e-2, 1e-3, 500, 1e-4
STEPS, STATIONARY, HALVINGS, ARMIJO = 20, 1e-4, 3, 1e-4
H = 8
FLOOR = 1e-4 / H
TOP = pathlib.Path(__file__).resolve().parent.parent


def ours(*arguments):
    command = ["cargo", "bench", "--quiet", "--locked", "-p", "benches", "--bench", "search", "--", *arguments]
    return subprocess.run(command, cwd=TOP, check=True, stdout=subprocess.PIPE, text=True).stdout


def peer(folder, precision, warm):
    """A process of its own for each run; prints the seconds of two runs and the validation loss they end at."""
    command = [sys.executable, __file__, "--run", str(folder), "--precision", precision, *warm]
    first, later, loss, *counts = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    return float(first), float(later), float(loss), " ".join(counts)


def compare(rounds, precision, warm):
    folder = TOP / "target" / "bench" / "search"
    ours("--problem", str(folder))
    mine, first, later = [], [], []
    for _ in range(rounds):
        seconds, loss, counts = ours("--once", *warm).strip().split(maxsplit=2)
        mine.append(float(seconds))
        cold, again, its_loss, its_counts = peer(folder, precision, warm)
        first.append(cold)
        later.append(again)
        print(f"ours {float(seconds):.3f} s, loss {float(loss):.6f}, {counts}", flush=True)
        print(f"jaxopt {cold:.3f} s with compilation, {again:.3f} s after it, loss {its_loss:.6f}, {its_counts}", flush=True)
    mine, first, later = (statistics.median(times) for times in (mine, first, later))
    print(f"medians: ours {mine:.3f} s; jaxopt {first:.3f} s ({first / mine:.2f} times), compiled {later:.3f} s ({later / mine:.2f} times)")


def run(folder, precision, warm):
    import jax

    jax.config.update("jax_enable_x64", precision == "double")
    import jax.numpy as jnp
    import jaxopt
    import numpy as np
    from jaxopt.linear_solve import solve_cg

    kind = np.float64 if precision == "double" else np.float32
    load = lambda name: np.load(folder / f"{name}.npy").astype(kind)
    rows = lambda name: load(name).reshape(ROWS, -1)
    train, validation = (rows("x_train"), rows("y_train")), (rows("x_val"), rows("y_val"))
    start = jnp.asarray(load("theta"))

    def mixture(z, alpha):
        values = [
            jax.nn.relu(z),
            jnp.tanh(z),
            jax.nn.sigmoid(z),
            jax.nn.softplus(z),
            jax.nn.silu(z),
            jax.nn.gelu(z, approximate=False),
            jnp.sin(z),
            z,
        ]
        return sum(a * value for a, value in zip(alpha, values))

    def output(theta, alpha, x):
        w, b, v, c = jnp.split(theta, np.cumsum([FEATURES * WIDTH, WIDTH, WIDTH]))
        return mixture(x @ w.reshape(FEATURES, WIDTH) + b, alpha) @ v.reshape(WIDTH, 1) + c

    def loss(theta, alpha, data):
        return 0.5 * jnp.mean(jnp.sum((output(theta, alpha, data[0]) - data[1]) ** 2, axis=1))

    def inner(theta, alpha):
        return loss(theta, alpha, train) + 0.5 * RIDGE * jnp.sum(theta**2)

    def fit(alpha, begin):
        scale = jnp.linalg.norm(jax.grad(inner)(start, alpha))
        # The tolerance of jaxopt is absolute; that of a function scaled by its gradient at the start is relative.
        scaled = lambda theta, alpha: inner(theta, alpha) / scale
        solver = jaxopt.LBFGS(scaled, maxiter=FIT_STEPS, tol=TOLERANCE, history_size=12, implicit_diff=False)
        return solver.run(begin, alpha)

    @jax.jit
    def evaluate(alpha, begin, guess):
        """F, dF/dα, the adjoint, θ, and the steps of the fit."""
        theta, state = fit(alpha, begin)
        value, (f_theta, f_alpha) = jax.value_and_grad(loss, argnums=(0, 1))(theta, alpha, validation)
        predict = lambda theta: output(theta, alpha, train[0])

        def gauss_newton(q):
            _, forward = jax.jvp(predict, (theta,), (q,))
            (back,) = jax.vjp(predict, theta)[1](forward / ROWS)
            return back + RIDGE * q

        adjoint = solve_cg(gauss_newton, f_theta, init=guess, tol=ADJOINT, maxiter=1000)
        slope = jax.grad(inner)
        (cross,) = jax.vjp(lambda alpha: slope(theta, alpha), alpha)[1](adjoint)
        corrected = value - adjoint @ slope(theta, alpha)
        return corrected, f_alpha - cross, adjoint, theta, state.iter_num

    class Search:
        def __init__(self):
            self.begin, self.adjoint = start, jnp.zeros_like(start)
            self.fit_steps, self.evaluations = 0, 0

        def at(self, alpha):
            value, gradient, self.adjoint, theta, steps = evaluate(jnp.asarray(alpha, dtype=kind), self.begin, self.adjoint)
            if warm:
                self.begin = theta
            self.evaluations += 1
            self.fit_steps += int(steps)
            return float(value), np.asarray(gradient, dtype=np.float64)

        def run(self):
            alpha = np.full(H, 1 / H)
            value, gradient = self.at(alpha)
            eta, steps = 1.0 / stationarity(alpha, gradient), 0
            while stationarity(alpha, gradient) > STATIONARY and steps < STEPS:
                for _ in range(HALVINGS + 1):
                    proposed = propose(alpha, gradient, eta)
                    there, its_gradient = self.at(proposed)
                    if there <= value + ARMIJO * min(0.0, gradient @ (proposed - alpha)):
                        break
                    eta /= 2
                else:
                    break
                steps += 1
                distance = divergence(proposed, alpha) + divergence(alpha, proposed)
                curvature = (its_gradient - gradient) @ (proposed - alpha)
                eta = min(distance / curvature, 10 * eta) if curvature > 0 else 2 * eta
                alpha, value, gradient = proposed, there, its_gradient
            return value, steps

    def timed():
        begun = time.perf_counter()
        search = Search()
        value, steps = search.run()
        return time.perf_counter() - begun, value, f"steps {steps} evaluations {search.evaluations} fit-steps {search.fit_steps}"

    first, _, _ = timed()
    later, value, counts = timed()
    print(first, later, value, counts)


def propose(alpha, gradient, eta):
    """Exponentiated gradient on the simplex, no entry below the floor."""
    import numpy as np

    grown, scale = alpha * np.exp(-eta * (gradient - gradient.min())), math.inf
    while True:
        above = scale * grown > FLOOR
        smaller = (1 - FLOOR * (H - above.sum())) / grown[above].sum() if above.any() else math.inf
        if not above.any() or smaller >= scale:
            return np.maximum(FLOOR, min(scale, smaller) * grown)
        scale = smaller


def divergence(a, b):
    import numpy as np

    return float(np.sum(a * np.log(a / b)))


def stationarity(alpha, gradient):
    """‖α − P(α − g)‖ with P the projection on the simplex above the floor."""
    import numpy as np

    free = 1 - H * FLOOR
    shifted = alpha - gradient - FLOOR
    ordered = np.sort(shifted)[::-1]
    thresholds = (np.cumsum(ordered) - free) / np.arange(1, H + 1)
    threshold = thresholds[np.nonzero(ordered > thresholds)[0][-1]]
    return float(np.linalg.norm(FLOOR + np.maximum(shifted - threshold, 0) - alpha))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="whole runs of each program")
    parser.add_argument("--precision", choices=["single", "double"], default="single", help="of jaxopt")
    parser.add_argument("--warm", action="store_true", help="fits start where the last one ended")
    parser.add_argument("--run", type=pathlib.Path, help="one process of jaxopt on the problem in this folder")
    arguments = parser.parse_args()
    if arguments.run:
        run(arguments.run, arguments.precision, arguments.warm)
    else:
        compare(arguments.rounds, arguments.precision, ["--warm"] if arguments.warm else [])
