# SPDX-License-Identifier: Apache-2.0
import json
import re
import struct

import pytest

WINNER = "runs/tiny/winners/0"


def accuracies(score):
    return [point["mean"] for point in score["drift"]]


def test_a_built_in_network_is_trained_and_scored(mho):
    config = mho.config()
    first = mho.json("evaluate", "mlp:32", config, "--seed", 5, "--threads", 1)
    assert first == {**mho.json("evaluate", "mlp:32", config, "--seed", 5, "--threads", 2), "wall_s": first["wall_s"]}
    assert 0.1 < first["digital"]["accuracy"] <= 1
    assert [point["time_s"] for point in first["drift"]] == [1, 3600, 86400, 864000, 2592000]
    assert "AVM" in mho("evaluate", "mlp:32", config).stdout


def test_one_programming_has_no_deviation_and_no_interval(mho):
    text = mho("evaluate", "mlp:32", mho.config(), "--set", "scoring.programmings=1").stdout
    assert re.search(r"^1 d +[\d.]+ % +n/a +n/a \(1 programming\)$", text, re.M)
    assert "programmings)" not in text


def test_what_a_month_takes_is_lost_and_what_it_brings_is_gained(mho):
    words = ["evaluate", "mlp:32", mho.config(), "--out", "kept"]
    mho(*words)
    seen = set()
    for seed in range(20):  # of one programming the sign is chance
        words = ["evaluate", "kept", "tiny.toml", "--seed", seed, "--set", "scoring.programmings=1"]
        avm, text = mho.json(*words)["avm"], mho(*words).stdout
        change = "gained" if avm < 0 else "lost"
        assert re.search(rf"^AVM +{abs(avm):.2f} points {change} from 1 s to 30 d$", text, re.M)
        seen.add(change)
        if len(seen) == 2:
            return
    raise AssertionError(f"one sign in 20 seeds: {seen}")


def test_figures_are_written_in_one_way(mho):
    found = mho.json("evaluate", "mlp:512", mho.config())
    text = mho("evaluate", "mlp:512", "tiny.toml").stdout
    assert f"mlp:512, {found['parameters']:,} parameters" in text
    assert f"{found['chip']['throughput_hz']:,.0f} images/s" in text
    assert re.search(r"chip +\d+ cores? \(full mapping\), [\d.]+ [nµ]s, [\d.]+ [nµ]J to [\d.]+ [nµ]J, ", text)


def test_a_score_speaks_of_its_metric_by_name(mho):
    config = mho.config()
    words = ["evaluate", "mlp:32", config, "--set", "task.metric=macro_f1", "--set", "training.class_weights=balanced"]
    found = mho.json(*words)
    assert list(found["digital"]) == ["macro_f1"]
    assert found["metric"] == "macro_f1"
    text = mho(*words).stdout
    assert re.search(r"^ +macro F1 +sd", text, re.M)
    assert "accuracy" not in text


def test_an_autoencoder_is_judged_by_how_it_tells_anomalies(mho):
    config = mho.config()
    words = ["--set", "task.target=reconstruction", "--set", "task.metric=auc", "--set", "training.epochs=30",
             "--set", "task.max_train=0"]
    found = mho.json("evaluate", "mlp:24", config, *words)
    assert found["chance"] == 0.5
    assert found["architecture"]["layers"][-2]["out_features"] == 64
    assert found["digital"]["auc"] > 0.9  # zeros against the other digits
    refused = mho("evaluate", "mlp:24", config, "--set", "task.metric=auc", code=2).stderr
    assert 'expected accuracy or balanced_accuracy or macro_f1 with task.target = "class", got "auc"' in refused
    refused = mho("evaluate", "mlp:24", config, *words, "--set", "training.label_smoothing=0.1", code=2).stderr
    assert "training.label_smoothing: expected 0" in refused


def test_a_network_near_chance_is_warned_of(mho):
    config = mho.config()
    found = mho.json("evaluate", "mlp:32", config, "--set", "training.learning_rate=1e-6")
    text = mho("evaluate", "mlp:32", config, "--set", "training.learning_rate=1e-6").stdout
    assert f"warning    near chance: always answering the commonest class gives {100 * found['chance']:.2f} %" in text
    assert "near chance" not in mho("evaluate", "mlp:32", config, "--set", "training.epochs=20").stdout


def test_an_evaluated_network_is_kept_and_exported(mho):
    config = mho.config()
    trained = mho.json("evaluate", "mlp:32", config, "--out", "kept")
    assert trained.pop("training_arithmetic") == "float32"
    assert trained.pop("training_mib") > 0  # scoring given weights trains nothing
    again = mho.json("evaluate", "kept", config)
    assert again == {**trained, "wall_s": again["wall_s"]}
    exported = mho.json("export", "kept", "--out", "chip")
    assert exported["folder"] == "chip"
    assert exported["cores"] >= 1
    assert (mho.folder / "chip/targets.npz").exists()


