# SPDX-License-Identifier: Apache-2.0
"""What the table of docs/analognas.md holds: tasks, searches and networks."""
import pathlib
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNS = pathlib.Path("runs/analognas")
DATA = pathlib.Path("runs/tasks/data")
SEEDS = (1, 2, 3)


class Network(NamedTuple):
    """A line of the table: a name that mho knows, the winner of a search, or what docs/make_tasks.py trains for its table."""
    label: str
    tasks: str = ""  # its folder there
    name: str = ""
    search: str = ""
    settings: tuple = ()
    rates: tuple = ()  # learning rates that are tried with seed 0, the best of which the other seeds use
    seeds: tuple = SEEDS
    ships_as: str = ""  # the name that mho knows it by from now on (configs/networks)


class Task(NamedTuple):
    title: str
    config: str
    settings: tuple
    searches: dict  # name -> settings of `mho search` beside the task's
    networks: tuple


def genome(channels, kernel, residual_blocks, branches, block_type, widening):
    """Settings under which the space of AnalogNAS holds one network of one main block, and a search that only builds it."""
    return (f"space.stem_channels=[{channels}]", f"space.stem_kernels=[{kernel}]", "space.stem_stride=[1,1]",
            "space.main_blocks=[1,1]", "search.max_macs=0", f"space.residual_blocks=[{residual_blocks},{residual_blocks}]",
            f"space.branches=[{branches},{branches}]", f'space.block_types=["{block_type}"]',
            f"space.widening=[{widening},{widening}]", "search.trials=1", "search.population=1", "search.confirm=0",
            "search.winners=1", "search.start_with=[]", "search.max_avm=100", "training.epochs=1",
            "search.trial_programmings=1", "scoring.programmings=1")


RATES = (0.1, 0.2)
DIGITAL = ("training.regime=digital",)
# So that two cores see the end of CIFAR-10; of its images validation takes its part.
SMALL = ("task.max_train=12000", "task.max_test=1000", "training.epochs=10")
# Of a candidate: half the epochs, all of them (rungs of a training at so high a rate order networks badly), and few chips.
SHORT = ("training.epochs=5", "search.trial_programmings=5", "search.winners=1")
# Few parameters leave room for products only in stages of one width: up to three residual blocks in each, few branches.
DEEP = ("space.residual_blocks=[1,3]", "space.branches=[1,2]", "space.stem_channels=[16,24,32]", "space.stem_kernels=[3]",
        "search.confirm=4", "search.confirm_trainings=2")
TASKS = {
    "cifar10": Task(
        "CIFAR-10", "configs/cifar10.toml", SMALL,
        {"T100": (*SHORT, *DEEP, "search.trials=24", "search.population=6", "search.max_parameters=97312",
                  "search.max_macs=60000000"),
         "T500": (*SHORT, "search.confirm=0", "search.trials=12", "search.population=4", "search.max_macs=60000000"),
         "T500 recipe": genome(64, 5, 3, 3, "A", 2)},
        (Network("ResNet-8", name="resnet8", rates=RATES), Network("ResNet-20", name="resnet20"),
         Network("ResNet-32", name="resnet32", rates=RATES),
         Network("found, at most 100 k", search="T100", ships_as="found_cifar10_100k"),
         Network("found, at most 500 k", search="T500", ships_as="found_cifar10_500k"),
         Network("the paper's T500 recipe", search="T500 recipe", seeds=(1,)),
         Network("ResNet-8, trained digitally", name="resnet8", settings=DIGITAL))),
    "kws": Task("keywords", "configs/kws.toml", ("training.epochs=60",), {},
                (Network("DS-CNN", "reference"), Network("found", "found", ships_as="found_kws"),
                 Network("DS-CNN, trained digitally", name="ds_cnn", settings=DIGITAL))),
    "digits-spoken": Task("spoken digits", "configs/digits-spoken.toml", (), {},
                          (Network("DS-CNN", "reference"), Network("found", "found", ships_as="found_digits"))),
    "ecg": Task("heart beats", "configs/ecg.toml", ("task.max_test=4000",), {},
                (Network("shipped reference", "reference"), Network("found", "found", ships_as="found_ecg"))),
}
