# SPDX-License-Identifier: Apache-2.0
import csv
import signal
import xml.etree.ElementTree

import pytest

#: a few seconds of work at most
SMALL = ["spiking", "--set", "spiking.neurons=20", "spiking.inputs=20", "spiking.steps=200", "spiking.epochs=12"]
RESULT = {"task", "scheme", "seed", "epochs", "stopped", "error", "normalised_error", "errors", "rate_hz", "events", "wall_s",
          "state_steps_per_s"}
SCHEMES = ["float", "digital_accumulator", "sign", "stochastic", "multi_memory", "mixed_precision"]


def without_times(found):
    return {key: value for key, value in found.items() if key not in {"wall_s", "state_steps_per_s"}}


def test_a_pattern_is_learnt(mho):
    found = mho.json("spiking", "--set", "spiking.epochs=150")
    assert set(found) == RESULT
    assert found["normalised_error"] < 0.5
    assert found["error"] < 0.5 * found["errors"][0]["error"]
    assert 1 < found["rate_hz"] < 100


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme_repeats_itself_bit_by_bit(mho, scheme):
    words = [*SMALL, f"spiking.scheme={scheme}"]
    first = without_times(mho.json(*words, "--threads", 1))
    assert first == without_times(mho.json(*words, "--threads", 2))
    assert first["errors"] != mho.json(*words, "--seed", 1)["errors"]
    on_devices = scheme in SCHEMES[2:]
    assert ("writes" in first) == on_devices
    if on_devices:
        pairs = 4 if scheme == "multi_memory" else 1
        assert first["writes"]["devices"] == 2 * pairs * (20 * 20 + 20 * 20 + 20)
    assert f"scheme {scheme}" in mho(*words).stdout


def test_devices_without_noise_and_drift_give_other_numbers(mho):
    words = [*SMALL, "spiking.scheme=mixed_precision"]
    noisy = mho.json(*words)
    quiet = mho.json(*words, "device.read_noise_scale=0", "device.drift_scale=0")
    assert noisy["errors"] != quiet["errors"]


