# SPDX-License-Identifier: Apache-2.0
"""mho.CrossbarMatrix, mho.Tile and mho.Device."""

import json
import subprocess
import sys

import pytest
from conftest import PACKAGE, ROOT, environment

if not list(PACKAGE.glob("mho/_core*.so")):
    pytest.skip(f"the Python module is not built in {PACKAGE}", allow_module_level=True)

import mho as package

numpy = pytest.importorskip("numpy")

EXACT = {"dac_bits": 0, "adc_bits": 0, "output_noise": 0, "drift_compensation": "none"}
# Devices that take pulses and have no spreads but those of the law.
PULSED = {**EXACT, "mapping": "single"}


def weights(rows=40, columns=24, seed=0):
    return numpy.random.default_rng(seed).normal(size=(rows, columns))


def test_an_exact_matrix_multiplies_both_ways():
    w = weights()
    matrix = package.CrossbarMatrix(w, device="ideal", hardware=EXACT)
    x, d = weights(5, 40, 1), weights(3, 24, 2)
    assert matrix.shape == (40, 24) and matrix.tiles == 1 and matrix.planes == ["plus", "minus"]
    assert numpy.allclose(matrix.forward(x), x @ w, atol=2e-4)
    assert numpy.allclose(matrix.backward(d), d @ w.T, atol=2e-4)
    assert numpy.allclose(matrix.forward(x[0]), x[0] @ w, atol=2e-4) and matrix.forward(x[0]).shape == (24,)
    assert numpy.allclose(matrix.weights, w, atol=1e-5) and numpy.allclose(matrix.read(), w, atol=1e-5)
    matrix.program(2 * w)
    assert numpy.allclose(matrix.weights, 2 * w, atol=2e-5)
    assert matrix.counters["products"] == 5 + 3 + 1 + 1
    assert matrix.counters["devices_programmed"] == 2 * 2 * 40 * 24


def test_a_matrix_on_several_crossbars_adds_their_partial_sums():
    w = weights(300, 70)
    matrix = package.CrossbarMatrix(w, device="ideal", hardware={**EXACT, "crossbar_rows": 128, "crossbar_columns": 64})
    assert matrix.tiles == 3 * 2
    x = weights(2, 300, 1)
    assert numpy.allclose(matrix.forward(x), x @ w, atol=2e-3)
    assert numpy.allclose(matrix.read(), w, atol=1e-4)
    with pytest.raises(package.InputError, match="expected a matrix that fits one crossbar of 128 x 64, got 300 x 70"):
        package.Tile(w, device="ideal", hardware={**EXACT, "crossbar_rows": 128, "crossbar_columns": 64})


def test_pcm_drifts_and_the_same_seed_gives_the_same_devices():
    w = weights()
    first, same, other = (package.Tile(w, device="pcm", seed=seed) for seed in (1, 1, 2))
    x = weights(8, 40, 3)
    assert numpy.array_equal(first.forward(x), same.forward(x))
    assert not numpy.array_equal(first.weights, other.weights)
    fresh = numpy.abs(first.weights - w).mean()
    assert 0.01 < fresh < 0.2  # write noise of a few percent of the largest weight (about 3)
    bare = package.Tile(w, device="pcm", seed=1, hardware={"drift_compensation": "none"})
    young, written = numpy.abs(bare.read(0.0)).mean(), bare.conductances(0)
    bare.advance(30 * 86400.0)
    assert numpy.abs(bare.read()).mean() < 0.75 * young  # (t / 20 s)^-0.05 is 0.55 after a month
    assert numpy.array_equal(bare.conductances(0), written)  # as last written


def test_pulses_move_weights_one_by_one():
    matrix = package.Tile(numpy.zeros((4, 3)), device="soft_bounds", hardware=PULSED, full_scale=1.0)
    before = matrix.weights
    counts = numpy.zeros((4, 3), int)
    counts[1, 2], counts[3, 0] = 20, -20
    matrix.pulse(counts)
    moved = matrix.weights - before
    assert moved[1, 2] > 0 > moved[3, 0]
    assert (moved[counts == 0] == 0).all()
    assert matrix.counters["pulses"] == 40 and matrix.counters["events"] == 2


def test_updates_descend_the_gradient_in_the_mean():
    """Over many updates the weights move by -lr x d within what pulses allow: 3 standard errors and a fifth."""
    matrix = package.Tile(numpy.zeros((8, 6)), device="soft_bounds", hardware=PULSED, full_scale=1.0, seed=3)
    x, d = numpy.linspace(0.2, 1, 8), numpy.linspace(-1, 1, 6)
    before = matrix.weights
    matrix.update(numpy.tile(x, (20, 1)), numpy.tile(d, (20, 1)), 0.002)
    moved, wanted = matrix.weights - before, -20 * 0.002 * numpy.outer(x, d)
    slope = (moved * wanted).sum() / (wanted ** 2).sum()
    assert 0.6 < slope < 1.4
    assert numpy.corrcoef(moved.ravel(), wanted.ravel())[0, 1] > 0.8


