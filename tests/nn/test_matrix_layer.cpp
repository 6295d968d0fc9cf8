// SPDX-License-Identifier: Apache-2.0
#include "core/nn/products/matrix_layer.hpp"

#include <cmath>

#include "core/base/random.hpp"
#include "core/nn/products/patches.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

constexpr int image_count = 3;
constexpr std::uint64_t fixed_key = 11;

FloatBuffer normals(std::int64_t count, std::uint64_t seed) {
  FloatBuffer values(static_cast<size_t>(count) + kernel_slack());
  Random random{RandomKey(seed)};
  for (auto& v : values) v = static_cast<float>(random.normal());
  return values;
}

/// A window of 3 x 3 pixels, stride 2 in one direction; a dense layer; the window on one pixel, all else
/// padding.
enum class Kind { window, dense, pixel };

/// 72 rows, cut within kernel positions into splits of `rows`: 8 inputs, or 72 of a dense layer; 5 outputs.
MatrixLayer make_layer(Kind kind, int rows, RowSplit row_split = RowSplit::dense, float noise = 0.5f) {
  Conv2d conv{.out_channels = 5, .stride_height = 2};
  const bool dense = kind == Kind::dense;
  const Shape input = dense ? Shape{1, 1, 72} : kind == Kind::pixel ? Shape{1, 1, 8} : Shape{6, 5, 8};
  const std::vector<LayerDeclaration> layers = {
      dense ? LayerDeclaration{"layer", Dense{.out_features = 5}, {"input"}}
            : LayerDeclaration{"layer", conv, {"input"}},
      {"mean", GlobalAveragePool{}, {"layer"}},
      {"out", Dense{.out_features = 2}, {dense ? "layer" : "mean"}},
      {"loss", Output{}, {"out"}}};
  auto used = layers;
  if (dense) used.erase(used.begin() + 1);
  MvmSettings settings;
  settings.adc_step = 1;
  settings.adc_limit = 4;
  settings.output_noise = noise;
  settings.crossbar_rows = rows;
  settings.row_split = row_split;
  return {Architecture("test", input, used), 1, settings};
}

struct Problem {
  MatrixLayer layer, quiet;  ///< the second without noise
  FloatBuffer weights, x, dy;
  MatrixOperand operand;
  FloatBuffer scratch;

  explicit Problem(Kind kind, int rows, RowSplit row_split = RowSplit::dense)
      : layer(make_layer(kind, rows, row_split)),
        quiet(make_layer(kind, rows, row_split, 0)),
        weights(normals(72 * 5, 1)),
        x(normals(image_count * layer.input_size(), 2)),
        dy(normals(image_count * layer.output_size(), 3)),
        scratch(layer.scratch_size()) {
    for (auto& w : weights) w *= 0.5f;  // sums of 32 rows have a deviation of 2.8, the ADC ends at 4
    layer.pack_forward(weights.data(), operand.forward);
    for (int i = 0; i < layer.row_splits() * layer.columns(); ++i)
      operand.scales.push_back(1 + 0.1f * static_cast<float>(i));
    operand.clips_gradient = true;
    layer.pack_backward(operand);
    layer.pack_backward_splits(operand);
  }

  MatrixCall call() { return {operand, x.data(), image_count, scratch.data(), fixed_key, 7}; }

  /// Noisy sums of one split as forward() gives them without a converter: the other splits' scales are zero.
  FloatBuffer sums_of(int split) {
    auto one = operand;
    for (size_t i = 0; i < one.scales.size(); ++i)
      one.scales[i] = static_cast<int>(i) / layer.columns() == split ? 1.0f : 0.0f;
    one.has_adc = false;
    FloatBuffer sums(dy.size());
    layer.forward({one, x.data(), image_count, scratch.data(), fixed_key, 7}, nullptr, sums.data());
    return sums;
  }
};

