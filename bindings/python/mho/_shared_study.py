# SPDX-License-Identifier: Apache-2.0
"""A study that several workers share, in an Optuna storage.

Every worker computes the same proposals, so a trial of ours is known by its number alone. Optuna knows attempts at
trials: the slots, which workers add while there are too few, stand for trials 0, 1, ... in their order; an attempt whose
worker fell silent is failed and marked lost, and a retry, which names its trial, takes its place. The attempt that
counts is the first that is not lost. All of this holds under any interleaving because a storage

- numbers an attempt once and for all when it makes it, and shows earlier ones to whoever made a later one;
- lets one worker alone turn an attempt from waiting to running;
- lets nobody change a finished attempt.

Optuna's own heartbeat does not beat with ask and tell. Ours is a counter in the attempt; each worker times, on its own
clock, for how long it has not seen it change. It beats on a thread of its own, because a user's objective may keep the
calling one for hours.
"""

import hashlib
import json
import os
import socket
import threading
import time
import uuid

from mho._core import without_password
from mho._errors import InputError
from mho._optuna import ParameterSpace
from mho._optuna_load import load
from mho._storage import PatientStorage, open_storage

_SLOT, _RETRY, _LOST, _BEAT, _RECORD = "mho:slot", "mho:retry_of", "mho:lost", "mho:beat", "mho:record"
_CONFIGURATION, _SPACE, _RUN = "mho:configuration", "mho:space", "run"
_BEATS_PER_GRACE = 4
_HINTS = {  # what a user wrote may be another word on each machine
    "training.arithmetic": " ('auto' is decided by each machine's processor: name the study's)",
    "scoring.arithmetic": " ('bfloat16' is 'float32' on processors without AVX-512-BF16)",
}
_TIMES = {1: "1s", 3600: "1h", 86400: "1d", 864000: "10d", 2592000: "30d"}


def _entries(configuration):
    """'section.key': value of a resolved configuration, a line each."""
    entries, section = {}, ""
    for line in configuration.splitlines():
        key, equals, value = line.partition(" = ")
        if line.startswith("["):
            section = line[1:line.index("]")]
        elif equals:
            entries[f"{section}.{key}"] = value
    return entries


