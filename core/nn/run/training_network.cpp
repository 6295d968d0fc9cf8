// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/training_network.hpp"

#include <algorithm>

#include "core/base/parallel.hpp"
#include "core/nn/run/carried_states.hpp"
#include "core/nn/run/kept_statistics.hpp"

namespace mho {

TrainingNetwork::TrainingNetwork(const Network& network, const Loss& loss, int batch_size, int parts,
                                 BatchNorms norms, Arithmetic arithmetic)
    : network_(network),
      loss_(loss),
      plan_(network.plan()),
      cut_(plan_, batch_size, parts, arithmetic),
      buffers_(plan_, batch_size, cut_, arithmetic),
      kept_(network, batch_size),
      backward_(plan_backward(plan_)),
      affines_(plan_.operations.size()),
      parts_(cut_.parts) {
  for (int i = 0; i < op_count(); ++i)
    states_.push_back(network.compute(i) ? network.compute(i)->make_batch_state(cut_.parts) : nullptr);
  for (int i = 0; i < op_count() && norms == BatchNorms::kept; ++i)
    if (auto& state = states_[static_cast<size_t>(i)]) state = keep_statistics(std::move(state), network, i);
  for (auto& part : parts_) {
    part.sums.resize(network.architecture().nodes().size());
    part.scratch.resize(network.scratch_size());
    part.second_scratch.resize(network.scratch_size());
  }
}

bool TrainingNetwork::writes_through(std::size_t node) const {
  const auto* matrix = network_.matrix(static_cast<int>(node));
  return matrix && parts_.size() == 1 && matrix->is_packed_plainly();
}

template <class Body>
void TrainingNetwork::walk_parts(const Step& step, int level, const Body& body) {
  parallel_for(parts_.size(), [&](size_t part) {
    const int begin = static_cast<int>(part) * cut_.part_size;
    const int end = std::min(step.batch.count, begin + cut_.part_size);
    for (int first = begin; first < end; first += cut_.walk) {
      buffers_.point_to(part, step.batch.images, first);
      body(Walk{part, level, first, std::min(cut_.walk, end - first)});
    }
  });
}

void TrainingNetwork::reset(std::size_t index, const Step& step) {
  Part& part = parts_[index];
  part.loss.loss = 0;
  part.loss.correct = 0;
  for (size_t node = 0; node < part.sums.size(); ++node) {
    auto& sums = part.sums[node];
    auto& gradient = step.gradients[node];
    const auto* matrix = network_.matrix(static_cast<int>(node));
    sums.range = {};
    sums.written = false;
    const bool summed = !step.operands[node].sink;
    if (matrix && summed && !writes_through(node)) sums.weights.resize(matrix->packed_size());
    if (!matrix) sums.weights.assign(gradient.weight.size(), 0.0f);
    sums.target = writes_through(node) ? gradient.weight.data() : sums.weights.data();
    if (!gradient.bias.empty()) sums.bias.reset(gradient.bias.size());
  }
  for (const auto& state : states_)
    if (state) state->reset(index);
}

Network::Values TrainingNetwork::values_of(const Step& step, const Walk& walk) {
  const auto& pointers = buffers_.pointers(walk.part);
  return {.pointers = pointers.values,
          .affines = affines_,
          .scratch = parts_[walk.part].scratch.data(),
          .key = step.batch.key,
          .first_image = walk.first,
          .training = true,
          .carried = step.batch.carried,
          .kept = &kept_,
          .halves = &pointers.value_halves};
}

void TrainingNetwork::forward(const Step& step, const Walk& walk) {
  const Network::Values at = values_of(step, walk);
  for (int i = 1; i + 1 < op_count(); ++i)
    if (op(i).level == walk.level)
      network_.forward_operation(i, step.parameters, step.operands, at, walk.images);
  for (int i = 0; i < op_count(); ++i) {  // statistics while the values are in cache
    if (!op(i).needs_batch || op(op(i).inputs[0]).level != walk.level) continue;
    const auto input = static_cast<size_t>(op(i).inputs[0]);
    states_[static_cast<size_t>(i)]->observe(walk.part, at.pointers[input], walk.images, (*at.halves)[input]);
  }
}

void TrainingNetwork::restore_values(const Step& step, const Walk& walk) {
  const Network::Values at = values_of(step, walk);
  for (int i = 0; i < op_count(); ++i)
    if (buffers_.value_in_walk(i) && op(i).level == walk.level)
      network_.forward_operation(i, step.parameters, step.operands, at, walk.images);
}

void TrainingNetwork::score(const Step& step, const Walk& walk) {
  const auto last = static_cast<size_t>(op(op_count() - 1).inputs[0]);
  const auto& at = buffers_.pointers(walk.part);
  const int outputs = plan_.operations[last].shape.channels;
  const int steps = network_.architecture().output_steps();  // each as an image of its own
  const std::ptrdiff_t first = std::ptrdiff_t{walk.first} * steps;
  const auto* values = step.batch.values;
  loss_.add({.scores = at.values[last],
             .labels = step.batch.labels + first,
             .values = values ? values + first * outputs : nullptr,
             .images = walk.images * steps,
             .classes = outputs,
             .batch = step.batch.count * steps,
             .gradient = at.gradients[last]},
            parts_[walk.part].loss);
}

void TrainingNetwork::finish_statistics(const Step& step, int level) {
  for (int i = 0; i < op_count(); ++i)
    if (op(i).needs_batch && op(op(i).inputs[0]).level == level)
      states_[static_cast<size_t>(i)]->finish(step.batch.count,
                                              step.parameters[static_cast<size_t>(op(i).node)],
                                              affines_[static_cast<size_t>(i)]);
}

void TrainingNetwork::backward(const Step& step, const Walk& walk) {
  for (const auto& event : backward_[static_cast<size_t>(walk.level)])
    if (network_.compute(event.op)) backward_operation(step, walk, event);
}

/// Whether backward computes sums again, with the noise that they had, or drops what forward dropped.
bool TrainingNetwork::needs_noise(const Operation& o, const MatrixOperand* operand) const {
  const Running& running = network_.node_of(o).running;
  return running.drops || (operand && operand->clips_gradient);
}

void TrainingNetwork::backward_operation(const Step& step, const Walk& walk, const BackwardEvent& event) {
  const Operation& o = op(event.op);
  const auto k = static_cast<size_t>(event.op), node = static_cast<size_t>(o.node);
  const auto& at = buffers_.pointers(walk.part);
  Part& part = parts_[walk.part];
  const MatrixOperand* operand = network_.matrix(o.node) ? &step.operands[node] : nullptr;
  const BackwardCall call{
      .x = {at.values, o.inputs},
      .y = at.values[k],
      .dy = at.gradients[k],
      .dx = {at.gradients, o.inputs},
      .first = event.first,
      .images = walk.images,
      .parameters = step.parameters[node],
      .operand = operand,
      .sums = part.sums[node],
      .scratch = part.scratch.data(),
      .second_scratch = part.second_scratch.data(),
      .clipped = part.clipped,
      .noise_key = needs_noise(o, operand) ? Network::noise_key(step.batch.key, o.node) : 0,
      .first_image = walk.first,
      .ends_network = op(op_count() - 1).inputs[0] == event.op,
      .start = step.batch.carried ? step.batch.carried->start(event.op, walk.first) : nullptr,
      .kept = kept_.at(event.op, walk.first),
      .x_halves = at.value_halves[static_cast<size_t>(o.inputs[0])],
      .dy_halves = at.gradient_halves[k]};
  if (!call.sums.bias.a.empty() && !network_.compute(event.op)->sums_bias_gradient())
    sum_bias_gradient(walk, o, call.dy, call.sums.bias);
  if (!o.needs_batch)
    network_.compute(event.op)->backward(call);
  else if (event.apply)
    states_[k]->backward(call);
  else
    states_[k]->observe_gradient(walk.part, call);
}

void TrainingNetwork::sum_bias_gradient(const Walk& walk, const Operation& o, const float* dy,
                                        ChannelSums& sums) const {
  sums.clear_image();
  kernels().channel_sums(dy, static_cast<int>(walk.images * o.shape.size() / o.shape.channels),
                         o.shape.channels, sums.image_a.data(), sums.image_b.data());
  sums.add_image();
}

void TrainingNetwork::finish_batch_gradients(const Step& step, int level) {
  for (int i = 0; i < op_count(); ++i) {
    const auto node = static_cast<size_t>(op(i).node);
    if (op(i).needs_batch && op(i).level == level)
      states_[static_cast<size_t>(i)]->finish_gradient(step.batch.count, step.parameters[node],
                                                       step.gradients[node]);
  }
}

/// A part that had no images has written no products; a plain gradient is zero there.
void TrainingNetwork::sum_weight_gradient(size_t node, FloatBuffer& target) const {
  const auto* matrix = network_.matrix(static_cast<int>(node));
  bool written = false;
  for (const auto& part : parts_) {
    const auto& sums = part.sums[node];
    if (matrix && !sums.written) continue;
    if (matrix && !writes_through(node)) matrix->unpack_gradient(sums.weights.data(), written, target.data());
    if (!matrix && written) kernels().add(sums.weights.data(), target.size(), target.data());
    if (!matrix && !written) std::copy_n(sums.weights.data(), target.size(), target.data());
    written = true;
  }
  if (!written) std::fill(target.begin(), target.end(), 0.0f);
}

void TrainingNetwork::sum_weight_gradients(Parameters& gradients) const {
  parallel_for(gradients.size(), [&](size_t node) {
    auto& target = gradients[node];
    for (size_t c = 0; c < target.bias.size(); ++c) {
      double sum = 0;
      for (const auto& part : parts_) sum += part.sums[node].bias.a[c];
      target.bias[c] = static_cast<float>(sum);
    }
    if (!target.weight.empty()) sum_weight_gradient(node, target.weight);
  });
}

StepResult TrainingNetwork::step(Parameters& parameters, const Operands& operands, const MiniBatch& batch,
                                 Parameters& gradients) {
  const Step step{parameters, operands, batch, gradients};
  for (size_t part = 0; part < parts_.size(); ++part) reset(part, step);
  const int last = plan_.levels - 1;
  for (int level = 0; level <= last; ++level) {
    walk_parts(step, level, [&](const Walk& walk) {
      forward(step, walk);
      if (level < last) return;
      score(step, walk);
      backward(step, walk);
    });
    finish_statistics(step, level);
  }
  finish_batch_gradients(step, last);
  for (int level = last - 1; level >= 0; --level) {
    walk_parts(step, level, [&](const Walk& walk) {
      restore_values(step, walk);
      backward(step, walk);
    });
    finish_batch_gradients(step, level);
  }
  sum_weight_gradients(gradients);
  StepResult result;
  for (const auto& part : parts_) {
    result.loss += part.loss.loss / (batch.count * network_.architecture().output_steps());
    result.correct += part.loss.correct;
  }
  return result;
}

RangeGradient TrainingNetwork::range_gradient(int node) const {
  RangeGradient total;
  for (const auto& part : parts_) total.add(part.sums[static_cast<size_t>(node)].range);
  return total;
}

std::size_t training_bytes(const Network& network, int batch_size, int part_count, bool clips_gradients,
                           Arithmetic arithmetic) {
  const auto& plan = network.plan();
  const BatchCut cut(plan, batch_size, part_count, arithmetic);
  const BufferPlan buffers(plan, arithmetic);
  size_t floats = BufferLayout(plan, buffers, batch_size, cut.parts, cut.walk).floats;
  floats += kept_floats(network, batch_size);
  std::int64_t widest = 0;  // output of a matrix layer, for its clipped gradient
  for (const auto& op : plan.operations) {
    const auto* matrix = network.matrix(op.node);
    if (!matrix) {
      floats += cut.parts * static_cast<size_t>(network.node_of(op).weights);
      continue;
    }
    widest = std::max(widest, matrix->output_size());
    const bool by_split = clips_gradients && matrix->row_splits() > 1;
    const size_t splits = by_split ? static_cast<size_t>(matrix->row_splits()) : 0;
    const size_t pairs = arithmetic == Arithmetic::bfloat16 ? 1 : 0;
    const size_t operands = (network.needs_input_gradient(op.node) ? 2 + splits : 1) + pairs;
    const size_t gradient_copies = cut.parts == 1 && matrix->is_packed_plainly() ? 0 : cut.parts;
    floats += (gradient_copies + operands) * matrix->packed_size();
  }
  if (clips_gradients) floats += cut.parts * (static_cast<size_t>(widest * cut.walk) + kernel_slack());
  return (floats + cut.parts * 2 * network.scratch_size()) * sizeof(float);
}

std::size_t TrainingNetwork::bytes() const {
  std::size_t floats = buffers_.floats() + kept_.floats();
  for (const auto& part : parts_) {
    for (const auto& sums : part.sums) floats += sums.weights.size();
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
