// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/nn/products/image_vectors.hpp"
#include "evaluators/training/operands.hpp"

namespace mho {

/// Where a ChipLayer stands; all of it must outlive the layer.
struct ChipLayerSite {
  const MatrixLayer& layer;
  const HardwareConfig& hardware;
  bool passes_gradient = true;  ///< whether training needs the gradient of what the layer reads
  bool follows = true;          ///< whether single weights can be read: reads_as_written, no wires
};

/// One layer's weights on the devices that training moves: the crossbars, the operand that its products read,
/// which follows every pulse, and the vectors of the mini-batch at hand.
class ChipLayer {
 public:
  ChipLayer(const ChipLayerSite& site, CrossbarMatrix matrix) : site_(site), matrix_(std::move(matrix)) {}

  CrossbarMatrix& matrix() { return matrix_; }
  const CrossbarMatrix& matrix() const { return matrix_; }
  const MatrixLayer& layer() const { return site_.layer; }

  /// Room for the vectors of a mini-batch; needed before sink().
  void hold_batch(int images);
  VectorSink& sink() { return *vectors_; }
  /// Calls body(VectorBlock) for the first `images` images' vectors in their order.
  template <class Body>
  void for_each_block(int images, const Body& body) {
    vectors_->for_each(0, images, body);
  }

  /// Makes `operand` what the devices give now, read with `key`. `own`: input range and gain.
  void read(const LayerParameters& own, RandomKey key, RandomKey chip, MatrixOperand& operand);
  /// Brings the weights that moved up to date in an operand that read() made; false where it cannot, and
  /// read() has to come again.
  bool follow(std::span<const DevicePulses> moved, MatrixOperand& operand);
  /// Each mini-batch: what the backward converters draw.
  void begin_batch(RandomKey key);

  /// The weights as last written, rows as the parameters have them.
  std::vector<float> weights() const;

  /// Crossbar products of one image, one way.
  std::int64_t products_per_image() const;

 private:
  void follow_operand(std::span<const DevicePulses> moved, MatrixOperand& operand) const;

  ChipLayerSite site_;
  CrossbarMatrix matrix_;
  std::shared_ptr<CrossbarProduct> product_;
  std::vector<float> conductances_;  ///< of weights that move
  std::vector<std::uint32_t> moved_;
  std::unique_ptr<ImageVectors> vectors_;  ///< null where nobody asks for them
};

}  // namespace mho
