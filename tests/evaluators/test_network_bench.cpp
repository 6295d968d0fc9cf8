// SPDX-License-Identifier: Apache-2.0
#include "evaluators/measures/network_bench.hpp"

#include "core/nn/graph/builtin_architectures.hpp"
#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("synthetic samples are those of their key") {
  const auto net = make_builtin("lenet5", {28, 28, 1}, 10);
  const auto samples = synthetic_samples(net, 12, RandomKey(1));
  CHECK(samples.count() == 12);
  CHECK(samples.sample_size() == 28 * 28);
  CHECK(samples.images == synthetic_samples(net, 12, RandomKey(1)).images);
  CHECK(samples.images != synthetic_samples(net, 12, RandomKey(2)).images);
  for (const int label : samples.labels) CHECK((label >= 0 && label < 10));
}

TEST_CASE("every row of the bench has a rate, its operations and a share of the peak") {
  const auto net = make_builtin("mlp:32", {8, 8, 1}, 10);
  for (const auto row :
       {BenchRow::digital_training, BenchRow::noisy_training, BenchRow::bfloat16_training,
        BenchRow::digital_bfloat16_training, BenchRow::pulsed_training, BenchRow::pulsed31_training,
        BenchRow::mixed_precision_training, BenchRow::noisy_forward, BenchRow::drift_score,
        BenchRow::exact_score, BenchRow::chip_simulation}) {
    INFO(bench_row_name(row));
    const auto result = bench_network(net, row, {8, 8, 10, 2}, {2, 1e-3, 1});
    CHECK(result.images_per_s.min > 0);
    CHECK(result.images_per_s.min <= result.images_per_s.max);
    CHECK(result.flops == Approx((is_training(row) ? 6.0 : 2.0) * static_cast<double>(net.macs()) *
                                 result.images_per_s.median));
    CHECK(result.share_of_peak > 0);
  }
}
