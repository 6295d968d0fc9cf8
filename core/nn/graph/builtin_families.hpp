// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/graph/layer_stack.hpp"

namespace mho {

/// The reference networks behind make_builtin, as unchecked layers ("logits" and "loss" at the end).
/// Convolutions that a batch norm or a sum with one follows have no bias: its beta does the same.

/// MLPerf Tiny image classification (Banbury et al. 2021): three stacks of one residual block, no batch norm
/// on the shortcuts.
LayerStack resnet8_layers(int classes);
/// He et al. 2016 for CIFAR, 6n+2 layers: n residual blocks a stack, 1x1 shortcuts with batch norm.
LayerStack cifar_resnet_layers(int blocks_per_stack, int classes);
/// The ResNet-9 of the 64-core chip paper (Le Gallo et al. 2023), pooling as in aihwkit's example 30.
LayerStack resnet9_layers(Shape input, int classes);
/// MLPerf Tiny keyword spotting: a 10x4 convolution, four depthwise-separable blocks of 64 channels.
LayerStack ds_cnn_layers(int classes);
/// MLPerf Tiny visual wake words: MobileNetV1 (Howard et al. 2017), a quarter of its width.
LayerStack mobilenet_v1_025_layers(int classes);
/// MobileNetV2 (Sandler et al. 2018) for images of 32x32: the first convolution and the second stage keep
/// their size, ReLU for ReLU6.
LayerStack mobilenet_v2_cifar_layers(int classes);
/// The layers of MLPerf Tiny anomaly detection: dense 128 (four times), 8, 128 (four times), each with batch
/// norm and ReLU, and as many outputs as inputs. Trained here it is a classifier; the reconstruction loss is
/// not.
LayerStack autoencoder_layers(int outputs);
/// LeNet-5 with max pooling and ReLU: 6 and 16 kernels of 5x5, dense 120, 84.
LayerStack lenet5_layers(int classes);
/// Three convolutions over time (height), each halving it: a plain network for signals of time x 1 x
/// channels.
LayerStack signal_cnn_layers(int classes);
/// A convolution over time, an LSTM, its last step: for signals (9 steps, stride 2, 32 units) and for
/// keywords' MFCC (3 steps of all coefficients, 64 units).
LayerStack signal_lstm_layers(Shape input, int classes);
LayerStack kws_lstm_layers(Shape input, int classes);
LayerStack char_lstm_layers(int characters);
/// Dense layers with ReLU between them.
LayerStack mlp_layers(const std::vector<int>& hidden, int classes, const Layer& activation = Relu{},
                      const std::string& name = "relu");

}  // namespace mho
