# SPDX-License-Identifier: Apache-2.0
"""Finds the neural network that survives your analog chip."""

from mho._core import __version__, main

__all__ = ["__version__", "main"]