def test_evaluate_and_export_cost_the_same_mapping(mho):
    """A replicated network: the fast mapping's costs differ from those of the full one, which is exported."""
    config = mho.config()
    words = ["resnet8", config, "--set", "training.epochs=1", "--set", "chip.objective=throughput"]
    evaluated = mho.json("evaluate", *words, "--out", "kept")["chip"]
    exported = mho.json("export", "kept", "--out", "chip")
    assert evaluated["mapping"] == exported["mapping"] == "full"
    for name in ["cores", "core_mvms", "latency_s", "throughput_hz", "energy_j", "utilisation"]:
        assert evaluated[name] == exported[name], name
    assert "(full mapping)" in mho("export", "kept", "--out", "again").stdout
    assert "| mapping | full |" in (mho.folder / "chip/report.md").read_text()


def test_the_costs_of_trials_say_that_they_are_of_the_fast_mapping(finished):
    trial = json.loads((finished.folder / "runs/tiny/trials.jsonl").read_text().splitlines()[0])
    assert trial["cost"]["mapping"] == "fast"
    header, row = (finished.folder / "runs/tiny/front.csv").read_text().splitlines()[:2]
    assert header.split(",")[-1] == "mapping" and row.split(",")[-1] == "fast"
    score = json.loads((finished.folder / WINNER / "score.json").read_text())
    assert score["chip"]["mapping"] == "full"


def test_numbers_that_a_chip_file_leaves_to_hermes64_are_named(mho):
    (mho.folder / "own.toml").write_text('[chip]\nname = "own"\nmvm_energy_j = 30e-9\n')
    config = mho.config()
    words = ["mlp:32", config, "--set", "chip.file=own.toml"]
    chip = mho.json("evaluate", *words, "--out", "kept")["chip"]
    assert "mvm_time_s" in chip["from_hermes64"] and "mvm_energy_j" not in chip["from_hermes64"]
    assert chip["effective_tops_per_watt"] == pytest.approx(2 * 256 * 256 / 30e-9 * 1e-12 * chip["mac_utilisation"])
    assert "leaves out" in mho("evaluate", *words).stdout
    assert mho.json("export", "kept", "--out", "chip")["from_hermes64"] == chip["from_hermes64"]
    assert "taken from hermes64: grid_rows, " in (mho.folder / "chip/report.md").read_text()
    assert "leaves out" in mho("map", "ds_cnn", "--chip", "own.toml").stdout


@pytest.mark.parametrize("command", [["evaluate", "resnet8"], ["search"]])
def test_what_an_export_cannot_hold_is_refused_before_training(mho, command):
    config = mho.config()
    result = mho(*command, config, "--set", "chip.depthwise=block_diagonal", code=2)
    assert 'chip.depthwise: expected "digital"' in result.stderr and "epoch" not in result.stderr
    (mho.folder / "vast.toml").write_text("[chip]\ngrid_rows = 1024\ngrid_columns = 1024\n")
    result = mho(*command, config, "--set", "chip.file=vast.toml", code=2)
    assert "GiB of conductance targets" in result.stderr and "1024 x 1024 cores" in result.stderr
    assert not (mho.folder / "runs").exists()


def test_an_output_folder_that_cannot_be_is_refused_before_training(mho):
    (mho.folder / "taken").write_text("not a folder")
    result = mho("evaluate", "mlp:32", mho.config(), "--out", "taken/kept", code=1)
    assert "taken/kept" in result.stderr
    assert "epoch" not in result.stderr


def test_a_result_is_not_replaced_by_another_without_force(mho):
    config = mho.config()
    mho("evaluate", "mlp:32", config, "--out", "kept")
    before = (mho.folder / "kept/score.json").read_bytes()
    refused = mho("evaluate", "mlp:16", config, "--out", "kept", code=2)
    assert "kept/architecture.json: is there already" in refused.stderr and "--force" in refused.stderr
    assert "epoch" not in refused.stderr  # before any training
    assert (mho.folder / "kept/score.json").read_bytes() == before
    mho("evaluate", "mlp:16", config, "--out", "kept", "--force")
    assert json.loads((mho.folder / "kept/score.json").read_text())["architecture"]["name"] == "mlp:16"


def test_an_export_replaces_the_same_bytes_but_no_others(finished):
    own = finished.folder / WINNER / "chip"
    before = {path.name: path.read_bytes() for path in own.iterdir() if path.is_file()}
    finished("export", WINNER)  # its own folder
    finished("export", WINNER, "--out", "exported")
    (finished.folder / "exported/notes.txt").write_text("mine")
    finished("export", WINNER, "--out", "exported")
    (finished.folder / "exported/report.md").write_text("changed by hand")
    refused = finished("export", WINNER, "--out", "exported", code=2)
    assert "exported/report.md: is there already, with other content" in refused.stderr
    assert (finished.folder / "exported/report.md").read_text() == "changed by hand"
    finished("export", WINNER, "--out", "exported", "--force")
    for folder in own, finished.folder / "exported":
        assert {name: (folder / name).read_bytes() for name in before} == before
        assert not list(folder.glob(".mho-*"))
    assert (finished.folder / "exported/notes.txt").read_text() == "mine"


