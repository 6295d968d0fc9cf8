# SPDX-License-Identifier: Apache-2.0
import pytest

RATE_KEYS = {"name", "network", "row", "batch", "macs", "parameters", "unit", "median", "min", "max", "samples", "gflops",
             "peak_gflops", "share_of_peak"}


def test_a_quick_bench_prints_one_document_with_a_rate_a_row(mho):
    found = mho.json("bench", "--quick", "--filter", "mlp")
    assert {"version", "compiler", "build_type", "instruction_set", "threads", "clock", "quick", "rows"} == set(found)
    assert found["threads"] == 1
    names = [row["name"] for row in found["rows"]]
    training = ["digital_training", "noisy_training", "pulsed_training", "pulsed31_training", "mixed_precision_training"]
    names = [name for name in names if "bfloat16_" not in name]  # where the processor has it
    scoring = ["noisy_forward", "drift_score", "exact_score", "chip_simulation"]
    assert names == ([f"mlp-b64/{row}" for row in training + scoring]
                     + [f"mlp-b10/{row}" for row in training] + [f"mlp-b1/{row}" for row in training])
    for row in found["rows"]:
        assert set(row) == RATE_KEYS
        assert 0 < row["min"] <= row["median"] <= row["max"]
        assert row["gflops"] == pytest.approx(row["share_of_peak"] * row["peak_gflops"], rel=0.5)


def test_the_bench_counts_six_operations_a_multiply_accumulate_in_training_and_two_in_scoring(mho):
    for row in mho.json("bench", "--quick", "--filter", "mlp-b64")["rows"]:
        operations = 6 if "training" in row["row"] else 2
        assert row["gflops"] == pytest.approx(1e-9 * operations * row["macs"] * row["median"])


def test_the_bench_measures_the_mapper_and_the_noise_too(mho):
    found = mho.json("bench", "--quick", "--filter", "resnet32/map", "--filter", "gaussian")
    assert [(row["name"], row["unit"]) for row in found["rows"]] == [("resnet32/map_onto_chip", "ms"),
                                                                     ("resnet32/map_replicated", "ms"),
                                                                     ("resnet32/map_full", "ms"),
                                                                     ("gaussian/fill_normal", "ns/sample")]


def test_the_bench_runs_on_more_threads_by_the_clock_on_the_wall(mho):
    found = mho.json("bench", "--quick", "--filter", "mlp-b10", "--threads", 2)
    assert (found["threads"], found["clock"]) == (2, "wall")


def test_the_bench_names_its_networks_so_that_peers_can_build_them(mho):
    networks = {network["name"]: network for network in mho.json("bench", "--list")["networks"]}
    assert networks["ds_cnn-b100"]["architecture"]["input"] == [49, 10, 1]
    assert 350_000 < networks["analognas-b64"]["parameters"] < 450_000
    assert "mlp-b64/drift_score" in mho("bench", "--list").stdout.splitlines()


def test_a_filter_that_finds_no_row_is_refused(mho):
    assert "nonsense" in mho("bench", "--filter", "nonsense", code=2).stderr
