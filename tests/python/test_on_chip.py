# SPDX-License-Identifier: Apache-2.0
import pytest

CHIP = ["--set", "hardware.device=soft_bounds", "--set", "hardware.g_max_us=30", "--set", "hardware.mapping=single",
        "--set", "scoring.from=trained", "--set", "training.epochs=3"]


def on_chip(mho, regime, *words):
    return ["evaluate", "mlp:32", mho.config(), *CHIP, "--set", f"training.regime={regime}", *words]


@pytest.mark.parametrize("regime", ["pulsed", "mixed_precision", "zero_shift", "tiki_taka"])
def test_a_training_on_the_chip_reports_what_it_wrote(mho, regime):
    words = on_chip(mho, regime, "--set", "training.symmetry_pulses=20", "--seed", 3)
    found = mho.json(*words, "--threads", 1)
    assert found == {**mho.json(*words, "--threads", 2), "wall_s": found["wall_s"]}
    writes = found["writes"]
    assert set(writes) == {"pulses_per_device", "events_per_device", "events_per_weight_sample", "endurance_share",
                           "products", "update_energy_j", "pulse_histogram"}
    assert 0 < writes["pulses_per_device"]["mean"] <= writes["pulses_per_device"]["p999"]
    assert writes["pulses_per_device"]["p999"] <= writes["pulses_per_device"]["max"]
    assert writes["update_energy_j"] == [None, None]  # not known of the model's default device
    arrays = 2 if regime == "tiki_taka" else 1
    assert sum(writes["pulse_histogram"]) == arrays * (64 * 32 + 32 * 10)
    assert "writes" in mho(*words).stdout


def test_the_budget_of_a_device_is_spent(mho):
    writes = mho.json(*on_chip(mho, "pulsed", "--set", "device.soft_bounds.endurance_pulses=1e6", "--set",
                               "device.soft_bounds.pulse_energy_low_j=1e-13", "--set",
                               "device.soft_bounds.pulse_energy_high_j=1e-11"))["writes"]
    assert writes["endurance_share"] == pytest.approx(writes["pulses_per_device"]["max"] / 1e6)
    low, high = writes["update_energy_j"]
    assert high == pytest.approx(100 * low)


@pytest.mark.parametrize("words, message", [
    (["hardware.device=pcm", "hardware.g_max_us=25"], "constant_step"),
    (["training.pulse_slots=0"], "pulse_slots"),
    (["device.soft_bounds.states=1"], "states"),
    (["training.weight_bound=0.001"], "weight_bound"),
    (["training.regime=mixed_precision", "training.accumulator_bits=3", "training.accumulator_range=50"], "resolution"),
    (["training.regime=hardware_aware"], "scoring.from"),
])
def test_what_cannot_be_trained_on_a_chip_is_refused_first(mho, words, message):
    settings = [word for setting in words for word in ("--set", setting)]
    assert message in mho(*on_chip(mho, "pulsed", *settings), code=2).stderr


def test_a_search_weighs_writes(mho):
    text = (mho.folder / mho.config()).read_text().replace("trials = 4", 'trials = 4\nobjectives = ["accuracy_1d", "writes"]')
    mho.config(text, "onchip.toml")
    mho("search", "onchip.toml", "--out", "runs/onchip", *CHIP, "--set", "hardware.mapping=pairs", "--set",
        "training.regime=mixed_precision", "--set", "training.learning_rate=0.05")
    lines = mho.trials("runs/onchip")
    assert all(trial["score"]["pulses_per_device"] > 0 for trial in lines if trial.get("score"))
    mho("export", "runs/onchip/winners/0")
