# SPDX-License-Identifier: Apache-2.0
import csv

import pytest
from conftest import TINY

KEYS = {"device", "range_us", "seed", "parameters", "devices", "targets"}


def test_a_device_is_sampled_beside_its_formulas(mho):
    found = mho.json("device", "pcm", "--devices", 2000, "--target", 12.5, "--time", 1, "--time", 86400, "--seed", 3)
    assert set(found) == KEYS
    target, = found["targets"]
    assert target["programming_formula_us"] == pytest.approx(0.95271, abs=1e-5)
    assert target["programmed_us"]["deviation"] == pytest.approx(0.95271, abs=0.08)  # five standard errors
    assert [read["time_s"] for read in target["reads"]] == [1, 86400]
    for read in target["reads"]:
        assert read["p5_us"] < read["p50_us"] < read["p95_us"]
    assert "Conductance (µS)" in mho("device", "pcm", "--devices", 10).stdout


def test_samples_do_not_depend_on_threads_but_on_the_seed(mho):
    words = ["device", "hermes_tdp", "--devices", 500]
    first = mho.json(*words, "--threads", 1)
    assert first == mho.json(*words, "--threads", 2)
    assert first["targets"] != mho.json(*words, "--seed", 1)["targets"]


def test_settings_and_run_files_reach_the_device(mho):
    config = mho.config(TINY + "\n[device]\ndrift_scale = 0.0\n[device.pcm]\nt_0_s = 30.0\n")
    found = mho.json("device", "pcm", config, "--devices", 10, "--set", "device.pcm.t_read_s=1e-6")
    assert [found["parameters"][key] for key in ["drift_scale", "t_0_s", "t_read_s"]] == [0, 30, 1e-6]
    assert all(target["drift"]["mean"] == 0 for target in found["targets"])
    assert mho.json("device", "reram_cmo", "--devices", 10)["range_us"] == [9, 88.2]


