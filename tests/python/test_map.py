# SPDX-License-Identifier: Apache-2.0


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
