# SPDX-License-Identifier: Apache-2.0
"""Networks of others: ONNX files of several exporters, in the commands and from Python."""

import json
import pathlib
import re

import pytest

from conftest import environment

numpy = pytest.importorskip("numpy")
onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

import onnx_files  # noqa: E402

RUN = """
[task]
data = "set"
normalise = "none"

[scoring]
programmings = 2
"""


@pytest.fixture(autouse=True)
def module(python_mho):
    """The package is built."""


def convert(path, shape=None):
    from mho._onnx import convert as convert_file
    return convert_file(path, shape)


def write_set(folder, shape, classes, seed=3, count=40):
    """Random images as a raw set."""
    draw = numpy.random.default_rng(seed)
    (folder / "data/set").mkdir(parents=True)
    images = {}
    for split in ("train", "test"):
        images[split] = draw.standard_normal((count, *shape)).astype(numpy.float32)
        numpy.save(folder / f"data/set/{split}_images.npy", images[split])
        numpy.save(folder / f"data/set/{split}_labels.npy", numpy.arange(count, dtype=numpy.int32) % classes)
    return images["test"]


def run_onnx(model, images):
    """What onnxruntime makes of them, a batch of the model's own size at a time; logits where it ends in a Softmax."""
    session = onnxruntime.InferenceSession(model.SerializeToString())
    size = session.get_inputs()[0].shape[0]
    step = size if isinstance(size, int) else len(images)
    return numpy.concatenate([session.run(None, {"input": images[i:i + step]})[0] for i in range(0, len(images), step)])


def without_softmax(model):
    if model.graph.node[-1].op_type == "Softmax":
        last = model.graph.node.pop()
        model.graph.output[0].name = last.input[0]
    return model


def predicted(mho, *words):
    mho("predict", *words, "--out", "logits.npy", "--force")
    return numpy.load(mho.folder / "logits.npy")


@pytest.mark.parametrize("name", onnx_files.EXACT)
def test_logits_are_those_of_onnxruntime(python_mho, name):
    mho = python_mho
    model, shape, feed = onnx_files.EXACT[name]()
    onnx.checker.check_model(model)
    onnx.save(model, mho.folder / "model.onnx")
    images = write_set(mho.folder, shape, model.graph.output[0].type.tensor_type.shape.dim[1].dim_value)
    found = predicted(mho, "model.onnx", mho.config(RUN))
    expected = run_onnx(without_softmax(model), feed(images))
    assert numpy.abs(expected).max() > 0.1  # it says something
    assert numpy.abs(found - expected).max() <= 1e-4 * max(numpy.abs(expected).max(), 1)


def test_quantised_activations_are_read_as_float(python_mho):
    mho = python_mho
    model, shape, feed = onnx_files.quantised()
    onnx.save(model, mho.folder / "model.onnx")
    images = write_set(mho.folder, shape, 3)
    difference = numpy.abs(predicted(mho, "model.onnx", mho.config(RUN)) - run_onnx(model, feed(images))).max()
    assert 1e-4 < difference < 0.1  # steps of 0.02, averaged


def test_an_exported_network_comes_back_to_the_same_bits(python_mho):
    mho = python_mho
    config = mho.config()
    words = ["--set", "training.epochs=1", "--set", "training.regime=pim_qat", "--set", "post_training.input_range=true",
             "--set", "post_training.column_range=true"]
    mho("evaluate", "resnet8", config, *words, "--out", "kept")
    mho("export", "kept", "--out", "chip")
    kept, back = predicted(mho, "kept", config), predicted(mho, "chip/network.onnx", config)
    assert (kept == back).all()
    first, again = (mho.json("evaluate", one, config) for one in ("kept", "chip/network.onnx"))
    for score in (first, again):  # ONNX has the padding in numbers, and needs no word for it
        score["wall_s"] = 0
        for layer in score["architecture"]["layers"]:
            layer.pop("padding", None)
    assert first == again
    architecture, weights, _ = convert(mho.folder / "chip/network.onnx")
    assert json.loads(architecture)["preprocessing"] == json.loads((mho.folder / "kept/architecture.json").read_text())["preprocessing"]
    assert "conv1.input_range" in weights or any(name.endswith("input_range") for name in weights)