def test_figures_are_written_as_csv_too(mho):
    printed = mho.json("device", "reram_wan2022", "--devices", 100, "--csv", "wan.csv")
    with open(mho.folder / "wan.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["time_s"]) for row in rows[:3]] == [1, 86400, 172800]
    assert len(rows) == 33
    assert float(rows[4]["mean_us"]) == printed["targets"][1]["reads"][1]["measured_us"]["mean"]


def test_figures_are_not_replaced_by_others_without_force(mho):
    words = ["device", "pcm", "--devices", 100, "--csv", "pcm.csv"]
    mho(*words)
    before = (mho.folder / "pcm.csv").read_bytes()
    mho(*words)
    assert "pcm.csv: is there already" in mho(*words, "--seed", 1, code=2).stderr
    assert (mho.folder / "pcm.csv").read_bytes() == before
    mho(*words, "--seed", 1, "--force")
    assert (mho.folder / "pcm.csv").read_bytes() != before



def test_products_with_given_weights_are_measured(mho):
    numpy = pytest.importorskip("numpy")
    numpy.save(mho.folder / "w.npy", numpy.linspace(-1, 1, 32 * 16, dtype="float32").reshape(32, 16))
    found = mho.json("device", "pcm", "--mvm", "--weights", "w.npy", "--programmings", 2, "--time", 1, "--time", 86400)
    assert (found["rows"], found["columns"]) == (32, 16)
    for error in found["errors"]:
        assert 0 < error["compensated"]["mean"] <= error["raw"]["mean"] * 1.05


def test_pulses_are_measured_beside_their_formulas(mho):
    found = mho.json("device", "soft_bounds", "--pulses", 300, "--devices", 500,
                     "--set", "device.soft_bounds.imbalance=0.3", "--set", "device.soft_bounds.states=200")
    assert set(found) == (KEYS - {"targets"}) | {"pulses", "curve", "steps", "symmetry_point"}
    assert [found["curve"][i]["pulses"] for i in (0, 40, 41, 81)] == [0, 300, 0, 300]
    assert found["symmetry_point"]["formula_us"] == pytest.approx(23)
    sample = found["symmetry_point"]["sample_us"]
    assert sample["mean"] == pytest.approx(23, abs=0.5)  # bounds of +-30 % move it about
    assert sample["deviation"] > 0.2
    middle = found["steps"][5]
    assert middle["up_formula_us"]["mean"] == pytest.approx(0.13)
    assert middle["up_us"]["mean"] == pytest.approx(0.13, abs=0.015)  # five standard errors of 0.3 * sqrt(2) * 0.13


def test_pulses_are_plotted_and_do_not_depend_on_threads(mho):
    words = ["device", "reram_om", "--pulses", "--devices", 1500]
    first = mho.json(*words, "--threads", 1)
    assert first == mho.json(*words, "--threads", 2)
    assert first["pulses"] == 21
    text = mho(*words).stdout
    for part in ["Conductance (µS) over 21 pulses up (+)", "Step of one pulse (nS)", "Symmetry point: 20.0000 µS"]:
        assert part in text
    mho(*words, "--csv", "pulses.csv")
    with open(mho.folder / "pulses.csv", encoding="utf-8") as file:
        assert [row["direction"] for row in csv.DictReader(file)].count("down") == 22
    assert "a pulse down resets the device" in mho("device", "pcm_accumulative", "--pulses", 20).stdout


def test_measured_pulse_curves_are_fitted_and_the_fit_is_shown(mho):
    rows = [f"{1 + 4 * (1 - 0.98 ** n)},{5 - 4 * (1 - 0.97 ** n)}" for n in range(100)]
    (mho.folder / "curves.csv").write_text("up_us,down_us\n" + "\n".join(rows) + "\n")
    words = ["device", "pulse_table", "--pulses", "--devices", 100, "--set", "device.pulse_table.file=curves.csv"]
    found = mho.json(*words)
    assert found["fit"]["error_of_range"] < 0.01
    assert len(found["fit"]["points"]) == 200
    assert "Fit of the measured curves (µS): root mean square error" in mho(*words).stdout
    (mho.folder / "curves.csv").write_text("up_us,down_us\n1,3\n2,2\n1.5,1\n")
    assert "curves.csv:4: expected up_us to rise with every pulse" in mho(*words, code=2).stderr


@pytest.mark.parametrize(("words", "message"), [
    (["pmc"], "unknown device model 'pmc' (did you mean 'pcm'?); known: pcm, hermes_odp"),
    (["pcm", "--time", "-1"], "expected 0 to 1e+12 s, got -1 s"),
    (["pcm", "--target", "26"], "expected 0 to 25 µS, got 26"),
    (["reram_wan2022", "--time", "3600"], "86400 s (1 day)"),
    (["reram_cmo", "--set", "hardware.g_max_us=100"], "at most 88.2 µS"),
    (["table"], "device.table.file"),
    (["pulse_table"], "device.pulse_table.file"),
    (["pcm", "--pulses"], "mho device --pulses: expected a device that takes pulses, got hardware.device = 'pcm'"),
    (["soft_bounds", "--pulses=-3"], "--pulses"),
    (["soft_bounds", "--set", "device.soft_bounds.step_noise=-1"], "got -1"),
    (["soft_bounds", "--set", "device.soft_bounds.states=1"], "got 1"),
    (["exponential_step", "--set", "device.exponential_step.amplitude_up=-1e5"], "steps smaller than the range"),
    (["pcm", "--mvm", "--weights", "none.npy"], "none.npy"),
])
def test_what_a_device_cannot_do_is_refused(mho, words, message):
    assert message in mho("device", *words, code=2).stderr


@pytest.mark.parametrize(("words", "message"), [
    (["hardware.device=pmc"], "expected one of pcm, hermes_odp, hermes_tdp, state_independent, reram_wan2022, "
                              "reram_cmo, table, ideal, constant_step, linear_step, soft_bounds,"),
    (["hardware.device=reram_wan2022"], "scoring.times_s: drift time of reram_wan2022"),
    (["hardware.device=table", "device.table.file=gap.csv"], "gap.csv:3: expected a number for sigma_us, got nothing"),
    (["scoring.times_s=[-1, 1, 86400, 2592000]"], "got -1"),
    (["hardware.g_max_us=-25"], "got -25"),
    (["hardware.adc_range=0"], "got 0"),
])
def test_an_evaluation_of_an_impossible_device_ends_before_training(mho, words, message):
    (mho.folder / "gap.csv").write_text("g_us,sigma_us\n0,0.1\n10,\n25,0.2\n")
    sets = [word for assignment in words for word in ("--set", assignment)]
    result = mho("evaluate", "mlp:16", mho.config(), *sets, code=2)
    assert message in result.stderr
    assert "epoch" not in result.stderr
