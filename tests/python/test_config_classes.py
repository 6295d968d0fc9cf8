# SPDX-License-Identifier: Apache-2.0
"""mho.config: the run file's tables as classes, made from the list of keys that the run file is read by."""

import pytest
from conftest import PACKAGE, TINY

if not list(PACKAGE.glob("mho/_core*.so")):
    pytest.skip(f"the Python module is not built in {PACKAGE}", allow_module_level=True)

import mho
from mho.config import Device, Hardware, PostTraining, Scoring, Space, Task, Training


def test_a_table_knows_its_keys_and_their_defaults():
    training = Training(epochs=5)
    training.learning_rate = 0.05
    assert (training.epochs, training.learning_rate, training.regime) == (5, 0.05, "hardware_aware")
    assert dict(training) == {"training.epochs": 5, "training.learning_rate": 0.05}
    assert repr(training) == "Training(epochs=5, learning_rate=0.05)"
    assert "batch_size" in dir(training) and "from_" in dir(training)
    assert dict(Training(from_="model.onnx")) == {"training.from": "model.onnx"}
    assert dict(Device(drift_scale=0, pcm={"t_0_s": 30})) == {"device.drift_scale": 0, "device.pcm.t_0_s": 30}


def test_what_it_says_of_a_key_is_what_the_documentation_says(mho):
    described = mho("config").stdout
    assert "Passes over the training split." in Training.__doc__ and "Passes over the training split." in described
    assert "adc_bits: integer" in Hardware.__doc__ and 'batch_norm_at: one of ' in PostTraining.__doc__


def test_a_key_that_is_not_there_is_refused_with_the_nearest():
    with pytest.raises(mho.InputError, match=r"\[training\].*'epoch' \(did you mean 'epochs'\?\)"):
        Training(epoch=3)
    with pytest.raises(mho.InputError, match="hardware"):
        Hardware().adc_bit = 3
    with pytest.raises(AttributeError):
        Hardware().adc_bit
    with pytest.raises(mho.InputError, match=r"space.kind: expected one of analognas, mobile.*got 'wide'"):
        Space(kind="wide")
    with pytest.raises(ImportError):
        from mho.config import Trainings  # noqa: F401


def test_a_space_has_the_keys_of_its_kind():
    assert Space().stem_kernels == [3, 5, 7]
    assert dict(Space(kind="mlp", widths=[16])) == {"space.kind": "mlp", "space.widths": [16]}
    with pytest.raises(mho.InputError):
        Space(kind="mlp", stem_kernels=[3])


def test_tables_judge_a_network_as_the_run_file_does(tmp_path):
    file = tmp_path / "tiny.toml"
    file.write_text(TINY)
    tables = [Task(data="digits", max_train=300, max_test=120), Training(epochs=2), Scoring(programmings=3)]
    one, other = mho.evaluate("mlp:8", tables), mho.evaluate("mlp:8", file)
    assert one["drift"] == other["drift"]
    assert mho.evaluate("mlp:8", [*tables, Hardware(adc_bits=3)])["drift"] != one["drift"]
    with pytest.raises(mho.InputError, match="adc_bits"):
        mho.evaluate("mlp:8", [*tables, Hardware(adc_bits=300)])
