// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/aligned.hpp"

namespace mho {

/// A convolution with stride 1 that keeps its image's size, or, on a 1x1 image, a dense layer.
struct LayerShape {
  std::string name;
  int images = 64;
  int height = 1;
  int width = 1;
  int inputs = 1;
  int outputs = 1;
  int kernel = 1;

  bool is_dense() const { return height * width == 1; }
  int image_pixels() const { return height * width; }
  int pixels() const { return images * height * width; }
  int rows() const { return kernel * kernel * inputs; }
  /// Of one pass, zeros of the border counted.
  double flops() const { return 2.0 * pixels() * rows() * outputs; }
};

/// What every engine starts from: images NHWC, weights [kernel row][kernel column][input][output].
struct LayerData {
  FloatBuffer x, w, dy;
};

enum class Pass { forward, backward_data, backward_weights };

/// One way to compute the three passes of a layer. Weights come and weight gradients go in LayerData's plain
/// layout, because a training step changes them; what an engine makes of them counts.
class LayerEngine {
 public:
  virtual ~LayerEngine() = default;
  virtual void run(Pass pass) = 0;
  /// What the last run of this pass gave, in LayerData's layouts.
  virtual std::vector<float> result(Pass pass) = 0;
};

/// The data must outlive the engine. A null pointer where the engine has nothing for this shape.
using MakeEngine = std::unique_ptr<LayerEngine> (*)(const LayerShape& shape, const LayerData& data);
std::unique_ptr<LayerEngine> make_mho_engine(const LayerShape& shape, const LayerData& data);
std::unique_ptr<LayerEngine> make_eigen_engine(const LayerShape& shape, const LayerData& data);
/// oneDNN with images as they are (NHWC).
std::unique_ptr<LayerEngine> make_onednn_engine(const LayerShape& shape, const LayerData& data);
/// oneDNN with images in the layout that it likes best, converted beforehand; no dense layers.
std::unique_ptr<LayerEngine> make_onednn_blocked_engine(const LayerShape& shape, const LayerData& data);

/// "oneDNN 2.6.3", or why there is none. Throws InputError when oneDNN would use more than one thread.
std::string start_onednn();

}  // namespace mho
