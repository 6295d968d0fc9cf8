# SPDX-License-Identifier: Apache-2.0
"""Networks with their weights, from files and arrays, and what mho makes of them."""

import json
import os
import pathlib
import tempfile
import warnings

from mho import _core
from mho._errors import InputError, needed


class Candidate:
    """A network with its trained weights.

    name: what messages call it. architecture: the document that docs/architecture.md describes, as a dict.
    weights: {"<layer>.<tensor>": float32 array}, as weights.safetensors holds them. notes: what was changed on the way
    in, a line each. Raises InputError when they do not belong together.
    """

    def __init__(self, architecture, weights, name="candidate", notes=()):
        numpy = needed("numpy", "mho.Candidate")
        self.name = name
        self.architecture = _document(architecture)
        self.weights = {key: numpy.ascontiguousarray(values, numpy.float32) for key, values in dict(weights).items()}
        self.notes = list(notes)
        _core.check_candidate(name, json.dumps(self.architecture), self.weights)

    def save(self, folder):
        """Writes architecture.json and weights.safetensors: a folder that every command takes as a network."""
        _core.save_candidate(os.fspath(folder), json.dumps(self.architecture), self.weights)

    def __repr__(self):
        height, width, channels = self.architecture["input"]
        return f"mho.Candidate({self.name!r}, {height}x{width}x{channels}, {len(self.architecture['layers'])} layers)"


def _document(architecture):
    if isinstance(architecture, dict):
        return architecture
    text, where = architecture, "architecture"
    if isinstance(architecture, os.PathLike) or not str(architecture).lstrip().startswith("{"):
        where = os.fspath(architecture)
        try:
            text = pathlib.Path(where).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{where}: expected an architecture file, got none that can be read: {error}") from error
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{where}: expected JSON, got: {error}") from error


def from_onnx(path, input_shape=None):
    """The network of an ONNX file (docs/import.md says which operators are known), as a Candidate.

    input_shape: (height, width, channels) of the task's images, where the file leaves the layout of its input open (flat
    vectors). Raises InputError with the file, the node, what was expected and what was found.
    """
    from mho._onnx import convert
    architecture, weights, notes = convert(os.fspath(path), input_shape)
    return Candidate(architecture, weights, os.fspath(path), notes)


def from_torch(module, example_input, input_shape=None):
    """A PyTorch module as a Candidate, through PyTorch's own ONNX exporter (pip install torch onnx onnxscript).

    module: in evaluation it is exported as it would infer; its mode is put back. example_input: one batch, images with
    channels first. Raises InputError.
    """
    torch = needed("torch", "mho.from_torch")
    was_training = module.training
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / f"{type(module).__name__}.onnx"
        try:
            module.eval()
            with torch.no_grad(), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                torch.onnx.export(module, (example_input,), str(file), dynamo=True, optimize=False, verbose=False)
        except Exception as error:
            raise InputError(f"mho.from_torch: expected a module that torch.onnx.export can write, got "
                             f"{type(error).__name__}: {error}") from error
        finally:
            module.train(was_training)
        found = from_onnx(file, input_shape)
    found.name = type(module).__name__
    return found


def from_arrays(architecture, weights, name="arrays"):
    """A Candidate from an architecture (dict, JSON text or file, docs/architecture.md) and its weights by name."""
    return Candidate(architecture, weights, name)


def evaluate(candidate, config, seed=None, threads=0, **settings):
    """Judges a network as `mho evaluate` does; the dict of its score.json.

    Args:
        candidate: a Candidate, or a network as commands name it: a winner folder, an ONNX file, an architecture file
            or a built-in name; the last two have no weights and are trained first.
        config: the run file.
        seed: replaces search.seed.
        threads: 0 for all cores; results do not depend on it.
        settings: keys of the run file with "__" for the dot: scoring__programmings=5.

    What the user has to know (calibrated input ranges, say) comes as the key "notes". Raises InputError and RunError.
    """
    assignments = [f"{key.replace('__', '.', 1)}={json.dumps(value)}" for key, value in settings.items()]
    if seed is not None:
        assignments.append(f"search.seed={int(seed)}")
    given = None
    if isinstance(candidate, Candidate):
        given = (json.dumps(candidate.architecture), candidate.weights, candidate.notes)
    name = candidate.name if given else os.fspath(candidate)
    score, notes = _core.evaluate(name, given, os.fspath(config), assignments, threads)
    return {**json.loads(score), "notes": notes}
