# SPDX-License-Identifier: Apache-2.0
"""Networks of others: ONNX files of several exporters, in the commands and from Python."""

import json
import pathlib
import random
import re

import pytest

from conftest import TINY, environment

numpy = pytest.importorskip("numpy")
onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

import onnx_files  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402
from test_mutations import mutate_bytes  # noqa: E402

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


# ---- fine-tuning

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


# ---- Python

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


# ---- bad input

def model_with(node=None, inputs=(1, 2, 6, 6), outputs=1, opset=17, weights=True, kind=TensorProto.FLOAT, classes=3,
               change=None, name="bad node"):
    """A small network with one thing wrong."""
    draw = numpy.random.default_rng(1)
    tensors = [numpy_helper.from_array(draw.standard_normal((4, 2, 3, 3)).astype(numpy.float32), "w"),
               numpy_helper.from_array(draw.standard_normal((4, classes)).astype(numpy.float32), "fc"),
               numpy_helper.from_array(numpy.array([0, 2, 3, 1], numpy.int64), "numbers")] if weights else []
    nodes = [helper.make_node("Conv", ["input", "w"], ["c"], name="conv"),
             helper.make_node("GlobalAveragePool", ["c"], ["g"], name="mean"),
             helper.make_node("Flatten", ["g"], ["f"], name="flat"),
             helper.make_node("MatMul", ["f", "fc"], ["scores"], name="fc")]
    if node:
        nodes[1:1] = [helper.make_node(node[0], ["c", *node[1]], ["c2"], name=name, **node[2])]
        nodes[2].input[0] = "c2"
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("input", kind, inputs)],
                              [helper.make_tensor_value_info(one, kind, [1, classes]) for one in ["scores", "f"][:outputs]],
                              tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    if change:
        change(model)
    return model


def set_nan(model):
    weight = numpy_helper.to_array(model.graph.initializer[0]).copy()
    weight[1, 0, 2, 1] = numpy.nan
    model.graph.initializer[0].CopyFrom(numpy_helper.from_array(weight, "w"))


def go_outside(model):
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../secret.bin")


def shorten(model):
    model.graph.initializer[0].raw_data = model.graph.initializer[0].raw_data[:-4]


def recurrent_model(kind="LSTM", gates=4, gather=-1, **attributes):
    m = onnx_files.Maker(1)
    x = m("Transpose", "input", perm=[1, 0, 2])
    x = m(kind, x, m.weights(1, 5 * gates, 3), m.weights(1, 5 * gates, 5), hidden_size=5, **attributes)
    x = m("Transpose", m("Squeeze", x, m.integers(1)), perm=[1, 0, 2])
    x = m("Gather", x, m.tensor(numpy.array(gather, numpy.int64)), axis=1)
    return m.model(m("Gemm", x, m.weights(3, 5), transB=1), (9, 3), 3, 17)


