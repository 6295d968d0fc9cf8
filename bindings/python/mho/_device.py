# SPDX-License-Identifier: Apache-2.0
"""Memory device models: samples and pulse curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Optional, Sequence

from mho import _core
from mho._commands import answered, set_words
from mho._errors import InputError
from mho.linalg import Hardware, _spec, hardware_words

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Floats = NDArray[numpy.float32]


@dataclass
class DeviceSample:
    """The same devices from their programming on, in microsiemens."""

    targets_us: list[float]
    times_s: list[float]  #: after programming
    programmed_us: Floats  #: as written: targets x devices
    read_us: Floats  #: with drift and read noise: targets x times x devices


class Device:
    """A memory device model, as hardware.device names it (mho.Device.names()): what its devices are programmed to, how they
    drift, what pulses do. The samples are those of `mho device` with the same seed.

    Args:
        name: the model. hardware: run file, or a dict of keys: {"g_max_us": 20, "device.pcm.t_0_s": 30}.

    Raises InputError.
    """

    def __init__(self, name: str = "pcm", *, hardware: Hardware = None) -> None:
        self.name = name
        self._hardware = hardware
        self._model = _core.Device(_spec(hardware, name))

    @staticmethod
    def names() -> list[str]:
        """Of all models."""
        return list(_core.device_names())

    @property
    def range_us(self) -> tuple[float, float]:
        """Lowest and highest conductance that it can be programmed to, in microsiemens."""
        return self._model.range_us()

    @property
    def takes_pulses(self) -> bool:
        """Whether it can be moved by single pulses."""
        return self._model.takes_pulses()

    def sample(self, targets_us: Sequence[float], times_s: Sequence[float] = (1.0, 86400.0), devices: int = 1000,
               seed: int = 0) -> DeviceSample:
        """Programs `devices` devices to each target (microsiemens) and reads the same devices at each time (s)."""
        if devices < 2:
            raise InputError(f"devices: expected at least 2, got {devices}")
        targets, times = [float(target) for target in targets_us], [float(time) for time in times_s]
        found = self._model.sample(targets, times, int(devices), seed)
        return DeviceSample(targets, times, found[:, 0], found[:, 1:])

    def statistics(self, targets_us: Sequence[float] = (), times_s: Sequence[float] = (), devices: int = 100000,
                   seed: int = 0) -> dict[str, Any]:
        """What `mho device` says: a model's formulas beside its samples, by target and time (default: eleven targets over
        the range, 1 s to a year); docs/physics.md."""
        return self._answer(f"--devices={devices}", f"--seed={seed}", *(f"--target={target!r}" for target in targets_us),
                            *(f"--time={time!r}" for time in times_s))

    def pulses(self, pulses: int = 0, devices: int = 2000, seed: int = 0) -> dict[str, Any]:
        """What `mho device --pulses` says: `pulses` pulses up and as many down (0: as many as lead over the range). curve:
        direction, pulses, conductance_us (mean and deviation), p5_us, p95_us; steps of one pulse by conductance;
        symmetry_point. InputError for a device without pulses."""
        return self._answer(f"--devices={devices}", f"--seed={seed}", f"--pulses={pulses}")

    def _answer(self, *options: str) -> dict[str, Any]:
        file, assignments = hardware_words(self._hardware, None)
        found = answered(["device", self.name, *([file] if file else []), *options, *set_words(assignments)])
        del found["notes"]
        return found

    def __repr__(self) -> str:
        low, high = self.range_us
        return f"<mho.Device {self.name!r}: {low:g} to {high:g} microsiemens>"