def test_every_layer_kind_with_its_own_onnx_operator_comes_back(tmp_path):
    """The networks that test_export_files.py compares with onnxruntime hold them all; here one of each."""
    model, _, _ = onnx_files.branches()
    onnx.save(model, tmp_path / "model.onnx")
    kinds = [layer["kind"] for layer in json.loads(convert(tmp_path / "model.onnx")[0])["layers"]]
    assert {"sigmoid", "tanh", "clip", "concat", "add", "average_pool", "batch_norm"} <= set(kinds)


def test_constants_on_the_input_are_a_normalisation_that_taking_anew_finds_again(tmp_path):
    m = onnx_files.Maker(1)
    x = m("Div", m("Sub", "input", m.tensor(numpy.float32(30))), m.tensor(numpy.float32(4)))
    x = m("Flatten", m("GlobalAveragePool", m("Conv", x, m.weights(6, 1, 3, 3), pads=[1, 1, 1, 1])))
    onnx.save(m.model(m("Gemm", x, m.weights(3, 6), transB=1), (1, 6, 6), 3, 13), tmp_path / "model.onnx")
    architecture, weights, _ = convert(tmp_path / "model.onnx")
    first = json.loads(architecture)["layers"][0]
    assert first["kind"] == "batch_norm"
    found = {key: weights[f"{first['name']}.{key}"] for key in ("gamma", "beta", "running_mean", "running_variance")}
    assert numpy.allclose([found["gamma"], found["beta"], found["running_mean"], found["running_variance"]],
                          [[1], [0], [30], [16]], atol=1e-4)


def test_a_foreign_file_is_mapped_exported_simulated_and_judged(python_mho):
    mho = python_mho
    model, shape, _ = onnx_files.torch_new()
    onnx.save(model, mho.folder / "model.onnx")
    before = sorted(path.name for path in mho.folder.iterdir())
    write_set(mho.folder, shape, 5)
    config = mho.config(RUN)
    assert "model" in mho("map", "model.onnx").stdout
    judged = mho("evaluate", "model.onnx", config, "--json", "--out", "kept")
    assert re.search(r"note: input ranges were missing and are calibrated on \d+ training samples: conv1, point, fc\n", judged.stderr)
    assert mho.json("evaluate", "kept", config)["drift"] == json.loads(judged.stdout)["drift"]
    assert "--config FILE" in mho("export", "model.onnx", "--out", "chip", code=2).stderr
    mho("export", "model.onnx", "--config", config, "--out", "chip")
    mho("export", "--check", "chip")
    simulated = mho.json("simulate", "model.onnx", config)
    assert simulated == mho.json("simulate", "chip", config)
    assert simulated["counted"] == simulated["predicted"]
    chip = predicted(mho, "model.onnx", config, "--at", "1d")
    digital = predicted(mho, "model.onnx", config)
    assert chip.shape == digital.shape == (40, 5) and (chip != digital).any()
    assert (chip == predicted(mho, "model.onnx", config, "--at", "24h", "--threads", 1)).all()
    made = {"data", "tiny.toml", "kept", "chip", "logits.npy"}
    assert sorted({path.name for path in mho.folder.iterdir()} - made) == before  # nothing beside the user's file


def test_the_executable_alone_says_how_to_read_onnx(mho):
    (mho.folder / "model.onnx").write_bytes(b"")
    result = mho("evaluate", "model.onnx", mho.config(), code=2)
    assert "model.onnx: reading ONNX needs the Python package mho" in result.stderr and "./mho" in result.stderr


@pytest.mark.parametrize(("words", "message"), [
    (["mlp:8", "tiny.toml", "--out", "x.npy"], "mlp:8: expected a network with its weights"),
    (["kept", "tiny.toml", "--out", "x.txt"], "expected --out FILE.npy, got 'x.txt'"),
    (["kept", "tiny.toml", "--out", "x.npy", "--at", "tomorrow"], "--at: expected a time such as 1s"),
    (["kept", "tiny.toml", "--out", "x.npy", "--split", "all"], "--split"),
])
def test_predictions_that_cannot_be_are_refused(mho, words, message):
    config = mho.config()
    mho("evaluate", "mlp:8", config, "--set", "training.epochs=1", "--out", "kept")
    assert message in mho("predict", *words, code=2).stderr
    assert "% right" in mho("predict", "kept", config, "--out", "x.npy", "--split", "validation").stdout
    assert "is there already" in mho("predict", "kept", config, "--out", "x.npy", code=2).stderr


