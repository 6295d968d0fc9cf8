// SPDX-License-Identifier: Apache-2.0
#include "cli/show/explanation_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "cli/show/score_text.hpp"
#include "core/base/quantity.hpp"
#include "core/data/metric.hpp"

namespace mho {
namespace {

using Json = nlohmann::ordered_json;

/// Smaller shares of a layer's error are left out of its row.
constexpr double smallest_share = 0.05;

std::string percent(double fraction) { return fmt::format("{:.2f} %", 100 * fraction); }

/// "+31.2 +- 4.0", in the metric's points.
std::string points(const Metric& metric, double gain, double error) {
  return fmt::format("{:>+6.2f} +- {:.2f}", metric.points(gain), metric.points(error));
}

std::string title_of(const std::string& word) {
  std::string title = word;
  std::replace(title.begin(), title.end(), '_', ' ');
  for (const char* acronym : {"dac", "adc", "ir"})
    if (title.starts_with(acronym + std::string(" ")))
      std::transform(title.begin(), title.begin() + std::string_view(acronym).size(), title.begin(),
                     [](unsigned char c) { return std::toupper(c); });
  return title;
}

std::string heading(const ExplainedCase& explained) {
  const auto& e = explained.explanation;
  const auto& metric = metric_of(e.metric);
  return fmt::format("{}, {}: {} in digital, {} +- {:.2f} on {} chips after {} ({} {} images)\n",
                     explained.network, metric.title, metric.shown(e.digital), metric.shown(e.chip.mean),
                     metric.points(e.chip.standard_deviation), e.programmings, time_name(e.time_s),
                     format_count(e.images), explained.split);
}

std::string causes_text(const Explanation& e) {
  if (e.causes.empty()) return "\nNothing costs anything here.\n";
  std::string text = "\nWhy, most important first, and the key that would mend it\n\n";
  const auto& metric = metric_of(e.metric);
  int rank = 0;
  for (const auto& cause : e.causes) {
    const bool is_layer = cause.what == "layer";
    text += fmt::format("{:>2}. {:>6.2f} +- {:.2f} {}  {}{}\n", ++rank, cause.points, cause.error,
                        metric.difference,
                        is_layer ? fmt::format("layer '{}'", cause.layer) : title_of(cause.what),
                        is_layer ? "" : fmt::format(", most in '{}'", cause.layer));
    text += fmt::format("    {}: {}\n", cause.key, cause.advice);
  }
  return text;
}

std::string effects_text(const Explanation& e) {
  const auto& metric = metric_of(e.metric);
  std::string text =
      fmt::format("\n{:<20} {:>20} {:>30}\n", "Effect by effect", "switched off gives back", "alone costs");
  for (const auto& cost : e.effects)
    text += fmt::format("{:<20} {:>9}  {:<18} {:>9}  {}\n", title_of(cost.effect),
                        metric.shown(cost.off.value), points(metric, cost.off.gain, cost.off.error),
                        metric.shown(cost.alone.value), points(metric, cost.alone.gain, cost.alone.error));
  return text + fmt::format("{:<20} {:>9}  {:<18}\n", "none of them", metric.shown(e.none.value),
                            points(metric, e.none.gain, e.none.error));
}

/// "programming noise 61 %, output noise 30 %"
std::string shares_text(const Explanation& e, const LayerErrors& layer) {
  std::vector<size_t> order(e.effects.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return layer.share_of(a) > layer.share_of(b); });
  std::vector<std::string> words;
  for (const size_t i : order)
    if (layer.share_of(i) >= smallest_share)
      words.push_back(fmt::format("{} {:.0f} %", title_of(e.effects[i].effect), 100 * layer.share_of(i)));
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string layers_text(const Explanation& e) {
  size_t width = 5;
  for (const auto& layer : e.layers) width = std::max(width, layer.errors.name.size());
  std::string text =
      fmt::format("\n{:<{}}  {:>7}  {:>9} {:>6}  {:>9} {:>6}  {:>17}  {}\n", "Layer", width, "SNR",
                  "DAC clips", "used", "ADC clips", "used", "digital gives", "error comes from");
  for (const auto& [errors, digital] : e.layers)
    text += fmt::format("{:<{}}  {:>4.1f} dB  {:>9} {:>4.0f} %  {:>9} {:>4.0f} %  {:>17}  {}\n", errors.name,
                        width, errors.signal_to_noise_db(), percent(errors.dac_clipped),
                        100 * errors.dac_used, percent(errors.adc_clipped), 100 * errors.adc_used,
                        points(metric_of(e.metric), digital.gain, digital.error), shares_text(e, errors));
  return text;
}

std::string sets_text(const Explanation& e) {
  if (e.digital_sets.empty()) return "";
  std::string text = "\nThe most costly layers kept digital together (hardware.digital_layers)\n\n";
  for (const auto& [layers, digital] : e.digital_sets)
    text +=
        fmt::format("{:>9}  {}  [\"{}\"]\n", metric_of(e.metric).shown(digital.value),
                    points(metric_of(e.metric), digital.gain, digital.error), fmt::join(layers, "\", \""));
  return text;
}

Json change_json(const Change& change) {
  return {{"mean", change.value}, {"gain", change.gain}, {"error", change.error}};
}

Json layer_json(const Explanation& e, const LayerCost& layer) {
  const auto& errors = layer.errors;
  Json shares = Json::object();
  for (size_t i = 0; i < e.effects.size(); ++i) shares[word_of(e.effects[i].effect)] = errors.share_of(i);
  return {{"layer", errors.name},
          {"signal_to_noise_db", errors.signal_to_noise_db()},
          {"dac_clipped", errors.dac_clipped},
          {"dac_used", errors.dac_used},
          {"adc_clipped", errors.adc_clipped},
          {"adc_used", errors.adc_used},
          {"error_shares", std::move(shares)},
          {"kept_digital", change_json(layer.digital)}};
}

}  // namespace

std::string title_of(Effect effect) { return title_of(word_of(effect)); }

std::string explanation_text(const ExplainedCase& explained) {
  const auto& e = explained.explanation;
  return heading(explained) + causes_text(e) + effects_text(e) + layers_text(e) + sets_text(e);
}

std::string explanation_json(const ExplainedCase& explained) {
  const auto& e = explained.explanation;
  Json json = {{"network", explained.network},
               {"split", explained.split},
               {"images", e.images},
               {"programmings", e.programmings},
               {"at_s", e.time_s},
               {"metric", e.metric},
               {"digital", e.digital},
               {"chip", {{"mean", e.chip.mean}, {"std", e.chip.standard_deviation}}},
               {"without_all", change_json(e.none)}};
  json["causes"] = json["effects"] = json["layers"] = json["digital_sets"] = Json::array();
  for (const auto& cause : e.causes)
    json["causes"].push_back({{"cause", cause.what},
                              {"layer", cause.layer},
                              {"points", cause.points},
                              {"error", cause.error},
                              {"key", cause.key},
                              {"advice", cause.advice}});
  for (const auto& cost : e.effects)
    json["effects"].push_back({{"effect", word_of(cost.effect)},
                               {"off", change_json(cost.off)},
                               {"alone", change_json(cost.alone)}});
  for (const auto& layer : e.layers) json["layers"].push_back(layer_json(e, layer));
  for (const auto& set : e.digital_sets)
    json["digital_sets"].push_back({{"layers", set.layers}, {"kept_digital", change_json(set.digital)}});
  return json.dump(2) + "\n";
}

}  // namespace mho
