// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "core/base/files/safetensors.hpp"

namespace pybind11 {
class dict;
}

namespace mho {

/// {name: array of float32}, as NumPy has them, as tensors. Needs the GIL.
std::map<std::string, NamedTensor> tensors_of(const pybind11::dict& arrays);

}  // namespace mho
