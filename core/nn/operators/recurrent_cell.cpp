// SPDX-License-Identifier: Apache-2.0
#include "core/nn/operators/recurrent_cell.hpp"

#include "core/nn/kernels/kernels.hpp"

namespace mho {
namespace {

class LstmCell final : public RecurrentCell {
 public:
  int blocks() const override { return 4; }
  bool has_cell_state() const override { return true; }
  std::int64_t work() const override { return 4 + 5 + 3; }  // biases, tables, products
  void forward(const CellForward& step) const override { kernels().lstm_cell.forward(step); }
  void backward(const CellBackward& step) const override { kernels().lstm_cell.backward(step); }
};

class GruCell final : public RecurrentCell {
 public:
  int blocks() const override { return 4; }
  std::int64_t work() const override { return 4 + 3 + 3; }
  void forward(const CellForward& step) const override { kernels().gru_cell.forward(step); }
  void backward(const CellBackward& step) const override { kernels().gru_cell.backward(step); }
};

class RnnCell final : public RecurrentCell {
 public:
  int blocks() const override { return 1; }
  std::int64_t work() const override { return 1 + 1; }
  void forward(const CellForward& step) const override { kernels().rnn_cell.forward(step); }
  void backward(const CellBackward& step) const override { kernels().rnn_cell.backward(step); }
};

}  // namespace

const RecurrentCell& lstm_cell() {
  static const LstmCell cell;
  return cell;
}

const RecurrentCell& gru_cell() {
  static const GruCell cell;
  return cell;
}

const RecurrentCell& rnn_cell() {
  static const RnnCell cell;
  return cell;
}

}  // namespace mho
