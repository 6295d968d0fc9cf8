# SPDX-License-Identifier: Apache-2.0
"""Help, man page, completions, -q, -v and progress."""

import os
import pty
import re
import shutil
import subprocess

import pytest
from conftest import EXECUTABLE, environment


def commands(mho):
    """The names of all commands, as the help lists them."""
    return re.findall(r"^  ([a-z][a-z-]*) ", mho("--help").stdout.split("Subcommands:")[1], re.M)


def test_help_is_that_of_the_command(mho):
    assert mho("help").stdout == mho("--help").stdout
    assert "Proposers" in mho("help", "search").stdout
    assert mho("help", "data", "prepare").stdout.splitlines()[0] == mho("data", "prepare", "--help").stdout.splitlines()[0]
    assert "did you mean 'search'" in mho("help", "serach", code=2).stderr


def test_the_man_page_has_every_command_and_option(mho):
    page = mho("help", "--man").stdout
    assert page.startswith(".TH MHO 1")
    for name in commands(mho):
        assert f".SS mho {name}\n".replace("-", "\\-") in page
    assert "\\-\\-from\\-export" in page and "bench\\-search" in page
    if shutil.which("groff"):
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z"], input=page, capture_output=True, text=True)
        assert done.stderr == ""


def completed(mho, *words, point=None):
    """What bash offers for the last word."""
    script = mho("completion", "bash").stdout
    line = " ".join(["mho", *words])
    code = (f"{script}\ncompopt() {{ :; }}\nCOMP_WORDS=(mho {' '.join(repr(word) for word in words)})\n"
            f"COMP_CWORD={len(words)}\nCOMP_LINE={line!r}\n_mho\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"")
    done = subprocess.run(["bash", "--norc", "-c", code], capture_output=True, text=True, cwd=mho.folder, check=True)
    assert done.stderr == ""
    return set(done.stdout.split())


def test_bash_completes_commands_options_words_keys_and_files(mho):
    (mho.folder / "tiny.toml").write_text("")
    assert completed(mho, "") == set(commands(mho))
    assert completed(mho, "se") == {"search"}
    assert completed(mho, "data", "") == {"list", "prepare"}
    assert {"--resume", "--storage", "--set"} <= completed(mho, "search", "--")
    assert completed(mho, "search", "t") == {"tiny.toml"}
    assert completed(mho, "predict", "x", "--split", "t") == {"test", "train"}
    assert "search.trials=" in completed(mho, "search", "a", "--set", "search.t")
    assert "space.widths=" in completed(mho, "search", "a", "--set", "space.w")
    assert completed(mho, "search", "--trials", "") == set()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_knows_every_option_and_is_one_of_its_shell(mho, shell):
    script = mho("completion", shell).stdout
    for name in commands(mho):
        assert name in script
        for option in re.findall(r"--([a-z][a-z-]+)", mho(name, "--help").stdout.split("Options:")[-1].split("Proposers")[0]):
            assert option in script
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    (mho.folder / "script").write_text(script)
    assert subprocess.run([shell, "-n", mho.folder / "script"], capture_output=True, text=True).stderr == ""


def test_an_unknown_shell_is_refused(mho):
    assert "did you mean 'bash'" in mho("completion", "bahs", code=2).stderr


def test_quiet_says_nothing_but_results_and_errors(mho):
    done = mho("-q", "search", mho.config(), "--threads", 2)
    assert done.stderr == "" and "4 trials in runs/tiny" in done.stdout
    assert "error: " in mho("search", "nowhere.toml", "-q", code=2).stderr
    assert "expected one of them, got both" in mho("-q", "search", "-v", mho.config(), code=2).stderr


def test_a_search_says_first_how_long_it_will_take(mho):
    lines = mho("search", mho.config(), "--threads", 2).stderr.splitlines()
    assert re.fullmatch(r"mho: about \d+ (s|min) for 4 trials, as 2 of them would take now", lines[0])


def on_a_terminal(mho, *words):
    """What a terminal of 120 columns is shown on stderr."""
    import fcntl
    import struct
    import termios
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 120, 0, 0))
    process = subprocess.Popen([str(EXECUTABLE), *map(str, words)], cwd=mho.folder, env=environment(), stdout=subprocess.DEVNULL,
                               stderr=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            block = os.read(ours, 65536)
        except OSError:
            break
        if not block:
            break
        shown += block
    assert process.wait() == 0
    return shown.decode()


def test_on_a_terminal_the_bar_moves_within_a_trial_and_shows_the_best(mho):
    shown = on_a_terminal(mho, "search", mho.config(), "--threads", 1, "--set", "training.epochs=4")
    bars = [len(bar) for bar in re.findall(r"\[(#*) *\] \d/4 trials", shown)]
    assert len(bars) >= 4 * 4 and bars == sorted(bars) and len(set(bars)) > 8
    assert "best none yet" in shown and re.search(r"\] 3/4 trials, .* to go, best \d", shown)
    assert "trial 0: epoch 1/4" not in shown
    assert "trial 0: epoch 1/4" in on_a_terminal(mho, "-v", "search", mho.config(), "--threads", 1, "--out", "other",
                                                    "--set", "training.epochs=4")
