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

SPACE = {"stem_channels": [8, 16, 48], "stem_kernels": [3, 5], "main_blocks": [1, 2], "residual_blocks": [1, 4],
         "branches": [1, 3], "block_types": ["A", "B"], "widening": [1, 2]}
ONE = [{"name": "accuracy_1d", "direction": "maximize"}]
TWO = [*ONE, {"name": "energy", "direction": "minimize"}]


def study(objectives=ONE, **space):
    return json.dumps({"space": {**SPACE, **space}, "objectives": objectives, "population": 4, "trials": 20})


def told(number, values):
    genome = {"stem_channels": 16, "stem_kernel": 3,
              "blocks": [{"residual_blocks": 1 + number % 4, "branches": 2, "type": "A", "widening": 1}]}
    return json.dumps({"trial": number, "genome": genome, "values": values, "constraints": {"avm": number - 3.0}})


def test_a_genome_survives_the_way_to_optuna_and_back():
    space = _optuna.ParameterSpace(optuna, SPACE)
    genome = {"stem_channels": 48, "stem_kernel": 5,
              "blocks": [{"residual_blocks": 4, "branches": 3, "type": "B", "widening": 2}]}
    parameters = space.parameters(genome)
    assert list(parameters) == list(space.distributions)  # those of the absent second block too
    assert parameters["block2_residual_blocks"] == 1 and parameters["block2_type"] == "A"
    assert space.genome(parameters) == genome
    assert space.categorical() == ["stem_channels", "block1_type", "block2_type"]  # 3, 5 have equal steps


@pytest.mark.parametrize("name", ["tpe", "nsga2", "nsga3", "random"])
def test_several_objectives_with_constraints_and_failed_trials_are_proposed_for(name):
    proposer = _optuna.Proposer(f"optuna:{name}", study(TWO))
    history = [told(n, None if n == 5 else [0.1 * n, 1e-6 * n]) for n in range(16)]
    proposals = [proposer.propose(history, key, 16) for key in (2**63 + 1, 2**63 + 1, 7)]
    assert proposals[0] == proposals[1]
    assert set(json.loads(proposals[2])) == {"stem_channels", "stem_kernel", "blocks"}


def test_samplers_of_one_objective_refuse_two():
    with pytest.raises(mho.InputError, match="optuna:cmaes: expected one objective, got 2"):
        _optuna.Proposer("optuna:cmaes", study(TWO))


def test_a_value_that_optuna_samples_again_is_an_error(monkeypatch):
    class Beyond(optuna.samplers.RandomSampler):
        def infer_relative_search_space(self, study, trial):
            return {"stem_kernel": optuna.distributions.IntDistribution(3, 99)}

        def sample_relative(self, study, trial, space):
            return {"stem_kernel": 99}

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
