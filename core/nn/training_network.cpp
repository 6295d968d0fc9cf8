// SPDX-License-Identifier: Apache-2.0
#include "core/nn/training_network.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/parallel.hpp"
#include "core/nn/pooling.hpp"

namespace mho {
namespace {

constexpr float kNoFloor = -std::numeric_limits<float>::infinity();
/// Share of the new mini-batch in the running statistics (the usual 0.1).
constexpr double kRunningShare = 0.1;

/// A backward step of one operation. Batch norm has two: its sums over the mini-batch, in its own level, and the gradient
/// of its input, which needs those sums, just before the operation below it runs backward.
struct Event {
  int op = 0;
  bool apply = false;       ///< of a batch norm: the second one
  std::vector<bool> first;  ///< for each input: whether this event is the first to write its gradient
};

/// Sums over a mini-batch for one batch norm: s = sum a, t = sum b, kept in double over images.
struct ChannelSums {
  std::vector<double> a, b;
  std::vector<float> image_a, image_b;  ///< of the walk at hand
  void reset(size_t channels) {
    a.assign(channels, 0);
    b.assign(channels, 0);
    image_a.resize(channels);
    image_b.resize(channels);
  }
  void clear_image() {
    std::fill(image_a.begin(), image_a.end(), 0.0f);
    std::fill(image_b.begin(), image_b.end(), 0.0f);
  }
  void add_image() {
    for (size_t c = 0; c < a.size(); ++c) {
      a[c] += image_a[c];
      b[c] += image_b[c];
    }
  }
};

/// What a part of the mini-batch owns.
struct Part {
  std::vector<FloatBuffer> weight_gradients;  ///< packed, one a node with a dense product; plain for depthwise
  std::vector<std::vector<double>> bias_gradients;
  std::vector<ChannelSums> forward_sums, backward_sums;  ///< one an operation
  std::vector<FloatBuffer> walk_gradients;               ///< gradients that live only within one walk
  FloatBuffer scratch, second_scratch;
  std::vector<float*> values, gradients;  ///< of the images at hand
  double loss = 0;
  int correct = 0;
};

/// a, b, c of dy = a dz + b y + c.
struct BackwardAffine {
  std::vector<float> a, b, c;
};

}  // namespace

struct TrainingNetwork::State {
  const Network& network;
  const NetworkPlan& plan;
  int batch_size;
  int part_size;
  int walk;
  std::vector<FloatBuffer> values, gradients;  ///< one an operation; gradients empty where a walk's buffer serves
  std::vector<std::vector<Event>> backward;    ///< [level]
  std::vector<ChannelAffine> affines;
  std::vector<std::vector<double>> means, inverses;  ///< of the mini-batch, one an operation
  std::vector<BackwardAffine> backward_affines;
  std::vector<Part> parts;

  State(const Network& network, int batch_size, int parts);
  void plan_backward();
  bool lives_in_walk(int op) const;

  const Operation& op(int index) const { return plan.operations[static_cast<size_t>(index)]; }
  int op_count() const { return static_cast<int>(plan.operations.size()); }

