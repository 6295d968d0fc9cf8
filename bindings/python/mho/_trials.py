# SPDX-License-Identifier: Apache-2.0
"""What a search leaves: its trials, front and winners."""

from __future__ import annotations

import json
import os
import pathlib
from typing import Any, Iterable

from mho import _core
from mho._candidate import Candidate, load_winner
from mho._errors import needed

DAY_S = 86400


class Trials(list):
    """The trials by number, each a dict as in trials.jsonl with "value": the objective's, or the accuracy after one day
    on the validation split; None when the trial failed.

    best: the trial with the largest value, or None. front: the trials on the Pareto front, best first. stopped: whether
    Ctrl-C ended the search early. note: why there are fewer trials than asked for although it did not, such as a space
    that has no more genomes; else "". folder: the run folder, or None. winners: the Candidates of the run folder,
    trained and scored again, in the order of the selection.
    """

    best: dict[str, Any] | None
    front: list[dict[str, Any]]
    stopped: bool
    note: str
    folder: pathlib.Path | None

    def __init__(self, lines: Iterable[str], front: Iterable[int] = (), stopped: bool = False, note: str = "",
                 folder: pathlib.Path | None = None) -> None:
        super().__init__(_with_value(json.loads(line)) for line in lines)
        by_number = {trial["trial"]: trial for trial in self}
        self.front = [by_number[number] for number in front]
        self.stopped = stopped
        self.note = note
        self.folder = folder
        self.best = max((trial for trial in self if trial["value"] is not None), key=lambda trial: trial["value"],
                        default=None)

    @property
    def winners(self) -> list[Candidate]:
        if self.folder is None:
            return []
        folders = [place for place in (self.folder / "winners").glob("*") if place.name.isdigit()]
        return [load_winner(place) for place in sorted(folders, key=lambda place: int(place.name))]

    @property
    def summary(self) -> dict[str, Any] | None:
        """summary.json of the run folder, where there is one."""
        file = None if self.folder is None else self.folder / "summary.json"
        return json.loads(file.read_text(encoding="utf-8")) if file and file.is_file() else None

    def records(self) -> list[dict[str, Any]]:
        """A flat dict a trial: trial, name, failed, reason, value, on_front, parameters, macs, wall_s (s), the genes as
        genome.GENE, and, where they are known, digital, mean_T and std_T at each time T (s; fractions of 1), avm
        (points), and the cost's figures (cores, latency_s, energy_j, ...)."""
        on_front = {trial["trial"] for trial in self.front}
        return [_record(trial, trial["trial"] in on_front) for trial in self]

    def to_dataframe(self) -> Any:
        """records() as a pandas.DataFrame with the trial's number as its index. Needs pandas."""
        pandas = needed("pandas", "mho.Trials.to_dataframe")
        return pandas.DataFrame.from_records(self.records(), index="trial")

    def __repr__(self) -> str:
        best = f", best {self.best['value']:.4g} ({self.best['name']})" if self.best else ""
        place = f", {str(self.folder)!r}" if self.folder else ""
        return f"<mho.Trials: {len(self)} trials, {len(self.front)} on the front{best}{place}>"


def _record(trial: dict[str, Any], on_front: bool) -> dict[str, Any]:
    record = {key: trial.get(key) for key in ("trial", "name", "failed", "reason", "value")}
    record["on_front"] = on_front
    record.update({key: trial.get(key) for key in ("parameters", "macs", "wall_s")})
    record.update({f"genome.{gene}": value for gene, value in trial["genome"].items()})
    if score := trial.get("score"):
        record["digital"] = score.get(f"digital_{score.get('metric', 'accuracy')}")
        record["avm"] = score["avm"]
        for point in score["drift"]:
            record[f"mean_{point['time_s']:g}"] = point["mean"]
            record[f"std_{point['time_s']:g}"] = point.get("std", point.get("standard_deviation"))
    record.update(trial.get("cost") or {})
    return record


def _with_value(trial: dict[str, Any]) -> dict[str, Any]:
    if "value" not in trial:
        drift = trial["score"]["drift"] if trial["score"] and not trial["failed"] else []
        trial["value"] = next((point["mean"] for point in drift if point["time_s"] == DAY_S), None)
    return trial


def load(folder: str | os.PathLike[str]) -> Trials | Candidate:
    """What lies in a folder: Trials of a run folder (`mho search --out`), a Candidate of a winner's (runs/NAME/winners/0,
    `mho evaluate --out`). Raises InputError where it is neither or damaged."""
    place = pathlib.Path(folder)
    if (place / "architecture.json").is_file():
        return load_winner(place)
    lines, front = _core.load_run(os.fspath(folder))
    run = Trials(lines, front, folder=place)
    if summary := run.summary:
        run.stopped, run.note = bool(summary.get("stopped")), summary.get("note") or ""
    return run
