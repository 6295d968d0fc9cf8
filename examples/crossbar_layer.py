# SPDX-License-Identifier: Apache-2.0
"""A PyTorch layer whose weights are the devices of a simulated crossbar: products both ways through its converters, and
updates by pulses in the array. Two such layers learn handwritten digits.

    pip install 'mho[digits]' torch
    python crossbar_layer.py
"""

import argparse
import json

import mho
import numpy
import torch

# Gokmen and Vlasov's baseline: soft-bounds devices, 7-bit inputs, 9-bit outputs, noise of every product.
HARDWARE = {"mapping": "single", "dac_bits": 7, "adc_bits": 9, "output_noise": 0.06, "drift_compensation": "none"}


class CrossbarProduct(torch.autograd.Function):
    """x W and d W^T on the crossbar. The weight has no gradient in digital: the layer keeps x and d for its pulses."""

    @staticmethod
    def forward(ctx, x, _, layer):
        ctx.layer = layer
        layer.inputs = x.detach().numpy()
        return torch.from_numpy(layer.crossbar.forward(layer.inputs)).to(x.dtype)

    @staticmethod
    def backward(ctx, d):
        layer = ctx.layer
        layer.errors = d.detach().numpy()
        return torch.from_numpy(layer.crossbar.backward(layer.errors)).to(d.dtype), None, None


class CrossbarLinear(torch.nn.Module):
    """A dense layer without bias; its last input is 1."""

    def __init__(self, inputs, outputs, device="reram_sb", seed=0):
        super().__init__()
        start = numpy.random.default_rng(seed).uniform(-1, 1, (inputs + 1, outputs)) / numpy.sqrt(inputs)
        self.crossbar = mho.CrossbarMatrix(start, device=device, hardware=HARDWARE, full_scale=0.6, seed=seed)
        self.path = torch.zeros(1, requires_grad=True)  # so that autograd comes by, whatever x is

    def forward(self, x):
        x = torch.cat([x, torch.ones(len(x), 1)], dim=1)
        return CrossbarProduct.apply(x, self.path, self)

    def step(self, learning_rate):
        """W -= learning_rate x^T d by pulses."""
        self.crossbar.update(self.inputs, self.errors, learning_rate)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--samples", type=int, default=1400)
    parser.add_argument("--device", default="reram_sb", help="a device that takes pulses (mho.Device.names())")
    arguments = parser.parse_args()

    from sklearn.datasets import load_digits
    digits = load_digits()
    x, labels = torch.tensor(digits.data / 16, dtype=torch.float32), torch.tensor(digits.target)
    train = torch.randperm(1400, generator=torch.Generator().manual_seed(0))[:arguments.samples]
    layers = [CrossbarLinear(64, 48, arguments.device, seed=1), CrossbarLinear(48, 10, arguments.device, seed=2)]
    network = torch.nn.Sequential(layers[0], torch.nn.Tanh(), layers[1])
    for epoch in range(arguments.epochs):
        for batch in train.split(8):
            loss = torch.nn.functional.cross_entropy(network(x[batch]), labels[batch], reduction="sum")
            loss.backward()
            for layer in layers:
                layer.step(0.02)
        with torch.no_grad():
            right = (network(x[1400:]).argmax(1) == labels[1400:]).float().mean()
        print(f"epoch {epoch + 1}: test accuracy {100 * right:.1f} %", flush=True)
    print(json.dumps({"pulses": sum(layer.crossbar.counters["pulses"] for layer in layers)}))


if __name__ == "__main__":
    main()
