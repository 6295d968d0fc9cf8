# SPDX-License-Identifier: Apache-2.0
"""Pictures of searches, scores, devices and chips, on matplotlib axes (pip install 'mho[plots]').

Each function takes `ax`, the axes to draw in (None: new ones), and returns them. Colours are those of matplotlib's style, light
or dark. What cannot be drawn raises mho.InputError.
"""

from __future__ import annotations

import json
import math
import os
import pathlib
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Optional, Sequence, Union

from mho._candidate import Candidate
from mho._device import Device, DeviceSample
from mho._errors import InputError, needed
from mho._trials import Trials

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["accuracy_over_time", "conductances", "floorplan", "gene_importance", "importances", "pareto_front", "pulse_curves",
           "search_history", "writes"]

Score = Union[Candidate, Mapping[str, Any]]

_UNITS = {"latency_s": "latency (s)", "energy_j": "energy an image (J)", "parameters": "parameters", "cores": "cores",
          "value": "value", "avm": "AVM (points)"}
_METRICS = {"bits_per_character": (" (bits)", 1), "perplexity": ("", 1)}  # all others are fractions: unit and scale
_TIMES = ((1, "1 s"), (60, "1 min"), (3600, "1 h"), (86400, "1 d"), (2592000, "30 d"), (31536000, "1 a"))


def _axes(ax: Optional[Axes], width: float = 6.4, height: float = 4.0) -> Axes:
    if ax is not None:
        return ax
    return needed("matplotlib.pyplot", "mho.plot", "mho[plots]").subplots(figsize=(width, height), layout="constrained")[1]


def _ink(ax: Axes) -> Any:
    """The colour of text: for marks that stand for no series, in light and dark styles."""
    return ax.xaxis.label.get_color()


def _time_ticks(ax: Axes, times: Iterable[float]) -> None:
    low, high = min(times), max(times)
    shown = [(time, name) for time, name in _TIMES if low <= time <= high]
    if len(shown) >= 2:
        ax.set_xticks([time for time, _ in shown], [name for _, name in shown])
        ax.minorticks_off()


def _drift(score: Score) -> tuple[list[Mapping[str, Any]], str, Optional[float]]:
    """Points in time under the names of score.json, the metric, and its digital value."""
    if isinstance(score, Candidate):
        if score.score is None:
            raise InputError(f"accuracy_over_time: expected a candidate with its score, got {score!r} without; mho.evaluate gives "
                             "one")
        score = score.score
    if "drift" not in score and isinstance(score.get("score"), Mapping):  # a trial
        score = score["score"]
    if "drift" not in score:
        raise InputError(f"accuracy_over_time: expected a score (mho.evaluate, a Candidate, a trial), got keys {', '.join(score)}")
    metric = score.get("metric", "accuracy")
    digital = score.get("digital", score.get(f"digital_{metric}"))
    digital = next(iter(digital.values())) if isinstance(digital, Mapping) else digital  # by metric in score.json
    points = [{"time_s": p["time_s"], "mean": p["mean"], "ci95": p.get("ci95", p.get("interval95"))} for p in score["drift"]]
    for point in points:  # one programming of a metric without a bound: null
        point["ci95"] = [point["mean"] if end is None else end for end in point["ci95"]]
    return points, metric, digital


def _named(scores: Union[Score, Sequence[Score], Mapping[str, Score]]) -> list[tuple[Optional[str], Score]]:
    """Scores with their labels, None where there are none."""
    if isinstance(scores, Candidate) or (isinstance(scores, Mapping) and not all(
            isinstance(one, (Mapping, Candidate)) for one in scores.values())):
        scores = [scores]
    return list(scores.items()) if isinstance(scores, Mapping) else [(None, score) for score in scores]


