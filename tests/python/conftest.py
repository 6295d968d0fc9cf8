# SPDX-License-Identifier: Apache-2.0
"""Finds the build: the executable from MHO_EXECUTABLE or build/release/mho, the package beside it."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXECUTABLE = pathlib.Path(os.environ.get("MHO_EXECUTABLE", ROOT / "build/release/mho"))
PACKAGE = EXECUTABLE.parent / "python"
sys.path.insert(0, str(PACKAGE))

# Four candidates on 8x8 digits, seconds in all.
TINY = """
[task]
data = "digits"
max_train = 300
max_test = 120

[space]
stem_channels = [8, 16]
stem_kernels = [3]
main_blocks = [1, 1]
residual_blocks = [1, 2]
branches = [1, 2]
block_types = ["A", "B"]
widening = [1, 2]

[search]
trials = 4
population = 2
winners = 1
trial_programmings = 3
max_avm = 100.0

[training]
epochs = 2

[scoring]
programmings = 3
"""


def environment():
    """The digits come with scikit-learn: tell where this interpreter has its packages."""
    paths = os.pathsep.join(path for path in sys.path if path)
    return {**os.environ, "PYTHONPATH": str(PACKAGE), "MHO_PYTHON_PATH": paths, "NO_COLOR": "1"}


class Mho:
    """Runs `mho` in a folder of its own."""

    program = (str(EXECUTABLE),)

    def __init__(self, folder):
        self.folder = folder

    def config(self, text=TINY, name="tiny.toml"):
        (self.folder / name).write_text(text)
        return name

    def start(self, *words, **options):
        return subprocess.Popen([*self.program, *map(str, words)], cwd=self.folder, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **{"env": environment(), **options})

    def __call__(self, *words, code=0):
        result = subprocess.run([*self.program, *map(str, words)], cwd=self.folder, env=environment(),
                                capture_output=True, text=True, timeout=600)
        assert result.returncode == code, f"mho {' '.join(map(str, words))}\n{result.stdout}{result.stderr}"
        return result

    def json(self, *words):
        return json.loads(self(*words, "--json").stdout)

    def trials(self, run):
        """The lines of trials.jsonl by number, without the one figure that may differ between equal runs."""
        lines = [json.loads(line) for line in (self.folder / run / "trials.jsonl").read_text().splitlines()]
        for line in lines:
            line.pop("wall_s", None)
        return lines


class PythonMho(Mho):
    """Runs `python -m mho`: the same program with Optuna at hand."""

    program = (sys.executable, "-m", "mho")


@pytest.fixture
def python_mho(tmp_path):
    if not list(PACKAGE.glob("mho/_core*.so")):
        pytest.skip(f"the Python module is not built in {PACKAGE}")
    return PythonMho(tmp_path)


@pytest.fixture
def mho(tmp_path):
    assert EXECUTABLE.exists(), f"{EXECUTABLE} is not built: run ./mho test"
    return Mho(tmp_path)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder with one finished tiny run in runs/tiny; tests read it and write elsewhere."""
    mho = Mho(tmp_path_factory.mktemp("finished"))
    mho("search", mho.config(), "--threads", 2)
    return mho
