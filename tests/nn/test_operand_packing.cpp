// SPDX-License-Identifier: Apache-2.0
// Layers in bfloat16 beside the same layers in float32.
#include "core/nn/products/operand_packing.hpp"

#include <cmath>
#include <cstring>

#include "core/nn/kernels/bfloat16.hpp"
#include "core/nn/products/matrix_layer.hpp"
#include "tests/nn/kernel_helpers.hpp"

using namespace mho;

namespace {

struct Case {
  const char* name;
  Shape input;
  Conv2d conv;
  bool dense = false;
};

const Case cases[] = {
    {"3x3, odd channels", {7, 9, 5}, {.out_channels = 20}},
    {"3x3, stride 2", {8, 8, 16}, {.out_channels = 32, .stride_height = 2, .stride_width = 2}},
    {"3 input channels", {8, 8, 3}, {.out_channels = 16}},
    {"3 input channels, odd outputs, stride 2",
     {9, 8, 3},
     {.out_channels = 7, .stride_height = 2, .stride_width = 2}},
    {"one input channel", {9, 8, 1}, {.out_channels = 24, .stride_width = 2}},
    {"one input channel, few outputs", {9, 8, 1}, {.out_channels = 6}},
    {"1x1", {5, 5, 16}, {.out_channels = 9, .kernel_height = 1, .kernel_width = 1}},
    {"dense", {1, 1, 45}, {.out_channels = 11}, true}};

MatrixLayer make_layer(const Case& c, const MvmSettings& settings) {
  const std::vector<LayerDeclaration> layers = {
      c.dense ? LayerDeclaration{"layer", Dense{.out_features = c.conv.out_channels}, {"input"}}
              : LayerDeclaration{"layer", c.conv, {"input"}},
      {"out", Dense{.out_features = 2}, {"layer"}},
      {"loss", Output{}, {"out"}}};
  return {Architecture("test", c.input, layers), 1, settings};
}

/// The nearest bfloat16 of every number, as a float.
FloatBuffer as_rounded(FloatBuffer values) {
  std::vector<std::uint16_t> halves(values.size());
  reference_bfloat16_kernels().round(values.data(), values.size(), halves.data());
  for (size_t i = 0; i < values.size(); ++i) {
    const std::uint32_t bits = std::uint32_t{halves[i]} << 16;
    std::memcpy(&values[i], &bits, sizeof bits);
  }
  return values;
}

/// Norm of the difference over that of `wanted`.
double distance(const FloatBuffer& got, const FloatBuffer& wanted, std::int64_t count) {
  double difference = 0, size = 0;
  for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
    difference += std::pow(double(got[i]) - wanted[i], 2);
    size += std::pow(wanted[i], 2);
  }
  return std::sqrt(difference / size);
}

struct Results {
  FloatBuffer y, dx, dw;
};

struct Way {
  Arithmetic arithmetic;
  float range = 0;  ///< of the inputs, 0 without converter
};

/// Forward and both gradients of `images` images.
Results results_of(const MatrixLayer& layer, const FloatBuffer& weights, const FloatBuffer& x,
                   const FloatBuffer& dy, int images, Way way) {
  MatrixOperand operand;
  layer.pack_forward(weights.data(), operand.forward);
  operand.input_range = way.range;
  if (way.range > 0) operand.scales.assign(static_cast<size_t>(layer.columns()), way.range);
  layer.pack_backward(operand);
  if (way.arithmetic == Arithmetic::bfloat16) layer.round_for_training(operand);
  FloatBuffer scratch(layer.scratch_size()), packed(layer.packed_size());
  Results r;
  r.y.resize(static_cast<size_t>(images * layer.output_size()) + kernel_slack());
  r.dx.resize(static_cast<size_t>(images * layer.input_size()) + kernel_slack());
  r.dw.resize(weights.size());
  const MatrixCall call{operand, x.data(), images, scratch.data(), 0, 0};
  layer.forward(call, nullptr, r.y.data());
  layer.backward(call, dy.data(), false, r.dx.data());
  layer.add_gradient(call, dy.data(), false, packed.data());
  layer.unpack_gradient(packed.data(), false, r.dw.data());
  return r;
}

}  // namespace

