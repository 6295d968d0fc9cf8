# SPDX-License-Identifier: Apache-2.0
"""mho.search on Python functions."""

import os
import signal
import threading
import time
import warnings

import pytest
from conftest import PACKAGE

if not list(PACKAGE.glob("mho/_core*.so")):
    pytest.skip(f"the Python module is not built in {PACKAGE}", allow_module_level=True)

import mho

NATIVE = ["random", "latin_hypercube", "evolution"]
OPTUNA = ["optuna:random", "optuna:tpe", "optuna:nsga2", "optuna:nsga3", "optuna:cmaes"]
ORDERED = {"kind": "analognas", "stem_channels": [8, 16, 24], "stem_kernels": [3, 5, 7], "main_blocks": [1, 2],
           "block_types": ["B"]}
OWN = {"op": ["skip", "conv3"], "width": mho.Int(8, 64, log=True), "lr": mho.Real(1e-3, 1, log=True),
       "kernel": mho.Ordered([3, 5, 7], when={"op": "conv3"})}


def best_at_24_channels(genome):
    widenings = [value for gene, value in genome.items() if gene.endswith("_widening")]
    return -abs(genome["stem_channels"] - 24) / 8 - sum(abs(widening - 3) for widening in widenings)


def names(trials):
    return [trial["name"] for trial in trials]


def needs(proposer):
    if proposer.startswith("optuna:"):
        pytest.importorskip("optuna", reason="needs the package optuna (requirements-search.txt)")
    if proposer == "optuna:cmaes":
        pytest.importorskip("cmaes", reason="needs the package cmaes (requirements-search.txt)")


@pytest.mark.parametrize("proposer", NATIVE + OPTUNA)
def test_every_proposer_searches_a_function_and_is_pure(proposer):
    needs(proposer)
    options = {"proposer": proposer, "trials": 15, "population": 5}
    trials = mho.search(ORDERED, best_at_24_channels, seed=2, **options)
    assert [trial["trial"] for trial in trials] == list(range(15))
    assert len(set(names(trials))) == 15
    assert trials.best["value"] == max(best_at_24_channels(trial["genome"]) for trial in trials)
    assert not trials.stopped
    assert names(mho.search(ORDERED, best_at_24_channels, seed=2, **options)) == names(trials)
    assert names(mho.search(ORDERED, best_at_24_channels, seed=3, **options)) != names(trials)
    # A shorter search is the beginning of a longer one: nothing but the history decides.
    if proposer != "latin_hypercube":  # one design over all trials
        assert names(mho.search(ORDERED, best_at_24_channels, seed=2, **{**options, "trials": 10})) == names(trials)[:10]


@pytest.mark.parametrize("proposer", ["optuna:tpe", "optuna:nsga2"])
def test_optuna_learns_from_the_history(proposer):
    needs(proposer)
    values = {}
    for name in ["random", proposer]:
        found = [mho.search({"kind": "analognas"}, best_at_24_channels, proposer=name, trials=40, seed=seed) for seed in range(2)]
        values[name] = [sum(trial["value"] for trial in trials[-16:]) / 16 for trials in found]
    assert sum(values[proposer]) > sum(values["random"]) + 1  # the mean of the last 16 is better by half a channel step a seed


@pytest.mark.parametrize("proposer", NATIVE)
def test_a_space_that_runs_out_says_so(proposer):
    space = {"kind": "analognas", "stem_channels": [8, 16], "stem_kernels": [3], "main_blocks": [1, 1], "residual_blocks": [1, 2],
             "branches": [1, 1], "block_types": ["B"], "widening": [1, 3]}
    with pytest.warns(RuntimeWarning, match="ran out of new genomes at trial 12 of 30"):
        trials = mho.search(space, best_at_24_channels, proposer=proposer, trials=30, population=1)
    assert len(set(names(trials))) == 12
    assert not trials.stopped
    assert "of its 12 genomes 12 were known already" in trials.note
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert mho.search(space, best_at_24_channels, proposer=proposer, trials=12, population=1).note == ""


