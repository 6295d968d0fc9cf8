# SPDX-License-Identifier: Apache-2.0
"""The genes of a space of one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mho._errors import InputError

Condition = Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    """An unordered choice: numbers, words or booleans. A plain list is one too.

    when: the gene is there only while another one has one of some values, {"op": ["conv3"]} or {"op": "conv3"}.
    """

    values: Sequence[Any]
    when: Condition | None = None


@dataclass(frozen=True)
class Ordered:
    """A choice whose values have neighbours, in the order of the list; whole numbers and reals by their size."""

    values: Sequence[Any]
    when: Condition | None = None


@dataclass(frozen=True)
class Int:
    """A whole number from low to high, both included; log: drawn and stepped on a logarithmic scale."""

    low: int
    high: int
    log: bool = False
    when: Condition | None = None


@dataclass(frozen=True)
class Real:
    """A number from low to high; log: drawn and stepped on a logarithmic scale."""

    low: float
    high: float
    log: bool = False
    when: Condition | None = None


def _plain(name, value):
    """NumPy's numbers as Python's; what is no value is refused."""
    item = getattr(value, "item", None)
    value = item() if callable(item) else value
    if not isinstance(value, (bool, int, float, str)):
        raise InputError(f"space: gene {name}: expected numbers, words or booleans, got {value!r}")
    return value


def _gene(name, gene):
    if isinstance(gene, (Choice, Ordered)):
        kind = "choice" if isinstance(gene, Choice) else "ordered"
        table = {"name": name, "kind": kind, "values": [_plain(name, value) for value in gene.values]}
    elif isinstance(gene, (Int, Real)):
        kind = "integer" if isinstance(gene, Int) else "real"
        table = {"name": name, "kind": kind, "low": _plain(name, gene.low), "high": _plain(name, gene.high),
                 "log": bool(gene.log)}
    elif isinstance(gene, (list, tuple)):
        return _gene(name, Choice(gene))
    else:
        raise InputError(f"space: gene {name}: expected a list, mho.Choice, mho.Ordered, mho.Int or mho.Real, got {gene!r}")
    if gene.when is not None:
        if not isinstance(gene.when, Mapping) or len(gene.when) != 1:
            raise InputError(f"space: gene {name}: when: expected one gene and its values, got {gene.when!r}")
        (other, values), = gene.when.items()
        values = values if isinstance(values, (list, tuple)) else [values]
        table["when"] = {other: [_plain(other, value) for value in values]}
    return table


def genes_of(space):
    """The space as the JSON tables that C++ reads. Raises InputError naming the gene."""
    if not isinstance(space, Mapping) or not space:
        raise InputError(f"space: expected genes by name, at least one, got {space!r}")
    return [_gene(str(name), gene) for name, gene in space.items()]