def test_preprocessing_belongs_to_the_network(mho):
    config = mho.config()
    mho("evaluate", "mlp:8", config, "--set", "training.epochs=2", "--out", "kept")
    own = mho("predict", "kept", config, "--out", "a.npy")
    other = mho("predict", "kept", config, "--out", "b.npy", "--set", "task.normalise=none")
    assert (numpy.load(mho.folder / "a.npy") == numpy.load(mho.folder / "b.npy")).all()
    assert "note" not in own.stderr
    assert "note: images are preprocessed as kept brings it" in other.stderr


def test_candidates_from_files_and_arrays_are_judged_as_commands_judge_them(python_mho, monkeypatch):
    import mho as package
    monkeypatch.chdir(python_mho.folder)
    monkeypatch.setenv("MHO_PYTHON_PATH", environment()["MHO_PYTHON_PATH"])
    model, shape, _ = onnx_files.torch_new()
    onnx.save(model, "model.onnx")
    write_set(python_mho.folder, shape, 5)
    config = python_mho.config(RUN)
    expected = python_mho.json("evaluate", "model.onnx", config, "--seed", 4)
    candidate = package.from_onnx(pathlib.Path("model.onnx"))
    found = package.evaluate(candidate, config, seed=4)
    assert any("input ranges were missing" in note for note in found["notes"])
    assert found["drift"] == expected["drift"]
    again = package.from_arrays(candidate.architecture, candidate.weights)
    assert package.evaluate(again, pathlib.Path(config), seed=4)["drift"] == expected["drift"]
    assert package.evaluate("model.onnx", config, seed=4, threads=1, scoring__programmings=1)["drift"] != expected["drift"]
    candidate.save("saved")
    assert package.evaluate("saved", config, seed=4)["drift"] == expected["drift"]
    assert "8x8x3" in repr(candidate)


def test_arrays_that_do_not_fit_are_refused():
    import mho as package
    architecture = {"format": "mho-architecture-1", "name": "small", "input": [1, 1, 2], "layers": [
        {"name": "fc", "kind": "dense", "inputs": ["input"], "out_features": 2, "bias": False},
        {"name": "loss", "kind": "softmax_cross_entropy", "inputs": ["fc"]}]}
    package.from_arrays(json.dumps(architecture), {"fc.weight": [[1, 2], [3, 4]]})
    for weights, message in [({}, "missing tensor 'fc.weight'"), ({"fc.weight": numpy.zeros((3, 2))}, "wrong shape"),
                             ({"fc.weight": [[1, 2], [3, float("nan")]]}, "'fc.weight'[1, 1]: expected a finite number"),
                             ({"fc.weight": numpy.zeros((2, 2)), "b": [1]}, "unknown tensor 'b'")]:
        with pytest.raises(package.InputError, match=message.replace("[", r"\[").replace("]", r"\]")):
            package.from_arrays(architecture, weights)
    with pytest.raises(package.InputError, match="nowhere.json: expected an architecture file"):
        package.from_arrays("nowhere.json", {})


def test_a_torch_module_becomes_a_candidate(tmp_path):
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnxscript")
    import mho as package
    torch.manual_seed(1)
    nn = torch.nn
    module = nn.Sequential(nn.Conv2d(2, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU6(), nn.AvgPool2d(3, 2, padding=1),
                           nn.Conv2d(6, 6, 3, groups=6), nn.LeakyReLU(), nn.Flatten(), nn.Dropout(), nn.Linear(24, 4))
    candidate = package.from_torch(module, torch.zeros(1, 2, 8, 8))
    assert module.training
    candidate.save(tmp_path / "kept")
    images = write_set(tmp_path, (8, 8, 2), 4)
    from conftest import PythonMho
    mho = PythonMho(tmp_path)
    found = predicted(mho, "kept", mho.config(RUN))
    with torch.no_grad():
        expected = module.eval()(torch.from_numpy(images.transpose(0, 3, 1, 2).copy())).numpy()
    assert numpy.abs(found - expected).max() <= 1e-4 * max(numpy.abs(expected).max(), 1)
