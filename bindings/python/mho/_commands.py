# SPDX-License-Identifier: Apache-2.0
"""The commands as functions: the same C++ answers, in JSON, what `mho COMMAND --json` prints."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import shutil
import tempfile
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Sequence, Union

from mho import _core
from mho._candidate import Candidate, Config, Network, assignments_of, run_file
from mho._errors import InputError, needed

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

__all__ = ["check_export", "explain", "export", "map", "predict", "prepare", "simulate", "spiking"]

Words = list[str]


def answered(words: Sequence[Any]) -> dict[str, Any]:
    """The command's JSON document, and what it logged as the key "notes"."""
    printed, logged = _core.answer([*map_words(words), "--json"])
    return {**json.loads(printed), "notes": [line.removeprefix("note: ") for line in logged]}


def map_words(words: Sequence[Any]) -> Words:
    return [os.fspath(word) if isinstance(word, os.PathLike) else str(word) for word in words]


def set_words(assignments: Sequence[str]) -> Words:
    return [f"--set={assignment}" for assignment in assignments]


@contextlib.contextmanager
def _named(network: Network) -> Iterator[str]:
    """The network as a command names it; a Candidate is written into a folder for as long as it takes, with the run file
    that it was loaded beside."""
    if not isinstance(network, Candidate):
        yield os.fspath(network)
        return
    with tempfile.TemporaryDirectory(prefix="mho-") as name:
        folder = pathlib.Path(name) / (pathlib.Path(network.name).name or "candidate")
        network.save(folder)
        if network.folder is not None:
            own = pathlib.Path(_core.own_config(os.fspath(network.folder)))
            for file in (own, own.with_name("chip.toml")):
                if file.is_file():
                    shutil.copy(file, folder)
        yield str(folder)


def _run_words(config: Config, seed: int | None, threads: int, settings: Mapping[str, Any]) -> Words:
    file, assignments = run_file(config)
    words = [file] if file else []
    if seed is not None:
        words.append(f"--seed={int(seed)}")
    return [*words, f"--threads={int(threads)}", *set_words([*assignments, *assignments_of(settings)])]


def export(winner: Network, out: str | os.PathLike[str] | None = None, *, config: str | os.PathLike[str] | None = None,
           chip: str | os.PathLike[str] | None = None, force: bool = False) -> dict[str, Any]:
    """Writes a winner as conductance targets, converter settings, placement and schedule, as `mho export` does.

    Args:
        winner: a winner folder, a Candidate, or, with config, an ONNX file.
        out: folder to write; default: "chip" in the winner's folder.
        config: run file whose hardware, chip and data stand in place of the winner's own.
        chip: chip file in place of the run's.
        force: replace files of another content that are there already.

    Returns folder, chip, cores, core_mvms, latency_s (s), throughput_hz (images/s), energy_j (J a image), utilisation
    (fraction of the cells), and notes. Raises InputError.
    """
    if isinstance(winner, Candidate) and out is None:
        if winner.folder is None:
            raise InputError("export: expected out, a folder to write, for a candidate that lies in none")
        out = pathlib.Path(winner.folder) / "chip"
    with _named(winner) as name:
        words: list[Any] = ["export", name]
        for option, value in (("--out", out), ("--config", config), ("--chip", chip)):
            words += [] if value is None else [option, value]
        return answered([*words, *(["--force"] if force else [])])


def check_export(folder: str | os.PathLike[str]) -> None:
    """Raises InputError, with every problem, unless the folder is a complete export whose simulated image costs what it
    predicts: `mho export --check`."""
    _core.answer(map_words(["export", "--check", folder]))


def explain(network: Network, config: Config = None, *, at: Union[str, float] = "1d", split: str | None = None,
            images: int | None = None, programmings: int | None = None, seed: int | None = None, threads: int = 0,
            **settings: Any) -> dict[str, Any]:
    """Says why trained weights lose accuracy on the chip, and which key mends it, as `mho explain` does.

    Args:
        network: a winner folder, an ONNX file or a Candidate.
        config: run file or a dict of its keys; default: the winner's own.
        at: time after programming, seconds or a text such as "1d".
        split: test, validation or train; None: validation where there is one, because what is found chooses settings.
        images, programmings: of the split, and chips that every question is asked on; None: the command's own.
        seed, threads, settings: as for mho.evaluate.

    Returns the command's document (docs/json.md) and notes. Raises InputError.
    """
    with _named(network) as name:
        words: list[Any] = ["explain", name, *_run_words(config, seed, threads, settings), "--at", _time_word(at)]
        for option, value in (("--split", split), ("--images", images), ("--programmings", programmings)):
            words += [] if value is None else [option, value]
        return answered(words)


def stream(network: Network, recording: str | os.PathLike[str], events: str | os.PathLike[str], config: Config = None, *,
           hop_s: float = 0.1, thresholds: Sequence[float] = (0.5, 0.8, 0.95), background: Sequence[str] = (), smooth: int = 3,
           hold_s: float = 1.0, tolerance_s: float = 1.0, seed: int | None = None, threads: int = 0,
           **settings: Any) -> dict[str, Any]:
    """Lets a network listen to a long recording, in digital and after drift, as `mho stream` does.

    Args:
        network: a winner folder of a network for recordings, or a Candidate.
        recording: WAV, FLAC or OGG file.
        events: CSV file with the columns begin_s, end_s and label: what is to be heard.
        config: run file or a dict of its keys; default: the winner's own.
        hop_s: from one window's beginning to the next one's.
        thresholds: averaged probabilities that are a detection, 0 to 1; a result for each.
        background: names of classes that are never detected.
        smooth: windows whose probabilities are averaged.
        hold_s: after a detection, no other of its class for so long.
        tolerance_s: a detection tells of an event until so long after its end.
        seed, threads, settings: as for mho.evaluate.

    Returns the command's document (docs/json.md) and notes. Raises InputError.
    """
    with _named(network) as name:
        words: list[Any] = ["stream", name, recording, events, *_run_words(config, seed, threads, settings)]
        for option, value in (("--hop", hop_s), ("--smooth", smooth), ("--hold", hold_s), ("--tolerance", tolerance_s)):
            words += [option, value]
        return answered([*words, "--threshold", *thresholds, *(["--background", *background] if background else [])])


