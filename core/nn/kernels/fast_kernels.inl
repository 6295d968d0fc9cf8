// SPDX-License-Identifier: Apache-2.0
// The fast kernels, written once on vectors (core/base/vector/vector.inl, whose rules hold here too) and
// compiled once for each instruction set: the including file names the set.
#include "core/nn/kernels/fast_cells.inl"
#include "core/nn/kernels/fast_depthwise.inl"
#include "core/nn/kernels/fast_elementwise.inl"
#include "core/nn/kernels/fast_gradients.inl"
#include "core/nn/kernels/fast_narrow_gradients.inl"
#include "core/nn/kernels/fast_narrow_products.inl"
#include "core/nn/kernels/fast_pooling.inl"
#include "core/nn/kernels/fast_products.inl"
#include "core/nn/kernels/fast_transpose.inl"
#include "core/nn/kernels/fast_weights.inl"

namespace mho {

extern const Kernels MHO_KERNEL_SET;
const Kernels MHO_KERNEL_SET{MHO_KERNEL_NAME,
                             product_any,
                             gradient_any,
                             transpose,
                             depthwise,
                             depthwise_backward,
                             depthwise_gradient,
                             quantise,
                             channel_sums,
                             affine,
                             affine_backward_sums,
                             affine_backward,
                             add,
                             relu,
                             relu_backward,
                             max_pool,
                             max_pool_backward,
                             average_pool,
                             average_pool_backward,
                             noisy_copy,
                             sgd,
                             moments,
                             clip,
                             {lstm_forward, lstm_backward},
                             {gru_forward, gru_backward},
                             {rnn_forward, rnn_backward}};

}  // namespace mho
