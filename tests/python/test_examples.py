# SPDX-License-Identifier: Apache-2.0
"""The notebooks in examples/ run from the first cell to the last, and the scripts in a small form."""
import os
import subprocess
import sys

import pytest
from conftest import PACKAGE, ROOT, environment

if not list(PACKAGE.glob("mho/_core*.so")):
    pytest.skip(f"the Python module is not built in {PACKAGE}", allow_module_level=True)


@pytest.mark.parametrize("name", sorted(file.name for file in (ROOT / "examples").glob("*.ipynb")))
def test_a_notebook_runs(name, monkeypatch, tmp_path):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    for package in ("sklearn", "matplotlib", "pandas"):
        pytest.importorskip(package)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(PACKAGE), os.environ.get("PYTHONPATH", "")]))
    notebook = nbformat.read(ROOT / "examples" / name, as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")


def test_a_search_of_ones_own_networks():
    done = subprocess.run([sys.executable, ROOT / "examples/own_networks.py", "--trials", "4", "--epochs", "1"],
                          capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\ntrial ") == 3 and "width=" in done.stdout
