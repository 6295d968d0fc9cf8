# SPDX-License-Identifier: Apache-2.0
"""mho.search: any proposer on the user's own objective."""

import json
import math
import warnings

from mho import _core
from mho._errors import InputError

_VALUES = ("accuracy", "deviation", "avm", "cores", "energy_j", "latency_s", "parameters")


class Trials(list):
    """The trials by number, each a dict as in trials.jsonl with "value", the objective's, None when it failed.

    best: the trial with the largest value, or None. stopped: whether Ctrl-C ended the search early. note: why there
    are fewer trials than asked for although it did not, such as a space that has no more genomes; else "".
    """

    def __init__(self, trials, stopped, note=""):
        super().__init__(trials)
        self.stopped = stopped
        self.note = note
        self.best = max((trial for trial in self if not trial["failed"]), key=lambda trial: trial["value"], default=None)


def _number(value, name):
    if isinstance(value, (bool, str)) or value is None:
        raise TypeError(f"evaluate: expected a number for {name}, got {value!r}")
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"evaluate: expected a finite {name}, got {number}")
    return int(number) if name in ("cores", "parameters") else number


def _values(result):
    if not isinstance(result, dict):
        return {"accuracy": _number(result, "accuracy")}
    unknown = [name for name in result if name not in _VALUES]
    if unknown or "accuracy" not in result:
        raise ValueError(f"evaluate: expected a number or a dict with accuracy and any of {', '.join(_VALUES[1:])}; "
                         f"got keys {', '.join(map(str, result))}")
    return {name: _number(value, name) for name, value in result.items()}


def search(space, evaluate, proposer="evolution", trials=32, seed=0, population=8, **options):
    """Searches the space for the genome whose evaluation is largest.

    space: dict of the keys of a run file's [space] (missing ones have its defaults), e.g. {"main_blocks": [1, 2]}.
    evaluate: called with a genome as a dict (stem_channels, stem_kernel, blocks: a list of dicts with
        residual_blocks, branches, type, widening), one after the other on the calling thread. It returns a number,
        larger is better, or a dict with "accuracy" (that number) and any of deviation, avm (points), cores, energy_j,
        latency_s, parameters. An exception in it makes a failed trial with its message; KeyboardInterrupt ends the
        search with the trials that finished before.
    proposer, trials, seed, population, options: keys of [search] (docs/config.md).

    Returns Trials; fewer than asked for, with a note and a RuntimeWarning, when the space has no more. Same arguments and same objective, same trials. Raises InputError for what cannot be used.
    """
    if not callable(evaluate):
        raise InputError(f"evaluate: expected a function of a genome, got {evaluate!r}")

    def evaluate_json(genome):
        try:
            return json.dumps(_values(evaluate(json.loads(genome))))
        except Exception as error:
            return json.dumps({"error": f"{type(error).__name__}: {error}"})

    settings = {"objective": "accuracy", "max_avm": 1e9, **options, "proposer": proposer, "trials": trials,
                "seed": seed, "population": population}
    assignments = [f"space.{key}={json.dumps(value)}" for key, value in dict(space).items()]
    assignments += [f"search.{key}={json.dumps(value)}" for key, value in settings.items()]
    lines, stopped, note = _core.search(assignments, evaluate_json)
    found = [json.loads(line) for line in lines]
    for trial in found:
        trial.setdefault("value", None)
    if note:
        warnings.warn(note, RuntimeWarning, stacklevel=2)
    return Trials(found, stopped, note)
