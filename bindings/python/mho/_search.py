# SPDX-License-Identifier: Apache-2.0
"""mho.search: any proposer on any space, with the user's own objective or mho's own training."""

from __future__ import annotations

import json
import math
import os
import pathlib
import warnings
from typing import Any, Callable, Mapping, Sequence, Union

from mho import _core
from mho._candidate import Candidate, Config, from_onnx, run_file
from mho._errors import InputError
from mho._genes import Choice, Int, Ordered, Real, genes_of
from mho._progress import Progress, search_listener
from mho._trials import Trials

_VALUES = ("accuracy", "deviation", "avm", "cores", "energy_j", "latency_s", "parameters")

Genome = Mapping[str, Any]
Gene = Union[Sequence[Any], Choice, Ordered, Int, Real]


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


def _answering(function, answer):
    """`function` of a genome as one of JSON texts. An exception is the trial's, which fails with its message."""

    def answered(genome):
        try:
            return json.dumps(answer(function(json.loads(genome))))
        except Exception as error:
            return json.dumps({"error": f"{type(error).__name__}: {error}"})

    return answered


def _architecture(network):
    """Of a dict, an ONNX file or an mho.Candidate, whose weights are left: mho trains its own."""
    if isinstance(network, (str, os.PathLike)):
        network = from_onnx(network)
    if isinstance(network, Candidate):
        network = network.architecture
    if not isinstance(network, Mapping):
        raise TypeError(f"build: expected an architecture as a dict, an ONNX file or an mho.Candidate, got {network!r}")
    return {"format": "mho-architecture-1", "name": "network", **network}


def _assignments(space, genes, settings):
    table = {"kind": "genes"} if genes else dict(space)
    kind_first = sorted(table.items(), key=lambda item: item[0] != "kind")
    return [f"{table}.{key}={json.dumps(value)}"
            for table, items in (("space", kind_first), ("search", settings.items())) for key, value in items]


def search(space: Mapping[str, Gene | str | int] | None = None,
           evaluate: Callable[[dict[str, Any]], float | Mapping[str, float]] | None = None,
           proposer: str | None = None, trials: int | None = None, seed: int | None = None, population: int | None = None, *,
           build: Callable[[dict[str, Any]], Mapping[str, Any]] | None = None, config: Config = None,
           folder: str | os.PathLike[str] | None = None, resume: bool = False, storage: str = "", study: str = "",
           threads: int = 0, progress: Progress = None, start_with: Sequence[Genome] = (), **options: Any) -> Trials:
    """Searches the space for the genome whose evaluation is largest.

    Args:
        space: genes by name. A plain list is an unordered choice; mho.Ordered([3, 5, 7]), mho.Int(8, 64, log=True),
            mho.Real(1e-3, 1, log=True) and mho.Choice([...], when={"op": ["conv3"]}) say more. Or one of mho's own
            spaces: "kind" ("analognas", "mobile", "mlp", "cell", "sequence") and keys of a run file's [space], e.g.
            {"kind": "analognas", "main_blocks": [1, 2]}. None: the [space] of config.
        evaluate: called with a genome as a flat dict of the genes that it has, one after the other on the calling
            thread. It returns a number, larger is better, or a dict with "accuracy" (that number) and any of deviation,
            avm (points), cores, energy_j, latency_s, parameters.
        build: in place of evaluate, makes a genome's network: an architecture as a dict ("layers" as in
            architecture.json; "input" is the task's and may be left out), the path of an ONNX file, or an mho.Candidate.
            mho trains it under the chip's noise and scores it after drift; a trial's value is its accuracy after one day
            on the validation split. With neither evaluate nor build, the networks are those of mho's own space.
        proposer, trials, seed, population, options: keys of [search] (docs/config.md). Where neither they nor a run file
            say otherwise: evolution, 32, 0 and 8, with an objective of accuracy (and any AVM, for evaluate).
        start_with: genomes, each a dict as evaluate gets it, that are the first trials.
        config: a run file, or keys of one, e.g. {"task.data": "digits", "training.epochs": 10}. A gene that is named as
            such a key, "training.learning_rate" or "hardware.adc_bits", sets it.
        folder: run folder to write, as `mho search --out`: every trial, the front, the winners trained, scored again and
            exported. None: nothing is written, and there are no winners.
        resume: go on with the run that the folder holds.
        storage, study: URL and name of a study that several workers share (docs/search-storage.md); needs a folder.
        threads: 0 for all cores; results do not depend on it.
        progress: True for a bar (needs tqdm), or a function that is called on this thread with a dict of done, total,
            trial (the one that ended), best, why_none and message. An exception in it ends the search.

    An exception in evaluate or build makes a failed trial with its message; KeyboardInterrupt ends the search with
    the trials that finished before. Returns Trials; fewer than asked for, with a note and a RuntimeWarning, when the
    space has no more. Same arguments and same functions, same trials. Raises InputError for what cannot be used, and
    when no genome builds a network.
    """
    for name, function in (("evaluate", evaluate), ("build", build)):
        if function is not None and not callable(function):
            raise InputError(f"{name}: expected a function of a genome, got {function!r}")
    if evaluate is not None and build is not None:
        raise InputError("evaluate, build: expected one of them, got both")
    file, keys = run_file(config)
    own = space is not None and ("kind" not in space or not isinstance(space["kind"], str))
    if evaluate is None and build is None and (own or (space is None and not file)):
        raise InputError("evaluate: expected a function of a genome, or build, got neither")
    genes = genes_of(space) if own else []
    given = {"proposer": proposer, "trials": trials, "seed": seed, "population": population,
             "start_with": [json.dumps(genome) for genome in start_with] or None}
    settings = {**options, **{key: value for key, value in given.items() if value is not None}}
    if file in ("", "-"):
        free = {} if evaluate is None else {"max_avm": 1e9}
        settings = {"objective": "accuracy", **free, "proposer": "evolution", "trials": 32, "seed": 0, "population": 8,
                    **settings}
    wanted = {"config": "" if file == "-" else file, "assignments": _assignments(space or {}, genes, settings) + keys,
              "genes": [json.dumps(gene) for gene in genes], "folder": "" if folder is None else os.fspath(folder),
              "resume": bool(resume), "storage": storage, "study": study, "threads": int(threads)}
    with search_listener(progress) as listener:
        lines, front, stopped, note = _core.search(wanted, _answering(evaluate, _values) if evaluate else None,
                                                   _answering(build, _architecture) if build else None, listener)
    if note:
        warnings.warn(note, RuntimeWarning, stacklevel=2)
    return Trials(lines, front, stopped, note, None if folder is None else pathlib.Path(folder))
