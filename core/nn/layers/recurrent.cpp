// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layers/recurrent.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "core/nn/graph/parameters.hpp"
#include "core/nn/operators/recurrent_operator.hpp"

namespace mho {
namespace {

const RecurrentCell& cell_of(Recurrent::Kind kind) {
  if (kind == Recurrent::Kind::gru) return gru_cell();
  return kind == Recurrent::Kind::rnn ? rnn_cell() : lstm_cell();
}

/// A GRU's candidate keeps its inputs' sums apart from its states'.
std::vector<BlankBlock> blank_of(Recurrent::Kind kind, int inputs, int units) {
  if (kind != Recurrent::Kind::gru) return {};
  return {{0, inputs, 3}, {inputs, units, 2}};
}

/// How ONNX has a cell: which of our blocks its gates are, of inputs and of states.
struct OnnxCell {
  const char* type;
  std::vector<int> of_inputs, of_states;
};

OnnxCell onnx_cell(Recurrent::Kind kind) {
  if (kind == Recurrent::Kind::gru) return {"GRU", {1, 0, 2}, {1, 0, 3}};  // z, r, h
  if (kind == Recurrent::Kind::rnn) return {"RNN", {0}, {0}};
  return {"LSTM", {0, 3, 1, 2}, {0, 3, 1, 2}};  // i, o, f, c
}

struct Rows {
  int first, count;
};

/// Rows of the matrix as ONNX wants them: [1, gates * units, rows].
OnnxTensor onnx_part(const char* name, const FloatBuffer& weight, Rows rows, int units,
                     const std::vector<int>& gates, int blocks) {
  OnnxTensor tensor{name, {1, std::ssize(gates) * units, rows.count}, {}};
  for (const int gate : gates)
    for (int unit = 0; unit < units; ++unit)
      for (int row = rows.first; row < rows.first + rows.count; ++row)
        tensor.values.push_back(
            weight[static_cast<std::size_t>(std::int64_t{row} * units * blocks + unit * blocks + gate)]);
  return tensor;
}

}  // namespace

const char* Recurrent::name() const {
  if (kind == Kind::gru) return "gru";
  return kind == Kind::rnn ? "rnn" : "lstm";
}

void Recurrent::attributes(LayerAttributes& visitor) {
  visitor.whole("units", units, LayerAttributes::Presence::required);
  visitor.flag("bias", bias, LayerAttributes::Presence::optional);
}

LayerFacts Recurrent::infer(const LayerSite& site) {
  site.expect_one_input();
  const Shape in = site.input();
  if (in.width != 1)
    site.refuse("wrong input: expected a sequence, steps x 1 x channels, got " + to_string(in));
  site.check_range("number of steps", in.height, 1, most_steps);
  const auto& cell = cell_of(kind);
  site.check_range("units", units, 1, largest_activation / cell.blocks());
  site.check_range("rows of the weight matrix", std::int64_t{in.channels} + units, 1,
                   std::numeric_limits<int>::max());
  LayerFacts facts{.shape = {in.height, 1, units},
                   .matrix = {in.channels + units, units * cell.blocks(), 1, in.height},
                   .running = {.cell = &cell, .pulses_by_vector = kind != Kind::gru},
                   .on_chip = {.place = OnChip::Place::crossbar, .work = cell.work()}};
  if (bias) facts.tensors = {bias_tensor()};
  return facts;
}

std::unique_ptr<Operator> Recurrent::make_operator(const OperatorSite& site) const {
  return std::make_unique<RecurrentOperator>(site, cell_of(kind),
                                             blank_of(kind, site.input().channels, units));
}

void Recurrent::start(LayerParameters& parameters, Shape input) const {
  const int blocks = cell_of(kind).blocks();
  const std::int64_t columns = std::int64_t{units} * blocks;
  for (float& weight : parameters.weight) weight *= std::sqrt(0.5f);
  for (const BlankBlock& block : blank_of(kind, input.channels, units))
    for (int row = block.first_row; row < block.first_row + block.rows; ++row)
      for (std::int64_t column = block.column; column < columns; column += blocks)
        parameters.weight[static_cast<std::size_t>(row * columns + column)] = 0;
  if (kind != Kind::lstm) return;
  for (std::size_t gate = 1; gate < parameters.bias.size(); gate += 4) parameters.bias[gate] = 1;
}

/// ONNX adds two biases, of inputs and of states: ours is the first, but for a GRU's candidate.
OnnxNode Recurrent::onnx(const LayerParameters& parameters, Shape input) const {
  const OnnxCell cell = onnx_cell(kind);
  const int blocks = cell_of(kind).blocks();
  OnnxNode node{.type = cell.type, .layout = OnnxNode::Layout::steps};
  node.attributes = {{"hidden_size", std::int64_t{units}}};
  if (kind == Kind::gru) node.attributes.push_back({"linear_before_reset", std::int64_t{1}});
  node.tensors = {
      onnx_part("input_weight", parameters.weight, {0, input.channels}, units, cell.of_inputs, blocks),
      onnx_part("state_weight", parameters.weight, {input.channels, units}, units, cell.of_states, blocks)};
  if (!bias) return node;
  OnnxTensor both = onnx_part("bias", parameters.bias, {0, 1}, units, cell.of_inputs, blocks);
  for (std::size_t k = 0; k < cell.of_states.size(); ++k)
    for (int unit = 0; unit < units; ++unit)
      both.values.push_back(
          cell.of_states[k] == cell.of_inputs[k]
              ? 0.0f
              : parameters.bias[static_cast<std::size_t>(unit * blocks + cell.of_states[k])]);
  both.shape = {1, std::ssize(both.values)};
  node.tensors.push_back(std::move(both));
  return node;
}

}  // namespace mho
