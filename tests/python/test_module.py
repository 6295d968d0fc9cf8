# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys

import pytest
from conftest import PACKAGE, environment

if not list(PACKAGE.glob("mho/_core*.so")):
    pytest.skip(f"the Python module is not built in {PACKAGE}", allow_module_level=True)


def test_the_module_imports_and_knows_its_version(mho):
    module = __import__("mho")
    assert mho("--version").stdout == f"mho {module.__version__}\n"


def test_python_dash_m_is_the_same_program(mho):
    result = subprocess.run([sys.executable, "-m", "mho", "--version"], env=environment(), capture_output=True,
                            text=True, timeout=60)
    assert result.returncode == 0
    assert result.stdout == mho("--version").stdout


def test_main_returns_exit_codes(capfd):
    module = __import__("mho")
    assert module.main(["mho", "--version"]) == 0
    assert module.main(["mho", "serach"]) == 2
    assert "did you mean 'search'" in capfd.readouterr().err
