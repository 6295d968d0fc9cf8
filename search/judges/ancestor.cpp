// SPDX-License-Identifier: Apache-2.0
#include "search/judges/ancestor.hpp"

#include <algorithm>

#include "core/base/error.hpp"
#include "core/base/files/paths.hpp"

namespace mho {
namespace {

bool same_sizes(const LayerParameters& a, const LayerParameters& b) {
  const auto& tensors = LayerParameters::channel_tensors();
  return a.weight.size() == b.weight.size() &&
         std::all_of(tensors.begin(), tensors.end(), [&](const ChannelTensor& tensor) {
           return (a.*tensor.values).size() == (b.*tensor.values).size();
         });
}

/// A matrix of as many numbers may have other rows.
bool same_layer(const Node& a, const Node& b) {
  return a.name == b.name && a.layer.index() == b.layer.index() && a.matrix.rows == b.matrix.rows &&
         a.matrix.columns == b.matrix.columns && a.matrix.groups == b.matrix.groups;
}

}  // namespace

std::optional<Candidate> load_ancestor(const std::string& from, const NetworkReader& reader) {
  if (from.empty()) return std::nullopt;
  if (!from.ends_with(".onnx")) {
    if (!is_folder(from))
      throw ConfigError("search.from: expected a winner folder or an ONNX file, got " + from);
    return load_candidate(from);
  }
  if (!reader)
    throw ConfigError("search.from: reading ONNX needs the Python package mho, got " + from +
                      " in an executable without it");
  return to_candidate(reader(from, std::nullopt), from);
}

Parameters inherited_parameters(const Architecture& heir, const Candidate& ancestor, RandomKey key) {
  auto parameters = initial_parameters(heir, key);
  const auto& old = ancestor.architecture.nodes();
  for (size_t n = 0; n < parameters.size(); ++n) {
    const auto& here = heir.nodes()[n];
    const auto found =
        std::find_if(old.begin(), old.end(), [&](const Node& node) { return same_layer(here, node); });
    if (found == old.end()) continue;
    const auto& own = ancestor.parameters[static_cast<size_t>(found - old.begin())];
    if (same_sizes(own, parameters[n])) parameters[n] = own;
  }
  return parameters;
}

}  // namespace mho
