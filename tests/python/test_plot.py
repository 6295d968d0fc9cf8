# SPDX-License-Identifier: Apache-2.0
"""mho.plot: the numbers that the pictures show."""

import pytest
from conftest import PACKAGE

if not list(PACKAGE.glob("mho/_core*.so")):
    pytest.skip(f"the Python module is not built in {PACKAGE}", allow_module_level=True)

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import mho as package
import numpy


@pytest.fixture(scope="module")
def trials(finished):
    return package.load(finished.folder / "runs/tiny")


def test_writes_shows_every_device_once(trials):
    on_chip = {"task.data": "digits", "training.regime": "mixed_precision", "training.epochs": 2, "scoring.from": "trained",
               "scoring.programmings": 1, "hardware.device": "soft_bounds", "hardware.g_max_us": 30, "hardware.mapping": "single"}
    score = package.evaluate("mlp:32", on_chip, seed=1)
    ax = package.plot.writes({"one": score, "the same": score})
    first = ax.patches[0].get_data()
    counts = score["writes"]["pulse_histogram"]
    assert sum(first.values) == pytest.approx(100)
    assert first.values[0] == pytest.approx(100 * counts[0] / (64 * 32 + 32 * 10))
    assert len(first.edges) == len(counts) + 1
    assert texts(ax) == ["one", "the same"]
    with pytest.raises(package.InputError, match="training on the chip"):
        package.plot.writes(trials.winners[0])


@pytest.fixture(autouse=True, params=["default", "dark_background"])
def style(request):
    with plt.style.context(request.param):
        yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()] if ax.get_legend() else []


def test_accuracy_over_time_has_the_score_its_interval_and_the_digital_one(trials):
    winner = trials.winners[0]
    ax = package.plot.accuracy_over_time(winner)
    mean, digital = ax.get_lines()
    drift = winner.score["drift"]
    assert mean.get_xdata().tolist() == [point["time_s"] for point in drift]
    assert mean.get_ydata() == pytest.approx([100 * point["mean"] for point in drift])
    assert digital.get_ydata()[0] == pytest.approx(100 * winner.score["digital"]["accuracy"])
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert band.min() == pytest.approx(min(100 * point["ci95"][0] for point in drift))
    assert band.max() == pytest.approx(max(100 * point["ci95"][1] for point in drift))
    assert ax.get_xscale() == "log" and ax.get_ylabel() == "accuracy (%)"


def test_scores_are_compared_by_label_in_the_axes_that_are_given(trials):
    _, ax = plt.subplots()
    assert package.plot.accuracy_over_time({"winner": trials.winners[0].score, "trial": trials.best}, ax=ax) is ax
    assert texts(ax) == ["winner", "trial"] and len(ax.get_lines()) == 4


def test_the_front_is_the_search_s_own(trials):
    ax = package.plot.pareto_front(trials, x="parameters")
    front = sorted((trial["parameters"], trial["value"]) for trial in trials.front)
    assert [tuple(point) for point in ax.get_lines()[0].get_xydata()] == front
    assert len(ax.collections[0].get_offsets()) == sum(not trial["failed"] for trial in trials) - len(front)
    with pytest.raises(package.InputError, match="one of .*energy_j.*got 'enrgy_j'"):
        package.plot.pareto_front(trials, x="enrgy_j")


def test_the_history_has_every_trial_and_the_best_so_far(trials):
    ax = package.plot.search_history(trials)
    values = [trial["value"] for trial in trials if not trial["failed"]]
    assert ax.collections[0].get_offsets()[:, 1].tolist() == values
    assert ax.get_lines()[0].get_ydata().tolist() == numpy.maximum.accumulate(values).tolist()


def searched(objective, count=60):
    return package.search({"loud": [0, 1], "quiet": [0, 1, 2], "width": package.Int(1, 100)}, objective, proposer="random",
                          trials=count)


def test_the_gene_that_decides_explains_the_variance_and_the_others_nothing():
    found = package.plot.importances(searched(lambda genome: float(genome["loud"])))
    assert list(found)[0] == "loud" and found["loud"] == pytest.approx(1)
    # By chance a gene without an effect explains more than 0.25 of 60 trials less than once in a thousand times.
    assert found["quiet"] < 0.25 and found["width"] < 0.25
    trend = package.plot.importances(searched(lambda genome: float(genome["width"])))
    assert list(trend)[0] == "width" and trend["width"] > 0.85
    ax = package.plot.gene_importance(searched(lambda genome: float(genome["loud"])), most=2)
    assert [bar.get_width() for bar in ax.patches][-1] == pytest.approx(100)
    assert len(ax.patches) == 2
    with pytest.raises(package.InputError, match="at least 3 trials"):
        package.plot.importances(searched(lambda genome: 0.0, 2))


def test_failed_trials_are_crosses_of_the_history():
    def objective(genome):
        if genome["loud"]:
            raise ValueError("too loud")
        return 1.0

    trials = searched(objective, 20)
    ax = package.plot.search_history(trials)
    assert len(ax.collections[1].get_offsets()) == sum(trial["failed"] for trial in trials) > 0
    assert "failed" in texts(ax)


def test_histograms_count_every_device():
    sample = package.Device("pcm").sample([5.0, 15.0], [1.0, 86400.0], devices=500)
    ax = package.plot.conductances(sample, 86400.0, bins=40)
    shown = [patch.get_path().vertices for patch in ax.patches]
    assert len(shown) == 2 and texts(ax) == ["5 µS", "15 µS"]
    counts, _ = numpy.histogram(sample.read_us[0, 1], numpy.histogram_bin_edges(sample.read_us[:, 1], 40))
    assert shown[0][:, 1].max() == counts.max()
    with pytest.raises(package.InputError, match="one of 1, 86400 s, got 60"):
        package.plot.conductances(sample, 60)


def test_pulse_curves_are_the_device_s():
    pulses = package.Device("reram_es").pulses(40, devices=50)
    ax = package.plot.pulse_curves(pulses)
    up, down = ax.get_lines()[:2]
    means = [point["conductance_us"]["mean"] for point in pulses["curve"]]
    assert up.get_ydata().tolist() + down.get_ydata().tolist() == means
    assert down.get_xdata()[-1] == 80 and ax.get_lines()[2].get_ydata()[0] == pulses["symmetry_point"]["sample_us"]["mean"]


def test_a_floorplan_has_every_core_and_block(finished, trials):
    import json
    folder = finished.folder / "runs/tiny/winners/0/chip"
    cores = json.loads((folder / "cores.json").read_text())
    ax = package.plot.floorplan(folder)
    assert len(ax.patches) == 64 + sum(len(core["blocks"]) for core in cores["cores"])
    assert f"{len(cores['cores'])} of 64 cores" in ax.get_title()
    with pytest.raises(package.InputError, match="expected a chip folder"):
        package.plot.floorplan(finished.folder)
