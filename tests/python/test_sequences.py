# SPDX-License-Identifier: Apache-2.0
"""Recurrent networks from the command line: searched, scored, exported, simulated."""

import json

import numpy
import pytest

RUN = """
[task]
data = "memory"
folder = "data"

[space]
kind = "sequence"
convolutions = [0, 1]
channels = [8]
kernels = [3]
recurrent_layers = [1, 1]
units = [8, 12]

[search]
trials = 3
population = 2
winners = 1
trial_programmings = 2
max_avm = 100.0

[training]
epochs = 12
batch_size = 16
optimizer = "adam"
learning_rate = 0.02
weight_decay = 0.0
clip_gradient = 1.0

[scoring]
programmings = 40
"""


@pytest.fixture
def remembered(mho):
    """Which of three channels was high in the first of ten steps, behind noise in all others."""
    draw, folder = numpy.random.default_rng(1), mho.folder / "raw"
    folder.mkdir()
    for split, count in (("train", 240), ("test", 90)):
        labels = numpy.arange(count) % 3
        images = 0.3 * draw.standard_normal((count, 10, 3)).astype(numpy.float32)
        images[:, 0] = 1.5 * numpy.eye(3)[labels] - 0.5
        numpy.save(folder / f"{split}_images.npy", images)
        numpy.save(folder / f"{split}_labels.npy", labels)
    mho("data", "prepare", "npy", "--from", "raw", "--name", "memory", "--out", "data", "--set", "arrays.layout=series")
    mho.config(RUN, "run.toml")
    return mho


def half_width(point):
    return (point["ci95"][1] - point["ci95"][0]) / 2


def test_a_simulated_lstm_scores_like_the_engine_and_costs_what_was_predicted(remembered):
    mho = remembered
    score = mho.json("evaluate", "signal_lstm", "run.toml", "--out", "kept")
    assert score["digital"]["accuracy"] > 0.9
    mho("export", "kept", "--out", "chip")
    mho("export", "--check", "chip")
    layers = {layer["layer"]: layer for layer in json.loads((mho.folder / "chip/io.json").read_text())["crossbar_layers"]}
    assert (layers["lstm"]["rows"], layers["lstm"]["columns"]) == (16 + 32, 4 * 32)
    chip = mho.json("simulate", "chip", "run.toml")
    for ours, simulated in zip(score["drift"], chip["drift"], strict=True):
        bound = 1.5 * (half_width(ours) ** 2 + half_width(simulated) ** 2) ** 0.5 + 0.005  # sure scores have no spread
        assert abs(ours["mean"] - simulated["mean"]) <= bound
    assert chip["counted"] == chip["predicted"]


def test_a_search_of_sequences_finds_and_exports_a_recurrent_network(remembered):
    mho = remembered
    mho("search", "run.toml", "--out", "found")
    network = json.loads((mho.folder / "found/winners/0/architecture.json").read_text())
    assert {layer["kind"] for layer in network["layers"]} & {"lstm", "gru"}
    assert (mho.folder / "found/winners/0/chip/network.onnx").exists()
    mho("export", "--check", "found/winners/0/chip")


def test_what_is_no_sequence_is_refused_before_anything_is_trained(remembered):
    mho = remembered
    layers = [{"name": "lstm", "kind": "lstm", "inputs": ["input"], "units": 4},
              {"name": "logits", "kind": "dense", "inputs": ["lstm"], "out_features": 3},
              {"name": "loss", "kind": "softmax_cross_entropy", "inputs": ["logits"]}]
    network = {"format": "mho-architecture-1", "name": "image", "input": [6, 5, 3], "layers": layers}
    (mho.folder / "image.json").write_text(json.dumps(network))
    found = mho("map", "image.json", code=2).stderr
    assert "layer 'lstm' (lstm): wrong input: expected a sequence, steps x 1 x channels, got 6x5x3" in found
    network = {**network, "input": [10, 1, 3]}
    layers[0]["kind"] = "gru"
    (mho.folder / "gru.json").write_text(json.dumps(network))
    found = mho("evaluate", "gru.json", "run.toml", "--set", "training.regime=pulsed", "hardware.device=constant_step",
                "hardware.g_max_us=30", "hardware.mapping=single", "training.clip_gradient=0", code=2).stderr
    assert "expected layers whose devices all hold weights, got gru 'lstm'" in found
