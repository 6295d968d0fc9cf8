# SPDX-License-Identifier: Apache-2.0
"""The table of operators: what each makes of its activations. An operator takes (node, converter) and gives a Value."""

import numpy

from mho._onnx import windows
from mho._onnx.graph import vector_of
from mho._onnx.values import Value, same_places


def image_at(node, converter, position=0):
    """The activation as an image [channels, height, width]; zeros around it only where `node` is a convolution."""
    found = node.any(position)
    if isinstance(found, Value):
        converter.settle_as_image(found)
    value = node.value(position)
    index = value.image_index()
    if index is None:
        node.refuse("expected an image with channels first (layouts that a Transpose turns back are followed)",
                    f"numbers of shape {list(value.index.shape)} in another order than those of layer '{value.layer}', "
                    f"{'x'.join(map(str, value.shape))}")
    return value


def unpadded(node, value):
    if any(value.padding):
        node.refuse("expected zeros around an image before a convolution alone", "a Pad before it")
    return value


def like(value, layer, shape, index=None):
    """A new layer's activation."""
    return Value(layer, tuple(shape), value.index if index is None else index)


# ---- layers with weights

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


# ---- elementwise

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


# ---- windows

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


# ---- layouts

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


def raw(node, position):
    """The activation as it is: moving an input does not choose its layout."""
    found = node.any(position)
    return found if isinstance(found, Value) else node.value(position)


def flatten(node, converter):
    value = raw(node, 0)
    if node.get("axis", 1) not in (1, -value.index.ndim):
        node.refuse("expected axis 1", node.get("axis"))
    return moved(node, value, numpy.ravel)


def transpose(node, converter):
    value = raw(node, 0)
    order = node.get("perm") or list(range(value.index.ndim, -1, -1))
    if sorted(order) != list(range(value.index.ndim + 1)) or order[0] != 0:
        node.refuse("expected an order of axes that begins with the images'", order)
    return moved(node, value, lambda index: index.transpose([axis - 1 for axis in order[1:]]))


def axes_of(node, value, rank):
    found = node.parameter(1, "axes")
    if found is None:
        return None
    axes = [int(axis) + rank if axis < 0 else int(axis) for axis in found]
    if 0 in axes:
        node.refuse("expected axes behind the images'", found)
    return tuple(axis - 1 for axis in axes)


def squeeze(node, converter):
    value = raw(node, 0)
    axes = axes_of(node, value, value.index.ndim + 1)
    if axes is None:
        axes = tuple(axis for axis, side in enumerate(value.index.shape) if side == 1)
    return moved(node, value, lambda index: index.squeeze(axes))


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


OPERATORS = {
    "Conv": convolution, "Gemm": gemm, "MatMul": matmul, "BatchNormalization": batch_normalization,
    "Relu": elementwise("relu"), "Clip": clip, "LeakyRelu": leaky_relu, "Sigmoid": elementwise("sigmoid"),
    "Tanh": elementwise("tanh"), "MaxPool": max_pool, "AveragePool": average_pool,
    "GlobalAveragePool": global_average_pool, "ReduceMean": reduce_mean, "Add": add, "Sum": add, "Sub": subtract,
    "Mul": multiply, "Div": divide, "Concat": concat, "Pad": pad, "Flatten": flatten, "Reshape": reshape,
    "Squeeze": squeeze, "Unsqueeze": unsqueeze, "Transpose": transpose, "Softmax": softmax, "LogSoftmax": softmax,
    "Dropout": same, "Identity": same, "Cast": cast, "CastLike": cast_like, "Shape": shape, "DequantizeLinear": dequantize,
}


def operator_names():
    return ", ".join(sorted([*OPERATORS, "Constant", "QuantizeLinear"]))