  template <class Body>
  void walk_parts(int count, Body body);
  void point_to(Part& part, const float* images, int first);
  void forward_walk(Part& part, int level, const Parameters& parameters, const Operands& operands, int first, int images,
                    RandomKey key);
  void finish_statistics(int level, int count, Parameters& parameters);
  void loss(Part& part, const int* labels, int images, int count, double smoothing);
  void backward_walk(Part& part, int level, const Parameters& parameters, const Operands& operands, int images);
  void backward_operation(Part& part, const Event& event, const Parameters& parameters, const Operands& operands, int images);
  void backward_normalise(Part& part, const Event& event, int images);
  void finish_batch_norm_gradients(int level, int count, const Parameters& parameters, Parameters& gradients);
  void sum_weight_gradients(const Operands& operands, Parameters& gradients);
};

TrainingNetwork::State::State(const Network& n, int batch, int part_count)
    : network(n), plan(n.plan()), batch_size(batch), part_size(plan.largest_part(batch, part_count)),
      walk(std::min(plan.images_per_walk, part_size)) {
  const size_t ops = plan.operations.size();
  values.resize(ops);
  gradients.resize(ops);
  affines.resize(ops);
  means.resize(ops);
  inverses.resize(ops);
  backward_affines.resize(ops);
  plan_backward();
  parts.resize(static_cast<size_t>((batch + part_size - 1) / part_size));
  for (auto& part : parts) {
    part.weight_gradients.resize(n.architecture().nodes().size());
    part.bias_gradients.resize(n.architecture().nodes().size());
    part.forward_sums.resize(ops);
    part.backward_sums.resize(ops);
    part.walk_gradients.resize(ops);
    part.values.resize(ops);
    part.gradients.resize(ops);
    part.scratch.resize(n.scratch_size());
    part.second_scratch.resize(n.scratch_size());
  }
  for (int i = 1; i + 1 < op_count(); ++i) {
    const size_t image = static_cast<size_t>(op(i).shape.size());
    values[static_cast<size_t>(i)].resize(image * static_cast<size_t>(batch) + kernel_slack());
    if (!lives_in_walk(i)) gradients[static_cast<size_t>(i)].resize(image * static_cast<size_t>(batch) + kernel_slack());
    else
      for (auto& part : parts)
        part.walk_gradients[static_cast<size_t>(i)].resize(image * static_cast<size_t>(walk) + kernel_slack());
  }
}

/// Whether an operation's gradient is written and read within one level.
bool TrainingNetwork::State::lives_in_walk(int index) const {
  if (op(index).kind == Operation::Kind::normalise) return false;
  for (const auto& reader : plan.operations)
    for (size_t i = 0; i < reader.inputs.size(); ++i) {
      const bool applied_here = reader.kind == Operation::Kind::normalise && i == 0;
      if (reader.inputs[i] == index && !applied_here && reader.level != op(index).level) return false;
    }
  return true;
}

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
    std::stable_sort(events.begin(), events.end(), [](const Event& x, const Event& y) { return x.op > y.op; });
    for (auto& event : events)
      for (size_t i = 0; i < op(event.op).inputs.size(); ++i) {
        const bool writes = op(event.op).kind != Operation::Kind::normalise || event.apply == (i == 0);
        const auto target = static_cast<size_t>(op(event.op).inputs[i]);
        event.first.push_back(writes && !written[target]);
        if (writes) written[target] = true;
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

void TrainingNetwork::State::point_to(Part& part, const float* images, int first) {
  part.values[0] = const_cast<float*>(images) + first * op(0).shape.size();  // only ever read
  for (int i = 1; i < op_count(); ++i) {
    const auto k = static_cast<size_t>(i);
    part.values[k] = values[k].empty() ? nullptr : values[k].data() + first * op(i).shape.size();
    part.gradients[k] = gradients[k].empty() ? part.walk_gradients[k].data() : gradients[k].data() + first * op(i).shape.size();
  }
}

void TrainingNetwork::State::forward_walk(Part& part, int level, const Parameters& parameters, const Operands& operands,
                                          int first, int images, RandomKey key) {
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
                           images * below.shape.height * below.shape.width, below.shape.channels, sums.image_a.data(),
                           sums.image_b.data());
    sums.add_image();
  }
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
      p.running_variance[c] = static_cast<float>((1 - kRunningShare) * p.running_variance[c] + kRunningShare * unbiased);
    }
  }
}

void TrainingNetwork::State::loss(Part& part, const int* labels, int images, int count, double smoothing) {
  const int logits_op = op(op_count() - 1).inputs[0], classes = op(logits_op).shape.channels;
  std::vector<double> p(static_cast<size_t>(classes));
  for (int i = 0; i < images; ++i) {
    const float* logits = part.values[static_cast<size_t>(logits_op)] + i * classes;
    float* gradient = part.gradients[static_cast<size_t>(logits_op)] + i * classes;
    const auto largest = std::max_element(logits, logits + classes);
    part.correct += largest - logits == labels[i];
    double total = 0;
    for (int c = 0; c < classes; ++c) total += p[static_cast<size_t>(c)] = std::exp(double(logits[c]) - *largest);
    for (int c = 0; c < classes; ++c) {
      const double wanted = (c == labels[i] ? 1 - smoothing : 0) + smoothing / classes;
      const double log_p = double(logits[c]) - *largest - std::log(total);
      part.loss -= wanted * log_p;
      gradient[c] = static_cast<float>((p[static_cast<size_t>(c)] / total - wanted) / count);
    }
  }
}

