# SPDX-License-Identifier: Apache-2.0
"""Maxima and means over pixels, and zeros around them."""

import numpy

from mho._onnx import windows
from mho._onnx.arguments import image_at, unpadded
from mho._onnx.values import Value


def max_pool(node, converter):
    value = unpadded(node, image_at(node, converter))
    if len([name for name in node.outputs if name]) > 1:
        node.refuse("expected its maxima alone", "their places as a second output")
    return windows.pool(node, value, "max_pool")


def average_pool(node, converter):
    value = unpadded(node, image_at(node, converter))
    window = windows.of(node, value, node.get("kernel_shape") or ())
    if node.get("count_include_pad", 0) and any(window.padding):
        return windows.pool_that_counts_padding(node, value, window)
    return windows.pool(node, value, "average_pool")


def global_average_pool(node, converter):
    value = unpadded(node, image_at(node, converter))
    name = node.layers.add("global_average_pool", node.wanted, [value.layer])
    channels = value.shape[2]
    return Value(name, (1, 1, channels), numpy.arange(channels).reshape((channels,) + (1,) * (value.index.ndim - 1)))


def reduce_mean(node, converter):
    value = unpadded(node, node.value(0))
    axes = node.parameter(1, "axes") or list(range(1, value.index.ndim + 1))
    axes = sorted({int(axis) % (value.index.ndim + 1) for axis in axes})
    if 0 in axes:
        node.refuse("expected means over the pixels", f"one over the images: axes {axes}")
    kept = [axis for axis in range(value.index.ndim) if axis + 1 not in axes]
    channels = value.shape[2]
    moved = numpy.moveaxis(value.index, kept, range(len(kept))).reshape(-1, value.shape[0] * value.shape[1]) \
        if numpy.prod([value.index.shape[axis] for axis in kept], dtype=int) == channels else None
    wanted = numpy.arange(value.index.size).reshape(-1, channels).T
    if moved is None or not numpy.array_equal(numpy.sort(moved, axis=1), wanted):
        node.refuse("expected means over all pixels of each channel", f"axes {axes} of {list(value.index.shape)}")
    name = node.layers.add("global_average_pool", node.wanted, [value.layer])
    shape = [side if axis in kept else 1 for axis, side in enumerate(value.index.shape)
             if axis in kept or node.get("keepdims", 1)]
    return Value(name, (1, 1, channels), numpy.arange(channels).reshape(shape))


def pad(node, converter):
    value = image_at(node, converter)
    pads = node.parameter(1, "pads")
    axes = node.parameter(3, "axes")
    fill = node.parameter(2, "value", 0.0)
    fill = fill[0] if isinstance(fill, list) and fill else fill
    rank = value.index.ndim + 1
    axes = list(range(rank)) if not isinstance(axes, list) else [int(axis) % rank for axis in axes]
    if pads is None or len(pads) != 2 * len(axes) or node.get("mode", "constant") != "constant" or fill:
        node.refuse("expected zeros around the image", f"mode {node.get('mode', 'constant')}, value {fill}, pads {pads}")
    before, after = [0] * rank, [0] * rank
    for place, axis in enumerate(axes):
        before[axis], after[axis] = int(pads[place]), int(pads[place + len(axes)])
    if any(side < 0 for side in before + after) or before[0] or after[0] or before[1] or after[1]:
        node.refuse("expected zeros around the pixels", f"pads {pads}")
    sides = windows.sides(value, before[2:] + after[2:])
    return Value(value.layer, value.shape, value.index, value.sole,
                 tuple(own + new for own, new in zip(value.padding, sides)))
