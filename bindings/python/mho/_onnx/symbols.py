# SPDX-License-Identifier: Apache-2.0
"""Characters as vectors."""

import numpy

from mho._onnx.arguments import unpadded
from mho._onnx.values import Value


def one_hot(node, converter):
    value = unpadded(node, node.value(0))
    steps, width, channels = value.shape
    if (width, channels) != (1, 1):
        node.refuse("expected characters, one number a step", "x".join(map(str, value.shape)))
    symbols = int(numpy.ravel(node.constant(1, "a depth"))[0])
    if symbols < 2 or node.constant(2, "values").ravel().tolist() != [0, 1]:
        node.refuse("expected a depth of at least 2 and the values 0 and 1", symbols)
    rank = value.index.ndim + 2  # with the images and the new axis
    axis = int(node.get("axis", -1)) % rank
    if axis <= value.images:
        node.refuse("expected an axis behind the images'", axis)
    name = node.layers.add("one_hot", node.wanted, [value.layer], symbols=symbols)
    index = numpy.stack([value.index * symbols + symbol for symbol in range(symbols)], axis - 1)
    return Value(name, (steps, 1, symbols), index)
