# SPDX-License-Identifier: Apache-2.0
"""Linear algebra on noisy crossbar arrays: sketched least squares, PCA, streams (docs/linalg.md).

Where an array is: `hardware` is a run file's path, or a dict of keys of [hardware] (a key with a dot names its table:
{"adc_bits": 9, "device.drift_scale": 0}); `device` is hardware.device. Keys that are left out have the defaults of
docs/config.md, but inputs are converted on the scale of each vector's largest (noise_management = "abs_max") and products
that saturate are done again (bound_management = "iterative"). `reads` products are averaged for each one, `age_s` seconds
pass between programming and the first product, `crossbars` is how many the chip has (0: as many as it takes). Everything
drawn comes from `seed`. What cannot be used raises mho.InputError, a ValueError.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Mapping, Optional, Union

from mho import _core
from mho._errors import InputError, needed

if TYPE_CHECKING:
    import numpy
    from numpy.typing import ArrayLike

    Array = numpy.ndarray[Any, numpy.dtype[numpy.float64]]

Hardware = Union[None, str, "os.PathLike[str]", Mapping[str, Any]]

__all__ = ["CrossbarOperator", "LstsqResult", "PcaResult", "Sketch", "StreamingLstsq", "StreamingPca", "SvdResult",
           "fgmres", "lstsq", "pca", "richardson", "svd"]


def hardware_words(hardware: Hardware, device: Optional[str]) -> tuple[str, list[str]]:
    """The run file ("": none) and assignments that say where an array is."""
    file, assignments = "", []
    if isinstance(hardware, Mapping):
        for key, value in hardware.items():
            name = key if "." in key else f"hardware.{key}"
            assignments.append(f"{name}={json.dumps(value)}")
    elif hardware is not None:
        file = os.fspath(hardware)
        if not os.path.isfile(file):
            raise InputError(f"hardware: expected a run file or a dict of [hardware] keys, got {file!r}")
    if device is not None:
        assignments.append(f"hardware.device={device}")
    return file, assignments


def _spec(hardware: Hardware, device: Optional[str], reads: int = 1, age_s: float = 0.0, crossbars: int = 0) -> Any:
    file, assignments = hardware_words(hardware, device)
    return _core.linalg.ArraySpec(file, assignments, int(reads), float(age_s), int(crossbars))


def _numbers(value: ArrayLike, dimensions: int, name: str) -> Array:
    numpy = needed("numpy", "mho.linalg")
    array = numpy.ascontiguousarray(value, dtype=numpy.float64)
    if array.ndim != dimensions:
        raise InputError(f"{name}: expected {dimensions} dimension{'s' * (dimensions > 1)}, got shape {array.shape}")
    return array


def _energy(counters: Mapping[str, Any]) -> tuple[float, float]:
    low, high = counters["converter_energy_j"]
    return low, high


@dataclass
class LstsqResult:
    """What lstsq found. `history` holds ||A x - b|| and `gradient_history` ||A^T r|| / (||A||_F ||r||) after every
    iteration, the sketched solution's first. `counters`: products, conversions and writes; `energy_j`: the converters',
    (low, high). The last three are None without exact=True."""

    x: Array
    residual_norm: float
    history: Array
    gradient_history: Array
    converged: bool
    reason: str
    sketch_rows: int
    counters: dict[str, Any]
    energy_j: tuple[float, float] = field(init=False)
    digital_multiply_adds: float = 0.0  #: that remain
    exact_multiply_adds: float = 0.0  #: of QR on the whole problem
    exact_residual_norm: Optional[float] = None
    residual_ratio: Optional[float] = None
    solution_error: Optional[float] = None  #: relative

    def __post_init__(self) -> None:
        self.energy_j = _energy(self.counters)


@dataclass
class SvdResult:
    """X ~ u diag(s) vt. `captured`: the part of ||X||_F^2 (X less its mean, for pca) in the components; `exact_captured`:
    what the exact ones hold (None without exact=True)."""

    u: Array
    s: Array
    vt: Array
    captured: float
    counters: dict[str, Any]
    energy_j: tuple[float, float] = field(init=False)
    digital_multiply_adds: float = 0.0
    exact_multiply_adds: float = 0.0
    exact_captured: Optional[float] = None

    def __post_init__(self) -> None:
        self.energy_j = _energy(self.counters)


@dataclass
class PcaResult(SvdResult):
    """Of X less `mean`; the rows of vt are the components."""

    mean: Any = None

    @property
    def components(self) -> Array:
        return self.vt

    def transform(self, x: ArrayLike) -> Array:
        """Coordinates of rows along the components, in digital."""
        return (_numbers(x, 2, "X") - self.mean) @ self.vt.T


def lstsq(A: ArrayLike, b: ArrayLike, *, rows: Optional[int] = None, sketch: str = "gaussian",
          hardware: Hardware = None, device: Optional[str] = None, seed: int = 0, method: str = "solve",
          held: str = "sketch", tolerance: float = 1e-10, iterations: int = 100, reads: int = 1, age_s: float = 0.0,
          crossbars: int = 0, exact: bool = False) -> LstsqResult:
    """x with the smallest ||A x - b||.

    A: m x d with m >= d; b: m. rows: of the sketch, default 4 d. sketch: gaussian, sparse_sign, srht or countsketch.
    method: solve (sketch-and-solve), precondition (its R with digital products, to `tolerance`) or refine (iterative
    refinement whose steps come from products on the array). held: whether the sketch or the matrix lies on the array
    while it sketches. exact: find the exact solution too. Not converging is a result: see `converged` and `reason`.
    """
    wanted = {"rows": rows or 0, "sketch": sketch, "method": method, "held": held, "tolerance": tolerance,
              "iterations": iterations, "exact": exact}
    found = _core.linalg.lstsq(_numbers(A, 2, "A"), _numbers(b, 1, "b"),
                               _spec(hardware, device, reads, age_s, crossbars), wanted, seed)
    found["counters"] = json.loads(found["counters"])
    return LstsqResult(**found)


def _decompose(x: ArrayLike, k: int, centred: bool, options: Mapping[str, Any]) -> dict[str, Any]:
    spec = _spec(*(options[name] for name in ("hardware", "device", "reads", "age_s", "crossbars")))
    found = _core.linalg.decompose(_numbers(x, 2, "X"), centred, spec,
                                   [k, options["oversample"], options["power_steps"]], options["exact"],
                                   options["seed"])
    found["counters"] = json.loads(found["counters"])
    return found


def svd(X: ArrayLike, k: int = 10, *, oversample: int = 10, power_steps: int = 1, hardware: Hardware = None,
        device: Optional[str] = None, seed: int = 0, reads: int = 1, age_s: float = 0.0, crossbars: int = 0,
        exact: bool = False) -> SvdResult:
    """The k largest singular values and vectors of X by a randomized range finder: products both ways on the array that
    holds X, QR and a small decomposition in digital. oversample: columns of the sketch beyond k; power_steps: products
    X^T (X Q) before the last one."""
    options = {key: value for key, value in locals().items() if key not in ("X", "k")}
    return SvdResult(**_decompose(X, k, False, options))


def pca(X: ArrayLike, k: int = 10, *, oversample: int = 10, power_steps: int = 1, hardware: Hardware = None,
        device: Optional[str] = None, seed: int = 0, reads: int = 1, age_s: float = 0.0, crossbars: int = 0,
        exact: bool = False) -> PcaResult:
    """k principal components of the rows of X: svd of X less its columns' means."""
    options = {key: value for key, value in locals().items() if key not in ("X", "k")}
    return PcaResult(**_decompose(X, k, True, options))


