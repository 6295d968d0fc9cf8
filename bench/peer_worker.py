# SPDX-License-Identifier: Apache-2.0
"""One peer's measurement in a process of its own: prints one JSON line with images/s of each sample."""

import itertools
import json
import sys
import time

ON_CHIP_IMAGES = 512  # that on-chip rows go through in turn: of one mini-batch alone soon nothing is left to learn
LEARNING_RATE, MOMENTUM, WEIGHT_DECAY = 0.01, 0.9, 5e-4
DRIFT_TIMES_S = [1, 3600, 86400, 864000, 2592000]


def aihwkit_config(kind):
    """mho's default [hardware] and [training] in aihwkit's terms; the faster of its ways where there are two."""
    from aihwkit.inference import GlobalDriftCompensation, PCMLikeNoiseModel
    from aihwkit.simulator import configs
    from aihwkit.simulator.parameters.enums import (BoundManagementType, NoiseManagementType, WeightClipType,
                                                    WeightModifierType)

    config = configs.TorchInferenceRPUConfig() if kind == "torch_tile" else configs.InferenceRPUConfig()
    forward = config.forward
    forward.inp_res = forward.out_res = 1 / 254
    forward.inp_bound, forward.out_bound, forward.out_noise = 1.0, 10.0, 0.04
    forward.noise_management = NoiseManagementType.ABS_MAX
    forward.bound_management = BoundManagementType.NONE
    config.modifier.type = WeightModifierType.ADD_NORMAL
    config.modifier.std_dev = 0.06
    config.modifier.rel_to_actual_wmax = True
    config.clip.type = WeightClipType.LAYER_GAUSSIAN
    config.clip.sigma = 2.5
    config.mapping.max_input_size = config.mapping.max_output_size = 512
    config.noise_model = PCMLikeNoiseModel(g_max=25.0)
    config.drift_compensation = GlobalDriftCompensation()
    return config


def on_chip_config(row):
    """What mho's on-chip rows train on, baseline_chip() of evaluators/measures/network_bench.cpp, in aihwkit's terms."""
    from aihwkit.simulator.configs import (DigitalRankUpdateRPUConfig, MixedPrecisionCompound, SingleRPUConfig, SoftBoundsDevice)
    from aihwkit.simulator.parameters.enums import BoundManagementType, NoiseManagementType

    device = SoftBoundsDevice(dw_min=1 / 600, dw_min_dtod=0.3, dw_min_std=0.3, up_down=0, up_down_dtod=0.01, w_max=1, w_min=-1,
                              w_max_dtod=0.3, w_min_dtod=0.3)
    mixed = row == "mixed_precision_training"
    config = DigitalRankUpdateRPUConfig(device=MixedPrecisionCompound(device=device)) if mixed else SingleRPUConfig(device=device)
    for io in (config.forward, config.backward):
        io.inp_res, io.out_res, io.inp_bound, io.out_bound, io.out_noise = 1 / 126, 1 / 510, 1.0, 20.0, 0.1
        io.noise_management = NoiseManagementType.ABS_MAX
    config.forward.bound_management = BoundManagementType.ITERATIVE
    config.update.desired_bl = 31 if row == "pulsed31_training" else 10
    return config


def build(network, peer, form, row):
    """(module, one mini-batch, labels) of a peer: torch in a memory format (and compiled), or aihwkit with a kind of
    tile."""
    import torch
    from peer_network import PeerNetwork, count_macs

    torch.manual_seed(0)
    height, width, channels = network["architecture"]["input"]
    module = PeerNetwork(network["architecture"], analog=peer == "aihwkit")
    assert count_macs(module, (channels, height, width)) == network["macs"], "not the network that mho runs"
    images = torch.randn(network["batch"], channels, height, width)
    labels = torch.randint(0, network["classes"], (network["batch"],))
    if peer == "aihwkit":
        from aihwkit.nn.conversion import convert_to_analog

        grouped = [name for name, m in module.named_modules() if getattr(m, "groups", 1) > 1]  # stay digital, as in mho
        config = on_chip_config(row) if form == "pulsed_tile" else aihwkit_config(form)
        module = convert_to_analog(module, config, exclude_modules=grouped)
    elif form.startswith("channels_last"):
        module, images = (t.to(memory_format=torch.channels_last) for t in (module, images))
    if form.endswith("_compiled"):
        module = torch.compile(module)
    return module, images, labels


