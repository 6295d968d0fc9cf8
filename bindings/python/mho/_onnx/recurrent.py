# SPDX-License-Identifier: Apache-2.0
"""Recurrent layers and the last step of a sequence."""

import numpy

from mho._onnx.arguments import unpadded
from mho._onnx.values import Value

#: of a kind: columns of a unit, and which of them ONNX's gates are, of inputs and of states (core/nn/layers/recurrent.cpp)
KINDS = {"lstm": (4, [0, 3, 1, 2], [0, 3, 1, 2]), "gru": (4, [1, 0, 2], [1, 0, 3]), "rnn": (1, [0], [0])}
ACTIVATIONS = {"lstm": ["sigmoid", "tanh", "tanh"], "gru": ["sigmoid", "tanh"], "rnn": ["tanh"]}


def check_plain(node, kind):
    """Refuses what mho's layers do not have."""
    def expect(name, default, *allowed):
        if node.get(name, default) not in allowed:
            node.refuse(f"expected {name} {allowed[0]!r}", node.get(name))
    expect("direction", "forward", "forward")
    expect("clip", None, None)
    expect("input_forget", 0, 0)
    if kind == "gru":
        expect("linear_before_reset", 0, 1)
    activations = [str(word).lower() for word in node.get("activations") or ACTIVATIONS[kind]]
    if activations != ACTIVATIONS[kind]:
        node.refuse(f"expected the activations {ACTIVATIONS[kind]}", activations)
    if node.any(4) is not None:
        node.refuse("expected sequences of one length", "sequence_lens")
    for position, what in ((5, "initial_h"), (6, "initial_c")):
        start = node.constant(position, what, needed=False)
        if start is not None and numpy.any(start):
            node.refuse("expected sequences that begin with states of zero", f"{what} of other numbers")
    if node.any(7) is not None:
        node.refuse("expected no peepholes", "weights of some")


def sequence_at(node, converter):
    """The activation as steps x channels, beside the images' axis."""
    found = node.any(0)
    if isinstance(found, Value):
        converter.layout.settle_as_steps(found)
    value = unpadded(node, node.value(0))
    steps, width, channels = value.shape
    wanted = numpy.arange(steps * channels).reshape(steps, channels)
    if width != 1 or value.images != (0 if node.get("layout", 0) else 1) or not numpy.array_equal(value.index, wanted):
        node.refuse("expected a sequence, [steps, images, channels]", f"another order of {list(value.index.shape)}, of layer "
                    f"'{value.layer}', {'x'.join(map(str, value.shape))}")
    return value


def matrices(node, kind, inputs):
    """(weight [inputs + units, units * blocks], bias or None) as mho has them, from ONNX's W, R and B."""
    blocks, of_inputs, of_states = KINDS[kind]
    w, r = node.constant(1, "weights"), node.constant(2, "recurrence weights")
    units = r.shape[-1]
    gates = len(of_inputs) * units
    if w.shape != (1, gates, inputs) or r.shape != (1, gates, units):
        node.refuse(f"expected weights [1, {gates}, {inputs}] and [1, {gates}, {units}]",
                    f"shapes {list(w.shape)} and {list(r.shape)}")
    weight = numpy.zeros((inputs + units, units, blocks), numpy.float32)
    for k in range(len(of_inputs)):
        weight[:inputs, :, of_inputs[k]] = w[0, k * units:(k + 1) * units].T
        weight[inputs:, :, of_states[k]] = r[0, k * units:(k + 1) * units].T
    both = node.constant(3, "biases", needed=False)
    if both is None:
        return weight.reshape(inputs + units, -1), None
    if both.shape != (1, 2 * gates):
        node.refuse(f"expected biases [1, {2 * gates}]", f"shape {list(both.shape)}")
    bias = numpy.zeros((units, blocks), numpy.float32)
    for k in range(len(of_inputs)):
        bias[:, of_inputs[k]] += both[0, k * units:(k + 1) * units]
        bias[:, of_states[k]] += both[0, gates + k * units:gates + (k + 1) * units]
    return weight.reshape(inputs + units, -1), bias.ravel()


def recurrent(kind):
    def convert(node, converter):
        check_plain(node, kind)
        value = sequence_at(node, converter)
        steps, _, channels = value.shape
        weight, bias = matrices(node, kind, channels)
        units = weight.shape[0] - channels
        name = node.layers.add(kind, node.wanted, [value.layer], units=int(units), bias=bias is not None)
        node.layers.set(name, weight=weight, bias=bias)
        shape, index = (steps, 1, units), numpy.arange(steps * units)
        if len(node.outputs) > 1 and converter.uses.get(node.outputs[1]):  # the last states
            last = node.layers.add("last", name + "_last", [name])
            converter.know(node.outputs[1], Value(last, (1, 1, units), numpy.arange(units).reshape(1, units), False,
                                                  images=0 if node.get("layout", 0) else 1))
        if node.get("layout", 0):
            return Value(name, shape, index.reshape(steps, 1, units))
        return Value(name, shape, index.reshape(steps, 1, units), images=2)
    return convert


def chosen(node, value, index):
    """`index` of a part of the activation: the last step of a sequence alone."""
    steps, width, channels = value.shape
    first = (steps - 1) * channels
    if width != 1 or not numpy.array_equal(index.ravel(), first + numpy.arange(channels)):
        node.refuse("expected the last step of a sequence", f"another part of {'x'.join(map(str, value.shape))}")
    name = node.layers.add("last", node.wanted, [value.layer])
    return Value(name, (1, 1, channels), index - first, images=value.images)


def own_axis(node, value, axis):
    """An axis of the file as one of the index."""
    axis = int(axis) % (value.index.ndim + 1)
    if axis == value.images:
        node.refuse("expected all images", f"a choice along axis {axis}")
    return axis - (axis > value.images)


def settled(node, converter):
    found = node.any(0)
    if isinstance(found, Value):
        converter.layout.settle_as_steps(found)
    return unpadded(node, node.value(0))


def gather(node, converter):
    value, places = settled(node, converter), node.constant(1, "places")
    axis = own_axis(node, value, node.get("axis", 0))
    try:
        index = numpy.take(value.index, places, axis=axis)
    except IndexError as error:
        node.refuse(f"expected places within {list(value.index.shape)}", error)
    if value.images > axis and numpy.ndim(places) != 1:  # the images' axis moves along
        node.refuse("expected places in a list", "a single one before the images")
    return chosen(node, value, index)


def cut(node, converter):
    value = settled(node, converter)
    starts, ends = node.parameter(1, "starts"), node.parameter(2, "ends")
    axes = node.parameter(3, "axes") or list(range(len(starts or [])))
    steps = node.parameter(4, "steps") or [1] * len(axes)
    if starts is None or ends is None:
        node.refuse("expected starts and ends", "none")
    parts = [slice(None)] * value.index.ndim
    for start, end, axis, step in zip(starts, ends, axes, steps):
        parts[own_axis(node, value, axis)] = slice(int(start), int(end), int(step))
    return chosen(node, value, value.index[tuple(parts)])
