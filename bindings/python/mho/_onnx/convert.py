# SPDX-License-Identifier: Apache-2.0
"""Goes through the nodes of a file, from its one input to its one output."""

import json
import math
from dataclasses import replace

import numpy

from mho._errors import InputError
from mho._onnx.constants import fold
from mho._onnx.file import Tensors, open_model
from mho._onnx.graph import Layers
from mho._onnx.input_layout import InputLayout
from mho._onnx.operators import ANY_ORDER, OPERATORS, operator_names
from mho._onnx.own import Own
from mho._onnx.values import LARGEST_ACTIVATION, Value


class Node:
    """A node of the file as operators see it."""

    def __init__(self, converter, proto, place):
        self.operator = proto.op_type if proto.domain in ("", "ai.onnx") else f"{proto.domain}::{proto.op_type}"
        self.name = proto.name or (proto.output[0] if proto.output else f"node {place}")
        self.inputs, self.outputs = list(proto.input), list(proto.output)
        self.where = f"{converter.path}: node '{self.name}' ({self.operator}, number {place + 1} of {converter.count})"
        self.opset, self.layers, self.own = converter.opset, converter.layers, converter.own
        self.wanted = converter.layer_name(proto)
        self._converter = converter
        self._attributes = {}
        for attribute in proto.attribute:
            self._attributes[attribute.name] = converter.attribute(attribute, self.where)

    def get(self, name, default=None):
        return self._attributes.get(name, default)

    def whole(self, name, default):
        """A list of whole numbers."""
        found = self.get(name, default)
        if not isinstance(found, (list, tuple)):
            self.refuse(f"expected {name} to be a list of whole numbers", found)
        return [int(number) for number in found]

    def refuse(self, expected, got):
        raise InputError(f"{self.where}: {expected}, got {got}")

    def value(self, position, what="an activation"):
        found = self.any(position)
        if not isinstance(found, Value):
            self.refuse(f"expected {what} as input {position + 1}", "constants" if found is not None else "nothing")
        return self._converter.layout.settled(found)

    def constant(self, position, what, needed=True):
        found = self.any(position)
        if isinstance(found, Value):
            self.refuse(f"expected constants as {what}", "an activation")
        if found is None and needed:
            self.refuse(f"expected {what} as input {position + 1}", "none")
        return found

    def any(self, position):
        if position >= len(self.inputs) or not self.inputs[position]:
            return None
        return self._converter.look_up(self.inputs[position], self)

    def parameter(self, position, attribute, default=None):
        """What older opsets have as an attribute and newer ones as an input, as a list."""
        found = self.constant(position, attribute, needed=False)
        return self.get(attribute, default) if found is None else found.ravel().tolist()