def accuracy_over_time(scores: Union[Score, Sequence[Score], Mapping[str, Score]], ax: Optional[Axes] = None) -> Axes:
    """The metric (in %, bits or without a unit) at each time after programming, with its 95 % interval over programmings as a
    band, and in digital as a dashed line. scores: one or several of mho.evaluate's dicts, Candidates with a score, or trials; or
    these by label."""
    named = _named(scores)
    ax, times = _axes(ax), set()
    metric, unit, scale = "metric", "", 1
    for label, score in named:
        points, metric, digital = _drift(score)
        unit, scale = _METRICS.get(metric, (" (%)", 100))
        x = [point["time_s"] for point in points]
        line, = ax.plot(x, [scale * point["mean"] for point in points], marker="o", markersize=4, label=label)
        ax.fill_between(x, *([scale * point["ci95"][side] for point in points] for side in (0, 1)), alpha=0.2,
                        color=line.get_color(), linewidth=0)
        if digital is not None:
            ax.axhline(scale * digital, color=line.get_color(), linestyle="--", linewidth=1, alpha=0.7)
        times.update(x)
    ax.set_xscale("log")
    _time_ticks(ax, times)
    ax.set(xlabel="time after programming", ylabel=metric.replace("_", " ") + unit)
    if any(label for label, _ in named):
        ax.legend()
    return ax


def writes(scores: Union[Score, Sequence[Score], Mapping[str, Score]], ax: Optional[Axes] = None) -> Axes:
    """How many of the devices a training on the chip wrote so often: the part (in %) with no pulse, with 1, 2 to 3, 4 to 7 and so
    on, and the mean as a dashed line. scores: one or several of mho.evaluate's dicts or Candidates with a score; or these by
    label. InputError where a network was not trained on the chip."""
    ax = _axes(ax)
    named = _named(scores)
    for label, score in named:
        score = score.score if isinstance(score, Candidate) else score
        if not score or not score.get("writes"):
            raise InputError("writes: expected a score of a training on the chip (training.regime = \"pulsed\", "
                             "\"mixed_precision\", ...), got one without writes")
        counts = score["writes"]["pulse_histogram"]
        edges = [0.5, *(2.0 ** power for power in range(len(counts)))]  # the first bar holds 0
        line = ax.stairs([100 * count / sum(counts) for count in counts], edges, label=label, linewidth=1.5)
        ax.axvline(max(score["writes"]["pulses_per_device"]["mean"], edges[0]), color=line.get_edgecolor(), linestyle="--",
                   linewidth=1, alpha=0.7)
    ax.set_xscale("log", base=2)
    ax.set(xlabel="pulses on a device (leftmost: none)", ylabel="devices (%)")
    if any(label for label, _ in named):
        ax.legend()
    return ax


def _column(trials: Trials, name: str) -> list[Optional[float]]:
    records = trials.records()
    if not any(name in record for record in records):
        known = sorted({key for record in records for key, value in record.items() if isinstance(value, (int, float))})
        raise InputError(f"plot: expected a figure of the trials, one of {', '.join(known)}; got {name!r}")
    return [None if record["value"] is None else record.get(name) for record in records]


def pareto_front(trials: Trials, x: str = "energy_j", ax: Optional[Axes] = None) -> Axes:
    """The value of every trial over a figure of Trials.records (energy_j, latency_s, parameters, cores), and the trials on
    the search's Pareto front marked and joined in the order of x."""
    at, numbers = _column(trials, x), {trial["trial"] for trial in trials.front}
    known = [(a, trial["value"], trial["trial"] in numbers) for a, trial in zip(at, trials) if a is not None]
    ax = _axes(ax)
    others = [(a, value) for a, value, on_front in known if not on_front]
    front = sorted((a, value) for a, value, on_front in known if on_front)
    ax.scatter(*(zip(*others) if others else ((), ())), s=18, alpha=0.4, color=_ink(ax), linewidths=0, label="trials")
    ax.plot(*(zip(*front) if front else ((), ())), marker="o", markersize=6, linewidth=1, label="front")
    if all(a > 0 for a, _, _ in known) and known and max(a for a, _, _ in known) > 20 * min(a for a, _, _ in known):
        ax.set_xscale("log")
    ax.set(xlabel=_UNITS.get(x, x), ylabel="value on the validation split")
    ax.legend()
    return ax


