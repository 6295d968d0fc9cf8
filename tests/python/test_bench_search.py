# SPDX-License-Identifier: Apache-2.0
import csv
import pathlib

BENCH = pathlib.Path(__file__).parents[2] / "bench" / "search"


def table():
    with (BENCH / "table.csv").open(newline="") as lines:
        return {row["genome"]: row for row in csv.DictReader(lines)}


def test_the_table_holds_what_it_says():
    rows = table()
    assert len(rows) >= 600
    for row in rows.values():
        assert int(row["parameters"]) <= 3000
        assert 0 < float(row["accuracy_1d"]) <= 1
        assert 0 < float(row["accuracy_1d_low"]) <= 1
        seeds = [float(cell) for column, cell in row.items() if column.startswith("accuracy_1d_seed")]
        assert abs(float(row["accuracy_1d"]) - sum(seeds) / len(seeds)) < 1e-5


def test_a_search_over_the_table_gives_the_table_s_numbers_and_no_genome_twice(mho):
    rows = table()
    found = mho.json("bench-search", BENCH / "table.toml", "--table", BENCH / "table.csv", "--seeds", "2", "--seed", "5",
                     "--set", "search.trials=20")
    assert [run["seed"] for run in found["runs"]] == [5, 6]
    assert found["rows"] == len(rows)
    for run in found["runs"]:
        assert len(set(run["genomes"])) == 20
        for genome, accuracy in zip(run["genomes"], run["accuracy_1d"]):
            assert accuracy == float(rows[genome]["accuracy_1d"])
    assert found["runs"][0]["genomes"] != found["runs"][1]["genomes"]


def test_nothing_is_written(mho, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["bench-search", BENCH / "table.toml", "--table", BENCH / "table.csv", "--seeds", "2"]
    mho(*words, "--set", "search.trials=4")
    mho(*words, "--set", "search.trials=0", code=2)
    assert list(tmp_path.iterdir()) == []


def test_a_table_of_another_space_is_refused_with_the_genome(mho, tmp_path):
    (tmp_path / "table.csv").write_text(
        "genome,accuracy_1d,deviation_1d,avm_points,digital_accuracy,energy_j,latency_s,cores,train_s\n")
    done = mho("bench-search", BENCH / "table.toml", "--table", tmp_path / "table.csv", code=2)
    assert "expected a row for genome OC" in done.stderr
