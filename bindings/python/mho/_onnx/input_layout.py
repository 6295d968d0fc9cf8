# SPDX-License-Identifier: Apache-2.0
"""Which axes of the file's input are height, width and channels: no file says it, so its first use does, or the task."""

import math
from dataclasses import replace

import numpy

from mho._errors import InputError


class InputLayout:
    """where: the file and the input's name, for messages. expected: (height, width, channels) of the task, or None."""

    def __init__(self, where, expected):
        self._where, self._expected = where, expected
        self._place = None  #: element of the file's input -> place in mho's image, once the layout is known
        self.shape = None  #: height, width, channels, then

    def settled(self, value):
        """An activation whose places are those of a layer: the input's layout is chosen at its first use."""
        if value.layer != "input":
            return value
        if self.shape is None:
            self._settle(value)
        if value.shape == self.shape:
            return value
        return replace(value, shape=self.shape, index=self._place[value.index])

    def _settle(self, value):
        """By what the task expects; else [channels, height, width] as the file has it where it is first used, but for
        images with channels last."""
        for shape, axes in self._readings(value.index):
            if self._expected is None or tuple(self._expected) == shape:
                return self._choose(value.index, shape, axes)
        shape, axes = self._readings(value.index)[0]
        self._choose(value.index, shape, axes)

    def _readings(self, index):
        """(height, width, channels) and the axes that they are, likeliest first."""
        if index.ndim == 1:
            expected = self._expected or (1, 1, index.size)
            if math.prod(expected) == index.size and (expected[2] == 1 or expected[0] * expected[1] == 1):
                return [(tuple(expected), None)]
            if math.prod(expected) == index.size:
                raise InputError(f"{self._where}: expected an image, as the task has "
                                 f"{'x'.join(map(str, expected))}, got vectors of {index.size} numbers, whose order (channels "
                                 "first or last) the file does not tell: export the network with the flattening inside")
            return [((1, 1, index.size), None)]
        if index.ndim == 2:
            channels, width = index.shape
            return [((width, 1, channels), (1, 0)), ((1, width, channels), (1, 0)), ((channels, width, 1), (0, 1)),
                    ((1, channels, width), (0, 1)), ((channels, 1, width), (0, 1))]
        a, b, c = index.shape
        first, last = ((b, c, a), (1, 2, 0)), ((a, b, c), (0, 1, 2))
        return [last, first] if c in (1, 3) and a not in (1, 3) else [first, last]

    def _choose(self, index, shape, axes):
        self.shape = shape
        places = numpy.empty(index.size, numpy.int64)
        order = index if axes is None else index.transpose(axes)
        places[order.ravel()] = numpy.arange(index.size)
        self._place = places

    def settle_as_steps(self, value):
        """At a recurrent layer: two axes are steps and channels."""
        if value.layer == "input" and self.shape is None and value.index.ndim == 2:
            steps, channels = value.index.shape
            self._choose(value.index, (steps, 1, channels), (0, 1))

    def settle_as_image(self, value):
        """At a convolution or pooling: [channels, height, width] whatever the task expects; where there are two axes, of
        one column (steps x 1 x channels, as mho has sequences), or one row where the task has that."""
        if value.layer != "input" or self.shape is not None:
            return
        if value.index.ndim == 3:
            a, b, c = value.index.shape
            self._choose(value.index, (b, c, a), (1, 2, 0))
        elif value.index.ndim == 2:
            channels, width = value.index.shape
            row = self._expected is not None and self._expected[0] == 1
            self._choose(value.index, (1, width, channels) if row else (width, 1, channels), (1, 0))
