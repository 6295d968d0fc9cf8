// SPDX-License-Identifier: Apache-2.0
#include "search/study/summary.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/files/text_file.hpp"
#include "search/study/objectives.hpp"

namespace mho {
namespace {

using Json = nlohmann::ordered_json;

Json brief(const Score& score) {
  const auto& day = score.at(one_day_s);
  return {
      {score.metric + "_1d", day.mean}, {"deviation_1d", day.standard_deviation}, {"avm_points", score.avm}};
}

Json winner_json(const Winner& winner, const std::filesystem::path& place) {
  const auto score = place / "score.json";
  const bool network = std::filesystem::exists(score);
  return {{"folder", place.string()},
          {"trial", winner.trial.number},
          {"genome", winner.trial.name},
          {"search_score", brief(*winner.trial.score)},
          {"fresh_score", network ? brief(winner.evaluation.score) : Json(nullptr)},
          {"score", network ? Json::parse(read_text_file(score)) : Json(nullptr)}};
}

Json surrogate_json(const SurrogateReport& report, const SearchConfig& search) {
  const auto& check = report.check;
  return {{"name", report.name},
          {"generations", report.generations},
          {"used_generations", report.used_generations},
          {"checked_trials", check.trials},
          {"kendall_tau",
           {{"objective", check.objective},
            {std::string(metric_of(search).name) + "_1d", check.accuracy},
            {"deviation_1d", check.deviation},
            {"avm", check.avm}}}};
}

/// A Kendall tau of nothing that can be ordered is NaN, which nlohmann writes as null.
Json prefilters_json(const std::vector<PrefilterWorth>& prefilters) {
  Json all = Json::array();
  for (const auto& worth : prefilters)
    all.push_back({{"name", worth.name}, {"kendall_tau", worth.kendall_tau}, {"trials", worth.trials}});
  return all;
}

Json confirmations_json(const std::vector<Confirmation>& confirmations) {
  Json all = Json::array();
  for (const auto& [trial, first, failed] : confirmations)
    all.push_back({{"trial", trial.number},
                   {"first_score", brief(first)},
                   {"confirmed_score", trial.score ? brief(*trial.score) : Json(nullptr)},
                   {"failed", failed}});
  return all;
}

Json front_json(const SearchResult& result) {
  Json trials = Json::array();
  for (const auto& trial : result.front) trials.push_back(trial.number);
  const auto& volume = result.volume;
  const auto& cost = result.front.empty() ? std::nullopt : result.front.front().cost;
  const bool mapped = cost && cost->mapping;
  return {{"objectives", words_for(volume.objectives)},
          {"mapping", mapped ? Json(to_string(*cost->mapping)) : Json(nullptr)},
          {"trials", trials},
          {"hypervolume_share", volume.share},
          {"worst", volume.worst},
          {"best", volume.best}};
}

}  // namespace

std::string summary_json(const SearchResult& result, const RunConfig& config, const RunFolder& folder) {
  Json winners = Json::array();
  for (size_t i = 0; i < result.winners.size(); ++i)
    winners.push_back(winner_json(result.winners[i], folder.winner(static_cast<int>(i))));
  const auto failed = std::count_if(result.trials.begin(), result.trials.end(),
                                    [](const Trial& trial) { return trial.failed; });
  Json json = {
      {"run", folder.root.string()},
      {"seed", config.search.seed},
      {"proposer", config.search.proposer},
      {"trials", result.trials.size()},
      {"failed_trials", failed},
      {"stopped", result.stopped},
      {"note", result.note},
      {"surrogate", result.surrogate ? surrogate_json(*result.surrogate, config.search) : Json(nullptr)},
      {"prefilters", prefilters_json(result.prefilters)},
      {"front", front_json(result)},
      {"winners", std::move(winners)}};
  if (!result.confirmations.empty()) json["confirmations"] = confirmations_json(result.confirmations);
  return json.dump(2) + "\n";
}

}  // namespace mho
