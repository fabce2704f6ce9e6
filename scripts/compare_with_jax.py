"""Runs the programs of `programs.py` in JAX and compares with what stands there; called by `compare-with-jax`."""

import sys

import numpy as np

from programs import PROGRAMS, jax, jnp

# What may differ relative to the largest element, beside what rounding errors of the program itself explain.
TOLERANCE = 1e-11
TIMES = 16.0


def derivatives(program, inputs):
    """The outputs, then gradient and Hessian-vector product of the sum of sines of all outputs, at the inputs along the inputs."""

    def loss(*inputs):
        return sum((jnp.sum(jnp.sin(output)) for output in program(*inputs)), jnp.zeros(()))

    gradient = jax.grad(loss, argnums=tuple(range(len(inputs))))
    slopes, curved = jax.jvp(gradient, inputs, inputs)
    return [*program(*inputs), *slopes, *curved]


def main():
    largest, worst, excused, failed = 0.0, None, 0, 0
    # Compiling each small program whole takes longer than running it operation by operation.
    for number, (program, inputs, expected, spread) in enumerate(PROGRAMS, 1):
        inputs = tuple(jnp.array(values, dtype=jnp.float64).reshape(rows, cols) for rows, cols, values in inputs)
        for n, (found, ours, moved) in enumerate(zip(derivatives(program, inputs), expected, spread, strict=True)):
            found, ours = np.asarray(found).reshape(-1), np.array(ours)
            scale = max(1.0, np.max(np.abs(ours), initial=0.0))
            same = (found == ours) | (np.isnan(found) & np.isnan(ours))
            distance = np.max(np.where(same, 0.0, np.abs(found - ours)), initial=0.0) / scale
            if distance <= TOLERANCE:
                if distance > largest:
                    largest, worst = distance, f"{program.__name__}, result {n}"
            elif distance * scale <= TIMES * moved:
                excused += 1
            else:
                failed += 1
                print(f"{program.__name__}, result {n}: {distance:.1e}\n  JAX  {found}\n  tape {ours}")
        if number % 100 == 0:
            print(f"{number} programs, largest difference {largest:.1e}", file=sys.stderr, flush=True)
    print(
        f"{len(PROGRAMS)} programs with gradients and Hessian-vector products: the largest difference is {largest:.1e} ({worst}); "
        f"{excused} results are too badly conditioned to say, {failed} differ"
    )
    sys.exit(failed > 0)


main()