def test_a_search_starts_with_the_genomes_that_it_is_given():
    space = {"op": ["skip", "conv3"], "width": mho.Int(8, 64, log=True), "kernel": mho.Ordered([3, 5], when={"op": "conv3"})}
    given = [{"op": "conv3", "width": 24, "kernel": 5}, {"op": "skip", "width": 9}]
    trials = mho.search(space, lambda genome: -abs(genome["width"] - 24), trials=6, start_with=given)
    assert [trial["genome"] for trial in trials][:2] == given and trials.best["value"] == 0
    with pytest.raises(mho.InputError, match="search.start_with, genome 2: .*width"):
        mho.search(space, lambda genome: 0.0, trials=6, start_with=[given[0], {"op": "skip", "width": 100}])


def test_exceptions_and_useless_values_are_failed_trials():
    def evaluate(genome):
        if genome["stem_kernel"] == 3:
            raise ValueError("three is no crowd")
        return float("nan") if genome["stem_kernel"] == 5 else {"accuracy": 0.5, "energy_j": 1e-6}

    trials = mho.search(ORDERED, evaluate, proposer="random", trials=24)
    reasons = {trial["genome"]["stem_kernel"]: trial["reason"] for trial in trials}
    assert reasons[3] == "ValueError: three is no crowd"
    assert "expected a finite accuracy, got nan" in reasons[5]
    assert reasons[7] == "" and trials.best["cost"]["energy_j"] == 1e-6
    assert all(trial["failed"] == (trial["genome"]["stem_kernel"] != 7) for trial in trials)
    everything_fails = mho.search(ORDERED, lambda genome: "much", trials=3)
    assert everything_fails.best is None
    assert "expected a number for accuracy, got 'much'" in everything_fails[0]["reason"]


def test_ctrl_c_ends_the_search_with_what_is_finished():
    def evaluate(genome):
        evaluate.calls += 1
        if evaluate.calls == 6:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
        return 0.0

    evaluate.calls = 0
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job's shell has it ignored
    try:
        trials = mho.search(ORDERED, evaluate, trials=50)
    finally:
        signal.signal(signal.SIGINT, before)
    assert trials.stopped
    assert len(trials) == 5


def test_the_function_runs_on_the_calling_thread_while_others_may_run():
    ticks, threads = [], set()
    ended = threading.Event()
    ticker = threading.Thread(target=lambda: [ticks.append(1) for _ in iter(lambda: ended.wait(0.005), True)])
    ticker.start()
    mho.search(ORDERED, lambda genome: threads.add(threading.get_ident()) or time.sleep(0.01) or 0.0, trials=20)
    ended.set()
    ticker.join()
    assert threads == {threading.get_ident()}
    assert len(ticks) >= 5  # of about 40


@pytest.mark.parametrize(("arguments", "message"), [
    ({"space": {"kind": "analognas", "stem_chanels": [8]}}, "did you mean 'stem_channels'"),
    ({"proposer": "optuna:tpa"}, "did you mean 'optuna:tpe'"),
    ({"trials": -1}, "search.trials"),
    ({"evaluate": 3}, "expected a function"),
])
def test_what_cannot_be_used_is_refused(arguments, message):
    with pytest.raises(mho.InputError, match=message):
        mho.search(**{"space": ORDERED, "evaluate": best_at_24_channels, **arguments})


def test_a_sampler_that_cannot_serve_is_refused_before_any_evaluation():
    pytest.importorskip("optuna", reason="needs the package optuna (requirements-search.txt)")
    calls = []
    with pytest.raises(mho.InputError, match="block1_type, block2_type are categorical"):
        mho.search({**ORDERED, "block_types": ["A", "B"]}, calls.append, proposer="optuna:cmaes")
    with pytest.raises(mho.InputError, match="search.population of at least 3, got 2"):
        mho.search(ORDERED, calls.append, proposer="optuna:nsga2", population=2)
    assert calls == []


def close_to_32(genome):
    return -abs(genome["width"] - 32) / 32 - abs(genome["lr"] - 0.1) + (genome.get("kernel") == 5)


