// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/inference_network.hpp"

#include <algorithm>

namespace mho {

InferenceNetwork::InferenceNetwork(const Network& network, const Parameters& parameters)
    : network_(network),
      parameters_(parameters),
      walk_(network.plan().images_per_walk),
      affines_(network.plan().operations.size()),
      values_(affines_.size()),
      pointers_(affines_.size(), nullptr),
      scratch_(network.scratch_size()) {
  for (size_t i = 0; i < affines_.size(); ++i) {
    const auto& op = network.plan().operations[i];
    if (!network.compute(static_cast<int>(i))) continue;
    if (auto affine = channel_affine(network.node_of(op).layer, parameters[static_cast<size_t>(op.node)]))
      affines_[i] = std::move(*affine);
    values_[i].resize(static_cast<size_t>(op.shape.size() * walk_) + kernel_slack());
    pointers_[i] = values_[i].data();
  }
}

void InferenceNetwork::run_walk(const Operands& operands, const float* images, int first, int count,
                                RandomKey key) {
  pointers_[0] =
      const_cast<float*>(images) + first * network_.architecture().input().size();  // only ever read
  const Network::Values at{pointers_, affines_, scratch_.data(), key, first};
  for (int op = 1; op + 1 < static_cast<int>(pointers_.size()); ++op)
    network_.forward_operation(op, parameters_, operands, at, count);
}

void InferenceNetwork::logits(const Operands& operands, const float* images, int count, RandomKey key,
                              float* out) {
  const auto& ops = network_.plan().operations;
  const auto last = static_cast<size_t>(ops.back().inputs[0]);
  for (int first = 0; first < count; first += walk_) {
    const int n = std::min(walk_, count - first);
    run_walk(operands, images, first, n, key);
    out = std::copy_n(pointers_[last], n * ops[last].shape.size(), out);
  }
}

int InferenceNetwork::count_correct(const Operands& operands, const float* images, const int* labels,
                                    int count, RandomKey key) {
  const int classes = network_.architecture().classes();
  std::vector<float> scores(static_cast<size_t>(count * network_.architecture().outputs()));
  logits(operands, images, count, key, scores.data());
  int correct = 0;
  for (int i = 0; i < std::ssize(scores) / classes; ++i) {
    const auto begin = scores.begin() + std::ptrdiff_t{i} * classes;
    correct += std::max_element(begin, begin + classes) - begin == labels[i];
  }
  return correct;
}

}  // namespace mho