void TrainingNetwork::State::backward_normalise(Part& part, const Event& event, int images) {
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
      kernels().affine_backward(dz + i * size, y + i * size, pixels / images, channels, affine.a.data(), affine.b.data(),
                                affine.c.data(), to);
      if (!first)
        for (std::int64_t j = 0; j < size; ++j) dy[i * size + j] += to[j];
    }
    return;
  }
  auto& sums = part.backward_sums[k];
  sums.clear_image();
  kernels().affine_backward_sums(dz, part.values[k], y, pixels, channels, o.relu ? 0.0f : kNoFloor, sums.image_a.data(),
                                 sums.image_b.data());
  sums.add_image();
  if (o.inputs.size() < 2) return;
  float* residual = part.gradients[static_cast<size_t>(o.inputs[1])];
  if (!residual) return;
  const std::int64_t size = images * o.shape.size();
  if (event.first[1]) std::copy_n(dz, size, residual);
  else
    for (std::int64_t j = 0; j < size; ++j) residual[j] += dz[j];
}

void TrainingNetwork::State::backward_operation(Part& part, const Event& event, const Parameters& parameters,
                                                const Operands& operands, int images) {
  const Operation& o = op(event.op);
  const auto k = static_cast<size_t>(event.op), node = static_cast<size_t>(o.node);
  if (o.kind == Operation::Kind::normalise) return backward_normalise(part, event, images);
  const auto below = static_cast<size_t>(o.inputs[0]);
  const Shape in = plan.operations[below].shape;
  const float *x = part.values[below], *y = part.values[k];
  float *dy = part.gradients[k], *dx = part.gradients[below];
  const std::int64_t count = images * o.shape.size();
  const auto start = [&](float* target, std::int64_t size, bool first) {
    if (first) std::fill_n(target, size, 0.0f);
  };
  auto& bias = part.bias_gradients[node];
  for (std::int64_t i = 0; !bias.empty() && i < count; i += o.shape.channels)
    for (size_t c = 0; c < bias.size(); ++c) bias[c] += dy[i + static_cast<std::int64_t>(c)];
  switch (o.kind) {
    case Operation::Kind::matrix: {
      const auto* layer = network.matrix(o.node);
      layer->add_gradient(operands[node], x, dy, images, part.scratch.data(), part.weight_gradients[node]);
      if (dx) layer->backward(operands[node], dy, images, !event.first[0], part.scratch.data(), dx);
      break;
    }
    case Operation::Kind::depthwise: {
      const DepthwiseLayer layer(geometry_of(network.architecture(), o.node));
      if (dx) start(dx, images * in.size(), event.first[0]);
      for (int i = 0; i < images; ++i) {
        layer.pad(x + i * in.size(), part.scratch.data());
        kernels().depthwise_gradient(layer.loops, part.scratch.data(), dy + i * o.shape.size(), part.weight_gradients[node].data());
        if (!dx) continue;
        std::fill_n(part.scratch.data(), layer.padded_size(), 0.0f);
        kernels().depthwise_backward(layer.loops, dy + i * o.shape.size(), parameters[node].weight.data(), part.scratch.data());
        layer.add_unpadded(part.scratch.data(), dx + i * in.size());
      }
      break;
    }
    case Operation::Kind::relu:
      if (!dx) break;
      start(dx, count, event.first[0]);
      for (std::int64_t i = 0; i < count; ++i) dx[i] += y[i] > 0 ? dy[i] : 0.0f;
      break;
    case Operation::Kind::pool:
      if (!dx) break;
      start(dx, images * in.size(), event.first[0]);
      for (int i = 0; i < images; ++i)
        pool_backward(std::get<Pool>(network.node_of(o).layer), in, o.shape, x + i * in.size(), y + i * o.shape.size(),
                      dy + i * o.shape.size(), dx + i * in.size());
      break;
    case Operation::Kind::global_pool:
      if (!dx) break;
      start(dx, images * in.size(), event.first[0]);
      for (int i = 0; i < images; ++i) global_average_backward(in, dy + i * o.shape.size(), dx + i * in.size());
      break;
    case Operation::Kind::add:
      for (std::int64_t i = 0; o.relu && i < count; ++i) dy[i] = y[i] > 0 ? dy[i] : 0.0f;
      for (size_t n = 0; n < o.inputs.size(); ++n) {
        float* target = part.gradients[static_cast<size_t>(o.inputs[n])];
        if (!target) continue;
        start(target, count, event.first[n]);
        for (std::int64_t i = 0; i < count; ++i) target[i] += dy[i];
      }
      break;
    case Operation::Kind::concat: {
      int channel = 0;
      for (size_t n = 0; n < o.inputs.size(); ++n) {
        const int channels = op(o.inputs[n]).shape.channels;
        float* target = part.gradients[static_cast<size_t>(o.inputs[n])];
        const std::int64_t pixels = count / o.shape.channels;
        if (target) {
          start(target, pixels * channels, event.first[n]);
          for (std::int64_t p = 0; p < pixels; ++p)
            for (int c = 0; c < channels; ++c) target[p * channels + c] += dy[p * o.shape.channels + channel + c];
        }
        channel += channels;
      }
      break;
    }
    default: break;
  }
}

