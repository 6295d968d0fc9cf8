# SPDX-License-Identifier: Apache-2.0
"""Run files, chip folders, winners, data and arguments, mutated the same way each time: mho answers each with a result or
with one message that names what is wrong, never with a crash. fuzz/ does the same to the parsers alone, many times faster."""

import concurrent.futures
import gzip
import os
import pathlib
import random
import re
import shutil
import struct
import subprocess

import pytest
from conftest import EXECUTABLE, TINY, environment

ROUNDS = int(os.environ.get("MHO_MUTATIONS", 24))  # of each case; more for a longer look
TIMEOUT = 60
INSIDES = ["terminate", "filesystem error", "bad_alloc", "std::", "basic_string", "what():", "Assertion", "ERROR: Address",
           "runtime error"]
# A network that trains in no time; data of 4x4x1 in 3 classes.
RUN_FILE = TINY + """
[hardware]
crossbar_rows = 64
crossbar_columns = 64

[chip]
file = "chip.toml"
"""
EDGES = ["0", "-1", "1", "1e308", "-1e308", "1e400", "nan", "inf", "0.5", "2147483647", "2147483648", "-2147483649",
         "18446744073709551616", "9223372036854775807", "", "null", "true", "[]", "{}", '""', '"../.."', "'", "\n", "\0",
         "a b", "\x7f", "é", "%s%n", "x" * 5000]
ARGUMENT_EDGES = [*(edge for edge in EDGES if "\0" not in edge), "--", "-", "--json", "--set", "--set=", "--set=a.b=c",
                  "--seed", "--threads", "--out", "missing/file", "--resume", "--help", "=", "=="]  # nothing outside of the folder


def mutate_bytes(data, rng):
    """One to three changes: bits, bytes, ranges, the end, words and numbers."""
    data = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(data)) if data else 0
        kind = rng.random()
        if kind < 0.25 and data:
            data[at] ^= 1 << rng.randrange(8)
        elif kind < 0.35:
            del data[at:at + rng.randint(1, 200)]
        elif kind < 0.45:
            data[at:at] = data[at:at + rng.randint(1, 200)]
        elif kind < 0.5:
            del data[at:]
        else:
            words = list(re.finditer(rb"[\w.+-]+", bytes(data)))
            if words:
                word = rng.choice(words)
                data[word.start():word.end()] = rng.choice(EDGES).encode() if rng.random() < 0.7 else rng.choice(words).group()
    return bytes(data)


def mutate_words(words, rng):
    words = list(words)
    for _ in range(rng.randint(1, 2)):
        at = rng.randrange(len(words) + 1)
        kind = rng.random()
        if kind < 0.3:
            words.insert(at, rng.choice(ARGUMENT_EDGES))
        elif at == len(words):
            continue
        elif kind < 0.5:
            words[at] = rng.choice(ARGUMENT_EDGES)
        elif kind < 0.65:
            del words[at]
        elif kind < 0.75:
            words.insert(at, words[at])
        else:
            words[at] = mutate_bytes(words[at].encode(), rng).replace(b"\0", b"").decode(errors="surrogateescape")
    return words


def problem(result, named):
    """What is wrong with an answer, or nothing. A refusal has to name one of `named`."""
    output = result.stdout + result.stderr
    if result.returncode not in (0, 1, 2):
        return f"exit code {result.returncode}"
    for inside in INSIDES:
        if inside in output:
            return f"'{inside}' in the output"
    if result.returncode != 0 and "error" not in result.stderr and "--help" not in result.stderr:
        return f"exit code {result.returncode} without a message"
    if result.returncode == 2 and named and not any(name in result.stderr for name in named):
        return f"a refusal that names none of {named}"
    return None


def answer(folder, words):
    return subprocess.run([str(EXECUTABLE), *words], cwd=folder, env=environment(), capture_output=True, text=True,
                          errors="replace", timeout=TIMEOUT, stdin=subprocess.DEVNULL)


def copy_of(base, folder):
    """Links for what mho replaces whole or only reads, copies in the run folder, which it appends to and locks."""
    def copy(source, target):
        (shutil.copy if "run" in pathlib.Path(source).relative_to(base).parts else os.link)(source, target)

    shutil.copytree(base, folder, copy_function=copy)
    return folder


