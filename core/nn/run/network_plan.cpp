// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/network_plan.hpp"

#include <algorithm>

namespace mho {
namespace {

/// A weight should be used this often between two loads from L2: below, its traffic costs more than the
/// arithmetic.
constexpr double wanted_reuse = 64;

/// Builds the operations node by node, letting a node join the operation that made its input.
class Fusion {
 public:
  explicit Fusion(const Architecture& architecture)
      : nodes_(architecture.nodes()), readers_(nodes_.size(), 0) {
    for (const auto& node : nodes_)
      for (const int input : node.inputs) ++readers_[static_cast<size_t>(input)];
  }

  std::vector<Operation> run() {
    producer_.assign(nodes_.size(), -1);
    for (size_t i = 0; i < nodes_.size(); ++i) place(static_cast<int>(i));
    return std::move(operations_);
  }

 private:
  void place(int index) {
    const Node& node = nodes_[static_cast<size_t>(index)];
    if (std::holds_alternative<Relu>(node.layer) && join_relu(node, index)) return;
    if (std::holds_alternative<Add>(node.layer) && join_add(node, index)) return;
    if (std::holds_alternative<Pool>(node.layer) && join_pool(node, index)) return;
    Operation op;
    op.node = op.output_node = index;
    op.shape = node.shape;
    op.needs_batch = node.running.needs_batch;
    op.multiplies = node.weights > 0 && !node.running.cell;
    for (const int i : node.inputs) op.inputs.push_back(producer_[static_cast<size_t>(i)]);
    operations_.push_back(op);
    producer_[static_cast<size_t>(index)] = static_cast<int>(operations_.size()) - 1;
  }

  /// The operation that made the node's value, when nothing but the joining node reads it.
  Operation* only_read_here(int node) {
    Operation& made = operations_[static_cast<size_t>(producer_[static_cast<size_t>(node)])];
    return made.output_node == node && readers_[static_cast<size_t>(node)] == 1 && !made.relu ? &made
                                                                                              : nullptr;
  }

  const Running& running_of(const Operation& op) const {
    return nodes_[static_cast<size_t>(op.node)].running;
  }

  bool join_relu(const Node& node, int index) {
    Operation* made = only_read_here(node.inputs[0]);
    if (!made || !running_of(*made).takes_relu) return false;
    made->relu = true;
    made->output_node = index;
    producer_[static_cast<size_t>(index)] = producer_[static_cast<size_t>(node.inputs[0])];
    return true;
  }

  /// A batch norm + other: the residual connection. The operation moves to the end: its residual may be
  /// younger.
  bool join_add(const Node& node, int index) {
    if (node.inputs.size() != 2 || node.inputs[0] == node.inputs[1]) return false;
    for (const int side : {0, 1}) {
      const int own = node.inputs[static_cast<size_t>(side)],
                other = node.inputs[static_cast<size_t>(1 - side)];
      const Operation* made = only_read_here(own);
      if (!made || !running_of(*made).takes_sum || made->node != own) continue;
      move_to_end(producer_[static_cast<size_t>(own)]);
      Operation& joined = operations_.back();
      joined.inputs.push_back(producer_[static_cast<size_t>(other)]);
      joined.output_node = index;
      producer_[static_cast<size_t>(index)] = static_cast<int>(operations_.size()) - 1;
      return true;
    }
    return false;
  }

  /// The largest of what a ReLU lets through is what it lets through of the largest: the pooling comes first,
  /// since it leaves fewer numbers. The same values and gradients to the bit.
  bool join_pool(const Node& node, int index) {
    Operation* made = only_read_here(node.inputs[0]);
    if (std::get<Pool>(node.layer).kind != Pool::Kind::max || !made) return false;
    if (!std::holds_alternative<Relu>(nodes_[static_cast<size_t>(made->node)].layer)) return false;
    made->node = made->output_node = index;
    made->shape = node.shape;
    made->relu = true;
    producer_[static_cast<size_t>(index)] = producer_[static_cast<size_t>(node.inputs[0])];
    return true;
  }

  void move_to_end(int position) {
    const int last = static_cast<int>(operations_.size()) - 1;
    std::rotate(operations_.begin() + position, operations_.begin() + position + 1, operations_.end());
    const auto renumber = [&](int& op) {
      op = op == position ? last : op > position ? op - 1 : op;
    };  // -1 stays
    for (auto& op : operations_) std::for_each(op.inputs.begin(), op.inputs.end(), renumber);
    std::for_each(producer_.begin(), producer_.end(), renumber);
  }

  const std::vector<Node>& nodes_;
  std::vector<int> readers_;
  std::vector<int> producer_;
  std::vector<Operation> operations_;
};

}  // namespace

NetworkPlan::NetworkPlan(const Architecture& architecture) : operations(Fusion(architecture).run()) {
  for (auto& op : operations) {
    for (size_t i = 0; i < op.inputs.size(); ++i) {
      const int below = operations[static_cast<size_t>(op.inputs[i])].level;
      const bool waits = op.needs_batch && i == 0;
      op.level = std::max(op.level, below + (waits ? 1 : 0));
    }
    levels = std::max(levels, op.level + 1);
  }
  double macs = 0;  // those of one image that can share a loaded weight
  for (const Node& node : architecture.nodes())
    macs += static_cast<double>(node.running.cell ? node.weights : node.macs);
  const double reuse = macs / std::max<double>(1, static_cast<double>(architecture.weights()));
  images_per_walk = static_cast<int>(std::clamp(wanted_reuse / std::max(reuse, 1.0), 1.0, wanted_reuse));
}

int NetworkPlan::largest_part(int batch_size, int parts) const {
  const int even = (batch_size + parts - 1) / parts;
  return std::min(batch_size, std::max(even, images_per_walk));
}

}  // namespace mho
