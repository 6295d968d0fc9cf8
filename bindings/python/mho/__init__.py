# SPDX-License-Identifier: Apache-2.0
"""Finds the neural network that survives your analog chip."""

import os as _os
import sys as _sys

from mho import linalg
from mho._core import __version__, main
from mho._candidate import Candidate, evaluate, from_arrays, from_onnx, from_torch
from mho._errors import InputError, RunError
from mho._genes import Choice, Int, Ordered, Real
from mho._search import Trials, search
from mho.aihwkit_bridge import to_aihwkit

__all__ = ["Candidate", "Choice", "InputError", "Int", "Ordered", "Real", "RunError", "Trials", "__version__", "evaluate",
           "from_arrays", "from_onnx", "from_torch", "linalg", "main", "search", "to_aihwkit"]

# Where C++ finds what other packages of this interpreter bring: the digits of scikit-learn.
_os.environ.setdefault("MHO_PYTHON_PATH", _os.pathsep.join(filter(None, _sys.path)))
