# SPDX-License-Identifier: Apache-2.0
"""ONNX files that cannot be read, and mutated ones: refused with their node, never misread."""

import json
import random

import pytest

numpy = pytest.importorskip("numpy")
onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

import onnx_files  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402
from test_import import convert  # noqa: E402
from test_mutations import mutate_bytes  # noqa: E402


@pytest.fixture(autouse=True)
def module(python_mho):
    """The package is built."""


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
