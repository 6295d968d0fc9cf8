// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "evaluators/training/stores/on_chip.hpp"

namespace mho {

/// Tiki-Taka version 2 (Gokmen, Frontiers in Artificial Intelligence 4, 699148, 2021): a fast array A, zeroed
/// at its devices' symmetry points, takes the updates of every vector; its rows are read in turn and added to
/// a digital buffer H, whose whole steps move the weights' array C. What asymmetry does to A is a decay to
/// zero, and H averages what is left.
class TikiTakaStore : public OnChipStore {
 public:
  TikiTakaStore(const StoreContext& context, Parameters initial);
  static Regime regime();
  void save(std::map<std::string, NamedTensor>& tensors) const override;
  void load(const std::map<std::string, NamedTensor>& tensors) override;

 protected:
  std::vector<DevicePulses> write(std::size_t node, double learning_rate, RandomKey key) override;
  std::vector<const CrossbarMatrix*> written() const override;

 private:
  struct Fast {
    std::unique_ptr<CrossbarMatrix> matrix;  ///< A; null where there is no crossbar
    std::vector<float> buffer;               ///< H, in weight units
    std::int64_t vectors = 0;                ///< seen
    int next_row = 0;                        ///< to be transferred
  };
  void transfer(std::size_t node, double learning_rate, std::vector<DevicePulses>& pulses);

  std::vector<Fast> fast_;  ///< one a node
};

}  // namespace mho
