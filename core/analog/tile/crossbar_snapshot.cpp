// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/crossbar_snapshot.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"

namespace mho {
namespace {

NamedTensor vector_of(const std::vector<float>& values) {
  return {{static_cast<std::int64_t>(values.size())}, values};
}

}  // namespace

void save_snapshot(const CrossbarSnapshot& snapshot, const std::vector<SavedPlane>& planes,
                   const std::string& prefix, std::map<std::string, NamedTensor>& tensors) {
  tensors[prefix + "scales"] = vector_of(snapshot.scales);
  tensors[prefix + "baseline"] = vector_of(snapshot.baseline);
  for (size_t p = 0; p < planes.size(); ++p) {
    tensors[prefix + planes[p].label + ".targets_us"] = vector_of(snapshot.targets_us[p]);
    tensors[prefix + planes[p].label + ".reference_us"] = vector_of(snapshot.references_us[p]);
  }
}

CrossbarSnapshot load_snapshot(std::size_t scales, const std::vector<SavedPlane>& planes,
                               const std::string& prefix, const std::map<std::string, NamedTensor>& tensors) {
  const auto take = [&](const std::string& name, size_t numbers, bool may_be_empty) {
    const auto found = tensors.find(prefix + name);
    const size_t got = found == tensors.end() ? 0 : found->second.values.size();
    if (found == tensors.end() || (got != numbers && !(may_be_empty && got == 0)))
      throw DataError(fmt::format("crossbar state: tensor {}{}: expected {} numbers, found {}", prefix, name,
                                  numbers, got));
    return found->second.values;
  };
  CrossbarSnapshot snapshot{take("scales", scales, false), take("baseline", scales, true), {}, {}};
  for (const auto& [label, devices] : planes) {
    snapshot.targets_us.push_back(take(label + ".targets_us", devices, false));
    snapshot.references_us.push_back(take(label + ".reference_us", devices, true));
  }
  return snapshot;
}

}  // namespace mho