class SharedStudy:
    """One worker's view. `study` is what study_to_json writes, `configuration` the resolved config.toml; `stopped` says
    whether the search is to end. notice: what the user should hear of the study."""

    def __init__(self, url, run, study, configuration, grace_s, stopped=lambda: False):
        self._optuna = load()
        self._states = self._optuna.trial.TrialState
        study = json.loads(study)
        self._shown, self._grace_s, self._trials = without_password(url), grace_s, study["trials"]
        self._space = ParameterSpace(self._optuna, study["space"])
        own = uuid.uuid4()
        self._worker = f"{socket.gethostname()}-{os.getpid()}-{own.hex[:4]}"
        self.turn = own.int & 0x7FFFFFFF  # where in a generation this worker begins
        self._closed = threading.Event()
        self._storage = PatientStorage(open_storage(self._optuna, url), self._shown, grace_s,
                                       lambda: self._closed.is_set() or stopped())
        self.notice = ""
        self._study_id = self._join(run, study, configuration)
        self._held = {}  # trial number: id of the attempt that this worker trains
        self._seen = {}  # id of an attempt: its beat, and when this worker first saw that
        self._known = {}  # trial number: the attempt that counted when this worker last looked
        self._ended, self._ended_slots, self._ended_by_number = 0, 0, {}  # as _ended_attempts says
        self._outages = self._storage.outages
        self._given = set()  # numbers that refresh() has returned
        self._beats = 0
        self._heart = threading.Thread(target=self._beat_until_closed, daemon=True)
        self._heart.start()

    def close(self):
        """Ends the signs of life."""
        self._closed.set()
        self._heart.join()

    # ---- joining ---------------------------------------------------------------------------------------------------

    def _join(self, run, study, configuration):
        digest = hashlib.blake2b(json.dumps(study["space"], sort_keys=True).encode(), digest_size=4).hexdigest()
        run = run.removesuffix(f"-{digest}")  # a study may be named as the dashboard shows it
        name = f"{run}-{digest}"
        self._refuse_another_space(run, name, study["space"])
        directions = [self._optuna.study.StudyDirection[objective["direction"].upper()]
                      for objective in study["objectives"]]
        try:
            study_id = self._storage.create_new_study(directions, name)
            names = [objective["name"] for objective in study["objectives"]]
            self._storage.set_study_system_attr(study_id, "study:metric_names", names)
            self._storage.set_study_user_attr(study_id, _RUN, run)
            self._storage.set_study_system_attr(study_id, _SPACE, json.dumps(study["space"]))
            self._storage.set_study_system_attr(study_id, _CONFIGURATION, configuration)
            self.notice = self._twin_notice(name, digest)
        except self._optuna.exceptions.DuplicatedStudyError:
            study_id = self._storage.get_study_id_from_name(name)
            self._refuse_another_configuration(study_id, name, configuration)
        return study_id

    def _twin_notice(self, name, digest):
        """Workers whose run folders have different names make different studies, and train everything twice."""
        twins = [study.study_name.removesuffix(f"-{digest}") for study in self._storage.get_all_studies()
                 if study.study_name.endswith(f"-{digest}") and study.study_name != name]
        if not twins:
            return ""
        return (f"--storage {self._shown}: study {name} is new, and the storage holds {', '.join(twins)} of the same "
                f"[space]: to share its trials, stop this worker and start it with --study {twins[0]}")

    def _refuse_another_space(self, run, name, genes):
        for other in self._storage.get_all_studies():
            if other.user_attrs.get(_RUN) == run and other.study_name != name:
                differs = _difference(json.loads(other.system_attrs.get(_SPACE, "[]")), genes)
                raise InputError(f"--storage {self._shown}: holds study {other.study_name}, which is run '{run}' with "
                                 f"another [space] ({differs}): expected study {name}; choose another --study or "
                                 "storage")

    def _refuse_another_configuration(self, study_id, name, configuration):
        until = time.monotonic() + self._grace_s
        while _CONFIGURATION not in (attributes := self._storage.get_study_system_attrs(study_id)):
            if time.monotonic() > until:  # its maker died at once: this worker's is as good
                self._storage.set_study_system_attr(study_id, _CONFIGURATION, configuration)
            time.sleep(0.05)
        then, now = _entries(attributes[_CONFIGURATION]), _entries(configuration)
        for key in then | now:
            before, given = then.get(key, "nothing"), now.get(key, "nothing")
            if before != given:
                raise InputError(f"--storage {self._shown}: study {name}: {key}: the study was started with {before}, got "
                                 f"{given}{_HINTS.get(key, '')}; join it with the same configuration or choose another "
                                 "--study or storage")

    # ---- attempts --------------------------------------------------------------------------------------------------

    def _attempts(self):
        """Trial number: its attempts that are not lost, the one that counts first. And the number of slots."""
        trials = self._storage.get_all_trials(self._study_id, deepcopy=False)
        attempts, slots = self._ended_attempts(trials)
        for attempt in trials[self._ended:]:
            slots += self._sort_in(attempt, slots, attempts)
        return attempts, slots

    def _ended_attempts(self, trials):
        """Of the trials at the beginning that have all ended, for good: they are looked at once, in a study of thousands."""
        while self._ended < len(trials) and trials[self._ended].state.is_finished():
            self._ended_slots += self._sort_in(trials[self._ended], self._ended_slots, self._ended_by_number)
            self._ended += 1
        return dict(self._ended_by_number), self._ended_slots

    def _sort_in(self, attempt, slots, attempts):
        """Whether the attempt is a slot, the `slots`-th."""
        is_slot = _SLOT in attempt.system_attrs
        if not is_slot and _RETRY not in attempt.system_attrs:
            return False  # made by somebody else
        number = slots if is_slot else attempt.system_attrs[_RETRY]
        recorded = _RECORD in attempt.system_attrs and _LOST not in attempt.system_attrs
        if attempt.state != self._states.FAIL or recorded:
            attempts[number] = (*attempts.get(number, ()), attempt)
        return is_slot

    def _make(self, attributes):
        template = self._optuna.trial.create_trial(state=self._states.WAITING, system_attrs=attributes)
        return self._storage.create_new_trial(self._study_id, template)

    def _counting_attempt(self, number):
        """The attempt that counts, made where there is none."""
        while True:
            attempts, slots = self._attempts()
            if number in attempts:
                return attempts[number][0]
            if slots <= number:
                self._make({_SLOT: True})
                self._end_surplus()
                continue
            made = self._make({_RETRY: number})
            counting = self._attempts()[0][number][0]
            if counting._trial_id != made:
                self._lose(made, "another worker tries again already")
            return counting

    def _end_surplus(self):
        """Two workers that made the last slot at the same time made one too many."""
        attempts, slots = self._attempts()
        for number in range(self._trials, slots):
            for attempt in attempts.get(number, []):
                self._lose(attempt._trial_id, "more than the run's trials")

    def _lose(self, attempt, note):
        """False when it has ended meanwhile."""
        try:
            self._storage.set_trial_system_attr(attempt, _LOST, True)
            self._storage.set_trial_user_attr(attempt, "note", note)
            return self._storage.set_trial_state_values(attempt, self._states.FAIL)
        except self._finished_error():
            return False

    def _finished_error(self):
        return getattr(self._optuna.exceptions, "UpdateFinishedTrialError", RuntimeError)

    def _is_silent(self, attempt):
        beat, now = attempt.system_attrs.get(_BEAT), time.monotonic()
        if self._outages != self._storage.outages:  # nobody could give a sign of life meanwhile
            self._outages = self._storage.outages
            self._seen.clear()
        if self._seen.get(attempt._trial_id, (None, None))[0] != (beat,):
            self._seen[attempt._trial_id] = ((beat,), now)
        return now - self._seen[attempt._trial_id][1] > self._grace_s

    # ---- what the search calls -------------------------------------------------------------------------------------

    def claim(self, number, genome):
        """What this worker knew at its last look is enough to leave a trial alone or to try: a look reads the whole study."""
        if number in self._held:
            return False
        attempt = self._known.get(number)
        if attempt is None or (attempt.state == self._states.RUNNING and self._is_silent(attempt)):
            attempt = self._counting_attempt(number)
            if attempt.state == self._states.RUNNING and self._is_silent(attempt):
                if not self._lose(attempt._trial_id, f"its worker was silent for {self._grace_s:g} s"):
                    return False
                attempt = self._counting_attempt(number)
        if attempt.state != self._states.WAITING:
            return False
        if not self._start(attempt._trial_id):
            self._look()
            return False
        self._held[number] = attempt._trial_id
        self._describe(attempt._trial_id, number, json.loads(genome))
        return True

    def _start(self, attempt):
        """False when another worker did so before, and may even have ended it."""
        try:
            return self._storage.set_trial_state_values(attempt, self._states.RUNNING)
        except self._finished_error():
            return False

    def _look(self):
        attempts = self._attempts()[0]
        self._known = {number: tried[0] for number, tried in attempts.items()}
        return self._known

    def _describe(self, attempt, number, genome):
        self._storage.set_trial_system_attr(attempt, _BEAT, f"{self._worker} {self._beats}")
        self._storage.set_trial_user_attr(attempt, "trial", number)
        self._storage.set_trial_user_attr(attempt, "worker", self._worker)
        for name, value in self._space.parameters(genome).items():
            distribution = self._space.distributions[name]
            self._storage.set_trial_param(attempt, name, distribution.to_internal_repr(value), distribution)

    def _beat_until_closed(self):
        while not self._closed.wait(self._grace_s / _BEATS_PER_GRACE):
            try:
                self._beat()
            except Exception:  # whatever ails it will ail the search's own next call too
                continue

    def _beat(self):
        self._beats += 1
        for number, attempt in list(self._held.items()):
            try:
                self._storage.set_trial_system_attr(attempt, _BEAT, f"{self._worker} {self._beats}")
            except self._finished_error():
                self._held.pop(number, None)  # taken by another worker, or recorded meanwhile

    def release(self, number):
        attempt = self._held.pop(number, None)
        if attempt is None:
            return
        try:
            self._storage.set_trial_state_values(attempt, self._states.WAITING)
        except self._finished_error():
            pass

    def record(self, number, line, weighed):
        """False when the trial was taken by another worker, who records it."""
        attempt = self._held.pop(number, None)
        if attempt is None:
            return False
        weighed = json.loads(weighed)
        try:
            for name, value in _attributes(weighed).items():
                self._storage.set_trial_user_attr(attempt, name, value)
            self._storage.set_trial_system_attr(attempt, "constraints", list(weighed["constraints"].values()))
            self._storage.set_trial_system_attr(attempt, _RECORD, line)
            state = self._states.FAIL if weighed["values"] is None else self._states.COMPLETE
            self._storage.set_trial_state_values(attempt, state, weighed["values"])
        except self._finished_error():
            return False
        self._given.add(number)
        return True

    def refresh(self):
        """The records, JSON lines, that this worker has neither made nor been given."""
        lines = []
        for number, attempt in self._look().items():
            if number in self._given or number >= self._trials:
                continue
            if attempt.state in (self._states.COMPLETE, self._states.FAIL):
                self._given.add(number)
                lines.append(attempt.system_attrs[_RECORD])
        return lines


