# SPDX-License-Identifier: Apache-2.0
"""What `progress=` takes: True for a bar of tqdm's, or a function of a dict."""

from __future__ import annotations

import contextlib
import json
from typing import Any, Callable, Iterator, Union

from mho._errors import InputError, needed

Progress = Union[None, bool, Callable[[dict[str, Any]], Any]]


def _bar(stack: contextlib.ExitStack, unit: str) -> Callable[[dict[str, Any]], None]:
    bar = stack.enter_context(needed("tqdm.auto", "progress=True", "tqdm").tqdm(unit=unit))

    def show(event: dict[str, Any]) -> None:
        if event["total"]:
            bar.total = event["total"]
            bar.n = event["done"]
        bar.set_postfix_str(event["message"])

    return show


def _tell(stack: contextlib.ExitStack, progress: Progress, unit: str) -> Callable[[dict[str, Any]], Any] | None:
    if progress is None or progress is False:
        return None
    if progress is True:
        return _bar(stack, unit)
    if not callable(progress):
        raise InputError(f"progress: expected True or a function of a dict, got {progress!r}")
    return progress


@contextlib.contextmanager
def epoch_listener(progress: Progress) -> Iterator[Callable[[int, int, float], None] | None]:
    """What C++ calls after each epoch."""
    with contextlib.ExitStack() as stack:
        tell = _tell(stack, progress, "epoch")

        def listen(done: int, total: int, loss: float) -> None:
            tell({"done": done, "total": total, "loss": loss, "message": f"loss {loss:.4f}"})

        yield listen if tell else None


@contextlib.contextmanager
def search_listener(progress: Progress) -> Iterator[Callable[[str], None] | None]:
    """What C++ tells of a search, as JSON text."""
    with contextlib.ExitStack() as stack:
        tell = _tell(stack, progress, "trial")

        def listen(text: str) -> None:
            event = json.loads(text)
            if not event["message"]:
                event["message"] = f"best {event['best']['name']}" if event["best"] else f"none yet: {event['why_none']}"
            tell(event)

        yield listen if tell else None
