# SPDX-License-Identifier: Apache-2.0
"""Finds the neural network that survives your analog chip."""

from mho._core import __version__, main
from mho.aihwkit_bridge import to_aihwkit

__all__ = ["__version__", "main", "to_aihwkit"]
