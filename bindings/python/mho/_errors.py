# SPDX-License-Identifier: Apache-2.0
"""The exceptions that C++ and Python share."""

import importlib


class InputError(ValueError):
    """What the user gave cannot be used; the message says what, where, expected and got."""


class RunError(RuntimeError):
    """The run failed for a reason outside its input."""


def needed(package, what, install=None):
    """The imported package; an InputError that says what needs it and how to install it when it is missing."""
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise InputError(f"{what}: needs the Python package {package}, which cannot be imported ({error}); "
                         f"install it with: pip install '{install or package}'") from error
