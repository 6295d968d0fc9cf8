# SPDX-License-Identifier: Apache-2.0
"""Makes the golden tensors of tests/nn/test_golden.cpp: three training steps of small networks in PyTorch, in double
precision, digital and through converters with given noisy weights.

    pip install torch==2.13.0 numpy==2.4.6    # in a virtual environment; the tests themselves need neither
    python tests/golden/make_golden.py

Each case is <case>.npz; the networks are <network>.json. Layers, batch norm, loss and optimisers are PyTorch's own;
the converters are written here. Everything that goes in (images, parameters, conductances) is rounded to float first,
so that a float engine starts from the same numbers. A step whose values come too close to a place where the result
jumps (a converter's rounding border, a ReLU's kink, two equal candidates of a maximum) is drawn again.
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

from golden_networks import CASES, NETWORKS

FOLDER = pathlib.Path(__file__).resolve().parent
STEPS = 3
BORDER = 1e-4  # distance from a converter's rounding border, in steps
KINK = 1e-5  # distance from a ReLU's kink and between a maximum's candidates
CROSSBAR_ROWS = 16
DAC_LEVELS = 127.0
ADC_STEP = 1 / 64
ADC_LIMIT = 127 / 64
WEIGHT_NOISE = 0.05
FIRST_RANGE = 127 / 64  # of the image: levels / range is exactly 64, so that exact ties can be given


class TooClose(Exception):
    """A value lies where rounding decides the result: draw again."""


def as_float(values):
    """Rounded to float, held in double."""
    return np.asarray(values).astype(np.float32).astype(np.float64)


def padding_of(layer, height, width):
    """[top, bottom, left, right]; "same" is ceil(input / stride) outputs, the odd pixel at the bottom and right."""
    if layer["padding"] != "same":
        return layer["padding"]
    sides = []
    for size, kernel, stride in zip((height, width), layer["kernel"], layer["stride"]):
        total = max(0, (-(-size // stride) - 1) * stride + kernel - size)
        sides += [total // 2, total - total // 2]
    return sides


def pad(x, layer, value):
    top, bottom, left, right = padding_of(layer, x.shape[1], x.shape[2])
    return F.pad(x, (0, 0, left, right, top, bottom), value=value)


def check_border(steps, exact_ties=False):
    distance = (steps - torch.floor(steps) - 0.5).abs()
    if exact_ties:  # by construction exact in float too
        distance = distance[distance > 0]
    if (distance < BORDER).any():
        raise TooClose


def rounded(x, step, limit):
    """Mid-tread rounding, ties to even, then the clip; the gradient passes straight through both."""
    result = torch.clamp(torch.round(x / step) * step, -limit, limit)
    return x + (result - x).detach()


class Converters:
    """A crossbar layer's forward: y = sum over row splits of scale ADC(sum DAC(x / range) g), plus the bias."""

    def __init__(self, weight, input_range, rng):
        rows, columns = weight.shape
        self.starts = list(range(0, rows, CROSSBAR_ROWS))
        values = weight.detach().numpy()
        largest = np.stack([np.abs(values[s:s + CROSSBAR_ROWS]).max(axis=0) for s in self.starts])
        self.range = float(input_range)
        self.scales = as_float(largest * self.range)  # output per unit of the ADC's
        per_row = np.repeat(self.scales / self.range, CROSSBAR_ROWS, axis=0)[:rows]
        noise = WEIGHT_NOISE * rng.standard_normal((rows, columns))
        self.conductances = as_float(values / per_row + noise)
        ideal = weight / torch.from_numpy(per_row)
        self.g = ideal + (torch.from_numpy(self.conductances) - ideal).detach()
        self.clipped = [0, 0]

    def convert(self, x, exact_ties):
        u = x / self.range
        check_border(u * DAC_LEVELS, exact_ties)
        self.clipped[0] += int((u.abs() > 1).sum())
        return rounded(u, 1 / DAC_LEVELS, 1.0)

    def product(self, u):
        y = 0
        for split, start in enumerate(self.starts):
            stop = start + CROSSBAR_ROWS
            total = u[..., start:stop] @ self.g[start:stop]
            check_border(total / ADC_STEP)
            self.clipped[1] += int((total.abs() > ADC_LIMIT).sum())
            y = y + rounded(total, ADC_STEP, ADC_LIMIT) * torch.from_numpy(self.scales[split])
        return y


