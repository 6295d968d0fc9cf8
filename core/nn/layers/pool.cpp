// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layers/pool.hpp"

#include "core/nn/operators/pooling.hpp"

namespace mho {

void Pool::attributes(LayerAttributes& visitor) { visitor.window(*this); }

LayerFacts Pool::infer(const LayerSite& site) {
  site.expect_one_input();
  site.check_window(window_of(*this));
  // A window of padding only would have no maximum and no mean.
  if (!same) site.check_padding(padding, kernel_height - 1, kernel_width - 1);
  if (same) padding = same_padding(site.input(), kernel_height, kernel_width, stride_height, stride_width);
  const std::int64_t work = kind == Kind::average ? std::int64_t{1} * kernel_height * kernel_width : 0;
  return {.shape = site.slide(window_of(*this), site.input().channels),
          .on_chip = {.place = OnChip::Place::window, .window = window_of(*this), .work = work}};
}

std::unique_ptr<Operator> Pool::make_operator(const OperatorSite& site) const {
  return std::make_unique<PoolingOperator>(site.input(), site.output(), window_of(*this),
                                           kind == Kind::average ? PoolingOperator::Kind::average
                                           : site.relu           ? PoolingOperator::Kind::rectified_maximum
                                                                 : PoolingOperator::Kind::maximum);
}

OnnxNode Pool::onnx(const LayerParameters&, Shape) const {
  return {.type = kind == Kind::max ? "MaxPool" : "AveragePool", .attributes = onnx_window(window_of(*this))};
}

}  // namespace mho
