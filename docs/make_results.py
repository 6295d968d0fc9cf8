#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of docs/results.md and writes the page with what they printed. From the repository root:

    docs/make_results.py [path of mho]        needs prepared mnist, cifar10 and kws (mho data prepare)
"""
import pathlib
import platform
import re
import subprocess
import sys
import time

HEAD = """# Results

Each block is what its command printed on the machine named here, made by `docs/make_results.py`. Seeds are the defaults
(0); the same seed gives the same figures for any number of threads on processors with the same instruction set.

"""

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
     ["evaluate", "resnet8", "configs/cifar10.toml"]),
]


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
        start = time.time()
        result = subprocess.run([mho, *words], stdout=subprocess.PIPE, text=True, check=True)
        seconds = time.time() - start
        page += f"\n## {title}\n\n{text}\n\n    mho {' '.join(words)}\n\n```\n{result.stdout.rstrip()}\n```\n\n"
        page += f"{seconds:.0f} s.\n"
    pathlib.Path("docs/results.md").write_text(page)


if __name__ == "__main__":
    main()
