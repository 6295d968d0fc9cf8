// SPDX-License-Identifier: Apache-2.0
// Three whole training steps against PyTorch in double precision: tests/golden/make_golden.py makes the
// tensors.
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>

#include "core/base/files/npy.hpp"
#include "core/nn/graph/architecture_json.hpp"
#include "core/nn/run/optimizer.hpp"
#include "core/nn/run/training_network.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

// The engine computes in float, the golden tensors are exact beside it.
constexpr double roundoff = 6e-8;
// The loss is a mean of logarithms of O(1) values.
constexpr double loss_bound = 1e-5;
// Relative to the tensor's norm, not to each element: elements are sums whose terms cancel, down to zero. A
// gradient has passed every layer twice, each a sum of up to a thousand rounded products, and batch norm
// subtracts means that cancel most of it: tens to hundreds of roundoffs. A wrong term or factor is percents.
constexpr double gradient_bound = 1e-4;
// Of the parameters' norm: they move by the learning rate times that. That alone would hide much of a small
// update, so the update is held to the gradients' bound of its own norm, plus a rounding of the stored
// parameter each step.
constexpr double parameter_bound = 1e-5;

constexpr int step_count = 3;

using Arrays = std::map<std::string, NpyArray>;
using Member = FloatBuffer LayerParameters::*;

constexpr std::pair<const char*, Member> trained_bound[] = {{"weight", &LayerParameters::weight},
                                                            {"bias", &LayerParameters::bias},
                                                            {"gamma", &LayerParameters::gamma},
                                                            {"beta", &LayerParameters::beta}};
constexpr std::pair<const char*, Member> running_bound[] = {
    {"running_mean", &LayerParameters::running_mean},
    {"running_variance", &LayerParameters::running_variance}};

std::filesystem::path golden(const std::string& file) {
  return std::filesystem::path(MHO_SOURCE_DIR) / "tests/golden" / file;
}

/// The values in double: as_float would round the golden side too.
std::vector<double> values_of(const Arrays& arrays, const std::string& name) {
  const NpyArray& array = arrays.at(name);
  if (array.dtype != "<f8") {
    const auto floats = array.as_float();
    return {floats.begin(), floats.end()};
  }
  std::vector<double> values(array.bytes.size() / sizeof(double));
  std::memcpy(values.data(), array.bytes.data(), array.bytes.size());
  return values;
}

double scalar(const Arrays& arrays, const std::string& name) { return values_of(arrays, name).at(0); }

std::vector<float> floats(const Arrays& arrays, const std::string& name) {
  return arrays.at(name).as_float();
}

FloatBuffer buffer(const Arrays& arrays, const std::string& name) {
  const auto values = floats(arrays, name);
  FloatBuffer padded(values.begin(), values.end());
  padded.resize(values.size() + kernel_slack());
  return padded;
}

/// |a - b| in the 2-norm.
template <class Values>
double norm(const std::vector<double>& a, const Values& b) {
  REQUIRE(a.size() == b.size());
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += std::pow(a[i] - static_cast<double>(b[i]), 2);
  return std::sqrt(sum);
}

double norm(const std::vector<double>& a) { return norm(a, std::vector<double>(a.size())); }

struct Case {
  std::string name, network;
  bool adam = false, analog = false;
};

Parameters read_parameters(const Arrays& arrays, const Architecture& architecture) {
  auto parameters = initial_parameters(architecture, RandomKey(1));
  for (size_t n = 0; n < parameters.size(); ++n) {
    const auto read = [&](const char* name, Member member) {
      auto& values = parameters[n].*member;
      if (values.empty()) return;
      const auto initial = floats(arrays, "initial/" + architecture.nodes()[n].name + "." + name);
      REQUIRE(values.size() == initial.size());
      values.assign(initial.begin(), initial.end());
    };
    for (const auto& [name, member] : trained_bound) read(name, member);
    for (const auto& [name, member] : running_bound) read(name, member);
  }
  return parameters;
}

std::vector<MvmSettings> converters(const Arrays& arrays, const Architecture& architecture) {
  MvmSettings settings;
  settings.dac_levels = static_cast<float>(scalar(arrays, "dac_levels"));
  settings.adc_step = static_cast<float>(scalar(arrays, "adc_step"));
  settings.adc_limit = static_cast<float>(scalar(arrays, "adc_limit"));
  settings.crossbar_rows = static_cast<int>(scalar(arrays, "crossbar_rows"));
  return std::vector<MvmSettings>(architecture.nodes().size(), settings);
}

/// The given noisy weights of one step.
Operands given_operands(const Arrays& arrays, const std::string& step, const Network& network) {
  const auto& nodes = network.architecture().nodes();
  Operands operands(nodes.size());
  for (size_t n = 0; n < nodes.size(); ++n) {
    const auto* layer = network.matrix(static_cast<int>(n));
    if (!layer) continue;
    const auto at = [&](const char* what) { return step + what + nodes[n].name; };
    const auto conductances = floats(arrays, at("/conductances/"));
    REQUIRE(conductances.size() ==
            static_cast<size_t>(layer->geometry().rows()) * static_cast<size_t>(layer->columns()));
    layer->pack_forward(conductances.data(), operands[n].forward);
    operands[n].scales = floats(arrays, at("/scales/"));
    REQUIRE(operands[n].scales.size() ==
            static_cast<size_t>(layer->row_splits()) * static_cast<size_t>(layer->columns()));
    operands[n].input_range = static_cast<float>(scalar(arrays, at("/input_range/")));
    layer->pack_backward(operands[n]);
  }
  return operands;
}

