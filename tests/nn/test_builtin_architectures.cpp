// SPDX-License-Identifier: Apache-2.0
#include "core/nn/graph/builtin_architectures.hpp"

#include "core/nn/graph/architecture_json.hpp"
#include "core/nn/graph/found_networks.hpp"
#include "tests/catch.hpp"
#include "tests/nn/graph_helpers.hpp"

using namespace mho;
using namespace mho::test;

namespace {

Architecture published(const std::string& name) {
  const auto task = published_task(name);
  return make_builtin(name, task.input, task.classes);
}

/// Weights on crossbars when depthwise convolutions stay digital.
std::int64_t weights_without_depthwise(const Architecture& architecture) {
  std::int64_t weights = 0;
  for (const auto& each : architecture.nodes())
    if (!is_grouped(each)) weights += each.weights;
  return weights;
}

/// Matrix-vector products of whole 256 x 256 cores for one image, depthwise convolutions digital.
std::int64_t core_mvms(const Architecture& architecture) {
  std::int64_t count = 0;
  for (size_t i = 0; i < architecture.nodes().size(); ++i) {
    const MatrixShape matrix = matrix_shape(architecture, static_cast<int>(i));
    if (matrix.groups == 1)
      count += matrix.products * ((matrix.rows + 255) / 256) * ((matrix.columns + 255) / 256);
  }
  return count;
}

struct Published {
  std::string name;
  std::int64_t weights, without_depthwise, core_mvms;
  double mega_macs;
  std::int64_t parameters;
};

// Weights, core-MVMs and MACs: the table of published and computed lower bounds for 256 x 256 cores.
// Parameters: weights + 2 a batch norm channel + dense biases; 272,474 and 466,906 are the known ResNet-20
// and -32 (option B), 2,236,682 that of MobileNetV2 with 10 classes.
const std::vector<Published> table{
    {"resnet8", 77'360, 77'360, 4'481, 12.50, 77'360 + 2 * 240 + 10},
    {"resnet9", 1'866'536, 1'866'536, 6'913, 218.31, 1'866'536 + 2 * 1'288 + 10},
    {"resnet20", 270'896, 270'896, 11'393, 40.81, 272'474},
    {"resnet32", 464'432, 464'432, 18'305, 69.12, 466'906},
    {"ds_cnn", 22'016, 19'712, 626, 2.66, 22'016 + 2 * 576 + 12},
    {"mobilenet_v1_025", 208'112, 196'952, 6'283, 7.49, 208'112 + 2 * 2'736 + 2},
    {"lenet5", 61'470, 61'470, -1, 0.41652, 61'706},
    {"mobilenet_v2_cifar", 2'202'560, 2'138'336, 11'413, 87.976448, 2'236'682},
    {"autoencoder", 264'192, 264'192, 14, 0.264192, 264'192 + 2 * 1'032 + 640},
    {"signal_cnn", 9'168, 9'168, 225, 0.3792, 9'168 + 2 * 112 + 5},          // ours, counted by hand
    {"signal_lstm", 6'448, 6'448, 257, 0.805024, 6'448 + 2 * 16 + 128 + 5},  // ours
    {"kws_lstm", 26'304, 26'304, 99, 1.252032, 26'304 + 2 * 32 + 256 + 12},  // ours
    // (84 + 64 rows and 64 + 64 of 4 x 64 columns, 64 x 84), each read at 100 steps
    {"char_lstm", 76'032, 76'032, 300, 7.6032, 76'032 + 2 * 256 + 84},
    {"mlp", 234'752, 234'752, 6, 0.234752, 235'146},
    {"mlp_sigmoid", 234'752, 234'752, 6, 0.234752, 235'146},
};

}  // namespace

TEST_CASE("the table covers every published network") {
  CHECK(table.size() + found_networks().size() == builtin_names().size());
}

TEST_CASE("found networks are known by the names of their files") {
  REQUIRE(found_networks().size() >= 2);
  for (const auto& [name, text] : found_networks()) {
    INFO(name);
    CHECK(name.starts_with("found_"));
    const auto file = read_architecture_json(text, name);
    CHECK_FALSE(file.preprocessing());  // which belongs to data
    const auto network = published(name);
    CHECK(network.name() == name);
    CHECK(network.declarations() == file.declarations());
  }
}

TEST_CASE("built-in networks have the published weights, products and multiply-accumulates") {
  for (const auto& row : table) {
    INFO(row.name);
    const auto net = published(row.name);
    CHECK(net.name() == row.name);
    CHECK(net.weights() == row.weights);
    CHECK(weights_without_depthwise(net) == row.without_depthwise);
    if (row.core_mvms >= 0) CHECK(core_mvms(net) == row.core_mvms);
    CHECK(static_cast<double>(net.macs()) * 1e-6 == Approx(row.mega_macs).margin(0.005));
    CHECK(net.parameters() == row.parameters);
  }
}

TEST_CASE("lenet5 and mlp have exactly the published multiply-accumulates") {
  CHECK(published("lenet5").macs() == 416'520);
  CHECK(published("mlp").macs() == 234'752);
}

TEST_CASE("the images shrink as published") {
  CHECK(node(published("ds_cnn"), "conv0_relu").shape == Shape{25, 5, 64});
  CHECK(node(published("mobilenet_v1_025"), "pointwise13_relu").shape == Shape{3, 3, 256});
  CHECK(node(published("resnet8"), "stack3_relu").shape == Shape{8, 8, 64});
  CHECK(node(published("resnet9"), "block2_relu").shape == Shape{4, 4, 224});
  CHECK(node(published("resnet9"), "pool").shape == Shape{1, 1, 224});
  CHECK(node(published("lenet5"), "pool2").shape == Shape{5, 5, 16});
}

TEST_CASE("every convolution of resnet8 but the shortcuts is followed by a batch norm") {
  const auto net = published("resnet8");
  int convolutions = 0, norms = 0;
  for (const auto& each : net.nodes()) {
    convolutions += std::holds_alternative<Conv2d>(each.layer);
    norms += std::holds_alternative<BatchNorm>(each.layer);
  }
  CHECK(convolutions == 9);
  CHECK(norms == 7);
}

TEST_CASE("mlp takes the sizes of its hidden layers after a colon") {
  const auto net = make_builtin("mlp:300-100", {28, 28, 1}, 10);
  CHECK(net.name() == "mlp:300-100");
  CHECK(net.parameters() == 785 * 300 + 301 * 100 + 101 * 10);
  CHECK(make_builtin("mlp:7", {4, 4, 1}, 3).parameters() == 17 * 7 + 8 * 3);
  CHECK(published_task("mlp:7").input == Shape{28, 28, 1});
  for (const std::string bad :
       {"mlp:", "mlp:0", "mlp:-5", "mlp:30-", "mlp:30--4", "mlp:30x", "mlp:99999999999"}) {
    INFO(bad);
    CHECK_THAT(refusal([&] {
                 make_builtin(bad, {28, 28, 1}, 10);
               }),
               ContainsSubstring("'" + bad + "'") && ContainsSubstring("wrong hidden layers"));
  }
}

TEST_CASE("built-in networks take other inputs and classes") {
  for (const auto& name : builtin_names())
    for (Shape input : {Shape{16, 24, 1}, Shape{33, 47, 3}, Shape{64, 64, 2}}) {
      if (name == "char_lstm") input = {input.height, 1, 1};  // reads characters
      INFO(name << " on " << to_string(input));
      const auto net = make_builtin(name, input, 7);
      CHECK(net.classes() == 7);
      CHECK(net.input() == input);
    }
}

TEST_CASE("an input that is too small is refused with the layer that it does not fit") {
  CHECK_THAT(refusal([] {
               make_builtin("lenet5", {8, 8, 1}, 10);
             }),
             ContainsSubstring("architecture 'lenet5'") && ContainsSubstring("'conv2'"));
  CHECK_THAT(refusal([] { make_builtin("resnet9", {4, 4, 3}, 10); }), ContainsSubstring("'pool3'"));
  CHECK_THAT(refusal([] { make_builtin("resnet8", {32, 32, 0}, 10); }), ContainsSubstring("'input'"));
  CHECK_THAT(refusal([] { make_builtin("ds_cnn", {49, 10, 1}, 0); }), ContainsSubstring("'logits'"));
}

TEST_CASE("an unknown name is refused with a guess and the known names") {
  for (const auto& message : {refusal([] {
                                make_builtin("resnt8", {32, 32, 3}, 10);
                              }),
                              refusal([] { published_task("resnt8"); })})
    CHECK_THAT(message,
               ContainsSubstring("got 'resnt8' (did you mean 'resnet8'?)") && ContainsSubstring("ds_cnn"));
}