def search_history(trials: Trials, ax: Optional[Axes] = None) -> Axes:
    """The value of every trial in the order of the search, the best so far as a line, and failed trials as crosses below."""
    ax = _axes(ax)
    done = [(trial["trial"], trial["value"]) for trial in trials if trial["value"] is not None]
    best, so_far = [], -math.inf
    for _, value in done:
        so_far = max(so_far, value)
        best.append(so_far)
    numbers, values = [number for number, _ in done], [value for _, value in done]
    ax.scatter(numbers, values, s=18, alpha=0.5, color=_ink(ax), linewidths=0, label="trials")
    ax.step(numbers, best, where="post", label="best so far")
    failed = [trial["trial"] for trial in trials if trial["failed"]]
    if failed:
        ax.scatter(failed, [0.02] * len(failed), marker="x", s=20, color=_ink(ax), label="failed",
                   transform=ax.get_xaxis_transform())
    ax.set(xlabel="trial", ylabel="value on the validation split")
    ax.legend()
    return ax


def _groups(values: Sequence[Any], most: int = 6) -> list[Any]:
    """A label a trial: the gene's value, or which part of its range it lies in where there are many numbers."""
    numbers = sorted({value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)})
    if len(numbers) <= most:
        return [str(value) for value in values]
    return [str(value) if not isinstance(value, (int, float)) else most * numbers.index(value) // len(numbers) for value in values]


def importances(trials: Trials) -> dict[str, float]:
    """How much of the values' variance each gene explains alone, largest first: omega squared of the values grouped by it, in
    0 to 1. Genes that act together are shared out by chance; a gene that a trial has not is a value of its own; numbers of
    more than six values are six groups. Of few trials it says little."""
    done = [trial for trial in trials if trial["value"] is not None]
    values = [trial["value"] for trial in done]
    if len(done) < 3:
        raise InputError(f"importances: expected at least 3 trials with a value, got {len(done)}")
    mean = sum(values) / len(values)
    total = sum((value - mean) ** 2 for value in values)
    found = {}
    for gene in dict.fromkeys(gene for trial in done for gene in trial["genome"]):
        groups = defaultdict(list)
        for group, value in zip(_groups([trial["genome"].get(gene) for trial in done]), values):
            groups[group].append(value)
        between = sum(len(group) * (sum(group) / len(group) - mean) ** 2 for group in groups.values())
        free = len(values) - len(groups)
        within = (total - between) / free if free > 0 else 0.0
        explained = (between - (len(groups) - 1) * within) / (total + within) if free > 0 and total > 0 else 0.0
        found[gene] = min(max(explained, 0.0), 1.0)
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def gene_importance(trials: Trials, most: int = 12, ax: Optional[Axes] = None) -> Axes:
    """importances() as bars, the largest on top, `most` of them at most."""
    shown = list(importances(trials).items())[:most]
    ax = _axes(ax, height=1.2 + 0.3 * len(shown))
    ax.barh([gene for gene, _ in shown][::-1], [100 * part for _, part in shown][::-1])
    ax.set(xlabel="variance of the value explained (%)", xlim=(0, None))
    return ax


def conductances(sample: DeviceSample, time_s: Optional[float] = None, bins: int = 60, ax: Optional[Axes] = None) -> Axes:
    """Histograms of the devices' conductances (microsiemens), one a target, at one of the sample's times (None: as
    programmed). sample: mho.Device.sample."""
    numpy = needed("numpy", "mho.plot")
    if time_s is None:
        read = sample.programmed_us
    elif time_s in sample.times_s:
        read = sample.read_us[:, sample.times_s.index(time_s)]
    else:
        raise InputError(f"conductances: expected a time of the sample, one of {', '.join(f'{t:g}' for t in sample.times_s)} s, got "
                         f"{time_s!r}")
    ax = _axes(ax)
    edges = numpy.histogram_bin_edges(read, bins)
    for target, devices in zip(sample.targets_us, read):
        ax.hist(devices, edges, histtype="stepfilled", alpha=0.6, label=f"{target:g} µS")
        ax.axvline(target, linestyle=":", linewidth=1, color=_ink(ax))
    when = "as programmed" if time_s is None else f"after {time_s:g} s"
    ax.set(xlabel=f"conductance (µS), {when}", ylabel="devices")
    ax.legend(title="target")
    return ax


def pulse_curves(pulses: Union[Device, Mapping[str, Any]], ax: Optional[Axes] = None) -> Axes:
    """Conductance (microsiemens) over pulses up and then down: the devices' mean, and the band from 5 to 95 % of them, with
    the symmetry point where there is one. pulses: a Device, or what its pulses() gave."""
    found = pulses.pulses() if isinstance(pulses, Device) else pulses
    ax = _axes(ax)
    start = 0
    for direction in ("up", "down"):
        points = [point for point in found["curve"] if point["direction"] == direction]
        x = [start + point["pulses"] for point in points]
        line, = ax.plot(x, [point["conductance_us"]["mean"] for point in points], label=f"pulses {direction}")
        ax.fill_between(x, [point["p5_us"] for point in points], [point["p95_us"] for point in points], alpha=0.2,
                        color=line.get_color(), linewidth=0)
        start = max(x)
    if (point := found.get("symmetry_point")) is not None:
        ax.axhline(point["sample_us"]["mean"], linestyle=":", linewidth=1, color=_ink(ax), label="symmetry point")
    ax.set(xlabel="pulses", ylabel="conductance (µS)")
    ax.legend()
    return ax


def _document(folder: pathlib.Path, name: str) -> dict[str, Any]:
    try:
        return json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise InputError(f"{folder / name}: expected a chip folder, as mho.export writes it, got: {error}") from error


def floorplan(folder: Union[str, os.PathLike[str]], ax: Optional[Axes] = None) -> Axes:
    """The cores of a chip folder on their grid: each layer's blocks in a colour of its own, arrows between cores whose width
    goes with the bits of an image that the link carries (links of several steps are drawn straight)."""
    place = pathlib.Path(folder)
    cores, links = _document(place, "cores.json"), _document(place, "links.json")
    chip = cores["chip"]
    rows, columns = chip["grid_rows"], chip["grid_columns"]
    ax = _axes(ax, 7.5, 7.5 * rows / columns)
    patches = needed("matplotlib.patches", "mho.plot", "mho[plots]")
    colours = needed("matplotlib", "mho.plot", "mho[plots]").colormaps["turbo"]
    layers = list(dict.fromkeys(block["layer"] for core in cores["cores"] for block in core["blocks"]))
    side, ink = 0.8, _ink(ax)
    for row in range(rows):
        for column in range(columns):
            ax.add_patch(patches.Rectangle((column, row), side, side, facecolor="none", edgecolor=ink, linewidth=0.5, alpha=0.4))
    for core in cores["cores"]:
        for block in core["blocks"]:
            colour = colours(0.1 + 0.8 * layers.index(block["layer"]) / max(len(layers) - 1, 1))
            ax.add_patch(patches.Rectangle(
                (core["grid_column"] + side * block["core_column"] / chip["crossbar_columns"],
                 core["grid_row"] + side * block["core_row"] / chip["crossbar_rows"]),
                side * block["columns"] / chip["crossbar_columns"], side * block["rows"] / chip["crossbar_rows"],
                facecolor=colour, edgecolor="none"))
    traffic: dict[tuple[int, int], int] = defaultdict(int)
    for link in links["links"]:
        if links["off_chip"] not in (link["from"], link["to"]):
            traffic[link["from"], link["to"]] += link["bits_per_image"]
    for (start, end), bits in traffic.items():
        middles = [(core % columns + side / 2, core // columns + side / 2) for core in (start, end)]
        ax.annotate("", middles[1], middles[0],
                    arrowprops={"arrowstyle": "-|>", "color": ink, "alpha": 0.55, "shrinkA": 6, "shrinkB": 6,
                                "linewidth": 0.5 + 4.5 * bits / max(traffic.values()), "connectionstyle": "arc3,rad=0.08"})
    ax.set(xlim=(-0.1, columns - 0.1), ylim=(rows - 0.1, -0.1), aspect="equal",
           title=f"{cores['network']} on {chip['name']}: {len(cores['cores'])} of {rows * columns} cores")
    ax.title.set_fontsize("medium")
    ax.set_axis_off()
    if len(layers) <= 24:
        handles = [patches.Patch(color=colours(0.1 + 0.8 * number / max(len(layers) - 1, 1)), label=layer)
                   for number, layer in enumerate(layers)]
        ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(1, 1), fontsize="small", frameon=False)
    return ax
