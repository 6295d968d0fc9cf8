// SPDX-License-Identifier: Apache-2.0
// The vector path against the fused products, and training's side of it against scoring's.
#include "core/analog/converter.hpp"
#include "evaluators/training/crossbar_product.hpp"

#include <cmath>
#include <functional>

#include "core/base/config_file.hpp"
#include "core/nn/run/inference_network.hpp"
#include "evaluators/training/operands.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/toy_task.hpp"

using namespace mho;

namespace {

constexpr int draw_count = 400;

/// Of every output over the draws.
struct Moments {
  std::vector<double> sum, square, fourth;
  std::vector<float> first;

  void add(const std::vector<float>& values) {
    if (first.empty()) first = values;
    sum.resize(values.size());
    square.resize(values.size());
    fourth.resize(values.size());
    for (size_t i = 0; i < values.size(); ++i) {  // around the first draw: no cancellation
      const double d = double(values[i]) - first[i];
      sum[i] += d / draw_count;
      square[i] += d * d / draw_count;
      fourth[i] += d * d * d * d / draw_count;
    }
  }
  double mean(size_t i) const { return first[i] + sum[i]; }
  double variance(size_t i) const { return square[i] - sum[i] * sum[i]; }
};

/// Two-sample tests of mean and variance of every output, five standard errors wide (one in two million); a
/// variance's error takes the kurtosis from the sample, at least that of a normal.
void check_same_distribution(const Moments& a, const Moments& b) {
  for (size_t i = 0; i < a.first.size(); ++i) {
    const double variance = (a.variance(i) + b.variance(i)) / 2;
    CAPTURE(i, a.mean(i), b.mean(i), a.variance(i), b.variance(i));
    CHECK(std::abs(a.mean(i) - b.mean(i)) <
          5 * std::sqrt(2 * variance / draw_count) + 1e-4 * (1 + std::abs(a.mean(i))));
    const double kurtosis =
        std::max(3.0, variance > 0 ? (a.fourth[i] + b.fourth[i]) / 2 / (variance * variance) : 0);
    CHECK(std::abs(a.variance(i) - b.variance(i)) <
          5 * variance * std::sqrt(2 * (kurtosis - 1) / draw_count) + 1e-8);
  }
}

Moments over_draws(const std::function<std::vector<float>(std::uint64_t)>& draw) {
  Moments moments;
  for (int i = 0; i < draw_count; ++i) moments.add(draw(static_cast<std::uint64_t>(i)));
  return moments;
}

/// 40 inputs on three row splits, 6 outputs.
Architecture one_layer() {
  return {"one", {1, 1, 40}, {{"dense", Dense{.out_features = 6}, {"input"}}, {"loss", Output{}, {"dense"}}}};
}

HardwareConfig small_crossbars() {
  HardwareConfig hardware;
  hardware.device = "ideal";
  hardware.drift_compensation = CompensationMode::none;
  hardware.crossbar_rows = 16;
  hardware.crossbar_columns = 4;
  return hardware;
}

struct Layer40 {
  Architecture architecture = one_layer();
  Parameters parameters = initial_parameters(architecture, RandomKey(5));
  std::vector<float> images;

  Layer40() : images(3 * 40 + kernel_slack()) {
    parameters[1].input_range = 2.5f;
    fill_normal(RandomKey(6), std::span<float>(images.data(), 120));
  }
  std::vector<float> logits(const Network& network, const Operands& operands, RandomKey key) const {
    std::vector<float> out(18);
    InferenceNetwork(network, parameters).logits(operands, images.data(), 3, key, out.data());
    return out;
  }
};

/// The toy network's second convolution: 144 rows, 32 columns, stride 2, a border.
struct Convolution {
  Architecture architecture = toy_network(5);
  HardwareConfig hardware;
  Network network;
  Operands fused, vectors;
  const MatrixLayer* layer;
  std::vector<float> x;

  explicit Convolution(const HardwareConfig& h)
      : hardware(h), network(architecture, mvm_settings(architecture, h)), layer(network.matrix(4)) {
    auto parameters = initial_parameters(architecture, RandomKey(5));
    for (auto& p : parameters) p.input_range = 1.5f;
    noisy_operands({network, parameters, hardware}, RandomKey(1), fused);
    vectors = fused;
    const int rows = layer->geometry().rows(), columns = layer->columns(), width = weight_row(columns);
    MatrixRead read{{}, fused[4].scales};
    const float range = fused[4].input_range;
    for (auto& scale : read.output_scales) scale /= range > 0 ? range : 1.0f;
    const RowCut& cut = layer->row_cut();
    for (int r = 0; r < rows; ++r) {
      const float* row = fused[4].forward.data() + std::ptrdiff_t{cut.matrix_row(r)} * width;
      read.conductances.insert(read.conductances.end(), row, row + columns);
    }
    const auto product =
        std::make_shared<CrossbarProduct>(FrozenMatrix(rows, columns, as_cut(hardware, cut)), cut);
    product->hold(read, {range}, RandomKey(1));
    vectors[4].product = product;
    x.resize(static_cast<size_t>(2 * layer->input_size()) + kernel_slack());
    fill_normal(RandomKey(3), x);
  }
  std::vector<float> run(const Operands& operands, std::uint64_t key) const {
    std::vector<float> y(static_cast<size_t>(2 * layer->output_size()) + kernel_slack());
    FloatBuffer scratch(network.scratch_size());
    layer->forward({operands[4], x.data(), 2, scratch.data(), key}, nullptr, y.data());
    y.resize(y.size() - kernel_slack());
    return y;
  }
};

}  // namespace