def make_optimizer(module, peer):
    from torch.optim import SGD

    settings = {"lr": LEARNING_RATE, "momentum": MOMENTUM, "nesterov": True, "weight_decay": WEIGHT_DECAY}
    if peer == "torch":
        return SGD(module.parameters(), fused=True, **settings)
    from aihwkit.optim import AnalogSGD

    optimizer = AnalogSGD(module.parameters(), **settings)
    optimizer.regroup_param_groups(module)
    return optimizer


def training(network, peer, form, row):
    """(one step, images in it). In bfloat16_training products are in bfloat16, as autocast chooses them."""
    import torch
    import torch.nn.functional as F

    module, images, labels = build(network, peer, form, row)
    module.train()
    optimizer = make_optimizer(module, peer)
    batches = [(images, labels)]
    if form == "pulsed_tile":
        # A fifth of the pixels above 0, as MNIST has them and mho's rows: trains of no input cost nothing.
        batches = [((torch.randn_like(images) - 0.84).clamp(min=0), torch.randint_like(labels, network["classes"]))
                   for _ in range(ON_CHIP_IMAGES // len(images))]
    batches = itertools.cycle(batches)

    def step():
        images, labels = next(batches)
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=row == "bfloat16_training"):
            loss = F.cross_entropy(module(images), labels)
        loss.backward()
        optimizer.step()

    return step, network["batch"]


def seconds_of(call, sample_s):
    """CPU seconds of one call, over as many as fill a sample."""
    calls, begin = 0, time.process_time()
    while True:
        call()
        calls += 1
        now = time.process_time() - begin
        if now >= sample_s:
            return now / calls


def sample_training(job, gate):
    step, images = training(job["network"], job["peer"], job["form"], job["row"])
    for _ in range(3):
        step()
    gate()
    return [images / seconds_of(step, job["sample_s"]) for _ in range(job["samples"])]


def sample_score(job, gate):
    """Images/s of one programming, read at all times on `score_images` each. Program and drift are timed whole, the
    forward pass on as many mini-batches as fill a sample, so that slow peers can be waited for."""
    import torch

    module, images, _ = build(job["network"], job["peer"], job["form"], job["row"])
    module.eval()

    def at_a_time(time_s):
        drift = seconds_of(lambda: module.drift_analog_weights(time_s), 0)
        forward = seconds_of(lambda: module(images), job["sample_s"] / len(DRIFT_TIMES_S)) / len(images)
        return drift + job["score_images"] * forward

    rates = []
    with torch.no_grad():
        module(images)
        gate()
        for _ in range(job["samples"]):
            program = seconds_of(module.program_analog_weights, 0)
            total = program + sum(at_a_time(t) for t in DRIFT_TIMES_S)
            rates.append(len(DRIFT_TIMES_S) * job["score_images"] / total)
    return rates


def versions(peer):
    """Versions of what the peer needs; ImportError where it is not here."""
    import torch

    torch.set_num_threads(1)
    found = {"torch": torch.__version__}
    if peer == "aihwkit":
        import aihwkit
        import aihwkit.nn
        import aihwkit.optim  # noqa: F401  what only fails when used is not here either

        found["aihwkit"] = aihwkit.__version__
    return found


def main(job):
    """job: peer, form, row, network, samples, sample_s, score_images. Without a network only the versions are found.
    With one, "ready" is printed and a line awaited before anything is timed."""
    try:
        found = {"versions": versions(job["peer"])}
    except (ImportError, OSError) as error:
        found = {"missing": str(error)}
    if "network" in job and "versions" in found:

        def gate():
            print("ready", flush=True)
            sys.stdin.readline()

        sample = sample_score if job["row"] == "drift_score" else sample_training
        found["rates"] = sample(job, gate)
    print(json.dumps(found), flush=True)