@pytest.mark.parametrize("proposer", ["random", "latin_hypercube", "evolution", "nsga2", "bayesian", "optuna:tpe", "optuna:nsga2"])
def test_every_proposer_searches_a_space_of_ones_own(proposer):
    needs(proposer)
    options = {"proposer": proposer, "trials": 20, "population": 5, "seed": 4}
    trials = mho.search(OWN, close_to_32, **options)
    for trial in trials:
        genome = trial["genome"]
        assert list(genome) == ["op", "width", "lr", "kernel"][:3 + (genome["op"] == "conv3")]
        assert type(genome["width"]) is int and 8 <= genome["width"] <= 64
        assert type(genome["lr"]) is float and 1e-3 <= genome["lr"] <= 1
        assert genome.get("kernel", 3) in (3, 5, 7)
        assert trial["value"] == close_to_32(genome)
    assert [trial["genome"] for trial in mho.search(OWN, close_to_32, **options)] == [t["genome"] for t in trials]


def test_a_genome_has_the_values_that_the_list_has():
    seen = set()
    mho.search({"mixed": [1, 2.5, "three", True]}, lambda genome: seen.add((type(genome["mixed"]), genome["mixed"])) or 0.0,
               trials=4, population=1, proposer="random")
    assert seen == {(int, 1), (float, 2.5), (str, "three"), (bool, True)}


@pytest.mark.parametrize(("space", "message"), [
    ({}, "expected genes by name"),
    ({"op": []}, "gene op: expected values"),
    ({"op": ["a", "a"]}, "gene op: expected every value once"),
    ({"op": [None]}, "gene op: expected numbers, words or booleans"),
    ({"op": 3}, "gene op: expected a list"),
    ({"k": mho.Ordered([3, 5], when={"opp": ["a"]}), "op": ["a", "b"]}, "gene k: .*did you mean 'op'"),
    ({"a": mho.Choice([1, 2], when={"b": 1}), "b": mho.Choice([1, 2], when={"a": 1})}, "without a cycle"),
    ({"w": mho.Int(8, 4)}, "gene w: expected low <= high"),
    ({"w": mho.Real(0, 4, log=True)}, "gene w: expected low > 0"),
])
def test_a_space_that_is_none_is_refused_with_the_gene(space, message):
    with pytest.raises(mho.InputError, match=message):
        mho.search(space, lambda genome: 0.0)


TINY_TASK = {"task.data": "digits", "task.max_train": 300, "task.max_test": 120, "training.epochs": 2,
             "search.trial_programmings": 3, "search.max_avm": 100}


def network(genome):
    """Conv - ReLU - pool - dense."""
    if genome["width"] == 5:
        raise ValueError("five is right out")
    layers = [{"name": "conv", "kind": "conv2d", "inputs": ["input"], "out_channels": genome["width"], "kernel": [3, 3],
               "stride": [1, 1], "padding": "same"},
              {"name": "act", "kind": genome["act"], "inputs": ["conv"]},
              {"name": "pool", "kind": "max_pool", "inputs": ["act"], "kernel": [2, 2] if genome["width"] != 6 else [90, 90],
               "stride": [2, 2], "padding": [0, 0, 0, 0]},
              {"name": "dense", "kind": "dense", "inputs": ["pool"], "out_features": 10},
              {"name": "loss", "kind": "softmax_cross_entropy", "inputs": ["dense"]}]
    return {"layers": layers}


def test_a_builder_s_networks_are_trained_and_scored_and_failures_are_trials():
    space = {"width": [4, 5, 6, 8], "act": ["relu", "tanh"]}
    trials = mho.search(space, build=network, trials=8, proposer="random", config=TINY_TASK)
    assert len(trials) == 8
    for trial in trials:
        width = trial["genome"]["width"]
        assert trial["failed"] == (width in (5, 6)) or "chance" in trial["reason"]
        if width == 5:
            assert trial["reason"] == "build: ValueError: five is right out"
        elif width == 6:
            assert "window" in trial["reason"] or "kernel" in trial["reason"]
        elif not trial["failed"]:
            assert trial["parameters"] == 9 * width + 16 * width * 10 + 10
            assert 0 < trial["value"] <= 1 and trial["cost"]["cores"] >= 1
    with pytest.raises(mho.InputError, match="expected a genome that builds a network, got none in 1 trials; .*five is"):
        mho.search({"width": [5], "act": ["relu"]}, build=network, trials=1, config=TINY_TASK)


