# SPDX-License-Identifier: Apache-2.0
"""Writes short_normals.inl: python core/base/vector/make_short_normals.py > core/base/vector/short_normals.inl

Needs numpy and scipy. Three tables of 32 numbers whose sums, all equally likely, are as near a standard normal's
quantiles as can be; the last digits depend on the version of scipy.
"""

from statistics import NormalDist

import numpy as np
from scipy.optimize import minimize

UNIT = 4096  # of a standard deviation: sums stay below 2^15
TABLES, SIZE = 3, 32
SUMS = SIZE**TABLES
QUANTILES = np.array([NormalDist().inv_cdf((k + 0.5) / SUMS) for k in range(SUMS)])


def mirrored(half):
    """A table from its positive numbers: the mean of the sums is zero to the bit."""
    return np.concatenate([-half[::-1], half])


def sums_of(tables):
    a, b, c = tables
    return (a[:, None, None] + b[None, :, None] + c[None, None, :]).ravel()


def distance(numbers):
    """Mean square of sorted sums minus quantiles, and a tenth of the squared errors of the even moments up to the
    sixth (as multiples of a normal's 1, 3 and 15); with the gradient."""
    halves = numbers.reshape(TABLES, SIZE // 2)
    sums = sums_of([mirrored(half) for half in halves])
    order = np.argsort(sums, kind="stable")
    error = np.empty(SUMS)
    error[order] = sums[order] - QUANTILES
    value, slope = np.mean(error**2), 2 * error / SUMS
    for power, wanted, weight in ((2, 1, 0.1), (4, 3, 0.1), (6, 15, 0.01)):
        miss = np.mean(sums**power) / wanted - 1
        value += weight * miss**2
        slope = slope + 2 * weight * miss * power * sums ** (power - 1) / wanted / SUMS
    slope = slope.reshape((SIZE,) * TABLES)
    columns = [slope.sum(axis=tuple(a for a in range(TABLES) if a != axis)) for axis in range(TABLES)]
    return value, np.concatenate([c[SIZE // 2 :] - c[: SIZE // 2][::-1] for c in columns])


def tables():
    quantiles = np.array([NormalDist().inv_cdf((SIZE // 2 + i + 0.5) / SIZE) for i in range(SIZE // 2)])
    start = np.tile(quantiles / np.sqrt(TABLES), TABLES) * 1.02
    patience = {"maxiter": 2000, "ftol": 1e-15, "gtol": 1e-12}
    best = minimize(distance, start, jac=True, method="L-BFGS-B", options=patience)
    return [np.round(mirrored(half) * UNIT).astype(int) for half in best.x.reshape(TABLES, SIZE // 2)]


def main():
    found = tables()
    deviation = np.sqrt(np.mean(sums_of(found).astype(float) ** 2))
    print("// SPDX-License-Identifier: Apache-2.0")
    print("// Written by make_short_normals.py; included by vector.inl alone. A number of each row adds up to a normal.")
    print("#pragma once\n")
    print("namespace mho {\nnamespace {\n")
    print(f"constexpr float short_normal_deviation = {deviation:.8e}f;  // of the sums")
    print("// clang-format off")
    print(f"alignas(64) constexpr short short_normal_table[{TABLES}][{SIZE}] = {{")
    for table in found:
        lines = [", ".join(str(x) for x in table[i : i + 16]) for i in range(0, SIZE, 16)]
        print("  {" + ",\n   ".join(lines) + "},")
    print("};\n// clang-format on\n\n}  // namespace\n}  // namespace mho")


if __name__ == "__main__":
    main()
