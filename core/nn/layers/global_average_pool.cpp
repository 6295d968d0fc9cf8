// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layers/global_average_pool.hpp"

#include "core/nn/operators/pooling.hpp"

namespace mho {
namespace {

/// One window over everything.
Window whole(Shape input) { return {input.height, input.width, input.height, input.width, {}}; }

}  // namespace

LayerFacts GlobalAveragePool::infer(const LayerSite& site) {
  site.expect_one_input();
  const Shape in = site.input();
  return {.shape = {1, 1, in.channels},
          .on_chip = {.place = OnChip::Place::window,
                      .window = whole(in),
                      .work = std::int64_t{1} * in.height * in.width}};
}

std::unique_ptr<Operator> GlobalAveragePool::make_operator(const OperatorSite& site) const {
  return std::make_unique<PoolingOperator>(site.input(), site.output(), whole(site.input()),
                                           PoolingOperator::Kind::average);
}

OnnxNode GlobalAveragePool::onnx(const LayerParameters&, Shape) const {
  return {.type = "GlobalAveragePool"};
}

}  // namespace mho
