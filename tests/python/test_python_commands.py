# SPDX-License-Identifier: Apache-2.0
"""mho.load, export, simulate, map and predict: the commands' own answers, as Python objects."""

import json
import os
import shutil
import signal
import threading
import time

import pytest
from conftest import PACKAGE, TINY

if not list(PACKAGE.glob("mho/_core*.so")):
    pytest.skip(f"the Python module is not built in {PACKAGE}", allow_module_level=True)

import mho as package

numpy = pytest.importorskip("numpy")


@pytest.fixture(scope="module")
def run(finished):
    return finished.folder / "runs/tiny"


@pytest.fixture(scope="module")
def winner(run):
    return package.load(run / "winners/0")


def test_a_run_folder_is_its_trials_with_front_and_winners(finished, run):
    trials = package.load(run)
    assert [trial["trial"] for trial in trials] == [0, 1, 2, 3]
    summary = json.loads((run / "summary.json").read_text())
    assert [trial["trial"] for trial in trials.front] == summary["front"]["trials"]
    assert trials.summary == summary and not trials.stopped and trials.folder == run
    for trial in trials:
        day = [point["mean"] for point in trial["score"]["drift"] if point["time_s"] == 86400] if trial["score"] else [None]
        assert trial["value"] == (None if trial["failed"] else day[0])
    assert trials.best["value"] == max(trial["value"] for trial in trials if not trial["failed"])
    assert [candidate.score for candidate in trials.winners] == [json.loads((run / "winners/0/score.json").read_text())]
    assert repr(trials).startswith("<mho.Trials: 4 trials, ")


def test_trials_become_rows_and_a_data_frame(run):
    trials = package.load(run)
    records = trials.records()
    best = trials.best
    record = records[best["trial"]]
    assert record["genome.stem_channels"] == best["genome"]["stem_channels"]
    assert record["cores"] == best["cost"]["cores"] and record["energy_j"] > 0
    assert record["mean_86400"] == best["value"] and record["std_86400"] >= 0
    assert sum(record["on_front"] for record in records) == len(trials.front) >= 1
    pytest.importorskip("pandas")
    frame = trials.to_dataframe()
    assert frame.index.tolist() == [0, 1, 2, 3] and frame.index.name == "trial"
    assert frame["value"].dropna().tolist() == [trial["value"] for trial in trials if trial["value"] is not None]


def test_a_winner_folder_is_a_candidate_that_predicts_as_the_folder_does(finished, run, winner):
    assert winner.score["seed"] == 0 and winner.folder == run / "winners/0"
    assert set(winner.weights) and all(values.dtype == numpy.float32 for values in winner.weights.values())
    finished("predict", "runs/tiny/winners/0", "tiny.toml", "--at", "1d", "--out", "logits.npy", "--force")
    expected = numpy.load(finished.folder / "logits.npy")
    assert numpy.array_equal(package.predict(winner, at="1d"), expected)
    assert numpy.array_equal(package.predict(run / "winners/0", at=86400.0), expected)
    assert not numpy.array_equal(package.predict(winner), expected)


def test_evaluate_takes_the_winners_own_run_file_and_dicts(run, winner):
    again, command = package.evaluate(winner, seed=5), package.evaluate(run / "winners/0", run / "config.toml", seed=5)
    for score in (again, command):
        score.pop("wall_s", None)
    assert again == command
    assert [point["time_s"] for point in again["drift"]] == [point["time_s"] for point in winner.score["drift"]]
    keys = {"task.data": "digits", "task.max_train": 300, "task.max_test": 120, "scoring.programmings": 3}
    assert package.evaluate(winner, keys, seed=5)["drift"][0]["mean"] == again["drift"][0]["mean"]
    with pytest.raises(package.InputError, match="expected a run file or a dict of its keys for lenet5"):
        package.evaluate("lenet5")


def test_evaluate_tells_of_its_epochs(tmp_path):
    events = []
    keys = {"task.data": "digits", "task.max_train": 300, "task.max_test": 120, "training.epochs": 3}
    package.evaluate("mlp", keys, progress=events.append, scoring__programmings=2)
    assert [(event["done"], event["total"]) for event in events] == [(1, 3), (2, 3), (3, 3)]
    assert events[2]["loss"] < events[0]["loss"]


def test_explain_is_the_command_s(finished, run, winner):
    found = package.explain(winner, images=40, programmings=2)
    command = finished.json("explain", "runs/tiny/winners/0", "--images", 40, "--programmings", 2)
    assert {key: found[key] for key in command} == command


def test_a_candidate_is_exported_checked_and_simulated(finished, run, winner, tmp_path):
    cost = package.export(winner, tmp_path / "chip")
    assert {key: cost[key] for key in ("cores", "mapping")} == {
        "cores": winner.score["chip"]["cores"], "mapping": "full"}
    package.check_export(tmp_path / "chip")
    exported = run / "winners/0/chip"
    for name in ("cores.json", "schedule.json", "targets.npz"):
        assert (tmp_path / "chip" / name).read_bytes() == (exported / name).read_bytes()
    shown = package.simulate(exported)
    assert shown["counted"] == shown["predicted"]
    command = finished.json("simulate", "runs/tiny/winners/0/chip", "tiny.toml")
    assert {key: shown[key] for key in command} == command
    (tmp_path / "chip/targets.npz").unlink()
    with pytest.raises(package.InputError, match="targets.npz"):
        package.check_export(tmp_path / "chip")


def test_what_an_export_would_replace_is_refused(winner, tmp_path):
    package.export(winner, tmp_path)
    (tmp_path / "report.md").write_text("mine")
    with pytest.raises(package.InputError, match="add --force"):
        package.export(winner, tmp_path)
    package.export(winner, tmp_path, force=True)


