// SPDX-License-Identifier: Apache-2.0
#include "cli/show/spiking_text.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/show/score_text.hpp"
#include "core/base/quantity.hpp"
#include "evaluators/scoring/drift_json.hpp"

namespace mho {
namespace {

using Json = nlohmann::ordered_json;

Json writes_json(const SpikingWrites& writes) {
  return {{"devices", writes.devices},
          {"pulses", writes.pulses},
          {"events", writes.events},
          {"most_pulses", writes.most_pulses},
          {"programmed", writes.programmed}};
}

/// About 25 of the epochs, the first and the last among them.
std::vector<std::size_t> shown_epochs(std::size_t epochs) {
  std::vector<std::size_t> shown;
  const std::size_t every = std::max<std::size_t>(1, epochs / 25);
  for (std::size_t i = 0; i < epochs; i += every) shown.push_back(i);
  if (epochs > 0 && shown.back() != epochs - 1) shown.push_back(epochs - 1);
  return shown;
}

std::string writes_text(const SpikingWrites& writes) {
  return fmt::format("writes       {} pulses in {} events on {} devices, at most {} on one; {} programmed\n",
                     format_count(writes.pulses), format_count(writes.events), format_count(writes.devices),
                     format_count(writes.most_pulses), format_count(writes.programmed));
}

std::string title(const SpikingConfig& config) {
  return fmt::format("{}: {} neurons, scheme {}{}, seed {}\n\n", word_of(config.task), config.lif.neurons,
                     word_of(config.scheme), config.on_devices() ? " on " + config.device : "", config.seed);
}

/// Values of the shown epochs under their name.
Json by_epoch(const char* name, const std::vector<double>& values) {
  Json epochs = Json::array();
  for (const auto i : shown_epochs(values.size())) epochs.push_back({{"epoch", i + 1}, {name, values[i]}});
  return epochs;
}

std::string pace_text(const SpikingPace& pace) {
  return fmt::format("speed        {} of neurons a second, {}\n",
                     format_quantity(pace.state_steps_per_s, " steps"), format_quantity(pace.wall_s, "s"));
}

}  // namespace

std::string pattern_json(const SpikingConfig& config, const PatternResult& result, const SpikingPace& pace) {
  Json json{{"task", word_of(config.task)},
            {"scheme", word_of(config.scheme)},
            {"seed", config.seed},
            {"epochs", result.errors.size()},
            {"stopped", result.stopped},
            {"error", result.error},
            {"normalised_error", result.normalised_error},
            {"errors", by_epoch("error", result.errors)},
            {"rate_hz", result.rate_hz},
            {"events", result.events},
            {"wall_s", pace.wall_s},
            {"state_steps_per_s", pace.state_steps_per_s}};
  if (config.on_devices()) {
    json["device"] = config.device;
    json["writes"] = writes_json(result.writes);
  }
  return json.dump(2) + "\n";
}

std::string pattern_text(const SpikingConfig& config, const PatternResult& result, const SpikingPace& pace) {
  std::string text = title(config) + " epoch   mean squared error\n";
  for (const auto i : shown_epochs(result.errors.size()))
    text += fmt::format("{:6}   {:#.4g}\n", i + 1, result.errors[i]);
  text += fmt::format("\nafter that   {:#.4g}, {:#.3g} of the target's variance\n", result.error,
                      result.normalised_error);
  text += fmt::format("activity     {:.1f} Hz a neuron, {} spikes in all\n", result.rate_hz,
                      format_count(result.events));
  if (config.on_devices()) text += writes_text(result.writes);
  return text + pace_text(pace);
}

std::string pattern_csv(const SpikingConfig& config, const PatternResult& result) {
  std::string text = "time_s,target,output\n";
  for (std::size_t t = 0; t < result.target.size(); ++t)
    text += fmt::format("{:.6g},{},{}\n", static_cast<double>(t) * config.lif.step_s, result.target[t],
                        result.output[t]);
  return text;
}

std::string spiking_classes_json(const SpikingConfig& config, const SpikingClassResult& result,
                                 const SpikingPace& pace) {
  Json json{{"task", word_of(config.task)},
            {"data", config.data.data},
            {"scheme", word_of(config.scheme)},
            {"device", config.device},
            {"seed", config.seed},
            {"epochs", result.losses.size()},
            {"stopped", result.stopped},
            {"losses", by_epoch("loss", result.losses)},
            {"metric", config.data.metric}};
  if (!result.stopped) {
    json["validation"] = result.validation;
    json["digital"] = result.test;
    json["drift"] = Json::parse(drift_json(result.drift));
  }
  json["rate_hz"] = result.rate_hz;
  if (config.on_devices()) json["writes"] = writes_json(result.writes);
  json["wall_s"] = pace.wall_s;
  json["state_steps_per_s"] = pace.state_steps_per_s;
  return json.dump(2) + "\n";
}

std::string spiking_classes_text(const SpikingConfig& config, const SpikingClassResult& result,
                                 const SpikingPace& pace) {
  std::string text = title(config) + " epoch   loss\n";
  for (const auto i : shown_epochs(result.losses.size()))
    text += fmt::format("{:6}   {:.4f}\n", i + 1, result.losses[i]);
  if (!result.stopped) {
    text += fmt::format("\n{} on {}, test split\nas written   {:6.2f} % ({:.2f} % of the validation split)\n",
                        config.data.metric, config.data.data, 100 * result.test, 100 * result.validation);
    for (const auto& point : result.drift)
      text += fmt::format("{:12} {:6.2f} % +- {:.2f} ({} {})\n", time_name(point.time_s), 100 * point.mean,
                          100 * point.standard_deviation, point.programmings,
                          config.on_devices() ? "reads" : "chips");
  }
  text += fmt::format("\nactivity     {:.1f} Hz a neuron\n", result.rate_hz);
  if (config.on_devices()) text += writes_text(result.writes);
  return text + pace_text(pace);
}

}  // namespace mho
