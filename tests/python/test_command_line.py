# SPDX-License-Identifier: Apache-2.0
import json
import os
import pathlib
import tomllib

import pytest
from conftest import EXECUTABLE, ROOT, TINY


def test_help_lists_the_commands(mho):
    text = mho("--help").stdout
    for command in ["search", "evaluate", "export", "data", "doctor", "device", "spiking", "bench", "bench-search", "map",
                    "config"]:
        assert command in text
        assert "--help" in mho(command, "--help").stdout


def test_no_command_is_wrong_usage(mho):
    result = mho(code=2)
    assert result.stdout == ""
    assert "--help" in result.stderr


def test_an_unknown_command_is_answered_with_the_nearest(mho):
    result = mho("serach", code=2)
    assert "unknown command 'serach' (did you mean 'search'?)" in result.stderr
    assert result.stdout == ""


def test_an_unknown_option_is_wrong_usage(mho):
    mho("search", mho.config(), "--trails", 3, code=2)


def test_what_is_not_expected_is_named_in_order_with_the_prefix(mho):
    result = mho("search", mho.config(), "one", "two", code=2)
    assert "mho: error: unexpected one two (usage: " in result.stderr
    assert "mho: error: CONFIG is required" in mho("search", code=2).stderr


def test_one_set_takes_several_assignments(mho):
    words = ["evaluate", "mlp:16", "--set", "training.epochs=1", "scoring.programmings=2", "search.seed=7"]
    many = mho.json(*words, mho.config())
    each = mho.json("evaluate", "mlp:16", mho.config(), "--set=training.epochs=1", "scoring.programmings=2", "--seed", 7)
    assert many["seed"] == 7 and many["drift"][0]["n"] == 2
    assert many["drift"] == each["drift"]
    (mho.folder / "a=b.toml").write_text(TINY)
    assert mho.json(*words, "a=b.toml")["drift"] == many["drift"]
    result = mho("search", mho.config(), "--set", "search.trials=2", "b=2", code=2)
    assert "mho: error: --set b=2: expected section.key=value" in result.stderr


def test_an_unknown_key_is_named_with_its_place(mho):
    config = mho.config(TINY.replace("population", "popluation"))
    line = TINY.replace("population", "popluation").split("\n").index("popluation = 2") + 1
    result = mho("search", config, code=2)
    assert f"tiny.toml:{line}:" in result.stderr
    assert "unknown key 'popluation' in [search] (did you mean 'population'?)" in result.stderr
    assert not (mho.folder / "runs").exists()


@pytest.mark.parametrize(("assignment", "message"), [
    ("search.trials=-1", "search.trials=-1"),
    ("search.trials=many", "search.trials=many"),
    ("serach.trials=4", "did you mean 'search'"),
    ("trials=4", "section.key=value"),
    ("hardware.device=pmc", "did you mean 'pcm'"),
])
def test_a_wrong_assignment_is_refused(mho, assignment, message):
    assert message in mho("search", mho.config(), "--set", assignment, code=2).stderr


def test_a_missing_configuration_is_named(mho):
    result = mho("search", "nowhere.toml", code=2)
    assert "nowhere.toml" in result.stderr
    assert result.stdout == ""


def test_a_missing_data_set_comes_with_the_command_that_prepares_it(mho):
    result = mho("search", mho.config(), "--set", "task.data=mnist", "--set", "task.folder=empty", code=2)
    assert "mho data prepare mnist" in result.stderr


def test_an_unknown_architecture_is_answered_with_the_nearest(mho):
    assert "did you mean 'resnet8'" in mho("evaluate", "resnet_8", mho.config(), code=2).stderr


def test_evaluate_wants_two_arguments(mho):
    assert "expected ARCH CONFIG" in mho("evaluate", "mlp", code=2).stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_folder_fails_the_run(mho):
    (mho.folder / "locked").mkdir(mode=0o500)
    assert "locked" in mho("search", mho.config(), "--out", "locked/run", code=1).stderr


def test_an_output_folder_that_is_a_file_fails_the_run(mho):
    (mho.folder / "taken").write_text("not a folder")
    result = mho("search", mho.config(), "--out", "taken/run", code=1)
    assert "taken" in result.stderr


def test_a_pipe_or_a_device_is_no_chip_file(mho):
    os.mkfifo(mho.folder / "pipe.toml")
    for chip, kind in ("pipe.toml", "a pipe"), ("/dev/zero", "a device"), (".", "a directory"):
        assert f"{chip}: expected a regular file, found {kind}" in mho("map", "mlp", "--chip", chip, code=2).stderr


def test_a_file_that_is_too_large_is_named_with_its_size(mho):
    with (mho.folder / "sparse.toml").open("wb") as file:
        file.truncate(6 << 30)
    for words in ["search", "sparse.toml"], ["map", "mlp", "--chip", "sparse.toml"]:
        stderr = mho(*words, code=2).stderr
        assert "sparse.toml: too large to read: expected at most 1 MiB, found 6144 MiB" in stderr


