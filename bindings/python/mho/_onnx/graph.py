# SPDX-License-Identifier: Apache-2.0
"""The candidate under construction: layers as docs/architecture.md has them, and their weights."""

import re

import numpy

from mho._onnx.values import Value

LONGEST_NAME = 200


class Layers:
    def __init__(self):
        self.layers = []  #: as in an architecture file
        self.weights = {}  #: "<layer>.<tensor>" -> float32 array
        self.notes = []
        self._names = {"input"}

    def name_for(self, wanted):
        """Printable, not too long, not taken."""
        name = re.sub(r"[^\x21-\x7e]", "_", wanted).strip("/")[:LONGEST_NAME - 10] or "layer"
        unique, number = name, 1
        while unique in self._names:
            number += 1
            unique = f"{name}_{number}"
        self._names.add(unique)
        return unique

    def add(self, kind, wanted, inputs, **attributes):
        """A layer on these layers; its name."""
        name = self.name_for(wanted)
        self.layers.append({"name": name, "kind": kind, "inputs": list(inputs), **attributes})
        return name

    def set(self, name, **tensors):
        for tensor, values in tensors.items():
            if values is not None:
                self.weights[f"{name}.{tensor}"] = numpy.ascontiguousarray(values, numpy.float32)

    def find(self, name):
        return next((layer for layer in self.layers if layer["name"] == name), None)

    def scale_and_shift(self, value, scale, shift, wanted):
        """scale x + shift, one pair a channel: taken into the layer below where that is a matrix or a batch norm that
        nothing else reads, else a batch norm of its own. The layer that has it."""
        below = self.find(value.layer)
        if value.sole and below and below["kind"] in ("conv2d", "dense"):
            return self._into_matrix(below, scale, shift)
        if value.sole and below and below["kind"] == "batch_norm":
            name = below["name"]
            self.set(name, gamma=self.weights[f"{name}.gamma"] * scale, beta=self.weights[f"{name}.beta"] * scale + shift)
            return name
        epsilon = 1e-5
        name = self.add("batch_norm", wanted, [value.layer], epsilon=epsilon)
        channels = value.shape[2]
        self.set(name, gamma=scale, beta=shift, running_mean=numpy.zeros(channels),
                 running_variance=numpy.full(channels, 1 - epsilon))
        return name

    def _into_matrix(self, below, scale, shift):
        name = below["name"]
        if (scale != 1).any():
            self.set(name, weight=self.weights[f"{name}.weight"] * scale)
        if below["bias"] or (shift != 0).any():
            bias = self.weights[f"{name}.bias"] * scale if below["bias"] else 0
            below["bias"] = True
            self.set(name, bias=bias + shift)
        return name


def vector_of(name, features, sole=True):
    """The activation that a dense layer gives."""
    return Value(name, (1, 1, features), numpy.arange(features), sole)
