# SPDX-License-Identifier: Apache-2.0
import json
import random

import pytest
from conftest import PACKAGE

if not list(PACKAGE.glob("mho/_core*.so")):
    pytest.skip(f"the Python module is not built in {PACKAGE}", allow_module_level=True)
pytest.importorskip("xgboost", reason="needs the package xgboost (requirements-search.txt)")

import mho
from mho._xgboost import make_surrogate


def trials(count, seed=1):
    """Encodings whose accuracy, deviation and AVM are functions of them, with a little noise."""
    draw = random.Random(seed)
    genomes = [[draw.choice([8, 16, 32]), draw.choice([3, 5]), 1, draw.randint(1, 4), draw.randint(1, 3)]
               for _ in range(count)]
    return genomes, [[0.5 + 0.01 * g[0] - 0.02 * g[3] + draw.gauss(0, 0.002), 0.01 * g[4], 3.0 * g[3]] for g in genomes]


def kendall_tau(a, b):
    pairs = [(i, j) for i in range(len(a)) for j in range(i)]
    signs = [(a[i] - a[j]) * (b[i] - b[j]) for i, j in pairs]
    return (sum(s > 0 for s in signs) - sum(s < 0 for s in signs)) / len(pairs)


def test_it_ranks_unseen_genomes_and_predicts_in_the_units_of_the_trials():
    model = make_surrogate("xgboost")
    model.fit(*trials(80), 2**63 + 5)
    genomes, targets = trials(60, seed=2)
    predicted = model.predict(genomes)
    assert kendall_tau([p[0] for p in predicted], [t[0] for t in targets]) > 0.8
    error = [sum(abs(p[i] - t[j]) for p, t in zip(predicted, targets)) / 60 for i, j in [(0, 0), (2, 1), (3, 2)]]
    assert error[0] < 0.02  # of a range of 0.3
    assert error[1] < 0.001  # of 0.02
    assert error[2] < 0.3  # of 9 points
    assert 0 < predicted[0][1] < 0.02


def test_the_same_trials_and_key_give_the_same_model(tmp_path):
    for name in ["a", "b"]:
        model = make_surrogate("xgboost")
        model.fit(*trials(40), 9)
        model.save(str(tmp_path / name))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    saved = json.loads((tmp_path / "a").read_text())
    assert set(saved["models"]) == {"accuracy_ranking", "accuracy", "deviation", "avm"}
    assert "learner" in saved["models"]["avm"]


def test_what_it_cannot_do_is_an_error():
    model = make_surrogate("xgboost")
    with pytest.raises(mho.RunError, match="fit before predict"):
        model.predict([[8, 3, 1, 1, 1]])
    with pytest.raises(mho.RunError, match="at least 2 scored trials, got 1"):
        model.fit(*trials(1), 1)
    with pytest.raises(mho.InputError, match="expected xgboost, got xgbost"):
        make_surrogate("xgbost")
