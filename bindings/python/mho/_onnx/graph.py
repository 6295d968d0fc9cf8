# SPDX-License-Identifier: Apache-2.0
"""The candidate under construction: layers as docs/architecture.md has them, and their weights."""

import re

import numpy

from mho._onnx.values import Value

LONGEST_NAME = 200
EPSILON = 1e-5  #: of batch norms that stand for constants


class Layers:
    def __init__(self):
        self.layers = []  #: as in an architecture file
        self.weights = {}  #: "<layer>.<tensor>" -> float32 array
        self.notes = []
        self._names = {"input"}
        self._constants = set()  #: batch norms that stand for constants of the graph

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
            gamma, beta = (self.weights[f"{name}.{key}"] for key in ("gamma", "beta"))
            self.set(name, gamma=gamma * scale, beta=beta * scale + shift)
        else:
            name = self.add("batch_norm", wanted, [value.layer], epsilon=EPSILON)
            self.set(name, gamma=scale, beta=shift, running_mean=numpy.zeros(value.shape[2]),
                     running_variance=numpy.full(value.shape[2], 1 - EPSILON))
            self._constants.add(name)
        if name in self._constants:
            self._normalise(name)
        return name

    def _normalise(self, name):
        """The same affine map as a normalisation, with offset and size in the statistics: where the constants do normalise
        the data, a training or calibration that takes statistics anew finds them again."""
        gamma, beta, mean, variance = (self.weights[f"{name}.{key}"].astype(numpy.float64)
                                       for key in ("gamma", "beta", "running_mean", "running_variance"))
        scale = gamma / numpy.sqrt(variance + EPSILON)
        shift = beta - scale * mean
        plain = (numpy.abs(scale) < 1e-12) | (numpy.abs(scale) > 100)  # no size of data, or one that epsilon would drown
        size = numpy.where(plain, 1, 1 / numpy.where(plain, 1, numpy.abs(scale)))
        offset = numpy.where(plain, 0, -shift / numpy.where(plain, 1, scale))
        self.set(name, gamma=scale * size, beta=numpy.where(plain, shift, 0), running_mean=offset,
                 running_variance=size * size - EPSILON)

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
