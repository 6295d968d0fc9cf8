# SPDX-License-Identifier: Apache-2.0
"""The networks of `mho bench --list --json` as PyTorch modules, written as a careful user of PyTorch would."""

import torch
import torch.nn.functional as F
from torch import nn


def conv_padding(size, kernel, stride, declared):
    """One padding for both sides that gives the declared output size: no copy of the image, no slower for PyTorch."""
    wanted = -(-size // stride) if declared == "same" else (size + sum(declared) - kernel) // stride + 1
    for padding in range(kernel + 1):
        if (size + 2 * padding - kernel) // stride + 1 == wanted:
            return padding, wanted
    raise ValueError(f"no symmetric padding gives {wanted} of {size} pixels (kernel {kernel}, stride {stride})")


def window(layer, shape):
    """(padding, output size) of a convolution or pooling, each [height, width]."""
    declared = layer["padding"]
    sides = ["same", "same"] if declared == "same" else [declared[:2], declared[2:]]
    pairs = [conv_padding(shape[1 + i], layer["kernel"][i], layer["stride"][i], sides[i]) for i in range(2)]
    return tuple(p for p, _ in pairs), tuple(n for _, n in pairs)


def add(values):
    """Sum into the first value."""
    total = values[0]
    for value in values[1:]:
        total = total.add_(value)
    return total


def mean(values):
    return values[0].mean((2, 3))


class OverSteps(nn.Module):
    """A recurrent layer on [images, channels, steps, 1]."""

    def __init__(self, layer, inputs, kind):
        super().__init__()
        self.recurrent = kind(inputs, layer["units"], batch_first=True, bias=layer["bias"])

    def forward(self, x):
        states, _ = self.recurrent(x[..., 0].transpose(1, 2))
        return states.transpose(1, 2)[..., None]


class PeerNetwork(nn.Module):
    """Runs the layers in their declared order; a value is dropped after its last reader."""

    def __init__(self, architecture, analog=False):
        super().__init__()
        height, width, channels = architecture["input"]
        self.layers = [layer for layer in architecture["layers"] if layer["kind"] != "softmax_cross_entropy"]
        if analog and any(layer["kind"] in ("lstm", "gru", "rnn") for layer in self.layers):
            raise NotImplementedError("aihwkit's conversion leaves recurrent layers digital")
        self.shapes = {"input": (channels, height, width)}
        self.readers = {name: sum(name in layer["inputs"] for layer in self.layers)
                        for name in ["input"] + [layer["name"] for layer in self.layers]}
        # What no backward pass reads again may be overwritten; aihwkit's layers want to keep their output.
        kinds = {layer["name"]: layer["kind"] for layer in self.layers}
        overwritable = {"batch_norm", "add"} if analog else {"batch_norm", "add", "conv2d", "dense"}
        self.overwritable = {name for name, kind in kinds.items() if kind in overwritable and self.readers[name] == 1}
        self.steps = [self.make_step(index, layer) for index, layer in enumerate(self.layers)]
        self.last_reader = [[name for name in layer["inputs"]
                             if not any(name in later["inputs"] for later in self.layers[index + 1:])]
                            for index, layer in enumerate(self.layers)]

    def make_step(self, index, layer):
        """(output's name, inputs' names, module's name or None, function of the inputs)."""
        made = getattr(self, "make_" + layer["kind"])(layer, self.shapes[layer["inputs"][0]])
        inputs = layer["inputs"]
        if layer["kind"] == "add":  # into a value that nothing else reads
            inputs = sorted(inputs, key=lambda name: name not in self.overwritable)
            if inputs[0] not in self.overwritable:
                made = lambda values: sum(values[1:], values[0])
        if isinstance(made, nn.Module):
            name = f"m{index}"
            self.add_module(name, made)
            return layer["name"], inputs, name, None
        return layer["name"], inputs, None, made

    def make_conv2d(self, layer, shape):
        padding, size = window(layer, shape)
        self.shapes[layer["name"]] = (layer["out_channels"], *size)
        return nn.Conv2d(shape[0], layer["out_channels"], layer["kernel"], layer["stride"], padding,
                         groups=layer["groups"], bias=layer["bias"])

    def make_dense(self, layer, shape):
        features = shape[0] * shape[1] * shape[2]
        self.shapes[layer["name"]] = (layer["out_features"], 1, 1)
        linear = nn.Linear(features, layer["out_features"], bias=layer["bias"])
        return nn.Sequential(nn.Flatten(), linear) if features != shape[0] else linear

    def make_batch_norm(self, layer, shape):
        self.shapes[layer["name"]] = shape
        return nn.BatchNorm2d(shape[0], eps=layer["epsilon"])

    def make_relu(self, layer, shape):
        self.shapes[layer["name"]] = shape
        inplace = layer["inputs"][0] in self.overwritable
        return lambda values: F.relu(values[0], inplace=inplace)

    def make_max_pool(self, layer, shape):
        padding, size = window(layer, shape)
        self.shapes[layer["name"]] = (shape[0], *size)
        return nn.MaxPool2d(layer["kernel"], layer["stride"], padding)

    def make_global_average_pool(self, layer, shape):
        self.shapes[layer["name"]] = (shape[0], 1, 1)
        return mean

    def make_recurrent(self, layer, shape, kind):
        self.shapes[layer["name"]] = (layer["units"], shape[1], 1)
        return OverSteps(layer, shape[0], kind)

    def make_lstm(self, layer, shape):
        return self.make_recurrent(layer, shape, nn.LSTM)

    def make_gru(self, layer, shape):
        return self.make_recurrent(layer, shape, nn.GRU)

    def make_rnn(self, layer, shape):
        return self.make_recurrent(layer, shape, nn.RNN)

    def make_last(self, layer, shape):
        self.shapes[layer["name"]] = (shape[0], 1, 1)
        return lambda values: values[0][:, :, -1, 0]

    def make_add(self, layer, shape):
        self.shapes[layer["name"]] = shape
        return add

    def forward(self, x):
        values = {"input": x}
        for (name, inputs, module, function), dead in zip(self.steps, self.last_reader):
            if module:
                values[name] = getattr(self, module)(values[inputs[0]])
            else:
                values[name] = function([values[i] for i in inputs])
            for old in dead:
                del values[old]
        return values[self.layers[-1]["name"]]


def count_macs(network, shape):
    """Multiply-accumulates of one image in convolutions and dense layers."""
    total = 0

    def count(module, _, output):
        nonlocal total
        total += output[0].numel() // module.weight.shape[0] * module.weight.numel()

    def count_steps(module, _, output):
        nonlocal total
        weights = sum(matrix.numel() for name, matrix in module.named_parameters() if name.startswith("weight"))
        total += output[0].shape[1] * weights

    hooks = [m.register_forward_hook(count) for m in network.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    hooks += [m.register_forward_hook(count_steps) for m in network.modules() if isinstance(m, nn.RNNBase)]
    with torch.no_grad():
        network.eval()(torch.zeros((1, *shape)))
    for hook in hooks:
        hook.remove()
    return total
