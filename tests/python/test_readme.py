# SPDX-License-Identifier: Apache-2.0
"""The README's Python lines run as they stand, at most ten of them, and as the sentence below them says."""

import math
import os
import pathlib
import re
import struct
import subprocess
import sys
import tarfile
import wave

import pytest
from conftest import PACKAGE, ROOT, environment

if not list(PACKAGE.glob("mho/_core*.so")):
    pytest.skip(f"the Python module is not built in {PACKAGE}", allow_module_level=True)

COMMANDS = pathlib.Path(os.environ.get("MHO_DATA_DIR", ROOT / "../shared/data")) / "speech-commands-3/wav.tar.xz"


def record(folder, a_word=120):
    """Real recordings of three words where they are at hand, else three tones a second long."""
    if COMMANDS.exists():
        with tarfile.open(COMMANDS) as archive:
            files = [entry for entry in archive.getmembers() if entry.name.endswith(".wav")]
            for entry in files[::len(files) // (3 * a_word)]:
                word, name = entry.name.split("/")[-2:]
                (folder / word).mkdir(parents=True, exist_ok=True)
                (folder / word / name).write_bytes(archive.extractfile(entry).read())
        return
    for word, hertz in (("low", 300), ("middle", 900), ("high", 2500)):
        (folder / word).mkdir(parents=True)
        for number in range(a_word):
            samples = [int(9000 * math.sin(2 * math.pi * (hertz + 3 * number) * t / 16000)) for t in range(16000)]
            with wave.open(str(folder / word / f"{number:08x}_nohash_0.wav"), "wb") as file:
                file.setparams((1, 2, 16000, 0, "NONE", ""))
                file.writeframes(struct.pack("<16000h", *samples))


def run(lines, folder):
    done = subprocess.run([sys.executable, "-c", lines], cwd=folder, capture_output=True, text=True,
                          env={**environment(), "MPLBACKEND": "Agg"}, timeout=600)
    assert done.returncode == 0, done.stderr
    assert (folder / "words.png").stat().st_size > 10_000
    assert (folder / "runs/words/report.html").exists()
    assert {"cores.json", "targets.npz"} <= {file.name for file in (folder / "chip").iterdir()}


@pytest.fixture(scope="module")
def lines():
    for package in ("matplotlib", "numpy"):
        pytest.importorskip(package)
    (lines,) = re.findall(r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text(), re.M | re.S)
    assert len(lines.splitlines()) <= 10
    return lines


def test_the_lines_of_python_go_from_recordings_to_a_network_on_the_chip(lines, tmp_path):
    record(tmp_path / "recordings")
    run(lines, tmp_path)
    assert "features.json" in {file.name for file in (tmp_path / "chip").iterdir()}


def test_the_lines_run_on_the_digits_without_recordings(lines, tmp_path):
    pytest.importorskip("sklearn")
    kept = [line for line in lines.splitlines() if "mho.prepare" not in line]
    run("\n".join(kept).replace('"task.data": "words"', '"task.data": "digits"'), tmp_path)
