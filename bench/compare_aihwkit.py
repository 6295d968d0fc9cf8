# SPDX-License-Identifier: Apache-2.0
"""The errors of mho's devices beside aihwkit's: the same weights, programmed and left to drift in both.

    python bench/compare_aihwkit.py [--mho build/release/mho] [--markdown table.md]

Prints the relative error of products ||(W' - W) X|| / ||W X|| with 512 x 512 normal weights cut at 2.5 deviations, mean
and standard deviation over programmings, as read and with global drift compensation. aihwkit stands twice: "as it is"
(its tiles turn programmed weights into pairs a second time before they drift), and "per device", its own formulas
applied to each conductance without that step, which is what mho's devices do. Skips where aihwkit is not installed.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

try:
    import numpy
    import torch
    from aihwkit import __version__ as aihwkit_version
    from aihwkit.inference import PCMLikeNoiseModel
    from aihwkit.inference.compensation.drift import GlobalDriftCompensation
    from aihwkit.inference.noise.custom import StateIndependentNoiseModel
    from aihwkit.inference.noise.hermes import HermesNoiseModel
    from aihwkit.inference.noise.reram import ReRamWan2022NoiseModel
    from aihwkit.nn import AnalogLinear
    from aihwkit.simulator.configs import InferenceRPUConfig
except ImportError as error:
    print(f"compare_aihwkit: skipped, aihwkit cannot be imported ({error}); see bench/README.md")
    sys.exit(0)

warnings.filterwarnings("ignore", message="Using a non-tuple sequence")  # inside aihwkit
ROOT = pathlib.Path(__file__).resolve().parents[1]
SIZE, INPUTS, CLIP = 512, 256, 2.5
DRIFT_TIMES = [0, 3600, 86400, 2592000]
# mho's device, aihwkit's model at the same g_max, times in s
DEVICES = [
    ("pcm", lambda: PCMLikeNoiseModel(g_max=25.0), DRIFT_TIMES),
    ("hermes_odp", lambda: HermesNoiseModel(num_devices=1, g_max=10.35), DRIFT_TIMES),
    ("hermes_tdp", lambda: HermesNoiseModel(num_devices=2, g_max=20.7), DRIFT_TIMES),
    ("state_independent", lambda: StateIndependentNoiseModel(g_max=25.0), DRIFT_TIMES),
    ("reram_wan2022", lambda: ReRamWan2022NoiseModel(g_max=40.0), [1, 86400, 172800]),
]


def relative_error(weights, expected, inputs):
    return float(torch.linalg.norm((weights - expected) @ inputs) / torch.linalg.norm(expected @ inputs))


def errors_as_it_is(make_model, weights, times):
    """[time] -> (raw, compensated) of one programming through aihwkit's own layer and tile."""
    config = InferenceRPUConfig()
    config.forward.is_perfect = True
    config.mapping.max_input_size = config.mapping.max_output_size = 0
    config.noise_model = make_model()
    config.drift_compensation = GlobalDriftCompensation()
    layer = AnalogLinear(SIZE, SIZE, bias=False, rpu_config=config)
    layer.set_weights(weights)
    layer.eval()
    layer.program_analog_weights()
    inputs = torch.randn(SIZE, INPUTS)
    found = []
    for time_s in times:
        layer.drift_analog_weights(time_s)
        alpha = float(next(layer.analog_tiles()).alpha)
        drifted = layer.get_weights()[0]
        found.append((relative_error(drifted, weights, inputs), relative_error(alpha * drifted, weights, inputs)))
    return found


def errors_per_device(make_model, weights, times):
    """The same with the noise model's formulas on each conductance of the pairs, which stay what they are."""
    model = make_model()
    targets, parameters = model.g_converter.convert_to_conductances(weights)
    programmed = [model.apply_programming_noise_to_conductance(g.clone()) for g in targets]
    drift = [model.generate_drift_coefficients(g.clone()) for g in targets]

    def read(time_s):
        pair = [model.apply_drift_noise_to_conductance(g, nu, time_s) for g, nu in zip(programmed, drift)]
        return model.g_converter.convert_back_to_weights(pair, parameters)

    inputs = torch.randn(SIZE, INPUTS)
    baseline = read(times[0]).abs().mean()
    found = []
    for time_s in times:
        drifted = read(time_s)
        alpha = baseline / drifted.abs().mean()
        found.append((relative_error(drifted, weights, inputs), relative_error(alpha * drifted, weights, inputs)))
    return found


def mho_errors(arguments, device, weights_file, times):
    words = [arguments.mho, "device", device, "--mvm", "--json", "--weights", str(weights_file),
             "--programmings", str(arguments.programmings)]
    for time_s in times:
        words += ["--time", str(time_s)]
    found = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)["errors"]
    return [[(point[kind]["mean"], point[kind]["deviation"]) for kind in ("raw", "compensated")] for point in found]


def spread(programmings):
    """Of [programming][time][kind]: [time][kind] -> (mean, deviation)."""
    values = numpy.array(programmings)
    return [[(m, d) for m, d in zip(mean, deviation)]
            for mean, deviation in zip(values.mean(axis=0), values.std(axis=0, ddof=1))]


def time_text(time_s):
    return {0: "0", 1: "1 s", 3600: "1 h", 86400: "1 d", 172800: "2 d", 2592000: "30 d"}[time_s]


def rows_of(arguments, device, make_model, times, weights, weights_file):
    mho = mho_errors(arguments, device, weights_file, times)
    per_device = spread([errors_per_device(make_model, weights, times) for _ in range(arguments.programmings)])
    as_it_is = spread([errors_as_it_is(make_model, weights, times) for _ in range(arguments.programmings)])
    for t, time_s in enumerate(times):
        for kind, name in enumerate(["as read", "compensated"]):
            ours, theirs, tile = mho[t][kind], per_device[t][kind], as_it_is[t][kind]
            yield (f"| {device} | {time_text(time_s)} | {name} | " +
                   " | ".join(f"{mean:.4f} ({deviation:.4f})" for mean, deviation in (ours, theirs, tile)) +
                   f" | {100 * (ours[0] / theirs[0] - 1):+.2f} % | {100 * (ours[0] / tile[0] - 1):+.2f} % |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--mho", default=str(ROOT / "build/release/mho"))
    parser.add_argument("--programmings", type=int, default=10)
    parser.add_argument("--markdown", type=pathlib.Path, help="write the table here too")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    numpy.random.seed(0)
    weights = torch.randn(SIZE, SIZE).clamp(-CLIP, CLIP) / CLIP  # outputs x inputs, as aihwkit keeps them
    lines = [f"aihwkit {aihwkit_version}, {arguments.programmings} programmings: mean (standard deviation)", "",
             "| device | after | output | mho | aihwkit per device | aihwkit as it is | mho to per device | to as it is |",
             "|---|---|---|---|---|---|---|---|"]
    print("\n".join(lines), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        weights_file = pathlib.Path(folder) / "weights.npy"
        numpy.save(weights_file, weights.T.contiguous().numpy())  # mho: inputs x outputs
        for device, make_model, times in DEVICES:
            for row in rows_of(arguments, device, make_model, times, weights, weights_file):
                print(row, flush=True)
                lines.append(row)
    if arguments.markdown:
        arguments.markdown.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