def test_zero_shifting_makes_the_symmetry_point_no_weight():
    matrix = package.Tile(numpy.zeros((6, 5)), device="soft_bounds", hardware=PULSED, full_scale=1.0)
    matrix.set_reference(matrix.find_symmetry_point(0, 2000))
    assert numpy.abs(matrix.weights).mean() < 0.1


def test_pairs_that_are_full_are_refreshed():
    matrix = package.Tile(numpy.zeros((6, 5)), device="pcm_accumulative", hardware=EXACT, full_scale=1.0)
    assert matrix.refresh() == 0
    for plane in (0, 1):
        matrix.pulse(numpy.full((6, 5), 200), plane)
    full = matrix.conductances(0).mean()
    assert matrix.refresh(0.5, 0.2) == 6 * 5
    assert matrix.conductances(0).mean() < full / 2


@pytest.mark.parametrize(("call", "message"), [
    (lambda: package.Tile(numpy.zeros(3)), "weights: expected a matrix"),
    (lambda: package.Tile([[numpy.nan]]), "weights: expected finite numbers"),
    (lambda: package.Tile([["a"]]), "weights: expected numbers"),
    (lambda: package.Tile([[1.0]], device="pmc"), "did you mean 'pcm'"),
    (lambda: package.Tile([[1.0]], full_scale=-1), "full_scale: expected a positive number"),
    (lambda: package.Tile([[1.0]]).forward([1.0, 2.0]), "x: expected vectors of 1 numbers"),
    (lambda: package.Tile([[1.0]]).pulse([[1]]), "pcm"),
    (lambda: package.Tile([[1.0]]).pulse([[0.5]]), "counts: expected whole numbers"),
    (lambda: package.Tile([[1.0]]).conductances(7), r"plane: expected 0 to 1 \(plus, minus\), got 7"),
    (lambda: package.Tile([[1.0]]).program([[1.0, 2.0]]), r"expected shape \(1, 1\)"),
    (lambda: package.Tile([[1.0]]).advance(-1), "expected"),
    (lambda: package.Tile([[1.0]]).update([[1.0]], [[1.0], [1.0]], 0.1), "x, d: expected as many vectors"),
    (lambda: package.Device("pmc"), "did you mean 'pcm'"),
    (lambda: package.Device("pcm").sample([99.0]), "target: expected 0 to 25"),
    (lambda: package.Device("pcm").sample([9.0], devices=1), "devices: expected at least 2"),
    (lambda: package.Device("pcm").pulses(), "pcm"),
])
def test_what_cannot_be_used_is_refused(call, message):
    with pytest.raises(package.InputError, match=message):
        call()


def test_samples_of_a_device_are_those_of_the_command(mho):
    device = package.Device("pcm")
    assert device.range_us == (0, 25) and not device.takes_pulses and "pcm" in package.Device.names()
    sample = device.sample([5.0, 20.0], [1.0, 86400.0], devices=3000, seed=4)
    assert sample.programmed_us.shape == (2, 3000) and sample.read_us.shape == (2, 2, 3000)
    command = mho.json("device", "pcm", "--target", 5, "--target", 20, "--time", 1, "--time", 86400, "--devices", 3000, "--seed", 4)
    for target, written, read in zip(command["targets"], sample.programmed_us, sample.read_us):
        assert written.mean() == pytest.approx(target["programmed_us"]["mean"], rel=1e-5)
        for point, conductances in zip(target["reads"], read):
            assert conductances.mean() == pytest.approx(point["measured_us"]["mean"], rel=1e-5)
            assert numpy.median(conductances) == pytest.approx(point["p50_us"], rel=1e-3)
    statistics = device.statistics([5.0, 20.0], [1.0, 86400.0], devices=3000, seed=4)
    assert statistics == command


def test_pulse_curves_of_a_device_are_those_of_the_command(mho):
    found = package.Device("reram_es").pulses(50, devices=100, seed=2)
    assert found == mho.json("device", "reram_es", "--pulses", 50, "--devices", 100, "--seed", 2)


def test_the_layer_of_pytorch_learns_on_the_crossbar():
    pytest.importorskip("torch", reason="needs PyTorch")
    pytest.importorskip("sklearn")
    done = subprocess.run([sys.executable, ROOT / "examples/crossbar_layer.py", "--epochs", "2", "--samples", "400"],
                          capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr
    accuracies = [float(line.split()[-2]) for line in done.stdout.splitlines() if line.startswith("epoch")]
    assert len(accuracies) == 2 and accuracies[-1] > 50
    assert json.loads(done.stdout.splitlines()[-1])["pulses"] > 0
