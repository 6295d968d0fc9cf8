# SPDX-License-Identifier: Apache-2.0
"""The docs' commands run as they stand, and print what stands below them: every block of commands says what it is, in a comment of
the line before: run, run with data (of MHO_DATA_DIR, as ../shared/data), file NAME, or not run and why not."""

import os
import pathlib
import re
import shlex
import subprocess
import sys

import pytest
from conftest import ROOT, Mho, environment

BLOCK = re.compile(r"(?:<!-- (run with data|run|file|not run)(?::? ([^>]*?))? -->\n\n)?((?:^    .*\n)(?:(?:    .*)?\n)*)", re.M)
COMMAND = re.compile(r"^(\$ )?(\./)?([A-Z_]+=\S+ )*(mho|pip|python|docs/|bench/|cmake|perf|git|time|auditwheel) ?", re.M)
PAGES = sorted([*(ROOT / "docs").glob("*.md"), *(ROOT / "docs/tutorials").glob("*.md")])
DATA = pathlib.Path(os.environ.get("MHO_DATA_DIR", ROOT / "../shared/data"))


def blocks(page):
    """(mark, its argument, text) of each indented block of commands or a file; the mark is None where the page has forgotten it."""
    outside = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.S | re.M)
    found = [(mark or None, argument, re.sub(r"^    ", "", text, flags=re.M)) for mark, argument, text in BLOCK.findall(outside)]
    return [block for block in found if block[0] or COMMAND.search(block[2])]


def sessions(text):
    """(command, the lines that it prints) of a block: its commands begin with "$ " where it shows what they print."""
    lines = text.replace("\\\n", " ").splitlines()
    shown = any(line.startswith("$ ") for line in lines)
    for line in filter(None, lines):
        if not shown or line.startswith("$ "):
            yield (command := (line.removeprefix("$ "), []))
        else:
            command[1].append(line)


def python(folder, words):
    return subprocess.run([sys.executable, *words], cwd=folder, env=environment(), capture_output=True, text=True, check=True)


def run(mho, text):
    for line, printed in sessions(text):
        program, *words = shlex.split(line.replace("$PWD", str(mho.folder)), comments=True)
        assert program in ("mho", "./mho", "python")
        result = python(mho.folder, words) if program == "python" else mho(*words)
        lines = [line.rstrip() for line in (result.stdout + result.stderr).splitlines()]
        assert [line for line in printed if line.rstrip() not in lines] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_of_commands_says_whether_it_is_run(page):
    assert [text for mark, _, text in blocks(page) if mark is None] == []


@pytest.mark.parametrize("page", [page for page in PAGES if any(mark.startswith("run") for mark, *_ in blocks(page) if mark)],
                         ids=lambda page: page.stem)
def test_the_commands_of_a_page_run_and_print_what_it_shows(page, tmp_path):
    mho = Mho(tmp_path / "here")
    mho.folder.mkdir()
    for folder in ("configs", "examples"):
        (mho.folder / folder).symlink_to(ROOT / folder)
    (mho.folder / "recordings.tar.xz").symlink_to(DATA.resolve() / "speech-commands-3/wav.tar.xz")
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/data").symlink_to(DATA.resolve())
    for mark, argument, text in blocks(page):
        if mark == "file":
            (mho.folder / argument).write_text(text)
        elif mark == "run" or (mark == "run with data" and DATA.is_dir()):
            run(mho, text)
