# SPDX-License-Identifier: Apache-2.0
"""What follows from constants and shapes alone: exporters compute shapes and weights with operators."""

import math

import numpy

from mho._errors import InputError

LARGEST = 2**24  #: elements


def _reshaped(data, target, allow_zero=0):
    target = [int(side) for side in target]
    if not allow_zero:
        target = [data.shape[axis] if side == 0 and axis < data.ndim else side for axis, side in enumerate(target)]
    return data.reshape(target)


def _gathered(node, data, indices):
    return numpy.take(data, indices.astype(numpy.int64), axis=node.get("axis", 0))


def _unsqueezed(node, data, axes=None):
    axes = node.get("axes") if axes is None else axes.tolist()
    return numpy.expand_dims(data, tuple(axes))


def _squeezed(node, data, axes=None):
    axes = node.get("axes") if axes is None else axes.tolist()
    return numpy.squeeze(data, None if axes is None else tuple(axes))


def _sliced(node, data, starts=None, ends=None, axes=None, steps=None):
    starts = node.get("starts") if starts is None else starts.tolist()
    ends = node.get("ends") if ends is None else ends.tolist()
    axes = (node.get("axes") or list(range(len(starts)))) if axes is None else axes.tolist()
    cut = [slice(None)] * data.ndim
    for axis, start, end, step in zip(axes, starts, ends, [1] * len(starts) if steps is None else steps.tolist()):
        cut[axis] = slice(start, end if -(2**62) < end < 2**62 else None, step)
    return data[tuple(cut)]


def _per_axis(parameter, data, axis):
    if parameter.ndim == 0 or parameter.size == 1:
        return parameter.reshape(())
    shape = [1] * data.ndim
    shape[axis] = parameter.size
    return parameter.reshape(shape)


def _dequantized(node, data, scale, zero=None):
    axis = node.get("axis", 1)
    zero = 0 if zero is None else _per_axis(zero, data, axis)
    return ((data - zero) * _per_axis(scale, data, axis)).astype(numpy.float32)


def _cast(node, data):
    real = node.get("to") in (1, 10, 11, 16)
    return data.astype(numpy.float32 if real else numpy.int64 if node.get("to") != 9 else bool)


def _expanded(node, data, shape):
    sides = numpy.broadcast_shapes(data.shape, tuple(int(side) for side in shape))
    if math.prod(sides) > LARGEST:
        raise ValueError(f"expected at most {LARGEST} numbers")
    return numpy.broadcast_to(data, sides)


def _arithmetic(function):
    def apply(node, a, b):
        if math.prod(numpy.broadcast_shapes(a.shape, b.shape)) > LARGEST:
            raise ValueError(f"expected at most {LARGEST} numbers")
        return function(a, b)
    return apply


def _divided(a, b):
    return a / b if a.dtype.kind == "f" else a // b


FOLDED = {
    "Identity": lambda node, data: data,
    "Cast": _cast,
    "CastLike": lambda node, data, like: data.astype(like.dtype),
    "Shape": lambda node, data: numpy.array(data.shape, numpy.int64)[node.get("start", 0):node.get("end")],
    "Size": lambda node, data: numpy.array(data.size, numpy.int64),
    "Expand": _expanded,
    "Reshape": lambda node, data, target: _reshaped(data, target, node.get("allowzero", 0)),
    "Transpose": lambda node, data: data.transpose(node.get("perm")),
    "Gather": _gathered,
    "Unsqueeze": _unsqueezed,
    "Squeeze": _squeezed,
    "Slice": _sliced,
    "Concat": lambda node, *data: numpy.concatenate(data, node.get("axis", 0)),
    "Add": _arithmetic(numpy.add),
    "Sub": _arithmetic(numpy.subtract),
    "Mul": _arithmetic(numpy.multiply),
    "Div": _arithmetic(_divided),
    "Sqrt": lambda node, data: numpy.sqrt(data),
    "DequantizeLinear": _dequantized,
}


def fold(node, inputs):
    """What a node of constants gives. Raises InputError naming the node."""
    if node.operator not in FOLDED:
        node.refuse(f"expected an operator on activations, or on constants one of {', '.join(sorted(FOLDED))}",
                    "one on constants")
    try:
        with numpy.errstate(all="ignore"):
            return numpy.asarray(FOLDED[node.operator](node, *inputs))
    except InputError:
        raise
    except Exception as error:
        node.refuse("expected constants that go together", f"shapes {[list(data.shape) for data in inputs]}: {error}")
