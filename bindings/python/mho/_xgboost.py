# SPDX-License-Identifier: Apache-2.0
"""Surrogates of xgboost, as AnalogNAS has them (Benmeziane et al. 2023, section III.C): 1-day accuracy by pairwise
ranking, its standard deviation and AVM by regression."""

import json

from mho._errors import InputError, RunError, needed

_ROUNDS = 100
_COMMON = {"tree_method": "exact", "max_depth": 4, "eta": 0.1, "nthread": 1, "verbosity": 0}
# xgboost 3's own choice pairs the best 32 trials only, and its pairs of 80 trials gave Kendall's tau 0.62 on unseen
# genomes of the test's function, where these give 0.91 (regression: 0.90).
_PAIRS = {"lambdarank_pair_method": "mean", "lambdarank_num_pair_per_sample": 8}
_FOLDS = 5


def make_surrogate(name):
    if name != "xgboost":
        raise InputError(f"search.surrogate: expected xgboost, got {name}")
    return XgboostSurrogate()


class XgboostSurrogate:
    def __init__(self):
        self._xgboost = needed("xgboost", "search.surrogate = xgboost")
        self._numpy = needed("numpy", "search.surrogate = xgboost")
        self._models, self._scale, self._uncertainty = None, None, 0.0

    def _train(self, objective, rows, targets, seed):
        matrix, parameters = self._xgboost.DMatrix(rows, label=targets), {**_COMMON, "objective": objective, "seed": seed}
        if objective == "rank:pairwise":
            matrix.set_group([len(targets)])
            parameters.update(_PAIRS)
        return self._xgboost.train(parameters, matrix, _ROUNDS)

    def fit(self, genomes, targets, key):
        """genomes: encodings; targets: (accuracy, deviation, AVM) of each."""
        if len(genomes) < 2:
            raise RunError(f"xgboost: expected at least 2 scored trials, got {len(genomes)}")
        rows, targets, seed = self._numpy.array(genomes), self._numpy.array(targets), key % 2**31
        accuracies = targets[:, 0]
        self._models = {"accuracy_ranking": self._train("rank:pairwise", rows, accuracies, seed),
                        "accuracy": self._train("reg:squarederror", rows, accuracies, seed),
                        "deviation": self._train("reg:squarederror", rows, targets[:, 1], seed),
                        "avm": self._train("reg:squarederror", rows, targets[:, 2], seed)}
        scores = self._score("accuracy_ranking", rows)
        self._scale = {"ranking": sorted(map(float, scores)), "accuracy": sorted(map(float, accuracies))}
        self._uncertainty = self._held_out_error(rows, accuracies, seed)

    def _held_out_error(self, rows, accuracies, seed):
        """Root mean square error of the accuracy's regression on trials that it did not see."""
        errors, folds = [], min(_FOLDS, len(rows))
        for fold in range(folds):
            held = self._numpy.arange(len(rows)) % folds == fold
            model = self._train("reg:squarederror", rows[~held], accuracies[~held], seed)
            errors.extend(model.predict(self._xgboost.DMatrix(rows[held])) - accuracies[held])
        return float(self._numpy.sqrt(self._numpy.mean(self._numpy.square(errors))))

    def _score(self, model, rows):
        return self._models[model].predict(self._xgboost.DMatrix(rows))

    def predict(self, genomes):
        """(accuracy, its uncertainty, deviation, AVM) of each. The accuracy has the order of the ranking and the
        distribution of the trials' accuracies: a ranking's own scores have no unit."""
        if not self._models:
            raise RunError("xgboost: expected fit before predict")
        if not genomes:
            return []
        rows = self._numpy.array(genomes)
        accuracy = self._numpy.interp(self._score("accuracy_ranking", rows), self._scale["ranking"],
                                      self._scale["accuracy"])
        deviation = self._numpy.maximum(self._score("deviation", rows), 0)
        avm = self._score("avm", rows)
        return [[float(a), self._uncertainty, float(d), float(v)] for a, d, v in zip(accuracy, deviation, avm)]

    def save(self, file):
        """One JSON document: the models in xgboost's own JSON, and the ranking's scale."""
        if not self._models:
            raise RunError("xgboost: expected fit before save")
        models = {name: json.loads(bytes(model.save_raw("json"))) for name, model in self._models.items()}
        with open(file, "w", encoding="utf-8") as out:
            json.dump({"library": f"xgboost {self._xgboost.__version__}", "scale": self._scale,
                       "accuracy_uncertainty": self._uncertainty, "models": models}, out)