def test_a_builder_may_give_an_onnx_file_or_a_candidate(tmp_path):
    onnx, np = pytest.importorskip("onnx"), pytest.importorskip("numpy")

    def file(genome):
        width = genome["width"]
        values = {"w": (width, 1, 3, 3), "b": (width,), "v": (10, 16 * width), "c": (10,)}
        nodes = [("Conv", ["x", "w", "b"], {"pads": [1, 1, 1, 1]}), ("Relu", [], {}),
                 ("MaxPool", [], {"kernel_shape": [2, 2], "strides": [2, 2]}), ("Flatten", [], {}),
                 ("Gemm", ["", "v", "c"], {"transB": 1})]
        wires = ["x", "conv", "relu", "pool", "flat", "logits"]
        made = [onnx.helper.make_node(kind, [wires[i], *inputs[1:]], [wires[i + 1]], name=kind.lower(), **attributes)
                for i, (kind, inputs, attributes) in enumerate(nodes)]
        number = np.random.default_rng(1)
        graph = onnx.helper.make_graph(
            made, "small", [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 1, 8, 8])],
            [onnx.helper.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, [1, 10])],
            [onnx.numpy_helper.from_array(number.normal(size=shape).astype(np.float32), name)
             for name, shape in values.items()])
        path = tmp_path / f"{width}.onnx"
        onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 13)], ir_version=8), path)
        return path

    ways = [file, lambda genome: mho.from_onnx(file(genome))]
    files, candidates = (mho.search({"width": [4, 8]}, build=way, trials=2, proposer="random", config=TINY_TASK)
                         for way in ways)
    assert sorted(trial["parameters"] for trial in files) == [9 * w + w + 16 * w * 10 + 10 for w in (4, 8)]
    assert [trial["value"] for trial in files] == [trial["value"] for trial in candidates]
    lost = mho.search({"width": [4, 8]}, build=lambda genome: file(genome) if genome["width"] == 4 else tmp_path / "no.onnx",
                      trials=2, proposer="random", config=TINY_TASK)
    assert [trial["genome"]["width"] for trial in lost if "no.onnx" in trial["reason"]] == [8]


def test_training_and_hardware_genes_set_what_they_are_named_after():
    space = {"width": [8], "act": ["relu"], "training.learning_rate": mho.Real(1e-6, 0.1, log=True),
             "hardware.adc_bits": mho.Ordered([4, 8])}
    trials = mho.search(space, build=network, trials=6, proposer="random", config=TINY_TASK)
    assert {trial["genome"]["hardware.adc_bits"] for trial in trials} == {4, 8}
    assert len({trial["value"] for trial in trials if not trial["failed"]}) > 1 or any(t["failed"] for t in trials)
    with pytest.raises(mho.InputError, match="gene hardware.adc_bits: 99"):
        mho.search({**space, "hardware.adc_bits": [8, 99]}, build=network, config=TINY_TASK)


def test_an_own_objective_leaves_a_run_folder_with_a_report(tmp_path):
    trials = mho.search(OWN, close_to_32, trials=6, seed=1, folder=tmp_path / "own")
    files = {file.name for file in (tmp_path / "own").iterdir()}
    assert {"trials.jsonl", "front.csv", "summary.json", "report.html"} <= files
    again = mho.search(OWN, close_to_32, trials=6, seed=1, folder=tmp_path / "own", resume=True)
    assert [trial["value"] for trial in again] == [trial["value"] for trial in trials]


def test_neither_and_both_functions_are_refused():
    with pytest.raises(mho.InputError, match="or build, got neither"):
        mho.search(OWN)
    with pytest.raises(mho.InputError, match="expected one of them, got both"):
        mho.search(OWN, close_to_32, build=network)


def test_the_signature_is_typed():
    import inspect
    parameters = inspect.signature(mho.search).parameters
    assert all(parameter.annotation is not inspect.Parameter.empty for parameter in parameters.values())
