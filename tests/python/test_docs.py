# SPDX-License-Identifier: Apache-2.0
"""The tutorials' commands run as they stand: every block says what it is, in a comment of the line before."""

import re
import shlex

import pytest
from conftest import ROOT, Mho

BLOCK = re.compile(r"(?:<!-- (run|file|not run)(?::? ([^>]*?))? -->\n\n)?((?:    .*\n)(?:(?:    .*)?\n)*)")
PAGES = sorted((ROOT / "docs/tutorials").glob("*.md"))


def blocks(page):
    """(mark, its argument, text) of each indented block; the mark is None where the page has forgotten it."""
    outside = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.S | re.M)
    return [(mark or None, argument, re.sub(r"^    ", "", text, flags=re.M)) for mark, argument, text in BLOCK.findall(outside)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_of_a_tutorial_says_whether_it_is_run(page):
    found = blocks(page)
    assert found
    assert [text for mark, _, text in found if mark is None] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_tutorial_run(page, tmp_path):
    mho = Mho(tmp_path)
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    for mark, argument, text in blocks(page):
        if mark == "file":
            (tmp_path / argument).write_text(text)
        for line in filter(None, text.splitlines() if mark == "run" else ()):
            program, *words = shlex.split(line.replace("$PWD", str(tmp_path)))
            assert program == "mho"
            mho(*words)
