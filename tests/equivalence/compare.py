#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what two builds of mho write with the same seeds (README.md beside this)."""
import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TIMES = {"wall_s", "training_mib"}


def without_times(value):
    if isinstance(value, dict) and isinstance(value.get("blocks"), list) and "stem_kernel" in value:
        return flat(value)
    if isinstance(value, dict):
        return {key: without_times(inner) for key, inner in value.items() if key not in TIMES}
    return [without_times(inner) for inner in value] if isinstance(value, list) else value


def flat(genome):
    """A genome by gene, as those were written that came in blocks."""
    genes = {"stem_channels": genome["stem_channels"], "stem_kernel": genome["stem_kernel"],
             "main_blocks": len(genome["blocks"])}
    for number, block in enumerate(genome["blocks"], 1):
        genes.update({f"block{number}_{gene}": value for gene, value in block.items()})
    return genes


def content(file):
    """Of JSON (by line) the values without times, so that only results count; of other files a digest. Folders are named
    by paths below the scratch folder, which are the same for both builds."""
    if file.suffix == ".json":
        return without_times(json.loads(file.read_text()))
    if file.suffix == ".jsonl":
        return [without_times(json.loads(line)) for line in file.read_text().splitlines()]
    return hashlib.sha256(file.read_bytes()).hexdigest()


def differences(before, after, place=""):
    """Where two values differ, list elements by [], each place once: "score.json:.drift[].mean changed"."""
    if isinstance(before, dict) and isinstance(after, dict):
        found = [f"{place}.{key} {'new' if key in after else 'gone'}" for key in sorted(set(before) ^ set(after))]
        for key in sorted(set(before) & set(after)):
            found += differences(before[key], after[key], f"{place}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        found = [line for pair in zip(before, after) for line in differences(*pair, f"{place}[]")]
    else:
        found = [] if before == after else [f"{place} changed"]
    return list(dict.fromkeys(found))


def call(program, words, scratch):
    command = [str(program), *map(str, words)]
    done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr}")


def results(folder):
    # config.toml tells where a run's files lie, markdown and drawings are text for people
    return {str(file.relative_to(folder)): content(file) for file in sorted(folder.rglob("*"))
            if file.suffix in (".json", ".jsonl", ".csv", ".safetensors", ".npz", ".onnx")}


def cases(quick, data):
    """Name, arguments (a run file stands as its name in configs/), data set that they need."""
    if quick:
        return [("quickstart 7, 8 trials", ["search", "quickstart.toml", "--seed", 7, "--set", "search.trials=8"], None)]
    found = [(f"quickstart {seed}", ["search", "quickstart.toml", "--seed", seed], None) for seed in (7, 11)]
    for name, words, folder in [
            ("lenet5 on MNIST, seed 3", ["evaluate", "lenet5", "mnist.toml", "--seed", 3], "mnist"),
            ("resnet8 on CIFAR-10, 3 epochs", ["evaluate", "resnet8", "cifar10.toml", "--set", "training.epochs=3"],
             "cifar10")]:
        if (data / folder).is_dir():
            found.append((name, words, folder))
        else:
            print(f"{name}: left out, {data / folder} is not there")
    return found


def run(program, configs, words, data):
    """What a program writes in a scratch folder: files by name."""
    with tempfile.TemporaryDirectory() as scratch:
        if data:
            call(program, ["data", "prepare", data.name, "--from", data], scratch)
        words = [configs / word if str(word).endswith(".toml") else word for word in words]
        call(program, [*words, "--out", "run"], scratch)
        if words[0] == "evaluate":
            call(program, ["export", "run", "--out", "chip"], scratch)
        shutil.rmtree(Path(scratch) / "data", ignore_errors=True)
        return results(Path(scratch))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--before-configs", type=Path, default=ROOT / "configs",
                        help="run files for BEFORE, where keys have changed since")
    parser.add_argument("--data", type=Path,
                        default=Path(os.environ.get("MHO_DATA_DIR", ROOT.parent / "shared/data")))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--set", action="append", default=[], help="for both, as mho takes it")
    arguments = parser.parse_args()
    different = False
    settings = [word for setting in arguments.set for word in ("--set", setting)]
    for name, words, data in cases(arguments.quick, arguments.data):
        before, after = (
            run(program.resolve(), configs.resolve(), [*words, *settings], data and (arguments.data / data).resolve())
            for program, configs in ((arguments.before, arguments.before_configs), (arguments.after, ROOT / "configs")))
        changed = [f"{file}:{line}" for file in sorted(set(before) | set(after))
                   for line in differences(before.get(file), after.get(file))]
        different |= bool(changed)
        print(f"{name}: {len(before)} files, {len(changed)} differences", *changed, sep="\n  ", flush=True)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
