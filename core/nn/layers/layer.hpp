// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/nn/layers/add.hpp"
#include "core/nn/layers/batch_norm.hpp"
#include "core/nn/layers/clip.hpp"
#include "core/nn/layers/concat.hpp"
#include "core/nn/layers/conv2d.hpp"
#include "core/nn/layers/dense.hpp"
#include "core/nn/layers/dropout.hpp"
#include "core/nn/layers/global_average_pool.hpp"
#include "core/nn/layers/input.hpp"
#include "core/nn/layers/last.hpp"
#include "core/nn/layers/leaky_relu.hpp"
#include "core/nn/layers/one_hot.hpp"
#include "core/nn/layers/output.hpp"
#include "core/nn/layers/pool.hpp"
#include "core/nn/layers/recurrent.hpp"
#include "core/nn/layers/relu.hpp"
#include "core/nn/layers/sigmoid.hpp"
#include "core/nn/layers/tanh.hpp"

namespace mho {

/// Every layer kind: the one list of them. What each is: core/nn/layers/layer_kind.hpp.
using Layer = std::variant<  //
    Input,                   //
    Conv2d,                  //
    Dense,                   //
    BatchNorm,               //
    Relu,                    //
    Pool,                    //
    GlobalAveragePool,       //
    Add,                     //
    Concat,                  //
    Output,                  //
    Sigmoid,                 //
    Tanh,                    //
    Clip,                    //
    LeakyRelu,               //
    Recurrent,               //
    Last,                    //
    OneHot,                  //
    Dropout>;

/// Its name in files: "conv2d", "dense", "batch_norm", "relu", "max_pool", "average_pool", ...
std::string layer_name(const Layer& layer);

/// One layer of every name that a file may declare, with the attributes that it has by default.
const std::vector<Layer>& known_layers();

/// Its attributes, in the order of a file.
void visit_attributes(Layer& layer, LayerAttributes& visitor);

/// The facts of `layer` on inputs of these shapes; resolves its "same" into padding. Throws
/// ArchitectureError, beginning with `where`: wrong number of inputs, an attribute out of its range, a window
/// larger than its padded image, groups that do not divide the channels, inputs whose shapes do not go
/// together, a result too large.
LayerFacts infer(Layer& layer, const std::vector<Shape>& inputs, const std::string& where);

/// What a kind changes of drawn parameters before training (initial_parameters); `input` is the shape of its
/// first input.
void start_layer(const Layer& layer, LayerParameters& parameters, Shape input);

/// How it computes; null for the image and the scores, which compute nothing.
std::unique_ptr<Operator> make_operator(const OperatorSite& site);

/// A trained layer that is an affine by channel, as that affine; none for other layers.
std::optional<ChannelAffine> channel_affine(const Layer& layer, const LayerParameters& parameters);

/// What an ONNX file calls it, with its trained numbers; `input` is the shape of its first input.
OnnxNode onnx_node(const Layer& layer, const LayerParameters& parameters, Shape input);

}  // namespace mho
