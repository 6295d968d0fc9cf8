#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains MLPerf Tiny's DS-CNN on a prepared set in PyTorch, without a thought for analog chips, and writes it as ONNX.

    examples/train_in_pytorch.py data/fsdd ds_cnn.onnx [--epochs 20]

Needs PyTorch: pip install torch onnxscript. The folder is what `mho data prepare` writes. The normalisation of the inputs is a
part of the network, so whoever reads the file needs to know nothing about it.
"""
import argparse
import pathlib

import numpy
import torch
from torch import nn


class DsCnn(nn.Module):
    def __init__(self, mean, deviation, classes, channels=64):
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean))
        self.register_buffer("deviation", torch.tensor(deviation))
        layers = [nn.Conv2d(1, channels, (10, 4), stride=2, padding=(5, 1), bias=False), nn.BatchNorm2d(channels), nn.ReLU()]
        for _ in range(4):
            for convolution in (nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False),
                                nn.Conv2d(channels, channels, 1, bias=False)):
                layers += [convolution, nn.BatchNorm2d(channels), nn.ReLU()]
        self.body = nn.Sequential(*layers, nn.Dropout(0.2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))

    def forward(self, raw):
        return self.body((raw - self.mean) / self.deviation)


def split(folder, name):
    images = torch.from_numpy(numpy.load(folder / f"{name}_images.npy").astype(numpy.float32))
    labels = torch.from_numpy(numpy.load(folder / f"{name}_labels.npy").astype(numpy.int64))
    return images.reshape(len(images), *images.shape[1:3]).unsqueeze(1), labels  # [samples, 1, height, width]


def train(network, images, labels, epochs, batch_size=32):
    optimizer = torch.optim.Adam(network.parameters(), 2e-3)
    steps = epochs * (len(images) // batch_size)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for epoch in range(epochs):
        network.train()
        for batch in torch.randperm(len(images)).split(batch_size)[:len(images) // batch_size]:
            optimizer.zero_grad()
            shifted = torch.roll(images[batch], int(torch.randint(-4, 5, ())), dims=2)  # in time
            loss = nn.functional.cross_entropy(network(shifted), labels[batch])
            loss.backward()
            optimizer.step()
            schedule.step()
        print(f"epoch {epoch + 1}/{epochs}, loss {loss.item():.4f}", flush=True)


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("folder", type=pathlib.Path)
    words.add_argument("out", type=pathlib.Path)
    words.add_argument("--epochs", type=int, default=20)
    given = words.parse_args()
    torch.manual_seed(1)
    images, labels = split(given.folder, "train")
    network = DsCnn(images.mean().item(), images.std().item(), int(labels.max()) + 1)
    train(network, images, labels, given.epochs)
    network.eval()
    images, labels = split(given.folder, "test")
    with torch.no_grad():
        right = (network(images).argmax(1) == labels).float().mean().item()
    print(f"accuracy on {len(images)} test samples: {100 * right:.2f} %")
    torch.onnx.export(network, (images[:1],), str(given.out), dynamo=True, external_data=False, verbose=False,
                      optimize=False)  # keeps batch norms: they help when training goes on under noise


if __name__ == "__main__":
    main()
