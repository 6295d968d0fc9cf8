# SPDX-License-Identifier: Apache-2.0
"""`mho stream`: a network that listens to a long recording."""

import math
import struct
import wave

import pytest

import mho as package
from test_data_command import CLIPS, write_tone

RATE = 8000


@pytest.fixture(name="listener")
def trained_listener(mho):
    """A folder `winner`: a network that tells low tones, high tones and near silence apart."""
    for word, base in ("low", 300), ("high", 900), ("none", 0):
        for i in range(24):
            write_tone(mho.folder / f"words/{'test' if i % 4 == 0 else 'train'}/{word}/{i}.wav", base and base + 7 * i)
    mho("data", "prepare", "audio", "--from", "words", "--name", "tones", "--set", *CLIPS)
    mho("evaluate", "mlp:16", mho.config(), "--set", "task.data=tones", "training.epochs=30", "scoring.programmings=2", "--out",
        "winner")
    return mho


def write_recording(path, pieces):
    """Tones of (Hz, seconds), one after the other; 0 Hz is silence. Writes events.csv beside it."""
    samples, events, begin = [], ["begin_s,end_s,label"], 0.0
    for hz, seconds in pieces:
        count = int(seconds * RATE)
        samples += [round(12000 * math.sin(2 * math.pi * hz * i / RATE)) for i in range(count)]
        if hz:
            events.append(f"{begin},{begin + seconds},{'low' if hz < 600 else 'high'}")
        begin += seconds
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    (path.parent / "events.csv").write_text("\n".join(events) + "\n", encoding="utf-8")


STREAM = ("stream", "winner", "long.wav", "events.csv", "--background", "none", "--smooth", "2", "--hop", "0.05", "--tolerance",
          "0.3", "--hold", "0.5", "--threshold", "0.6")


def test_tones_in_a_recording_are_heard_after_drift_too(listener):
    write_recording(listener.folder / "long.wav", [(0, 1), (330, 0.4), (0, 1), (1000, 0.4), (0, 1), (370, 0.4), (0, 1)])
    found = listener.json(*STREAM)
    assert found["seconds"] == pytest.approx(5.2) and found["windows"] == 101 and found["events"] == 3
    (point,) = found["thresholds"]
    assert point["threshold"] == 0.6
    assert point["missed"]["digital"] == 0 and point["false_accepts_per_hour"]["digital"] == 0
    assert [drift["time_s"] for drift in point["missed"]["drift"]] == [1, 3600, 86400, 864000, 2592000]
    assert all(drift["n"] == 2 for drift in point["missed"]["drift"])
    assert found == listener.json(*STREAM, "--threads", 1)
    from_python = package.stream(listener.folder / "winner", listener.folder / "long.wav", listener.folder / "events.csv",
                                 config=listener.folder / "winner/config.toml", background=["none"], smooth=2, hop_s=0.05,
                                 tolerance_s=0.3, hold_s=0.5, thresholds=[0.6], task__folder=str(listener.folder / "data"))
    assert from_python["thresholds"] == found["thresholds"]
    text = listener(*STREAM).stdout
    assert "long.wav: 5.2 s, 101 windows, one every 0.05 s, 3 events" in text and "threshold 0.6" in text


def test_what_was_not_said_is_a_false_accept_and_what_was_not_heard_is_missed(listener):
    write_recording(listener.folder / "long.wav", [(0, 1), (330, 0.4), (0, 1), (1000, 0.4), (0, 1)])
    (listener.folder / "events.csv").write_text("begin_s,end_s,label\n1,1.4,low\n0.1,0.3,high\n", encoding="utf-8")
    (point,) = listener.json(*STREAM)["thresholds"]
    assert point["missed"]["digital"] == 0.5  # the high tone that is not at its place
    assert point["false_accepts_per_hour"]["digital"] == pytest.approx(3600 / 3.8)


def test_bad_input_is_named(listener):
    write_recording(listener.folder / "long.wav", [(0, 1), (330, 0.4), (0, 1)])
    events = listener.folder / "events.csv"
    assert "--background: expected one of high, low, none, got 'nine'" in listener(*STREAM, "--background", "nine", code=2).stderr
    events.write_text("begin_s,end_s,label\n1,1.4,lo\n", encoding="utf-8")
    assert "events.csv:2: label: expected one of high, low, none, got 'lo' (did you mean 'low'?)" in \
        listener(*STREAM, code=2).stderr
    events.write_text("begin_s,end_s,label\n1,0.4,low\n", encoding="utf-8")
    assert "events.csv:2: expected 0 <= begin_s < end_s <= 2.4, the recording's end, got 1 and 0.4" in \
        listener(*STREAM, code=2).stderr
    events.write_text("begin_s,end_s,label\n", encoding="utf-8")
    assert "expected" in listener(*STREAM, code=2).stderr
    write_recording(listener.folder / "long.wav", [(330, 0.1)])
    assert "long.wav: expected at least a clip of 0.2 s, found 0.1 s" in listener(*STREAM, code=2).stderr
    listener("evaluate", "mlp:4", listener.config(), "--set", "training.epochs=1", "--out", "digits")
    assert "expected a network for recordings" in listener("stream", "digits", *STREAM[2:4], code=2).stderr
