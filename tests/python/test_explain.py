# SPDX-License-Identifier: Apache-2.0
"""`mho explain`, and layers kept digital, on small networks of 8 x 8 digits."""

import json
import xml.etree.ElementTree as Xml

import pytest

from conftest import TINY

NOISY = TINY + """
[hardware]
output_noise = 1.5
"""


@pytest.fixture
def trained(mho):
    """A network trained in digital, and a chip whose outputs are far too noisy for it."""
    mho.config(NOISY)
    mho("evaluate", "resnet8", "tiny.toml", "--set", "training.regime=digital", "training.epochs=6", "--out", "net")
    return mho


def test_the_cause_the_key_and_the_layers_are_told(trained):
    text = trained("explain", "net", "tiny.toml", "--images", "60").stdout
    assert text.splitlines()[0].startswith("resnet8, accuracy: ")
    assert "on 3 chips after 1 d" in text and "validation images" in text
    first = next(line for line in text.splitlines() if line.startswith(" 1. "))
    assert "output noise" in first
    assert "    hardware.output_noise: " in text
    for layer in ("conv0", "stack1_conv1", "logits"):
        assert any(line.startswith(layer) and " dB " in line for line in text.splitlines()), text
    assert "hardware.digital_layers" in text


def test_the_document_has_what_the_docs_say_and_repeats(trained):
    words = ("explain", "net", "tiny.toml", "--images", "60", "--programmings", "2", "--at", "1h", "--split", "test")
    found = trained.json(*words)
    assert found == trained.json(*words, "--threads", "1")
    assert (found["split"], found["images"], found["programmings"], found["at_s"]) == ("test", 60, 2, 3600)
    assert found["causes"][0]["cause"] == "output_noise" and found["causes"][0]["points"] > 10
    by_effect = {entry["effect"]: entry for entry in found["effects"]}
    assert list(by_effect) == ["dac_clipping", "dac_rounding", "adc_clipping", "adc_rounding", "programming_noise", "drift",
                               "read_noise", "output_noise"]
    assert by_effect["output_noise"]["off"]["gain"] > 0 > by_effect["output_noise"]["alone"]["gain"]
    assert found["without_all"]["mean"] == pytest.approx(found["digital"], abs=0.02)
    for layer in found["layers"]:
        assert sum(layer["error_shares"].values()) == pytest.approx(1)
        assert layer["error_shares"]["output_noise"] > 0.5
    assert [len(entry["layers"]) for entry in found["digital_sets"]] == [1, 2, 3]


def test_a_plot_is_drawn_and_not_replaced(trained):
    words = ("explain", "net", "tiny.toml", "--images", "30", "--programmings", "2", "--plot", "why.svg")
    trained(*words)
    drawn = Xml.fromstring((trained.folder / "why.svg").read_text())
    texts = [node.text for node in drawn.iter() if node.tag.endswith("text")]
    assert "output noise" in texts and any(text.endswith(" digital") for text in texts)
    assert "--force" in trained("explain", "net", "tiny.toml", "--seed", "9", "--plot", "why.svg", code=2).stderr


@pytest.mark.parametrize("words, told", [
    (("resnet8", "tiny.toml"), "expected a network with its weights"),
    (("net", "tiny.toml", "--at", "soon"), "expected a time such as 1s"),
    (("net", "tiny.toml", "--plot", "why.png"), "expected --plot FILE.svg"),
    (("net", "tiny.toml", "--set", 'hardware.digital_layers=["conv9"]'), "did you mean 'conv"),
])
def test_what_cannot_be_explained_is_refused(trained, words, told):
    assert told in trained("explain", *words, code=2).stderr


def test_layers_kept_digital_are_scored_mapped_exported_and_simulated(trained):
    mho = trained
    mixed = ("--set", 'hardware.digital_layers=["conv0","logits"]')
    plain = mho.json("evaluate", "net", "tiny.toml")
    found = mho.json("evaluate", "net", "tiny.toml", *mixed)
    assert found["digital"] == plain["digital"]
    assert found["drift"][0]["mean"] > plain["drift"][0]["mean"]
    assert found["chip"]["core_mvms"] < plain["chip"]["core_mvms"]
    mho.config(NOISY + 'digital_layers = ["conv0", "logits"]\n', "mixed.toml")
    mho("export", "net", "--config", "mixed.toml", "--out", "chip")
    mho("export", "--check", "chip")
    io = json.loads((mho.folder / "chip/io.json").read_text())
    assert {"conv0", "logits"} <= {layer["layer"] for layer in io["digital_layers"]}
    assert not {"conv0", "logits"} & {layer["layer"] for layer in io["crossbar_layers"]}
    simulated = mho.json("simulate", "chip", "mixed.toml", "--set", "scoring.programmings=2")
    assert simulated["drift"][0]["mean"] == pytest.approx(found["drift"][0]["mean"], abs=0.1)


def test_an_unknown_digital_layer_is_refused_before_training(mho):
    told = mho("evaluate", "resnet8", mho.config(), "--set", 'hardware.digital_layers=["conv00"]', code=2).stderr
    assert "hardware.digital_layers: expected conv2d or dense layers of 'resnet8', got 'conv00' (did you mean 'conv0'?)" in told
    assert "epoch" not in told
