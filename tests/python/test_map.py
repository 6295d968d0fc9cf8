# SPDX-License-Identifier: Apache-2.0
import json


def rows(text, start):
    return [line.split("|")[1:-1] for line in text.splitlines() if line.startswith(f"| {start}")]


def test_map_prints_cores_pipeline_energy_and_placement(mho):
    text = mho("map", "resnet8", "ds_cnn", "--set", "chip.placement_moves=1000").stdout
    tables = rows(text, "resnet8")
    assert len(tables) == 5
    naive, packed, bound = (int(cell) for cell in tables[0][2:5])
    assert bound <= packed <= naive
    balanced, ideal = (int(cell) for cell in tables[1][2:4])
    assert ideal <= balanced


def test_map_names_what_a_network_lacks(mho, tmp_path):
    chip = tmp_path / "chip.toml"
    chip.write_text("[chip]\ngrid_rows = 1\ngrid_columns = 1\n")
    text = mho("map", "resnet8", "--chip", chip).stdout
    assert "2 cores needed, 1 available, 1 short" in text
    assert "does not fit" in text


def test_map_refuses_unknown_networks_keys_and_chips(mho, tmp_path):
    assert "resnet8" in mho("map", "resnet7", code=2).stderr
    assert "packing" in mho("map", "resnet8", "--set", "chip.packin=none", code=2).stderr
    chip = tmp_path / "chip.toml"
    chip.write_text('[chip]\nlink_graph = "list"\nlink_ends = [0, 1]\n')
    assert "core 0 cannot reach" in mho("map", "resnet8", "--chip", chip, code=2).stderr


def test_map_leaves_digital_layers_off_the_crossbars(mho):
    digital = 'hardware.digital_layers=["conv0"]'
    weights = [int(rows(mho("map", "ds_cnn", *more).stdout, "ds_cnn")[0][1].replace(",", "")) for more in ((), ("--set", digital))]
    assert weights[0] - weights[1] == 10 * 4 * 64
    assert "depthwise1" in mho("map", "ds_cnn", "--set", 'hardware.digital_layers=["conv1"]', code=2).stderr
    assert "digital_layers" in mho("map", "ds_cnn", "--set", "hardware.adc_bits=6", code=2).stderr


def test_map_and_evaluate_give_a_cost_the_same_names(mho):
    """docs/json.md: one thing has one name."""
    mapped = json.loads(mho("map", "mlp", "--json").stdout)["networks"][0]["packed"]
    scored = json.loads(mho("evaluate", "mlp", mho.config(), "--set", "training.epochs=1", "--set",
                            "scoring.programmings=2", "--json").stdout)["chip"]
    assert set(scored) - {"mapping", "from_hermes64"} <= set(mapped)