def _difference(there, here):
    """The first gene that differs between two lists of genes."""
    theirs, ours = ({gene["name"]: gene for gene in genes} for genes in (there, here))
    for name in [*theirs, *ours]:
        if theirs.get(name) != ours.get(name):
            shown = [json.dumps(genes[name]) if name in genes else "none" for genes in (theirs, ours)]
            return f"gene {name}: {shown[0]} there, {shown[1]} here"
    return "an earlier version wrote it"


def _attributes(weighed):
    """What the dashboard shows of a trial."""
    attributes = {"genome": weighed["name"], "parameters": weighed["parameters"], "wall_s": weighed["wall_s"]}
    if weighed["failed"]:
        attributes["reason"] = weighed["reason"]
    if weighed["score"]:
        metric = weighed["score"].get("metric", "accuracy")
        attributes[f"digital_{metric}"] = weighed["score"][f"digital_{metric}"]
        for point in weighed["score"]["drift"]:
            attributes[f"{metric}_{_TIMES.get(point['time_s'], '%gs' % point['time_s'])}"] = point["mean"]
            if point["time_s"] == 86400:
                attributes["deviation_1d"] = point["standard_deviation"]
        attributes["avm_points"] = weighed["score"]["avm"]
    if weighed["cost"]:
        attributes.update({name: weighed["cost"][name] for name in ("cores", "energy_j", "latency_s")})
    return {**attributes, **weighed["constraints"]}
