// SPDX-License-Identifier: Apache-2.0
#include "core/nn/products/patches.hpp"

#include <cmath>
#include <memory>

#include "core/base/random.hpp"
#include "core/nn/products/matrix_layer.hpp"
#include "core/nn/products/vector_product.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

/// Plain loops over a weight matrix.
class PlainProduct : public VectorProduct {
 public:
  PlainProduct(std::vector<float> weights, int rows, int columns)
      : weights_(std::move(weights)), rows_(rows), columns_(columns) {}
  void forward(const float* x, int vectors, std::uint64_t, std::uint64_t first, float* y) const override {
    for (int v = 0; v < vectors; ++v) numbers_.push_back(first + static_cast<std::uint64_t>(v));
    for (int v = 0; v < vectors; ++v)
      for (int c = 0; c < columns_; ++c) {
        double sum = 0;
        for (int r = 0; r < rows_; ++r) sum += double(x[v * rows_ + r]) * at(r, c);
        y[v * columns_ + c] = static_cast<float>(sum);
      }
  }
  bool has_backward() const override { return true; }
  void backward(const float* dy, int vectors, std::uint64_t first, float* dx) const override {
    for (int v = 0; v < vectors; ++v) numbers_.push_back(first + static_cast<std::uint64_t>(v));
    for (int v = 0; v < vectors; ++v)
      for (int r = 0; r < rows_; ++r) {
        double sum = 0;
        for (int c = 0; c < columns_; ++c) sum += double(dy[v * columns_ + c]) * at(r, c);
        dx[v * rows_ + r] = static_cast<float>(sum);
      }
  }
  /// Of all vectors seen so far, in order.
  std::vector<std::uint64_t>& numbers() const { return numbers_; }

 private:
  float at(int r, int c) const { return weights_[static_cast<size_t>(r * columns_ + c)]; }
  std::vector<float> weights_;
  int rows_, columns_;
  mutable std::vector<std::uint64_t> numbers_;
};

std::vector<float> normals(std::int64_t count, std::uint64_t seed) {
  std::vector<float> values(static_cast<size_t>(count));
  fill_normal(RandomKey(seed), values);
  return values;
}

/// Convolutions with strides, borders and kernels that are not square, and a dense layer.
Architecture network_of(int kind) {
  const Conv2d kinds[] = {
      {.out_channels = 5},
      {.out_channels = 4, .kernel_height = 5, .kernel_width = 3, .stride_height = 2, .stride_width = 1},
      {.out_channels = 3, .kernel_height = 1, .kernel_width = 1, .stride_height = 2, .stride_width = 3}};
  const Layer layer = kind < 3 ? Layer(kinds[kind]) : Layer(Dense{.out_features = 7});
  return {"one",
          {11, 10, 3},
          {{"layer", layer, {"input"}},
           {"mean", GlobalAveragePool{}, {"layer"}},
           {"dense", Dense{.out_features = 2}, {"mean"}},
           {"loss", Output{}, {"dense"}}}};
}

}  // namespace

TEST_CASE("scattering patches is the transpose of gathering them, in pieces of any size") {
  const auto architecture = network_of(GENERATE(0, 1, 2));
  const auto geometry = geometry_of(architecture, 1);
  const int pixels = geometry.output.height * geometry.output.width;
  const auto x = normals(geometry.input.size(), 1);
  const auto p = normals(std::int64_t{pixels} * geometry.rows(), 2);
  std::vector<float> patches(p.size()), dx(x.size(), 0.0f), pieces(p.size());
  gather_patches(geometry, x.data(), 0, pixels, patches.data());
  for (int first = 0; first < pixels; first += 7)
    gather_patches(geometry, x.data(), first, std::min(7, pixels - first),
                   pieces.data() + std::ptrdiff_t{first} * geometry.rows());
  CHECK(pieces == patches);
  scatter_patches(geometry, p.data(), 0, pixels, dx.data());
  double left = 0, right = 0;
  for (size_t i = 0; i < p.size(); ++i) left += double(patches[i]) * p[i];
  for (size_t i = 0; i < x.size(); ++i) right += double(dx[i]) * x[i];
  CHECK(left == Approx(right).epsilon(1e-5));
}

TEST_CASE("a layer computed by vectors gives the fused products, forward and backward") {
  const auto architecture = network_of(GENERATE(0, 1, 2, 3));
  const MatrixLayer layer(architecture, 1, {});
  const int rows = layer.geometry().rows(), columns = layer.columns(), images = 3;
  const auto weights = normals(std::int64_t{rows} * columns, 3), bias = normals(columns, 4);
  MatrixOperand fused;
  layer.pack_forward(weights.data(), fused.forward);
  layer.pack_backward(fused);
  MatrixOperand vectors = fused;
  const auto product = std::make_shared<PlainProduct>(weights, rows, columns);
  vectors.product = product;
  auto x = normals(images * layer.input_size(), 5), dy = normals(images * layer.output_size(), 6);
  x.resize(x.size() + kernel_slack());
  dy.resize(dy.size() + kernel_slack());
  FloatBuffer scratch(layer.scratch_size() + kernel_slack());
  const auto compare = [](const std::vector<float>& a, const std::vector<float>& b, std::int64_t count) {
    for (size_t i = 0; i < static_cast<size_t>(count); ++i)
      REQUIRE(a[i] == Approx(b[i]).epsilon(1e-4).margin(1e-4));
  };
  std::vector<float> y(dy.size()), wanted(dy.size());
  layer.forward({fused, x.data(), images, scratch.data(), 1, 10}, bias.data(), wanted.data());
  layer.forward({vectors, x.data(), images, scratch.data(), 1, 10}, bias.data(), y.data());
  compare(y, wanted, images * layer.output_size());
  const bool accumulate = GENERATE(false, true);
  std::vector<float> dx(x.size(), 1.0f), dx_wanted(x.size(), 1.0f);
  layer.backward({fused, x.data(), images, scratch.data(), 1, 10}, dy.data(), accumulate, dx_wanted.data());
  layer.backward({vectors, x.data(), images, scratch.data(), 1, 10}, dy.data(), accumulate, dx.data());
  compare(dx, dx_wanted, images * layer.input_size());
  // Every output pixel of every image has a number of its own, the same in both directions.
  const auto& numbers = product->numbers();
  const auto pixels = static_cast<size_t>(layer.output_size() / columns);
  REQUIRE(numbers.size() == 2 * images * pixels);
  for (size_t i = 0; i < images * pixels; ++i) {
    CHECK(numbers[i] == 10 * pixels + i);
    CHECK(numbers[i + images * pixels] == numbers[i]);
  }
}
