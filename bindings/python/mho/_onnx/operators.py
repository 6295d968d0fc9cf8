# SPDX-License-Identifier: Apache-2.0
"""The table of operators: what each makes of its activations. An operator takes (node, converter) and gives a Value."""

from mho._onnx import elementwise, layouts, matrices, pooling, recurrent, symbols

OPERATORS = {
    "Conv": matrices.convolution,
    "Gemm": matrices.gemm,
    "MatMul": matrices.matmul,
    "LSTM": recurrent.recurrent("lstm"),
    "GRU": recurrent.recurrent("gru"),
    "RNN": recurrent.recurrent("rnn"),
    "Gather": recurrent.gather,
    "Slice": recurrent.cut,
    "OneHot": symbols.one_hot,
    "BatchNormalization": matrices.batch_normalization,
    "Relu": elementwise.elementwise("relu"),
    "Clip": elementwise.clip,
    "LeakyRelu": elementwise.leaky_relu,
    "Sigmoid": elementwise.elementwise("sigmoid"),
    "Tanh": elementwise.elementwise("tanh"),
    "MaxPool": pooling.max_pool,
    "AveragePool": pooling.average_pool,
    "GlobalAveragePool": pooling.global_average_pool,
    "ReduceMean": pooling.reduce_mean,
    "Add": elementwise.add,
    "Sum": elementwise.add,
    "Sub": elementwise.subtract,
    "Mul": elementwise.multiply,
    "Div": elementwise.divide,
    "Concat": layouts.concat,
    "Pad": pooling.pad,
    "Flatten": layouts.flatten,
    "Reshape": layouts.reshape,
    "Squeeze": layouts.squeeze,
    "Unsqueeze": layouts.unsqueeze,
    "Transpose": layouts.transpose,
    "Softmax": elementwise.softmax,
    "LogSoftmax": elementwise.softmax,
    "Dropout": layouts.same,
    "Identity": layouts.same,
    "Cast": layouts.cast,
    "CastLike": layouts.cast_like,
    "Shape": layouts.shape,
    "DequantizeLinear": layouts.dequantize,
}

#: that also take activations whose first axis is not the images'
ANY_ORDER = {"LSTM", "GRU", "RNN", "Gather", "Slice", "Transpose", "Squeeze", "Dropout", "Identity"}


def operator_names():
    return ", ".join(sorted([*OPERATORS, "Constant", "QuantizeLinear"]))
