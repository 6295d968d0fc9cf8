# SPDX-License-Identifier: Apache-2.0
"""Small ONNX files in the manner of several exporters, made with onnx.helper: `python onnx_files.py FOLDER` writes them.

Each maker returns (model, shape of an image as the task has it: height, width, channels, how a batch of such images is fed
to the model)."""

import pathlib
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper


def channels_first(images):
    return images.transpose(0, 3, 1, 2)


def channels_last(images):
    return images


def as_lines(images):
    """Steps x 1 x channels as [images, channels, steps]."""
    return images[:, :, 0, :].transpose(0, 2, 1)


def as_steps(images):
    """Steps x 1 x channels as [images, steps, channels]."""
    return images[:, :, 0, :]


def as_vectors(images):
    return images.reshape(len(images), -1)


class Maker:
    """A graph, node by node; every node gives one tensor and returns its name."""

    def __init__(self, seed, dtype=numpy.float32):
        self.random = numpy.random.default_rng(seed)
        self.dtype = dtype
        self.nodes, self.initializers, self.count = [], [], 0

    def tensor(self, values, name=None):
        self.count += 1
        name = name or f"constant.{self.count}"
        self.initializers.append(numpy_helper.from_array(numpy.asarray(values), name))
        return name

    def weights(self, *shape, name=None, scale=None):
        scale = scale or (2 / numpy.prod(shape[1:])) ** 0.5
        return self.tensor((self.random.standard_normal(shape) * scale).astype(self.dtype), name)

    def numbers(self, count, low=0.5, high=1.5):
        return self.tensor(self.random.uniform(low, high, count).astype(self.dtype))

    def integers(self, *values):
        return self.tensor(numpy.array(values, numpy.int64))

    def __call__(self, kind, *inputs, name=None, **attributes):
        self.count += 1
        output = f"/{kind.lower()}_{self.count}_output_0"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], name=name or f"/{kind}_{self.count}", **attributes))
        return output

    def norm(self, x, channels, **attributes):
        numbers = [self.numbers(channels), self.numbers(channels, -0.5, 0.5), self.numbers(channels, -0.5, 0.5),
                   self.numbers(channels, 0.5, 2)]
        return self("BatchNormalization", x, *numbers, **attributes)

    def model(self, output, shape, classes, opset, batch="batch", producer="pytorch", kind=TensorProto.FLOAT, ir=8):
        graph = helper.make_graph(self.nodes, "main_graph",
                                  [helper.make_tensor_value_info("input", kind, [batch, *shape])],
                                  [helper.make_tensor_value_info(output, kind, [batch, classes])], self.initializers)
        return helper.make_model(graph, producer_name=producer, opset_imports=[helper.make_opsetid("", opset)], ir_version=ir)


def torch_old():
    """torch.onnx.export as it was (TorchScript): shapes computed in the graph, Gemm with transB, floor and ceil pooling."""
    m = Maker(1)
    x = m("Conv", "input", m.weights(6, 2, 3, 3), m.weights(6, scale=0.1), kernel_shape=[3, 3], pads=[1, 1, 1, 1],
          strides=[1, 1], dilations=[1, 1], group=1)
    x = m("Relu", m.norm(x, 6, epsilon=9.999999747378752e-06, momentum=0.9))
    x = m("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2], pads=[0, 0, 0, 0], ceil_mode=1)
    size = m("Shape", x)
    images = m("Unsqueeze", m("Gather", size, m.tensor(numpy.array(0, numpy.int64)), axis=0), axes=[0])
    x = m("Reshape", x, m("Concat", images, m.integers(-1), axis=0))
    x = m("Relu", m("Gemm", x, m.weights(12, 6 * 4 * 5), m.weights(12, scale=0.1), alpha=1.0, beta=1.0, transB=1))
    x = m("Gemm", m("Dropout", x), m.weights(4, 12), m.weights(4, scale=0.1), transB=1)
    return m.model(x, (2, 7, 9), 4, 11), (7, 9, 2), channels_first


def torch_new():
    """torch.onnx.export(dynamo=True): opset 18, axes as inputs, names of modules."""
    m = Maker(2)
    x = m("Conv", "input", m.weights(8, 3, 3, 3, name="conv1.weight"), m.weights(8, scale=0.1, name="conv1.bias"),
          name="node_conv2d", auto_pad="NOTSET", pads=[1, 1, 1, 1], strides=[2, 2], group=1)
    x = m("Clip", x, m.tensor(numpy.float32(0)), m.tensor(numpy.float32(6)), name="node_hardtanh")
    y = m("Conv", x, m.weights(8, 1, 3, 3, name="depth.weight"), pads=[1, 1, 1, 1], group=8, name="node_depth")
    x = m("Add", m("Conv", y, m.weights(8, 8, 1, 1, name="point.weight"), name="node_point"), x, name="node_add")
    x = m("ReduceMean", x, m.integers(-1, -2), keepdims=1, name="node_mean")
    x = m("Reshape", x, m.integers(-1, 8), allowzero=1, name="node_view")
    x = m("Gemm", x, m.weights(5, 8, name="fc.weight"), m.weights(5, scale=0.1, name="fc.bias"), transB=1, beta=1.0,
          name="node_linear")
    return m.model(x, (3, 8, 8), 5, 18, ir=10), (8, 8, 3), channels_first


def keras_tf2onnx():
    """Keras through tf2onnx: images with channels last, transposed; SAME padding, odd side last; MatMul and Add; Softmax."""
    m = Maker(3)
    x = m("Transpose", "input", perm=[0, 3, 1, 2])
    x = m("Conv", x, m.weights(6, 2, 3, 3), m.weights(6, scale=0.1), kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 1, 1],
          name="StatefulPartitionedCall/net/conv/Conv2D")
    x = m("Relu", x)
    x = m("Conv", x, m.weights(6, 6, 2, 4), kernel_shape=[2, 4], auto_pad="SAME_UPPER", strides=[1, 1])
    x = m("Add", x, m.tensor(m.random.standard_normal((1, 6, 1, 1)).astype(numpy.float32)))
    x = m("LeakyRelu", x, alpha=0.3)
    x = m("MaxPool", x, kernel_shape=[2, 2], strides=[1, 1], auto_pad="SAME_UPPER")
    x = m("Transpose", x, perm=[0, 2, 3, 1])
    x = m("Reshape", x, m.integers(-1, 4 * 4 * 6))
    x = m("Add", m("MatMul", x, m.weights(96, 7, scale=0.15)), m.weights(7, scale=0.1))
    x = m("Softmax", m("Identity", x), axis=-1)
    return m.model(x, (8, 8, 2), 7, 15, batch="unk__1", producer="tf2onnx"), (8, 8, 2), channels_last