def patches(x, layer):
    """[n, height, width, rows] in the order of the weight's rows: kernel row, kernel column, channel."""
    (kh, kw), (sh, sw) = layer["kernel"], layer["stride"]
    height, width = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
    taps = [x[:, a:a + sh * height:sh, b:b + sw * width:sw][:, :height, :width] for a in range(kh) for b in range(kw)]
    return torch.cat(taps, dim=3)


def convolution(x, layer, weight, converters):
    if converters:
        u = converters.convert(x, layer["inputs"] == ["input"])
        return converters.product(patches(pad(u, layer, 0.0), layer))
    kh, kw = layer["kernel"]
    kernel = weight.reshape(kh, kw, x.shape[3] // layer["groups"], layer["out_channels"]).permute(3, 2, 0, 1)
    y = F.conv2d(pad(x, layer, 0.0).permute(0, 3, 1, 2), kernel, stride=layer["stride"], groups=layer["groups"])
    return y.permute(0, 2, 3, 1)


def max_pool(x, layer):
    padded = pad(x, layer, float("-inf"))
    kh, kw = layer["kernel"]
    windows = patches(padded, layer).detach()
    windows = windows.reshape(*windows.shape[:3], kh * kw, x.shape[3])
    best = torch.sort(windows, dim=3, descending=True).values
    gap = best[:, :, :, 0] - best[:, :, :, 1]
    if ((gap > 0) & (gap < KINK)).any():  # equal values (after a ReLU or an ADC) are equal in float too: the first wins
        raise TooClose
    return F.max_pool2d(padded.permute(0, 3, 1, 2), layer["kernel"], layer["stride"]).permute(0, 2, 3, 1)


BLOCKS = {"lstm": 4, "gru": 4, "rnn": 1}
CELLS = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}
# Which of a unit's blocks PyTorch's gates are, of inputs and of states.
GATES = {"lstm": ([0, 1, 2, 3], [0, 1, 2, 3]), "gru": ([0, 1, 2], [0, 1, 3]), "rnn": ([0], [0])}


def gates_of(rows, kind, of_states):
    """Rows of a recurrent layer's matrix (or its bias, a row) as PyTorch has them: [gates * units, rows]."""
    blocks = rows.reshape(len(rows), -1, BLOCKS[kind])[:, :, GATES[kind][of_states]]
    return blocks.permute(2, 1, 0).reshape(-1, len(rows))


def recurrent(x, layer, own):
    """PyTorch's own layer, from the weights as mho has them."""
    kind, inputs = layer["kind"], x.shape[3]
    module = CELLS[kind](inputs, layer["units"], batch_first=True, bias=layer["bias"]).double()
    tensors = dict(weight_ih_l0=gates_of(own["weight"][:inputs], kind, 0),
                   weight_hh_l0=gates_of(own["weight"][inputs:], kind, 1))
    if layer["bias"]:
        bias = own["bias"].reshape(1, -1)
        tensors["bias_ih_l0"] = gates_of(bias, kind, 0).reshape(-1)
        second = gates_of(bias, kind, 1).reshape(-1)
        same = torch.tensor([a == b for a, b in zip(*GATES[kind]) for _ in range(layer["units"])])
        tensors["bias_hh_l0"] = torch.where(same, torch.zeros_like(second), second)
    return torch.func.functional_call(module, tensors, (x[:, :, 0],))[0][:, :, None]


def converted_recurrent(x, layer, own, converters):
    """The same step by step, its sums through the converters; no gated recurrent units."""
    states = [x.new_zeros(len(x), layer["units"])]
    cell = states[0]
    for t in range(x.shape[1]):
        u = converters.convert(torch.cat([x[:, t, 0], states[-1]], dim=1), layer["inputs"] == ["input"])
        sums = converters.product(u) + (own["bias"] if layer["bias"] else 0)
        if layer["kind"] == "rnn":
            states.append(torch.tanh(sums))
            continue
        i, f, g, o = sums.reshape(len(x), -1, 4).unbind(2)
        cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(g)
        states.append(torch.sigmoid(o) * torch.tanh(cell))
    return torch.stack(states[1:], dim=1)[:, :, None]


