// SPDX-License-Identifier: Apache-2.0
#include "core/nn/graph/parameters.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "core/base/files/safetensors.hpp"
#include "core/nn/graph/builtin_architectures.hpp"
#include "tests/catch.hpp"
#include "tests/nn/graph_helpers.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;
using namespace mho::test;

namespace {

const RandomKey key = RandomKey(1).with("parameters");

const LayerParameters& of(const Architecture& net, const Parameters& parameters, const std::string& name) {
  return parameters[static_cast<size_t>(node_index(net, name))];
}

template <class Action>
std::string data_error(const Action& action) {
  try {
    action();
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

void check_equal(const Parameters& a, const Parameters& b) {
  REQUIRE(a.size() == b.size());
  for (size_t n = 0; n < a.size(); ++n) {
    CHECK(a[n].weight == b[n].weight);
    CHECK(a[n].bias == b[n].bias);
    CHECK(a[n].gamma == b[n].gamma);
    CHECK(a[n].beta == b[n].beta);
    CHECK(a[n].running_mean == b[n].running_mean);
    CHECK(a[n].running_variance == b[n].running_variance);
    CHECK(a[n].input_range == b[n].input_range);
  }
}

}  // namespace

TEST_CASE("initial parameters are as many as the architecture counts") {
  for (const auto& name : builtin_names()) {
    INFO(name);
    const auto task = published_task(name);
    const auto net = make_builtin(name, task.input, task.classes);
    const auto parameters = initial_parameters(net, key);
    REQUIRE(parameters.size() == net.nodes().size());
    for (size_t n = 0; n < parameters.size(); ++n) {
      const auto& layer = parameters[n];
      CHECK(static_cast<std::int64_t>(layer.weight.size()) == net.nodes()[n].weights);
      const size_t trained = layer.weight.size() + layer.bias.size() + layer.gamma.size() + layer.beta.size();
      CHECK(static_cast<std::int64_t>(trained) == net.nodes()[n].parameters);
      CHECK(layer.running_mean.size() == layer.gamma.size());
      CHECK(layer.running_variance.size() == layer.gamma.size());
    }
  }
}

TEST_CASE("initial weights are normal with variance 2 / fan-in, biases zero, batch norms the identity") {
  const auto net = make_builtin("ds_cnn", {49, 10, 1}, 12);
  const auto parameters = initial_parameters(net, key);
  for (const auto& [name, fan_in] : {std::pair{"pointwise2", 64}, {"conv0", 40}, {"depthwise1", 9}}) {
    const auto& weight = of(net, parameters, name).weight;
    double sum = 0, squares = 0;
    for (const float w : weight) sum += w, squares += double{w} * w;
    const auto count = static_cast<double>(weight.size());
    const double variance = 2.0 / fan_in;
    INFO(name);
    // Five standard errors of a normal sample's mean and variance.
    CHECK(std::abs(sum / count) < 5 * std::sqrt(variance / count));
    CHECK(std::abs(squares / count / variance - 1) < 5 * std::sqrt(2 / count));
  }
  CHECK(of(net, parameters, "logits").bias == FloatBuffer(12, 0.0f));
  const auto& norm = of(net, parameters, "conv0_bn");
  CHECK(norm.gamma == FloatBuffer(64, 1.0f));
  CHECK(norm.beta == FloatBuffer(64, 0.0f));
  CHECK(norm.running_mean == FloatBuffer(64, 0.0f));
  CHECK(norm.running_variance == FloatBuffer(64, 1.0f));
  CHECK(of(net, parameters, "conv0").input_range == 0);
}

TEST_CASE("initial weights depend on the key, the node and the element only") {
  const auto net = make_builtin("mlp", {28, 28, 1}, 10), wider = make_builtin("mlp:512-128", {28, 28, 1}, 10);
  const auto first = initial_parameters(net, key), larger = initial_parameters(wider, key);
  check_equal(first, initial_parameters(net, key));
  CHECK(first[1].weight != initial_parameters(net, key.with("other"))[1].weight);
  CHECK(std::equal(first[1].weight.begin(), first[1].weight.end(), larger[1].weight.begin()));
  const auto twins = make_builtin("mlp:20-20-20", {4, 4, 1}, 10);
  const auto twin_parameters = initial_parameters(twins, key);
  CHECK(of(twins, twin_parameters, "dense2").weight != of(twins, twin_parameters, "dense3").weight);
}

TEST_CASE("parameters survive a round trip through a file") {
  const TemporaryFolder folder;
  const auto file = folder / "weights.safetensors";
  const auto net = make_builtin("ds_cnn", {49, 10, 1}, 12);
  auto parameters = initial_parameters(net, key);
  parameters[1].input_range = 3.25f;
  parameters[2].running_mean[5] = -7.5f;
  save_parameters(file, net, parameters);
  check_equal(load_parameters(file, net), parameters);

  parameters[1].output_gain = 1.5f;
  parameters[1].split_ranges = {2.5f, 3.5f};
  parameters[1].column_scales.assign(2 * parameters[1].weight.size() / 40, 0.5f);  // 40 rows
  save_parameters(file, net, parameters);
  const auto back = load_parameters(file, net);
  check_equal(back, parameters);
  CHECK(back[1].output_gain == 1.5f);
  CHECK(back[1].split_ranges == parameters[1].split_ranges);
  CHECK(back[1].column_scales == parameters[1].column_scales);
}

TEST_CASE(
    "a file holds one tensor for each array, rows x all columns, and the input ranges that are calibrated") {
  const TemporaryFolder folder;
  const auto file = folder / "weights.safetensors";
  const auto net = make_builtin("ds_cnn", {49, 10, 1}, 12);
  auto parameters = initial_parameters(net, key);
  parameters[1].input_range = 2;
  save_parameters(file, net, parameters);
  const auto tensors = read_safetensors(file);
  CHECK(tensors.at("conv0.weight").shape == std::vector<std::int64_t>{40, 64});
  CHECK(tensors.at("depthwise1.weight").shape == std::vector<std::int64_t>{9, 64});
  CHECK(tensors.at("logits.bias").shape == std::vector<std::int64_t>{12});
  CHECK(tensors.at("conv0_bn.running_variance").shape == std::vector<std::int64_t>{64});
  CHECK(tensors.at("conv0.input_range").shape == std::vector<std::int64_t>{1});
  CHECK(tensors.size() == 10 + 1 + 1 + 9 * 4);
}

TEST_CASE("a file of another network is refused with the tensor, the expected and the found shape") {
  const TemporaryFolder folder;
  const auto file = folder / "weights.safetensors";
  const auto net = make_builtin("mlp:20-10", {4, 4, 1}, 10);
  auto write = [&](const std::string& name) {
    const auto other = make_builtin(name, {4, 4, 1}, 10);
    save_parameters(file, other, initial_parameters(other, key));
  };
  auto message = [&] { return data_error([&] { load_parameters(file, net); }); };
  write("mlp:30-10");
  CHECK_THAT(message(), ContainsSubstring(file.string()) && ContainsSubstring("'dense1.weight'") &&
                            ContainsSubstring("expected [16, 20], got [16, 30]"));
  write("mlp:20");
  CHECK_THAT(message(), ContainsSubstring("missing tensor 'dense2.weight': expected shape [20, 10]"));
  write("mlp:20-10-10");
  CHECK_THAT(message(), ContainsSubstring("unknown tensor 'dense3.bias'"));
  std::filesystem::remove(file);
  CHECK_THROWS_AS(load_parameters(file, net), DataError);
}

TEST_CASE(
    "numbers that no training gives are refused with the tensor, the index, the expected and the found") {
  const TemporaryFolder folder;
  const auto file = folder / "weights.safetensors";
  const auto net = make_builtin("ds_cnn", {49, 10, 1}, 12);
  auto message = [&](auto change) {
    auto parameters = initial_parameters(net, key);
    change(parameters[static_cast<size_t>(node_index(net, "conv0"))],
           parameters[static_cast<size_t>(node_index(net, "conv0_bn"))]);
    save_parameters(file, net, parameters);
    return data_error([&] { load_parameters(file, net); });
  };
  using Layer = LayerParameters&;
  CHECK(message([](Layer, Layer) {}) == "no error");
  CHECK_THAT(
      message([](Layer conv, Layer) { conv.weight[2 * 64 + 7] = std::nanf(""); }),
      ContainsSubstring(file.string() + ": tensor 'conv0.weight'[2, 7]: expected a finite number, got nan"));
  CHECK_THAT(message([](Layer, Layer norm) { norm.gamma[5] = std::nanf(""); }),
             ContainsSubstring("tensor 'conv0_bn.gamma'[5]: expected a finite number, got nan"));
  CHECK_THAT(
      message([](Layer, Layer norm) { norm.running_variance[63] = -0.5f; }),
      ContainsSubstring("tensor 'conv0_bn.running_variance'[63]: expected a finite number from 0, got -0.5"));
  CHECK_THAT(message([](Layer conv, Layer) { conv.input_range = -3; }),
             ContainsSubstring("tensor 'conv0.input_range'[0]: expected a finite number above 0, got -3"));
  CHECK_THAT(message([](Layer conv, Layer) { conv.output_gain = 0; }),
             ContainsSubstring("tensor 'conv0.output_gain'[0]: expected a finite number above 0, got 0"));
  CHECK_THAT(message([](Layer conv, Layer) {
               conv.split_ranges = {1, INFINITY};
             }),
             ContainsSubstring("tensor 'conv0.split_ranges'[1]: expected a finite number above 0, got inf"));
  CHECK_THAT(
      message([](Layer conv, Layer) {
        conv.column_scales.assign(64, 1);
        conv.column_scales[3] = -1;
      }),
      ContainsSubstring("tensor 'conv0.column_scales'[0, 3]: expected a finite number from 0, got -1"));
}

TEST_CASE(
    "a range of 0 is refused on a crossbar, but not where mho once wrote it: of a grouped convolution") {
  const TemporaryFolder folder;
  const auto file = folder / "weights.safetensors";
  const auto net = make_builtin("ds_cnn", {49, 10, 1}, 12);
  save_parameters(file, net, initial_parameters(net, key));
  auto tensors = read_safetensors(file);
  CHECK(of(net, load_parameters(file, net), "conv0").input_range == 0);  // missing: to be calibrated
  tensors["depthwise1.input_range"] = {{1}, {0}};
  write_safetensors(file, tensors);
  CHECK(of(net, load_parameters(file, net), "depthwise1").input_range == 0);
  tensors["conv0.input_range"] = {{1}, {0}};
  write_safetensors(file, tensors);
  CHECK_THAT(data_error([&] { load_parameters(file, net); }),
             ContainsSubstring("'conv0.input_range'[0]: expected a finite number above 0, got 0"));
}

TEST_CASE("parameters that do not fit the network are not written") {
  const TemporaryFolder folder;
  const auto file = folder / "weights.safetensors";
  const auto net = make_builtin("mlp", {28, 28, 1}, 10);
  auto parameters = initial_parameters(net, key);
  parameters[1].bias.pop_back();
  CHECK_THROWS_AS(save_parameters(file, net, parameters), RunError);
  CHECK_THROWS_AS(save_parameters(file, net, {}), RunError);
  CHECK_FALSE(std::filesystem::exists(file));
}
