// SPDX-License-Identifier: Apache-2.0
#include "core/data/metric.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <numeric>

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"

namespace mho {
namespace {

using Outputs = std::span<const float>;

size_t outputs_each(Outputs outputs, const Samples& samples) {
  return outputs.size() / static_cast<size_t>(samples.count());
}

/// Labels of a class and how often it was answered, rightly and at all.
struct Tally {
  std::int64_t samples = 0, right = 0, answered = 0;
};

/// By class, of those that some sample has.
std::map<int, Tally> tallies(Outputs outputs, const Samples& samples) {
  const auto each = outputs_each(outputs, samples);
  std::map<int, Tally> by_class;
  for (const int label : samples.labels) ++by_class[label].samples;
  for (size_t i = 0; i < samples.labels.size(); ++i) {
    const auto* first = outputs.data() + i * each;
    const auto answer = static_cast<int>(std::max_element(first, first + each) - first);
    if (const auto found = by_class.find(answer); found != by_class.end()) {
      ++found->second.answered;
      found->second.right += answer == samples.labels[i];
    }
  }
  return by_class;
}

double accuracy(Outputs outputs, const Samples& samples) {
  std::int64_t right = 0;
  for (const auto& [label, tally] : tallies(outputs, samples)) right += tally.right;
  return static_cast<double>(right) / static_cast<double>(samples.count());
}

template <class Value>
double mean_over_classes(const std::map<int, Tally>& by_class, Value value) {
  double sum = 0;
  for (const auto& [label, tally] : by_class) sum += value(tally);
  return sum / static_cast<double>(by_class.size());
}

double balanced_accuracy(Outputs outputs, const Samples& samples) {
  return mean_over_classes(tallies(outputs, samples), [](const Tally& t) {
    return static_cast<double>(t.right) / static_cast<double>(t.samples);
  });
}

/// F1 = 2 precision recall / (precision + recall) = 2 right / (samples + answered).
double macro_f1(Outputs outputs, const Samples& samples) {
  return mean_over_classes(tallies(outputs, samples), [](const Tally& t) {
    return 2.0 * static_cast<double>(t.right) / static_cast<double>(t.samples + t.answered);
  });
}

std::map<int, std::int64_t> class_sizes(const Samples& samples) {
  std::map<int, std::int64_t> sizes;
  for (const int label : samples.labels) ++sizes[label];
  return sizes;
}

std::int64_t largest_class(const Samples& samples) {
  std::int64_t largest = 0;
  for (const auto& [label, size] : class_sizes(samples)) largest = std::max(largest, size);
  return largest;
}

Chance commonest_class(const Samples& samples) {
  const auto count = static_cast<double>(samples.count());
  const double share = static_cast<double>(largest_class(samples)) / count;
  return {share, std::sqrt(share * (1 - share) / count)};
}

/// Any answer that does not look has a mean recall of 1/classes; guesses give each class's a binomial spread.
Chance one_class_in_all(const Samples& samples) {
  const auto sizes = class_sizes(samples);
  const auto classes = static_cast<double>(sizes.size());
  double variance = 0;
  for (const auto& [label, size] : sizes)
    variance += (1 / classes) * (1 - 1 / classes) / static_cast<double>(size);
  return {1 / classes, std::sqrt(variance) / classes};
}

Chance f1_of_commonest_class(const Samples& samples) {
  const double share = commonest_class(samples).value;
  const auto all = one_class_in_all(samples);
  return {2 * share / (1 + share) * all.value, all.deviation};
}

/// The samples' errors with what they are, the largest first.
struct Ranked {
  double error;
  bool anomaly;
};

std::vector<Ranked> ranked(Outputs outputs, const Samples& samples) {
  const auto errors = reconstruction_errors(outputs, samples);
  std::vector<Ranked> all;
  for (size_t i = 0; i < errors.size(); ++i) all.push_back({errors[i], samples.labels[i] != 0});
  std::sort(all.begin(), all.end(), [](const Ranked& a, const Ranked& b) { return a.error > b.error; });
  return all;
}

/// Area under the receiver operating characteristic up to a false positive rate: trapezoids between the
/// points that thresholds can reach, equal errors being one point.
double area_up_to(double rate, Outputs outputs, const Samples& samples) {
  const auto all = ranked(outputs, samples);
  const auto positives = static_cast<double>(
      std::count_if(all.begin(), all.end(), [](const Ranked& sample) { return sample.anomaly; }));
  const double negatives = static_cast<double>(all.size()) - positives;
  double area = 0, x = 0, y = 0;
  for (size_t i = 0; i < all.size() && x < rate;) {
    double next_x = x, next_y = y;
    for (const double error = all[i].error; i < all.size() && all[i].error == error; ++i)
      (all[i].anomaly ? next_y : next_x) += 1 / (all[i].anomaly ? positives : negatives);
    const double end = std::min(next_x, rate);
    const double end_y = next_x > x ? y + (next_y - y) * (end - x) / (next_x - x) : next_y;
    area += (end - x) * (y + end_y) / 2;
    x = next_x;
    y = next_y;
  }
  return area;
}

double auc(Outputs outputs, const Samples& samples) { return area_up_to(1, outputs, samples); }

/// Scaled so that chance is 0.5 and the best 1 (McClish 1989).
double partial_auc(Outputs outputs, const Samples& samples) {
  const double least = partial_rate * partial_rate / 2;
  return (1 + (area_up_to(partial_rate, outputs, samples) - least) / (partial_rate - least)) / 2;
}

/// Of the Mann-Whitney statistic: sqrt((n0 + n1 + 1) / (12 n0 n1)).
Chance coin(const Samples& samples) {
  const auto all = static_cast<double>(samples.count());
  const auto normal = static_cast<double>(class_sizes(samples)[0]);
  return {0.5, std::sqrt((all + 1) / (12 * normal * (all - normal)))};
}

/// Over a part of the characteristic, of which so many normal samples decide.
Chance coin_of_part(const Samples& samples) {
  return {0.5, coin(samples).deviation / std::sqrt(partial_rate)};
}

double mse(Outputs outputs, const Samples& samples) {
  double sum = 0;
  for (size_t i = 0; i < outputs.size(); ++i) sum += std::pow(double(outputs[i]) - samples.values[i], 2);
  return sum / static_cast<double>(outputs.size());
}

/// Values are in deviations from the training samples' mean, so the mean is 0.
Chance training_mean(const Samples& samples) {
  const auto n = static_cast<double>(samples.values.size());
  double squares = 0, fourths = 0;
  for (const float v : samples.values) squares += double(v) * v / n;
  for (const float v : samples.values) fourths += std::pow(double(v) * v - squares, 2) / n;
  return {squares, std::sqrt(fourths / n)};
}

/// Mean cross-entropy of a step, in nats.
double step_entropy(Outputs outputs, const Samples& samples) {
  const auto& targets = samples.targets;
  const auto classes = outputs.size() / targets.size();
  double sum = 0;
  for (size_t i = 0; i < targets.size(); ++i) {
    const auto scores = outputs.subspan(i * classes, classes);
    const double largest = *std::max_element(scores.begin(), scores.end());
    double total = 0;
    for (const float score : scores) total += std::exp(score - largest);
    sum += std::log(total) + largest - scores[static_cast<size_t>(targets[i])];
  }
  return sum / static_cast<double>(targets.size());
}

double bits_per_character(Outputs outputs, const Samples& samples) {
  return step_entropy(outputs, samples) / std::numbers::ln2;
}

double perplexity(Outputs outputs, const Samples& samples) {
  return std::exp(step_entropy(outputs, samples));
}

/// Entropy of these samples' own frequencies, in nats.
Chance frequencies(const Samples& samples) {
  std::map<int, std::int64_t> counts;
  for (const int target : samples.targets) ++counts[target];
  const auto all = static_cast<double>(samples.targets.size());
  double entropy = 0, squares = 0;
  for (const auto& [character, count] : counts) {
    const double share = static_cast<double>(count) / all, surprise = -std::log(share);
    entropy += share * surprise;
    squares += share * surprise * surprise;
  }
  return {entropy, std::sqrt(std::max(0.0, squares - entropy * entropy) / all)};
}

Chance frequencies_in_bits(const Samples& samples) {
  const auto nats = frequencies(samples);
  return {nats.value / std::numbers::ln2, nats.deviation / std::numbers::ln2};
}

Chance perplexity_of_frequencies(const Samples& samples) {
  const auto nats = frequencies(samples);
  return {std::exp(nats.value), nats.deviation * std::exp(nats.value)};
}

}  // namespace

const std::vector<Metric>& metrics() {
  static const std::vector<Metric> all{
      {"accuracy", "accuracy", "share of samples answered rightly", Target::classes, true,
       "always answering the commonest class", accuracy, commonest_class},
      {"balanced_accuracy", "bal. accur.", "mean over the classes of the share answered rightly",
       Target::classes, true, "always answering the commonest class", balanced_accuracy, one_class_in_all},
      {"macro_f1", "macro F1", "mean over the classes of F1", Target::classes, true,
       "always answering the commonest class", macro_f1, f1_of_commonest_class},
      {"auc", "AUC", "area under the receiver operating characteristic of the reconstruction error",
       Target::reconstruction, true, "tossing a coin", auc, coin},
      {"partial_auc", "partial AUC",
       "that area up to a false positive rate of 0.1, scaled so that chance is 0.5", Target::reconstruction,
       true, "tossing a coin", partial_auc, coin_of_part},
      {"mse", "MSE", "mean squared error over the variance of the training values; less is better",
       Target::value, false, "always answering the training samples' mean", mse, training_mean, 0},
      {"bits_per_character", "bits/char.", "mean cross-entropy of a step, in bits; less is better",
       Target::next_step, false, "answering by how often each character occurs", bits_per_character,
       frequencies_in_bits, 0, 1, "bits", "bits"},
      {"perplexity", "perplexity",
       "2 to the power of that: among so many equally likely characters it would be as uncertain; less is "
       "better",
       Target::next_step, false, "answering by how often each character occurs", perplexity,
       perplexity_of_frequencies, 1, 1, "", ""}};
  return all;
}

std::string Metric::shown(double raw, int digits) const {
  return fmt::format("{:.{}f}{}{}", scale * raw, digits, unit[0] ? " " : "", unit);
}

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const auto& metric : metrics()) names.emplace_back(metric.name);
  return names;
}

