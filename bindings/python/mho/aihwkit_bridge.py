# SPDX-License-Identifier: Apache-2.0
"""Loads the tiles of an export folder into IBM's aihwkit."""

import json
import pathlib
from dataclasses import dataclass
from typing import Any


@dataclass
class AihwkitTile:
    """One block of a layer's matrix on its core: `module` takes inputs[row:row + rows] of the layer's input vector and
    gives its part of outputs[column:column + columns]; row splits of a layer are added up."""

    layer: str
    block: int  #: its number in cores.json
    core: int
    row: int
    rows: int
    column: int
    columns: int
    input_range: float  #: full scale of its DAC
    module: Any  #: aihwkit.nn.AnalogLinear without bias, in inference


def to_aihwkit(folder, rpu_config=None):
    """The tiles of every crossbar layer, in the order of the network, as aihwkit modules.

    folder: what `mho export` wrote. rpu_config: aihwkit's; default an InferenceRPUConfig with input ranges enabled.
    Weights are the tile's normalised ones (-1 to 1 of g_max), the columns' scales are its mapping scales, and its input
    range is set where rpu_config enables it. Raises ImportError with what to install where aihwkit is missing, and
    ValueError for a folder of another format version.
    """
    try:
        import numpy
        import torch
        from aihwkit.nn import AnalogLinear
        from aihwkit.simulator.configs import InferenceRPUConfig
    except ImportError as error:
        raise ImportError(f"to_aihwkit needs aihwkit with torch and numpy (pip install aihwkit): {error}") from error
    if rpu_config is None:
        rpu_config = InferenceRPUConfig()
        rpu_config.pre_post.input_range.enable = True
    folder = pathlib.Path(folder)
    tiles = []
    with numpy.load(folder / "aihwkit.npz") as arrays:
        for core, block in _blocks(folder):
            name = f"block{block['block']}_"
            module = AnalogLinear(block["rows"], block["columns"], bias=False, rpu_config=rpu_config).eval()
            input_range = float(arrays[name + "input_range"][0])
            for tile in module.analog_tiles():
                tile.set_weights(torch.from_numpy(arrays[name + "weights"]), apply_weight_scaling=False)
                tile.set_mapping_scales(torch.from_numpy(arrays[name + "scales"]))
                if rpu_config.pre_post.input_range.enable:
                    tile.set_input_range(input_range)
            extent = {key: block[key] for key in ("layer", "block", "row", "rows", "column", "columns")}
            tiles.append(AihwkitTile(core=core, input_range=input_range, module=module, **extent))
    return tiles


def _blocks(folder):
    """(core, block) of each layer's first copy, by block number."""
    cores = json.loads((folder / "cores.json").read_text())
    if cores.get("format") != "mho-chip-2":
        raise ValueError(f"{folder / 'cores.json'}: expected the format 'mho-chip-2', found {cores.get('format')!r}")
    found = [(core["core"], block) for core in cores["cores"] for block in core["blocks"] if block["replica"] == 0]
    return sorted(found, key=lambda entry: entry[1]["block"])