def branches():
    """Everything elementwise, both averages, Concat, Pad, constants on every side."""
    m = Maker(4)
    x = m("Div", m("Sub", "input", m.tensor(numpy.array([0.2, -0.1, 0.4], numpy.float32).reshape(1, 3, 1, 1))),
          m.tensor(numpy.float32(0.7)))
    x = m("Pad", x, m.integers(0, 0, 1, 0, 0, 0, 0, 2), m.tensor(numpy.float32(0)), mode="constant")
    x = m("Conv", x, m.weights(6, 3, 3, 3), m.weights(6, scale=0.1))
    x = m("Mul", x, m.tensor(m.random.uniform(0.5, 1.5, (6, 1, 1)).astype(numpy.float32)))
    a = m("Sigmoid", x)
    b = m("AveragePool", m("Tanh", x), kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1])
    c = m("AveragePool", m("Clip", x, m.tensor(numpy.float32(-0.5)), m.tensor(numpy.float32(0.75))), kernel_shape=[3, 3],
          strides=[1, 1], pads=[1, 1, 1, 1], count_include_pad=1)
    x = m("Concat", a, b, c, axis=1)
    x = m("Sub", m.tensor(numpy.float32(1)), x)
    x = m("Conv", x, m.weights(6, 6, 3, 3), group=3, dilations=[1, 1], strides=[2, 1])
    x = m("Sum", x, x)
    x = m.norm(m("Relu", x), 6, epsilon=1e-3)
    x = m("Squeeze", m("Squeeze", m("GlobalAveragePool", x), m.integers(3)), m.integers(-1))
    x = m("Gemm", x, m.weights(6, 3, scale=0.6), m.weights(1, 3, scale=0.1), alpha=0.5, beta=2.0)
    return m.model(x, (3, 9, 8), 3, 13), (9, 8, 3), channels_first


def lines():
    """1-D convolutions, as keyword and movement networks have them."""
    m = Maker(5)
    x = m("Conv", "input", m.weights(8, 3, 5), m.weights(8, scale=0.1), kernel_shape=[5], pads=[2, 2], strides=[2])
    x = m("Relu", m.norm(x, 8))
    x = m("MaxPool", x, kernel_shape=[2], strides=[2])
    x = m("Conv", x, m.weights(8, 1, 3), kernel_shape=[3], group=8, pads=[2, 0])
    x = m("Squeeze", m("ReduceMean", x, axes=[2]), axes=[2])
    x = m("Gemm", x, m.weights(4, 8), m.weights(4, scale=0.1), transB=1)
    return m.model(x, (3, 20), 4, 9, batch=1), (20, 1, 3), as_lines


def vectors():
    """A multilayer perceptron on flattened images of one channel, fixed batch."""
    m = Maker(6)
    x = m("Relu", m("Add", m("MatMul", "input", m.weights(48, 10, scale=0.2)), m.weights(10, scale=0.1)))
    x = m("Flatten", m("Unsqueeze", x, m.integers(2)), axis=1)
    x = m("MatMul", x, m("Transpose", m.weights(3, 10), perm=[1, 0]))
    return m.model(x, (48,), 3, 17, batch=4), (6, 8, 1), as_vectors


def image_to_vector():
    """A reshape makes the image of the vector; channels are the file's."""
    m = Maker(7)
    x = m("Reshape", "input", m.integers(-1, 1, 6, 8))
    x = m("Relu", m("Conv", x, m.weights(4, 1, 3, 3)))
    x = m("Gemm", m("Flatten", x), m.weights(3, 4 * 4 * 6), transB=1)
    return m.model(x, (48,), 3, 17), (6, 8, 1), as_vectors