double distance(const FloatBuffer& a, const std::vector<double>& b) {
  double difference = 0, size = 0;
  for (size_t i = 0; i < b.size(); ++i) {
    difference += std::pow(a[i] - b[i], 2);
    size += b[i] * b[i];
  }
  return size > 0 ? std::sqrt(difference / size) : std::sqrt(difference);
}

}  // namespace

TEST_CASE("gradients are clipped where a split's noisy sum lies beyond the ADC's range") {
  const auto kind = GENERATE(Kind::window, Kind::dense);
  const auto mode = GENERATE(ClippedGradient::all, ClippedGradient::outward);
  Problem p(kind, 32);
  REQUIRE(p.layer.row_splits() == 3);
  FloatBuffer clipped(p.dy.size());
  int zeros = 0, kept = 0;
  for (int split = 0; split < 3; ++split) {
    p.layer.clip_gradient(p.call(), split, mode, p.dy.data(), clipped.data());
    const auto sums = p.sums_of(split);
    for (size_t k = 0; k < static_cast<size_t>(image_count * p.layer.output_size()); ++k) {
      const bool beyond = std::abs(sums[k]) > 4;
      const bool inward = sums[k] * p.dy[k] > 0;  // descent makes the sum smaller
      const bool passes = !beyond || (mode == ClippedGradient::outward && inward);
      CHECK(clipped[k] == (passes ? p.dy[k] : 0.0f));
      ++(passes ? kept : zeros);
    }
  }
  CHECK(zeros > 0);
  CHECK(kept > zeros);
}

TEST_CASE("a layer's sums are those of its windows, in plain loops") {
  Problem p(GENERATE(Kind::window, Kind::dense, Kind::pixel), 100);
  REQUIRE(p.layer.row_splits() == 1);
  const auto& g = p.layer.geometry();
  const int pixels = g.output.height * g.output.width;
  std::vector<double> wanted;
  std::vector<float> patches(static_cast<size_t>(pixels) * 72);
  for (int image = 0; image < image_count; ++image) {
    gather_patches(g, p.x.data() + image * p.layer.input_size(), 0, pixels, patches.data());
    for (int pixel = 0; pixel < pixels; ++pixel)
      for (int c = 0; c < 5; ++c) {
        double sum = 0;
        for (int r = 0; r < 72; ++r)
          sum += double{patches[static_cast<size_t>(pixel * 72 + r)]} *
                 p.weights[static_cast<size_t>(r * 5 + c)];
        wanted.push_back(sum * p.operand.scales[static_cast<size_t>(c)]);
      }
  }
  auto exact = p.operand;
  exact.has_adc = false;
  FloatBuffer found(p.dy.size());
  p.quiet.forward({exact, p.x.data(), image_count, p.scratch.data(), fixed_key, 7}, nullptr, found.data());
  CHECK(distance(found, wanted) < 1e-5);
}

