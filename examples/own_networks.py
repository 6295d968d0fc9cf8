#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A space of your own networks, trained and scored under analog noise: which operation, how wide, which learning rate.

    python examples/own_networks.py            # a minute on one core

The genes are yours and so is the network of a genome; mho trains each candidate under the chip's noise, lets it drift
for a month, maps it onto the chip, and proposes the next one.
"""

import argparse

import mho

SPACE = {
    "op": ["skip", "conv3", "separable"],  # a plain list is an unordered choice
    "width": mho.Int(8, 32, log=True),
    "kernel": mho.Ordered([3, 5], when={"op": ["conv3", "separable"]}),
    "training.learning_rate": mho.Real(0.003, 0.1, log=True),  # named as a key of a run file: it sets it
}


def convolution(name, source, channels, kernel, groups=1):
    return [{"name": name, "kind": "conv2d", "inputs": [source], "out_channels": channels, "kernel": [kernel, kernel],
             "stride": [1, 1], "padding": "same", "groups": groups},
            {"name": name + "_bn", "kind": "batch_norm", "inputs": [name]},
            {"name": name + "_relu", "kind": "relu", "inputs": [name + "_bn"]}]


def build(genome):
    """The architecture of a genome, as in architecture.json; the input is the task's."""
    width, layers = genome["width"], convolution("stem", "input", genome["width"], 3)
    if genome["op"] == "conv3":
        layers += convolution("inner", layers[-1]["name"], width, genome["kernel"])
    if genome["op"] == "separable":
        layers += convolution("depthwise", layers[-1]["name"], width, genome["kernel"], groups=width)
        layers += convolution("pointwise", layers[-1]["name"], width, 1)
    return {"layers": [*layers,
                       {"name": "pool", "kind": "global_average_pool", "inputs": [layers[-1]["name"]]},
                       {"name": "logits", "kind": "dense", "inputs": ["pool"], "out_features": 10},
                       {"name": "loss", "kind": "softmax_cross_entropy", "inputs": ["logits"]}]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=16)
    parser.add_argument("--epochs", type=int, default=8)
    arguments = parser.parse_args()
    trials = mho.search(SPACE, build=build, proposer="bayesian", trials=arguments.trials, population=4,
                        config={"task.data": "digits", "training.epochs": arguments.epochs})
    for trial in trials:
        outcome = trial["reason"] if trial["failed"] else f"{100 * trial['value']:.2f} % after one day"
        print(f"trial {trial['trial']:>2}  {trial['name']}: {outcome}")
    if trials.best:
        print("best:", trials.best["name"])


if __name__ == "__main__":
    main()