def _time_word(at: Union[str, float]) -> str:
    return at if isinstance(at, str) else format(at, "f")


def simulate(folder: Network, config: Config = None, *, seed: int | None = None, threads: int = 0,
             **settings: Any) -> dict[str, Any]:
    """Runs a chip folder core by core on the task's test split, as `mho simulate` does.

    Args:
        folder: a chip folder; or a winner folder, an ONNX file or a Candidate, which is exported for this run.
        config: run file or a dict of its keys; default: the winner's own.
        seed, threads: as for mho.evaluate.
        settings: keys of [task] and [scoring] with "__" for the dot.

    Returns network, metric, drift (the metric at each time, with deviation and interval), counted and predicted (what
    one image costs), notes. Raises InputError, also when the two differ.
    """
    with _named(folder) as name:
        return answered(["simulate", name, *_run_words(config, seed, threads, settings)])


def map(networks: Network | Sequence[Network], *, chip: str | os.PathLike[str] | None = None,
        digital_layers: Sequence[str] = (), **settings: Any) -> list[dict[str, Any]]:
    """Maps networks onto a chip, untrained, beside bounds and baselines, as `mho map` does.

    Args:
        networks: one or several: known names, architecture or ONNX files, winner folders, Candidates.
        chip: chip file; default: the built-in hermes64.
        digital_layers: matrix layers that lie on no crossbar, by name.
        settings: keys of [chip], row_split="channels".

    Returns a dict a network: weights (on crossbars), naive_cores, area_bound, and packed, balanced and folded, the
    mappings for fewest cores, throughput and energy (None, and "unmapped" with the reason, where it does not fit).
    Raises InputError.
    """
    given = [networks] if isinstance(networks, (str, os.PathLike, Candidate)) else list(networks)
    with contextlib.ExitStack() as stack:
        names = [stack.enter_context(_named(network)) for network in given]
        words = ["map", *names, *([] if chip is None else ["--chip", chip])]
        keys = {f"chip.{key}": value for key, value in settings.items()}
        if digital_layers:
            keys["hardware.digital_layers"] = list(digital_layers)
        return answered([*words, *set_words(assignments_of(keys))])["networks"]


def predict(network: Network, config: Config = None, *, at: Union[None, str, float] = None, split: str = "test",
            seed: int | None = None, threads: int = 0, **settings: Any) -> NDArray[numpy.float32]:
    """Logits of trained weights, as `mho predict` writes them: samples x outputs, float32.

    Args:
        network: a winner folder, an ONNX file or a Candidate.
        config: run file or a dict of its keys; default: the winner's own.
        at: time after programming one chip, seconds or a text such as "1d"; None: in digital.
        split: test, validation or train.
        seed, threads, settings: as for mho.evaluate.

    Raises InputError.
    """
    numpy = needed("numpy", "mho.predict")
    with _named(network) as name, tempfile.TemporaryDirectory(prefix="mho-") as folder:
        file = pathlib.Path(folder) / "logits.npy"
        words: list[Any] = ["predict", name, *_run_words(config, seed, threads, settings), "--out", file, "--split", split]
        answered([*words, *([] if at is None else ["--at", _time_word(at)])])
        return numpy.load(file)


def prepare(kind: str, source: str | os.PathLike[str] | None = None, *, name: str | None = None,
            out: str | os.PathLike[str] = "data", recipe: Union[str, os.PathLike[str], Mapping[str, Any]] = "") -> dict[str, Any]:
    """Reads raw files and writes them in the form that task.data names, as `mho data prepare` does (docs/data.md).

    Args:
        kind: "audio", "csv", "images", "npy", "idx", or a known set such as "mnist".
        source: folder or file with the raw files; None: what is installed, or the set's public address.
        name: what task.data calls it; default: kind.
        out: folder of prepared sets.
        recipe: TOML file, or a dict of its keys: {"features.preset": "mlperf_kws"}.

    Returns folder, kind, shape (height, width, channels), classes or values, class_names, samples (of each split) and notes.
    A set of that name stays as it was until the new one is whole. Raises InputError with file and offset.
    """
    words: list[Any] = ["data", "prepare", kind, "--out", out]
    for option, value in (("--from", source), ("--name", name), ("--recipe", None if isinstance(recipe, Mapping) else recipe or None)):
        words += [] if value is None else [option, value]
    return answered([*words, *set_words(assignments_of(recipe) if isinstance(recipe, Mapping) else ())])


def spiking(config: Config = None, *, seed: int | None = None, threads: int = 0, **settings: Any) -> dict[str, Any]:
    """Trains a spiking network by e-prop, on numbers or on devices, as `mho spiking` does.

    Args:
        config: file with the tables [spiking], [task] and [device], or a dict of their keys ({"spiking.scheme": "sign"}).
        seed, threads, settings: as for mho.evaluate; settings are keys with two underscores for the dot (spiking__epochs=10).

    Returns the command's document (docs/json.md) and notes. Raises InputError, RuntimeError where potentials are no numbers.
    """
    return answered(["spiking", *_run_words(config, seed, threads, settings)])