class Sketch:
    """A random matrix S of `rows` x `columns` with E[S^T S] = 1; kinds as in lstsq. Digital."""

    def __init__(self, kind: str, rows: int, columns: int, seed: int = 0) -> None:
        self.shape = (rows, columns)
        self._sketch = _core.linalg.Sketch(kind, rows, columns, seed)

    def matrix(self) -> Array:
        """S itself."""
        return self._sketch.transposed().T

    def __matmul__(self, A: ArrayLike) -> Array:
        """S A by the fast form of the kind."""
        return self._sketch.apply(_numbers(A, 2, "A"))


class _Stream:
    _stream: Any

    @property
    def rows(self) -> int:
        """How many have come."""
        return self._stream.rows()

    @property
    def fill(self) -> float:
        """Largest part of the array's full scale that an entry has come to; at 1 entries are clipped."""
        return self._stream.fill()

    @property
    def rewrites(self) -> int:
        """How often forgetting had the array read and written again."""
        return self._stream.rewrites()

    @property
    def counters(self) -> dict[str, Any]:
        """Products, conversions and writes."""
        return json.loads(self._stream.counters())

    @property
    def energy_j(self) -> tuple[float, float]:
        """Of the converters, (low, high)."""
        return _energy(self.counters)


class StreamingLstsq(_Stream):
    """Least squares of rows (a, b) that arrive one by one: a CountSketch of [A b] on an array of devices that take pulses,
    one array row a stream row. row_norm, target_norm: root mean squares of ||a|| and of b. forget: weight of the sketch a
    row later (its square is recursive least squares' forgetting factor); with 1, `length` rows will come."""

    def __init__(self, unknowns: int, *, row_norm: float, target_norm: float, rows: Optional[int] = None,
                 forget: float = 1.0, length: int = 0, hardware: Hardware = None, device: Optional[str] = None,
                 seed: int = 0, reads: int = 1, crossbars: int = 0) -> None:
        wanted = {"unknowns": unknowns, "rows": rows or 0, "row_norm": row_norm, "target_norm": target_norm,
                  "forget": forget, "length": length}
        self._stream = _core.linalg.StreamingLstsq(wanted, _spec(hardware, device, reads, 0.0, crossbars), seed)

    def partial_fit(self, A: ArrayLike, b: ArrayLike) -> StreamingLstsq:
        self._stream.add(_numbers(A, 2, "A"), _numbers(b, 1, "b"))
        return self

    def solve(self) -> Array:
        """x of what has come: the array is read and the sketch solved in digital."""
        return self._stream.solve()


