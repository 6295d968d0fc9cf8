# SPDX-License-Identifier: Apache-2.0
"""Finds the neural network that survives your analog chip.

Data: prepare() reads recordings, series, pictures and arrays.

Networks: search() proposes, trains under the chip's noise and scores after drift; evaluate() judges one, explain() says what
it loses and where; load() reads what a search or `mho evaluate --out` left; from_onnx(), from_torch() and from_arrays() bring
your own, as a Candidate.

Chips: map() places a network on the cores, export() writes a trained one for them, check_export() and simulate() run what was
written, predict() gives logits.

Spikes: spiking() trains a spiking network by e-prop, on numbers or on devices.

Devices: Device samples a memory device, Tile and CrossbarMatrix are weights on such devices, mho.linalg computes on them.

Pictures: mho.plot, on matplotlib axes.

A `config` is a run file, a dict of its keys, {"task.data": "digits"} (docs/config.md), or tables of mho.config; what cannot be
used raises InputError, a ValueError that says what was expected and what was found. Ctrl-C works everywhere. The same seed gives
the same numbers for any number of threads. The same commands on a terminal: `mho --help`.
"""

import os as _os
import sys as _sys

from mho import linalg
from mho._core import __version__, main
from mho._candidate import Candidate, evaluate, from_arrays, from_onnx, from_torch
from mho._commands import check_export, explain, export, map, predict, prepare, simulate, spiking, stream
from mho._crossbar import CrossbarMatrix, Tile
from mho._device import Device, DeviceSample
from mho._errors import InputError, RunError
from mho._genes import Choice, Int, Ordered, Real
from mho._search import search
from mho._trials import Trials, load
from mho.aihwkit_bridge import AihwkitTile, to_aihwkit

__all__ = ["AihwkitTile", "Candidate", "Choice", "CrossbarMatrix", "Device", "DeviceSample", "InputError", "Int", "Ordered",
           "Real", "RunError", "Tile", "Trials", "__version__", "check_export", "config", "evaluate", "explain", "export",
           "from_arrays", "from_onnx", "from_torch", "linalg", "load", "main", "map", "plot", "predict", "prepare", "search",
           "simulate", "spiking", "stream", "to_aihwkit"]

# Where C++ finds what other packages of this interpreter bring: the digits of scikit-learn.
_os.environ.setdefault("MHO_PYTHON_PATH", _os.pathsep.join(filter(None, _sys.path)))


def __getattr__(name: str):
    """mho.plot and mho.config are read when they are first used."""
    if name in ("config", "plot"):
        import importlib
        return importlib.import_module(f"mho.{name}")
    raise AttributeError(f"module 'mho' has no attribute {name!r}")
