// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/buffer_plan.hpp"

#include <algorithm>

namespace mho {
namespace {

/// The levels, both included, in which a gradient is written or read.
struct Levels {
  int first = 0;
  int last = 0;
  bool meet(const Levels& other) const { return first <= other.last && other.first <= last; }
};

/// Calls body(reader, whether it is the batch norm of this value) for every reader of an operation.
template <class Body>
void for_readers(const NetworkPlan& plan, int index, Body body) {
  for (const auto& reader : plan.operations)
    for (size_t i = 0; i < reader.inputs.size(); ++i)
      if (reader.inputs[i] == index) body(reader, reader.needs_batch && i == 0);
}

/// A batch norm passes its gradient on one step later than others: in the level of its input.
Levels gradient_levels(const NetworkPlan& plan, int index) {
  const Operation& own = plan.operations[static_cast<size_t>(index)];

  Levels levels{own.needs_batch ? plan.operations[static_cast<size_t>(own.inputs[0])].level : own.level,
                own.level};
  for_readers(plan, index, [&](const Operation& reader, bool applied_here) {
    if (!applied_here) levels.last = std::max(levels.last, reader.level);
  });
  return levels;
}

bool is_read_in_own_level(const NetworkPlan& plan, int index) {
  bool own_level = true;
  for_readers(plan, index, [&](const Operation& reader, bool) {
    own_level = own_level && reader.level == plan.operations[static_cast<size_t>(index)].level;
  });
  return own_level;
}

/// Whether nothing reads an operation's output but batch norms, which take it in halves.
bool feeds_batch_norms(const NetworkPlan& plan, int index) {
  bool only = plan.operations[static_cast<size_t>(index)].multiplies;
  for_readers(plan, index, [&](const Operation&, bool applied_here) { only = only && applied_here; });
  return only;
}

}  // namespace

BufferPlan::BufferPlan(const NetworkPlan& plan, Arithmetic arithmetic)
    : value_in_walk(plan.operations.size(), false),
      value_in_halves(plan.operations.size(), false),
      gradient_slot(plan.operations.size(), no_gradient),
      gradient_in_halves(plan.operations.size(), false) {
  if (arithmetic == Arithmetic::bfloat16)
    for (size_t k = 1; k + 1 < plan.operations.size(); ++k)
      value_in_halves[k] = feeds_batch_norms(plan, static_cast<int>(k));
  std::vector<std::vector<Levels>> taken;  // [slot]
  for (int i = static_cast<int>(plan.operations.size()) - 2; i > 0; --i) {
    const auto k = static_cast<size_t>(i);
    const Operation& op = plan.operations[k];
    const bool goes_back_at_once = op.level == plan.levels - 1;
    value_in_walk[k] = (op.needs_batch || goes_back_at_once) && is_read_in_own_level(plan, i);
    const Levels levels = gradient_levels(plan, i);
    if (levels.first == levels.last) {
      gradient_slot[k] = walk_only;
      continue;
    }
    size_t slot = 0;
    while (slot < taken.size() && std::any_of(taken[slot].begin(), taken[slot].end(),
                                              [&](const Levels& other) { return other.meet(levels); }))
      ++slot;
    if (slot == taken.size()) {
      taken.emplace_back();
      slot_floats.push_back(0);
    }
    taken[slot].push_back(levels);
    gradient_in_halves[k] = value_in_walk[k] && value_in_halves[static_cast<size_t>(op.inputs[0])];
    const std::int64_t floats = gradient_in_halves[k] ? floats_of_halves(op.shape.size()) : op.shape.size();
    slot_floats[slot] = std::max(slot_floats[slot], floats);
    gradient_slot[k] = static_cast<int>(slot);
  }
}

}  // namespace mho
