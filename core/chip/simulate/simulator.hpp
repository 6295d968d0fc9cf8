// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "core/analog/tile/crossbar_matrix.hpp"
#include "core/chip/simulate/timeline_run.hpp"

namespace mho {

/// A chip that was set up from an export folder and nothing else: every block of every core programmed with
/// the device model that io.json names, images run by schedule.json. Replicas are devices of their own.
class ChipSimulator {
 public:
  /// Throws DataError like read_export, ConfigError like make_device_model.
  explicit ChipSimulator(const std::filesystem::path& folder);

  const ExportedChip& chip() const { return plan_.chip(); }

  /// One image's bill, counted while an image runs through both timelines: counts, interval, fill and
  /// energies of the full pipeline, latency of one image alone; utilisations stay 0. Throws DataError where
  /// the files do not fit together.
  Cost count_cost() const;

  /// One programming of all cores. The simulator must outlive it.
  class Programmed {
   public:
    /// Every block as it reads `time_s` seconds after programming, with fresh read noise.
    std::vector<BlockRead> read(double time_s, RandomKey key) const;

   private:
    friend class ChipSimulator;
    const ChipSimulator* simulator_ = nullptr;
    RandomKey key_{0};
    std::vector<CrossbarMatrix> matrices_;  ///< by block
  };
  Programmed program(RandomKey key) const;

  /// Logits of `count` images (NHWC), one after the other; output noise of image i depends on (key, first +
  /// i) and on nothing else.
  std::vector<float> logits(const std::vector<BlockRead>& blocks, const float* images, int count,
                            RandomKey key, std::uint32_t first = 0) const;

 private:
  ConductanceTargets targets_of(int block) const;
  /// `columns`: of the fixed deviations of the block's columns.
  BlockRead block_read(int block, const MatrixRead& read, RandomKey columns) const;

  ChipPlan plan_;
  std::unique_ptr<DeviceModel> model_;
};

}  // namespace mho
