# SPDX-License-Identifier: Apache-2.0
"""Weight matrices on simulated crossbars: NumPy in, NumPy out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Optional

from mho import _core
from mho._errors import InputError, needed
from mho.linalg import Hardware, _spec

if TYPE_CHECKING:
    import numpy
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[numpy.float32]
    Doubles = NDArray[numpy.float64]


class CrossbarMatrix:
    """A weight matrix on a grid of simulated crossbars: every device's state from its programming on, and the verbs that
    write, move and read it. What the search, the scoring and the chip simulator stand on.

    Args:
        weights: inputs x outputs.
        hardware, device: as in mho.linalg: a run file, or a dict of keys of [hardware] (a key with a dot names its table,
            {"adc_bits": 9, "device.drift_scale": 0}), and the device model. Inputs are converted on the scale of each
            vector's largest, unless hardware says otherwise.
        full_scale: the weight that a full cell stands for, one number or one an output; larger weights are clipped. None:
            the largest weight of each column of a tile. A matrix that is to learn wants some room.
        seed: decides everything that is drawn.
        reads: products that are averaged for each one.
        age_s: seconds between the programming and now.

    The same arguments and the same calls give the same numbers, for any number of threads. Raises InputError.
    """

    def __init__(self, weights: ArrayLike, *, hardware: Hardware = None, device: Optional[str] = None,
                 full_scale: Optional[ArrayLike] = None, seed: int = 0, reads: int = 1, age_s: float = 0.0) -> None:
        matrix = _numbers(weights, "weights")
        if matrix.ndim != 2 or 0 in matrix.shape:
            raise InputError(f"weights: expected a matrix, inputs x outputs, got shape {matrix.shape}")
        self.shape: tuple[int, int] = matrix.shape
        self._crossbar = _core.Crossbar(matrix, _spec(hardware, device, reads, age_s), seed, self._scales(full_scale))

    def program(self, weights: ArrayLike, full_scale: Optional[ArrayLike] = None) -> None:
        """Writes other weights (inputs x outputs) on the same devices, with write noise; their faults stay."""
        self._crossbar.program(self._weights(weights, "weights"), self._scales(full_scale))

    def advance(self, seconds: float) -> None:
        """Time passes: each device drifts from when it was last written."""
        self._crossbar.advance(float(seconds))

    def forward(self, x: ArrayLike) -> Doubles:
        """x W through input converters, devices, wires, noise and output converters. x: vectors x inputs, or inputs;
        returns vectors x outputs, or outputs."""
        return self._product(self._crossbar.forward, x, self.shape[0], "x")

    def backward(self, d: ArrayLike) -> Doubles:
        """d W^T, the other way through the same devices. d: vectors x outputs, or outputs; returns vectors x inputs, or
        inputs."""
        return self._product(self._crossbar.backward, d, self.shape[1], "d")

    def pulse(self, counts: ArrayLike, plane: Optional[int] = None) -> None:
        """Moves weights by whole pulses: counts, inputs x outputs, up (positive) or down. With a plane, the devices of
        that plane of the cells instead. InputError for a device without pulses."""
        numpy = needed("numpy", "mho.CrossbarMatrix")
        whole = numpy.ascontiguousarray(counts, numpy.int32)
        if whole.shape != self.shape or not numpy.array_equal(whole, counts):
            raise InputError(f"counts: expected whole numbers of shape {self.shape}, got shape {numpy.shape(counts)}")
        self._crossbar.pulse(whole, -1 if plane is None else self._plane(plane))

    def update(self, x: ArrayLike, d: ArrayLike, learning_rate: float, *, stochastic: bool = True, train_length: int = 31,
               update_management: bool = True, length_management: bool = True) -> None:
        """W -= learning_rate x^T d by coincident pulses, a vector at a time: what one step of gradient descent asks for,
        in the mean, where no device is at its bound and no pulse train is full.

        x: vectors x inputs, d: vectors x outputs, dL/d(output). stochastic: random trains of train_length slots (1 to
        63); else the nearest whole number of pulses. The managements: trains of rows and columns equally dense, and no
        longer than the largest update needs. InputError for a device without pulses.
        """
        inputs, errors = _rows(x, self.shape[0], "x"), _rows(d, self.shape[1], "d")
        if len(inputs) != len(errors):
            raise InputError(f"x, d: expected as many vectors, got {len(inputs)} and {len(errors)}")
        wanted = {"stochastic": bool(stochastic), "train_length": int(train_length),
                  "update_management": bool(update_management), "length_management": bool(length_management)}
        self._crossbar.update(inputs, errors, float(learning_rate), wanted)

    def read(self, ahead_s: float = 0.0) -> Floats:
        """The weights, inputs x outputs, that one read of all devices gives ahead_s seconds from now: with drift, its
        compensation and read noise, without converters."""
        return self._crossbar.read(float(ahead_s))

    @property
    def weights(self) -> Floats:
        """The weights that the devices hold as last written, inputs x outputs: before drift and without read noise."""
        return self._crossbar.weights()

    @property
    def planes(self) -> list[str]:
        """The devices of a weight's cell: ["plus", "minus"], ["single"], ..."""
        return self._crossbar.planes()

    @property
    def tiles(self) -> int:
        """Crossbars that the matrix lies on."""
        return self._crossbar.tiles()

    def conductances(self, plane: int = 0) -> Floats:
        """Of the devices of one plane as last written, inputs x outputs, in microsiemens."""
        return self._crossbar.conductances(self._plane(plane))

    def find_symmetry_point(self, plane: int = 0, pulses: int = 1000) -> Floats:
        """What every device of the plane comes to, in microsiemens, by so many pulses up and down in turn. It stays
        there."""
        return self._crossbar.find_symmetry_point(self._plane(plane), int(pulses))

    def set_reference(self, reference_us: ArrayLike, plane: int = 0) -> None:
        """Conductances, inputs x outputs, in microsiemens, that stand for no weight from now on (zero-shifting)."""
        self._crossbar.set_reference(self._plane(plane), self._weights(reference_us, "reference_us"))

    def refresh(self, full: float = 0.75, both: float = 0.25) -> int:
        """Writes pairs anew whose one device reads above `full` of the range and the other above `both`; returns how
        many."""
        return self._crossbar.refresh(float(full), float(both))

    @property
    def counters(self) -> dict[str, Any]:
        """What it was used for: products (of the whole matrix), crossbars, forward and transposed (tile_products,
        saturations, input_conversions, output_conversions), devices_programmed, pulses, events (of one or more pulses in a
        row on one device), converter_energy_j (low, high)."""
        found = self._crossbar.counters()
        return {**json.loads(found["bill"]), "events": found["events"]}

    def __repr__(self) -> str:
        return f"<mho.{type(self).__name__}: {self.shape[0]} inputs x {self.shape[1]} outputs on {self.tiles} crossbars>"

    def _product(self, product: Any, vectors: ArrayLike, width: int, name: str) -> Doubles:
        rows = _rows(vectors, width, name)
        found = product(rows)
        return found[0] if needed("numpy", "mho").ndim(vectors) == 1 else found

    def _weights(self, weights: ArrayLike, name: str) -> Doubles:
        matrix = _numbers(weights, name)
        if matrix.shape != self.shape:
            raise InputError(f"{name}: expected shape {self.shape}, got {matrix.shape}")
        return matrix

    def _scales(self, full_scale: Optional[ArrayLike]) -> Doubles:
        numpy = needed("numpy", "mho.CrossbarMatrix")
        if full_scale is None:
            return numpy.zeros(0)
        scales = _numbers(full_scale, "full_scale")
        if scales.shape not in ((), (self.shape[1],)) or not (scales > 0).all():
            raise InputError(f"full_scale: expected a positive number, or {self.shape[1]} of them, got {full_scale!r}")
        return numpy.ascontiguousarray(numpy.broadcast_to(scales, (self.shape[1],)))

    def _plane(self, plane: int) -> int:
        if not 0 <= plane < len(self.planes):
            raise InputError(f"plane: expected 0 to {len(self.planes) - 1} ({', '.join(self.planes)}), got {plane}")
        return int(plane)


