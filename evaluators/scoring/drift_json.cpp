// SPDX-License-Identifier: Apache-2.0
#include "evaluators/scoring/drift_json.hpp"

#include <nlohmann/json.hpp>

namespace mho {

std::string drift_json(const std::vector<DriftPoint>& points) {
  auto json = nlohmann::ordered_json::array();
  for (const auto& point : points)
    json.push_back({{"time_s", point.time_s},
                    {"mean", point.mean},
                    {"std", point.standard_deviation},
                    {"n", point.programmings},
                    {"ci95", point.interval95}});
  return json.dump();
}

}  // namespace mho
