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
ORDERED = {"stem_channels": [8, 16, 24], "stem_kernels": [3, 5, 7], "main_blocks": [1, 2], "block_types": ["B"]}


def best_at_24_channels(genome):
    return -abs(genome["stem_channels"] - 24) / 8 - sum(abs(block["widening"] - 3) for block in genome["blocks"])


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
        found = [mho.search({}, best_at_24_channels, proposer=name, trials=40, seed=seed) for seed in range(2)]
        values[name] = [sum(trial["value"] for trial in trials[-16:]) / 16 for trials in found]
    assert sum(values[proposer]) > sum(values["random"]) + 1  # the mean of the last 16 is better by half a channel step a seed


@pytest.mark.parametrize("proposer", NATIVE)
def test_a_space_that_runs_out_says_so(proposer):
    space = {"stem_channels": [8, 16], "stem_kernels": [3], "main_blocks": [1, 1], "residual_blocks": [1, 2],
             "branches": [1, 1], "block_types": ["B"], "widening": [1, 3]}
    with pytest.warns(RuntimeWarning, match="ran out of new genomes at trial 12 of 30"):
        trials = mho.search(space, best_at_24_channels, proposer=proposer, trials=30, population=1)
    assert len(set(names(trials))) == 12
    assert not trials.stopped
    assert "of its 12 genomes 12 were known already" in trials.note
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert mho.search(space, best_at_24_channels, proposer=proposer, trials=12, population=1).note == ""


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
    ({"space": {"stem_chanels": [8]}}, "did you mean 'stem_channels'"),
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
