// SPDX-License-Identifier: Apache-2.0
#include "evaluators/compiled_candidate.hpp"

#include "evaluators/training/operands.hpp"

namespace mho {
namespace {

Network compile(const Architecture& architecture, const HardwareConfig& hardware) {
  return {architecture, mvm_settings(architecture, hardware)};
}

}  // namespace

CompiledCandidate::CompiledCandidate(const Architecture& architecture, HardwareConfig hardware)
    : hardware_(std::move(hardware)),
      network_(compile(architecture.with_digital_layers(hardware_.digital_layers), hardware_)),
      plain_(network_.architecture(), {}),
      device_(make_device_model(hardware_.device, hardware_.g_max_us, hardware_.device_parameters)) {}

}  // namespace mho