void TrainingNetwork::State::backward_walk(Part& part, int level, const Parameters& parameters, const Operands& operands,
                                           int images) {
  for (const auto& event : backward[static_cast<size_t>(level)])
    if (op(event.op).kind != Operation::Kind::loss) backward_operation(part, event, parameters, operands, images);
}

/// Batch norm's gradients (Ioffe and Szegedy 2015) from the sums over the mini-batch: with r = dL/dz after the ReLU and
/// xh the normalised input, dy = gamma inv (r - mean(r) - xh mean(r xh)), written as a r + b y + c.
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

void TrainingNetwork::State::sum_weight_gradients(const Operands& operands, Parameters& gradients_out) {
  parallel_for(gradients_out.size(), [&](size_t node) {
    auto& target = gradients_out[node];
    std::fill(target.weight.begin(), target.weight.end(), 0.0f);
    for (size_t c = 0; c < target.bias.size(); ++c) {
      double sum = 0;
      for (const auto& part : parts) sum += part.bias_gradients[node][c];
      target.bias[c] = static_cast<float>(sum);
    }
    const auto* layer = network.matrix(static_cast<int>(node));
    for (const auto& part : parts) {
      const auto& packed = part.weight_gradients[node];
      if (packed.empty()) continue;
      const float range = operands[node].input_range;
      if (layer) layer->unpack_gradient(packed, range > 0 ? range : 1.0f, target.weight.data());
      else
        for (size_t i = 0; i < target.weight.size(); ++i) target.weight[i] += packed[i];
    }
  });
}

TrainingNetwork::TrainingNetwork(const Network& network, int batch_size, int parts)
    : state_(std::make_unique<State>(network, batch_size, parts)) {}
TrainingNetwork::~TrainingNetwork() = default;

StepResult TrainingNetwork::step(Parameters& parameters, const Operands& operands, const float* images,
                                 const int* labels, int count, double label_smoothing, RandomKey key,
                                 Parameters& gradients) {
  State& s = *state_;
  for (auto& part : s.parts) {
    part.loss = 0;
    part.correct = 0;
    for (size_t node = 0; node < gradients.size(); ++node) {
      const auto* layer = s.network.matrix(static_cast<int>(node));
      const size_t size = layer ? layer->packed_size() : gradients[node].weight.size();
      part.weight_gradients[node].assign(size, 0.0f);
      part.bias_gradients[node].assign(gradients[node].bias.size(), 0.0);
    }
    for (size_t i = 0; i < s.plan.operations.size(); ++i) {
      if (s.plan.operations[i].kind != Operation::Kind::normalise) continue;
      part.forward_sums[i].reset(static_cast<size_t>(s.plan.operations[i].shape.channels));
      part.backward_sums[i].reset(static_cast<size_t>(s.plan.operations[i].shape.channels));
    }
  }
  const int last = s.plan.levels - 1;
  for (int level = 0; level <= last; ++level) {
    s.walk_parts(count, [&](Part& part, int first, int n) {
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
    s.walk_parts(count, [&](Part& part, int first, int n) {
      s.point_to(part, images, first);
      s.backward_walk(part, level, parameters, operands, n);
    });
    s.finish_batch_norm_gradients(level, count, parameters, gradients);
  }
  s.sum_weight_gradients(operands, gradients);
  StepResult result;
  for (const auto& part : s.parts) {
    result.loss += part.loss / count;
    result.correct += part.correct;
  }
  return result;
}

std::size_t TrainingNetwork::bytes() const {
  std::size_t floats = 0;
  for (const auto& buffer : state_->values) floats += buffer.size();
  for (const auto& buffer : state_->gradients) floats += buffer.size();
  for (const auto& part : state_->parts) {
    for (const auto& buffer : part.walk_gradients) floats += buffer.size();
    for (const auto& buffer : part.weight_gradients) floats += buffer.size();
    floats += part.scratch.size() + part.second_scratch.size();
  }
  return floats * sizeof(float);
}

Parameters zero_gradients(const Parameters& parameters) {
  Parameters gradients = parameters;
  for (auto& g : gradients)
    for (auto* values : {&g.weight, &g.bias, &g.gamma, &g.beta}) std::fill(values->begin(), values->end(), 0.0f);
  return gradients;
}

}  // namespace mho
