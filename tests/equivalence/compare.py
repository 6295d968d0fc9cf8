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


def digest(file):
    """Of a file's content; of JSON (by line) without times, so that only results count. Folders are named by paths
    below the scratch folder, which are the same for both builds."""
    if file.suffix in (".json", ".jsonl"):
        lines = [file.read_text()] if file.suffix == ".json" else file.read_text().splitlines()
        text = "\n".join(json.dumps(without_times(json.loads(line)), sort_keys=True) for line in lines)
        return hashlib.sha256(text.encode()).hexdigest()
    return hashlib.sha256(file.read_bytes()).hexdigest()


def call(program, words, scratch):
    command = [str(program), *map(str, words)]
    done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr}")


def results(folder):
    # config.toml tells where a run's files lie, markdown and drawings are text for people
    return {str(file.relative_to(folder)): digest(file) for file in sorted(folder.rglob("*"))
            if file.suffix in (".json", ".jsonl", ".csv", ".safetensors", ".npz", ".onnx")}


def cases(quick, data):
    quickstart = ROOT / "configs/quickstart.toml"
    if quick:
        return [("quickstart 7, 8 trials", ["search", quickstart, "--seed", 7, "--set", "search.trials=8"], None)]
    found = [(f"quickstart {seed}", ["search", quickstart, "--seed", seed], None) for seed in (7, 11)]
    for name, words, folder in [
            ("lenet5 on MNIST, seed 3", ["evaluate", "lenet5", ROOT / "configs/mnist.toml", "--seed", 3], "mnist"),
            ("resnet8 on CIFAR-10, 3 epochs", ["evaluate", "resnet8", ROOT / "configs/cifar10.toml", "--set",
                                               "training.epochs=3"], "cifar10")]:
        if (data / folder).is_dir():
            found.append((name, words, folder))
        else:
            print(f"{name}: left out, {data / folder} is not there")
    return found


def compare(before, after):
    names = sorted(set(before) | set(after))
    return [name for name in names if before.get(name) != after.get(name)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--data", type=Path,
                        default=Path(os.environ.get("MHO_DATA_DIR", ROOT.parent / "shared/data")))
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    different = False
    for name, words, data in cases(arguments.quick, arguments.data):
        files = []
        for program in (arguments.before.resolve(), arguments.after.resolve()):
            with tempfile.TemporaryDirectory() as scratch:
                if data:
                    call(program, ["data", "prepare", data, "--from", arguments.data / data], scratch)
                call(program, [*words, "--out", "run"], scratch)
                if words[0] == "evaluate":
                    call(program, ["export", "run", "--out", "chip"], scratch)
                shutil.rmtree(Path(scratch) / "data", ignore_errors=True)
                files.append(results(Path(scratch)))
        changed = compare(*files)
        different |= bool(changed)
        print(f"{name}: {len(files[0])} files, " + ("the same" if not changed else "different: " + ", ".join(changed)),
              flush=True)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
