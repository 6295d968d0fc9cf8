// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/kept_values.hpp"

#include "core/nn/run/network.hpp"

namespace mho {
namespace {

std::int64_t kept_by(const Network& network, std::size_t op) {
  const auto* compute = network.compute(static_cast<int>(op));
  return compute ? compute->kept_size() : 0;
}

}  // namespace

KeptValues::KeptValues(const Network& network, int images) {
  for (std::size_t op = 0; op < network.plan().operations.size(); ++op) {
    sizes_.push_back(kept_by(network, op));
    values_.emplace_back(static_cast<std::size_t>(images * sizes_.back()));
  }
}

std::size_t KeptValues::floats() const {
  std::size_t floats = 0;
  for (const auto& values : values_) floats += values.size();
  return floats;
}

std::size_t kept_floats(const Network& network, int images) {
  std::int64_t floats = 0;
  for (std::size_t op = 0; op < network.plan().operations.size(); ++op)
    floats += kept_by(network, op) * images;
  return static_cast<std::size_t>(floats);
}

}  // namespace mho
