# SPDX-License-Identifier: Apache-2.0
"""ONNX files as networks of mho (docs/import.md): `file` opens and checks, `constants` knows what is no activation,
`values` follows the layout of activations, `graph` collects layers and weights, `operators` is the table of operators,
`convert` goes through the file's nodes."""

from mho._onnx.convert import convert

__all__ = ["convert"]
