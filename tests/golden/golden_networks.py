# SPDX-License-Identifier: Apache-2.0
"""The networks and the cases of the golden tensors; layers as mho's architecture JSON names them."""


def conv(name, below, out, kernel=3, stride=1, padding="same", groups=1, bias=False):
    return dict(name=name, kind="conv2d", inputs=[below], out_channels=out, kernel=[kernel, kernel],
                stride=[stride, stride], padding=padding, groups=groups, bias=bias)


def plain(name, kind, *below, **attributes):
    return dict(name=name, kind=kind, inputs=list(below), **attributes)


def norm(name, below, epsilon=1e-5):
    return plain(name, "batch_norm", below, epsilon=epsilon)


def recurrent(name, kind, below, units, bias=True):
    return plain(name, kind, below, units=units, bias=bias)


def relu(name, below):
    return plain(name, "relu", below)


def pool(name, below, kernel, stride, padding):
    return plain(name, "max_pool", below, kernel=[kernel, kernel], stride=[stride, stride], padding=padding)


def head(below, classes):
    return [plain("mean", "global_average_pool", below),
            plain("logits", "dense", "mean", out_features=classes, bias=True),
            plain("loss", "softmax_cross_entropy", "logits")]


def strided_block(below, out):
    """A residual block whose shortcut is a strided 1x1 convolution."""
    return [conv("down1", below, out, stride=2), norm("down1_bn", "down1"), relu("down1_relu", "down1_bn"),
            conv("down2", "down1_relu", out), norm("down2_bn", "down2"),
            conv("shortcut", below, out, kernel=1, stride=2, padding=[0, 0, 0, 0]), norm("shortcut_bn", "shortcut"),
            plain("down_sum", "add", "down2_bn", "shortcut_bn"), relu("down_out", "down_sum")]


NETWORKS = {
    "residual": ([8, 8, 3], [
        conv("stem", "input", 6), norm("stem_bn", "stem"), relu("stem_relu", "stem_bn"),
        conv("same1", "stem_relu", 6), norm("same1_bn", "same1"), relu("same1_relu", "same1_bn"),
        conv("same2", "same1_relu", 6), norm("same2_bn", "same2", 1e-3),
        plain("same_sum", "add", "same2_bn", "stem_relu"), relu("same_out", "same_sum"),
        *strided_block("same_out", 10), *head("down_out", 5)]),
    "residual_small": ([6, 6, 2], [
        conv("stem", "input", 4), norm("stem_bn", "stem"), relu("stem_relu", "stem_bn"),
        *strided_block("stem_relu", 6), *head("down_out", 4)]),
    "lenet": ([10, 10, 1], [
        conv("conv1", "input", 4, padding=[1, 1, 1, 1], bias=True), relu("relu1", "conv1"),
        pool("pool1", "relu1", 2, 2, [0, 0, 0, 0]),
        conv("conv2", "pool1", 18, padding=[0, 0, 0, 0], bias=True), pool("pool2", "conv2", 3, 2, "same"),
        relu("relu2", "pool2"), plain("hidden", "dense", "relu2", out_features=12, bias=True),
        relu("relu3", "hidden"), plain("logits", "dense", "relu3", out_features=6, bias=True),
        plain("loss", "softmax_cross_entropy", "logits")]),
    "separable": ([9, 8, 2], [
        conv("stem", "input", 5, stride=2), norm("stem_bn", "stem"), relu("stem_relu", "stem_bn"),
        conv("depth1", "stem_relu", 5, groups=5), norm("depth1_bn", "depth1"), relu("depth1_relu", "depth1_bn"),
        conv("point1", "depth1_relu", 8, kernel=1), norm("point1_bn", "point1"), relu("point1_relu", "point1_bn"),
        conv("depth2", "point1_relu", 8, stride=2, groups=8, bias=True), relu("depth2_relu", "depth2"),
        conv("point2", "depth2_relu", 6, kernel=1, bias=True), relu("point2_relu", "point2"), *head("point2_relu", 4)]),
    "recurrent": ([6, 1, 3], [
        recurrent("first", "lstm", "input", 5), recurrent("second", "gru", "first", 4),
        recurrent("third", "rnn", "second", 4, bias=False), plain("last", "last", "third"),
        plain("logits", "dense", "last", out_features=4, bias=True),
        plain("loss", "softmax_cross_entropy", "logits")]),
    "recurrent_converted": ([5, 1, 12], [
        recurrent("first", "lstm", "input", 6), recurrent("second", "rnn", "first", 5), plain("last", "last", "second"),
        plain("logits", "dense", "last", out_features=4, bias=True),
        plain("loss", "softmax_cross_entropy", "logits")]),
    "mlp": ([1, 1, 17], [
        plain("hidden1", "dense", "input", out_features=20, bias=True), relu("relu1", "hidden1"),
        plain("hidden2", "dense", "relu1", out_features=15, bias=False), relu("relu2", "hidden2"),
        plain("logits", "dense", "relu2", out_features=5, bias=True),
        plain("loss", "softmax_cross_entropy", "logits")]),
}

# The last mini-batch is smaller than the others, as at the end of an epoch. The MLP's and the recurrent network's are
# large because their parts have at least 64 images.
SMALL, LARGE = (12, 12, 7), (96, 96, 70)
CASES = {
    "residual": dict(network="residual", batches=SMALL, smoothing=0.1),
    "lenet": dict(network="lenet", batches=SMALL, smoothing=0.0),
    "separable": dict(network="separable", batches=SMALL, smoothing=0.1),
    "separable_adam": dict(network="separable", batches=SMALL, smoothing=0.1, adam=True),
    "mlp": dict(network="mlp", batches=LARGE, smoothing=0.05),
    "residual_analog": dict(network="residual_small", batches=(6, 6, 5), smoothing=0.1, analog=True),
    "lenet_analog": dict(network="lenet", batches=SMALL, smoothing=0.0, analog=True),
    "recurrent": dict(network="recurrent", batches=LARGE, smoothing=0.1),
    "recurrent_analog": dict(network="recurrent_converted", batches=(6, 6, 5), smoothing=0.1, analog=True),
}
