# SPDX-License-Identifier: Apache-2.0
"""Operators on each number, and with constants."""

import numpy

from mho._onnx.arguments import like, unpadded
from mho._onnx.values import Value, same_places


def elementwise(kind, **attributes):
    def apply(node, converter):
        value = unpadded(node, node.value(0))
        return like(value, node.layers.add(kind, node.wanted, [value.layer], **attributes), value.shape)
    return apply


def leaky_relu(node, converter):
    slope = node.get("alpha", 0.01)
    if not 0 <= slope <= 1:
        node.refuse("expected an alpha from 0 to 1", slope)
    return elementwise("leaky_relu", slope=slope)(node, converter)


def clip(node, converter):
    low, high = ((node.parameter(position, attribute) for position, attribute in ((1, "min"), (2, "max"))))
    low, high = (bound[0] if isinstance(bound, list) and bound else bound for bound in (low, high))
    low = None if low is not None and low < -1e38 else low
    high = None if high is not None and high > 1e38 else high
    if low == 0 and high is None:
        return elementwise("relu")(node, converter)
    if low is None or high is None or not low < high:
        node.refuse("expected bounds, the lower below the upper (0 alone is a Relu)", f"{low} and {high}")
    return elementwise("clip", low=float(str(numpy.float32(low))), high=float(str(numpy.float32(high))))(node, converter)


def arithmetic(scale_of, shift_of, reversed_of=None):
    """An activation and a constant: scale x + shift; reversed_of: of constant and activation."""
    def apply(node, converter):
        first = isinstance(node.any(0), Value)
        if first and isinstance(node.any(1), Value):
            node.refuse("expected an activation and constants", "two activations")
        value = unpadded(node, node.value(0 if first else 1))
        constant = node.constant(1 if first else 0, "numbers").astype(numpy.float32)
        if constant.ndim > value.index.ndim:  # the images' axis
            if any(side != 1 for side in constant.shape[:-value.index.ndim or None]):
                node.refuse("expected the same constants for every image", f"shape {list(constant.shape)}")
            constant = constant.reshape(constant.shape[-value.index.ndim:])
        try:
            by_channel = value.by_channel(constant)
        except ValueError:
            node.refuse(f"expected constants that go with {list(value.index.shape)}", f"shape {list(constant.shape)}")
        if by_channel is None:
            node.refuse("expected one constant, or one a channel", f"shape {list(constant.shape)}")
        if not first and reversed_of is None:
            node.refuse("expected an activation over constants", "constants over an activation")
        scale, shift = (scale_of(by_channel), shift_of(by_channel)) if first else reversed_of(by_channel)
        with numpy.errstate(all="ignore"):
            if not (numpy.isfinite(scale).all() and numpy.isfinite(shift).all()):
                node.refuse("expected a finite result", "a division by 0")
        return like(value, node.layers.scale_and_shift(value, scale, shift, node.wanted), value.shape)
    return apply


def ones(constant):
    return numpy.ones_like(constant)


def zeros(constant):
    return numpy.zeros_like(constant)


def divided(constant):
    with numpy.errstate(divide="ignore"):
        return (1 / constant.astype(numpy.float64)).astype(numpy.float32)


add_constant = arithmetic(ones, lambda c: c, lambda c: (ones(c), c))
subtract = arithmetic(ones, numpy.negative, lambda c: (-ones(c), c))
multiply = arithmetic(lambda c: c, zeros, lambda c: (c, zeros(c)))
divide = arithmetic(divided, zeros)


def add(node, converter):
    given = [node.any(position) for position in range(len(node.inputs))]
    if not all(isinstance(one, Value) for one in given):
        if len(given) != 2:
            node.refuse("expected two inputs where one is constant", len(given))
        return add_constant(node, converter)
    values = [unpadded(node, node.value(position)) for position in range(len(given))]
    if len(values) == 1:
        return values[0]
    shapes = {value.shape for value in values}
    if len(shapes) > 1 or len({value.index.shape for value in values}) > 1 or not same_places(values):
        node.refuse("expected activations of one shape and layout",
                    ", ".join("x".join(map(str, value.shape)) for value in values))
    return like(values[0], node.layers.add("add", node.wanted, [value.layer for value in values]), values[0].shape)


def softmax(node, converter):
    value = node.value(0)
    if converter.uses.get(node.outputs[0], 0) != 1 or node.outputs[0] != converter.output_name or value.shape[:2] != (1, 1):
        node.refuse("expected it at the end of the network, over the classes", "one before the end")
    node.layers.notes.append(f"the {node.operator} at the end is left out: scores are logits")
    return value