class Converter:
    def __init__(self, path, expected_input):
        self.path = path
        model = open_model(path)
        self.graph, self.count = model.graph, len(model.graph.node)
        self.opset = next(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))
        self.layers, self.tensors = Layers(), Tensors(path)
        self.own = Own(model)
        self._known = {}  #: tensor -> Value or array
        self.kept_float = set()  #: tensors behind a QuantizeLinear, which are read as they were before it
        self.batch = 1
        self._read_constants()
        self._read_input()
        self.layout = InputLayout(f"{path}: input '{self.input_name}'", expected_input)
        self._find_output()

    # ---- what the graph declares

    def _read_constants(self):
        if not self.graph.initializer and not any(node.op_type == "Constant" for node in self.graph.node):
            raise InputError(f"{self.path}: expected a network with its weights, got a graph without any")
        if self.graph.sparse_initializer:
            raise InputError(f"{self.path}: expected dense weights, got {len(self.graph.sparse_initializer)} sparse ones")
        self._initializers = {}
        for proto in self.graph.initializer:
            self._initializers[proto.name] = proto

    def _read_input(self):
        inputs = [entry for entry in self.graph.input if entry.name not in self._initializers]
        if len(inputs) != 1:
            raise InputError(f"{self.path}: expected one input, got {len(inputs)}: {', '.join(e.name for e in inputs)}")
        self.input_name = inputs[0].name
        dims = []
        for axis, dim in enumerate(inputs[0].type.tensor_type.shape.dim):
            size = dim.dim_value if dim.HasField("dim_value") else None
            if axis and (size is None or size < 1):
                raise InputError(f"{self.path}: input '{self.input_name}': expected a fixed shape but for the number of "
                                 f"images, got axis {axis} of size {dim.dim_param or size or 'unknown'}: export it with a "
                                 "dynamic batch alone")
            dims.append(size)
        if not 2 <= len(dims) <= 4:
            raise InputError(f"{self.path}: input '{self.input_name}': expected 2 to 4 axes (images, then channels and "
                             f"pixels), got {len(dims)}")
        self.batch = dims[0] if dims[0] and dims[0] > 0 else 1
        size = math.prod(dims[1:])
        if size > LARGEST_ACTIVATION:
            raise InputError(f"{self.path}: input '{self.input_name}': expected at most {LARGEST_ACTIVATION} numbers an "
                             f"image, got {size}")
        self.uses = {}
        for node in self.graph.node:
            for name in node.input:
                self.uses[name] = self.uses.get(name, 0) + 1
        for entry in self.graph.output:
            self.uses[entry.name] = self.uses.get(entry.name, 0) + 1
        index = numpy.arange(size).reshape(dims[1:])
        self._known[self.input_name] = Value("input", (1, 1, size), index, self.uses.get(self.input_name, 0) == 1)

    def _find_output(self):
        if len(self.graph.output) != 1:
            raise InputError(f"{self.path}: expected one output, the scores of the classes, got {len(self.graph.output)}: "
                             f"{', '.join(entry.name for entry in self.graph.output)}")
        self.output_name = self.graph.output[0].name

    # ---- nodes

    def layer_name(self, node):
        """The name that a node's layer is to have: that of its weights, where these are "name.weight", else its own."""
        weights = node.input[1] if len(node.input) > 1 else ""
        if node.op_type in ("Conv", "Gemm", "MatMul", "BatchNormalization") and weights in self._initializers and weights.endswith(".weight"):
            return weights.removesuffix(".weight")
        return self.own.layer_of(node)

    def look_up(self, name, node):
        if name in self._known:
            return self._known[name]
        if name in self._initializers:
            self._known[name] = self._finite(self.tensors.array(self._initializers[name], node.where), name, node)
            return self._known[name]
        node.refuse("expected inputs that a node before it makes", f"'{name}', which none does")

    @staticmethod
    def _finite(array, name, node):
        if array.dtype == numpy.float32 and array.size and not numpy.isfinite(array).all():
            place = numpy.argwhere(~numpy.isfinite(array))[0].tolist()
            node.refuse("expected finite numbers", f"{array[tuple(place)]} in '{name}' at {place}")
        return array

    def attribute(self, proto, where):
        kinds = type(proto)
        if proto.type == kinds.FLOAT:
            return float(str(numpy.float32(proto.f)))  # the shortest decimal: the number that was meant
        if proto.type == kinds.INT:
            return proto.i
        if proto.type == kinds.STRING:
            return proto.s.decode(errors="replace")
        if proto.type == kinds.FLOATS:
            return list(proto.floats)
        if proto.type == kinds.INTS:
            return list(proto.ints)
        if proto.type == kinds.TENSOR:
            return self.tensors.array(proto.t, f"{where}: {proto.name}")
        return None

    def _needed(self):
        """The nodes that the output depends on."""
        makers = {name: place for place, node in enumerate(self.graph.node) for name in node.output if name}
        wanted, waiting = set(), [self.output_name]
        while waiting:
            place = makers.get(waiting.pop())
            if place is not None and place not in wanted:
                wanted.add(place)
                waiting += [name for name in self.graph.node[place].input if name]
        return sorted(wanted)

    def run(self):
        needed = self._needed()
        if not needed:
            raise InputError(f"{self.path}: output '{self.output_name}': expected what a node makes, got none")
        for place in needed:
            self._run_node(Node(self, self.graph.node[place], place))
        self._finish(self._known.get(self.output_name))
        return self.layers

    def _run_node(self, node):
        if node.operator == "Constant":
            result = node.get("value")
            for name in ("value_float", "value_int", "value_floats", "value_ints"):
                if result is None and node.get(name) is not None:
                    result = numpy.asarray(node.get(name), numpy.float32 if "float" in name else numpy.int64)
            if result is None:
                node.refuse("expected a constant of numbers", "something else")
            result = self._finite(result, node.outputs[0], node)
        else:
            inputs = [node.any(position) for position in range(len(node.inputs))]
            result = self._result(node, inputs)
        if not node.outputs:
            node.refuse("expected an output", "none")
        self._known[node.outputs[0]] = self._as_read(result, node)

    def _result(self, node, inputs):
        if node.operator == "QuantizeLinear" and inputs:  # read as float: what it would round stays
            self.kept_float.add(node.outputs[0])
            return inputs[0]
        if node.operator == "DequantizeLinear" and node.inputs[0] in self.kept_float:
            return inputs[0]
        if not any(isinstance(given, Value) for given in inputs):
            return self._finite(fold(node, [given for given in inputs if given is not None]), node.name, node)
        if node.operator not in OPERATORS:
            node.refuse(f"expected one of the operators {operator_names()}", f"'{node.operator}'")
        if node.operator not in ANY_ORDER and any(isinstance(given, Value) and given.images for given in inputs):
            node.refuse("expected activations whose first axis is the images'", "the images in another one")
        return OPERATORS[node.operator](node, self)

    def know(self, name, value):
        """A further output of a node."""
        self._known[name] = value

    def _as_read(self, result, node):
        """With whether anything else reads it, from here on."""
        if not isinstance(result, Value):
            return result
        if result.index.size > LARGEST_ACTIVATION:
            node.refuse(f"expected at most {LARGEST_ACTIVATION} numbers an image", result.index.size)
        alone = self.uses.get(node.outputs[0], 0) == 1
        return replace(result, sole=result.sole and alone)

    def _finish(self, value):
        where = f"{self.path}: output '{self.output_name}'"
        if not isinstance(value, Value):
            raise InputError(f"{where}: expected scores that follow from the input, got constants")
        if value.layer == "input":
            raise InputError(f"{where}: expected a network, got its input")
        if value.images:
            raise InputError(f"{where}: expected scores of one image after the other, got the images in axis {value.images}")
        height, width, channels = value.shape
        if width != 1 or channels < 2 or any(value.padding):
            raise InputError(f"{where}: expected scores, one for each of at least 2 classes, got {height}x{width}x{channels}")
        if not numpy.array_equal(value.index.ravel(), numpy.arange(height * channels)):
            raise InputError(f"{where}: expected scores in the order of their classes, got another one")
        if not any(layer["kind"] in ("conv2d", "dense", "lstm", "gru", "rnn") for layer in self.layers.layers):
            raise InputError(f"{where}: expected a network with weights (Conv, Gemm, MatMul or a recurrent layer), got one without")
        self.layers.add("softmax_cross_entropy", self.own.output or "loss", [value.layer])
        self.own.calibrate(self.layers)
        for kind, count in sorted(self.tensors.converted.items()):
            self.layers.notes.append(f"{count} tensors of type {kind} are converted to 32-bit numbers")

    def architecture(self):
        found = {"format": "mho-architecture-1", "name": self.own.name(self.graph.name, self.path),
                 "input": list(self.layout.shape)}
        if self.own.preprocessing:
            found["preprocessing"] = self.own.preprocessing
        return json.dumps({**found, "layers": self.layers.layers})


def convert(path, expected_input=None):
    """(architecture JSON, {name: float32 array}, notes) of an ONNX file.

    expected_input: (height, width, channels) of the task's images, where there is a task: it decides what the file
    leaves open. Raises InputError (file, node, expected, got)."""
    converter = Converter(str(path), expected_input)
    layers = converter.run()
    return converter.architecture(), layers.weights, layers.notes
