# SPDX-License-Identifier: Apache-2.0
import json
import sys

import pytest
from conftest import PACKAGE

if not list(PACKAGE.glob("mho/_core*.so")):
    pytest.skip(f"the Python module is not built in {PACKAGE}", allow_module_level=True)
optuna = pytest.importorskip("optuna", reason="needs the package optuna (requirements-search.txt)")

import mho
from mho import _optuna



def block(number, **when):
    return [{"name": f"block{number}_depth", "kind": "integer", "low": 1, "high": 4, "log": False, **when},
            {"name": f"block{number}_type", "kind": "choice", "values": ["A", "B"], **when}]


SPACE = [{"name": "channels", "kind": "ordered", "values": [8, 16, 48]},
         {"name": "kernel", "kind": "ordered", "values": [3, 5]},
         {"name": "blocks", "kind": "integer", "low": 1, "high": 2, "log": False},
         *block(1), *block(2, when={"blocks": [2]})]
ONE = [{"name": "accuracy_1d", "direction": "maximize"}]
TWO = [*ONE, {"name": "energy", "direction": "minimize"}]


def study(objectives=ONE, space=SPACE):
    return json.dumps({"space": space, "objectives": objectives, "population": 4, "trials": 20})


def told(number, values):
    genome = {"channels": 16, "kernel": 3, "blocks": 1, "block1_depth": 1 + number % 4, "block1_type": "A"}
    return json.dumps({"trial": number, "genome": genome, "values": values, "constraints": {"avm": number - 3.0}})


def test_a_genome_survives_the_way_to_optuna_and_back():
    space = _optuna.ParameterSpace(optuna, SPACE)
    genome = {"channels": 48, "kernel": 5, "blocks": 1, "block1_depth": 4, "block1_type": "B"}
    parameters = space.parameters(genome)
    assert list(parameters) == list(space.distributions)  # those of the absent second block too
    assert parameters["block2_depth"] == 1 and parameters["block2_type"] == "A"
    assert space.genome(parameters) == genome
    assert space.categorical() == ["channels", "block1_type", "block2_type"]  # 3, 5 have equal steps


def test_a_history_that_grows_is_proposed_for_as_one_that_is_new():
    history = [told(n, None if n % 5 == 2 else [0.1 * (n % 7)]) for n in range(24)]
    for name in ["tpe", "nsga2", "nsga3", "random"]:
        growing, fresh = (_optuna.Proposer(f"optuna:{name}", study()) for _ in range(2))
        grown = [growing.propose(history[:known], 11, known) for known in range(0, 25, 4)]
        assert fresh.propose(history, 11, 24) == grown[-1]
        assert growing.propose(history[:8], 11, 8) == grown[2]  # another history than the last


@pytest.mark.parametrize("name", ["tpe", "nsga2", "nsga3"])
def test_the_space_that_samplers_are_told_is_the_one_that_they_would_find(name, monkeypatch):
    spaces = []

    def kept(proposer, history):
        made = proposer._sampler

        def sampler(seed):
            one = made(seed)
            infer = one.infer_relative_search_space
            one.infer_relative_search_space = lambda study, trial: spaces.append(infer(study, trial)) or spaces[-1]
            return one

        monkeypatch.setattr(proposer, "_sampler", sampler)
        proposer.propose(history, 3, len(history))
        return spaces.pop()

    history = [told(n, [0.1 * n]) for n in range(12)]
    for known in ([], history):
        told_space = kept(_optuna.Proposer(f"optuna:{name}", study()), known)
        with monkeypatch.context() as without:  # what Optuna finds by itself
            without.setattr(_optuna, "_DeclaredSpace", lambda distributions: optuna.search_space.IntersectionSearchSpace(True))
            assert kept(_optuna.Proposer(f"optuna:{name}", study()), known) == told_space


def test_integers_and_reals_keep_their_scale():
    space = _optuna.ParameterSpace(optuna, [{"name": "w", "kind": "integer", "low": 8, "high": 64, "log": True},
                                            {"name": "lr", "kind": "real", "low": 0.001, "high": 1.0, "log": True}])
    assert space.distributions["w"] == optuna.distributions.IntDistribution(8, 64, log=True)
    assert space.distributions["lr"] == optuna.distributions.FloatDistribution(0.001, 1.0, log=True)


@pytest.mark.parametrize("name", ["tpe", "nsga2", "nsga3", "random"])
def test_several_objectives_with_constraints_and_failed_trials_are_proposed_for(name):
    proposer = _optuna.Proposer(f"optuna:{name}", study(TWO))
    history = [told(n, None if n == 5 else [0.1 * n, 1e-6 * n]) for n in range(16)]
    proposals = [proposer.propose(history, key, 16) for key in (2**63 + 1, 2**63 + 1, 7)]
    assert proposals[0] == proposals[1]
    assert {"channels", "kernel", "blocks", "block1_depth", "block1_type"} <= set(json.loads(proposals[2]))


def test_samplers_of_one_objective_refuse_two():
    with pytest.raises(mho.InputError, match="optuna:cmaes: expected one objective, got 2"):
        _optuna.Proposer("optuna:cmaes", study(TWO))


def test_a_value_that_optuna_samples_again_is_an_error(monkeypatch):
    class Beyond(optuna.samplers.RandomSampler):
        def infer_relative_search_space(self, study, trial):
            return {"kernel": optuna.distributions.IntDistribution(3, 99)}

        def sample_relative(self, study, trial, space):
            return {"kernel": 99}

    proposer = _optuna.Proposer("optuna:random", study())
    monkeypatch.setattr(proposer, "_sampler", lambda seed: Beyond(seed=seed))
    with pytest.raises((mho.RunError, ValueError), match="99"):
        proposer.propose([], 1, 0)


def test_missing_and_old_packages_are_named_with_the_command_that_helps(monkeypatch):
    monkeypatch.setattr(optuna, "__version__", "3.6.1")
    with pytest.raises(mho.InputError, match=r"expected version 4 or newer, got 3.6.1.*pip install"):
        _optuna.Proposer("optuna:tpe", study())
    monkeypatch.setattr(optuna, "__version__", "4.9.0")
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(mho.InputError, match="optuna:gp: needs the Python package torch"):
        _optuna.Proposer("optuna:gp", study())


def test_a_package_that_cannot_be_imported_is_an_input_error():
    from mho._errors import needed
    with pytest.raises(mho.InputError, match="needs the Python package no_such_package.*pip install 'no-such'"):
        needed("no_such_package", "search.proposer = x", "no-such")
