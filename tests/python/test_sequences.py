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


TEXT_RUN = """
[task]
data = "text"
folder = "data"
target = "next_step"
metric = "bits_per_character"

[training]
epochs = 30
batch_size = 16
optimizer = "adam"
learning_rate = 0.02
weight_decay = 0.0
clip_gradient = 1.0

[scoring]
programmings = 20
"""


def write_network(mho, dropped=0.1):
    """A small char_lstm over windows of 10 steps, with dropout."""
    layers = [{"name": "characters", "kind": "one_hot", "inputs": ["input"], "symbols": 8},
              {"name": "lstm", "kind": "lstm", "inputs": ["characters"], "units": 12},
              {"name": "drop", "kind": "dropout", "inputs": ["lstm"], "rate": dropped},
              {"name": "logits", "kind": "conv2d", "inputs": ["drop"], "out_channels": 8, "kernel": 1, "stride": 1,
               "padding": "same", "bias": True},
              {"name": "loss", "kind": "softmax_cross_entropy", "inputs": ["logits"]}]
    (mho.folder / "small.json").write_text(json.dumps(
        {"format": "mho-architecture-1", "name": "small", "input": [10, 1, 1], "layers": layers}))


@pytest.fixture
def rhyme(mho):
    """A text in which an a is followed by what followed the a before the last one."""
    draw = numpy.random.default_rng(2)
    words = ["abcde ", "acbde ", "adf "]
    text = "".join(words[draw.integers(0, 3)] for _ in range(400)) + "g"  # so that no split has all eight but this
    (mho.folder / "rhyme.txt").write_text(text)
    mho("data", "prepare", "text", "--from", "rhyme.txt", "--out", "data", "--set", "text.steps=10")
    mho.config(TEXT_RUN, "run.toml")
    write_network(mho)
    return mho


def test_a_text_is_prepared_a_byte_a_character(rhyme):
    mho = rhyme
    assert mho("data", "prepare", "text", "--from", "rhyme.txt", "--out", "data", "--name", "again", "--set",
               "text.steps=10").stdout.startswith("data/again: 10x1x1, 8 classes a step, ")
    found = json.loads((mho.folder / "data/text/dataset.json").read_text())
    assert found["features"]["vocabulary"] == " abcdefg" and found["class_names"] == list(" abcdefg")
    seen, wanted = (numpy.load(mho.folder / f"data/text/train_{part}.npy") for part in ("images", "targets"))
    assert seen.dtype == wanted.dtype == numpy.uint8
    assert seen.shape == (*wanted.shape, 1, 1)
    text = seen.ravel()
    assert (wanted.ravel()[:-1] == text[1:]).all()
    assert "".join(" abcdefg"[c] for c in text[:30]) == (mho.folder / "rhyme.txt").read_text()[:30]


def test_a_language_model_is_scored_in_bits_explained_predicted_exported_and_simulated(rhyme):
    mho = rhyme
    score = mho.json("evaluate", "small.json", "run.toml", "--out", "kept")
    assert score["metric"] == "bits_per_character" and set(score["digital"]) == {"bits_per_character"}
    assert score["digital"]["bits_per_character"] < 1.0 < score["chance"]  # by frequencies 2.6
    last, first = score["drift"][-1]["mean"], score["drift"][0]["mean"]
    assert score["avm"] == pytest.approx(last - first, abs=1e-6)
    assert all(point["ci95"][0] <= point["mean"] <= point["ci95"][1] for point in score["drift"])
    twice_as_bad = mho.json("evaluate", "kept", "run.toml", "--set", "task.metric=perplexity")["drift"]
    assert all(point["ci95"][0] <= point["mean"] <= point["ci95"][1] for point in twice_as_bad)  # above 1
    table = mho("evaluate", "kept", "run.toml").stdout
    assert "bits/char." in table and "%" not in table.split("AVM")[0].replace("95 %", "")
    twice = mho.json("evaluate", "kept", "run.toml", "--set", "task.metric=perplexity")
    assert twice["digital"]["perplexity"] == pytest.approx(2 ** score["digital"]["bits_per_character"], rel=1e-4)

    found = mho.json("predict", "kept", "run.toml", "--out", "logits.npy")
    logits, wanted = numpy.load(mho.folder / "logits.npy"), numpy.load(mho.folder / "data/text/test_targets.npy")
    assert list(logits.shape) == found["shape"] == [*wanted.shape, 8]
    right = numpy.take_along_axis(logits, wanted[..., None].astype(int), 2)[..., 0]
    bits = (numpy.log(numpy.exp(logits).sum(2)) - right).mean() / numpy.log(2)
    assert bits == pytest.approx(score["digital"]["bits_per_character"], rel=1e-4)
    assert found["accuracy"] == pytest.approx((logits.argmax(2) == wanted).mean())
    assert "bits" in mho("explain", "kept", "run.toml", "--plot", "why.svg").stdout
    title = (mho.folder / "why.svg").read_text().split('class="name"')[1].split("</text>")[0]
    assert " bits in digital, " in title and "%" not in title

    mho("export", "kept", "--out", "chip")
    mho("export", "--check", "chip")
    layers = {layer["layer"]: layer for layer in json.loads((mho.folder / "chip/io.json").read_text())["crossbar_layers"]}
    assert (layers["lstm"]["rows"], layers["lstm"]["columns"]) == (8 + 12, 4 * 12)  # V + H rows
    chip = mho.json("simulate", "chip", "run.toml")
    assert chip["metric"] == "bits_per_character" and chip["counted"] == chip["predicted"]
    for ours, simulated in zip(score["drift"], chip["drift"], strict=True):
        bound = 1.5 * (half_width(ours) ** 2 + half_width(simulated) ** 2) ** 0.5 + 0.01
        assert abs(ours["mean"] - simulated["mean"]) <= bound