def run_side_by_side(function, count):
    """function(i) for each i on every core; the first that reports something fails the test."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [text for text in pool.map(function, range(count)) if text]
    assert not found, f"{len(found)} of {count}:\n" + "\n".join(found[:5])


def mutate_file(base, tmp_path, case, file, words, named):
    """Runs `words` in copies of `base` whose one file is mutated; what fails is kept."""
    original = (base / file).read_bytes()

    def one(i):
        rng = random.Random(f"{case} {i}")
        folder = copy_of(base, tmp_path / f"{case}-{i}")
        path = folder / file
        path.unlink()
        compressed = original.startswith(b"\x1f\x8b") and rng.random() < 0.7
        data = mutate_bytes(gzip.decompress(original) if compressed else original, rng)
        path.write_bytes(gzip.compress(data, mtime=0) if compressed else data)
        try:
            result = answer(folder, words)
        except subprocess.TimeoutExpired:
            return f"more than {TIMEOUT} s: cd {folder} && {EXECUTABLE} {' '.join(words)}"
        wrong = problem(result, named)
        if wrong:
            return f"{wrong}: cd {folder} && {EXECUTABLE} {' '.join(words)}\n  {result.stderr[-500:]}"
        shutil.rmtree(folder)
        return None

    run_side_by_side(one, ROUNDS)


def write_idx(path, kind, shape, data):
    path.write_bytes(bytes([0, 0, kind, len(shape)]) + b"".join(struct.pack(">I", n) for n in shape) + bytes(data))


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A folder with raw data, a prepared set, a run file, a chip file, a device table, a network, a winner and its chip."""
    folder = tmp_path_factory.mktemp("base")
    (folder / "raw").mkdir()
    for split, count in [("train", 120), ("test", 24)]:  # a class is a brightness: learned in seconds
        pixels = [i // 16 % 3 * 110 + i * 37 % 29 for i in range(16 * count)]
        write_idx(folder / f"raw/{split}-idx3", 8, (count, 4, 4), pixels)
        write_idx(folder / f"raw/{split}-idx1", 8, (count,), [i % 3 for i in range(count)])
    packed = folder / "raw/train-idx3"
    (folder / "raw/train-idx3.gz").write_bytes(gzip.compress(packed.read_bytes(), mtime=0))
    packed.unlink()
    (folder / "chip.toml").write_text("[chip]\nname = \"small\"\ngrid_rows = 2\ngrid_columns = 2\ncrossbar_rows = 64\n"
                                      "crossbar_columns = 64\n")
    (folder / "device.csv").write_text("g_us,sigma_us,nu_mean,nu_deviation,read_noise\n0,0.5,0.05,0.01,0.02\n25,1,0.03,0,0\n")
    text = RUN_FILE.replace('"digits"', '"set"').replace("epochs = 2", "epochs = 8").replace("trials = 4", "trials = 2")
    (folder / "run.toml").write_text(text)
    for words in [["data", "prepare", "idx", "--from", "raw", "--name", "set"],
                  ["evaluate", "mlp:8", "run.toml", "--out", "winner"],
                  ["export", "winner", "--out", "chip"],
                  ["search", "run.toml", "--out", "run"]]:
        result = answer(folder, words)
        assert result.returncode == 0, result.stderr
    shutil.copy(folder / "winner/architecture.json", folder / "network.json")
    return folder


EVALUATE = ["evaluate", "winner", "run.toml", "--threads", "1"]
# A mutated run file may ask for years of work: what it may cost is said again behind it.
CHEAP = [word for assignment in ["training.epochs=1", "training.batch_size=16", "task.max_train=40", "task.max_test=20",
                                 "scoring.programmings=1", "search.trials=1", "search.population=1",
                                 "search.trial_programmings=1"] for word in ["--set", assignment]]


@pytest.mark.parametrize(("case", "file", "words", "named"), [
    # A name in a run file may become another: then the file of that name cannot be opened.
    ("run-file", "run.toml", [*EVALUATE, *CHEAP], ["run.toml", "data", "winner", "cannot be opened"]),
    ("run-file-search", "run.toml", ["search", "run.toml", "--out", "new", "--threads", "1", *CHEAP],
     ["run.toml", "data", "cannot be opened"]),
    ("chip-file", "chip.toml", ["map", "network.json", "--chip", "chip.toml"], ["chip.toml"]),
    ("device-table", "device.csv", [*EVALUATE, "--set", "hardware.device=table", "--set", "device.table.file=device.csv"],
     ["device.csv", "run.toml"]),
    ("network", "network.json", ["map", "network.json"], ["network.json", "small"]),
    ("winner-weights", "winner/weights.safetensors", EVALUATE, ["winner"]),
    ("winner-network", "winner/architecture.json", EVALUATE, ["winner"]),
    ("winner-config", "winner/config.toml", ["export", "winner", "--out", "new"], ["winner"]),
    ("chip-cores", "chip/cores.json", ["simulate", "chip", "run.toml", "--threads", "1"], ["chip/", "chip: "]),
    ("chip-io", "chip/io.json", ["simulate", "chip", "run.toml", "--threads", "1"], ["chip/", "chip: "]),
    ("chip-links", "chip/links.json", ["export", "--check", "chip"], ["chip/", "chip: "]),
    ("chip-schedule", "chip/schedule.json", ["simulate", "chip", "run.toml", "--threads", "1"], ["chip/", "chip: "]),
    ("chip-targets", "chip/targets.npz", ["export", "--check", "chip"], ["chip/", "chip: "]),
    ("chip-network", "chip/architecture.json", ["evaluate", "--from-export", "chip", "run.toml", "--threads", "1"], ["chip"]),
    ("raw-images", "raw/train-idx3.gz", ["data", "prepare", "idx", "--from", "raw", "--name", "new"], ["raw"]),
    ("raw-labels", "raw/test-idx1", ["data", "prepare", "idx", "--from", "raw", "--name", "new"], ["raw"]),
    ("prepared-images", "data/set/train_images.npy", EVALUATE, ["data/set"]),
    ("prepared-description", "data/set/dataset.json", EVALUATE, ["data/set"]),
    ("trials", "run/trials.jsonl", ["search", "run.toml", "--out", "run", "--resume", "--threads", "1"], ["run/trials.jsonl"]),
    ("resumed-config", "run/config.toml", ["search", "run.toml", "--out", "run", "--resume", "--threads", "1"], ["run/"]),
])
def test_a_mutated_file_is_read_or_refused_by_name(base, tmp_path, case, file, words, named):
    mutate_file(base, tmp_path, case, file, words, named)


COMMANDS = [EVALUATE, ["search", "run.toml", "--out", "new", "--threads", "1", *CHEAP[-6:]], ["map", "mlp", "--chip", "chip.toml"],
            ["export", "winner", "--out", "new", "--json"], ["export", "--check", "chip"],
            ["simulate", "chip", "run.toml", "--set", "scoring.programmings=2", "--seed", "3"],
            ["data", "prepare", "idx", "--from", "raw", "--name", "new", "--out", "sets"], ["data", "list"], ["doctor", "--json"],
            ["device", "pcm", "--json", "--devices", "100"], ["config"], ["evaluate", "mlp:8", "run.toml", "--seed", "7", "--json"]]


def test_mutated_arguments_are_taken_or_refused(base, tmp_path):
    def one(i):
        rng = random.Random(f"arguments {i}")
        words = mutate_words(COMMANDS[i % len(COMMANDS)], rng)
        folder = copy_of(base, tmp_path / f"arguments-{i}")
        try:
            result = answer(folder, words)
        except subprocess.TimeoutExpired:
            return f"more than {TIMEOUT} s: cd {folder} && {EXECUTABLE} {words}"
        wrong = problem(result, [])
        shutil.rmtree(folder)
        return wrong and f"{wrong}: {words}\n  {result.stderr[-500:]}"

    run_side_by_side(one, 6 * ROUNDS)


def test_a_crash_would_be_noticed():
    def result(code, stderr):
        return subprocess.CompletedProcess([], code, "", stderr)

    assert problem(result(0, ""), ["x"]) is None
    assert problem(result(2, "mho: error: x: no"), ["x"]) is None
    assert "exit code -11" in problem(result(-11, ""), [])
    assert "names none" in problem(result(2, "mho: error: no"), ["x"])
    assert "bad_alloc" in problem(result(1, "mho: error: std::bad_alloc"), [])
    assert "without a message" in problem(result(1, ""), [])