BAD = {
    "operator": (model_with(("Softplus", [], {})),
                 ["node 'bad node' (Softplus, number 2 of 5): expected one of the operators Add, AveragePool, ", "got 'Softplus'"]),
    "domain": (model_with(("Relu", [], {"domain": "com.microsoft"})), ["com.microsoft::Relu"]),
    "two activations": (model_with(("Mul", ["c"], {})), ["(Mul", "expected an activation and constants, got two activations"]),
    "dilation": (model_with(change=lambda m: m.graph.node[0].attribute.append(helper.make_attribute("dilations", [2, 2]))),
                 ["node 'conv'", "expected neighbouring pixels, got dilations [2, 2]"]),
    "layout": (model_with(("Transpose", [], {"perm": [0, 3, 2, 1]})), ["'mean'", "expected an image with channels first"]),
    "batch": (model_with(("Transpose", [], {"perm": [1, 0, 2, 3]})), ["expected activations whose first axis is the images'"]),
    "step": (recurrent_model(gather=3), ["(Gather", "expected the last step of a sequence, got another part of 9x1x5"]),
    "direction": (recurrent_model(direction="reverse"), ["(LSTM", "expected direction 'forward', got reverse"]),
    "reset": (recurrent_model(kind="GRU", gates=3), ["(GRU", "expected linear_before_reset 1, got None"]),
    "constant a pixel": (model_with(("Add", ["pixels"], {}), change=lambda m: m.graph.initializer.append(
        numpy_helper.from_array(numpy.arange(16, dtype=numpy.float32).reshape(4, 4), "pixels"))),
        ["expected one constant, or one a channel, got shape [4, 4]"]),
    "dynamic": (model_with(inputs=("batch", 2, "height", 6)), ["input 'input'", "axis 2 of size height"]),
    "axes": (model_with(inputs=(1, 2, 6, 6, 6)), ["expected 2 to 4 axes", "got 5"]),
    "channels": (model_with(inputs=(1, 3, 6, 6)), ["node 'conv'", "expected weights for 3 channels in 1 groups, got shape [4, 2, 3, 3]"]),
    "small": (model_with(inputs=(1, 2, 2, 2)), ["expected a kernel inside of the padded image, 2x2, got 3x3"]),
    "old": (model_with(opset=6), ["opset: expected 7 to ", "got 6"]),
    "new": (model_with(opset=99), ["got 99: install a newer onnx package"]),
    "outputs": (model_with(outputs=2), ["expected one output, the scores of the classes, got 2: scores, f"]),
    "weights": (model_with(weights=False), ["expected a network with its weights, got a graph without any"]),
    "one class": (model_with(classes=1), ["expected scores, one for each of at least 2 classes, got 1x1x1"]),
    "nan": (model_with(change=set_nan), ["node 'conv'", "expected finite numbers, got nan in 'w' at [1, 0, 2, 1]"]),
    "outside": (model_with(change=go_outside), ["external data in the file's own folder, got '../secret.bin'"]),
    "short": (model_with(change=shorten), ["tensor 'w': expected numbers of type FLOAT and shape [4, 2, 3, 3]"]),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_refused_with_its_node(tmp_path, name):
    from mho import InputError
    model, messages = BAD[name]
    (tmp_path / "secret.bin").write_bytes(bytes(4 * 72))
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "bad.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(InputError) as refused:
        convert(folder / "bad.onnx")
    assert str(refused.value).startswith(f"{folder}/bad.onnx: ")
    for message in messages:
        assert message in str(refused.value)


def test_a_network_for_another_task_is_refused_by_the_command(python_mho):
    mho = python_mho
    (mho.folder / "model.onnx").write_bytes(model_with().SerializeToString())
    refused = mho("evaluate", "model.onnx", mho.config(), code=2)
    assert "model.onnx: expected a network for data set 'digits' (8x8x1, 10 outputs), got one for 6x6x2, 3 outputs" in refused.stderr


def test_external_data_beside_the_file_are_read(tmp_path):
    model = model_with()
    plain = convert(write(tmp_path / "plain.onnx", model))
    onnx.save(model, tmp_path / "split.onnx", save_as_external_data=True, size_threshold=0, location="split.data")
    split = convert(tmp_path / "split.onnx")
    assert all((plain[1][key] == split[1][key]).all() for key in plain[1])
    (tmp_path / "split.data").unlink()
    from mho import InputError
    with pytest.raises(InputError, match="expected external data in .*split.data, got none"):
        convert(tmp_path / "split.onnx")


def write(path, model):
    path.write_bytes(model.SerializeToString())
    return path


def test_vectors_of_several_channels_do_not_tell_their_order(tmp_path):
    from mho import InputError
    model, _, _ = onnx_files.vectors()
    file = write(tmp_path / "model.onnx", model)
    assert json.loads(convert(file, (6, 8, 1))[0])["input"] == [6, 8, 1]
    assert json.loads(convert(file)[0])["input"] == [1, 1, 48]
    with pytest.raises(InputError, match="whose order .* the file does not tell"):
        convert(file, (4, 4, 3))


def rewired(model, rng):
    """One to three changes of the graph that a byte's change seldom hits."""
    graph = model.graph
    for _ in range(rng.randint(1, 3)):
        node = rng.choice(graph.node)
        kind = rng.randrange(7)
        if kind == 0 and node.input:
            node.input[rng.randrange(len(node.input))] = rng.choice([rng.choice(graph.node).output[0], "input", "",
                                                                     rng.choice(graph.initializer).name])
        elif kind == 1:
            node.op_type = rng.choice(graph.node).op_type
        elif kind == 2 and node.attribute:
            attribute = rng.choice(node.attribute)
            edge = rng.choice([0, -1, 1, 2**31, -2**63, 2**63 - 1, 3])
            if attribute.ints:
                attribute.ints[rng.randrange(len(attribute.ints))] = edge
            attribute.i = edge
        elif kind == 3:
            tensor = rng.choice(graph.initializer)
            if tensor.dims:
                tensor.dims[rng.randrange(len(tensor.dims))] = rng.choice([0, 1, -1, 2**40, 7])
        elif kind == 4:
            tensor = rng.choice(graph.initializer)
            tensor.data_type = rng.randrange(25)
        elif kind == 5:
            del graph.node[rng.randrange(len(graph.node))]
        else:
            dims = graph.input[0].type.tensor_type.shape.dim
            dims[rng.randrange(len(dims))].dim_value = rng.choice([0, 1, 2**40, 5])
        if not graph.node or not graph.initializer:
            break
    return model.SerializeToString()


@pytest.mark.parametrize("name", [*onnx_files.EXACT, "quantised"])
def test_mutated_files_are_read_or_refused_by_name(tmp_path, name):
    from mho import Candidate, InputError
    maker = onnx_files.EXACT.get(name, onnx_files.quantised)
    original = maker()[0].SerializeToString()
    file, read = tmp_path / "mutant.onnx", 0
    for number in range(150):
        rng = random.Random(f"{name} {number}")
        file.write_bytes(rewired(onnx.ModelProto.FromString(original), rng) if number % 2 else mutate_bytes(original, rng))
        try:
            Candidate(*convert(file)[:2], str(file))
            read += 1
        except InputError as refused:
            assert "mutant.onnx" in str(refused), f"mutant {number}: {refused}"
    assert 0 < read < 150
