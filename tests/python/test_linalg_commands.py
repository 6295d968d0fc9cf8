# SPDX-License-Identifier: Apache-2.0
import json

import pytest

numpy = pytest.importorskip("numpy")


@pytest.fixture
def problem(mho):
    random = numpy.random.default_rng(0)
    A = random.standard_normal((300, 8))
    numpy.save(mho.folder / "A.npy", A)
    numpy.save(mho.folder / "b.npy", A @ numpy.arange(8) + random.standard_normal(300))
    return A, numpy.load(mho.folder / "b.npy")


def test_lstsq_prints_the_solution_and_what_it_cost(mho, problem):
    A, b = problem
    found = mho.json("lstsq", "A.npy", "b.npy", "--rows", 100, "--exact", "--set", "hardware.adc_bits=9", "--device", "pcm")
    assert found["residual_norm"] == pytest.approx(numpy.linalg.norm(A @ found["x"] - b))
    assert 1 < found["errors"]["residual_ratio"] < 1.3
    assert found["counters"]["products"] == 9
    low, high = found["counters"]["converter_energy_j"]
    assert 0 < low < high
    text = mho("lstsq", "A.npy", "b.npy", "--rows", 100, "--out", "x.npy").stdout
    assert "conversions" in text and "converged: sketch-and-solve" in text
    x = numpy.load(mho.folder / "x.npy")
    assert x.shape == (8,)
    assert "is there already" in mho("lstsq", "A.npy", "b.npy", "--out", "x.npy", code=2).stderr


def test_not_converging_is_a_result_with_exit_code_1(mho, problem):
    words = ["lstsq", "A.npy", "b.npy", "--method", "precondition", "--iterations", 2, "--tolerance", "1e-14"]
    result = mho(*words, code=1)
    assert "not converged: iterations: 2" in result.stdout and result.stderr == ""
    found = json.loads(mho(*words, "--json", code=1).stdout)
    assert not found["converged"] and found["reason"].startswith("iterations: 2")
    assert len(found["history"]) == 3 and found["history"][-1] == found["residual_norm"]
    assert found["history"] == sorted(found["history"], reverse=True)
    assert mho("lstsq", "A.npy", "b.npy", "--method", "refine").returncode == 0


def test_answers_depend_on_the_seed_not_on_threads(mho, problem):
    words = ["lstsq", "A.npy", "b.npy"]
    first = mho.json(*words, "--threads", 1)
    assert first == mho.json(*words, "--threads", 3)
    assert first["x"] != mho.json(*words, "--seed", 1)["x"]


def test_run_files_say_what_the_arrays_are(mho, problem):
    (mho.folder / "run.toml").write_text('[hardware]\ndevice = "state_independent"\ncrossbar_rows = 64\n'
                                         "[device]\ndrift_scale = 0.0\n[training]\nepochs = 3\n")
    assert mho.json("lstsq", "A.npy", "b.npy", "run.toml", "--rows", 100)["counters"]["crossbars"] == 5


def test_pca_prints_singular_values_and_writes_components(mho, problem):
    A, _ = problem
    found = mho.json("pca", "A.npy", "-k", 3, "--exact", "--out", "parts.npz")
    assert len(found["singular_values"]) == 3
    assert found["captured"] <= found["errors"]["exact_captured"] + 1e-9
    parts = numpy.load(mho.folder / "parts.npz")
    assert parts["components"].shape == (3, 8) and parts["u"].shape == (300, 3)
    assert parts["mean"] == pytest.approx(A.mean(axis=0))
    assert "captured" in mho("pca", "A.npy", "-k", 3, "--no-mean").stdout


@pytest.mark.parametrize(("words", "message"), [
    (["lstsq", "A.npy", "A.npy"], "A.npy: expected a vector"),
    (["lstsq", "A.npy", "none.npy"], "none.npy"),
    (["lstsq", "A.npy", "short.npy"], "expected 300 numbers, got 10"),
    (["lstsq", "nan.npy", "b.npy"], "expected finite numbers, got nan at row 3, column 2"),
    (["lstsq", "double.npy", "b.npy"], "expected independent columns"),
    (["lstsq", "A.npy", "b.npy", "--rows", "8"], "more sketch rows than the 8 unknowns"),
    (["lstsq", "A.npy", "b.npy", "--sketch", "gausian"], "did you mean 'gaussian'"),
    (["lstsq", "A.npy", "b.npy", "--method", "qr"], "solve, precondition, refine"),
    (["lstsq", "A.npy", "b.npy", "--crossbars", "1"], "which needs 2"),
    (["lstsq", "A.npy", "b.npy", "--device", "pmc"], "did you mean 'pcm'"),
    (["lstsq", "A.npy", "b.npy", "--set", "search.trials=3"], "search"),
    (["lstsq", "wide.npy", "short.npy"], "expected at least as many rows as columns, got 10 x 12"),
    (["lstsq", "A.npy", "b.npy", "--method", "refine", "--tolerance", "0"], "a tolerance above 0"),
    (["lstsq", "A.npy", "b.npy", "--method", "refine", "--iterations", "0"], "at least 1 iteration, got 0"),
    (["lstsq", "A.npy", "b.npy", "--reads", "0"], "--reads"),
    (["lstsq", "A.npy", "b.npy", "--held", "both"], "sketch, matrix"),
    (["pca", "A.npy", "-k", "9"], "expected 1 to 8 components"),
    (["pca", "nan.npy", "-k", "2"], "expected finite numbers, got nan at row 3, column 2"),
    (["pca", "A.npy", "-k", "2", "--crossbars", "1"], "which needs 2"),
    (["pca", "b.npy"], "b.npy: expected a matrix"),
])
def test_what_cannot_be_computed_is_refused(mho, problem, words, message):
    A, _ = problem
    numpy.save(mho.folder / "short.npy", numpy.zeros(10))
    numpy.save(mho.folder / "wide.npy", numpy.ones((10, 12)))
    numpy.save(mho.folder / "double.npy", numpy.c_[A, A[:, 0]])
    A[3, 2] = numpy.nan
    numpy.save(mho.folder / "nan.npy", A)
    assert message in mho(*words, code=2).stderr
