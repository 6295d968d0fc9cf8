# SPDX-License-Identifier: Apache-2.0
"""Optuna's samplers as proposers.

Every proposal is made in a fresh in-memory study that holds the history and is seeded by the proposal's own key: the
same history and key give the same genome, in a resumed run, on any worker. The parameters of all genes are always declared,
with the same distributions; those of genes that a genome has not are at their smallest in what Optuna is told.
"""

import json

from mho._errors import InputError, RunError, needed
from mho._history import make_history
from mho._optuna_load import load

_CMA = "cma:"


class ParameterSpace:
    """The declared, fixed space: genomes as Optuna's parameters and back. genes: what genes_to_json writes."""

    def __init__(self, optuna, genes):
        self._optuna = optuna
        self._genes = genes
        self.distributions = {gene["name"]: self._distribution(gene) for gene in genes}

    def _distribution(self, gene):
        distributions = self._optuna.distributions
        if gene["kind"] == "integer":
            return distributions.IntDistribution(gene["low"], gene["high"], log=gene["log"])
        if gene["kind"] == "real":
            return distributions.FloatDistribution(gene["low"], gene["high"], log=gene["log"])
        if gene["kind"] == "ordered" and all(type(value) is int for value in gene["values"]):
            return self._list(gene["values"])
        return distributions.CategoricalDistribution(tuple(gene["values"]))

    def _list(self, values):
        """Whole numbers with equal steps are a range, for the samplers that know an order."""
        values = sorted(values)
        steps = {b - a for a, b in zip(values, values[1:])}
        if len(steps) > 1:
            return self._optuna.distributions.CategoricalDistribution(tuple(values))
        return self._optuna.distributions.IntDistribution(values[0], values[-1], step=min(steps, default=1))

    def categorical(self):
        """The parameters with more than one value and no order."""
        return [name for name, distribution in self.distributions.items()
                if isinstance(distribution, self._optuna.distributions.CategoricalDistribution)
                and not distribution.single()]

    def parameters(self, genome):
        return {name: genome[name] if name in genome else self._smallest(name) for name in self.distributions}

    def _smallest(self, name):
        distribution = self.distributions[name]
        return distribution.choices[0] if hasattr(distribution, "choices") else distribution.low

    def genome(self, parameters):
        """The genes that are there: a condition asks for a value of a gene that is there itself."""
        genome = {}
        for gene in self._genes:
            if all(name in genome and genome[name] in values for name, values in gene.get("when", {}).items()):
                genome[gene["name"]] = parameters[gene["name"]]
        return genome


class _DeclaredSpace:
    """In place of Optuna's IntersectionSearchSpace, which looks through all trials for each new sampler: here all trials have
    the declared parameters."""

    def __init__(self, distributions):
        self._distributions = dict(sorted(distributions.items()))

    def calculate(self, *_):  # a study, and in Optuna 5 for some samplers whether its trials are to be kept in mind
        return dict(self._distributions)


def _check_cmaes(space, directions):
    if len(directions) > 1:
        raise InputError(f"search.proposer = optuna:cmaes: expected one objective, got {len(directions)}: "
                         "choose optuna:tpe, optuna:nsga2 or optuna:nsga3")
    if space.categorical():
        raise InputError("search.proposer = optuna:cmaes: expected numbers in equal steps only, but "
                         f"{', '.join(space.categorical())} are categorical: give each one value, or an order with "
                         "equal steps, or choose optuna:tpe")
    needed("cmaes", "search.proposer = optuna:cmaes")


def _check_gp(optuna, directions):
    for package in ("scipy", "torch"):
        needed(package, "search.proposer = optuna:gp")
    if len(directions) > 1 and tuple(map(int, optuna.__version__.split(".")[:2])) < (4, 4):
        raise InputError("search.proposer = optuna:gp: expected one objective, or Optuna 4.4 or newer, "
                         f"got {len(directions)} objectives and {optuna.__version__}")


