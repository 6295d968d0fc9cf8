// SPDX-License-Identifier: Apache-2.0
#include "evaluators/compiled_candidate.hpp"

#include "evaluators/training/operands.hpp"

namespace mho {

CompiledCandidate::CompiledCandidate(const Architecture& architecture, HardwareConfig hardware)
    : hardware_(std::move(hardware)),
      network_(architecture, mvm_settings(architecture, hardware_)),
      plain_(architecture, {}),
      device_(make_device_model(hardware_.device, hardware_.g_max_us, hardware_.device_parameters)) {}

}  // namespace mho
