# SPDX-License-Identifier: Apache-2.0
import inspect

import pytest
from conftest import PACKAGE

if not list(PACKAGE.glob("mho/_core*.so")):
    pytest.skip(f"the Python module is not built in {PACKAGE}", allow_module_level=True)

numpy = pytest.importorskip("numpy")
import mho  # noqa: E402
from mho import linalg  # noqa: E402

QUIET = {"dac_bits": 0, "adc_bits": 0, "output_noise": 0, "drift_compensation": "none"}


def problem(m=400, d=10, seed=0):
    random = numpy.random.default_rng(seed)
    A = random.standard_normal((m, d))
    return A, A @ random.standard_normal(d) + random.standard_normal(m)


def test_lstsq_has_numpys_order_and_says_what_it_cost():
    names = list(inspect.signature(linalg.lstsq).parameters)
    assert names[:7] == ["A", "b", "rows", "sketch", "hardware", "device", "seed"]
    A, b = problem()
    result = linalg.lstsq(A, b, rows=160, exact=True)
    assert result.x.shape == (10,)
    assert result.residual_norm == pytest.approx(numpy.linalg.norm(A @ result.x - b))
    best = numpy.linalg.norm(A @ numpy.linalg.lstsq(A, b, rcond=None)[0] - b)
    assert result.exact_residual_norm == pytest.approx(best)
    assert 1 < result.residual_ratio < 1.3
    assert result.counters["products"] == 11  # the columns of A, and b
    assert 0 < result.energy_j[0] < result.energy_j[1]
    assert (linalg.lstsq(A, b, rows=160).x == result.x).all()
    assert (linalg.lstsq(A, b, rows=160, seed=1).x != result.x).any()


def test_refinement_reaches_digital_precision_on_a_noisy_array():
    A, b = problem()
    for method in ("precondition", "refine"):
        result = linalg.lstsq(A, b, method=method, device="pcm", exact=True)
        assert result.converged, result.reason
        assert result.solution_error < 1e-8
    short = linalg.lstsq(A, b, method="precondition", tolerance=1e-15, iterations=1)
    assert not short.converged and len(short.history) == 2


def test_pca_and_svd_find_what_numpy_does():
    random = numpy.random.default_rng(1)
    X = random.standard_normal((200, 5)) * [9, 7, 5, 3, 2] @ random.standard_normal((5, 40)) + 4
    found = linalg.pca(X, 3, hardware=QUIET, device="ideal", exact=True)
    assert found.captured == pytest.approx(found.exact_captured, abs=1e-6)
    assert found.components.shape == (3, 40)
    scores = numpy.linalg.svd(X - X.mean(axis=0))[1][:3]
    assert found.s == pytest.approx(scores, rel=1e-4)
    assert numpy.abs(found.transform(X) - found.u * found.s).max() < 1e-2
    noisy = linalg.svd(X, 3, device="pcm", exact=True)
    assert noisy.exact_captured - 0.02 < noisy.captured <= noisy.exact_captured + 1e-9


def test_sketches_are_matrices():
    A, _ = problem()
    for kind in ("gaussian", "sparse_sign", "srht", "countsketch"):
        sketch = linalg.Sketch(kind, 30, 400, seed=2)
        assert sketch.matrix().shape == sketch.shape == (30, 400)
        assert sketch @ A == pytest.approx(sketch.matrix() @ A)


def test_scipys_solvers_run_on_a_crossbar_operator():
    scipy = pytest.importorskip("scipy.sparse.linalg")
    A, b = problem(300, 12)
    operator = linalg.CrossbarOperator(A, device="pcm", reads=8, seed=3)
    assert isinstance(operator, scipy.LinearOperator) and operator.shape == A.shape
    x = scipy.lsmr(operator, b, maxiter=8)[0]
    best = numpy.linalg.lstsq(A, b, rcond=None)[0]
    assert numpy.linalg.norm(A @ x - b) < 1.1 * numpy.linalg.norm(A @ best - b)
    assert operator.counters["products"] > 10
    assert operator.counters["transposed"]["tile_products"] > 0
    s = numpy.sort(scipy.svds(operator, k=3, tol=0.05, maxiter=50)[1])
    assert s == pytest.approx(numpy.linalg.svd(A)[1][2::-1], rel=0.1)
    exact = linalg.CrossbarOperator(A, hardware=QUIET, device="ideal")
    assert exact @ A.T == pytest.approx(A @ A.T, abs=1e-3)
    assert exact.H @ b == pytest.approx(A.T @ b, abs=1e-3)
    before = operator @ A[0]
    operator.advance(1e6)
    assert (operator @ A[0] != before).any()


