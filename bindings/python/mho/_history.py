# SPDX-License-Identifier: Apache-2.0
"""An Optuna storage of one study whose finished trials are given: made in no time however many there are."""

import copy

from mho._optuna_load import load


def make_history(directions, trials, attributes):
    """The storage of a study. trials: finished FrozenTrials by number, which are read and never copied. attributes: the
    study's system attributes, which a sampler may add to."""
    optuna = load()

    class History(optuna.storages.BaseStorage):
        """Only what ask() needs; attributes of finished trials and of other studies are nobody's business here."""

        def __init__(self):
            self._asked = {}
            self._attributes = {"user": {}, "system": attributes}

        # ---- the study -------------------------------------------------------------------------------------------------

        def create_new_study(self, directions, study_name=None):
            raise NotImplementedError("a history has one study")

        def delete_study(self, study_id):
            raise NotImplementedError("a history has one study")

        def set_study_user_attr(self, study_id, key, value):
            self._attributes["user"][key] = value

        def set_study_system_attr(self, study_id, key, value):
            self._attributes["system"][key] = value

        def get_study_user_attrs(self, study_id):
            return copy.deepcopy(self._attributes["user"])

        def get_study_system_attrs(self, study_id):
            return self._attributes["system"]  # as Optuna's own storage in memory does: a copy of all parents takes longest

        def get_study_id_from_name(self, study_name):
            return 0

        def get_study_name_from_id(self, study_id):
            return "history"

        def get_study_directions(self, study_id):
            return directions

        def get_all_studies(self):
            return [optuna.study._frozen.FrozenStudy("history", None, self._attributes["user"], self._attributes["system"],
                                                     0, directions=directions)]

        # ---- its trials ------------------------------------------------------------------------------------------------

        def _trial(self, trial_id):
            return trials[trial_id] if trial_id < len(trials) else self._asked[trial_id]

        def create_new_trial(self, study_id, template_trial=None):
            number = len(trials) + len(self._asked)
            trial = copy.deepcopy(template_trial) if template_trial else optuna.trial.FrozenTrial(
                number=number, trial_id=number, state=optuna.trial.TrialState.RUNNING, value=None, datetime_start=None,
                datetime_complete=None, params={}, distributions={}, user_attrs={}, system_attrs={},
                intermediate_values={})
            trial.number, trial._trial_id = number, number
            self._asked[number] = trial
            return number

        def set_trial_param(self, trial_id, param_name, param_value_internal, distribution):
            trial = self._asked[trial_id]
            trial.params = {**trial.params, param_name: distribution.to_external_repr(param_value_internal)}
            trial.distributions = {**trial.distributions, param_name: distribution}

        def set_trial_state_values(self, trial_id, state, values=None):
            self._asked[trial_id].state = state
            if values is not None:
                self._asked[trial_id].values = values
            return True

        def set_trial_intermediate_value(self, trial_id, step, intermediate_value):
            self._asked[trial_id].intermediate_values[step] = intermediate_value

        def set_trial_user_attr(self, trial_id, key, value):
            self._asked[trial_id].user_attrs = {**self._asked[trial_id].user_attrs, key: value}

        def set_trial_system_attr(self, trial_id, key, value):
            self._asked[trial_id].system_attrs = {**self._asked[trial_id].system_attrs, key: value}

        def get_trial(self, trial_id):
            return self._trial(trial_id)

        def get_all_trials(self, study_id, deepcopy=True, states=None):
            found = [*trials, *self._asked.values()]
            if states is not None:
                found = [trial for trial in found if trial.state in states]
            return copy.deepcopy(found) if deepcopy else found

    return History()