def test_the_curve_is_written_as_numbers_and_as_a_picture(mho):
    found = mho.json(*SMALL, "--out", "curve.csv")
    with open(mho.folder / "curve.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 200
    assert float(rows[1]["time_s"]) == 0.001
    squares = [(float(row["target"]) - float(row["output"])) ** 2 for row in rows]
    assert sum(squares) / len(squares) == pytest.approx(found["error"], rel=1e-4)
    assert max(abs(float(row["target"])) for row in rows) == pytest.approx(1)
    mho(*SMALL, "--out", "curve.svg")
    picture = xml.etree.ElementTree.parse(mho.folder / "curve.svg").getroot()
    lines = {line.get("class"): line.get("points").split() for line in picture.iter("{http://www.w3.org/2000/svg}polyline")}
    assert {kind: len(points) for kind, points in lines.items()} == {"target": 200, "output": 200}
    assert "curve.svg: is there already" in mho(*SMALL, "--seed", 1, "--out", "curve.svg", code=2).stderr
    mho(*SMALL, "--seed", 1, "--out", "curve.svg", "--force")


def test_a_file_of_its_own_tables_is_read(mho):
    (mho.folder / "net.toml").write_text("[spiking]\nneurons = 20\ninputs = 20\nsteps = 200\nepochs = 3\nseed = 7\n"
                                         "scheme = 'sign'\n[device.pcm_accumulative]\nread_noise_us = 0.0\n")
    found = mho.json("spiking", "net.toml")
    assert (found["seed"], found["scheme"], found["epochs"]) == (7, "sign", 3)
    assert found["errors"] != mho.json("spiking", "net.toml", "--set", "device.pcm_accumulative.read_noise_us=0.5")["errors"]


def test_a_stop_shows_what_is_finished(mho):
    running = mho.start("spiking", "--json", "--set", "spiking.epochs=1000000", "--out", "curve.csv")
    for line in running.stderr:
        if "epoch 2/" in line:
            break
    running.send_signal(signal.SIGINT)
    printed, logged = running.communicate(timeout=60)
    assert running.returncode == 1
    assert "stopped by a signal after epoch" in logged
    assert '"stopped": true' in printed
    assert (mho.folder / "curve.csv").exists()


def test_classes_of_signals_are_told_apart_and_scored_after_a_day(mho):
    numpy = pytest.importorskip("numpy")
    draws = numpy.random.default_rng(0)
    labels = numpy.arange(90) % 3
    signals = draws.normal(0, 0.5, (90, 12, 1, 4)).astype("float32")
    for sample, label in zip(signals, labels):
        sample[4 * label:4 * label + 4, 0, label] += 2
    for name, chosen in (("train", slice(0, 60)), ("test", slice(60, 90))):
        numpy.save(mho.folder / f"{name}_images.npy", signals[chosen])
        numpy.save(mho.folder / f"{name}_labels.npy", labels[chosen].astype("int64"))
    mho("data", "prepare", "npy", "--from", ".", "--name", "bumps")
    words = ["spiking", "--set", "spiking.task=classes", "task.data=bumps", "spiking.neurons=30", "spiking.epochs=20",
             "spiking.batch=4", "spiking.programmings=3", "spiking.device=pcm", "spiking.input_learning_rate=0.2",
             "spiking.recurrent_learning_rate=0.2", "spiking.output_learning_rate=0.3", "spiking.weight_bound=1",
             "spiking.rate_regularisation=1e-6", "spiking.threshold=1", "spiking.initial_gain=0.4"]
    found = mho.json(*words, "--threads", 1)
    assert found["losses"][-1]["loss"] < found["losses"][0]["loss"]
    assert found["digital"] > 0.6  # chance is 0.33 +- 0.09
    assert [point["time_s"] for point in found["drift"]] == [1, 86400]
    assert all(point["n"] == 3 and point["mean"] > 0.4 for point in found["drift"])
    assert without_times(found) == without_times(mho.json(*words, "--threads", 2))
    trained = mho.json(*words, "spiking.scheme=mixed_precision", "spiking.device=pcm_accumulative", "spiking.coding=delta",
                       "spiking.fresh_reads=false", "spiking.epochs=2")
    assert trained["writes"]["pulses"] > 0 and trained["drift"][1]["n"] == 3
    assert "(3 chips)" in mho(*words, "spiking.epochs=1").stdout


@pytest.mark.parametrize(("settings", "message"), [
    (["spiking.neurons=0"], "spiking.neurons=0"),
    (["spiking.scheme=mixed_precission"], "did you mean 'mixed_precision'?"),
    (["spiking.scheme=sign", "spiking.device=pcm"], "spiking.scheme = sign: expected a device that takes pulses"),
    (["spiking.scheme=digital_accumulator", "spiking.device=hermes_odp"], "takes pulses"),
    (["spiking.device=pmc"], "did you mean 'pcm'"),
    (["spiking.g_max_us=50", "spiking.scheme=sign"], "at most 12"),
    (["spiking.tau=1"], "unknown key"),
    (["training.epochs=1"], "unknown table"),
    (["spiking.task=classes", "task.data=nowhere", "task.folder=empty"], "nowhere"),
    (["spiking.task=classes", "task.augmentation=flip"], "task.augmentation"),
    (["spiking.task=classes", "spiking.device=reram_wan2022", "spiking.times_s=[3600]"], "3600"),
])
def test_what_cannot_be_is_refused_before_anything_is_trained(mho, settings, message):
    result = mho("spiking", "--set", *settings, code=2)
    assert message in result.stderr
    assert result.stdout == ""


def test_a_curve_of_classes_and_an_unknown_kind_of_file_are_refused(mho):
    assert "expected spiking.task = pattern" in mho("spiking", "--set", "spiking.task=classes", "--out", "a.csv", code=2).stderr
    assert "expected FILE.csv or FILE.svg, got 'a.png'" in mho(*SMALL, "--out", "a.png", code=2).stderr


def test_potentials_that_are_no_numbers_end_with_one_line(mho):
    result = mho(*SMALL, "spiking.weight_bound=1e38", "spiking.output_learning_rate=1e30", "spiking.clip_gradient=0",
                 "spiking.input_learning_rate=1e30", code=1)
    assert "expected finite potentials, got others after" in result.stderr
    assert len(result.stderr.strip().splitlines()) <= 13  # twelve epochs, and one
