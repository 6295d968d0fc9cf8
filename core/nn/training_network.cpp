// SPDX-License-Identifier: Apache-2.0
#include "core/nn/training_network.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/parallel.hpp"
#include "core/nn/training_state.hpp"

namespace mho {
namespace {

/// Share of the new mini-batch in the running statistics (the usual 0.1).
constexpr double kRunningShare = 0.1;

}  // namespace

TrainingNetwork::State::State(const Network& n, int batch, int part_count)
    : network(n),
      plan(n.plan()),
      part_size(plan.largest_part(batch, part_count)),
      walk(std::min(plan.images_per_walk, part_size)),
      buffers(plan) {
  const size_t ops = plan.operations.size();
  affines.resize(ops);
  means.resize(ops);
  inverses.resize(ops);
  backward_affines.resize(ops);
  plan_backward();
  parts.resize(static_cast<size_t>((batch + part_size - 1) / part_size));
  for (auto& part : parts) {
    part.weight_gradients.resize(n.architecture().nodes().size());
    part.gradient_targets.resize(n.architecture().nodes().size());
    part.gradient_written.resize(n.architecture().nodes().size());
    part.bias_sums.resize(n.architecture().nodes().size());
    part.range_gradients.resize(n.architecture().nodes().size());
    part.forward_sums.resize(ops);
    part.backward_sums.resize(ops);
    part.walk_values.resize(ops);
    part.walk_gradients.resize(ops);
    part.values.resize(ops);
    part.gradients.resize(ops);
    part.scratch.resize(n.scratch_size());
    part.second_scratch.resize(n.scratch_size());
  }
  allocate(batch);
}

void TrainingNetwork::State::allocate(int batch_size) {
  const auto grow = [](FloatBuffer& buffer, std::int64_t image, int images) {
    buffer.resize(static_cast<size_t>(image * images) + kernel_slack());
  };
  values.resize(plan.operations.size());
  gradients.resize(buffers.slot_floats.size());
  for (size_t slot = 0; slot < gradients.size(); ++slot)
    grow(gradients[slot], buffers.slot_floats[slot], batch_size);
  for (int i = 1; i + 1 < op_count(); ++i) {
    const auto k = static_cast<size_t>(i);
    if (!buffers.value_in_walk[k]) grow(values[k], op(i).shape.size(), batch_size);
    for (auto& part : parts) {
      if (buffers.value_in_walk[k]) grow(part.walk_values[k], op(i).shape.size(), walk);
      if (buffers.gradient_slot[k] == BufferPlan::kWalkOnly)
        grow(part.walk_gradients[k], op(i).shape.size(), walk);
    }
  }
}

/// Runs body(part, first image, images) for every walk, parts side by side.
template <class Body>
void TrainingNetwork::State::walk_parts(int count, Body body) {
  parallel_for(parts.size(), [&](size_t p) {
    const int begin = static_cast<int>(p) * part_size, end = std::min(count, begin + part_size);
    for (int first = begin; first < end; first += walk) body(parts[p], first, std::min(walk, end - first));
  });
}

void TrainingNetwork::State::point_to(BatchPart& part, const float* images, int first) {
  part.first_image = first;
  part.values[0] = const_cast<float*>(images) + first * op(0).shape.size();  // only ever read
  for (int i = 1; i < op_count(); ++i) {
    const auto k = static_cast<size_t>(i);
    const std::int64_t at = first * op(i).shape.size();
    const int slot = buffers.gradient_slot[k];
    part.values[k] = values[k].empty() ? part.walk_values[k].data() : values[k].data() + at;
    part.gradients[k] =
        slot < 0 ? part.walk_gradients[k].data() : gradients[static_cast<size_t>(slot)].data() + at;
  }
}

void TrainingNetwork::State::forward_walk(BatchPart& part, int level, const Parameters& parameters,
                                          const Operands& operands, int first, int images, RandomKey key) {
  const Network::Values at{part.values, affines, part.scratch.data(), key, first};
  for (int i = 0; i + 1 < op_count(); ++i)
    if (op(i).level == level && op(i).kind != Operation::Kind::input)
      network.forward_operation(i, parameters, operands, at, images);
  for (int i = 0; i < op_count(); ++i) {  // statistics while the values are in cache
    if (op(i).kind != Operation::Kind::normalise || op(op(i).inputs[0]).level != level) continue;
    const auto& below = op(op(i).inputs[0]);
    auto& sums = part.forward_sums[static_cast<size_t>(i)];
    sums.clear_image();
    kernels().channel_sums(part.values[static_cast<size_t>(op(i).inputs[0])],
                           images * below.shape.height * below.shape.width, below.shape.channels,
                           sums.image_a.data(), sums.image_b.data());
    sums.add_image();
  }
}

void TrainingNetwork::State::restore_values(BatchPart& part, int level, const Parameters& parameters,
                                            const Operands& operands, int images) {
  const Network::Values at{part.values, affines, part.scratch.data(), RandomKey(0), 0};  // it draws nothing
  for (int i = 0; i < op_count(); ++i)
    if (buffers.value_in_walk[static_cast<size_t>(i)] && op(i).level == level)
      network.forward_operation(i, parameters, operands, at, images);
}

void TrainingNetwork::State::finish_statistics(int level, int count, Parameters& parameters) {
  for (int i = 0; i < op_count(); ++i) {
    if (op(i).kind != Operation::Kind::normalise || op(op(i).inputs[0]).level != level) continue;
    const auto k = static_cast<size_t>(i), node = static_cast<size_t>(op(i).node);
    const auto channels = static_cast<size_t>(op(i).shape.channels);
    const double n = static_cast<double>(count) * op(i).shape.height * op(i).shape.width;
    const double epsilon = std::get<BatchNorm>(network.node_of(op(i)).layer).epsilon;
    auto& p = parameters[node];
    affines[k].scale.resize(channels);
    affines[k].shift.resize(channels);
    means[k].resize(channels);
    inverses[k].resize(channels);
    for (size_t c = 0; c < channels; ++c) {
      double sum = 0, square = 0;
      for (const auto& part : parts) {
        sum += part.forward_sums[k].a[c];
        square += part.forward_sums[k].b[c];
      }
      const double mean = sum / n, variance = std::max(0.0, square / n - mean * mean);
      means[k][c] = mean;
      inverses[k][c] = 1.0 / std::sqrt(variance + epsilon);
      affines[k].scale[c] = static_cast<float>(p.gamma[c] * inverses[k][c]);
      affines[k].shift[c] = static_cast<float>(p.beta[c] - mean * p.gamma[c] * inverses[k][c]);
      const double unbiased = n > 1 ? variance * n / (n - 1) : variance;
      p.running_mean[c] = static_cast<float>((1 - kRunningShare) * p.running_mean[c] + kRunningShare * mean);
      p.running_variance[c] =
          static_cast<float>((1 - kRunningShare) * p.running_variance[c] + kRunningShare * unbiased);
    }
  }
}

void TrainingNetwork::State::loss(BatchPart& part, const int* labels, int images, int count,
                                  double smoothing) {
  const int logits_op = op(op_count() - 1).inputs[0], classes = op(logits_op).shape.channels;
  auto& p = part.probabilities;
  p.resize(static_cast<size_t>(classes));
  for (int i = 0; i < images; ++i) {
    const float* logits = part.values[static_cast<size_t>(logits_op)] + i * classes;
    float* gradient = part.gradients[static_cast<size_t>(logits_op)] + i * classes;
    const auto largest = std::max_element(logits, logits + classes);
    part.correct += largest - logits == labels[i];
    double total = 0;
    for (int c = 0; c < classes; ++c)
      total += p[static_cast<size_t>(c)] = std::exp(double(logits[c]) - *largest);
    for (int c = 0; c < classes; ++c) {
      const double wanted = (c == labels[i] ? 1 - smoothing : 0) + smoothing / classes;
      const double log_p = double(logits[c]) - *largest - std::log(total);
      part.loss -= wanted * log_p;
      gradient[c] = static_cast<float>((p[static_cast<size_t>(c)] / total - wanted) / count);
    }
  }
}

void TrainingNetwork::State::reset(BatchPart& part, Parameters& gradients_out) {
  part.loss = 0;
  part.correct = 0;
  for (size_t node = 0; node < gradients_out.size(); ++node) {
    const auto* layer = network.matrix(static_cast<int>(node));
    part.range_gradients[node] = {};
    auto& gradient = part.weight_gradients[node];
    part.gradient_written[node] = false;
    if (layer && !writes_through(node)) gradient.resize(layer->packed_size());
    if (!layer) gradient.assign(gradients_out[node].weight.size(), 0.0f);
    part.gradient_targets[node] = writes_through(node) ? gradients_out[node].weight.data() : gradient.data();
    if (!gradients_out[node].bias.empty()) part.bias_sums[node].reset(gradients_out[node].bias.size());
  }
  for (size_t i = 0; i < plan.operations.size(); ++i) {
    if (plan.operations[i].kind != Operation::Kind::normalise) continue;
    part.forward_sums[i].reset(static_cast<size_t>(plan.operations[i].shape.channels));
    part.backward_sums[i].reset(static_cast<size_t>(plan.operations[i].shape.channels));
  }
}

TrainingNetwork::TrainingNetwork(const Network& network, int batch_size, int parts)
    : state_(std::make_unique<State>(network, batch_size, parts)) {}
TrainingNetwork::~TrainingNetwork() = default;

StepResult TrainingNetwork::step(Parameters& parameters, const Operands& operands, const float* images,
                                 const int* labels, int count, double label_smoothing, RandomKey key,
                                 Parameters& gradients) {
  State& s = *state_;
  s.step_key = key;
  for (auto& part : s.parts) s.reset(part, gradients);
  const int last = s.plan.levels - 1;
  for (int level = 0; level <= last; ++level) {
    s.walk_parts(count, [&](BatchPart& part, int first, int n) {
      s.point_to(part, images, first);
      s.forward_walk(part, level, parameters, operands, first, n, key);
      if (level < last) return;
      s.loss(part, labels + first, n, count, label_smoothing);
      s.backward_walk(part, level, parameters, operands, n);
    });
    s.finish_statistics(level, count, parameters);
  }
  s.finish_batch_norm_gradients(last, count, parameters, gradients);
  for (int level = last - 1; level >= 0; --level) {
    s.walk_parts(count, [&](BatchPart& part, int first, int n) {
      s.point_to(part, images, first);
      s.restore_values(part, level, parameters, operands, n);
      s.backward_walk(part, level, parameters, operands, n);
    });
    s.finish_batch_norm_gradients(level, count, parameters, gradients);
  }
  s.sum_weight_gradients(gradients);
  StepResult result;
  for (const auto& part : s.parts) {
    result.loss += part.loss / count;
    result.correct += part.correct;
  }
  return result;
}

std::size_t training_bytes(const Network& network, int batch_size, int part_count, bool clips_gradients) {
  const auto& plan = network.plan();
  const int part_size = plan.largest_part(batch_size, part_count),
            walk = std::min(plan.images_per_walk, part_size);
  const auto parts = static_cast<size_t>((batch_size + part_size - 1) / part_size);
  size_t floats = BufferPlan(plan).floats(plan, batch_size, static_cast<int>(parts), walk);
  std::int64_t widest = 0;  // output of a matrix layer, for its clipped gradient
  for (const auto& op : plan.operations) {
    if (const auto* layer = network.matrix(op.node)) {
      widest = std::max(widest, layer->output_size());
      const bool by_split = clips_gradients && layer->row_splits() > 1;
      const size_t splits = by_split ? static_cast<size_t>(layer->row_splits()) : 0;
      const size_t operands = network.needs_input_gradient(op.node) ? 2 + splits : 1;
      const size_t gradient_copies = parts == 1 && layer->is_packed_plainly() ? 0 : parts;
      floats += (gradient_copies + operands) * layer->packed_size();
    }
    if (op.kind == Operation::Kind::depthwise)
      floats += parts * static_cast<size_t>(network.node_of(op).weights);
  }
  if (clips_gradients) floats += parts * (static_cast<size_t>(widest * walk) + kernel_slack());
  return (floats + parts * 2 * network.scratch_size()) * sizeof(float);
}

std::size_t TrainingNetwork::bytes() const {
  std::size_t floats = 0;
  for (const auto& buffer : state_->values) floats += buffer.size();
  for (const auto& buffer : state_->gradients) floats += buffer.size();
  for (const auto& part : state_->parts) {
    for (const auto& buffer : part.walk_values) floats += buffer.size();
    for (const auto& buffer : part.walk_gradients) floats += buffer.size();
    for (const auto& buffer : part.weight_gradients) floats += buffer.size();
    floats += part.scratch.size() + part.second_scratch.size() + part.clipped.size();
  }
  return floats * sizeof(float);
}

Parameters zero_gradients(const Parameters& parameters) {
  Parameters gradients = parameters;
  for (auto& g : gradients) {
    g.input_range = 0;
    for (auto* values : {&g.weight, &g.bias, &g.gamma, &g.beta})
      std::fill(values->begin(), values->end(), 0.0f);
  }
  return gradients;
}

}  // namespace mho