TEST_CASE("a layer in bfloat16 is the float32 layer of rounded numbers, and near that of the numbers") {
  for (const auto& c : cases)
    for (const int images : {1, 2, 3, 70}) {
      if (images == 70 && !c.dense) continue;  // more than a dense layer takes at once
      const auto layer = make_layer(c, {});
      const auto& g = layer.geometry();
      const auto count = static_cast<size_t>(std::int64_t{g.rows()} * layer.columns());
      auto weights = normals(count, 1);
      weights.resize(count);
      const auto x = normals(static_cast<size_t>(images * layer.input_size()), 2);
      const auto dy = normals(static_cast<size_t>(images * layer.output_size()), 3);
      const auto got = results_of(layer, weights, x, dy, images, {Arithmetic::bfloat16});
      const auto exact = results_of(layer, weights, x, dy, images, {Arithmetic::float32});
      const auto rounded = results_of(layer, as_rounded(weights), as_rounded(x), as_rounded(dy), images,
                                      {Arithmetic::float32});
      INFO(c.name << ", " << images << " images");
      const auto check = [](const FloatBuffer& a, const FloatBuffer& plain, const FloatBuffer& of_rounded,
                            std::int64_t size) {
        // A number is off by at most 2^-9, evenly spread: two factors give 2^-9 sqrt(2 / 3) = 1.6e-3 of a
        // sum, over a dense layer of one image, which has 11 sums, up to twice that.
        CHECK(distance(a, plain, size) < 5e-3);
        const bool in_float32 = distance(a, plain, size) == 0;  // where lanes are pixels
        CHECK((in_float32 || distance(a, of_rounded, size) < 1e-6));
      };
      check(got.y, exact.y, rounded.y, images * layer.output_size());
      check(got.dx, exact.dx, rounded.dx, images * layer.input_size());
      check(got.dw, exact.dw, rounded.dw, static_cast<std::int64_t>(count));
    }
}

TEST_CASE("DAC levels are exact in bfloat16: only weights and gradients are rounded behind a converter") {
  for (const auto& c : cases) {
    const auto layer = make_layer(c, {.dac_levels = 127});
    const auto count = static_cast<size_t>(std::int64_t{layer.geometry().rows()} * layer.columns());
    auto weights = normals(count, 1);
    weights.resize(count);
    // Weights that are a level's 127th of a bfloat16, so that nothing of a forward product is rounded.
    weights = as_rounded(weights);
    for (auto& w : weights) w *= 127;
    const int images = 3;
    const auto x = normals(static_cast<size_t>(images * layer.input_size()), 2);
    const auto dy = as_rounded(normals(static_cast<size_t>(images * layer.output_size()), 3));
    const auto got = results_of(layer, weights, x, dy, images, {Arithmetic::bfloat16, 1.7f});
    const auto exact = results_of(layer, weights, x, dy, images, {Arithmetic::float32, 1.7f});
    INFO(c.name);
    CHECK(distance(got.y, exact.y, images * layer.output_size()) < 1e-6);
    CHECK(distance(got.dw, exact.dw, static_cast<std::int64_t>(count)) < 1e-6);
  }
}

TEST_CASE("a layer packs pairs at once where noise is none as it does by way of its rows") {
  for (const auto& c : cases)
    for (const bool keeps : {false, true}) {
      const auto layer = make_layer(c, {.dac_levels = 127, .crossbar_rows = 20});
      const auto count = static_cast<size_t>(std::int64_t{layer.geometry().rows()} * layer.columns());
      const auto weights = normals(count, 1);
      const auto scales = normals(static_cast<size_t>(layer.row_splits() * layer.columns()), 2);
      const NoisyRows rows{weights.data(), scales.data()};
      MatrixOperand wanted, got;
      wanted.input_range = got.input_range = 1.7f;
      layer.pack_noisy(rows, wanted.forward);
      layer.round_for_training(wanted);
      INFO(c.name << ", rows kept: " << keeps);
      CHECK(layer.trains_in_pairs() == !wanted.pairs.empty());
      if (!layer.trains_in_pairs()) continue;
      layer.pack_noisy_pairs(rows, keeps, got);
      CHECK(got.gradients == wanted.gradients);
      REQUIRE(got.pairs.size() == wanted.pairs.size());
      CHECK(std::memcmp(got.pairs.data(), wanted.pairs.data(), got.pairs.size() * sizeof(float)) == 0);
      CHECK(got.forward == (keeps ? wanted.forward : FloatBuffer{}));
    }
}
