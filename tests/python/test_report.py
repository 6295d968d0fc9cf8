# SPDX-License-Identifier: Apache-2.0
"""The report page: `mho search` leaves one, `mho report` makes it again and compares runs; a browser opens it."""

import json
import re
import shutil
import subprocess

import pytest

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def data_of(page):
    """The numbers that a page carries."""
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)[1])


def opened(page, folder):
    """The document after its script has run, and what the console said of errors."""
    result = subprocess.run(
        [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         f"--user-data-dir={folder}", "--enable-logging=stderr", "--virtual-time-budget=5000", "--dump-dom",
         page.as_uri()],
        capture_output=True, text=True, timeout=120, check=True)
    return result.stdout, [line for line in result.stderr.splitlines() if "CONSOLE" in line]


def test_a_search_leaves_a_page_with_the_numbers_of_its_summary(finished):
    page = (finished.folder / "runs/tiny/report.html").read_text()
    summary = json.loads((finished.folder / "runs/tiny/summary.json").read_text())
    (shown,) = data_of(page)["runs"]
    assert len(shown["trials"]) == summary["trials"] == 4
    assert shown["front"] == summary["front"]["trials"]
    assert [w["drift"][0]["mean"] for w in shown["winners"]] == [
        w["score"]["drift"][0]["mean"] for w in summary["winners"]]
    assert shown["winners"][0]["floorplan"].startswith("<svg")
    assert not re.search(r'(src|href)="(https?:)?//', page), "the page must need no network"


def test_the_report_of_a_run_is_made_again_with_the_same_bytes(finished):
    before = (finished.folder / "runs/tiny/report.html").read_bytes()
    finished("report", "runs/tiny")
    assert (finished.folder / "runs/tiny/report.html").read_bytes() == before


def test_runs_are_compared_on_one_page(finished):
    shutil.copytree(finished.folder / "runs/tiny", finished.folder / "runs/other", dirs_exist_ok=True)
    finished("report", "runs/tiny", "runs/other", "--out", "both.html")
    assert [r["name"] for r in data_of((finished.folder / "both.html").read_text())["runs"]] == ["tiny", "other"]


def test_a_folder_that_is_no_run_is_refused(finished):
    result = finished("report", ".", code=2)
    assert "expected a run folder with trials.jsonl and summary.json" in result.stderr


def test_text_of_a_run_cannot_leave_its_place_in_the_page(finished):
    folder = finished.folder / "runs/hostile"
    shutil.copytree(finished.folder / "runs/tiny", folder)
    summary = json.loads((folder / "summary.json").read_text())
    summary["note"] = "</script><script>document.title = 'taken'</script>"
    (folder / "summary.json").write_text(json.dumps(summary))
    finished("report", "runs/hostile", "--force")
    page = (folder / "report.html").read_text()
    assert page.count("<script") == 2
    assert data_of(page)["runs"][0]["note"] == summary["note"]


def judged_by_bits(finished):
    """The finished run as if a language model's bits had judged it: nothing here depends on which numbers they are."""
    folder = finished.folder / "runs/bits"
    if not folder.exists():
        shutil.copytree(finished.folder / "runs/tiny", folder)
        lines = [json.loads(line) for line in (folder / "trials.jsonl").read_text().splitlines()]
        for trial in filter(lambda trial: trial["score"], lines):
            trial["score"]["metric"] = "bits_per_character"
            trial["score"]["digital_bits_per_character"] = trial["score"].pop("digital_accuracy")
        (folder / "trials.jsonl").write_text("".join(json.dumps(trial) + "\n" for trial in lines))
        finished("report", "runs/bits", "--force")
    return folder


def test_the_page_shows_a_metric_in_its_own_unit_and_does_not_mix_two(finished):
    bits = data_of((judged_by_bits(finished) / "report.html").read_text())["runs"][0]["metric"]
    assert bits == {"name": "bits_per_character", "scale": 1, "unit": "bits", "larger_is_better": False}
    fraction = data_of((finished.folder / "runs/tiny/report.html").read_text())["runs"][0]["metric"]
    assert fraction == {"name": "accuracy", "scale": 100, "unit": "%", "larger_is_better": True}
    result = finished("report", "runs/tiny", "runs/bits", "--out", "mixed.html", code=2)
    assert "judged by one metric, got tiny (accuracy) and bits (bits_per_character)" in result.stderr


@pytest.mark.skipif(BROWSER is None, reason="needs a chromium")
def test_a_browser_shows_bits_as_bits(finished, tmp_path):
    page = judged_by_bits(finished) / "report.html"
    document, errors = opened(page, tmp_path / "profile")
    assert errors == []
    rows = document.split('id="trials"')[1].split("</table>")[0]
    trials = [json.loads(line) for line in (page.parent / "trials.jsonl").read_text().splitlines()]
    assert rows.count(" bits<") == 2 * sum(trial["score"] is not None for trial in trials)  # in digital and after a day


@pytest.mark.skipif(BROWSER is None, reason="needs a chromium")
def test_a_browser_draws_the_page_without_an_error(finished, tmp_path):
    page = finished.folder / "runs/tiny/report.html"
    document, errors = opened(page, tmp_path / "profile")
    assert errors == []
    winner = json.loads((finished.folder / "runs/tiny/summary.json").read_text())["winners"][0]
    day = next(p for p in winner["score"]["drift"] if p["time_s"] == 86400)
    assert f"{100 * day['mean']:.2f} %" in document, "the winner's accuracy after a day"
    assert document.count('<svg') >= 3, "front, history and drift"
    assert document.count("<circle") >= 2 * 4, "a mark a trial in two charts"
