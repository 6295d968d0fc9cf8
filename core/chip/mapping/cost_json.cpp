// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/cost_json.hpp"

#include <nlohmann/json.hpp>

namespace mho {

std::string cost_json(const Cost& cost) {
  nlohmann::ordered_json json = {{"cores", cost.cores},
                                 {"core_mvms", cost.core_mvms},
                                 {"latency_s", cost.latency_s},
                                 {"throughput_hz", cost.throughput_hz},
                                 {"energy_j", cost.energy_j},
                                 {"energy_low_j", cost.energy_low_j},
                                 {"energy_high_j", cost.energy_high_j},
                                 {"utilisation", cost.utilisation},
                                 {"mac_utilisation", cost.mac_utilisation},
                                 {"effective_tops_per_watt", cost.effective_tops_per_watt}};
  if (cost.mapping) json["mapping"] = to_string(*cost.mapping);
  return json.dump();
}

}  // namespace mho
