# SPDX-License-Identifier: Apache-2.0
"""An activation of the file: which numbers of which layer stand where.

`index` has the activation's shape in the file, without the images' axis (the file's axis `images`), and holds for each element its place in the
layer's own image, row-major with channels last. Transposing, flattening and reshaping change `index` alone, whatever
layout an exporter chose; what an operator needs is then a question to `index`."""

from dataclasses import dataclass, replace

import numpy


LARGEST_ACTIVATION = 2**24  #: elements of one image; an index of so many takes 128 MB


def channels_first(shape):
    """The index of an image [channels, height, width] of a layer of this shape (height, width, channels)."""
    return numpy.arange(numpy.prod(shape, dtype=numpy.int64)).reshape(shape).transpose(2, 0, 1)


@dataclass(frozen=True)
class Value:
    layer: str
    shape: tuple  #: of the layer: height, width, channels
    index: numpy.ndarray
    sole: bool = True  #: nothing else reads the layer, or what was made of it on the way here
    padding: tuple = (0, 0, 0, 0)  #: zeros around the image that no layer has made yet: top, bottom, left, right
    images: int = 0  #: behind a Transpose to steps first, another

    def turned(self, index):
        return replace(self, index=index)

    def is_image(self):
        """Whether it is [channels, height, width], or [channels, width] of one row (or one column)."""
        return self.image_index() is not None

    def image_index(self):
        """`index` as [channels, height, width] where it is one, else None."""
        wanted = channels_first(self.shape)
        if self.index.ndim == 3 and self.index.shape == wanted.shape and numpy.array_equal(self.index, wanted):
            return wanted
        if self.index.ndim == 2 and 1 in self.shape[:2]:
            line = wanted.reshape(wanted.shape[0], -1)
            if self.index.shape == line.shape and numpy.array_equal(self.index, line):
                return wanted
        return None

    def by_channel(self, constant):
        """A constant that broadcasts to the activation, as one number a channel of the layer; None where pixels differ."""
        spread = numpy.empty(self.index.size, constant.dtype)
        spread[self.index.ravel()] = numpy.broadcast_to(constant, self.index.shape).ravel()
        pixels = spread.reshape(-1, self.shape[2])
        return pixels[0].copy() if (pixels == pixels[0]).all() else None


def same_places(values):
    return all(numpy.array_equal(value.index, values[0].index) for value in values[1:])
