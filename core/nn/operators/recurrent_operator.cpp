// SPDX-License-Identifier: Apache-2.0
#include "core/nn/operators/recurrent_operator.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/random.hpp"
#include "core/nn/graph/architecture.hpp"
#include "core/nn/graph/parameters.hpp"

namespace mho {
namespace {

/// Enough to reuse each weight from registers.
constexpr std::int64_t most_images_at_once = 32;
constexpr std::int64_t wanted_floats = 1 << 21;
/// Vectors of different steps are this far apart in the numbers that backward converters draw by: larger than
/// a mini-batch.
constexpr int numbers_of_step = 1 << 16;

std::size_t padded(std::int64_t floats) {
  return (static_cast<std::size_t>(floats) + kernel_slack() + 15) / 16 * 16;
}

/// The layer at one step: a dense layer.
ConvolutionGeometry step_geometry(const MatrixShape& matrix) {
  ConvolutionGeometry geometry;
  geometry.input.channels = matrix.rows;
  geometry.output.channels = matrix.columns;
  return geometry;
}

const MatrixShape& matrix_of(const OperatorSite& site) {
  return site.architecture.nodes()[static_cast<std::size_t>(site.node)].matrix;
}

}  // namespace

/// Some images of a call.
struct RecurrentOperator::Chunk {
  const float* x;
  const float* y;  ///< states of all steps, as far as they are known
  int images;
  const MatrixOperand* operand;
  float* scratch;
  std::uint64_t noise_key;
  int first_image;
  const float* start;           ///< [image][state, cell] before the first step; null: zeros
  const float* kept = nullptr;  ///< [image][step][column], then cells; backward's
};

/// A call's scratch; forward uses the first ones.
struct RecurrentOperator::Buffers {
  std::size_t floats = 0;                            ///< in all
  float* products;                                   ///< scratch of the products
  float* vectors;                                    ///< [image][row], of one step
  float* gates;                                      ///< [image][column], of one step
  float *state, *state_before, *cell, *cell_before;  ///< [image][unit]
  float *state_gradient, *cell_gradient;
  float* vector_gradient;  ///< as vectors
  float* sum_gradient;     ///< as gates
  float* all_vectors;      ///< [image][step][row]
  float* all_gradients;    ///< [image][step][column], of the sums
};

RecurrentOperator::RecurrentOperator(const OperatorSite& site, const RecurrentCell& cell,
                                     std::vector<BlankBlock> blank)
    : cell_(cell),
      blank_(std::move(blank)),
      layer_(site.architecture, site.node, site.settings),
      step_(step_geometry(matrix_of(site)), site.settings),
      steps_(site.input().height),
      inputs_(site.input().channels),
      units_(site.output().channels) {
  const std::int64_t image = std::int64_t{steps_} * (step_.input_size() + step_.output_size() + units_);
  images_at_once_ = static_cast<int>(std::clamp<std::int64_t>(wanted_floats / image, 1, most_images_at_once));
}

RecurrentOperator::Buffers RecurrentOperator::buffers_in(float* scratch) const {
  const std::int64_t n = images_at_once_, rows = step_.input_size(), columns = step_.output_size();
  Buffers b;
  const auto take = [&](std::size_t floats) {
    return scratch ? scratch + std::exchange(b.floats, b.floats + floats) : (b.floats += floats, nullptr);
  };
  const auto take_numbers = [&](std::int64_t floats) { return take(padded(floats)); };
  b.products = take_numbers(static_cast<std::int64_t>(std::max(step_.scratch_size(), layer_.scratch_size())));
  b.vectors = take_numbers(n * rows);
  b.gates = take_numbers(n * columns);
  for (float** part :
       {&b.state, &b.state_before, &b.cell, &b.cell_before, &b.state_gradient, &b.cell_gradient})
    *part = take_numbers(n * units_);
  b.vector_gradient = take_numbers(n * rows);
  b.sum_gradient = take_numbers(n * columns);
  b.all_vectors = take_numbers(n * steps_ * rows);
  b.all_gradients = take_numbers(n * steps_ * columns);
  return b;
}

std::size_t RecurrentOperator::scratch_size() const { return buffers_in(nullptr).floats; }

void RecurrentOperator::matrix_inputs(const float* x, const float* y, int images, float* vectors) const {
  for (std::int64_t i = 0; i < images; ++i)
    for (std::int64_t t = 0; t < steps_; ++t) {
      vectors = std::copy_n(x + (i * steps_ + t) * inputs_, inputs_, vectors);
      if (t == 0)
        vectors = std::fill_n(vectors, units_, 0.0f);
      else
        vectors = std::copy_n(y + (i * steps_ + t - 1) * units_, units_, vectors);
    }
}

/// What the matrix reads at step t, an image a row.
void RecurrentOperator::gather(const Chunk& chunk, int t, float* vectors) const {
  for (std::int64_t i = 0; i < chunk.images; ++i) {
    vectors = std::copy_n(chunk.x + (i * steps_ + t) * inputs_, inputs_, vectors);
    if (t > 0)
      vectors = std::copy_n(chunk.y + (i * steps_ + t - 1) * units_, units_, vectors);
    else if (chunk.start)
      vectors = std::copy_n(chunk.start + i * carried_size(), units_, vectors);
    else
      vectors = std::fill_n(vectors, units_, 0.0f);
  }
}

/// The states before the first step, or the cells, which are `behind` them.
void RecurrentOperator::begin(const Chunk& chunk, int behind, float* values) const {
  for (std::int64_t i = 0; i < chunk.images; ++i)
    if (chunk.start)
      std::copy_n(chunk.start + i * carried_size() + behind, units_, values + i * units_);
    else
      std::fill_n(values + i * units_, units_, 0.0f);
}

MatrixCall RecurrentOperator::call_of(const Chunk& chunk, int t, const float* vectors) const {
  const auto key = RandomKey(chunk.noise_key).with("step", static_cast<std::uint64_t>(t)).value();
  return {*chunk.operand, vectors, chunk.images, chunk.scratch, key, chunk.first_image};
}

void RecurrentOperator::forward(const ForwardCall& call) const {
  Buffers b = buffers_in(call.scratch);
  const float* bias = call.parameters.bias.empty() ? nullptr : call.parameters.bias.data();
  for (int first = 0; first < call.images; first += images_at_once_) {
    float* y = call.y + std::int64_t{first} * steps_ * units_;
    const Chunk chunk{call.x[0] + std::int64_t{first} * steps_ * inputs_,
                      y,
                      std::min(images_at_once_, call.images - first),
                      call.operand,
                      b.products,
                      call.noise_key,
                      call.first_image + first,
                      start_of(call.start, first)};
    const auto numbers = static_cast<std::size_t>(chunk.images) * static_cast<std::size_t>(units_);
    begin(chunk, 0, b.state);
    begin(chunk, units_, b.cell);
    for (int t = 0; t < steps_; ++t) {
      gather(chunk, t, b.vectors);
      step_.forward(call_of(chunk, t, b.vectors), bias, b.gates);
      std::swap(b.state, b.state_before);
      std::swap(b.cell, b.cell_before);
      cell_.forward({numbers, b.gates, b.state_before, b.cell_before, b.state, b.cell});
      if (call.kept) keep(b, t, chunk.images, call.kept + first * kept_size());
      for (std::int64_t i = 0; i < chunk.images; ++i)
        std::copy_n(b.state + i * units_, units_, y + (i * steps_ + t) * units_);
    }
    for (std::int64_t i = 0; call.end && i < chunk.images; ++i) {
      float* end = std::copy_n(b.state + i * units_, units_, call.end + (first + i) * carried_size());
      std::copy_n(b.cell + i * units_, units_, end);
    }
  }
}

std::int64_t RecurrentOperator::kept_size() const {
  return steps_ * (step_.output_size() + (cell_.has_cell_state() ? units_ : 0));
}

/// What step t of a chunk leaves for backward.
void RecurrentOperator::keep(const Buffers& b, int t, int images, float* kept) const {
  const std::int64_t columns = step_.output_size();
  for (std::int64_t i = 0; i < images; ++i, kept += kept_size()) {
    std::copy_n(b.gates + i * columns, columns, kept + t * columns);
    if (cell_.has_cell_state())
      std::copy_n(b.cell + i * units_, units_, kept + steps_ * columns + t * units_);
  }
}

/// The cells after step t; -1: those before the first.
void RecurrentOperator::recall_cells(const Chunk& chunk, int t, float* cells) const {
  if (t < 0) return begin(chunk, units_, cells);
  const float* kept = chunk.kept + steps_ * step_.output_size() + t * units_;
  for (std::int64_t i = 0; cell_.has_cell_state() && i < chunk.images; ++i)
    std::copy_n(kept + i * kept_size(), units_, cells + i * units_);
}

void RecurrentOperator::backward(const BackwardCall& call) const {
  const Buffers b = buffers_in(call.scratch);
  for (int first = 0; first < call.images; first += images_at_once_) {
    const Chunk chunk{call.x[0] + std::int64_t{first} * steps_ * inputs_,
                      call.y + std::int64_t{first} * steps_ * units_,
                      std::min(images_at_once_, call.images - first),
                      call.operand,
                      b.products,
                      call.noise_key,
                      call.first_image + first,
                      start_of(call.start, first),
                      call.kept + first * kept_size()};
    go_back(call, chunk, b);
    add_weight_gradient(call, chunk, b);
  }
}

void RecurrentOperator::go_back(const BackwardCall& call, const Chunk& chunk, Buffers b) const {
  const std::int64_t rows = step_.input_size(), columns = step_.output_size();
  const auto numbers = static_cast<std::size_t>(chunk.images) * static_cast<std::size_t>(units_);
  const float* dy = call.dy + (chunk.y - call.y);
  std::fill_n(b.state_gradient, numbers, 0.0f);
  std::fill_n(b.cell_gradient, numbers, 0.0f);
  recall_cells(chunk, steps_ - 1, b.cell);
  for (int t = steps_ - 1; t >= 0; --t) {
    gather(chunk, t, b.vectors);
    recall_cells(chunk, t - 1, b.cell_before);
    for (std::int64_t i = 0; i < chunk.images; ++i) {
      std::copy_n(chunk.kept + i * kept_size() + t * columns, columns, b.gates + i * columns);
      std::copy_n(b.vectors + i * rows, rows, b.all_vectors + (i * steps_ + t) * rows);
      std::copy_n(b.vectors + i * rows + inputs_, units_, b.state_before + i * units_);
      for (int u = 0; u < units_; ++u) b.state_gradient[i * units_ + u] += dy[(i * steps_ + t) * units_ + u];
    }
    cell_.backward({numbers, b.gates, b.state_before, b.cell_before, b.cell, b.state_gradient,
                    b.cell_gradient, b.sum_gradient, b.state});
    for (std::int64_t i = 0; i < chunk.images; ++i)
      std::copy_n(b.sum_gradient + i * columns, columns, b.all_gradients + (i * steps_ + t) * columns);
    pass_back(call, chunk, t, b);
    std::swap(b.cell, b.cell_before);
  }
}

/// The gradient of step t's sums through the matrix, to the input and to the state before.
void RecurrentOperator::pass_back(const BackwardCall& call, const Chunk& chunk, int t,
                                  const Buffers& b) const {
  const std::int64_t rows = step_.input_size();
  MatrixCall own = call_of(chunk, t, b.vectors);
  if (call.operand->clips_gradient) {
    clip_back(call, own, b);
  } else {
    own.first_image += t * numbers_of_step;
    step_.backward(own, b.sum_gradient, false, b.vector_gradient);
  }
  if (call.operand->learns_range) {
    const float range = call.operand->input_range;
    const auto count = static_cast<std::size_t>(chunk.images * rows);
    call.sums.range.add(b.vectors, b.vector_gradient, count, range);
    for (std::size_t k = 0; k < count; ++k)  // moving a clipped input changes nothing
      if (std::fabs(b.vectors[k]) > range) b.vector_gradient[k] = 0;
  }
  for (std::int64_t i = 0; i < chunk.images; ++i) {
    const float* from = b.vector_gradient + i * rows;
    if (call.dx[0]) {
      float* dx = call.dx[0] + (chunk.x - call.x[0]) + (i * steps_ + t) * inputs_;
      for (int c = 0; c < inputs_; ++c) dx[c] = (call.first[0] ? 0.0f : dx[c]) + from[c];
    }
    for (int u = 0; u < units_; ++u)
      b.state_gradient[i * units_ + u] = b.state[i * units_ + u] + from[inputs_ + u];
  }
}

void RecurrentOperator::clip_back(const BackwardCall& call, const MatrixCall& own, const Buffers& b) const {
  const std::size_t wanted = static_cast<std::size_t>(own.images * step_.output_size()) + kernel_slack();
  if (call.clipped.size() < wanted) call.clipped.resize(wanted);
  float* clipped = call.clipped.data();
  for (int split = 0; split < step_.row_splits(); ++split) {
    step_.clip_gradient(own, split, ClippedGradient::all, b.sum_gradient, clipped);
    step_.add_split_gradient(own, split, clipped, call.sums.written, call.sums.target);
    step_.backward_split(own, split, clipped, split > 0, b.vector_gradient);
  }
  call.sums.written = true;
}

void RecurrentOperator::add_weight_gradient(const BackwardCall& call, const Chunk& chunk,
                                            const Buffers& b) const {
  const int columns = layer_.columns();
  if (!call.sums.bias.a.empty()) {
    call.sums.bias.clear_image();
    kernels().channel_sums(b.all_gradients, chunk.images * steps_, columns, call.sums.bias.image_a.data(),
                           call.sums.bias.image_b.data());
    call.sums.bias.add_image();
  }
  if (call.operand->sink) {
    call.operand->sink->take(b.all_vectors, b.all_gradients, chunk.first_image, chunk.images);
    return;
  }
  if (!call.operand->clips_gradient) {
    const MatrixCall whole{*call.operand, b.all_vectors, chunk.images, b.products, 0, chunk.first_image};
    layer_.add_gradient(whole, b.all_gradients, call.sums.written, call.sums.target);
    call.sums.written = true;
  }
  clear_blank(call.sums.target);
}

void RecurrentOperator::clear_blank(float* packed) const {
  const int width = padded_columns(layer_.columns()), blocks = cell_.blocks();
  for (const BlankBlock& block : blank_)
    for (int row = block.first_row; row < block.first_row + block.rows; ++row)
      for (int unit = 0; unit < units_; ++unit)
        packed[std::ptrdiff_t{row} * width + unit * blocks + block.column] = 0;
}

}  // namespace mho
