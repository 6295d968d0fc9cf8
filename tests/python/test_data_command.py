# SPDX-License-Identifier: Apache-2.0
"""`mho data prepare` on recordings, series and pictures, from files to a winner and its chip folder."""

import json
import math
import struct
import wave
import zlib

import pytest

CLIPS = ["features.clip_s=0.2", "features.sample_rate_hz=8000", "features.fft_size=256", "features.window_ms=30"]


def write_tone(path, hz, rate=8000, seconds=0.2):
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = [round(12000 * math.sin(2 * math.pi * hz * i / rate)) for i in range(int(rate * seconds))]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))


def write_words(folder, each=20):
    for word, base in ("low", 300), ("high", 900):
        for i in range(each):
            write_tone(folder / f"{'test' if i % 4 == 0 else 'train'}/{word}/{i}.wav", base + 7 * i)


def write_png(path, height, width, colour):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes(colour) * width for _ in range(height))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))  # fmt: skip


def test_from_recordings_to_a_chip_folder_that_says_what_stands_before_it(mho):
    write_words(mho.folder / "words")
    result = mho("data", "prepare", "audio", "--from", "words", "--name", "tones", "--set", *CLIPS)
    assert "data/tones: 9x10x1, 2 classes, 30 + 10 samples" in result.stdout
    described = json.loads((mho.folder / "data/tones/dataset.json").read_text())
    assert described["features"]["input"] == "audio" and described["features"]["sample_rate_hz"] == 8000
    assert described["recipe"]["split"]["by"] == "auto"
    mho("evaluate", "mlp:8", mho.config(), "--set", "task.data=tones", "training.epochs=4", "--out", "winner")
    winner = json.loads((mho.folder / "winner/features.json").read_text())
    assert winner["window_ms"] == 30 and len(winner["mean"]) == 1 and winner["standard_deviation"][0] > 0
    mho("export", "winner", "--out", "chip")
    assert (mho.folder / "chip/features.json").read_text() == (mho.folder / "winner/features.json").read_text()
    assert "| window_ms | 30.0 |" in (mho.folder / "chip/report.md").read_text()
    mho("export", "--check", "chip")
    (mho.folder / "winner/features.json").write_text("[")
    assert "features.json: expected a JSON object" in mho("export", "winner", "--out", "again", code=2).stderr


def test_a_search_writes_the_features_beside_its_winners(mho):
    write_words(mho.folder / "words", each=160)
    mho("data", "prepare", "audio", "--from", "words", "--name", "tones", "--set", *CLIPS)
    mho("search", mho.config(), "--set", "task.data=tones", "training.epochs=5", "--out", "run")
    for place in "run/winners/0/features.json", "run/winners/0/chip/features.json":
        assert json.loads((mho.folder / place).read_text())["kind"] == "mfcc"


def test_recordings_of_another_rate_are_resampled_and_said(mho):
    write_words(mho.folder / "words")
    write_tone(mho.folder / "words/train/low/99.wav", 300, rate=44100)
    result = mho("data", "prepare", "audio", "--from", "words", "--name", "tones", "--set", *CLIPS)
    assert "1 recording resampled from 44100 to 8000 Hz" in result.stderr


@pytest.mark.parametrize("content, message", [
    (b"not a recording", "words/train/low/1.wav: byte 0: expected 'RIFF' (WAV), 'fLaC' or 'OggS', found 'not '"),
    (b"", "words/train/low/1.wav: byte 0: expected 'RIFF' (WAV), 'fLaC' or 'OggS', found the end"),
    (b"RIFF\x24\0\0\0WAVEdata\0\0\0\0", "byte 12: expected a 'fmt ' chunk before the samples, found 'data'"),
])  # fmt: skip
def test_a_damaged_recording_leaves_what_was_prepared(mho, content, message):
    write_words(mho.folder / "words")
    words = ["data", "prepare", "audio", "--from", "words", "--name", "tones", "--set", *CLIPS]
    mho(*words)
    before = (mho.folder / "data/tones/dataset.json").read_bytes()
    (mho.folder / "words/train/low/1.wav").write_bytes(content)
    assert message in mho(*words, code=2).stderr
    assert (mho.folder / "data/tones/dataset.json").read_bytes() == before
    assert [path.name for path in (mho.folder / "data").iterdir()] == ["tones"]