TEST_CASE("a split's gradients are those of its rows, in plain loops") {
  const auto kind = GENERATE(Kind::window, Kind::dense, Kind::pixel);
  const int rows = GENERATE(20, 32, 100);
  Problem p(kind, rows);
  const auto& g = p.layer.geometry();
  const int columns = p.layer.columns(), width = padded_columns(columns);
  const int pixels = g.output.height * g.output.width;
  FloatBuffer dw(p.layer.packed_size()), dx(p.x.size());
  std::vector<float> patches(static_cast<size_t>(pixels) * 72);
  for (int split = 0; split < p.layer.row_splits(); ++split) {
    p.layer.add_split_gradient(p.call(), split, p.dy.data(), false, dw.data());
    p.layer.backward_split(p.call(), split, p.dy.data(), false, dx.data());
    const int first = split * rows, end = std::min(72, first + rows);
    std::vector<double> wanted_w(static_cast<size_t>((end - first) * columns), 0.0);
    std::vector<double> wanted_x;
    for (int image = 0; image < image_count; ++image) {
      gather_patches(g, p.x.data() + image * p.layer.input_size(), 0, pixels, patches.data());
      std::vector<float> back(patches.size(), 0.0f),
          dx_image(static_cast<size_t>(p.layer.input_size()), 0.0f);
      for (int pixel = 0; pixel < pixels; ++pixel)
        for (int r = first; r < end; ++r)
          for (int c = 0; c < columns; ++c) {
            const auto at = static_cast<size_t>(pixel * 72 + r);
            const float slope = p.dy[static_cast<size_t>((image * pixels + pixel) * columns + c)];
            const float scale = p.operand.scales[static_cast<size_t>(split * columns + c)];
            wanted_w[static_cast<size_t>((r - first) * columns + c)] += double{patches[at]} * slope;
            back[at] += p.weights[static_cast<size_t>(r * columns + c)] * scale * slope;
          }
      scatter_patches(g, back.data(), 0, pixels, dx_image.data());
      wanted_x.insert(wanted_x.end(), dx_image.begin(), dx_image.end());
    }
    FloatBuffer rows_of_split;
    for (int r = first; r < end; ++r)
      rows_of_split.insert(rows_of_split.end(), dw.begin() + r * width, dw.begin() + r * width + columns);
    CHECK(distance(rows_of_split, wanted_w) < 1e-5);
    CHECK(distance(dx, wanted_x) < 1e-5);
  }
}

TEST_CASE("channel-aligned splits are those channels' products, and their gradients add up to the layer's") {
  // 8 channels of 9 rows: three a split, and so 27, 27 and 18 rows of the crossbars' 32.
  Problem p(Kind::window, 32, RowSplit::channel_aligned);
  REQUIRE(p.layer.row_splits() == 3);
  const MatrixLayer whole = make_layer(Kind::window, 0);
  FloatBuffer dx(p.x.size());
  FloatBuffer parts(p.layer.packed_size());
  for (int split = 0; split < 3; ++split) {
    auto weights = p.weights;
    for (int row = 0; row < 72; ++row)
      if (row % 8 / 3 != split) std::fill_n(weights.begin() + row * 5, 5, 0.0f);
    MatrixOperand only;
    whole.pack_forward(weights.data(), only.forward);
    FloatBuffer wanted(p.dy.size());
    whole.forward({only, p.x.data(), image_count, p.scratch.data(), fixed_key, 7}, nullptr, wanted.data());
    auto one = p.operand;
    for (size_t i = 0; i < one.scales.size(); ++i)
      one.scales[i] = static_cast<int>(i) / 5 == split ? 1.0f : 0.0f;
    one.has_adc = false;
    FloatBuffer found(p.dy.size());
    p.quiet.forward({one, p.x.data(), image_count, p.scratch.data(), fixed_key, 7}, nullptr, found.data());
    for (std::int64_t i = 0; i < image_count * p.layer.output_size(); ++i)
      CHECK(found[static_cast<size_t>(i)] == Approx(wanted[static_cast<size_t>(i)]).margin(1e-5));
    p.layer.backward_split(p.call(), split, p.dy.data(), split > 0, dx.data());
    p.layer.add_split_gradient(p.call(), split, p.dy.data(), false, parts.data());
  }
  FloatBuffer wanted_x(p.x.size()), wanted_w(p.layer.packed_size());
  p.layer.backward(p.call(), p.dy.data(), false, wanted_x.data());
  p.layer.add_gradient(p.call(), p.dy.data(), false, wanted_w.data());
  for (std::int64_t i = 0; i < image_count * p.layer.input_size(); ++i)
    CHECK(dx[static_cast<size_t>(i)] == Approx(wanted_x[static_cast<size_t>(i)]).margin(1e-4));
  for (size_t row = 0; row < 72; ++row)
    for (size_t c = 0; c < 5; ++c) CHECK(parts[row * 16 + c] == Approx(wanted_w[row * 16 + c]).margin(1e-4));
}
