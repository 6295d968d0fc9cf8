# SPDX-License-Identifier: Apache-2.0
"""An export folder seen from outside: its schemas, its ONNX file, its tiles in aihwkit, and the chip that it describes."""

import importlib.util
import json
import os
import pathlib
import subprocess
import sys

import pytest

from conftest import EXECUTABLE, environment

WINNER = "runs/tiny/winners/0"
BRIDGE = pathlib.Path(__file__).resolve().parents[2] / "bindings/python/mho/aihwkit_bridge.py"


def test_an_export_passes_its_own_check(finished):
    assert "a complete export" in finished("export", "--check", f"{WINNER}/chip").stdout


def test_a_damaged_export_is_refused_with_every_problem(finished):
    finished("export", WINNER, "--out", "damaged")
    (finished.folder / "damaged/cores.csv").unlink()
    (finished.folder / "damaged/extra.txt").write_text("?")
    result = finished("export", "--check", "damaged", code=2)
    assert "2 problems" in result.stderr
    assert "cores.csv" in result.stderr and "extra.txt" in result.stderr


def test_export_takes_a_winner_or_a_folder_to_check(mho):
    assert "WINNER or --check" in mho("export", code=2).stderr
    assert "nowhere" in mho("export", "--check", "nowhere", code=2).stderr


def half_width(point):
    return (point["ci95"][1] - point["ci95"][0]) / 2


@pytest.mark.parametrize("row_split", ["dense", "channel_aligned"])
def test_a_simulated_winner_scores_like_the_winner_and_costs_what_was_predicted(mho, row_split):
    config = mho.config()
    cut = ["--set", f"chip.row_split={row_split}"]
    mho("evaluate", "resnet8", config, "--set", "training.epochs=4", *cut, "--out", "winner")
    mho("export", "winner", "--out", "chip")
    assert json.loads((mho.folder / "chip/cores.json").read_text())["row_split"] == row_split
    mho("export", "--check", "chip")
    score = mho.json("evaluate", "winner", config, *cut, "--set", "scoring.programmings=60")
    imported = mho.json("evaluate", config, "--from-export", "chip")
    assert imported["digital"]["accuracy"] == pytest.approx(score["digital"]["accuracy"], abs=0.01)
    assert imported["chip"]["core_mvms"] == score["chip"]["core_mvms"]
    chip = mho.json("simulate", "chip", config, "--set", "scoring.programmings=60")
    assert chip["counted"] == chip["predicted"]
    # Both are means over 60 programmings of other devices. The difference has a 95 % interval of about
    # sqrt(h1^2 + h2^2) (half widths h); 1.3 times that is 99 %: five times are looked at.
    for ours, simulated in zip(score["drift"], chip["drift"], strict=True):
        bound = 1.3 * (half_width(ours) ** 2 + half_width(simulated) ** 2) ** 0.5
        assert ours["time_s"] == simulated["time_s"]
        assert abs(ours["mean"] - simulated["mean"]) <= bound


def test_a_simulation_repeats_itself_for_any_number_of_threads(finished):
    words = ["simulate", f"{WINNER}/chip", "tiny.toml", "--threads"]
    assert finished.json(*words, 1) == finished.json(*words, 2)


@pytest.mark.parametrize("assignment", ["hardware.adc_bits=4", "chip.objective=energy"])
def test_assignments_that_a_simulation_would_ignore_are_refused(finished, assignment):
    result = finished("simulate", f"{WINNER}/chip", "tiny.toml", "--set", assignment, code=2)
    assert assignment in result.stderr


def test_the_json_files_are_valid_by_the_schemas_beside_them(finished):
    jsonschema = pytest.importorskip("jsonschema")
    folder = finished.folder / WINNER / "chip"
    schemas = sorted((folder / "schemas").glob("*.schema.json"))
    assert len(schemas) == 5
    for path in schemas:
        schema = json.loads(path.read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(json.loads((folder / path.name.replace(".schema", "")).read_text()), schema)


def test_the_onnx_file_gives_the_engines_digital_logits(tmp_path):
    numpy = pytest.importorskip("numpy")
    onnxruntime = pytest.importorskip("onnxruntime")
    writer = EXECUTABLE.parent / "tests/test_evaluators"
    if not writer.exists():
        pytest.skip(f"{writer} is not built")
    subprocess.run([writer, "[logits]"], env={**environment(), "MHO_LOGITS_DIR": str(tmp_path)}, check=True,
                   stdout=subprocess.DEVNULL)
    files = sorted(tmp_path.glob("*.npz"))
    assert len(files) == 8
    for file in files:
        expected = numpy.load(file)
        session = onnxruntime.InferenceSession(str(tmp_path / file.stem / "network.onnx"))
        (logits,) = session.run(["logits"], {"input": expected["images"]})
        scale = numpy.abs(expected["logits"]).max()
        assert numpy.abs(logits - expected["logits"]).max() <= 1e-4 * max(scale, 1), file.stem


def test_every_tile_loads_into_aihwkit(finished):
    """In an interpreter of its own: MHO_AIHWKIT_PYTHON may name one that has aihwkit where this has none."""
    python = os.environ.get("MHO_AIHWKIT_PYTHON", sys.executable)
    if subprocess.run([python, "-c", "import aihwkit"], capture_output=True).returncode:
        pytest.skip("aihwkit is not installed; MHO_AIHWKIT_PYTHON can name an interpreter that has it")
    program = """
import importlib.util, json, sys, numpy, torch
from aihwkit.simulator.configs import InferenceRPUConfig
spec = importlib.util.spec_from_file_location("bridge", sys.argv[1])
bridge = importlib.util.module_from_spec(spec)
sys.modules["bridge"] = bridge
spec.loader.exec_module(bridge)
config = InferenceRPUConfig()
config.forward.is_perfect = True
tiles = bridge.to_aihwkit(sys.argv[2], config)
arrays = numpy.load(sys.argv[2] + "/aihwkit.npz")
for tile in tiles:
    name = f"block{tile.block}_"
    x = torch.eye(tile.rows)
    expected = arrays[name + "weights"] * arrays[name + "scales"][:, None]
    assert numpy.abs(tile.module(x).detach().numpy().T - expected).max() <= 1e-5 * numpy.abs(expected).max()
assert bridge.to_aihwkit(sys.argv[2])[0].input_range > 0
print(len(tiles))
"""
    chip = finished.folder / WINNER / "chip"
    result = subprocess.run([python, "-c", program, str(BRIDGE), str(chip)], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    cores = json.loads((chip / "cores.json").read_text())["cores"]
    assert int(result.stdout) == sum(block["replica"] == 0 for core in cores for block in core["blocks"])


def test_the_bridge_says_what_it_needs(finished):
    if importlib.util.find_spec("aihwkit"):
        pytest.skip("aihwkit is installed")
    spec = importlib.util.spec_from_file_location("bridge", BRIDGE)
    bridge = importlib.util.module_from_spec(spec)
    sys.modules["bridge"] = bridge
    spec.loader.exec_module(bridge)
    with pytest.raises(ImportError, match="pip install aihwkit"):
        bridge.to_aihwkit(finished.folder / WINNER / "chip")
