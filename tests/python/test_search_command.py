# SPDX-License-Identifier: Apache-2.0
import json
import re
import resource
import shutil
import signal
import time

import pytest
from conftest import TINY, Mho, environment

# Enough work that a signal lands in the middle of it.
LONG = TINY.replace("trials = 4", "trials = 12").replace("epochs = 2", "epochs = 8")


def wait_for_trials(mho, run, count, process):
    """Until `count` lines are recorded."""
    file = mho.folder / run / "trials.jsonl"
    until = time.monotonic() + 300
    while not file.exists() or file.read_text().count("\n") < count:
        assert process.poll() is None, f"ended too early: {process.communicate()}"
        assert time.monotonic() < until
        time.sleep(0.005)


def test_a_tiny_search_leaves_a_whole_run_folder(finished):
    run = finished.folder / "runs/tiny"
    assert [trial["trial"] for trial in finished.trials("runs/tiny")] == [0, 1, 2, 3]
    assert (run / "config.toml").exists()
    assert (run / "front.csv").read_text().count("\n") >= 2
    for name in ["architecture.json", "weights.safetensors", "score.json", "chip/targets.npz"]:
        assert (run / "winners/0" / name).exists(), name


def test_json_is_one_document_and_stderr_has_plain_lines(mho):
    result = mho("search", mho.config(), "--out", "here", "--json")
    document = json.loads(result.stdout)
    assert document["run"] == "here"
    assert document["trials"] == 4
    assert document["stopped"] is False
    assert len(document["winners"]) == 1
    assert document["winners"][0]["folder"] == "here/winners/0"
    assert document["winners"][0]["score"] == json.loads((mho.folder / "here/winners/0/score.json").read_text())
    assert "4/4 trials" in result.stderr
    assert "\r" not in result.stderr
    assert "\033" not in result.stderr


def test_threads_do_not_change_the_result(finished, mho):
    mho("search", mho.config(), "--threads", 1)
    assert mho.trials("runs/tiny") == finished.trials("runs/tiny")
    assert weights(mho) == weights(finished)


def weights(mho):
    return (mho.folder / "runs/tiny/winners/0/weights.safetensors").read_bytes()


def test_another_seed_gives_another_run(finished, mho):
    mho("search", mho.config(), "--seed", 7)
    assert mho.trials("runs/tiny") != finished.trials("runs/tiny")