def test_networks_are_mapped_untrained(winner):
    small, large = package.map(["resnet8", "resnet32"])
    assert small["network"] == "resnet8" and small["packed"]["cores"] == 2
    assert large["packed"]["cores"] >= large["area_bound"]
    assert large["balanced"]["interval"] >= large["ideal_interval"]
    assert large["packed"]["bit_hops"]["placed"] <= large["packed"]["bit_hops"]["random"]
    assert package.map(winner)[0]["packed"]["cores"] == winner.score["chip"]["cores"]
    with pytest.raises(package.InputError, match="did you mean 'resnet8'"):
        package.map("resnet_8")
    (mixed,) = package.map("ds_cnn", digital_layers=["conv0"])
    assert mixed["weights"] == package.map("ds_cnn")[0]["weights"] - 10 * 4 * 64


def test_arrays_are_prepared_and_judged(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    random = numpy.random.default_rng(0)
    (tmp_path / "raw").mkdir()
    for split, count in ("train", 80), ("test", 40):
        labels = random.integers(0, 2, count)
        numpy.save(f"raw/{split}_images.npy", (random.random((count, 4, 4)) + labels[:, None, None]).astype("float32"))
        numpy.save(f"raw/{split}_labels.npy", labels.astype("int32"))
    made = package.prepare("npy", "raw", name="two", recipe={})
    assert (made["shape"], made["classes"], made["samples"]["test"]) == ([4, 4, 1], 2, 40)
    score = package.evaluate("mlp:8", {"task.data": "two", "training.epochs": 10, "scoring.programmings": 2})
    assert score["digital"]["accuracy"] > 0.9
    with pytest.raises(package.InputError, match="did you mean 'npy'"):
        package.prepare("npx", "raw")
    with pytest.raises(package.InputError, match="features.preset"):
        package.prepare("audio", "raw", recipe={"features.preset": "mlperf"})


def test_a_spiking_network_is_trained_as_the_command_does(finished):
    keys = {"spiking.neurons": 20, "spiking.inputs": 10, "spiking.steps": 100, "spiking.scheme": "sign"}
    found = package.spiking(keys, seed=3, spiking__epochs=5)
    printed = finished.json("spiking", "--set", *(f"{key}={value}" for key, value in keys.items()), "spiking.epochs=5", "--seed", 3)
    assert found["errors"] == printed["errors"] and found["writes"] == printed["writes"]
    with pytest.raises(package.InputError, match="did you mean 'sign'"):
        package.spiking({"spiking.scheme": "sing"})


def test_a_search_writes_a_run_folder_and_tells_of_it(tmp_path, finished, run):
    events = []
    (tmp_path / "tiny.toml").write_text(TINY)
    trials = package.search(config=tmp_path / "tiny.toml", folder=tmp_path / "run", progress=events.append, threads=2)
    assert [trial["name"] for trial in trials] == [trial["name"] for trial in package.load(run)]
    assert trials.winners[0].score["drift"] == package.load(run).winners[0].score["drift"]
    assert sorted(event["trial"]["trial"] for event in events if event["trial"]) == [0, 1, 2, 3]
    assert events[-1]["message"].startswith("re-scoring 1 winners") or "warning" in events[-1]["message"]
    with pytest.raises(package.InputError, match="resume"):
        package.search(config=tmp_path / "tiny.toml", folder=tmp_path / "run")
    longer = package.search(config=tmp_path / "tiny.toml", folder=tmp_path / "run", trials=6, resume=True)
    assert [trial["name"] for trial in longer][:4] == [trial["name"] for trial in trials] and len(longer) == 6


def test_an_exception_of_the_listener_ends_the_search():
    def listen(event):
        raise ValueError("enough")

    with pytest.raises(package.RunError, match="ValueError: enough"):
        package.search({"a": [1, 2, 3]}, lambda genome: 0.0, trials=3, progress=listen)


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_what_is_no_folder_of_ours_is_refused(tmp_path, folder):
    with pytest.raises(package.InputError, match="expected a run folder"):
        package.load(tmp_path / folder)


def test_a_damaged_run_is_refused(run, tmp_path):
    shutil.copytree(run, tmp_path / "run")
    with open(tmp_path / "run/trials.jsonl", "a") as file:
        file.write("{}\n")
    with pytest.raises(package.InputError, match=r"trials.jsonl:5"):
        package.load(tmp_path / "run")


def test_ctrl_c_ends_a_command_with_keyboard_interrupt(winner):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    killer = threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT))
    started = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            killer.start()
            package.evaluate(winner, scoring__programmings=1000, threads=1)  # half a minute and more
    finally:
        signal.signal(signal.SIGINT, before)
        killer.cancel()
    assert time.monotonic() - started < 15


def test_importing_is_quick_and_reads_no_numpy():
    import subprocess
    import sys

    from conftest import environment
    code = "import time; t = time.process_time(); import mho, sys; print(time.process_time() - t, 'numpy' in sys.modules)"
    times = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(),
                            check=True).stdout.split() for _ in range(3)]
    assert min(float(time) for time, _ in times) < 0.3
    assert times[0][1] == "False"


def test_every_public_thing_is_typed_and_described():
    import inspect
    for name in package.__all__:
        thing = getattr(package, name)
        if name in ("__version__", "main"):
            continue
        assert inspect.getdoc(thing), name
        if inspect.isfunction(thing):
            parameters = inspect.signature(thing).parameters.values()
            assert name == "to_aihwkit" or all(p.annotation is not inspect.Parameter.empty for p in parameters), name