class StreamingPca(_Stream):
    """Principal components (not centred) of rows that arrive one by one: one array projects, the other adds up
    x (Omega^T x)^T by pulses. row_norm: root mean square of ||x||. forget: weight of the sum a row later; with 1, `length`
    rows will come."""

    def __init__(self, features: int, k: int = 10, *, row_norm: float, forget: float = 0.999, length: int = 0,
                 oversample: Optional[int] = None, hardware: Hardware = None, device: Optional[str] = None,
                 seed: int = 0, reads: int = 1, crossbars: int = 0) -> None:
        wanted = {"features": features, "k": k, "oversample": oversample or 0, "row_norm": row_norm, "forget": forget,
                  "length": length}
        self._stream = _core.linalg.StreamingPca(wanted, _spec(hardware, device, reads, 0.0, crossbars), seed)

    def partial_fit(self, X: ArrayLike) -> StreamingPca:
        self._stream.add(_numbers(X, 2, "X"))
        return self

    def components(self) -> tuple[Array, Array]:
        """(k x features, orthonormal rows; variances of the weighed sum, falling) of what has come."""
        vt, variances = self._stream.components()
        return vt, variances


def CrossbarOperator(A: ArrayLike, *, hardware: Hardware = None, device: Optional[str] = None, seed: int = 0,
                     reads: int = 1, age_s: float = 0.0, crossbars: int = 0) -> Any:
    """A on an array as a scipy.sparse.linalg.LinearOperator: SciPy's solvers run on it. Its `counters` and `energy_j` say
    what the products cost, `advance(seconds)` lets time pass. Needs SciPy."""
    linear_operator = needed("scipy.sparse.linalg", "mho.linalg.CrossbarOperator", "scipy").LinearOperator

    class _CrossbarOperator(linear_operator):  # SciPy is imported only here
        def __init__(self) -> None:
            matrix = _numbers(A, 2, "A")
            self._array = _core.linalg.ArrayOperator(matrix, _spec(hardware, device, reads, age_s, crossbars), seed)
            super().__init__(matrix.dtype, matrix.shape)

        def _matvec(self, x: Array) -> Array:
            return self._array.multiply(_numbers(x.reshape(1, -1), 2, "x"))[0]

        def _rmatvec(self, x: Array) -> Array:
            return self._array.multiply_transposed(_numbers(x.reshape(1, -1), 2, "x"))[0]

        def _matmat(self, X: Array) -> Array:
            return self._array.multiply(_numbers(X.T, 2, "X")).T

        def _rmatmat(self, X: Array) -> Array:
            return self._array.multiply_transposed(_numbers(X.T, 2, "X")).T

        def advance(self, seconds: float) -> None:
            self._array.advance(seconds)

        @property
        def counters(self) -> dict[str, Any]:
            return json.loads(self._array.counters())

        @property
        def energy_j(self) -> tuple[float, float]:
            return _energy(self.counters)

    return _CrossbarOperator()


def _iterate(method: str, A: ArrayLike, b: ArrayLike, M: Any, tolerance: float,
             iterations: int) -> tuple[Array, Array, bool, str]:
    array = None if M is None else M._array
    return _core.linalg.iterate(method, _numbers(A, 2, "A"), _numbers(b, 1, "b"), array, tolerance, iterations)


def fgmres(A: ArrayLike, b: ArrayLike, *, M: Any = None, tolerance: float = 1e-6,
           iterations: int = 200) -> tuple[Array, Array, bool, str]:
    """Flexible GMRES with digital products of A and M, a CrossbarOperator, as its preconditioner: one that is another at
    every product. Returns x, the history of ||b - A x|| / ||b||, whether it converged, and the reason it ended."""
    return _iterate("fgmres", A, b, M, tolerance, iterations)


def richardson(A: ArrayLike, b: ArrayLike, *, M: Any = None, tolerance: float = 1e-6,
               iterations: int = 200) -> tuple[Array, Array, bool, str]:
    """x += M (b - A x), as fgmres: diverges where the spectral radius of 1 - M A is above 1."""
    return _iterate("richardson", A, b, M, tolerance, iterations)
