#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lays the test clips of a folder of recordings one after the other, with pauses of quiet noise between them, for `mho stream`:

    python examples/long_recording.py CLIPS [--split test] [--pause 2] [--out long.wav] [--events events.csv]

CLIPS is a folder or archive as `mho data prepare audio` takes it (SPLIT/WORD/*.wav, or WORD/*.wav with Speech Commands' split by
hash when there are no splits), of one sample rate, 16 bit, one channel. Standard library only.
"""
import argparse
import array
import csv
import hashlib
import io
import pathlib
import random
import re
import tarfile
import wave

LARGEST_WAVES = 2**27 - 1  # Speech Commands' MAX_NUM_WAVS_PER_CLASS


def files(source):
    """(path, bytes) of every WAV file, in the order of their names."""
    if source.is_dir():
        found = {path.relative_to(source).as_posix(): path.read_bytes() for path in source.rglob("*.wav")}
    else:
        with tarfile.open(source) as archive:
            found = {member.name: archive.extractfile(member).read() for member in archive
                     if member.isfile() and member.name.endswith(".wav")}
    return sorted(found.items())


def split_of(path):
    """By the folder, else by Speech Commands' rule: a hash of the speaker, 10 % each for validation and test."""
    for split in ("train", "validation", "test"):
        if split in path.parts:
            return split
    speaker = re.sub(r"_nohash_.*$", "", path.name)
    percent = int(hashlib.sha1(speaker.encode()).hexdigest(), 16) % (LARGEST_WAVES + 1) * (100.0 / LARGEST_WAVES)
    return "validation" if percent < 10 else "test" if percent < 20 else "train"


def samples_of(data):
    with wave.open(io.BytesIO(data)) as clip:
        if (clip.getsampwidth(), clip.getnchannels()) != (2, 1):
            raise SystemExit("expected 16-bit recordings of one channel")
        return array.array("h", clip.readframes(clip.getnframes())), clip.getframerate()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", type=pathlib.Path)
    parser.add_argument("--split", default="test")
    parser.add_argument("--pause", type=float, default=2, help="seconds between two clips")
    parser.add_argument("--out", default="long.wav")
    parser.add_argument("--events", default="events.csv")
    arguments = parser.parse_args()
    draw = random.Random(0)
    clips = [(path, data) for name, data in files(arguments.clips)
             if split_of(path := pathlib.PurePosixPath(name)) == arguments.split]
    draw.shuffle(clips)
    if not clips:
        raise SystemExit(f"{arguments.clips}: no recordings of the split {arguments.split}")
    recording, events, rate = array.array("h"), [], 0
    for path, data in clips:
        samples, rate = samples_of(data)
        recording.extend(draw.randrange(-50, 51) for _ in range(int(arguments.pause * rate)))
        events.append((len(recording) / rate, (len(recording) + len(samples)) / rate, path.parent.name))
        recording.extend(samples)
    with wave.open(arguments.out, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(recording.tobytes())
    with open(arguments.events, "w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([("begin_s", "end_s", "label"), *events])
    print(f"{arguments.out}: {len(recording) / rate:.1f} s, {len(events)} clips; {arguments.events}")


if __name__ == "__main__":
    main()
