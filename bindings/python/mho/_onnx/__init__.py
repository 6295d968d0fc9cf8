# SPDX-License-Identifier: Apache-2.0
"""ONNX files as networks of mho (docs/import.md).

file opens and checks; convert goes through the nodes; operators is the table of them, kept in matrices, elementwise, pooling
(with windows) and layouts; constants computes what follows from constants alone. values: an activation is an index of places
in its layer's image; input_layout: which axes the input has. graph collects layers and weights; own reads back what mho
itself writes."""

from mho._onnx.convert import convert

__all__ = ["convert"]