void check_gradients(const Arrays& arrays, const std::string& step, const Architecture& architecture,
                     const Parameters& gradients) {
  for (size_t n = 0; n < gradients.size(); ++n)
    for (const auto& [name, member] : trained_bound) {
      const auto& got = gradients[n].*member;
      if (got.empty()) continue;
      const auto wanted = values_of(arrays, step + "/gradient/" + architecture.nodes()[n].name + "." + name);
      INFO(architecture.nodes()[n].name << "." << name);
      CHECK(norm(wanted, got) < gradient_bound * norm(wanted));
    }
}

void check_final(const Arrays& arrays, const Architecture& architecture, const Parameters& parameters) {
  for (size_t n = 0; n < parameters.size(); ++n) {
    const auto check = [&](const char* name, Member member) {
      const auto& got = parameters[n].*member;
      if (got.empty()) return;
      const std::string tensor = architecture.nodes()[n].name + "." + name;
      const auto wanted = values_of(arrays, "final/" + tensor);
      INFO(tensor);
      const double update = norm(wanted, values_of(arrays, "initial/" + tensor));
      CHECK(norm(wanted, got) < parameter_bound * norm(wanted));
      CHECK(norm(wanted, got) < gradient_bound * update + step_count * roundoff * norm(wanted));
    };
    for (const auto& [name, member] : trained_bound) check(name, member);
    for (const auto& [name, member] : running_bound) check(name, member);
  }
}

void check_case(const Case& c, int parts) {
  INFO(c.name << ", " << parts << " parts");
  const auto arrays = read_npz(golden(c.name + ".npz"));
  const auto architecture = load_architecture(golden(c.network + ".json"));
  const Network network(architecture,
                        c.analog ? converters(arrays, architecture) : std::vector<MvmSettings>{});
  auto parameters = read_parameters(arrays, architecture);
  auto gradients = zero_gradients(parameters);
  const auto batch = static_cast<int>(arrays.at("step0/labels").size());  // the largest
  REQUIRE((parts == 1) == (network.plan().largest_part(batch, parts) == batch));
  const SoftmaxCrossEntropy cross_entropy(scalar(arrays, "smoothing"));
  TrainingNetwork training(network, cross_entropy, batch, parts);
  Optimizer optimizer(
      {c.adam ? OptimizerKind::adam : OptimizerKind::sgd, 0.9, scalar(arrays, "weight_decay")}, parameters);
  for (int s = 0; s < step_count; ++s) {
    const std::string step = "step" + std::to_string(s);
    INFO(step);
    const auto images = buffer(arrays, step + "/images");
    const auto whole = arrays.at(step + "/labels").as_int();
    const std::vector<int> labels(whole.begin(), whole.end());
    const auto operands =
        c.analog ? given_operands(arrays, step, network) : network.digital_operands(parameters, true);
    const auto result = training.step(
        parameters, operands, {images.data(), labels.data(), static_cast<int>(labels.size()), RandomKey(1)},
        gradients);
    const double loss = scalar(arrays, step + "/loss");
    CHECK(std::abs(result.loss - loss) < loss_bound * loss);
    CHECK(result.correct == static_cast<int>(scalar(arrays, step + "/correct")));
    check_gradients(arrays, step, architecture, gradients);
    optimizer.step(parameters, gradients, scalar(arrays, "learning_rate"));
  }
  check_final(arrays, architecture, parameters);
}

void check_case(const Case& c) {
  for (const int parts : {1, 2, 3}) check_case(c, parts);
}

}  // namespace

TEST_CASE("golden: residual network with batch norm and a strided shortcut, Nesterov momentum") {
  check_case({"residual", "residual"});
}

TEST_CASE("golden: convolutions with bias, max pooling, dense layers") { check_case({"lenet", "lenet"}); }

TEST_CASE("golden: depthwise-separable convolutions with same padding") {
  SECTION("Nesterov momentum") { check_case({"separable", "separable"}); }
  SECTION("Adam with decoupled decay") { check_case({"separable_adam", "separable", true}); }
}

TEST_CASE("golden: dense layers") { check_case({"mlp", "mlp"}); }

TEST_CASE("golden: LSTM, gated recurrent unit and recurrent layer through time") {
  check_case({"recurrent", "recurrent"});
}

TEST_CASE("golden: recurrent layers with given noisy weights, converters and row splits") {
  check_case({"recurrent_analog", "recurrent_converted", false, true}, 1);
}

TEST_CASE("golden: given noisy weights, converters and row splits") {
  SECTION("residual network with batch norm") {
    check_case({"residual_analog", "residual_small", false, true});
  }
  SECTION("convolutions with bias, max pooling, dense layers") {
    check_case({"lenet_analog", "lenet", false, true});
  }
}
