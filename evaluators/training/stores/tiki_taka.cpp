// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/stores/tiki_taka.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/base/error.hpp"
#include "core/base/parallel.hpp"

namespace mho {
namespace {

std::string prefix_of(size_t node) { return fmt::format("fast.{}.", node); }

}  // namespace

TikiTakaStore::TikiTakaStore(const StoreContext& context, Parameters initial)
    : OnChipStore(context, std::move(initial), Gradients::vectors), fast_(nodes()) {
  parallel_for(nodes(), [&](size_t node) {
    if (!layer(node)) return;
    const RandomKey key = context.key.with("fast array", node);
    auto targets = targets_of(node, FloatBuffer(parameters_[node].weight.size(), 0.0f));
    fast_[node].matrix = std::make_unique<CrossbarMatrix>(std::move(targets), context.hardware, model(), key);
    shift_to_symmetry_point(*fast_[node].matrix, context.config.on_chip.symmetry_pulses,
                            key.with("zero shift"));
    fast_[node].buffer.assign(parameters_[node].weight.size(), 0.0f);
  });
}

Regime TikiTakaStore::regime() {
  return {.name = "tiki_taka",
          .help = "as pulsed into a fast array, which a digital buffer averages for the weights' own",
          .on_chip = true,
          .check = [](const TrainingConfig& training,
                      const HardwareConfig& hardware) { check_symmetric("tiki_taka", training, hardware); },
          .make = [](const StoreContext& context, Parameters initial) -> std::unique_ptr<WeightStore> {
            return std::make_unique<TikiTakaStore>(context, std::move(initial));
          }};
}

std::vector<DevicePulses> TikiTakaStore::write(std::size_t node, double learning_rate, RandomKey key) {
  const auto& config = context_.config.on_chip;
  auto& fast = fast_[node];
  std::vector<DevicePulses> updates, moved;
  layer(node)->for_each_block(batch(), [&](const VectorBlock& block) {
    const int rows = fast.matrix->rows(), columns = fast.matrix->columns();
    for (std::ptrdiff_t v = 0; v < block.count; ++v) {
      const auto number = static_cast<std::uint64_t>(fast.vectors++);
      fast.matrix->append_updates({block.x + v * rows, block.d + v * columns, 1, number}, config.fast_rate,
                                  config.update(), key, updates);
      if (fast.vectors % config.transfer_every != 0) continue;
      fast.matrix->move(updates, key.with("fast", number));  // the row that is read has seen all so far
      updates.clear();
      transfer(node, learning_rate, moved);
    }
  });
  fast.matrix->move(updates, key.with("fast"));
  layer(node)->matrix().move(moved, key);
  return moved;
}

/// H[row] += transfer_rate * learning rate * vectors since the row was read last * A[row]: layers of few rows
/// are read more often and learn no faster. Whole steps of C leave H, towards zero.
void TikiTakaStore::transfer(std::size_t node, double learning_rate, std::vector<DevicePulses>& pulses) {
  auto& fast = fast_[node];
  const auto& matrix = *fast.matrix;
  const int row = fast.next_row, columns = matrix.columns();
  fast.next_row = (row + 1) % matrix.rows();
  const auto& config = context_.config.on_chip;
  const auto rate =
      static_cast<float>(config.transfer_rate * learning_rate * config.transfer_every * matrix.rows());
  const auto scales = std::ptrdiff_t{matrix.targets().row_split_of(row)} * columns;
  for (int c = 0; c < columns; ++c) {
    const auto weight = static_cast<size_t>(row) * static_cast<size_t>(columns) + static_cast<size_t>(c);
    const auto scale = static_cast<size_t>(scales + c);
    float& sum = fast.buffer[weight];
    sum += rate * matrix.written_conductance(weight) * matrix.targets().scales[scale];
    const float step = layer(node)->matrix().pulse_weights()[scale];
    const float whole = std::trunc(sum / step);
    if (whole == 0) continue;
    pulses.push_back({static_cast<std::uint32_t>(weight), static_cast<std::int32_t>(whole)});
    sum -= whole * step;
  }
}

std::vector<const CrossbarMatrix*> TikiTakaStore::written() const {
  auto all = OnChipStore::written();
  for (const auto& fast : fast_)
    if (fast.matrix) all.push_back(fast.matrix.get());
  return all;
}

void TikiTakaStore::save(std::map<std::string, NamedTensor>& tensors) const {
  OnChipStore::save(tensors);
  for (size_t node = 0; node < fast_.size(); ++node) {
    const auto& fast = fast_[node];
    if (!fast.matrix) continue;
    fast.matrix->save(prefix_of(node), tensors);
    tensors[prefix_of(node) + "buffer"] = {{std::ssize(fast.buffer)}, fast.buffer};
    const auto high = static_cast<float>(fast.vectors >> 20),
               low = static_cast<float>(fast.vectors & 0xfffff);
    tensors[prefix_of(node) + "place"] = {{3}, {high, low, static_cast<float>(fast.next_row)}};
  }
}

void TikiTakaStore::load(const std::map<std::string, NamedTensor>& tensors) {
  OnChipStore::load(tensors);
  for (size_t node = 0; node < fast_.size(); ++node) {
    auto& fast = fast_[node];
    if (!fast.matrix) continue;
    fast.matrix->load(prefix_of(node), tensors);
    fast.buffer = state_tensor(tensors, prefix_of(node) + "buffer", fast.buffer.size());
    const auto place = state_tensor(tensors, prefix_of(node) + "place", 3);
    fast.vectors = (static_cast<std::int64_t>(place[0]) << 20) + static_cast<std::int64_t>(place[1]);
    fast.next_row = static_cast<int>(place[2]);
  }
}

}  // namespace mho
