# SPDX-License-Identifier: Apache-2.0
"""Networks with their weights, from files and arrays, and what mho makes of them."""

from __future__ import annotations

import json
import os
import pathlib
import tempfile
import warnings
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Sequence, Union

from mho import _core
from mho._errors import InputError, needed
from mho._progress import Progress, epoch_listener

if TYPE_CHECKING:
    import numpy
    from numpy.typing import ArrayLike, NDArray

#: A run file, its keys as {"task.data": "digits"}, or tables of mho.config; None: the one that lies with the network.
Config = Union[None, str, "os.PathLike[str]", Mapping[str, Any], Sequence[Mapping[str, Any]]]


class Candidate:
    """A network with its trained weights.

    name: what messages call it. architecture: the document that docs/architecture.md describes, as a dict.
    weights: {"<layer>.<tensor>": float32 array}, as weights.safetensors holds them. notes: what was changed on the way
    in, a line each. features: the text of features.json, what stands before the network on the chip; "" for nothing.
    folder: where it was loaded from, or None. score: its score.json as a dict, or None.
    Raises InputError when they do not belong together.
    """

    name: str
    architecture: dict[str, Any]
    weights: dict[str, NDArray[numpy.float32]]
    notes: list[str]
    features: str
    folder: pathlib.Path | None
    score: dict[str, Any] | None

    def __init__(self, architecture: Mapping[str, Any] | str | os.PathLike[str], weights: Mapping[str, ArrayLike],
                 name: str = "candidate", notes: Iterable[str] = (), features: str = "") -> None:
        numpy = needed("numpy", "mho.Candidate")
        self.name = name
        self.architecture = _document(architecture)
        self.weights = {key: numpy.ascontiguousarray(values, numpy.float32) for key, values in dict(weights).items()}
        self.notes = list(notes)
        self.features = features
        self.folder = None
        self.score = None
        _core.check_candidate(name, json.dumps(self.architecture), self.weights)

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Writes architecture.json, weights.safetensors and, where there are any, features.json: a folder that every
        command takes as a network."""
        _core.save_candidate(os.fspath(folder), json.dumps(self.architecture), self.weights)
        if self.features:
            (pathlib.Path(folder) / "features.json").write_text(self.features, encoding="utf-8")

    def __repr__(self) -> str:
        height, width, channels = self.architecture["input"]
        return f"mho.Candidate({self.name!r}, {height}x{width}x{channels}, {len(self.architecture['layers'])} layers)"


#: As commands name one: a built-in name, an architecture or ONNX file, a winner folder; or a Candidate.
Network = Union[str, "os.PathLike[str]", Candidate]


def load_winner(folder: str | os.PathLike[str]) -> Candidate:
    """The Candidate of a winner folder, with its score."""
    place = pathlib.Path(folder)
    architecture, weights, features = _core.load_candidate(os.fspath(folder))
    found = Candidate(architecture, weights, os.fspath(folder), features=features)
    found.folder = place
    score = place / "score.json"
    if score.is_file():
        found.score = json.loads(score.read_text(encoding="utf-8"))
    return found


def assignments_of(settings: Mapping[str, Any]) -> list[str]:
    """Keys of a run file, with "__" or a dot between table and key, as --set takes them."""
    return [f"{key.replace('__', '.', 1)}={value if isinstance(value, str) else json.dumps(value)}"
            for key, value in settings.items()]


def run_file(config: Config) -> tuple[str, list[str]]:
    """What stands for CONFIG on a command line ("": nothing), and assignments."""
    if config is None:
        return "", []
    if isinstance(config, Mapping):
        return "-", assignments_of(config)
    if isinstance(config, (list, tuple)):
        return "-", [assignment for table in config for assignment in assignments_of(table)]
    return os.fspath(config), []


def _document(architecture: Any) -> dict[str, Any]:
    if isinstance(architecture, Mapping):
        return dict(architecture)
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


def from_onnx(path: str | os.PathLike[str], input_shape: tuple[int, int, int] | None = None) -> Candidate:
    """The network of an ONNX file (docs/import.md says which operators are known), as a Candidate.

    input_shape: (height, width, channels) of the task's images, where the file leaves the layout of its input open (flat
    vectors). Raises InputError with the file, the node, what was expected and what was found.
    """
    from mho._onnx import convert
    architecture, weights, notes = convert(os.fspath(path), input_shape)
    return Candidate(architecture, weights, os.fspath(path), notes)


def from_torch(module: Any, example_input: Any, input_shape: tuple[int, int, int] | None = None) -> Candidate:
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


def from_arrays(architecture: Mapping[str, Any] | str | os.PathLike[str], weights: Mapping[str, ArrayLike],
                name: str = "arrays") -> Candidate:
    """A Candidate from an architecture (dict, JSON text or file, docs/architecture.md) and its weights by name."""
    return Candidate(architecture, weights, name)


def evaluate(candidate: Network, config: Config = None, seed: int | None = None, threads: int = 0, *,
             progress: Progress = None, **settings: Any) -> dict[str, Any]:
    """Judges a network as `mho evaluate` does; the dict of its score.json.

    Args:
        candidate: a Candidate, or a network as commands name it: a winner folder, an ONNX file, an architecture file
            or a built-in name; the last two have no weights and are trained first.
        config: the run file, or a dict of its keys, {"task.data": "digits"}; default: the winner's own.
        seed: replaces search.seed.
        threads: 0 for all cores; results do not depend on it.
        progress: True for a bar (needs tqdm), or a function that is called after each epoch of a training with a dict
            of done, total, loss and message.
        settings: keys of the run file with "__" for the dot: scoring__programmings=5.

    What the user has to know (calibrated input ranges, say) comes as the key "notes". Raises InputError, RunError, and
    KeyboardInterrupt with Ctrl-C.
    """
    file, assignments = run_file(config)
    own = candidate.folder if isinstance(candidate, Candidate) else candidate
    if not file:
        if own is None or not os.path.isdir(own):
            raise InputError(f"config: expected a run file or a dict of its keys for {candidate}, which brings none")
        file = _core.own_config(os.fspath(own))
    assignments += assignments_of(settings)
    if seed is not None:
        assignments.append(f"search.seed={int(seed)}")
    given = None
    if isinstance(candidate, Candidate):
        given = (json.dumps(candidate.architecture), candidate.weights, candidate.notes)
    name = candidate.name if isinstance(candidate, Candidate) else os.fspath(candidate)
    with epoch_listener(progress) as listener:
        score, notes = _core.evaluate(name, given, file, assignments, threads, listener)
    return {**json.loads(score), "notes": notes}