def test_wrong_keys_are_answered_with_the_nearest(mho):
    words = ["data", "prepare", "audio", "--from", "words", "--set"]
    assert "did you mean 'coefficients'" in mho(*words, "features.coefficents=12", code=2).stderr
    assert "mlperf_kws" in mho(*words, "features.preset=mlperf", code=2).stderr
    assert "expected no --recipe and no --set" in mho("data", "prepare", "mnist", "--set", "split.by=hash", code=2).stderr


def test_series_are_prepared_from_text(mho):
    raw = mho.folder / "raw"
    raw.mkdir()
    for split, count in ("train", 12), ("test", 6):
        rows = [f"{i % 3},{i},{step},{i + step},{-step}" for i in range(count) for step in range(5)]
        (raw / f"{split}.csv").write_text("label,sample,step,x,y\n" + "\n".join(rows) + "\n")
    words = ["data", "prepare", "csv", "--from", "raw", "--name", "moves", "--set", "series.sample_columns=[\"sample\"]",
             "series.step_column=step"]  # fmt: skip
    assert "data/moves: 5x1x2, 3 classes, 12 + 6 samples" in mho(*words).stdout
    text = (raw / "test.csv").read_text()
    (raw / "test.csv").write_text(text.replace("0,0,3,3,-3", "0,0,3,nan,-3"))
    stderr = mho(*words, code=2).stderr
    assert "raw/test.csv:5: column 'x': expected a finite number, found 'nan'" in stderr
    (raw / "test.csv").write_text(text.replace("label,", "lable,"))
    assert "expected a column 'label', found none (did you mean 'lable'?)" in mho(*words, code=2).stderr


def test_arrays_of_series_and_features_get_the_dimensions_that_are_missing(mho):
    numpy = pytest.importorskip("numpy")
    (mho.folder / "raw").mkdir()
    for split in "train", "test":
        numpy.save(mho.folder / f"raw/{split}_images.npy", numpy.ones((4, 7, 3), numpy.float32))
        numpy.save(mho.folder / f"raw/{split}_labels.npy", numpy.array([0, 1, 0, 1]))
    words = ["data", "prepare", "npy", "--from", "raw", "--name", "series"]
    assert "7x1x3" in mho(*words, "--set", "arrays.layout=series").stdout
    assert "7x3x1" in mho(*words).stdout
    stderr = mho(*words, "--set", "arrays.layout=features", code=2).stderr
    assert "expected features N x F (arrays.layout), found 3 dimensions" in stderr


def test_pictures_are_prepared_from_folders(mho):
    for split in "train", "test":
        for i in range(4):
            write_png(mho.folder / f"raw/{split}/person/{i}.png", 20, 30, (200, 10 * i, 0))
            write_png(mho.folder / f"raw/{split}/none/{i}.png", 16, 16, (0, 10 * i, 200))
    words = ["data", "prepare", "images", "--from", "raw", "--name", "vww"]
    assert "data/vww: 96x96x3, 2 classes, 8 + 8 samples" in mho(*words).stdout
    assert "data/vww: 12x10x1" in mho(*words, "--set", "images.height=12", "images.width=10", "images.colour=grey").stdout
    (mho.folder / "raw/test/none/9.jpg").write_bytes(b"no picture at all")
    stderr = mho(*words, code=2).stderr
    assert "raw/test/none/9.jpg: byte 0: expected 89 50 4e 47 (PNG) or ff d8 ff (JPEG), found 6e 6f 20 70" in stderr


def test_what_was_prepared_is_told_in_json(mho):
    write_words(mho.folder / "words")
    made = mho.json("data", "prepare", "audio", "--from", "words", "--name", "tones", "--set", *CLIPS)
    assert made == {"folder": "data/tones", "kind": "audio", "shape": [9, 10, 1], "classes": 2, "class_names": ["high", "low"],
                    "samples": {"train": 30, "validation": 0, "test": 10}}
    listed = mho.json("data", "list")
    assert listed["prepared"] == [made] and "audio" in {known["kind"] for known in listed["known"]}
    (mho.folder / "data/tones/test_labels.npy").write_bytes(b"")
    (damaged,) = mho.json("data", "list")["prepared"]
    assert damaged["folder"] == "data/tones" and "test_labels.npy" in damaged["damaged"]
