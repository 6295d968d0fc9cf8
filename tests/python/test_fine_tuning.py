# SPDX-License-Identifier: Apache-2.0
"""`training.from`: networks that are trained on, from a winner folder and from ONNX."""

import json

import pytest

from conftest import TINY

pytest.importorskip("onnx")  # exports are read back

TUNE = """
[training]
from = "FROM"
epochs = 4
learning_rate = 0.02
digital_fraction = 0.0
"""


def trained_digitally(mho):
    """A winner folder, its export's ONNX file, and a run file that fine-tunes it."""
    config = mho.config()
    mho("evaluate", "mlp:24", config, "--set", "training.regime=digital", "--set", "training.epochs=8", "--out", "digital")
    mho("export", "digital", "--out", "chip")
    (mho.folder / "tune").mkdir()
    for name, source in [("folder", "../digital"), ("onnx", "../chip/network.onnx")]:
        text = TINY.replace("[training]\nepochs = 2", TUNE.replace("FROM", source))
        mho.config(text, f"tune/{name}.toml")
    return config


def test_a_network_is_trained_on_from_a_folder_and_from_onnx(python_mho):
    mho = python_mho
    trained_digitally(mho)
    before = mho.json("evaluate", "digital", "tiny.toml")
    tuned = [mho("evaluate", arch, f"tune/{config}.toml", "--json", "--out", f"out-{i}") for i, (arch, config) in enumerate(
        [("mlp:24", "folder"), ("digital", "folder"), ("mlp:24", "onnx"), ("chip/network.onnx", "onnx")])]
    weights = [(mho.folder / f"out-{i}/weights.safetensors").read_bytes() for i in range(4)]
    names = {json.loads((mho.folder / f"out-{i}/architecture.json").read_text())["name"] for i in range(4)}
    assert all("epoch 4/4" in run.stderr for run in tuned)
    assert names == {"mlp:24"} and len(set(weights)) == 1
    assert json.loads(tuned[0].stdout)["training_mib"] > 0 and before["digital"]["accuracy"] > 0.5
    scored = mho("evaluate", "out-0", "tune/folder.toml")  # a winner that is not `from` is scored, not trained
    assert "epoch" not in scored.stderr


def test_a_killed_fine_tuning_goes_on_to_the_same_bits(python_mho):
    mho = python_mho
    trained_digitally(mho)
    words = ["evaluate", "mlp:24", "tune/folder.toml", "--set", "training.epochs=600", "--set", "training.frozen=[\"dense1\"]"]
    mho(*words, "--out", "whole")
    run = mho.start(*words, "--out", "cut")
    for line in run.stderr:
        if "epoch 3/600" in line:
            run.kill()
            break
    run.communicate()
    assert list((mho.folder / "cut").glob(".mho-training-*")) and not (mho.folder / "cut/score.json").exists()
    other = mho(*words, "--set", "training.learning_rate=0.01", "--out", "cut")  # another training goes not on from it
    assert "going on" not in other.stderr
    again = mho(*words, "--out", "cut", "--force")
    assert "going on after epoch" in again.stderr
    for name in ("weights.safetensors", "architecture.json"):
        assert (mho.folder / "cut" / name).read_bytes() == (mho.folder / "whole" / name).read_bytes()
    assert not list((mho.folder / "cut").glob(".mho-training-*.safetensors"))  # a write that was cut off may leave its own


@pytest.mark.parametrize(("words", "message"), [
    (["mlp:16", "tune/folder.toml"], "digital: expected the layers of mlp:16, got others"),
    (["mlp:24", "tiny.toml", "--set", "training.frozen=[\"dense1\"]"], "training.frozen: expected training.from"),
    (["mlp:24", "tune/folder.toml", "--set", "training.frozen=[\"dens1\"]"], "got 'dens1' (did you mean 'dense1'?)"),
    (["mlp:24", "tune/folder.toml", "--set", "training.from=mlp:24"], "tune/mlp:24"),
    (["mlp:24", "tune/folder.toml", "--set", "training.batch_norms=anew"], "training.batch_norms"),
])
def test_a_start_that_does_not_fit_is_refused_before_training(mho, words, message):
    trained_digitally(mho)
    refused = mho("evaluate", *words, code=2)
    assert message in refused.stderr and "epoch" not in refused.stderr


def test_a_search_does_not_start_from_one_network(mho):
    trained_digitally(mho)
    assert "training.from: expected none in a search" in mho("search", "tune/folder.toml", code=2).stderr
