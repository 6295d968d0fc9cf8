# SPDX-License-Identifier: Apache-2.0
"""Operators with weights: convolutions, matrices, batch norms."""

import numpy

from mho._onnx import windows
from mho._onnx.arguments import image_at, like, unpadded
from mho._onnx.graph import vector_of


def convolution(node, converter):
    value = image_at(node, converter)
    weight = node.constant(1, "weights")
    bias = node.constant(2, "biases", needed=False)
    line = value.index.ndim == 2  # one row, or one column
    if weight.ndim != value.index.ndim + 1:
        node.refuse(f"expected weights with {value.index.ndim + 1} axes", f"shape {list(weight.shape)}")
    groups = node.get("group", 1)
    outputs, inputs = weight.shape[:2]
    if groups < 1 or inputs * groups != value.shape[2] or outputs % groups:
        node.refuse(f"expected weights for {value.shape[2]} channels in {groups} groups", f"shape {list(weight.shape)}")
    if bias is not None and bias.shape != (outputs,):
        node.refuse(f"expected {outputs} biases", f"shape {list(bias.shape)}")
    window = windows.of(node, value, weight.shape[2:])
    shape = window.slide(node, value.shape, outputs)
    if line:
        weight = weight[:, :, None, :] if value.shape[0] == 1 else weight[:, :, :, None]
    name = node.layers.add("conv2d", node.wanted, [value.layer], out_channels=int(outputs), **window.attributes(),
                           groups=int(groups), bias=bias is not None)
    node.layers.set(name, weight=weight.transpose(2, 3, 1, 0).reshape(-1, outputs), bias=bias)
    return windows.image(name, shape, line)


def matrix(node, value, weight, bias):
    """weight: [inputs, outputs], rows in the order of the activation."""
    if weight.shape[0] != value.index.size:
        node.refuse(f"expected a matrix of {value.index.size} inputs", f"shape {list(weight.shape)}")
    turned = numpy.empty_like(weight)
    turned[value.index.ravel()] = weight
    outputs = weight.shape[1]
    name = node.layers.add("dense", node.wanted, [value.layer], out_features=int(outputs), bias=bias is not None)
    node.layers.set(name, weight=turned, bias=bias)
    return vector_of(name, outputs)


def vector_at(node, converter, position=0):
    value = unpadded(node, node.value(position))
    if value.index.size != max(value.index.shape, default=1):
        node.refuse("expected one vector an image", f"shape {list(value.index.shape)}")
    return value


def gemm(node, converter):
    value = vector_at(node, converter)
    weight = node.constant(1, "a matrix")
    if node.get("transA", 0) or weight.ndim != 2:
        node.refuse("expected activations times a matrix", f"transA {node.get('transA', 0)}, shape {list(weight.shape)}")
    if node.get("transB", 0):
        weight = weight.T
    if node.get("alpha", 1.0) != 1:
        weight = weight * numpy.float32(node.get("alpha"))
    bias = node.constant(2, "biases", needed=False)
    if bias is not None:
        try:
            bias = numpy.broadcast_to(bias, (1, weight.shape[1])).ravel() * numpy.float32(node.get("beta", 1.0))
        except ValueError:
            node.refuse(f"expected {weight.shape[1]} biases", f"shape {list(bias.shape)}")
    return matrix(node, value, weight, bias)


def matmul(node, converter):
    value, weight = vector_at(node, converter), node.constant(1, "a matrix")
    if weight.ndim != 2:
        node.refuse("expected a matrix", f"shape {list(weight.shape)}")
    return matrix(node, value, weight, None)


def batch_normalization(node, converter):
    value = unpadded(node, node.value(0))
    numbers = [node.constant(i, what) for i, what in enumerate(("scale", "bias", "mean", "variance"), start=1)]
    if node.get("training_mode", 0):
        node.refuse("expected a trained network", "training_mode 1")
    channels = value.index.shape[0]
    shape = (channels,) + (1,) * (value.index.ndim - 1)
    if any(tensor.shape != (channels,) for tensor in numbers):
        node.refuse(f"expected {channels} numbers each", f"shapes {[list(tensor.shape) for tensor in numbers]}")
    turned = [value.by_channel(tensor.reshape(shape)) for tensor in numbers]
    if any(tensor is None for tensor in turned):
        node.refuse("expected one number a channel", "channels elsewhere than in the axis after the images")
    if (turned[3] < 0).any():
        node.refuse("expected variances from 0", f"{turned[3].min()}")
    epsilon = node.get("epsilon", 1e-5)
    if not 0 < epsilon <= 1:
        node.refuse("expected an epsilon above 0, up to 1", epsilon)
    name = node.layers.add("batch_norm", node.wanted, [value.layer], epsilon=epsilon)
    node.layers.set(name, gamma=turned[0], beta=turned[1], running_mean=turned[2], running_variance=turned[3])
    return like(value, name, value.shape)