def test_a_language_model_goes_through_onnx_and_back(rhyme):
    mho = rhyme
    onnx, runtime = pytest.importorskip("onnx"), pytest.importorskip("onnxruntime")
    mho.json("evaluate", "small.json", "run.toml", "--out", "kept", "--set", "training.epochs=3", "scoring.programmings=1")
    mho("export", "kept", "--out", "chip")
    file = mho.folder / "chip/network.onnx"
    onnx.checker.check_model(onnx.load(file), full_check=True)
    mho("predict", "kept", "run.toml", "--out", "logits.npy")
    seen = numpy.load(mho.folder / "data/text/test_images.npy").astype(numpy.float32)
    logits = numpy.load(mho.folder / "logits.npy")
    assert numpy.abs(runtime.InferenceSession(str(file)).run(None, {"input": seen})[0] - logits).max() < 1e-4
    convert = pytest.importorskip("mho._onnx").convert
    architecture, weights, _ = convert(file)
    layers = [{key: value for key, value in layer.items() if key != "name"} for layer in json.loads(architecture)["layers"]]
    assert [layer["kind"] for layer in layers] == ["one_hot", "lstm", "conv2d", "softmax_cross_entropy"]  # no dropout
    assert layers[0]["symbols"] == 8
    kept = json.loads((mho.folder / "kept/architecture.json").read_text())
    assert kept["input"] == json.loads(architecture)["input"] and weights["lstm.weight"].shape == (20, 48)


def test_a_language_model_has_the_same_score_on_any_number_of_threads(rhyme):
    mho = rhyme
    sets = ["--set", "training.epochs=4", "--set", "scoring.programmings=2"]
    whole = mho.json("evaluate", "small.json", "run.toml", *sets, "--threads", "1")
    again = mho.json("evaluate", "small.json", "run.toml", *sets, "--threads", "4")
    for score in (whole, again):
        score.pop("wall_s")
    assert whole == again


def test_texts_and_tasks_that_do_not_fit_are_refused_with_one_line(rhyme):
    mho = rhyme
    def refused(*words):
        lines = [line for line in mho(*words, code=2).stderr.splitlines() if "error" in line]
        assert len(lines) == 1
        return lines[0]
    (mho.folder / "short.txt").write_text("abcdefgh" * 5)
    assert ("short.txt: expected a window of text.steps = 100 characters and the one behind it in the training part, found 32"
            in refused("data", "prepare", "text", "--from", "short.txt", "--name", "short", "--out", "data"))
    (mho.folder / "other.txt").write_text("abcde\nxbcde " * 40)
    assert ("other.txt: line 1, column 6: expected a character of text.vocabulary, found"
            in refused("data", "prepare", "text", "--from", "other.txt", "--name", "other", "--out", "data", "--set",
                       "text.steps=10", "text.vocabulary= abcdefg"))
    assert "task.target: expected \"next_step\" for data set 'text', which holds a class for every step" in refused(
        "evaluate", "small.json", "run.toml", "--set", "task.target=class", "task.metric=accuracy")
    assert 'task.metric: expected bits_per_character or perplexity with task.target = "next_step", got "accuracy"' in refused(
        "evaluate", "small.json", "run.toml", "--set", "task.metric=accuracy")
    assert "expected class, reconstruction or value in a search" in refused("search", "run.toml", "--out", "found")
    assert "(10x1x1, 10 steps of 8 outputs), got one for 10x1x1, 8 outputs" in refused("evaluate", "mlp:4", "run.toml")
    # Another text in the same number of characters: their numbers mean others.
    mho("evaluate", "small.json", "run.toml", "--out", "kept", "--set", "training.epochs=1", "--set", "scoring.programmings=1")
    (mho.folder / "new.txt").write_text("hijklmno" * 40)
    mho("data", "prepare", "text", "--from", "new.txt", "--name", "new", "--out", "data", "--set", "text.steps=10")
    mho("export", "kept", "--out", "chip")
    for words in (("evaluate", "kept"), ("simulate", "chip")):
        assert "in the network's vocabulary, \" abcdefg\", got \"hijklmno\"" in refused(
            *words, "run.toml", "--set", "task.data=new")
