# SPDX-License-Identifier: Apache-2.0
"""What operators ask of their activations."""

from mho._onnx.values import Value


def image_at(node, converter, position=0):
    """The activation as an image [channels, height, width]; zeros around it only where `node` is a convolution."""
    found = node.any(position)
    if isinstance(found, Value):
        converter.layout.settle_as_image(found)
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


def raw(node, position):
    """The activation as it is: moving an input does not choose its layout."""
    found = node.any(position)
    return found if isinstance(found, Value) else node.value(position)
