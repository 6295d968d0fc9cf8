// SPDX-License-Identifier: Apache-2.0
#include "search/study/trial.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/files/json_depth.hpp"
#include "core/chip/mapping/cost_json.hpp"
#include "search/spaces/genome_json.hpp"

namespace mho {
namespace {

using Json = nlohmann::ordered_json;

/// JSON has no NaN: nlohmann writes null, which reads back as NaN.
double number(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

std::string digital_key(const std::string& metric) { return "digital_" + metric; }

Json score_part(const Score& score) {
  Json drift = Json::array();
  for (const auto& point : score.drift)
    drift.push_back({{"time_s", point.time_s},
                     {"mean", point.mean},
                     {"standard_deviation", point.standard_deviation},
                     {"programmings", point.programmings},
                     {"interval95", point.interval95}});
  Json json;
  if (score.metric != metrics().front().name) json["metric"] = score.metric;  // as before there were others
  json[digital_key(score.metric)] = score.digital;
  if (score.writes) json["pulses_per_device"] = score.writes->pulses_per_device.mean;
  json["avm"] = score.avm;
  json["drift"] = drift;
  return json;
}

Score read_score(const Json& json) {
  Score score{.metric = json.value("metric", std::string(metrics().front().name)), .drift = {}};
  metric_of(score.metric);  // throws for an unknown one
  score.digital = number(json.at(digital_key(score.metric)));
  score.avm = number(json.at("avm"));
  for (const auto& point : json.at("drift"))
    score.drift.push_back({number(point.at("time_s")),
                           number(point.at("mean")),
                           number(point.at("standard_deviation")),
                           point.at("programmings").get<int>(),
                           {number(point.at("interval95").at(0)), number(point.at("interval95").at(1))}});
  if (json.contains("pulses_per_device"))
    score.writes.emplace().pulses_per_device.mean = number(json.at("pulses_per_device"));
  score.at(one_day_s);  // what everything weighs trials by: throws where it is missing
  return score;
}

std::optional<MappingMode> read_mapping(const Json& cost) {
  if (!cost.contains("mapping")) return std::nullopt;
  return cost.at("mapping") == to_string(MappingMode::full) ? MappingMode::full : MappingMode::fast;
}

Cost read_cost(const Json& json) {
  return {.cores = json.at("cores").get<int>(),
          .core_mvms = json.at("core_mvms").get<std::int64_t>(),
          .latency_s = number(json.at("latency_s")),
          .throughput_hz = number(json.at("throughput_hz")),
          .energy_j = number(json.at("energy_j")),
          .energy_low_j = number(json.at("energy_low_j")),
          .energy_high_j = number(json.at("energy_high_j")),
          .utilisation = number(json.at("utilisation")),
          .mac_utilisation = number(json.at("mac_utilisation")),
          .effective_tops_per_watt = number(json.at("effective_tops_per_watt")),
          .mapping = read_mapping(json)};
}

Json rungs_json(const std::vector<Rung>& rungs) {
  Json all = Json::array();
  for (const auto& rung : rungs)
    all.push_back({{"epochs", rung.epochs}, {"data", rung.data}, {"score", score_part(rung.score)}});
  return all;
}

Json zero_cost_json(const ZeroCost& measures) {
  return {{"naswot", measures.naswot},
          {"gradient_norm", measures.gradient_norm},
          {"noise_sensitivity", measures.noise_sensitivity}};
}

/// What only some runs have.
void read_extras(const Json& json, Trial& trial) {
  if (json.contains("rungs"))
    for (const auto& rung : json.at("rungs"))
      trial.rungs.push_back(
          {rung.at("epochs").get<int>(), number(rung.at("data")), read_score(rung.at("score"))});
  if (json.contains("zero_cost")) {
    const auto& measures = json.at("zero_cost");
    trial.zero_cost = {number(measures.at("naswot")), number(measures.at("gradient_norm")),
                       number(measures.at("noise_sensitivity"))};
  }
  if (json.contains("value")) trial.value = number(json.at("value"));
}

Trial read_trial(const Json& json) {
  Trial trial;
  trial.number = json.at("trial").get<int>();
  trial.name = json.at("name").get<std::string>();
  trial.genome = genome_from_json(json.at("genome").dump());
  trial.parameters = json.at("parameters").get<std::int64_t>();
  trial.macs = json.at("macs").get<std::int64_t>();
  trial.draws = json.at("draws").get<int>();
  trial.failed = json.at("failed").get<bool>();
  trial.reason = json.at("reason").get<std::string>();
  if (!json.at("score").is_null()) trial.score = read_score(json.at("score"));
  if (!json.at("cost").is_null()) trial.cost = read_cost(json.at("cost"));
  trial.wall_s = number(json.at("wall_s"));
  read_extras(json, trial);
  return trial;
}

}  // namespace

std::string to_json_line(const Trial& trial) {
  Json json = {{"trial", trial.number},
               {"name", trial.name},
               {"genome", Json::parse(genome_to_json(trial.genome))},
               {"parameters", trial.parameters},
               {"macs", trial.macs},
               {"draws", trial.draws},
               {"failed", trial.failed},
               {"reason", trial.reason},
               {"score", trial.score ? score_part(*trial.score) : Json(nullptr)},
               {"cost", trial.cost ? Json::parse(cost_json(*trial.cost)) : Json(nullptr)},
               {"wall_s", trial.wall_s}};
  if (!trial.rungs.empty()) json["rungs"] = rungs_json(trial.rungs);
  if (trial.zero_cost) json["zero_cost"] = zero_cost_json(*trial.zero_cost);
  if (trial.value) json["value"] = *trial.value;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Trial read_trial(const std::string& line, const std::string& where) {
  check_json_depth(line, where);
  try {
    return read_trial(Json::parse(line));
  } catch (const std::exception& error) {
    throw DataError(where + ": expected a trial as JSON, got an unreadable line: " + error.what());
  }
}

}  // namespace mho
