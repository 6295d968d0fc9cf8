# SPDX-License-Identifier: Apache-2.0
"""Writes normal_quantile.inl: python core/base/vector/make_normal_quantile.py > core/base/vector/normal_quantile.inl"""

import math
from statistics import NormalDist

import numpy as np

DEGREE = 4


def quantile(probability):
    """The x for which a standard normal is farther from zero than x with this probability."""
    x = -NormalDist().inv_cdf(probability / 2) if probability < 1 else 0.0
    for _ in range(3):  # Newton's steps: inv_cdf is good to 1e-9 or so
        x += (math.erfc(x / math.sqrt(2)) - probability) / (math.sqrt(2 / math.pi) * math.exp(-x * x / 2))
    return x


def coefficients(lowest):
    """Of the polynomial in t that is quantile(lowest * t), 1 <= t < 2, through Chebyshev's nodes."""
    nodes = 1.5 + 0.5 * np.cos(np.pi * (np.arange(64) + 0.5) / 64)
    fit = np.polynomial.Chebyshev.fit(nodes, [quantile(lowest * t) for t in nodes], DEGREE, domain=[1, 2])
    return fit.convert(kind=np.polynomial.Polynomial).coef


def main():
    table = np.zeros((DEGREE + 1, 32))
    for octave in range(31):  # probabilities from 2^(octave - 31): a float's exponent field 127 + octave, modulo 32
        table[:, (127 + octave) % 32] = coefficients(2.0 ** (octave - 31))
    print("// SPDX-License-Identifier: Apache-2.0")
    print("// Written by make_normal_quantile.py; included by vector.inl alone. Row d holds the factors of t^d.")
    print("#pragma once\n")
    print("namespace mho {\nnamespace {\n")
    print("// clang-format off")
    print(f"alignas(64) constexpr float normal_quantile_table[{DEGREE + 1}][32] = {{")
    for row in table:
        values = [f"{x:.8e}f" for x in row.astype(np.float32)]
        lines = [", ".join(values[i : i + 6]) for i in range(0, 32, 6)]
        print("  {" + ",\n   ".join(lines) + "},")
    print("};\n// clang-format on\n\n}  // namespace\n}  // namespace mho")


if __name__ == "__main__":
    main()
