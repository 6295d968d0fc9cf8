// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/analog/hardware.hpp"
#include "core/base/random.hpp"
#include "core/data/dataset.hpp"
#include "core/nn/graph/architecture.hpp"
#include "evaluators/measures/measurement.hpp"

namespace mho {

/// Samples of a network's input drawn from a key: normal pixels (or uniform characters), uniform labels.
Samples synthetic_samples(const Architecture& architecture, int count, RandomKey key);

/// What is measured of a network, named as in the bench's rows.
enum class BenchRow {
  digital_training,
  noisy_training,
  bfloat16_training,          ///< noisy too
  digital_bfloat16_training,  ///< what noise costs there
  pulsed_training,    ///< in the array, every vector an update by 10 slots: the baseline device and its
                      ///< periphery
  pulsed31_training,  ///< by 31
  mixed_precision_training,
  noisy_forward,
  drift_score,
  bfloat16_score,
  exact_score,     ///< drift_score on exact_hardware(): the vector path
  chip_simulation  ///< drift_score's images on the chip that the network's export folder sets up
};
const char* bench_row_name(BenchRow row);
bool is_training(BenchRow row);
/// Rows whose training writes devices.
bool is_on_chip(BenchRow row);
/// Regime of a training row.
const char* regime_word(BenchRow row);

/// The hardware that on-chip rows train on: the baseline of Gokmen and Vlasov (2016), single soft-bounds
/// devices, 7-bit inputs and 9-bit outputs with noise both ways, noise and bound management.
HardwareConfig baseline_chip();

/// Hardware with every product computed for its whole input vector: IR drop solved column by column, S-shaped
/// outputs, noise of every read.
HardwareConfig exact_hardware();

/// Sizes of one call of each row.
struct BenchSizes {
  int batch = 64;  ///< images of a training step
  int forward_images = 256;
  int score_images = 1000;
  int score_programmings = 25;
  int few_programmings = 1;  ///< of exact_score and chip_simulation
};

/// A row's rates: images a second, and FLOP/s for 6 (training) or 2 (forward) operations a
/// multiply-accumulate.
struct BenchResult {
  Spread images_per_s;
  double flops = 0;          ///< of the median
  double peak_flops = 0;     ///< median of the peaks around the samples
  double share_of_peak = 0;  ///< median of each sample's FLOP/s over the peak around it
  int samples = 0;
};

/// Measures one row on synthetic samples: default [training] and [hardware], so what a search does for each
/// mini-batch (optimiser and clipping included) and for each score.
BenchResult bench_network(const Architecture& architecture, BenchRow row, const BenchSizes& sizes,
                          const Sampling& sampling);

}  // namespace mho