def forward(layers, parameters, images, analog):
    """The logits. `analog` maps the name of a crossbar layer to its Converters."""
    values = {"input": images}
    for layer in layers:
        name, kind = layer["name"], layer["kind"]
        own = parameters.get(name, {})
        x = values[layer["inputs"][0]]
        if kind == "conv2d":
            y = convolution(x, layer, own["weight"], analog.get(name))
        elif kind == "dense":
            x = x.reshape(len(x), 1, 1, -1)
            if name in analog:
                y = analog[name].product(analog[name].convert(x, layer["inputs"] == ["input"]))
            else:
                y = x @ own["weight"]
        elif kind in CELLS:
            values[name] = converted_recurrent(x, layer, own, analog[name]) if name in analog else recurrent(x, layer, own)
            continue
        elif kind == "last":
            y = x[:, -1:]
        elif kind == "batch_norm":
            y = F.batch_norm(x.permute(0, 3, 1, 2), own["running_mean"], own["running_variance"], own["gamma"],
                             own["beta"], training=True, momentum=0.1, eps=layer["epsilon"]).permute(0, 2, 3, 1)
        elif kind == "relu":
            if ((x != 0) & (x.abs() < KINK)).any():
                raise TooClose
            y = F.relu(x)
        elif kind == "max_pool":
            y = max_pool(x, layer)
        elif kind == "global_average_pool":
            y = x.mean(dim=(1, 2), keepdim=True)
        elif kind == "add":
            y = sum(values[i] for i in layer["inputs"])
        else:
            return x.reshape(len(x), -1)
        values[name] = y + own["bias"] if "bias" in own else y
    raise ValueError("no loss")


TRAINED = ("weight", "bias", "gamma", "beta")


def initial_parameters(input_shape, layers, rng):
    shapes, parameters = {"input": input_shape}, {}
    for layer in layers:
        name, kind = layer["name"], layer["kind"]
        h, w, c = shapes[layer["inputs"][0]]
        own = {}
        if kind in ("conv2d", "max_pool"):
            top, bottom, left, right = padding_of(layer, h, w)
            h = (h + top + bottom - layer["kernel"][0]) // layer["stride"][0] + 1
            w = (w + left + right - layer["kernel"][1]) // layer["stride"][1] + 1
        if kind == "conv2d":
            rows, columns = layer["kernel"][0] * layer["kernel"][1] * (c // layer["groups"]), layer["out_channels"]
        if kind == "dense":
            rows, columns, h, w = h * w * c, layer["out_features"], 1, 1
        if kind in ("conv2d", "dense"):
            c = columns
            own["weight"] = rng.standard_normal((rows, columns)) * np.sqrt(2 / rows)
            if layer["bias"]:
                own["bias"] = 0.2 * rng.standard_normal(columns)
        if kind in CELLS:
            rows, columns = c + layer["units"], layer["units"] * BLOCKS[kind]
            own["weight"] = rng.standard_normal((rows, columns)) * np.sqrt(2 / rows)
            if layer["bias"]:
                own["bias"] = 0.2 * rng.standard_normal(columns)
            if kind == "gru":  # its candidate keeps inputs and states apart
                own["weight"][:c, 3::4] = own["weight"][c:, 2::4] = 0
            c = layer["units"]
        if kind == "batch_norm":
            own = dict(gamma=1 + 0.2 * rng.standard_normal(c), beta=0.2 * rng.standard_normal(c),
                       running_mean=0.3 * rng.standard_normal(c), running_variance=0.5 + rng.random(c))
        if kind in ("global_average_pool", "last"):
            h, w = 1, 1
        shapes[name] = [h, w, c]
        if own:
            parameters[name] = {k: torch.from_numpy(as_float(v)).requires_grad_(k in TRAINED) for k, v in own.items()}
    return parameters


def draw_images(shape, analog, rng):
    images = as_float(rng.standard_normal(shape))
    if analog:  # some exact ties of the first DAC: (whole + 1/2) / 64
        ties = rng.random(shape) < 0.05
        images[ties] = (np.floor(images[ties] * 64) + 0.5) / 64
    return images


def attempt(case, step, parameters, seed):
    """One draw of a step's images, labels and noise; its loss with its graph. Throws TooClose."""
    input_shape, layers = NETWORKS[case["network"]]
    rng = np.random.default_rng(seed)
    count = case["batches"][step]
    images = draw_images((count, *input_shape), case.get("analog"), rng)
    labels = rng.integers(0, next(l["out_features"] for l in layers if l["name"] == "logits"), count)
    analog = {}
    if case.get("analog"):
        for layer in layers:
            if layer["kind"] in ("conv2d", "dense", *CELLS):
                input_range = FIRST_RANGE if layer["inputs"] == ["input"] else as_float(rng.uniform(1.6, 2.4))
                analog[layer["name"]] = Converters(parameters[layer["name"]]["weight"], input_range, rng)
    # Batch norm writes its running statistics in place: an attempt that fails must not have.
    trial = {node: {k: v.clone() if k.startswith("running") else v for k, v in own.items()}
             for node, own in parameters.items()}
    logits = forward(layers, trial, torch.from_numpy(images), analog)
    best = torch.sort(logits.detach(), dim=1, descending=True).values
    if (best[:, 0] - best[:, 1] < KINK).any():
        raise TooClose
    loss = F.cross_entropy(logits, torch.from_numpy(labels), label_smoothing=case["smoothing"])
    correct = int((logits.argmax(dim=1).numpy() == labels).sum())
    return images, labels, analog, trial, loss, correct


def make_optimizer(case, parameters, rate, decay):
    tensors = [(k, v) for own in parameters.values() for k, v in own.items() if k in TRAINED]
    groups = [dict(params=[v for k, v in tensors if k == "weight"], weight_decay=decay),
              dict(params=[v for k, v in tensors if k != "weight"], weight_decay=0.0)]
    if case.get("adam"):
        return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.999), eps=1e-8)
    return torch.optim.SGD(groups, lr=rate, momentum=0.9, nesterov=True)


