# SPDX-License-Identifier: Apache-2.0
"""Operators that only say where numbers stand."""

from dataclasses import replace

import numpy

from mho._onnx.arguments import raw, unpadded
from mho._onnx.values import Value


def moved(node, value, index_of):
    """`index_of` gives the places anew; of no padded image, whose zeros are not there yet."""
    unpadded(node, value)
    try:
        return value.turned(index_of(value.index))
    except (ValueError, IndexError, TypeError) as error:
        node.refuse(f"expected a shape that goes with {list(value.index.shape)}", error)


def reshape(node, converter):
    value = raw(node, 0)
    target = [int(side) for side in node.constant(1, "a shape").ravel()]
    whole = [converter.batch, *value.index.shape]
    if not node.get("allowzero", 0):
        target = [whole[axis] if side == 0 and axis < len(whole) else side for axis, side in enumerate(target)]
    total = converter.batch * value.index.size
    if target.count(-1) == 1:
        others = int(numpy.prod([side for side in target if side != -1], dtype=numpy.int64))
        target = [total // others if side == -1 and others > 0 else side for side in target]
    if not target or target[0] != converter.batch or numpy.prod(target, dtype=numpy.int64) != total or min(target) < 0:
        node.refuse("expected a shape that keeps the images apart", f"{target} for {whole}")
    return moved(node, value, lambda index: index.reshape(target[1:]))


def flatten(node, converter):
    value = raw(node, 0)
    if node.get("axis", 1) not in (1, -value.index.ndim):
        node.refuse("expected axis 1", node.get("axis"))
    return moved(node, value, numpy.ravel)


def transpose(node, converter):
    value = raw(node, 0)
    order = node.get("perm") or list(range(value.index.ndim, -1, -1))
    if sorted(order) != list(range(value.index.ndim + 1)):
        node.refuse(f"expected an order of {value.index.ndim + 1} axes", order)
    own = [axis - (axis > value.images) for axis in order if axis != value.images]
    return replace(moved(node, value, lambda index: index.transpose(own)), images=order.index(value.images))


def axes_of(node, value, rank):
    found = node.parameter(1, "axes")
    if found is None:
        return None
    axes = [int(axis) + rank if axis < 0 else int(axis) for axis in found]
    if value.images in axes:
        node.refuse("expected other axes than the images'", found)
    return tuple(axis - (axis > value.images) for axis in axes)


def squeeze(node, converter):
    value = raw(node, 0)
    axes = axes_of(node, value, value.index.ndim + 1)
    if axes is None:
        axes = tuple(axis for axis, side in enumerate(value.index.shape) if side == 1)
    before = sum(axis < value.images for axis in axes)
    return replace(moved(node, value, lambda index: index.squeeze(axes)), images=value.images - before)


def unsqueeze(node, converter):
    value = raw(node, 0)
    axes = node.parameter(1, "axes") or []
    axes = axes_of(node, value, value.index.ndim + 1 + len(axes))
    return moved(node, value, lambda index: numpy.expand_dims(index, axes))


def concat(node, converter):
    values = [unpadded(node, node.value(position)) for position in range(len(node.inputs))]
    rank = values[0].index.ndim + 1
    axis = node.get("axis", 1) % rank
    if axis == 0 or len({value.shape[:2] for value in values}) > 1 or len({value.index.ndim for value in values}) > 1:
        node.refuse("expected images of one height and width, joined by their channels",
                    ", ".join("x".join(map(str, value.shape)) for value in values))
    height, width = values[0].shape[:2]
    channels = sum(value.shape[2] for value in values)
    indices, before = [], 0
    for value in values:
        pixel, channel = numpy.divmod(value.index, value.shape[2])
        indices.append(pixel * channels + channel + before)
        before += value.shape[2]
    try:
        index = numpy.concatenate(indices, axis - 1)
    except ValueError as error:
        node.refuse("expected shapes that can be joined", error)
    if len(values) == 1:
        return values[0]
    name = node.layers.add("concat", node.wanted, [value.layer for value in values])
    return Value(name, (height, width, channels), index)


def same(node, converter):
    return raw(node, 0)


def shape(node, converter):
    value = raw(node, 0)
    return numpy.array([converter.batch, *value.index.shape], numpy.int64)[node.get("start", 0):node.get("end")]


def cast(node, converter):
    if node.get("to") not in (1, 10, 11, 16):
        node.refuse("expected real numbers as its type", node.get("to"))
    return raw(node, 0)


def cast_like(node, converter):
    like = node.any(1)
    if not isinstance(node.any(0), Value):
        return node.any(0).astype(numpy.float32)
    if not isinstance(like, Value) and like.dtype != numpy.float32:
        node.refuse("expected real numbers as its type", like.dtype)
    return raw(node, 0)


def dequantize(node, converter):
    node.refuse("expected a QuantizeLinear before it", "whole numbers as activations")
