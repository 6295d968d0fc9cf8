# SPDX-License-Identifier: Apache-2.0
"""Opens an ONNX file and refuses what cannot be read, before anything is converted."""

import math
import pathlib

import numpy

from mho._errors import InputError, needed

LARGEST_FILE = 2**31 - 1  #: protobuf's own limit
OLDEST_OPSET = 7  #: broadcasting as it is today
LARGEST_TENSOR = 2**28  #: elements, as core/nn/graph/shape.hpp has it


def open_model(path):
    """The ModelProto, with local functions inlined and external data read. Raises InputError (file, expected, got)."""
    onnx = needed("onnx", path)
    path = pathlib.Path(path)
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise InputError(f"{path}: expected an ONNX file, got something else")
        if size > LARGEST_FILE:
            raise InputError(f"{path}: expected an ONNX file of at most {LARGEST_FILE} bytes, got {size}")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: expected an ONNX file, got none: {error.strerror}") from error
    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except Exception as error:  # protobuf has several, by its implementation
        raise InputError(f"{path}: expected an ONNX model, got {size} bytes that are none (damaged or truncated?): "
                         f"{error}") from error
    check_versions(onnx, path, model)
    if model.functions:
        model = inlined(onnx, path, model)
    check_names(path, model.graph)
    return model


def check_names(path, graph):
    """A name that is no UTF-8 comes as bytes."""
    for place, node in enumerate(graph.node):
        for name in (node.name, node.op_type, node.domain, *node.input, *node.output):
            if not isinstance(name, str):
                raise InputError(f"{path}: node {place + 1} of {len(graph.node)}: expected names in UTF-8, got {name!r}")


def check_versions(onnx, path, model):
    if not model.HasField("graph") or not model.graph.node:
        raise InputError(f"{path}: expected an ONNX model with a graph, got one without nodes (damaged or truncated?)")
    versions = [entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")]
    newest = onnx.defs.onnx_opset_version()
    if len(versions) != 1:
        raise InputError(f"{path}: expected one opset of ONNX's own operators, got {len(versions)}")
    if not OLDEST_OPSET <= versions[0] <= newest:
        hint = "export it again with a newer one" if versions[0] < OLDEST_OPSET else \
            "install a newer onnx package, or export it with an older one"
        raise InputError(f"{path}: opset: expected {OLDEST_OPSET} to {newest}, got {versions[0]}: {hint}")


def inlined(onnx, path, model):
    try:
        from onnx import inliner
        return inliner.inline_local_functions(model)
    except Exception as error:
        raise InputError(f"{path}: expected local functions that can be inlined, got: {error}") from error


class Tensors:
    """The tensors of a file as arrays. External data are read where they lie in the file's own folder or below it."""

    def __init__(self, path):
        self._onnx = needed("onnx", path)
        self._path = pathlib.Path(path)
        self.converted = {}  #: type -> how many were no float32

    def array(self, proto, where):
        """As float32 where it holds real numbers, else as int64 or bool."""
        types = self._onnx.TensorProto
        name = types.DataType.Name(proto.data_type) if proto.data_type in types.DataType.values() else proto.data_type
        dims = list(proto.dims)
        if any(side < 0 for side in dims) or math.prod(dims) > LARGEST_TENSOR:
            raise InputError(f"{where}: tensor '{proto.name}': expected a shape of at most {LARGEST_TENSOR} numbers, got {dims}")
        if proto.data_location == types.EXTERNAL:
            proto = self._with_external_data(proto, where)
        try:
            found = numpy.asarray(self._onnx.numpy_helper.to_array(proto))
        except Exception as error:
            raise InputError(f"{where}: tensor '{proto.name}': expected numbers of type {name} and shape {dims}, got "
                             f"data that do not fit: {error}") from error
        if list(found.shape) != dims:
            raise InputError(f"{where}: tensor '{proto.name}': expected the shape {dims}, got {list(found.shape)}")
        return self._plain(found, proto, where, name)

    def _plain(self, found, proto, where, name):
        if found.dtype == numpy.float32 or found.dtype == bool:
            return found
        if found.dtype.kind in "iu":
            return found.astype(numpy.int64)
        if name in ("DOUBLE", "FLOAT16", "BFLOAT16"):
            self.converted[name] = self.converted.get(name, 0) + 1
            with numpy.errstate(over="ignore"):
                return found.astype(numpy.float32)
        raise InputError(f"{where}: tensor '{proto.name}': expected real or whole numbers, got the type {name}")

    def _with_external_data(self, proto, where):
        entries = {entry.key: entry.value for entry in proto.external_data}
        folder = self._path.parent.resolve()
        location = entries.get("location", "")
        file = (folder / location).resolve() if location and "\0" not in location else None
        if file is None or pathlib.PurePath(location).is_absolute() or folder not in file.parents:
            raise InputError(f"{where}: tensor '{proto.name}': expected external data in the file's own folder, got "
                             f"'{location}', which lies outside of it")
        try:
            offset, size = int(entries.get("offset", 0)), file.stat().st_size
            length = int(entries.get("length", size - offset))
        except OSError as error:
            raise InputError(f"{where}: tensor '{proto.name}': expected external data in {file}, got none: "
                             f"{error.strerror}") from error
        except ValueError as error:
            raise InputError(f"{where}: tensor '{proto.name}': expected whole numbers as offset and length: {error}") from error
        if offset < 0 or length < 0 or offset + length > size or not file.is_file():
            raise InputError(f"{where}: tensor '{proto.name}': expected {length} bytes from {offset} in {file}, got a file "
                             f"of {size} bytes")
        with file.open("rb") as data:
            data.seek(offset)
            filled = self._onnx.TensorProto()
            filled.CopyFrom(proto)
            filled.ClearField("external_data")
            filled.data_location = self._onnx.TensorProto.DEFAULT
            filled.raw_data = data.read(length)
        return filled
