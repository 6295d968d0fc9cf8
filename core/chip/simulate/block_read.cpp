// SPDX-License-Identifier: Apache-2.0
#include "core/chip/simulate/block_read.hpp"

#include <algorithm>

#include "core/nn/kernels/kernels.hpp"

namespace mho {
namespace {

/// Input vectors that a tile takes at once: enough to reuse each weight, few enough for the cache.
constexpr int vectors_at_once = 64;

float* room_for(FloatBuffer& buffer, std::int64_t floats) {
  const auto size = static_cast<size_t>(floats) + kernel_slack();
  if (buffer.size() < size) buffer.resize(size);
  return buffer.data();
}

/// The input vectors of output pixels [first, first + count) of one image.
void gather(const BlockShape& shape, const float* x, std::int64_t first, int count, float* to) {
  const ConvolutionGeometry& g = shape.geometry();
  for (std::int64_t pixel = first; pixel < first + count; ++pixel)
    for (const TapRows& rows : shape.taps) {
      const std::int64_t from = input_pixel(g, pixel, rows.tap);
      if (from < 0)
        std::fill_n(to, rows.count, 0.0F);
      else
        std::copy_n(x + from * g.input.channels + rows.channel, rows.count, to);
      to += rows.count;
    }
}

/// The stage of products that a tile has made: the bias is added where a chain of partial sums begins.
void add_outputs(const BlockCall& call, const float* sums, int vectors, int columns, float* y,
                 std::ptrdiff_t y_step) {
  for (int v = 0; v < vectors; ++v, sums += columns, y += y_step)
    for (int c = 0; c < columns; ++c) {
      const float sum = call.bias ? sums[c] + call.bias[c] : sums[c];
      y[c] = call.accumulate ? sum + y[c] : sum;
    }
}

}  // namespace

BlockRead::BlockRead(const BlockShape& shape, const MatrixRead& read, float input_range, float output_gain)
    : shape_(&shape), scales_(read.output_scales), input_range_(input_range) {
  const int columns = shape.columns, width = weight_row(columns);
  weights_.resize(shape.rows.size() * static_cast<size_t>(width) + kernel_slack());
  for (size_t r = 0; r < shape.rows.size(); ++r)
    std::copy_n(read.conductances.data() + r * static_cast<size_t>(columns), columns,
                weights_.data() + r * static_cast<size_t>(width));
  for (float& scale : scales_) {  // fused products compute with inputs over the range
    if (input_range > 0) scale *= input_range;
    scale *= output_gain;
  }
}

BlockRead::BlockRead(const BlockShape& shape, FrozenMatrix tile) : shape_(&shape), tile_(std::move(tile)) {}

void BlockRead::forward(const BlockCall& call, BlockScratch& scratch) const {
  if (tile_) return multiply_vectors(call, scratch);
  const ConvolutionGeometry& g = shape_->geometry();
  if (!g.is_dense()) return convolve(call);
  multiply(call, g.input.size(), call.key.value(), g.output.size(), scratch);
}

void BlockRead::step(const BlockCall& call, std::int64_t step, BlockScratch& scratch) const {
  const std::int64_t rows = std::ssize(shape_->rows);
  const int columns = shape_->columns;
  if (tile_) {
    float* sums = room_for(scratch.sums, columns);
    for (int i = 0; i < call.images; ++i) {
      tile_->forward(call.x + i * rows, 1,
                     call.key.with("image", call.first_image + static_cast<std::uint32_t>(i)),
                     static_cast<std::uint64_t>(step), sums);
      add_outputs(call, sums, 1, columns, call.y + std::ptrdiff_t{i} * columns, columns);
    }
    return;
  }
  BlockCall prepared = call;
  const MvmSettings& settings = shape_->layer->settings;
  if (settings.converts(input_range_)) {
    float* levels = room_for(scratch.vectors, call.images * rows);
    kernels().quantise(call.x, static_cast<size_t>(call.images * rows), input_range_, settings.dac_levels,
                       levels);
    prepared.x = levels;
  }
  multiply(prepared, rows, call.key.with("step", static_cast<std::uint64_t>(step)).value(), columns, scratch);
}

OutputStage BlockRead::stage_of(const BlockCall& call) const {
  const MvmSettings& settings = shape_->layer->settings;
  OutputStage stage;
  stage.noise = settings.output_noise;
  stage.adc_step = settings.adc_step;
  stage.adc_limit = settings.adc_limit;
  stage.scale = scales_.data();
  stage.bias = call.bias;
  stage.accumulate = call.accumulate;
  return stage;
}

MatrixProduct BlockRead::product_of(const BlockCall& call, const PixelPiece& piece) const {
  const ConvolutionGeometry& g = shape_->geometry();
  MatrixProduct m;
  m.x_row = std::ptrdiff_t{1} * g.stride_height * g.padded_width() * g.input.channels;
  m.x_pixel = std::ptrdiff_t{1} * g.stride_width * g.input.channels;
  m.x = call.x + piece.row * m.x_row + piece.column * m.x_pixel;
  m.runs = shape_->runs.data();
  m.run_count = static_cast<int>(shape_->runs.size());
  m.lines = g.input_lines();
  m.lines.first -= piece.row * g.stride_height;
  m.lines.end -= piece.row * g.stride_height;
  m.w = weights_.data();
  m.w_row = weight_row(shape_->columns);
  m.y_row = std::ptrdiff_t{1} * g.output.width * g.output.channels;
  m.y_pixel = g.output.channels;
  m.y = call.y + piece.row * m.y_row + piece.column * m.y_pixel;
  m.height = piece.height;
  m.width = piece.width;
  m.columns = shape_->columns;
  m.stage = stage_of(call);
  return m;
}

void BlockRead::convolve(const BlockCall& call) const {
  const ConvolutionGeometry& g = shape_->geometry();
  const std::int64_t input = std::int64_t{1} * g.padded_height() * g.padded_width() * g.input.channels;
  for (size_t k = 0; k < shape_->pieces.size(); ++k) {
    MatrixProduct m = product_of(call, shape_->pieces[k]);
    m.stage.key = call.key.with("piece", k).value();
    for (int i = 0; i < call.images; ++i, m.x += input, m.y += g.output.size()) {
      m.stage.stream = call.first_image + static_cast<std::uint32_t>(i);
      kernels().product(m);
    }
  }
}

/// The sums of one product of each image, in scratch: rows of weight_row(columns).
const float* BlockRead::sum_vectors(const BlockCall& call, std::ptrdiff_t x_step,
                                    BlockScratch& scratch) const {
  const int width = weight_row(shape_->columns);
  MatrixProduct m;
  m.x = call.x;
  m.x_pixel = x_step;
  m.runs = shape_->runs.data();
  m.run_count = static_cast<int>(shape_->runs.size());
  m.w = weights_.data();
  m.w_row = width;
  m.y = room_for(scratch.sums, std::int64_t{call.images} * width);
  m.y_pixel = width;
  m.width = call.images;
  m.columns = shape_->columns;
  kernels().product(m);
  return m.y;
}

/// One product of each image: the sums of all images first, then each image's stage by itself (a product with
/// one input, 1), so that its noise depends on no other image.
void BlockRead::multiply(const BlockCall& call, std::ptrdiff_t x_step, std::uint64_t key,
                         std::ptrdiff_t y_step, BlockScratch& scratch) const {
  static constexpr float unit = 1;
  static constexpr RowRun single{.length = 1};
  const float* sums = sum_vectors(call, x_step, scratch);
  MatrixProduct m;
  m.x = &unit;
  m.runs = &single;
  m.run_count = 1;
  m.w_row = weight_row(shape_->columns);
  m.columns = shape_->columns;
  m.stage = stage_of(call);
  m.stage.key = key;
  for (int i = 0; i < call.images; ++i) {
    m.w = sums + std::ptrdiff_t{i} * m.w_row;
    m.y = call.y + i * y_step;
    m.stage.stream = call.first_image + static_cast<std::uint32_t>(i);
    kernels().product(m);
  }
}

/// What the tile draws for a product depends on (key, image, product).
void BlockRead::multiply_vectors(const BlockCall& call, BlockScratch& scratch) const {
  const ConvolutionGeometry& g = shape_->geometry();
  const std::int64_t rows = std::ssize(shape_->rows);
  const int columns = shape_->columns;
  float* x = room_for(scratch.vectors, vectors_at_once * rows);
  float* sums = room_for(scratch.sums, std::int64_t{vectors_at_once} * columns);
  const std::int64_t begin = shape_->first_product, products = shape_->products;
  for (int i = 0; i < call.images; ++i) {
    const RandomKey key = call.key.with("image", call.first_image + static_cast<std::uint32_t>(i));
    float* y = call.y + i * g.output.size() + begin * g.output.channels;
    for (std::int64_t first = 0; first < products; first += vectors_at_once) {
      const int count = static_cast<int>(std::min<std::int64_t>(vectors_at_once, products - first));
      gather(*shape_, call.x + i * g.input.size(), begin + first, count, x);
      tile_->forward(x, count, key, static_cast<std::uint64_t>(first), sums);
      add_outputs(call, sums, count, columns, y + first * g.output.channels, g.output.channels);
    }
  }
}

}  // namespace mho
