# SPDX-License-Identifier: Apache-2.0
"""Kernels, strides and paddings, as exporters write them."""

import math
from dataclasses import dataclass, replace

import numpy

from mho._onnx.values import LARGEST_ACTIVATION, Value, channels_first


@dataclass(frozen=True)
class Window:
    kernel: tuple  #: height, width
    stride: tuple
    padding: tuple  #: top, bottom, left, right

    def attributes(self):
        return {"kernel": list(self.kernel), "stride": list(self.stride), "padding": list(self.padding)}

    def slide(self, node, shape, channels):
        """The shape that comes out."""
        top, bottom, left, right = self.padding
        high, wide = shape[0] + top + bottom - self.kernel[0], shape[1] + left + right - self.kernel[1]
        if high < 0 or wide < 0:
            node.refuse(f"expected a kernel inside of the padded image, {shape[0] + top + bottom}x{shape[1] + left + right}",
                        "x".join(map(str, self.kernel)))
        found = high // self.stride[0] + 1, wide // self.stride[1] + 1, int(channels)
        if math.prod(found) > LARGEST_ACTIVATION:
            node.refuse(f"expected at most {LARGEST_ACTIVATION} numbers an image", "x".join(map(str, found)))
        return found


def image(layer, shape, line):
    """The activation of a layer that makes images; of one row or column where `line`."""
    index = channels_first(shape)
    return Value(layer, tuple(shape), index.reshape(shape[2], -1) if line else index)


def across(value, numbers, missing):
    """(height, width) of one number a pixel axis of the file."""
    if value.index.ndim == 3:
        return tuple(numbers)
    return (missing, numbers[0]) if value.shape[0] == 1 else (numbers[0], missing)


def sides(value, pads):
    """(top, bottom, left, right) of the file's beginnings and ends."""
    half = len(pads) // 2
    (top, left), (bottom, right) = across(value, pads[:half], 0), across(value, pads[half:], 0)
    return top, bottom, left, right


def of(node, value, kernel):
    """The node's window over the image `value`, whatever zeros are around that already included."""
    axes = value.index.ndim - 1
    kernel = tuple(int(side) for side in kernel)
    given = {"kernel_shape": node.whole("kernel_shape", kernel), "strides": node.whole("strides", [1] * axes),
             "dilations": node.whole("dilations", [1] * axes), "pads": node.whole("pads", [0] * 2 * axes)}
    if len(kernel) != axes or tuple(given["kernel_shape"]) != kernel or len(given["strides"]) != axes:
        node.refuse(f"expected a kernel and strides of {axes} sides, as its weights and its image have", given)
    if any(side != 1 for side in given["dilations"]):
        node.refuse("expected neighbouring pixels", f"dilations {given['dilations']}")
    if min(kernel + tuple(given["strides"])) < 1:
        node.refuse("expected a kernel and strides of at least 1", given)
    window = Window(across(value, kernel, 1), across(value, given["strides"], 1), (0, 0, 0, 0))
    padding = padding_of(node, value, window, given["pads"])
    if len(given["pads"]) != 2 * axes or min(padding) < 0:
        node.refuse(f"expected {2 * axes} paddings from 0", given["pads"])
    return replace(window, padding=tuple(own + new for own, new in zip(value.padding, padding)))


def padding_of(node, value, window, pads):
    mode = node.get("auto_pad", "NOTSET")
    if mode == "VALID":
        return 0, 0, 0, 0
    if mode == "NOTSET":
        return sides(value, pads) if len(pads) == 2 * (value.index.ndim - 1) else (-1, -1, -1, -1)
    if mode not in ("SAME_UPPER", "SAME_LOWER"):
        node.refuse("expected auto_pad to be NOTSET, VALID, SAME_UPPER or SAME_LOWER", mode)
    both = []
    for size, kernel, stride in zip(value.shape[:2], window.kernel, window.stride):
        total = max(0, (-(-size // stride) - 1) * stride + kernel - size)
        less, more = total // 2, total - total // 2
        both += [less, more] if mode == "SAME_UPPER" else [more, less]
    return tuple(both)


def rounded_up(window, shape):
    """With so much more at the end that the last windows that begin inside of the image are whole (ceil_mode)."""
    top, bottom, left, right = window.padding
    ends = []
    for size, before, after, kernel, stride in ((shape[0], top, bottom, window.kernel[0], window.stride[0]),
                                                (shape[1], left, right, window.kernel[1], window.stride[1])):
        count = -(-(size + before + after - kernel) // stride) + 1
        if (count - 1) * stride >= size + before:
            count -= 1
        ends.append(max(after, (count - 1) * stride + kernel - size - before))
    return replace(window, padding=(top, ends[0], left, ends[1]))


def pool(node, value, kind):
    window = of(node, value, node.get("kernel_shape") or ())
    if node.get("ceil_mode", 0):
        window = rounded_up(window, value.shape)
    top, bottom, left, right = window.padding
    if max(top, bottom) >= window.kernel[0] or max(left, right) >= window.kernel[1]:
        node.refuse(f"expected padding below the kernel, {'x'.join(map(str, window.kernel))}", list(window.padding))
    shape = window.slide(node, value.shape, value.shape[2])
    name = node.layers.add(kind, node.wanted, [value.layer], **window.attributes())
    return image(name, shape, value.index.ndim == 2)


def pool_that_counts_padding(node, value, window):
    """A mean over the padded image: a depthwise convolution with equal weights, as zeros around an image are counted."""
    if node.get("ceil_mode", 0) and rounded_up(window, value.shape) != window:
        node.refuse("expected ceil_mode or count_include_pad", "both")
    channels = value.shape[2]
    shape = window.slide(node, value.shape, channels)
    name = node.layers.add("conv2d", node.wanted, [value.layer], out_channels=channels, **window.attributes(),
                           groups=channels, bias=False)
    taps = window.kernel[0] * window.kernel[1]
    node.layers.set(name, weight=numpy.full((taps, channels), 1 / taps))
    node.layers.notes.append(f"'{name}': an average that counts its padding becomes a convolution with equal weights")
    return image(name, shape, value.index.ndim == 2)
