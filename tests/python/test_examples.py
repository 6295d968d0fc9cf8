# SPDX-License-Identifier: Apache-2.0
"""The examples run, in a small form."""

import subprocess
import sys

import pytest
from conftest import PACKAGE, ROOT, environment

if not list(PACKAGE.glob("mho/_core*.so")):
    pytest.skip(f"the Python module is not built in {PACKAGE}", allow_module_level=True)


def test_a_search_of_ones_own_networks():
    done = subprocess.run([sys.executable, ROOT / "examples/own_networks.py", "--trials", "4", "--epochs", "1"],
                          capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\ntrial ") == 3 and "width=" in done.stdout
