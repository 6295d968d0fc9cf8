// SPDX-License-Identifier: Apache-2.0
#include "bindings/study_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "search/spaces/genome_json.hpp"
#include "search/spaces/space.hpp"
#include "search/study/objective.hpp"
#include "search/study/objectives.hpp"

namespace mho {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

std::string study_to_json(const RunConfig& config) {
  const auto name = fmt::format("{}_1d{}", metric_of(config.search).name,
                                is_over_sigma(config.search) ? "_over_sigma" : "");
  const Json json = {{"space", Json::parse(genes_to_json(Space(config.space).genes()))},
                     {"objectives", Json::array({{{"name", name}, {"direction", "maximize"}}})},
                     {"population", config.search.population},
                     {"trials", config.search.trials}};
  return json.dump();
}

std::string trial_to_json(const Trial& trial, const SearchConfig& search) {
  auto json = Json::parse(to_json_line(trial));
  const bool scored = !trial.failed && trial.score;
  json["values"] = scored ? Json::array({objective(*trial.score, search)}) : Json(nullptr);
  json["constraints"] =
      scored ? Json{{"avm_above_max_points", trial.score->avm - search.max_avm}} : Json::object();
  return json.dump();
}

}  // namespace mho
