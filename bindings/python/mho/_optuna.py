# SPDX-License-Identifier: Apache-2.0
"""Optuna's samplers as proposers.

Every proposal is made in a fresh in-memory study that holds the history and is seeded by the proposal's own key: the
same history and key give the same genome, in a resumed run, on any worker. All parameters of the largest genome are
always declared, with the same distributions; those of absent main blocks are at their smallest in what Optuna is told.
"""

import json
import warnings

from mho._errors import InputError, RunError, needed

_BLOCK = ("residual_blocks", "branches", "type", "widening")
_CMA = "cma:"


def load():
    """Optuna 4 or newer, silent."""
    optuna = needed("optuna", "optuna:... and --storage", "optuna>=4,<5")
    if int(optuna.__version__.split(".")[0]) < 4:
        raise InputError(f"optuna: expected version 4 or newer, got {optuna.__version__}; "
                         "upgrade it with: pip install 'optuna>=4,<5'")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    return optuna


class ParameterSpace:
    """The declared, fixed space: genomes as Optuna's parameters and back."""

    def __init__(self, optuna, space):
        self._optuna = optuna
        self._blocks = space["main_blocks"][1]
        self.distributions = {"stem_channels": self._list(space["stem_channels"]),
                              "stem_kernel": self._list(space["stem_kernels"]),
                              "main_blocks": self._range(space["main_blocks"])}
        for i in range(self._blocks):
            self.distributions[f"block{i + 1}_residual_blocks"] = self._range(space["residual_blocks"])
            self.distributions[f"block{i + 1}_branches"] = self._range(space["branches"])
            self.distributions[f"block{i + 1}_type"] = self._choices(space["block_types"])
            self.distributions[f"block{i + 1}_widening"] = self._range(space["widening"])

    def _range(self, bounds):
        return self._optuna.distributions.IntDistribution(bounds[0], bounds[1])

    def _choices(self, values):
        return self._optuna.distributions.CategoricalDistribution(tuple(values))

    def _list(self, values):
        """Whole numbers with equal steps are a range, for the samplers that know an order."""
        values = sorted(values)
        steps = {b - a for a, b in zip(values, values[1:])}
        if len(steps) > 1:
            return self._choices(values)
        return self._optuna.distributions.IntDistribution(values[0], values[-1], step=min(steps, default=1))

    def categorical(self):
        """The parameters with more than one value and no order."""
        return [name for name, distribution in self.distributions.items()
                if isinstance(distribution, self._optuna.distributions.CategoricalDistribution)
                and not distribution.single()]

    def parameters(self, genome):
        values = {"stem_channels": genome["stem_channels"], "stem_kernel": genome["stem_kernel"],
                  "main_blocks": len(genome["blocks"])}
        for i, block in enumerate(genome["blocks"]):
            values.update({f"block{i + 1}_{gene}": block[gene] for gene in _BLOCK})
        return {name: values[name] if name in values else self._smallest(name) for name in self.distributions}

    def _smallest(self, name):
        distribution = self.distributions[name]
        return distribution.choices[0] if hasattr(distribution, "choices") else distribution.low

    def genome(self, parameters):
        blocks = [{gene: parameters[f"block{i + 1}_{gene}"] for gene in _BLOCK}
                  for i in range(parameters["main_blocks"])]
        return {"stem_channels": parameters["stem_channels"], "stem_kernel": parameters["stem_kernel"],
                "blocks": blocks}


def _check_cmaes(space, directions):
    if len(directions) > 1:
        raise InputError(f"search.proposer = optuna:cmaes: expected one objective, got {len(directions)}: "
                         "choose optuna:tpe, optuna:nsga2 or optuna:nsga3")
    if space.categorical():
        raise InputError("search.proposer = optuna:cmaes: expected numbers in equal steps only, but "
                         f"{', '.join(space.categorical())} are categorical: give [space] one block_types and lists "
                         "with equal steps, or choose optuna:tpe")
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
        self._carried = {}
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
        return made[self._name]()

    def propose(self, history, key, number):
        """history: what trial_to_json writes, of earlier generations by number. The genome as JSON text."""
        recorded = [json.loads(line) for line in history]
        if self._name == "cmaes":
            trials = self._cmaes_trials([trial for trial in recorded if trial["values"] is not None])
        else:
            trials = self._tagged_trials(recorded)
        study = self._study(trials, key % 2**32)
        asked = study.ask(fixed_distributions=self._space.distributions)
        self._expect_as_asked(asked, number)
        genome = self._space.genome(asked.params)
        return json.dumps(genome)

    def _expect_as_asked(self, asked, number):
        """Optuna samples a value again, without a word, when the sampler's own is out of range."""
        relative = asked.relative_params
        for name, value in asked.params.items():
            distribution = self._space.distributions[name]
            within = distribution._contains(distribution.to_internal_repr(value))
            if not within or (name in relative and relative[name] != value):
                raise RunError(f"optuna:{self._name}: trial {number}: {name}: expected the sampler's "
                               f"{relative.get(name)}, got {value}")

    def _study(self, trials, seed):
        study = self._optuna.create_study(directions=self._directions, sampler=self._sampler(seed))
        study.add_trials(trials)
        return study

    def _frozen(self, trial, attributes):
        constraints = {"constraints": list(trial["constraints"].values())}
        return self._optuna.trial.create_trial(params=self._space.parameters(trial["genome"]),
                                               distributions=self._space.distributions, values=trial["values"],
                                               system_attrs={**constraints, **attributes})

    def _tagged_trials(self, recorded):
        """Our generations are Optuna's, except that one with failed trials goes on until it is complete."""
        trials, generation, complete = [], 0, 0
        for first in range(0, len(recorded), self._population):
            batch = [trial for trial in recorded[first:first + self._population] if trial["values"] is not None]
            if complete >= self._population:
                generation, complete = generation + 1, 0
            tags = {key: generation for key in ("NSGAIISampler:generation", "NSGAIIISampler:generation",
                                                "nsga2:generation", "nsga3:generation")}
            trials += [self._frozen(trial, tags) for trial in batch]
            complete += len(batch)
        return trials

    def _cmaes_trials(self, recorded):
        """Each population's worth of trials is told to the strategy once; its state rides on the last of them."""
        trials = []
        for first in range(0, len(recorded), self._population):
            batch = recorded[first:first + self._population]
            generation = {_CMA + "generation": first // self._population}
            trials += [self._frozen(trial, generation) for trial in batch]
            if len(batch) == self._population:
                trials[-1] = self._frozen(batch[-1], {**generation, **self._state_after(trials, recorded)})
        return trials

    def _state_after(self, trials, recorded):
        known = json.dumps([trial["trial"] for trial in recorded[:len(trials)]]), json.dumps(recorded[len(trials) - 1])
        if known not in self._carried:
            study = self._study(trials, 0)
            study.ask(fixed_distributions=self._space.distributions)
            attributes = study.get_trials(deepcopy=False)[-1].system_attrs
            self._carried[known] = {key: value for key, value in attributes.items()
                                    if key.startswith(_CMA + "optimizer")}
        return self._carried[known]


def _constraints(trial):
    """The history comes with its constraints."""
    return trial.system_attrs["constraints"]