std::string metric_help() {
  std::string text;
  for (const auto& metric : metrics())
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", metric.name, metric.help);
  return text + ".";
}

const Metric& metric_of(const std::string& name) {
  const auto found = std::find_if(metrics().begin(), metrics().end(),
                                  [&](const Metric& metric) { return metric.name == name; });
  if (found == metrics().end()) check_word("task.metric", name, metric_names());  // throws
  return *found;
}

void check_target(const TaskConfig& task) {
  std::vector<std::string> fitting;
  for (const auto& metric : metrics())
    if (metric.target == task.target) fitting.emplace_back(metric.name);
  if (std::find(fitting.begin(), fitting.end(), task.metric) == fitting.end())
    throw ConfigError(fmt::format("task.metric: expected {} with task.target = \"{}\", got \"{}\"",
                                  join(fitting, " or "), word_of(task.target), task.metric));
  if (task.normal_class != 0 && task.target != Target::reconstruction)
    throw ConfigError(fmt::format(
        "task.normal_class: expected 0 without task.target = \"reconstruction\", the only one that "
        "has a normal class, got {}",
        task.normal_class));
}

void check_metric_applies(const Metric& metric, const Samples& samples, const std::string& split) {
  if (samples.count() == 0 || metric.target != Target::reconstruction) return;
  const auto normal = std::count(samples.labels.begin(), samples.labels.end(), 0);
  if (normal == 0 || normal == samples.count())
    throw DataError(fmt::format(
        "task.metric = \"{}\": expected normal and other samples in the {} split, found {} normal of {}",
        metric.name, split, normal, samples.count()));
}

std::vector<double> reconstruction_errors(std::span<const float> outputs, const Samples& samples) {
  const auto size = static_cast<size_t>(samples.sample_size());
  std::vector<double> errors(static_cast<size_t>(samples.count()));
  for (size_t i = 0; i < errors.size(); ++i) {
    for (size_t j = i * size; j < (i + 1) * size; ++j)
      errors[i] += std::pow(double(outputs[j]) - samples.images[j], 2) / static_cast<double>(size);
    if (!std::isfinite(errors[i])) errors[i] = std::numeric_limits<double>::max();
  }
  return errors;
}

}  // namespace mho