def test_streams_follow_their_rows():
    A, b = problem(4000, 6)
    stream = linalg.StreamingLstsq(6, row_norm=6 ** 0.5, target_norm=3.0, length=4000, rows=200)
    for first in range(0, 4000, 500):
        stream.partial_fit(A[first:first + 500], b[first:first + 500])
    best = numpy.linalg.lstsq(A, b, rcond=None)[0]
    assert numpy.linalg.norm(A @ stream.solve() - b) < 1.1 * numpy.linalg.norm(A @ best - b)
    assert stream.rows == 4000 and stream.fill < 1 and stream.counters["pulses"] > 0
    X = numpy.outer(numpy.random.default_rng(0).standard_normal(2000), numpy.linspace(-1, 1, 30))
    X += 0.05 * numpy.random.default_rng(1).standard_normal(X.shape)
    components, variances = linalg.StreamingPca(30, 1, row_norm=3.2, forget=0.998).partial_fit(X).components()
    direction = numpy.linspace(-1, 1, 30) / numpy.linalg.norm(numpy.linspace(-1, 1, 30))
    assert abs(components[0] @ direction) > 0.99
    assert variances.shape == (1,)


def test_fgmres_takes_an_array_for_a_preconditioner():
    n = 60
    A = 2.1 * numpy.eye(n) - numpy.eye(n, k=1) - numpy.eye(n, k=-1)
    b = numpy.ones(n)
    M = linalg.CrossbarOperator(numpy.linalg.inv(A), device="pcm")
    x, history, converged, reason = linalg.fgmres(A, b, M=M)
    assert converged and reason == "tolerance" and numpy.linalg.norm(A @ x - b) < 3e-6 * n ** 0.5
    assert len(history) < len(linalg.fgmres(A, b)[1])


@pytest.mark.parametrize(("call", "message"), [
    (lambda A, b: linalg.lstsq(A, b[:-1]), "expected 400 numbers, got 399"),
    (lambda A, b: linalg.lstsq(A, b, rows=10), "more sketch rows than the 10 unknowns"),
    (lambda A, b: linalg.lstsq(A, b, sketch="gausian"), "did you mean 'gaussian'"),
    (lambda A, b: linalg.lstsq(A * numpy.nan, b), "expected finite numbers"),
    (lambda A, b: linalg.lstsq(numpy.c_[A, A[:, 0]], b), "expected independent columns"),
    (lambda A, b: linalg.lstsq(A, b, device="pmc"), "did you mean 'pcm'"),
    (lambda A, b: linalg.lstsq(A, b, hardware={"adcbits": 8}), "adc_bits"),
    (lambda A, b: linalg.lstsq(A, b, hardware={"search.trials": 8}), "search"),
    (lambda A, b: linalg.lstsq(A, b, hardware="none.toml"), "none.toml"),
    (lambda A, b: linalg.lstsq(A, b, crossbars=1), "needs 2"),
    (lambda A, b: linalg.lstsq(A[0], b), "A: expected 2 dimensions"),
    (lambda A, b: linalg.pca(A, 11), "expected 1 to 10 components"),
    (lambda A, b: linalg.StreamingLstsq(6, row_norm=0, target_norm=1, length=9), "expected the norms"),
    (lambda A, b: linalg.StreamingPca(6, 2, row_norm=1, device="pcm"), "a device that takes pulses"),
    (lambda A, b: linalg.Sketch("srht", 0, 10), "at least 1 row"),
])
def test_what_cannot_be_used_is_refused(call, message):
    with pytest.raises(mho.InputError, match=message.replace("(", "\\(")):
        call(*problem())
