#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains a network of MLPerf Tiny on a prepared set in PyTorch, without a thought for analog chips, and writes it as ONNX.

    examples/train_in_pytorch.py data/fsdd ds_cnn.onnx [--epochs 20]                        # DS-CNN on spoken words
    examples/train_in_pytorch.py data/cifar10 resnet8.onnx --network resnet8 --epochs 30    # ResNet-8 on pictures

Needs PyTorch: pip install torch onnxscript. The folder is what `mho data prepare` writes. The normalisation of the inputs is a
part of the network, so whoever reads the file needs to know nothing about it.
"""
import argparse
import pathlib

import numpy
import torch
from torch import nn


class Normalised(nn.Module):
    """A body behind the normalisation of raw inputs, channel by channel."""

    def __init__(self, body, images):
        super().__init__()
        self.register_buffer("mean", images.mean((0, 2, 3), keepdim=True)[0])
        self.register_buffer("deviation", images.std((0, 2, 3), keepdim=True)[0])
        self.body = body

    def forward(self, raw):
        return self.body((raw - self.mean) / self.deviation)


def ds_cnn(inputs, classes, channels=64):
    layers = [nn.Conv2d(inputs, channels, (10, 4), stride=2, padding=(5, 1), bias=False), nn.BatchNorm2d(channels), nn.ReLU()]
    for _ in range(4):
        for convolution in (nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False),
                            nn.Conv2d(channels, channels, 1, bias=False)):
            layers += [convolution, nn.BatchNorm2d(channels), nn.ReLU()]
    return nn.Sequential(*layers, nn.Dropout(0.2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))


class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.main = nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
                                  nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride) if stride > 1 else nn.Identity()

    def forward(self, x):
        return torch.relu(self.main(x) + self.shortcut(x))


def resnet8(inputs, classes):
    return nn.Sequential(nn.Conv2d(inputs, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), Residual(16, 16, 1),
                         Residual(16, 32, 2), Residual(32, 64, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(64, classes))


def shifted_in_time(images):
    return torch.roll(images, int(torch.randint(-4, 5, ())), dims=2)


def cropped_and_flipped(images):
    row, column = torch.randint(0, 9, (2,)).tolist()
    wide = nn.functional.pad(images, (4, 4, 4, 4))[..., row:row + images.shape[2], column:column + images.shape[3]]
    return torch.where(torch.rand(len(images), 1, 1, 1) < 0.5, wide.flip(3), wide)


NETWORKS = {"ds_cnn": (ds_cnn, shifted_in_time), "resnet8": (resnet8, cropped_and_flipped)}


def split(folder, name):
    images = torch.from_numpy(numpy.load(folder / f"{name}_images.npy").astype(numpy.float32))
    labels = torch.from_numpy(numpy.load(folder / f"{name}_labels.npy").astype(numpy.int64))
    return images.permute(0, 3, 1, 2).contiguous(), labels  # [samples, channels, height, width]


def train(network, vary, images, labels, epochs, batch_size=32):
    optimizer = torch.optim.Adam(network.parameters(), 2e-3)
    steps = epochs * (len(images) // batch_size)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for epoch in range(epochs):
        network.train()
        for batch in torch.randperm(len(images)).split(batch_size)[:len(images) // batch_size]:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(network(vary(images[batch])), labels[batch])
            loss.backward()
            optimizer.step()
            schedule.step()
        print(f"epoch {epoch + 1}/{epochs}, loss {loss.item():.4f}", flush=True)


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("folder", type=pathlib.Path)
    words.add_argument("out", type=pathlib.Path)
    words.add_argument("--network", choices=NETWORKS, default="ds_cnn")
    words.add_argument("--epochs", type=int, default=20)
    given = words.parse_args()
    torch.manual_seed(1)
    images, labels = split(given.folder, "train")
    make, vary = NETWORKS[given.network]
    network = Normalised(make(images.shape[1], int(labels.max()) + 1), images)
    train(network, vary, images, labels, given.epochs)
    network.eval()
    images, labels = split(given.folder, "test")
    with torch.no_grad():
        logits = torch.cat([network(part) for part in images.split(500)])
        right = (logits.argmax(1) == labels).float().mean().item()
    print(f"accuracy on {len(images)} test samples: {100 * right:.2f} %")
    torch.onnx.export(network, (images[:1],), str(given.out), dynamo=True, external_data=False, verbose=False,
                      optimize=False)  # keeps batch norms: they help when training goes on under noise


if __name__ == "__main__":
    main()
