// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/chip_layer.hpp"

#include <cmath>

#include "core/nn/graph/builtin_architectures.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/on_chip_helpers.hpp"

using namespace mho;
using namespace mho::test;

namespace {

/// One layer of a network on its devices.
struct Placed {
  HardwareConfig hardware;
  Network network;
  Parameters parameters;
  std::unique_ptr<DeviceModel> model;
  std::unique_ptr<ChipLayer> layer;

  Placed(const Architecture& architecture, const HardwareConfig& config, int node)
      : hardware(config),
        network(architecture, mvm_settings(architecture, config)),
        parameters(initial_parameters(architecture, RandomKey(1))),
        model(make_device_model(config.device, config.g_max_us, config.device_parameters)) {
    const auto& matrix = *network.matrix(node);
    const auto& own = parameters[static_cast<size_t>(node)];
    layer = std::make_unique<ChipLayer>(
        ChipLayerSite{matrix, hardware},
        CrossbarMatrix(layer_targets(matrix, own, hardware), hardware, *model, RandomKey(2)));
  }
};

std::vector<DevicePulses> some_pulses(const CrossbarMatrix& matrix) {
  std::vector<DevicePulses> pulses;
  for (int i = 0; i < matrix.rows() * matrix.columns(); i += 3)
    pulses.push_back({static_cast<std::uint32_t>(i), i % 2 == 0 ? 4 : -4});
  return pulses;
}

}  // namespace

TEST_CASE("An operand that follows pulses is the one that is read anew") {
  auto hardware = exact_chip();
  hardware.crossbar_rows = hardware.crossbar_columns = 24;  // several splits
  hardware.device = "soft_bounds";
  hardware.cell.kind = GENERATE(CellKind::single, CellKind::pairs);
  const bool vectors = GENERATE(false, true), backward = GENERATE(false, true);
  if (vectors) hardware.effects.noise_management = NoiseManagement::abs_max;
  if (backward) hardware.effects.backward_dac_bits = 7;
  const int node = GENERATE(1, 4, 8);  // convolutions and the dense layer of the toy network
  hardware.row_split = GENERATE(RowSplit::dense, RowSplit::channel_aligned);
  Placed placed(toy_network(5), hardware, node);
  auto own = placed.parameters[static_cast<size_t>(node)];
  own.input_range = 2;
  MatrixOperand follows, anew;
  placed.layer->read(own, RandomKey(3), RandomKey(4), follows);
  const auto pulses = some_pulses(placed.layer->matrix());
  placed.layer->matrix().move(pulses, RandomKey(5));
  REQUIRE(placed.layer->follow(pulses, follows));
  std::vector<float> x(256), y(64), again(64);
  for (size_t i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<float>(i));
  std::vector<float> dx(x.size()), dx_again(x.size());
  if (follows.product) follows.product->forward(x.data(), 1, 1, 0, y.data());
  if (backward) follows.product->backward(x.data(), 1, 0, dx.data());
  placed.layer->read(own, RandomKey(3), RandomKey(4), anew);
  if (anew.product) anew.product->forward(x.data(), 1, 1, 0, again.data());
  if (backward) anew.product->backward(x.data(), 1, 0, dx_again.data());
  if (!backward) CHECK(follows.forward == anew.forward);
  CHECK(follows.backward == anew.backward);
  CHECK(y == again);
  CHECK(dx == dx_again);
}

TEST_CASE("The vectors that a layer takes add up to its weight gradient") {
  const int node = GENERATE(1, 4, 8);
  auto hardware = exact_chip();
  hardware.crossbar_rows = 24;
  hardware.row_split = GENERATE(RowSplit::dense, RowSplit::channel_aligned);
  Placed placed(toy_network(5), hardware, node);
  const auto& matrix = *placed.network.matrix(node);
  const int images = 3;
  FloatBuffer x(static_cast<size_t>(images * matrix.input_size()) + kernel_slack());
  FloatBuffer dy(static_cast<size_t>(images * matrix.output_size()) + kernel_slack());
  fill_normal(RandomKey(6), {x.data(), x.size()});
  fill_normal(RandomKey(7), {dy.data(), dy.size()});
  placed.layer->hold_batch(images);
  placed.layer->sink().take(x.data() + matrix.input_size(), dy.data() + matrix.output_size(), 1, 2);
  placed.layer->sink().take(x.data(), dy.data(), 0, 1);  // parts come in any order
  const int columns = matrix.columns();
  std::vector<float> sum(placed.parameters[static_cast<size_t>(node)].weight.size());
  const size_t width = static_cast<size_t>(columns), rows = sum.size() / width;
  std::uint64_t seen = 0;
  placed.layer->for_each_block(images, [&](const VectorBlock& block) {
    CHECK(block.first == seen);
    seen += static_cast<std::uint64_t>(block.count);
    for (size_t v = 0; v < static_cast<size_t>(block.count); ++v)
      for (size_t i = 0; i < sum.size(); ++i)
        sum[i] += block.x[v * rows + i / width] * block.d[v * width + i % width];
  });
  sum = to_matrix_rows(sum, columns, matrix.row_cut());
  MatrixOperand operand;
  FloatBuffer scratch(matrix.scratch_size() + kernel_slack()), packed(matrix.packed_size());
  std::vector<float> expected(sum.size());
  matrix.add_gradient({operand, x.data(), images, scratch.data()}, dy.data(), false, packed.data());
  matrix.unpack_gradient(packed.data(), false, expected.data());
  for (size_t i = 0; i < sum.size(); ++i) REQUIRE(sum[i] == Approx(expected[i]).margin(1e-3));
}
