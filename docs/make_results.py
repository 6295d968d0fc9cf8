#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of docs/results.md and writes the page with what they printed. From the repository root:

    docs/make_results.py [path of mho]        needs prepared mnist, cifar10 and kws (mho data prepare)

Networks are trained into runs/results-*; a folder that is there already is scored, not trained again (remove it for that).
"""
import json
import pathlib
import platform
import re
import resource
import subprocess
import sys
import time

HEAD = """# Results

Each block is what its command printed on the machine named here, made by `docs/make_results.py`. Seeds are the defaults
(0); the same seed gives the same figures for any number of threads on processors with the same instruction set.

"""

# What configs/cifar10.toml said when these tables were made.
AS_BEFORE = ["training.learning_rate=0.1", "training.arithmetic=float32", "scoring.arithmetic=float32"]
RUNS = [
    ("Quickstart: searching networks for handwritten digits",
     "A search of 24 candidates, the three best scored again on 25 fresh chips and the test split (360 images).",
     ["search", "configs/quickstart.toml", "--out", "runs/results-quickstart"]),
    ("LeNet-5 on MNIST, hardware-aware training",
     "Trained on 60,000 images for 5 epochs, scored on all 10,000 test images.",
     ["evaluate", "lenet5", "configs/mnist.toml"]),
    ("LeNet-5 on MNIST, digital training, scored on the same chip",
     "What hardware-aware training is worth: the same network trained without noise loses more over the month, and from "
     "one hour on its intervals lie below those above.",
     ["evaluate", "lenet5", "configs/mnist.toml", "--set", "training.regime=digital"]),
    ("DS-CNN on keywords",
     "Three spoken words as 49 x 10 MFCCs (4,654 clips to train on, 520 of other speakers to test); depthwise layers stay "
     "digital.",
     ["evaluate", "ds_cnn", "configs/kws.toml"]),
    ("ResNet-8 on CIFAR-10",
     "Trained on the 20,000-image subset for 30 epochs, scored on 5,000 test images. No target: a starting point.",
     ["evaluate", "resnet8", "configs/cifar10.toml", "--set", *AS_BEFORE]),
]


# Networks that the tables below score: name -> what trains it.
TRAINED = {
    f"{net}-{regime}": ["evaluate", net, f"configs/{data}.toml", "--set", f"training.regime={regime}", *AS_BEFORE]
    for net, data in [("lenet5", "mnist"), ("resnet8", "cifar10")]
    for regime in ["hardware_aware", "digital"]
}
FEW = ["--set", "task.max_test=1000", "--set", "scoring.programmings=10"]

# hardware.device and what else it needs.
DEVICES = {
    "pcm": [],
    "hermes_odp": [],
    "hermes_tdp": [],
    "reram_wan2022": ["--set", "scoring.times_s=[1,86400,172800]"],
    "reram_cmo": ["--set", "hardware.mapping=single"],
}
VARIANTS = {
    "none": ["--set", "hardware.drift_compensation=none"],
    "global": [],
    "exact": ["--set", "hardware.drift_compensation=exact"],
    "column": ["--set", "hardware.drift_compensation=column"],
    "global, batch norms anew": ["--set", "post_training.batch_norm_samples=256", "--set",
                                 "post_training.batch_norm_at=every_time"],
}
# Every layer's input range set to this, many times what calibration finds.
WRONG_RANGE = ["--set", "hardware.input_range=fixed", "--set", "hardware.input_range_value=64"]
POST_TRAINING = {
    "calibrated in training": [],
    "mis-set": WRONG_RANGE,
    "mis-set + column range": WRONG_RANGE + ["--set", "post_training.column_range=true"],
    "mis-set + input range": WRONG_RANGE + ["--set", "post_training.input_range=true"],
    "mis-set + both": WRONG_RANGE + ["--set", "post_training.input_range=true", "--set",
                                     "post_training.column_range=true"],
    "mis-set + both, affine fit": WRONG_RANGE + ["--set", "post_training.input_range=true", "--set",
                                                 "post_training.column_range=true", "--set",
                                                 "post_training.affine_samples=64"],
}


def config_of(name):
    return "configs/mnist.toml" if name.startswith("lenet5") else "configs/cifar10.toml"


def train_missing(mho):
    for name, words in TRAINED.items():
        folder = pathlib.Path(f"runs/results-{name}")
        if not (folder / "score.json").exists():
            subprocess.run([mho, *words, "--out", str(folder)], stdout=subprocess.DEVNULL, check=True)


def scored(mho, name, words):
    command = ["evaluate", f"runs/results-{name}", config_of(name), *words, *FEW, "--json"]
    return json.loads(subprocess.run([mho, *command], capture_output=True, text=True, check=True).stdout)


def percent(point):
    return f"{100 * point['mean']:.1f} +- {100 * (point['ci95'][1] - point['mean']):.1f}"


def device_tables(mho):
    text = ("\n## Devices and drift compensation\n\nHardware-aware weights (trained under Gaussian weight noise, so no device is "
            "favoured), scored on 1,000 test images and 10 chips: accuracy, %, and half the 95 % interval. Each cell is\n\n"
            "<!-- not run: up to an hour -->\n\n    mho evaluate runs/results-NETWORK-hardware_aware CONFIG --set hardware.device=DEVICE "
            "--set hardware.drift_compensation=...\n\n"
            "with `hardware.mapping=single` for `reram_cmo` and times of 1 s, 1 day and 2 days for `reram_wan2022`; the last time "
            "is 30 days elsewhere. Batch norms anew: `post_training.batch_norm_samples=256`, `batch_norm_at=every_time`.\n")
    for net in ["lenet5", "resnet8"]:
        text += f"\n### {net}\n\n| device | compensation | digital | 1 s | 1 day | last |\n|---|---|---:|---:|---:|---:|\n"
        for device, own in DEVICES.items():
            for variant, words in VARIANTS.items():
                if net == "lenet5" and "batch norms" in variant:
                    continue  # it has none
                score = scored(mho, f"{net}-hardware_aware", ["--set", f"hardware.device={device}", *own, *words])
                at = {point["time_s"]: point for point in score["drift"]}
                text += (f"| {device} | {variant} | {100 * score['digital']['accuracy']:.1f} | {percent(at[1])} | "
                         f"{percent(at[86400])} | {percent(score['drift'][-1])} |\n")
    return text


def post_training_table(mho):
    text = ("\n## Post-training calibration\n\nFrom input ranges that are deliberately wrong (64 for every layer, many times "
            "what calibration finds), accuracy after a day in %, 1,000 images, 10 chips; in brackets the part of the lost "
            "accuracy that comes back. `mho evaluate runs/results-... CONFIG --set hardware.input_range=fixed --set "
            "hardware.input_range_value=64 --set post_training....`\n\n| |")
    names = list(TRAINED)
    text += "".join(f" {name} |" for name in names) + "\n|---|" + "---:|" * len(names) + "\n"
    day = {}
    for row, words in POST_TRAINING.items():
        text += f"| {row} |"
        for name in names:
            at = {point["time_s"]: point for point in scored(mho, name, words)["drift"]}
            day[row, name] = at[86400]["mean"]
            good, bad = day["calibrated in training", name], day.get(("mis-set", name))
            back = f" ({100 * (day[row, name] - bad) / (good - bad):.0f} %)" if "+" in row else ""
            text += f" {percent(at[86400])}{back} |"
        text += "\n"
    return text


def child_cpu_seconds():
    """Of all commands that have ended: unlike the wall's, they do not depend on what else the machine does."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def processor():
    text = pathlib.Path("/proc/cpuinfo").read_text() if pathlib.Path("/proc/cpuinfo").exists() else ""
    found = re.search(r"model name\s*: (.*)", text)
    return found.group(1) if found else platform.machine()


def main():
    mho = sys.argv[1] if len(sys.argv) > 1 else "build/release/mho"
    doctor = subprocess.run([mho, "doctor"], capture_output=True, text=True, check=True).stdout
    instruction_set = re.search(r"instruction_set\s+(\S+)", doctor).group(1)
    cores = re.search(r"cores\s+(\d+)", doctor).group(1)
    page = HEAD + f"Machine: {processor()}, {cores} cores, {instruction_set}; {time.strftime('%Y-%m-%d')}.\n"
    for title, text, words in RUNS:
        before = child_cpu_seconds()
        result = subprocess.run([mho, *words], stdout=subprocess.PIPE, text=True, check=True)
        seconds = child_cpu_seconds() - before
        page += f"\n## {title}\n\n{text}\n\n<!-- not run: up to an hour -->\n\n    mho {' '.join(words)}\n\n```\n{result.stdout.rstrip()}\n```\n\n"
        page += f"{seconds:.0f} s of CPU time.\n"
    train_missing(mho)
    page += device_tables(mho) + post_training_table(mho)
    pathlib.Path("docs/results.md").write_text(page)


if __name__ == "__main__":
    main()
