// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace pybind11 {
class module_;
}

namespace mho {

/// Declares what python/mho/linalg.py stands on, in `module`.
void declare_linalg(pybind11::module_& module);

}  // namespace mho
