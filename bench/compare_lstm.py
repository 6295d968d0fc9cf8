#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A character LSTM trained by pulses in mho and in aihwkit: the same text, network, device and converters, one thread each.

    python bench/compare_lstm.py --text FILE [--mho build/release/mho] [--characters 20000]

Two LSTM layers of 64 units and a dense layer, one matrix a layer, windows of 25 characters, a batch of 1: one epoch of each. Speeds
are in characters a second of processor time (of mho, the difference between two epochs and one), losses in bits a character over
the epoch's last quarter (aihwkit) and after it on the test text (mho). Skips where aihwkit is not installed (bench/README.md).
"""
import argparse
import json
import math
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
STEPS, UNITS, RATE = 25, 64, 1.0


def cpu_seconds(command):
    """Of a command's processes, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def measure_mho(mho, folder):
    settings = [f"task.folder={folder}", "task.data=text", "task.target=next_step", "task.metric=bits_per_character",
                f"training.learning_rate={RATE}", "training.weight_decay=0", "training.weight_bound=0", "training.weight_headroom=2",
                "training.momentum=0", "scoring.programmings=1", "scoring.times_s=[1, 86400, 2592000]"]
    found = []
    for epochs in (1, 2):
        words = [mho, "evaluate", "char_lstm", ROOT / "configs/onchip-mnist.toml", "--threads", "1", "--json"]
        words += [word for setting in (*settings, f"training.epochs={epochs}") for word in ("--set", setting)]
        seconds, printed = cpu_seconds(words)
        found.append((seconds, json.loads(printed)))
    return found[1][0] - found[0][0], found[0][1]["drift"][0]["mean"]


def aihwkit_config():
    """The baseline of configs/onchip-mnist.toml."""
    from aihwkit.simulator.configs import ConstantStepDevice, SingleRPUConfig
    from aihwkit.simulator.parameters.enums import BoundManagementType, NoiseManagementType

    device = ConstantStepDevice(dw_min=0.001, dw_min_dtod=0.3, dw_min_std=0.3, up_down=0, up_down_dtod=0.01, w_max=0.6, w_min=-0.6,
                                w_max_dtod=0.3, w_min_dtod=0.3)
    config = SingleRPUConfig(device=device)
    for io in (config.forward, config.backward):
        io.inp_res, io.out_res, io.inp_bound, io.out_bound, io.out_noise = 1 / 126, 1 / 510, 1.0, 12.0, 0.06
        io.noise_management = NoiseManagementType.ABS_MAX
    config.forward.bound_management = BoundManagementType.ITERATIVE
    config.update.desired_bl = 10
    return config


def measure_aihwkit(windows, targets, characters):
    import torch
    from aihwkit.nn import AnalogLinear, AnalogRNN
    from aihwkit.nn.modules.rnn.cells import AnalogLSTMCellCombinedWeight
    from aihwkit.optim import AnalogSGD

    torch.set_num_threads(1)
    torch.manual_seed(0)
    lstm = AnalogRNN(AnalogLSTMCellCombinedWeight, characters, UNITS, True, aihwkit_config(), num_layers=2)
    dense = AnalogLinear(UNITS, characters, True, rpu_config=aihwkit_config())
    network = torch.nn.ModuleList([lstm, dense])
    optimizer = AnalogSGD(network.parameters(), lr=RATE)
    optimizer.regroup_param_groups(network)
    one_hot = torch.eye(characters)
    losses, begin = [], time.process_time()
    for window, target in zip(torch.from_numpy(windows).long(), torch.from_numpy(targets).long()):
        optimizer.zero_grad()
        states, _ = lstm(one_hot[window][:, None])  # steps x 1 x characters
        loss = torch.nn.functional.cross_entropy(dense(states[:, 0]), target)
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    last = losses[-len(losses) // 4:]
    return time.process_time() - begin, sum(last) / len(last) / math.log(2)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--text", required=True)
    parser.add_argument("--mho", default="build/release/mho")
    parser.add_argument("--characters", type=int, default=20000)
    arguments = parser.parse_args()
    try:
        import aihwkit.nn  # noqa: F401
        import numpy
    except (ImportError, OSError) as error:
        print(f"compare_lstm: aihwkit skipped, it cannot be imported ({error})", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([arguments.mho, "data", "prepare", "text", "--from", arguments.text, "--out", folder, "--set",
                        f"text.max_characters={arguments.characters}", f"text.steps={STEPS}"], check=True, capture_output=True)
        place = pathlib.Path(folder) / "text"
        windows = numpy.load(place / "train_images.npy").reshape(-1, STEPS)
        targets = numpy.load(place / "train_targets.npy").reshape(-1, STEPS)
        characters = len(json.loads((place / "dataset.json").read_text())["class_names"])
        mho, mho_loss = measure_mho(arguments.mho, folder)
        peer, peer_loss = measure_aihwkit(windows, targets, characters)
    print("| program | characters/s | bits a character |\n|---|---:|---:|")
    for name, seconds, loss in (("mho", mho, mho_loss), ("aihwkit", peer, peer_loss)):
        print(f"| {name} | {windows.size / seconds:,.0f} | {loss:.2f} |")
    print(f"\nmho over aihwkit: {peer / mho:.1f}")


if __name__ == "__main__":
    main()
