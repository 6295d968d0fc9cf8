# SPDX-License-Identifier: Apache-2.0
"""Finds the neural network that survives your analog chip."""

from mho._core import __version__, main
from mho._errors import InputError, RunError
from mho._genes import Choice, Int, Ordered, Real
from mho._search import Trials, search
from mho.aihwkit_bridge import to_aihwkit

__all__ = ["Choice", "InputError", "Int", "Ordered", "Real", "RunError", "Trials", "__version__", "main", "search",
           "to_aihwkit"]
