// SPDX-License-Identifier: Apache-2.0
#include "evaluators/batch_norm_calibration.hpp"

#include <algorithm>

namespace mho {
namespace {

/// Sets running_mean and running_variance (unbiased, as training does) to those of values [pixels][channels].
void take_statistics(const float* values, std::int64_t pixels, int channels, LayerParameters& parameters) {
  const auto width = static_cast<size_t>(channels);
  std::vector<double> sums(width, 0.0), squares(width, 0.0);
  for (std::int64_t p = 0; p < pixels; ++p)
    for (size_t c = 0; c < width; ++c) {
      const double v = values[static_cast<size_t>(p) * width + c];
      sums[c] += v;
      squares[c] += v * v;
    }
  const auto n = static_cast<double>(pixels);
  for (size_t c = 0; c < width; ++c) {
    const double mean = sums[c] / n;
    parameters.running_mean[c] = static_cast<float>(mean);
    parameters.running_variance[c] =
        static_cast<float>(std::max(0.0, squares[c] / n - mean * mean) * n / std::max(n - 1, 1.0));
  }
}

/// The last operation that reads each operation's values.
std::vector<int> last_readers(const std::vector<Operation>& operations) {
  std::vector<int> last(operations.size(), 0);
  for (size_t reader = 0; reader < operations.size(); ++reader)
    for (const int input : operations[reader].inputs)
      last[static_cast<size_t>(input)] = static_cast<int>(reader);
  return last;
}

}  // namespace

void recalibrate_batch_norms(const Network& network, const Operands& operands, const float* images, int count,
                             RandomKey key, Parameters& parameters) {
  const auto& ops = network.plan().operations;
  const auto last = last_readers(ops);
  std::vector<FloatBuffer> values(ops.size());
  std::vector<float*> pointers(ops.size(), nullptr);
  std::vector<ChannelAffine> affines(ops.size());
  FloatBuffer scratch(network.scratch_size());
  pointers[0] = const_cast<float*>(images);  // only ever read
  const Network::Values at{pointers, affines, scratch.data(), key, 0};
  for (size_t i = 1; i + 1 < ops.size(); ++i) {
    const Operation& op = ops[i];
    values[i].resize(static_cast<size_t>(count * op.shape.size()) + kernel_slack());
    pointers[i] = values[i].data();
    if (op.needs_batch) {
      auto& own = parameters[static_cast<size_t>(op.node)];
      take_statistics(pointers[static_cast<size_t>(op.inputs[0])],
                      count * op.shape.size() / op.shape.channels, op.shape.channels, own);
      affines[i] = *channel_affine(network.node_of(op).layer, own);
    }
    network.forward_operation(static_cast<int>(i), parameters, operands, at, count);
    for (const int input : op.inputs)
      if (last[static_cast<size_t>(input)] == static_cast<int>(i))
        FloatBuffer().swap(values[static_cast<size_t>(input)]);
  }
}

}  // namespace mho
