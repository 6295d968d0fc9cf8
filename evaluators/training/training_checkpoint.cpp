// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/training_checkpoint.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "core/base/error.hpp"
#include "core/base/files/safetensors.hpp"

namespace mho {
namespace {

using Tensors = std::map<std::string, NamedTensor>;
using Buffer = FloatBuffer LayerParameters::*;

constexpr std::array<std::pair<const char*, Buffer>, 6> named_buffers = {{
    {"weight", &LayerParameters::weight},
    {"bias", &LayerParameters::bias},
    {"gamma", &LayerParameters::gamma},
    {"beta", &LayerParameters::beta},
    {"running_mean", &LayerParameters::running_mean},
    {"running_variance", &LayerParameters::running_variance},
}};

std::string tensor_name(const std::string& group, size_t node, const char* buffer) {
  return fmt::format("{}.{}.{}", group, node, buffer);
}

/// A whole number up to 2^31 as two floats, exact.
NamedTensor number(int value) {
  const int high = value / 65536, low = value % 65536;
  return {{2}, {static_cast<float>(high), static_cast<float>(low)}};
}

/// Of learned input ranges and their moments, one a node: all other ranges are calibrated anew.
std::string ranges_name(const std::string& group) { return group + ".input_ranges"; }

void add(Tensors& tensors, const std::string& group, const Parameters& parameters) {
  if (parameters.empty()) return;  // sgd's second moments
  std::vector<float> ranges;
  for (const auto& layer : parameters) ranges.push_back(layer.input_range);
  tensors[ranges_name(group)] = {{std::ssize(ranges)}, ranges};
  for (size_t node = 0; node < parameters.size(); ++node)
    for (const auto& [name, buffer] : named_buffers) {
      const auto& values = parameters[node].*buffer;
      if (!values.empty())
        tensors[tensor_name(group, node, name)] = {{std::ssize(values)}, {values.begin(), values.end()}};
    }
}

/// Takes tensors out of a file's, so that what is left over is known.
class Reading {
 public:
  explicit Reading(const std::filesystem::path& file) : file_(file), tensors_(read_safetensors(file)) {}

  std::vector<float> take(const std::string& name, size_t size) {
    const auto found = tensors_.find(name);
    const auto got = found == tensors_.end() ? 0 : found->second.values.size();
    if (found == tensors_.end() || got != size)
      throw DataError(fmt::format("{}: tensor '{}': expected {} values, got {}", file_.string(), name, size,
                                  found == tensors_.end() ? "none" : std::to_string(got)));
    auto values = std::move(found->second.values);
    tensors_.erase(found);
    return values;
  }

  int take_number(const std::string& name) {
    const auto digits = take(name, 2);
    for (const auto& [digit, limit] : {std::pair{digits[0], 32768.0F}, {digits[1], 65536.0F}})
      if (!(digit >= 0 && digit < limit && digit == std::floor(digit)))
        throw DataError(
            fmt::format("{}: tensor '{}': expected a whole number below 2^31 as two digits, got {}, {}",
                        file_.string(), name, digits[0], digits[1]));
    return static_cast<int>(digits[0]) * 65536 + static_cast<int>(digits[1]);
  }

  /// Values into buffers that have their sizes already.
  void take_into(const std::string& group, Parameters& parameters) {
    if (parameters.empty()) return;
    const auto ranges = take(ranges_name(group), parameters.size());
    for (size_t node = 0; node < parameters.size(); ++node) parameters[node].input_range = ranges[node];
    for (size_t node = 0; node < parameters.size(); ++node)
      for (const auto& [name, buffer] : named_buffers) {
        auto& values = parameters[node].*buffer;
        if (values.empty()) continue;
        const auto taken = take(tensor_name(group, node, name), values.size());
        values.assign(taken.begin(), taken.end());
      }
  }

  /// All of a group, under their names in it, whatever they are.
  Tensors take_group(const std::string& group) {
    Tensors taken;
    const auto prefix = group + ".";
    for (auto at = tensors_.lower_bound(prefix); at != tensors_.end() && at->first.starts_with(prefix);
         at = tensors_.erase(at))
      taken[at->first.substr(prefix.size())] = std::move(at->second);
    return taken;
  }

  bool has(const std::string& group) const {
    const auto first = tensors_.lower_bound(group + ".");
    return first != tensors_.end() && first->first.starts_with(group + ".");
  }

  void expect_empty() const {
    if (!tensors_.empty())
      throw DataError(fmt::format("{}: tensor '{}': expected only those of the architecture", file_.string(),
                                  tensors_.begin()->first));
  }

 private:
  std::filesystem::path file_;
  Tensors tensors_;
};

}  // namespace

void save_checkpoint(const std::filesystem::path& file, const TrainingCheckpoint& checkpoint) {
  Tensors tensors = {{"epochs_done", number(checkpoint.epochs_done)},
                     {"steps", number(checkpoint.optimizer.steps)}};
  add(tensors, "parameters", checkpoint.parameters);
  add(tensors, "first", checkpoint.optimizer.first);
  add(tensors, "second", checkpoint.optimizer.second);
  for (const auto& [name, tensor] : checkpoint.store) tensors["store." + name] = tensor;
  write_safetensors(file, tensors, {{"format", "mho-checkpoint-1"}});
}

TrainingCheckpoint load_checkpoint(const std::filesystem::path& file, const Architecture& architecture) {
  Reading reading(file);
  TrainingCheckpoint checkpoint;
  checkpoint.epochs_done = reading.take_number("epochs_done");
  checkpoint.optimizer.steps = reading.take_number("steps");
  checkpoint.parameters = initial_parameters(architecture, RandomKey(0));  // for the sizes
  checkpoint.optimizer.first = checkpoint.parameters;
  if (reading.has("second")) checkpoint.optimizer.second = checkpoint.parameters;
  reading.take_into("parameters", checkpoint.parameters);
  reading.take_into("first", checkpoint.optimizer.first);
  reading.take_into("second", checkpoint.optimizer.second);
  checkpoint.store = reading.take_group("store");
  reading.expect_empty();
  return checkpoint;
}

}  // namespace mho