def test_a_killed_run_resumes_to_the_same_result(mho, tmp_path_factory):
    config = mho.config(LONG)
    whole = Mho(tmp_path_factory.mktemp("whole"))
    whole("search", whole.config(LONG))

    process = mho.start("search", config)
    wait_for_trials(mho, "runs/tiny", 3, process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert len((mho.folder / "runs/tiny/trials.jsonl").read_text().splitlines()) < 12
    (mho.folder / config).unlink()
    mho("search", "--resume", "runs/tiny")  # the folder holds its configuration
    assert mho.trials("runs/tiny") == whole.trials("runs/tiny")
    assert weights(mho) == weights(whole)


def test_a_terminated_run_stops_cleanly_and_says_how_to_go_on(mho):
    config = mho.config(LONG)
    process = mho.start("search", config, "--seed", 3, "--threads", 1)
    wait_for_trials(mho, "runs/tiny", 1, process)
    process.send_signal(signal.SIGTERM)
    output, messages = process.communicate(timeout=120)
    assert process.returncode == 1
    command = re.search(r"continue with: (\S+) (.*)", messages)
    assert command, messages
    assert command.group(1) == mho.program[0]
    assert command.group(2) == "search --resume runs/tiny --threads 1"
    done = mho.trials("runs/tiny")
    assert 1 <= len(done) < 12
    assert re.search(r"^front of \d+ trials", output, re.MULTILINE), output
    summary = json.loads((mho.folder / "runs/tiny/summary.json").read_text())
    assert summary["stopped"] and summary["trials"] == len(done) and not summary["winners"]
    assert (mho.folder / "runs/tiny/front.csv").read_text().count("\n") == 1 + len(summary["front"]["trials"])
    mho(*command.group(2).split())
    after = mho.trials("runs/tiny")
    assert len(after) == 12
    assert all(trial in after for trial in done)


def test_the_door_is_named_to_who_came_through_it(mho):
    process = mho.start("search", mho.config(LONG), env={**environment(), "MHO_COMMAND": "./mho"})
    wait_for_trials(mho, "runs/tiny", 1, process)
    process.send_signal(signal.SIGTERM)
    _, messages = process.communicate(timeout=120)
    assert "continue with: ./mho search --resume runs/tiny" in messages


def test_a_second_search_is_kept_out_of_a_folder_that_one_is_at_work_in(mho):
    config = mho.config(LONG)
    process = mho.start("search", config, "--threads", 1)
    wait_for_trials(mho, "runs/tiny", 1, process)
    for words in [[config], [config, "--resume"], ["--resume", "runs/tiny"]]:
        assert "runs/tiny: another search is at work in this folder" in mho("search", *words, code=2).stderr
    process.kill()
    process.communicate()
    mho("search", "--resume", "runs/tiny")
    assert [trial["trial"] for trial in mho.trials("runs/tiny")] == list(range(12))


def test_a_finished_run_is_extended(mho, tmp_path_factory):
    mho("search", mho.config(), "--trials", 3)
    whole = Mho(tmp_path_factory.mktemp("whole"))
    whole("search", whole.config(), "--trials", 5)
    mho("search", "--resume", "runs/tiny", "--trials", 5)
    assert mho.trials("runs/tiny") == whole.trials("runs/tiny")
    assert weights(mho) == weights(whole)
    mho("search", "--resume", "runs/tiny")  # five trials by now
    refused = mho("search", "--resume", "runs/tiny", "--trials", 4, code=2)
    assert "search.trials: the run was started with 5, got 4" in refused.stderr


def test_a_folder_in_place_of_a_run_file_is_refused_with_what_was_meant(finished):
    assert "mho search --resume runs/tiny" in finished("search", "runs/tiny", code=2).stderr
    assert "found no config.toml" in finished("search", "--resume", "runs", code=2).stderr
    assert "--out: expected nothing" in finished("search", "--resume", "runs/tiny", "--out", "x", code=2).stderr
    assert "--study: expected --storage" in finished("search", "tiny.toml", "--study", "x", "--out", "x", code=2).stderr
    assert not (finished.folder / "x").exists()


def test_two_signals_end_the_run(mho):
    process = mho.start("search", mho.config(LONG.replace("epochs = 8", "epochs = 2000")))
    until = time.monotonic() + 60
    while not (mho.folder / "runs/tiny").exists() and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode in (-signal.SIGTERM, 1)


def test_a_run_is_not_written_over(finished):
    assert "resume" in finished("search", "tiny.toml", code=2).stderr


def test_resume_refuses_another_configuration(finished):
    result = finished("search", "tiny.toml", "--resume", "--set", "training.epochs=3", code=2)
    assert "epochs" in result.stderr


def test_a_run_of_an_earlier_version_is_resumed_with_the_defaults_of_what_it_did_not_know(finished, mho):
    folder = mho.folder / "old"
    shutil.copytree(finished.folder / "runs/tiny", folder)
    config = folder / "config.toml"
    unknown = ("metric", "target", "normal_class", "class_weights", "stem_widths", "stem_stride", "block_kernel", "decoder")
    lines = config.read_text().splitlines()
    config.write_text("\n".join(line for line in lines if line.split(" = ")[0] not in unknown) + "\n")
    assert len(config.read_text().splitlines()) == len(lines) - len(unknown)
    mho("search", mho.config(), "--resume", "--out", "old")
    for assignment, told in (("space.block_kernel=[3, 1]", "space.block_kernel: the run was started with [3, 3], got [3, 1]"),
                             ("task.metric=macro_f1", "task.metric: the run was started with 'accuracy', got 'macro_f1'")):
        assert told in mho("search", "tiny.toml", "--resume", "--out", "old", "--set", assignment, code=2).stderr


def test_a_search_by_another_metric_speaks_of_it_everywhere(mho):
    config = mho.config(TINY.replace("[task]", '[task]\nmetric = "macro_f1"'))
    summary = mho.json("search", config)
    assert summary["front"]["objectives"] == ["macro_f1_1d", "energy", "parameters"]
    assert "macro_f1_1d" in summary["winners"][0]["fresh_score"]
    assert ",macro_f1_1d," in (mho.folder / "runs/tiny/front.csv").read_text().splitlines()[0]
    scores = [trial["score"] for trial in mho.trials("runs/tiny") if trial["score"]]  # a failed trial has none
    assert scores and all("digital_macro_f1" in score for score in scores)
    assert "objective = 'macro_f1_over_sigma'" in (mho.folder / "runs/tiny/config.toml").read_text()
    assert "accuracy" not in (mho.folder / "runs/tiny/trials.jsonl").read_text()
    refused = mho("search", config, "--set", "search.objective=accuracy", code=2).stderr
    assert 'search.objective: expected one of task.metric = "macro_f1", got "accuracy"' in refused


def test_a_run_without_a_best_trial_says_why(mho):
    result = mho("search", mho.config(), "--set", "search.max_avm=0", "training.learning_rate=1e-6", code=1)
    assert re.search(r"4/4 trials, 0 s to go, best none yet: of 4 trials 4 failed \(the last: no better than chance: "
                     r"expected accuracy of at least [\d.]+ % after one day", result.stderr)


def test_an_infeasible_space_is_refused_with_the_reason(mho):
    assert "max_parameters" in mho("search", mho.config(), "--set", "search.max_parameters=10", code=2).stderr


@pytest.mark.parametrize("signals_as_in_a_shell", [True, False])
def test_a_full_disk_fails_the_run_and_keeps_what_was_written(mho, signals_as_in_a_shell):
    def no_file_above_16_kib():
        resource.setrlimit(resource.RLIMIT_FSIZE, (16384, 16384))

    # A write over the limit fails like one on a full disk, whether or not SIGXFSZ, which would end a process
    # without a word, is ignored from the start.
    process = mho.start("search", mho.config(), "--out", "runs/full", preexec_fn=no_file_above_16_kib,
                        restore_signals=signals_as_in_a_shell)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 1
    assert "cannot write" in errors and "File too large" in errors
    assert re.search(r"continue with: \S+ search --resume runs/full", errors), errors
    assert len(errors.strip().splitlines()[-1]) < 300
    assert (mho.folder / "runs/full/config.toml").exists()
