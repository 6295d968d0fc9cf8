// SPDX-License-Identifier: Apache-2.0
// The backward half of a training step: which gradients are written when, and the gradient of every
// operation.
#include <algorithm>
#include <limits>

#include "core/base/parallel.hpp"
#include "core/nn/pooling.hpp"
#include "core/nn/training_state.hpp"

namespace mho {
namespace {

constexpr float kNoFloor = -std::numeric_limits<float>::infinity();

}  // namespace

void TrainingNetwork::State::plan_backward() {
  backward.resize(static_cast<size_t>(plan.levels));
  for (int i = op_count() - 1; i > 0; --i) {
    backward[static_cast<size_t>(op(i).level)].push_back({i, false, {}});
    if (op(i).kind == Operation::Kind::normalise)
      backward[static_cast<size_t>(op(op(i).inputs[0]).level)].push_back({i, true, {}});
  }
  std::vector<bool> written(plan.operations.size(), false);
  for (int level = plan.levels - 1; level >= 0; --level) {
    auto& events = backward[static_cast<size_t>(level)];
    std::stable_sort(events.begin(), events.end(),
                     [](const BackwardEvent& x, const BackwardEvent& y) { return x.op > y.op; });
    for (auto& event : events)
      for (size_t i = 0; i < op(event.op).inputs.size(); ++i) {
        const bool writes = op(event.op).kind != Operation::Kind::normalise || event.apply == (i == 0);
        const auto target = static_cast<size_t>(op(event.op).inputs[i]);
        event.first.push_back(writes && !written[target]);
        if (writes) written[target] = true;
      }
  }
}

void TrainingNetwork::State::backward_normalise(BatchPart& part, const BackwardEvent& event, int images) {
  const Operation& o = op(event.op);
  const auto k = static_cast<size_t>(event.op);
  const int pixels = images * o.shape.height * o.shape.width, channels = o.shape.channels;
  float* dz = part.gradients[k];
  const float* y = part.values[static_cast<size_t>(o.inputs[0])];
  if (event.apply) {
    const auto& affine = backward_affines[k];
    float* dy = part.gradients[static_cast<size_t>(o.inputs[0])];
    if (!dy) return;  // of the network's input
    const bool first = event.first[0];
    float* target = first ? dy : part.second_scratch.data();
    // A walk of a shared input goes through scratch image by image.
    const std::int64_t size = o.shape.size();
    for (int i = 0; i < images; ++i) {
      float* to = first ? target + i * size : target;
      kernels().affine_backward(dz + i * size, y + i * size, pixels / images, channels, affine.a.data(),
                                affine.b.data(), affine.c.data(), to);
      if (!first) kernels().add(to, static_cast<size_t>(size), dy + i * size);
    }
    return;
  }
  auto& sums = part.backward_sums[k];
  sums.clear_image();
  kernels().affine_backward_sums(dz, part.values[k], y, pixels, channels, o.relu ? 0.0f : kNoFloor,
                                 sums.image_a.data(), sums.image_b.data());
  sums.add_image();
  if (o.inputs.size() < 2) return;
  float* residual = part.gradients[static_cast<size_t>(o.inputs[1])];
  if (!residual) return;
  const std::int64_t size = images * o.shape.size();
  if (event.first[1])
    std::copy_n(dz, size, residual);
  else
    kernels().add(dz, static_cast<size_t>(size), residual);
}

void TrainingNetwork::State::backward_depthwise(BatchPart& part, const BackwardEvent& event,
                                                const Parameters& parameters, int images) {
  const Operation& o = op(event.op);
  const auto node = static_cast<size_t>(o.node), below = static_cast<size_t>(o.inputs[0]);
  const DepthwiseLayer layer(geometry_of(network.architecture(), o.node));
  const std::int64_t in = plan.operations[below].shape.size(), out = o.shape.size();
  float *dx = part.gradients[below], *scratch = part.scratch.data();
  for (int i = 0; i < images; ++i) {
    const float* dy = part.gradients[static_cast<size_t>(event.op)] + i * out;
    layer.add_gradient(part.values[below] + i * in, dy, scratch, part.gradient_targets[node]);
    if (dx) layer.backward(dy, parameters[node].weight.data(), !event.first[0], scratch, dx + i * in);
  }
}

void TrainingNetwork::State::backward_add(BatchPart& part, const BackwardEvent& event, int images) {
  const Operation& o = op(event.op);
  const float* y = part.values[static_cast<size_t>(event.op)];
  const float* dy = part.gradients[static_cast<size_t>(event.op)];
  const auto count = static_cast<size_t>(images * o.shape.size());
  for (const int input : o.inputs) {
    float* dx = part.gradients[static_cast<size_t>(input)];
    if (dx && o.relu) kernels().relu_backward(y, dy, count, true, dx);
    if (dx && !o.relu) kernels().add(dy, count, dx);
  }
}

void TrainingNetwork::State::backward_concat(BatchPart& part, const BackwardEvent& event, int images) {
  const Operation& o = op(event.op);
  const float* dy = part.gradients[static_cast<size_t>(event.op)];
  const std::int64_t pixels = images * o.shape.size() / o.shape.channels;
  for (const int input : o.inputs) {
    const int channels = op(input).shape.channels;
    if (float* dx = part.gradients[static_cast<size_t>(input)])
      for (std::int64_t p = 0; p < pixels; ++p)
        for (int c = 0; c < channels; ++c) dx[p * channels + c] += dy[p * o.shape.channels + c];
    dy += channels;
  }
}

/// Layers without parameters that see one image at a time.
void TrainingNetwork::State::backward_simple(BatchPart& part, const BackwardEvent& event, int images) {
  const Operation& o = op(event.op);
  const auto below = static_cast<size_t>(o.inputs[0]);
  const Shape in = plan.operations[below].shape;
  float* dx = part.gradients[below];
  if (!dx) return;
  const bool accumulate = !event.first[0];
  const auto layer = pooling_of(network.node_of(o).layer, in, o.shape);  // a ReLU ignores it
  for (int i = 0; i < images; ++i) {
    const float* x = part.values[below] + i * in.size();
    const float* y = part.values[static_cast<size_t>(event.op)] + i * o.shape.size();
    const float* dy = part.gradients[static_cast<size_t>(event.op)] + i * o.shape.size();
    float* to = dx + i * in.size();
    if (o.kind == Operation::Kind::relu)
      kernels().relu_backward(y, dy, static_cast<size_t>(in.size()), accumulate, to);
    else if (layer.maximum)
      kernels().max_pool_backward(layer.loops, x, y, dy, accumulate, to);
    else
      kernels().average_pool_backward(layer.loops, dy, accumulate, to);
  }
}

/// Additions and concatenations add to their inputs' gradients, so these start from zero; every other
/// operation writes its input's gradient itself.
void TrainingNetwork::State::start_input_gradients(BatchPart& part, const BackwardEvent& event, int images) {
  const Operation& o = op(event.op);
  for (size_t i = 0; i < o.inputs.size(); ++i) {
    float* dx = part.gradients[static_cast<size_t>(o.inputs[i])];
    if (dx && event.first[i]) std::fill_n(dx, images * op(o.inputs[i]).shape.size(), 0.0f);
  }
}

void TrainingNetwork::State::backward_operation(BatchPart& part, const BackwardEvent& event,
                                                const Parameters& parameters, const Operands& operands,
                                                int images) {
  const Operation& o = op(event.op);
  const auto node = static_cast<size_t>(o.node);
  const float* dy = part.gradients[static_cast<size_t>(event.op)];
  if (!part.bias_sums[node].a.empty()) {
    auto& sums = part.bias_sums[node];
    sums.clear_image();
    kernels().channel_sums(dy, static_cast<int>(images * o.shape.size() / o.shape.channels), o.shape.channels,
                           sums.image_a.data(), sums.image_b.data());
    sums.add_image();
  }
  if (o.kind == Operation::Kind::normalise) return backward_normalise(part, event, images);
  if (o.kind == Operation::Kind::matrix) {
    const auto below = static_cast<size_t>(o.inputs[0]);
    const auto* layer = network.matrix(o.node);
    if (operands[node].clips_gradient) return backward_clipped(part, event, operands[node], images);
    layer->add_gradient(operands[node], part.values[below], dy, images, part.gradient_written[node],
                        part.scratch.data(), part.gradient_targets[node]);
    part.gradient_written[node] = true;
    if (operands[node].learns_range) return backward_with_range(part, event, operands[node], images);
    if (float* dx = part.gradients[below])
      layer->backward(operands[node], dy, images, !event.first[0], part.scratch.data(), dx, part.first_image);
    return;
  }
  if (o.kind == Operation::Kind::depthwise) return backward_depthwise(part, event, parameters, images);
  const bool joins = o.kind == Operation::Kind::add || o.kind == Operation::Kind::concat;
  if (!joins) return backward_simple(part, event, images);
  start_input_gradients(part, event, images);
  if (o.kind == Operation::Kind::add) return backward_add(part, event, images);
  backward_concat(part, event, images);
}

void TrainingNetwork::State::backward_walk(BatchPart& part, int level, const Parameters& parameters,
                                           const Operands& operands, int images) {
  for (const auto& event : backward[static_cast<size_t>(level)])
    if (op(event.op).kind != Operation::Kind::loss)
      backward_operation(part, event, parameters, operands, images);
}

/// Batch norm's gradients (Ioffe and Szegedy 2015) from the sums over the mini-batch: with r = dL/dz after
/// the ReLU and xh the normalised input, dy = gamma inv (r - mean(r) - xh mean(r xh)), written as a r + b y +
/// c.
void TrainingNetwork::State::finish_batch_norm_gradients(int level, int count, const Parameters& parameters,
                                                         Parameters& gradients_out) {
  for (int i = 0; i < op_count(); ++i) {
    if (op(i).kind != Operation::Kind::normalise || op(i).level != level) continue;
    const auto k = static_cast<size_t>(i), node = static_cast<size_t>(op(i).node);
    const auto channels = static_cast<size_t>(op(i).shape.channels);
    const double n = static_cast<double>(count) * op(i).shape.height * op(i).shape.width;
    auto& affine = backward_affines[k];
    affine.a.resize(channels);
    affine.b.resize(channels);
    affine.c.resize(channels);
    for (size_t c = 0; c < channels; ++c) {
      double sum = 0, product = 0;
      for (const auto& part : parts) {
        sum += part.backward_sums[k].a[c];
        product += part.backward_sums[k].b[c];
      }
      const double inverse = inverses[k][c], mean = means[k][c];
      const double along = (product - mean * sum) * inverse;  // sum of r xh
      const double scale = parameters[node].gamma[c] * inverse;
      affine.a[c] = static_cast<float>(scale);
      affine.b[c] = static_cast<float>(-scale * inverse * along / n);
      affine.c[c] = static_cast<float>(-scale * sum / n + scale * inverse * along / n * mean);
      gradients_out[node].gamma[c] = static_cast<float>(along);
      gradients_out[node].beta[c] = static_cast<float>(sum);
    }
  }
}

/// A part that had no images has written no products; a depthwise gradient is zero there.
void TrainingNetwork::State::sum_weight_gradient(size_t node, FloatBuffer& target) const {
  const auto* layer = network.matrix(static_cast<int>(node));
  bool written = false;
  for (const auto& part : parts) {
    const auto& packed = part.weight_gradients[node];
    if (layer && !part.gradient_written[node]) continue;
    if (layer && !writes_through(node)) layer->unpack_gradient(packed.data(), written, target.data());
    if (!layer && written) kernels().add(packed.data(), target.size(), target.data());
    if (!layer && !written) std::copy_n(packed.data(), target.size(), target.data());
    written = true;
  }
  if (!written) std::fill(target.begin(), target.end(), 0.0f);
}

void TrainingNetwork::State::sum_weight_gradients(Parameters& gradients_out) {
  parallel_for(gradients_out.size(), [&](size_t node) {
    auto& target = gradients_out[node];
    for (size_t c = 0; c < target.bias.size(); ++c) {
      double sum = 0;
      for (const auto& part : parts) sum += part.bias_sums[node].a[c];
      target.bias[c] = static_cast<float>(sum);
    }
    if (!target.weight.empty()) sum_weight_gradient(node, target.weight);
  });
}

}  // namespace mho