class Tile(CrossbarMatrix):
    """A CrossbarMatrix that lies on one crossbar. InputError for a matrix of more inputs or outputs than
    hardware.crossbar_rows and crossbar_columns."""

    def __init__(self, weights: ArrayLike, *, hardware: Hardware = None, device: Optional[str] = None,
                 full_scale: Optional[ArrayLike] = None, seed: int = 0, reads: int = 1, age_s: float = 0.0) -> None:
        super().__init__(weights, hardware=hardware, device=device, full_scale=full_scale, seed=seed, reads=reads,
                         age_s=age_s)
        if self.tiles != 1:
            rows, columns = self._crossbar.crossbar_shape()
            raise InputError(f"weights: expected a matrix that fits one crossbar of {rows} x {columns}, got {self.shape[0]} x "
                             f"{self.shape[1]}; mho.CrossbarMatrix takes several")


def _numbers(values: ArrayLike, name: str) -> Doubles:
    numpy = needed("numpy", "mho.CrossbarMatrix")
    try:
        array = numpy.ascontiguousarray(values, numpy.float64) if numpy.ndim(values) else numpy.float64(values)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name}: expected numbers, got {error}") from error
    if not numpy.isfinite(array).all():
        raise InputError(f"{name}: expected finite numbers, got others")
    return array


def _rows(vectors: ArrayLike, width: int, name: str) -> Doubles:
    array = _numbers(vectors, name)
    if array.ndim not in (1, 2) or array.shape[-1] != width:
        raise InputError(f"{name}: expected vectors of {width} numbers, got shape {array.shape}")
    return array.reshape(-1, width)
