// SPDX-License-Identifier: Apache-2.0
#include "search/study/front.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/files/text_file.hpp"
#include "search/models/hypervolume.hpp"
#include "search/proposers/domination.hpp"
#include "search/study/objective.hpp"
#include "search/study/objectives.hpp"

namespace mho {
namespace {

/// Words of a space of one's own may hold what separates cells.
std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string row(const Trial& trial) {
  const auto& cost = trial.cost;
  return fmt::format("{},{},{},{},{},{},{},{},{},{}\n", trial.number, cell(trial.name),
                     trial.score->at(one_day_s).mean, trial.score->at(one_day_s).standard_deviation,
                     trial.score->avm, cost ? fmt::format("{}", cost->energy_j) : "",
                     cost ? fmt::format("{}", cost->latency_s) : "",
                     cost ? fmt::format("{}", cost->cores) : "", trial.parameters,
                     cost && cost->mapping ? to_string(*cost->mapping) : "");
}

/// How far below the worst the reference point lies, of the way to the best: at the worst itself the ends of
/// a front would add nothing.
constexpr double margin = 0.1;

/// Each gain as its place between the worst and the best of its objective, 0 to 1.
std::vector<std::vector<double>> normalised(const std::vector<std::vector<double>>& gains,
                                            const std::vector<double>& worst,
                                            const std::vector<double>& best) {
  auto points = gains;
  for (auto& point : points)
    for (size_t d = 0; d < point.size(); ++d)
      point[d] = best[d] > worst[d] ? (point[d] - worst[d]) / (best[d] - worst[d]) : 1.0;
  return points;
}

}  // namespace

std::vector<Trial> pareto_front(std::span<const Trial> trials, const SearchConfig& search) {
  const auto [candidates, points] = weigh(trials, front_objectives(search), search);
  const auto ranks = front_ranks(points);
  std::vector<Trial> front;
  for (size_t i = 0; i < points.size(); ++i)
    if (ranks[i] == 0) front.push_back(*candidates[i]);
  std::stable_sort(front.begin(), front.end(),
                   [](const Trial& a, const Trial& b) { return day_gain(*a.score) > day_gain(*b.score); });
  return front;
}

FrontVolume front_volume(std::span<const Trial> trials, const SearchConfig& search) {
  const auto names = front_objectives(search);
  const auto weighed = weigh(trials, names, search);
  std::vector<std::vector<double>> gains;
  for (const auto& point : weighed.points)
    if (point.violation == 0) gains.push_back(point.gains);
  if (gains.empty()) return {};
  auto worst = gains.front(), best = gains.front();
  for (const auto& point : gains)
    for (size_t d = 0; d < point.size(); ++d) {
      worst[d] = std::min(worst[d], point[d]);
      best[d] = std::max(best[d], point[d]);
    }
  FrontVolume volume{names, worst, best, 0};
  const auto dimensions = names.size();
  volume.share = hypervolume(normalised(gains, worst, best), std::vector<double>(dimensions, -margin)) /
                 std::pow(1 + margin, dimensions);
  for (size_t d = 0; d < names.size(); ++d) {
    volume.worst[d] = gain(names[d], worst[d]);  // its own inverse: back to the objective's unit
    volume.best[d] = gain(names[d], best[d]);
  }
  return volume;
}

void write_front(const std::filesystem::path& file, const std::vector<Trial>& front,
                 const SearchConfig& search) {
  auto text =
      fmt::format("trial,genome,{}_1d,deviation_1d,avm_points,energy_j,latency_s,cores,parameters,mapping\n",
                  metric_of(search).name);
  for (const auto& trial : front) text += row(trial);
  write_file_atomically(file, text);
}

}  // namespace mho