/// One fused product beside the tiles'. Sums in another order may fall on the other side of an ADC border:
/// one step in one split then, and not often.
void check_same_products(const HardwareConfig& hardware) {
  const Convolution c(hardware);
  const auto wanted = c.run(c.fused, 1), got = c.run(c.vectors, 1);
  const auto splits = static_cast<size_t>(c.layer->row_splits());
  const float step = make_converter(hardware.adc_bits, hardware.adc_range).step;
  int moved = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    float largest_step = 0;
    for (size_t split = 0; split < splits; ++split)
      largest_step = std::max(largest_step, step * c.fused[4].scales[split * 32 + i % 32]);
    const float difference = std::abs(got[i] - wanted[i]);
    if (difference > 1e-5f) ++moved;
    REQUIRE(difference <= 1.001f * largest_step + 1e-5f);
  }
  CHECK(moved <= static_cast<int>(wanted.size()) / 200);
}

TEST_CASE("without noise a crossbar gives the fused products under every setting that both have") {
  auto hardware = small_crossbars();
  hardware.output_noise = 0;
  hardware.adc_range = 3;
  hardware.crossbar_rows = 20;  // two channels of nine rows where the cut keeps channels together
  hardware.dac_bits = GENERATE(0, 8, 4);
  hardware.adc_bits = GENERATE(0, 8, 5);
  hardware.weight_scaling = GENERATE(WeightScaling::column, WeightScaling::tile);
  hardware.row_split = GENERATE(RowSplit::dense, RowSplit::channel_aligned);
  INFO(hardware.dac_bits << " and " << hardware.adc_bits << " bits, " << word_of(hardware.weight_scaling)
                         << ", " << word_of(hardware.row_split));
  check_same_products(hardware);
}

TEST_CASE("with output noise a crossbar and the fused products give the same distribution") {
  auto hardware = small_crossbars();
  hardware.output_noise = 0.1;
  hardware.adc_range = 3;
  const Convolution c(hardware);
  check_same_distribution(
      over_draws([&](std::uint64_t i) { return c.run(c.fused, RandomKey(8).with("draw", i).value()); }),
      over_draws([&](std::uint64_t i) { return c.run(c.vectors, RandomKey(9).with("draw", i).value()); }));
}

TEST_CASE("training and scoring see the same distribution of outputs under every effect") {
  const Layer40 problem;
  const char* const effects[] = {"",
                                 "input_rounding=stochastic",
                                 "output_rounding=stochastic",
                                 "read_weight_noise=0.05",
                                 "read_weight_noise=0.05 read_weight_noise_kind=conductance",
                                 "noise_management=abs_max",
                                 "bound_management=iterative adc_range=1",
                                 "s_shape=0.3 s_shape_spread=0.2",
                                 "column_gain_spread=0.1",
                                 "column_offset_spread=0.1",
                                 "ir_drop=approximate wire_resistance_ohm=5",
                                 "dac_bits=0 adc_bits=0 read_weight_noise=0.05",
                                 "weight_scaling=tile s_shape=0.3"};
  for (const std::string text : effects) {
    INFO("effects: " << text);
    auto hardware = small_crossbars();
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find(' ', at), text.size());
      set_config("hardware." + text.substr(at, end - at),
                 {{"hardware", "", [&](FieldVisitor& v) { hardware.fields(v); }}});
      at = end + 1;
    }
    const Network network(problem.architecture, mvm_settings(problem.architecture, hardware));
    const auto& layer = *network.matrix(1);
    const auto model = make_device_model("ideal", hardware.g_max_us);
    const auto training = over_draws([&](std::uint64_t i) {
      Operands operands;
      noisy_operands({network, problem.parameters, hardware}, RandomKey(100 + i), operands);
      CHECK((operands[1].product != nullptr) == needs_vector_path(hardware));
      return problem.logits(network, operands, RandomKey(200).with("draw", i));
    });
    const auto device = over_draws([&](std::uint64_t i) {
      const RandomKey chip = RandomKey(300).with("chip", i);
      const CrossbarMatrix matrix(map_to_conductances(problem.parameters[1].weight, 40, 6, hardware),
                                  hardware, *model, chip);
      Operands operands(problem.parameters.size());
      operands[1] = read_operand(layer, matrix.read(1, chip.with("read")), problem.parameters[1], hardware,
                                 false, chip.with("columns"));
      return problem.logits(network, operands, RandomKey(400).with("draw", i));
    });
    check_same_distribution(training, device);
  }
}

TEST_CASE("a chip's columns keep their deviations from read to read") {
  const Layer40 problem;
  auto hardware = small_crossbars();
  hardware.output_noise = 0;
  hardware.effects.column_offset_spread = 0.2;
  const Network network(problem.architecture, mvm_settings(problem.architecture, hardware));
  const auto model = make_device_model("ideal", hardware.g_max_us);
  const CrossbarMatrix matrix(map_to_conductances(problem.parameters[1].weight, 40, 6, hardware), hardware,
                              *model, RandomKey(1));
  const auto logits = [&](std::uint64_t read, std::uint64_t chip) {
    Operands operands(problem.parameters.size());
    operands[1] = read_operand(*network.matrix(1), matrix.read(1, RandomKey(read)), problem.parameters[1],
                               hardware, false, RandomKey(chip));
    return problem.logits(network, operands, RandomKey(read));
  };
  CHECK(logits(1, 7) == logits(2, 7));
  CHECK(logits(1, 7) != logits(1, 8));
}