def check_adam_gradients(parameters):
    """Adam's first step is a sign: no gradient may be so small that rounding decides it."""
    for own in parameters.values():
        for name in own:
            g = own[name].grad
            if g is not None and ((g != 0) & (g.abs() < 1e-6)).any():
                raise TooClose


def make_case(name, case, first_seed):
    rate, decay = (0.01, 0.05) if case.get("adam") else (0.05, 0.01)
    input_shape, layers = NETWORKS[case["network"]]
    parameters = initial_parameters(input_shape, layers, np.random.default_rng(first_seed))
    optimizer = make_optimizer(case, parameters, rate, decay)
    arrays = dict(learning_rate=np.float64(rate), weight_decay=np.float64(decay),
                  smoothing=np.float64(case["smoothing"]))

    def keep(prefix, tensors, dtype):
        for node, own in tensors.items():
            for k, v in own.items():
                arrays[f"{prefix}/{node}.{k}"] = v.detach().numpy().astype(dtype)

    keep("initial", parameters, np.float32)
    clipped, seed = np.zeros(2, dtype=int), first_seed
    for step in range(STEPS):
        while True:
            seed += 1
            optimizer.zero_grad()
            try:
                images, labels, analog, trial, loss, correct = attempt(case, step, parameters, seed)
                loss.backward()
                if case.get("adam"):
                    check_adam_gradients(parameters)
                break
            except TooClose:
                continue
        arrays[f"step{step}/images"] = images.astype(np.float32)
        arrays[f"step{step}/labels"] = labels.astype(np.int32)
        arrays[f"step{step}/loss"] = np.float64(loss.item())
        arrays[f"step{step}/correct"] = np.int32(correct)
        keep(f"step{step}/gradient", {n: {k: v.grad for k, v in own.items() if v.grad is not None}
                                      for n, own in parameters.items()}, np.float64)
        for node, c in analog.items():
            arrays[f"step{step}/conductances/{node}"] = c.conductances.astype(np.float32)
            arrays[f"step{step}/scales/{node}"] = c.scales.astype(np.float32)
            arrays[f"step{step}/input_range/{node}"] = np.float32(c.range)
            clipped += c.clipped
        optimizer.step()
        for node, own in trial.items():
            for k in own:
                if k.startswith("running"):
                    parameters[node][k] = own[k]
    keep("final", parameters, np.float64)
    if case.get("analog"):
        assert clipped.min() > 0, "no value reached a converter's limit"
        arrays.update(dac_levels=np.float64(DAC_LEVELS), adc_step=np.float64(ADC_STEP), adc_limit=np.float64(ADC_LIMIT),
                      crossbar_rows=np.int32(CROSSBAR_ROWS))
    file = FOLDER / f"{name}.npz"
    np.savez_compressed(file, **arrays)
    assert file.stat().st_size < 150_000
    print(f"{file.name}: {file.stat().st_size} bytes, {seed - first_seed} draws, clipped (DAC, ADC) {clipped}")


def write_network(name):
    input_shape, layers = NETWORKS[name]
    lines = ",\n".join("    " + json.dumps(layer) for layer in layers)
    top = f'{{\n  "format": "mho-architecture-1",\n  "name": "{name}",\n  "input": {input_shape},\n  "layers": [\n'
    (FOLDER / f"{name}.json").write_text(f"{top}{lines}\n  ]\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for network in NETWORKS:
        write_network(network)
    for number, (case_name, settings) in enumerate(CASES.items()):
        make_case(case_name, settings, 1_000_000 * (number + 1))
