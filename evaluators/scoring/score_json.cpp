// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/chip/mapping/cost_json.hpp"
#include "core/nn/graph/architecture_json.hpp"
#include "evaluators/evaluate.hpp"
#include "evaluators/scoring/drift_json.hpp"

namespace mho {
namespace {

using Json = nlohmann::ordered_json;

Json spread_json(const CountSpread& spread) {
  return {{"mean", spread.mean}, {"p999", spread.p999}, {"max", spread.max}};
}

/// What is not known of the device is null.
Json writes_json(const WriteCounts& writes) {
  const auto known = [](double value) { return value > 0 ? Json(value) : Json(); };
  Json json = {{"pulses_per_device", spread_json(writes.pulses_per_device)},
               {"events_per_device", spread_json(writes.events_per_device)},
               {"events_per_weight_sample", writes.events_per_weight_sample},
               {"endurance_share", known(writes.endurance_share)},
               {"products", writes.products}};
  json["update_energy_j"] =
      Json::array({known(writes.update_energy_low_j), known(writes.update_energy_high_j)});
  json["pulse_histogram"] = writes.pulse_histogram;
  return json;
}

Json chip_json(const Evaluation& evaluation) {
  if (!evaluation.cost) return {{"unmapped", evaluation.unmapped_reason}};
  Json json = Json::parse(cost_json(*evaluation.cost));
  if (!evaluation.from_hermes64.empty()) json["from_hermes64"] = evaluation.from_hermes64;
  return json;
}

}  // namespace

std::string score_json(const Architecture& architecture, const Evaluation& evaluation, std::uint64_t seed) {
  Json json;
  json["architecture"] = Json::parse(to_json(architecture));
  json["parameters"] = architecture.parameters();
  json["macs"] = architecture.macs();
  if (evaluation.failed) {
    json["failed"] = evaluation.reason;
  } else {
    if (evaluation.score.metric != metrics().front().name) json["metric"] = evaluation.score.metric;
    json["digital"] = {{evaluation.score.metric, evaluation.score.digital}};
    json["chance"] = evaluation.score.chance;
    json["drift"] = Json::parse(drift_json(evaluation.score.drift));
    json["avm"] = evaluation.score.avm;
    json["avm_time_s"] = evaluation.score.avm_time_s;
    if (evaluation.score.writes) json["writes"] = writes_json(*evaluation.score.writes);
    json["chip"] = chip_json(evaluation);
  }
  if (evaluation.arithmetic) json["training_arithmetic"] = word_of(*evaluation.arithmetic);
  if (evaluation.training_mib > 0) json["training_mib"] = std::round(evaluation.training_mib * 10) / 10;
  json["seed"] = seed;
  json["wall_s"] = evaluation.wall_s;
  return json.dump(2) + "\n";
}

}  // namespace mho