def edit_weights(folder, edit):
    """Rewrites weights.safetensors; `edit` gets its tensors as {name: (shape, bytes)}."""
    file = folder / "weights.safetensors"
    data = file.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = (entry["shape"], data[8 + size + begin : 8 + size + end])
    edit(tensors)
    header, body = {}, b""
    for name, (shape, content) in tensors.items():
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(body), len(body) + len(content)]}
        body += content
    text = json.dumps(header).encode()
    file.write_bytes(struct.pack("<Q", len(text)) + text + body)


def test_foreign_weights_without_ranges_are_calibrated_and_misfits_are_told(mho):
    config = mho.config()
    own = mho.json("evaluate", "mlp:32", config, "--set", "training.epochs=6", "--out", "kept")

    def rescore(edit, code=0):
        edit_weights(mho.folder / "kept", edit)
        return mho("evaluate", "kept", config, "--json", code=code)

    calibrated = rescore(lambda tensors: [tensors.pop(f"{layer}.input_range") for layer in ("dense1", "logits")])
    assert "note: input ranges were missing and are calibrated on 251 training samples: dense1, logits" in calibrated.stderr
    assert accuracies(json.loads(calibrated.stdout)) == pytest.approx(accuracies(own), abs=0.05)

    narrow = rescore(lambda tensors: tensors.update({"dense1.input_range": ([1], struct.pack("<f", 0.01))}))
    assert "note: layer 'dense1': its input range of 0.01 clips" in narrow.stderr

    zero = rescore(lambda tensors: tensors.update({"dense1.input_range": ([1], struct.pack("<f", 0))}), code=2)
    assert "tensor 'dense1.input_range'[0]: expected a finite number above 0, got 0" in zero.stderr
    assert "kept/weights.safetensors" in zero.stderr


def test_an_uncalibrated_network_is_not_exported(mho):
    mho("evaluate", "mlp:32", mho.config(), "--out", "kept")
    edit_weights(mho.folder / "kept", lambda tensors: tensors.pop("dense1.input_range"))
    assert "layer 'dense1': expected an input range above 0" in mho("export", "kept", "--out", "chip", code=2).stderr
    assert not (mho.folder / "chip").exists()


def test_an_architecture_file_is_the_network_that_it_describes(mho):
    config = mho.config()
    built_in = mho.json("evaluate", "mlp:32", config, "--out", "kept")
    from_file = mho.json("evaluate", "kept/architecture.json", config)
    assert accuracies(from_file) == accuracies(built_in)


def test_a_winner_is_scored_with_its_weights(finished):
    winner = json.loads((finished.folder / WINNER / "score.json").read_text())
    again = finished.json("evaluate", WINNER, "tiny.toml")
    assert again["digital"]["accuracy"] == winner["digital"]["accuracy"]


def test_an_export_is_scored_like_the_winner_that_it_came_from(finished):
    winner = finished.json("evaluate", WINNER, "tiny.toml")
    for words in [["tiny.toml"], [WINNER, "tiny.toml"]]:
        exported = finished.json("evaluate", *words, "--from-export", f"{WINNER}/chip")
        assert exported["digital"]["accuracy"] == pytest.approx(winner["digital"]["accuracy"], abs=0.01)
        assert accuracies(exported) == pytest.approx(accuracies(winner), abs=0.05)


def test_an_export_of_another_network_is_refused(finished):
    result = finished("evaluate", "mlp", "tiny.toml", "--from-export", f"{WINNER}/chip", code=2)
    assert "another network" in result.stderr


@pytest.mark.parametrize("assignment", ["hardware.adc_bits=4", "device.pcm.t_0_s=30", "chip.row_split=channel_aligned"])
def test_assignments_that_an_export_would_ignore_are_refused(finished, assignment):
    result = finished("evaluate", "tiny.toml", "--from-export", f"{WINNER}/chip", "--set", assignment, code=2)
    assert assignment in result.stderr


def test_exporting_again_gives_the_same_bytes(finished):
    finished("export", WINNER, "--out", "again")
    for name in ["targets.npz", "cores.json", "schedule.json"]:
        assert (finished.folder / "again" / name).read_bytes() == (finished.folder / WINNER / "chip" / name).read_bytes()


def test_a_network_for_other_data_is_refused(finished):
    (finished.folder / "wrong.json").write_text(
        (finished.folder / WINNER / "architecture.json").read_text().replace("[8, 8, 1]", "[9, 9, 1]")
        .replace("[\n    8,\n    8,\n    1\n  ]", "[9, 9, 1]"))
    result = finished("evaluate", "wrong.json", "tiny.toml", code=2)
    assert "9x9x1" in result.stderr


def test_a_missing_winner_is_named(mho):
    assert "nowhere" in mho("export", "nowhere", code=2).stderr


def test_a_chip_that_is_too_small_is_refused(finished):
    (finished.folder / "small.toml").write_text(
        '[chip]\nname = "small"\ngrid_rows = 1\ngrid_columns = 1\ncrossbar_rows = 8\ncrossbar_columns = 8\n')
    assert finished("export", WINNER, "--chip", "small.toml", "--out", "x", code=2).stderr