def quantised_weights():
    """Weights in 8 bits with one scale a channel."""
    m = Maker(8)
    q = m.tensor(m.random.integers(-127, 128, (6, 2, 3, 3)).astype(numpy.int8))
    weight = m("DequantizeLinear", q, m.numbers(6, 0.001, 0.004), m.tensor(numpy.zeros(6, numpy.int8)), axis=0)
    x = m("Relu", m("Conv", "input", weight, pads=[1, 1, 1, 1]))
    x = m("Flatten", m("GlobalAveragePool", x))
    return m.model(m("Gemm", x, m.weights(3, 6), transB=1), (2, 6, 6), 3, 13), (6, 6, 2), channels_first


def quantised():
    """The same with activations in 8 bits: they are read as float, so scores differ by their rounding."""
    m = Maker(8)
    scale, zero = m.tensor(numpy.float32(0.04)), m.tensor(numpy.int8(0))
    x = m("DequantizeLinear", m("QuantizeLinear", "input", scale, zero), scale, zero)
    w = m.weights(6, 2, 3, 3)
    w = m("DequantizeLinear", m("QuantizeLinear", w, scale, zero), scale, zero)
    x = m("Relu", m("Conv", x, w, pads=[1, 1, 1, 1]))
    x = m("DequantizeLinear", m("QuantizeLinear", x, scale, zero), scale, zero)
    x = m("Flatten", m("GlobalAveragePool", x))
    return m.model(m("Gemm", x, m.weights(3, 6), transB=1), (2, 6, 6), 3, 13), (6, 6, 2), channels_first


def half_precision():
    """Weights in 16 bits, cast in the graph; biases in 64."""
    m = Maker(9, numpy.float16)
    w = m("Cast", m.weights(5, 2, 3, 3), to=TensorProto.FLOAT)
    b = m("Cast", m.tensor(m.random.standard_normal(5)), to=TensorProto.FLOAT)
    x = m("Flatten", m("Relu", m("Conv", "input", w, b)))
    x = m("Gemm", x, m("Cast", m.weights(3, 80, scale=0.2), to=TensorProto.FLOAT), transB=1)
    return m.model(x, (2, 6, 6), 3, 13), (6, 6, 2), channels_first


def torch_recurrent():
    """nn.LSTM and nn.GRU with batch_first, `out[:, -1]`: steps first and back again around each."""
    m = Maker(10)
    x = m("Transpose", "input", perm=[1, 0, 2])
    x = m("LSTM", x, m.weights(1, 20, 3, scale=0.5), m.weights(1, 20, 5, scale=0.5), m.weights(1, 40, scale=0.3), hidden_size=5)
    x = m("Transpose", m("Squeeze", x, m.integers(1)), perm=[1, 0, 2])
    x = m("Relu", x)
    x = m("GRU", m("Transpose", x, perm=[1, 0, 2]), m.weights(1, 12, 5, scale=0.5), m.weights(1, 12, 4, scale=0.5),
          m.weights(1, 24, scale=0.3), hidden_size=4, linear_before_reset=1)
    x = m("Transpose", m("Squeeze", x, m.integers(1)), perm=[1, 0, 2])
    x = m("Gather", x, m.tensor(numpy.array(-1, numpy.int64)), axis=1)
    return m.model(m("Gemm", x, m.weights(3, 4, scale=0.7), transB=1), (9, 3), 3, 17), (9, 1, 3), as_steps


def last_states():
    """A 1-D convolution before an RNN without biases, its Y sliced, and a GRU whose Y_h is read."""
    m = Maker(11)
    x = m("Relu", m("Conv", "input", m.weights(6, 2, 3), m.weights(6, scale=0.1), kernel_shape=[3], pads=[1, 1]))
    x = m("RNN", m("Transpose", x, perm=[2, 0, 1]), m.weights(1, 4, 6, scale=0.5), m.weights(1, 4, 4, scale=0.5), hidden_size=4)
    x = m("Squeeze", x, m.integers(1))
    a = m("Slice", m("Transpose", x, perm=[1, 0, 2]), m.integers(-1), m.integers(2**62), m.integers(1))
    b = m("GRU", x, m.weights(1, 9, 4, scale=0.5), m.weights(1, 9, 3, scale=0.5), hidden_size=3, linear_before_reset=1)
    m.nodes[-1].output[:] = ["", b]
    x = m("Concat", m("Squeeze", a, m.integers(1)), m("Squeeze", b, m.integers(0)), axis=1)
    return m.model(m("Gemm", x, m.weights(3, 7, scale=0.7), transB=1), (2, 8), 3, 17), (8, 1, 2), as_lines


EXACT = {maker.__name__: maker for maker in (torch_old, torch_new, keras_tf2onnx, branches, lines, vectors, image_to_vector,
                                             quantised_weights, half_precision, torch_recurrent, last_states)}


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, maker in {**EXACT, "quantised": quantised}.items():
        onnx.save(maker()[0], folder / f"{name}.onnx")