@pytest.mark.parametrize("path", ["circle", "x" * 5000])
def test_impossible_paths_are_unusable_input_wherever_they_stand(mho, path):
    config = mho.config()
    (mho.folder / "circle").symlink_to("circle")
    for words in (["evaluate", path, config], ["evaluate", "mlp:8", path], ["evaluate", "mlp:8", config, "--out", path],
                  ["evaluate", config, "--from-export", path], ["search", path], ["search", config, "--out", path],
                  ["export", path], ["export", "--check", path], ["simulate", path, config], ["map", path],
                  ["map", "mlp", "--chip", path], ["data", "prepare", "npy", "--from", path],
                  ["data", "prepare", "digits", "--from", path],
                  ["bench-search", config, "--table", path], ["device", "pcm", path],
                  ["search", config, "--set", f"task.folder={path}"],
                  ["search", config, "--set", f"chip.file={path}"]):  # fmt: skip
        stderr = mho(*words, code=2).stderr
        assert stderr.startswith("mho: ") and "filesystem error" not in stderr, words
        assert path in stderr and len(stderr.splitlines()) <= 2, words


def test_features_without_a_shape_are_refused_with_the_shapes_that_they_may_have(mho):
    header = "{'descr': '|u1', 'fortran_order': False, 'shape': (4, 256), }"
    header += " " * (117 - len(header)) + "\n"
    (mho.folder / "raw").mkdir()
    for split in "train", "test":
        (mho.folder / f"raw/{split}_images.npy").write_bytes(
            b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + bytes(4 * 256))
        (mho.folder / f"raw/{split}_labels.npy").write_bytes(b"")
    stderr = mho("data", "prepare", "npy", "--from", "raw", code=2).stderr
    assert "raw/train_images.npy: expected images N x H x W x C or N x H x W, found |u1 of shape (4, 256)" in stderr
    assert "x.reshape(4, 256, 1, 1)" in stderr and "x.reshape(4, 1, 1, 256)" in stderr


def test_doctor_prints_one_document(mho):
    found = json.loads(mho("doctor", "--json").stdout)
    assert found["version"] in mho("--version").stdout
    assert found["instruction_set"] in ["portable", "avx2", "avx512"]
    assert found["cores"] >= 1
    assert found["data_sets"] == []
    assert "instruction_set" in mho("doctor").stdout


def test_config_documents_every_table(mho):
    text = mho("config").stdout
    for table in ["task", "space", "search", "training", "hardware", "scoring", "chip"]:
        assert f"## [{table}]" in text


def test_bounds_are_shown_with_all_their_digits(mho):
    text = mho("config").stdout
    assert "| 0 to 1048576 |" in text
    assert "e+0" not in text


def test_the_documentation_holds_what_config_prints(mho):
    page = pathlib.Path(__file__).parents[2] / "docs/config.md"
    assert page.read_text() == mho("config").stdout, "run: mho config > docs/config.md"


def test_data_list_names_the_kinds(mho):
    text = mho("data", "list").stdout
    for kind in ["digits", "mnist", "cifar10", "idx", "npy"]:
        assert kind in text


def test_prepared_digits_are_found_and_used(mho):
    mho("data", "prepare", "digits", "--from", digits_file(), "--name", "mine")
    assert (mho.folder / "data/mine/dataset.json").exists()
    assert json.loads(mho("doctor", "--json").stdout)["data_sets"] == ["data/mine"]
    assert "data/mine: 8x8x1, 10 classes, 1,437 + 360 samples" in mho("data", "list").stdout
    mho("evaluate", "mlp:16", mho.config(), "--set", "task.data=mine", "--set", "training.epochs=1")


def test_preparing_an_unknown_kind_is_refused(mho):
    assert "did you mean 'mnist'" in mho("data", "prepare", "mnits", code=2).stderr


def digits_file():
    sklearn = pytest.importorskip("sklearn")
    return os.path.join(os.path.dirname(sklearn.__file__), "datasets/data/digits.csv.gz")


def test_the_schema_of_run_files_takes_the_shipped_ones_and_refuses_a_misspelt_key(mho):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(mho("config", "--schema").stdout)
    jsonschema.Draft7Validator.check_schema(schema)
    assert json.loads((EXECUTABLE.parent / "run-file.schema.json").read_text()) == schema
    for file in sorted((ROOT / "configs").glob("*.toml")):
        jsonschema.validate(tomllib.loads(file.read_text()), schema)
    for space in ({"kind": "mlp", "widths": [16]}, {"kind": "mobile", "stages": [1, 2], "training": {"learning_rate": [0.01, 0.1]}},
                  {"kind": "genes", "gene": [{"name": "width", "kind": "integer", "low": 4, "high": 8}]}, {"stem_channels": [8]}):
        jsonschema.validate({"space": space}, schema)
    for space in ({"kind": "mlp", "stem_channels": [8]}, {"widths": [16]}, {"kind": "mlpp"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"space": space}, schema)
    with pytest.raises(jsonschema.ValidationError, match="epoch"):
        jsonschema.validate({"training": {"epoch": 3}}, schema)