class Proposer:
    """name: "optuna:tpe", ...; study: what study_to_json writes. Raises InputError for what cannot work."""

    def __init__(self, name, study):
        self._optuna = load()
        self._name = name.removeprefix("optuna:")
        study = json.loads(study)
        self._space = ParameterSpace(self._optuna, study["space"])
        self._directions = [objective["direction"] for objective in study["objectives"]]
        self._population = study["population"]
        self._forget()
        self._check()
        self._sampler(0)

    def _check(self):
        if self._name == "cmaes":
            _check_cmaes(self._space, self._directions)
        if self._name == "gp":
            _check_gp(self._optuna, self._directions)
        if self._name in ("cmaes", "nsga2", "nsga3") and self._population < 3:
            raise InputError(f"search.proposer = optuna:{self._name}: expected search.population of at least 3, "
                             f"got {self._population}")

    def _sampler(self, seed):
        samplers = self._optuna.samplers
        genetic = {"population_size": self._population, "seed": seed, "constraints_func": _constraints}
        made = {"random": lambda: samplers.RandomSampler(seed=seed),
                "tpe": lambda: samplers.TPESampler(seed=seed, constraints_func=_constraints),
                "gp": lambda: samplers.GPSampler(seed=seed, constraints_func=_constraints),
                "nsga2": lambda: samplers.NSGAIISampler(**genetic),
                "nsga3": lambda: samplers.NSGAIIISampler(**genetic),
                "cmaes": lambda: samplers.CmaEsSampler(seed=seed, popsize=self._population,
                                                       warn_independent_sampling=False)}
        sampler = made[self._name]()
        for name in ("_search_space", "_intersection_search_space"):
            if hasattr(sampler, name):  # Optuna's own: where it is called otherwise, the same proposals take longer
                setattr(sampler, name, _DeclaredSpace(self._space.distributions if self._trials else {}))
        return sampler

    def propose(self, history, key, number):
        """history: what trial_to_json writes, of earlier generations by number. The genome as JSON text."""
        self._learn(history)
        study = self._study(key % 2**32)
        asked = study.ask(fixed_distributions=self._space.distributions)
        self._expect_as_asked(asked, number)
        genome = self._space.genome(asked.params)
        return json.dumps(genome)

    def _forget(self):
        self._lines, self._trials = [], []  # what is known, and its scored trials as Optuna's
        self._generation, self._complete = 0, 0
        self._parents = {}  # of each generation, as the genetic samplers keep them among a study's attributes

    def _learn(self, history):
        """Adds what is new: to read the history again for each proposal would take longer than the sampler."""
        known = len(self._lines)
        if history[:known] != self._lines:
            self._forget()
            known = 0
        for first in range(known, len(history), self._population):
            batch = [json.loads(line) for line in history[first:first + self._population]]
            self._add_generation([trial for trial in batch if trial["values"] is not None])
        self._lines = list(history)

    def _expect_as_asked(self, asked, number):
        """Optuna samples a value again, without a word, when the sampler's own is out of range."""
        relative = asked.relative_params
        for name, value in asked.params.items():
            distribution = self._space.distributions[name]
            within = distribution._contains(distribution.to_internal_repr(value))
            if not within or (name in relative and relative[name] != value):
                raise RunError(f"optuna:{self._name}: trial {number}: {name}: expected the sampler's "
                               f"{relative.get(name)}, got {value}")

    def _study(self, seed, attributes=None):
        directions = [self._optuna.study.StudyDirection[name.upper()] for name in self._directions]
        return self._optuna.load_study(study_name="history", sampler=self._sampler(seed),
                                       storage=make_history(directions, self._trials,
                                                            dict(self._parents) if attributes is None else attributes))

    def _add(self, trial, attributes):
        constraints = {"constraints": list(trial["constraints"].values())}
        added = self._optuna.trial.create_trial(params=self._space.parameters(trial["genome"]),
                                                distributions=self._space.distributions, values=trial["values"],
                                                system_attrs={**constraints, **attributes})
        added.number = added._trial_id = len(self._trials)
        self._trials.append(added)

    def _add_generation(self, batch):
        if self._name == "cmaes":
            for trial in batch:
                self._add_to_strategy(trial)
            return
        # Our generations are Optuna's, except that one with failed trials goes on until it is complete.
        if self._complete >= self._population:
            self._generation, self._complete = self._generation + 1, 0
        tags = {key: self._generation for key in ("NSGAIISampler:generation", "NSGAIIISampler:generation",
                                                  "nsga2:generation", "nsga3:generation")}
        for trial in batch:
            self._add(trial, tags)
        self._complete += len(batch)
        if self._name in ("nsga2", "nsga3") and self._complete >= self._population:
            # Chosen once a generation, by a seed of its own: to choose them again for each proposal takes longest.
            self._study(self._generation, self._parents).ask(fixed_distributions=self._space.distributions)

    def _add_to_strategy(self, trial):
        """Each population's worth of trials is told to the strategy once; its state rides on the last of them."""
        self._add(trial, {_CMA + "generation": len(self._trials) // self._population})
        if len(self._trials) % self._population == 0:
            study = self._study(0)
            study.ask(fixed_distributions=self._space.distributions)
            attributes = study.get_trials(deepcopy=False)[-1].system_attrs
            state = {key: value for key, value in attributes.items() if key.startswith(_CMA + "optimizer")}
            last = self._trials[-1]
            last.system_attrs = {**last.system_attrs, **state}


def _constraints(trial):
    """The history comes with its constraints."""
    return trial.system_attrs["constraints"]
