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


@pytest.mark.parametrize(("words", "message"), [
    (["pmc"], "unknown device model 'pmc' (did you mean 'pcm'?); known: pcm, hermes_odp"),
    (["pcm", "--time", "-1"], "expected 0 to 1e+12 s, got -1 s"),
    (["pcm", "--target", "26"], "expected 0 to 25 µS, got 26"),
    (["reram_wan2022", "--time", "3600"], "86400 s (1 day)"),
    (["reram_cmo", "--set", "hardware.g_max_us=100"], "at most 88.2 µS"),
    (["table"], "device.table.file"),
    (["pcm", "--mvm", "--weights", "none.npy"], "none.npy"),
])
def test_what_a_device_cannot_do_is_refused(mho, words, message):
    assert message in mho("device", *words, code=2).stderr


@pytest.mark.parametrize(("words", "message"), [
    (["hardware.device=pmc"], "expected one of pcm, hermes_odp, hermes_tdp, state_independent, reram_wan2022, "
                              "reram_cmo, table, ideal, got 'pmc'"),
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
