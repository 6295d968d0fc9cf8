// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace pybind11 {
class module_;
}

namespace mho {

/// Declares what mho.CrossbarMatrix and mho.Device stand on (python/mho/_crossbar.py, _device.py), in
/// `module`.
void declare_crossbar(pybind11::module_& module);
void declare_device(pybind11::module_& module);

}  // namespace mho
