# SPDX-License-Identifier: Apache-2.0
"""The tables of a run file as classes: Task, Space, Search, Training, Hardware, Device, PostTraining, Scoring, Chip.

    from mho.config import Hardware, Task, Training

    mho.evaluate("lenet5", [Task(data="mnist"), Training(epochs=5), Hardware(adc_bits=6)])

They are made from the list of keys that the run files, `mho config` and docs/config.md are made from: help(mho.config.Training)
says what each key means. An attribute that was not set has its default. Python's own words have a "_" behind them
(Training(from_="model.onnx")). A key that is not there raises InputError; values are checked when they are used.
"""

from __future__ import annotations

import difflib
import functools
import json
import keyword
from typing import Any, Iterator, Mapping

from mho import _core
from mho._errors import InputError

#: Class names and the tables that they are.
TABLES = {"Task": "task", "Space": "space", "Search": "search", "Training": "training", "Hardware": "hardware",
          "Device": "device", "PostTraining": "post_training", "Scoring": "scoring", "Chip": "chip"}


@functools.lru_cache(maxsize=None)
def _schema() -> dict[str, Any]:
    return json.loads(_core.answer(["config", "--schema"])[0])["properties"]


def _attribute(key: str) -> str:
    return key + "_" if keyword.iskeyword(key) else key


def _sort(facts: Mapping[str, Any]) -> str:
    if "enum" in facts:
        return "one of " + ", ".join(map(str, facts["enum"]))
    sort = facts.get("type", "")
    if sort == "array":
        return f"list of {facts['items']['type']}" if isinstance(facts["items"].get("type"), str) else "list"
    return sort if isinstance(sort, str) else " or ".join(sort)


class Table(Mapping[str, Any]):
    """One table of a run file: a mapping of the keys that were set, {"training.epochs": 5}, and an attribute a key."""

    _table = ""
    _kinds: Mapping[str, Mapping[str, Any]] = {}  # keys with their facts, by kind; "" where the table has one kind

    def __init__(self, **values: Any) -> None:
        kinds = type(self)._kinds
        kind = values.get("kind", next(iter(kinds)))
        if kind not in kinds:
            raise InputError(f"{self._table}.kind: expected one of {', '.join(kinds)}, got {kind!r}")
        vars(self).update(_keys=kinds[kind], _values={})
        for name, value in values.items():
            setattr(self, name, value)

    def _key(self, name: str) -> str:
        names = {_attribute(key): key for key in self._keys}
        if name in names:
            return names[name]
        near = difflib.get_close_matches(name, names, 1)
        hint = f" (did you mean '{near[0]}'?)" if near else ""
        raise InputError(f"[{self._table}]: expected one of {', '.join(names)}, got '{name}'{hint}")

    def __setattr__(self, name: str, value: Any) -> None:
        self._values[self._key(name)] = value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            key = self._key(name)
        except InputError as error:
            raise AttributeError(str(error)) from None
        return self._values[key] if key in self._values else self._keys[key].get("default")

    def _flat(self) -> dict[str, Any]:
        flat = {}
        for key, value in self._values.items():
            nested = value.items() if isinstance(value, Mapping) else [(None, value)]
            flat.update({".".join(filter(None, (self._table, key, inner))): given for inner, given in nested})
        return flat

    def __getitem__(self, key: str) -> Any:
        return self._flat()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._flat())

    def __len__(self) -> int:
        return len(self._flat())

    def __dir__(self) -> list[str]:
        return sorted(map(_attribute, self._keys))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{_attribute(key)}={value!r}' for key, value in self._values.items())})"


def _keys_text(keys: Mapping[str, Mapping[str, Any]]) -> str:
    lines = []
    for key, facts in keys.items():
        bounds = [f"{word} {facts[end]:g}" for end, word in (("minimum", "from"), ("maximum", "to")) if end in facts]
        given = f"default {json.dumps(facts['default'])}" if "default" in facts else ""
        lines.append(f"{_attribute(key)}: {'; '.join(filter(None, (_sort(facts), ' '.join(bounds), given)))}\n"
                     f"    {facts.get('description', '')}")
    return "\n".join(lines)


@functools.lru_cache(maxsize=None)
def _table_class(name: str) -> type[Table]:
    facts = _schema()[TABLES[name]]
    forms = facts.get("anyOf", [facts])
    kinds = {form["properties"].get("kind", {}).get("const", ""): form["properties"] for form in forms}
    parts = [facts.get("description", ""),
             *(_keys_text(keys) if not kind else f"With kind={kind!r}:\n\n{_keys_text(keys)}" for kind, keys in kinds.items())]
    doc = f"[{TABLES[name]}] of a run file.\n\n" + "\n\n".join(filter(None, parts)) + "\n"
    return type(name, (Table,), {"_table": TABLES[name], "_kinds": kinds, "__doc__": doc, "__module__": __name__})


def __getattr__(name: str) -> type[Table]:
    if name in TABLES:
        return _table_class(name)
    raise AttributeError(f"module 'mho.config' has no attribute {name!r}; tables are {', '.join(TABLES)}")


def __dir__() -> list[str]:
    return [*TABLES, "Table"]
