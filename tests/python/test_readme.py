# SPDX-License-Identifier: Apache-2.0
"""The README's Python lines run as they stand, at most ten of them."""

import re
import subprocess
import sys

import pytest
from conftest import PACKAGE, ROOT, environment

if not list(PACKAGE.glob("mho/_core*.so")):
    pytest.skip(f"the Python module is not built in {PACKAGE}", allow_module_level=True)


def test_the_lines_of_python_search_score_plot_and_export_a_network(tmp_path):
    for package in ("sklearn", "matplotlib", "numpy"):
        pytest.importorskip(package)
    (lines,) = re.findall(r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text(), re.M | re.S)
    assert len(lines.splitlines()) <= 10
    done = subprocess.run([sys.executable, "-c", lines], cwd=tmp_path, capture_output=True, text=True,
                          env={**environment(), "MPLBACKEND": "Agg"}, timeout=600)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "digits.png").stat().st_size > 10_000
    assert (tmp_path / "runs/digits/report.html").exists()
    assert {"cores.json", "targets.npz"} <= {file.name for file in (tmp_path / "chip").iterdir()}
