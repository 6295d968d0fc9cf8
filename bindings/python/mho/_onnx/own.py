# SPDX-License-Identifier: Apache-2.0
"""What mho writes into its own network.onnx beside the network (core/chip/export/export_onnx.hpp)."""

import pathlib
import re

import numpy

from mho._errors import InputError

PREFIX = "layer."
PARTS = {"Gemm": ".product", "LSTM": ".states", "GRU": ".states", "RNN": ".states", "OneHot": ".symbols"}  #: what a layer's name ends in there


def numbers(text, what):
    try:
        found = [float(word) for word in text.split(",")]
    except ValueError as error:
        raise InputError(f"metadata {what}: expected numbers, got '{text[:60]}'") from error
    if not numpy.isfinite(found).all():
        raise InputError(f"metadata {what}: expected finite numbers, got '{text[:60]}'")
    return found


class Own:
    """The metadata of a file; empty for files of others."""

    def __init__(self, model):
        metadata = {entry.key: entry.value for entry in model.metadata_props}
        self.is_own = "mho.format" in metadata
        self.output = metadata.get("mho.output")
        self.preprocessing = None
        if "mho.input_mean" in metadata and "mho.input_deviation" in metadata:
            self.preprocessing = {"mean": numbers(metadata["mho.input_mean"], "mho.input_mean"),
                                  "standard_deviation": numbers(metadata["mho.input_deviation"], "mho.input_deviation")}
        self._calibration = {}
        for node in model.graph.node if self.is_own else ():
            found = {entry.key.removeprefix("mho."): entry.value for entry in node.metadata_props}
            self._calibration.setdefault(self.layer_of(node), {}).update(found)  # a layer can be several nodes

    def layer_of(self, node):
        """The layer's name: an own file's as it was, another's by its node."""
        name = node.name or (node.output[0] if node.output else "layer")
        if not self.is_own or not name.startswith(PREFIX):
            return name
        name = name.removeprefix(PREFIX)
        return name.removesuffix(PARTS.get(node.op_type, ""))

    def name(self, graph_name, path):
        return graph_name if self.is_own else re.sub(r"[^\x20-\x7e]", "_", pathlib.Path(path).stem)[:200] or "network"

    def calibrate(self, layers):
        """The input ranges and what else was calibrated, as they were."""
        for layer in layers.layers:
            known = self._calibration.get(layer["name"], {})
            if f"{layer['name']}.weight" not in layers.weights:
                continue
            columns = layers.weights[f"{layer['name']}.weight"].shape[1]
            for key in ("input_range", "output_gain", "split_ranges", "column_scales"):
                if key not in known or known[key] == "0":
                    continue
                values = numpy.array(numbers(known[key], f"mho.{key} of layer '{layer['name']}'"), numpy.float32)
                if key == "column_scales" and values.size % columns == 0:
                    values = values.reshape(-1, columns)
                layers.set(layer["name"], **{key: values})
