// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/training_network.hpp"

#include <cmath>
#include <functional>

#include "core/base/parallel.hpp"
#include "core/nn/graph/architecture_json.hpp"
#include "core/nn/graph/builtin_architectures.hpp"
#include "core/nn/run/inference_network.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

struct Problem {
  Architecture architecture;
  Parameters parameters;
  FloatBuffer images;
  std::vector<int> labels;
};

Problem make_problem(const Architecture& architecture, int count) {
  Problem p{architecture, initial_parameters(architecture, RandomKey(3)), {}, {}};
  Random random{RandomKey(4)};
  p.images.resize(static_cast<size_t>(architecture.input().size() * count) + kernel_slack());
  for (auto& v : p.images) v = static_cast<float>(random.normal());
  for (int i = 0; i < count * architecture.output_steps(); ++i)
    p.labels.push_back(random.integer(0, architecture.classes() - 1));
  for (auto& layer : p.parameters)  // away from the special values of a fresh network
    for (auto* values : {&layer.bias, &layer.gamma, &layer.beta})
      for (auto& v : *values) v += static_cast<float>(0.2 * random.normal());
  return p;
}

const SoftmaxCrossEntropy plain(0), smoothed(0.1);

double loss_of(const Network& network, Problem problem, int parts, Parameters* gradients = nullptr,
               BatchNorms norms = BatchNorms::trained, Arithmetic arithmetic = Arithmetic::float32) {
  auto zero = zero_gradients(problem.parameters);
  const int count = static_cast<int>(problem.labels.size()) / network.architecture().output_steps();
  TrainingNetwork training(network, smoothed, count, parts, norms, arithmetic);
  Operands operands;
  network.digital_operands(problem.parameters, true, operands, arithmetic);
  const auto result =
      training.step(problem.parameters, operands,
                    {problem.images.data(), problem.labels.data(), count, RandomKey(1)}, zero);
  if (gradients) *gradients = zero;
  return result.loss;
}

using Member = FloatBuffer LayerParameters::*;

/// Compares g . v with the central difference of the loss along v, one random direction v for each parameter
/// tensor. The loss is a float network's: 2 % leaves room for rounding and for ReLU kinks inside the
/// difference.
void check_gradients(const Architecture& architecture, BatchNorms norms = BatchNorms::trained) {
  const auto problem = make_problem(architecture, 6);
  const Network network(architecture, {});
  Parameters gradients;
  loss_of(network, problem, 2, &gradients, norms);
  const std::pair<const char*, Member> members[] = {{"weight", &LayerParameters::weight},
                                                    {"bias", &LayerParameters::bias},
                                                    {"gamma", &LayerParameters::gamma},
                                                    {"beta", &LayerParameters::beta}};
  for (size_t node = 0; node < problem.parameters.size(); ++node)
    for (const auto& [name, member] : members) {
      const auto& g = gradients[node].*member;
      if (g.empty()) continue;
      // Along the gradient itself, so that the difference is as large as it can be.
      double norm = 0;
      for (const double v : g) norm += v * v;
      norm = std::sqrt(norm);
      if (norm < 1e-7) continue;
      const double step = 2e-3 / std::max(1.0, norm);
      const auto moved = [&](double by) {
        Problem other = problem;
        for (size_t i = 0; i < g.size(); ++i)
          (other.parameters[node].*member)[i] += static_cast<float>(by * g[i] / norm);
        return loss_of(network, other, 2, nullptr, norms);
      };
      const double difference = (moved(step) - moved(-step)) / (2 * step);
      INFO(architecture.name() << " " << architecture.nodes()[node].name << "." << name);
      CHECK(difference == Approx(norm).epsilon(0.02).margin(2e-4));
    }
}

/// A dense layer over each step.
Conv2d per_step(int outputs) {
  return {.out_channels = outputs, .kernel_height = 1, .kernel_width = 1, .bias = true};
}

Architecture custom(const std::string& name, Shape input, std::vector<LayerDeclaration> layers) {
  return {name, input, layers};
}

}  // namespace

TEST_CASE("gradients of dense layers and activations agree with finite differences") {
  SECTION("dense and ReLU") { check_gradients(make_builtin("mlp:20-15", {4, 4, 1}, 5)); }
  SECTION("convolutions with bias, max pooling") { check_gradients(make_builtin("lenet5", {14, 14, 1}, 10)); }
  SECTION("sigmoid and tanh, one input of two activations") {
    check_gradients(custom("activations", {6, 5, 2},
                           {{"conv", Conv2d{.out_channels = 4, .bias = true}, {"input"}},
                            {"gate", Sigmoid{}, {"conv"}},
                            {"state", Tanh{}, {"conv"}},
                            {"both", Concat{}, {"gate", "state"}},
                            {"norm", BatchNorm{}, {"both"}},
                            {"tanh", Tanh{}, {"norm"}},
                            {"out", Dense{.out_features = 3}, {"tanh"}},
                            {"loss", Output{}, {"out"}}}));
  }
  SECTION("recurrent layers, the last step, the mean over steps") {
    check_gradients(custom("recurrent", {7, 1, 3},
                           {{"lstm", Recurrent{Recurrent::Kind::lstm, 6}, {"input"}},
                            {"gru", Recurrent{Recurrent::Kind::gru, 5}, {"lstm"}},
                            {"rnn", Recurrent{Recurrent::Kind::rnn, 4, false}, {"lstm"}},
                            {"both", Concat{}, {"gru", "rnn"}},
                            {"last", Last{}, {"both"}},
                            {"mean", GlobalAveragePool{}, {"both"}},
                            {"ends", Concat{}, {"last", "mean"}},
                            {"out", Dense{.out_features = 3}, {"ends"}},
                            {"loss", Output{}, {"out"}}}));
  }
  SECTION("a loss at every step of a recurrent layer, some states dropped") {
    check_gradients(custom("steps", {7, 1, 3},
                           {{"lstm", Recurrent{Recurrent::Kind::lstm, 6}, {"input"}},
                            {"drop", Dropout{.rate = 0.3}, {"lstm"}},
                            {"out", per_step(4), {"drop"}},
                            {"loss", Output{}, {"out"}}}));
  }
  SECTION("dropout beside a batch norm, whose values are computed twice") {
    check_gradients(custom("dropped", {6, 5, 2},
                           {{"conv", Conv2d{.out_channels = 4, .bias = true}, {"input"}},
                            {"norm", BatchNorm{}, {"conv"}},
                            {"drop", Dropout{.rate = 0.4}, {"norm"}},
                            {"leaky", LeakyRelu{.slope = 0.2}, {"drop"}},
                            {"mean", GlobalAveragePool{}, {"leaky"}},
                            {"out", Dense{.out_features = 3}, {"mean"}},
                            {"loss", Output{}, {"out"}}}));
  }
  SECTION("clip and leaky ReLU") {
    check_gradients(custom("bounded", {6, 5, 2},
                           {{"conv", Conv2d{.out_channels = 4, .bias = true}, {"input"}},
                            {"clip", Clip{.low = -0.6, .high = 0.8}, {"conv"}},
                            {"leaky", LeakyRelu{.slope = 0.2}, {"conv"}},
                            {"both", Concat{}, {"clip", "leaky"}},
                            {"mean", GlobalAveragePool{}, {"both"}},
                            {"out", Dense{.out_features = 3}, {"mean"}},
                            {"loss", Output{}, {"out"}}}));
  }
}

TEST_CASE("the loss of a network that ends in steps is the mean over all of them") {
  const Architecture steps("steps", {3, 1, 2},
                           {{"out", per_step(2), {"input"}}, {"loss", Output{}, {"out"}}});
  Problem problem{steps, initial_parameters(steps, RandomKey(3)), {}, {0, 1, 1, 1, 0, 0}};
  problem.images.assign(12 + kernel_slack(), 0.0f);
  const std::vector<float> rows{1, 0, 0, 1, 1, 1, -1, 0, 0, 2, 3, 1};
  std::copy(rows.begin(), rows.end(), problem.images.begin());
  problem.parameters[1].weight = {1, -1, 0.5f, 2};  // [input][output]
  problem.parameters[1].bias = {0.1f, 0};
  auto gradients = zero_gradients(problem.parameters);
  const Network network(steps, {});
  TrainingNetwork training(network, plain, 2, 1);
  const auto found =
      training.step(problem.parameters, network.digital_operands(problem.parameters, true),
                    {problem.images.data(), problem.labels.data(), 2, RandomKey(1)}, gradients);
  // Scores by hand: (1.1, -1) (0.6, 2) (1.6, 1) (-0.9, 1) (1.1, 4) (3.6, -1); right are 0 1 1 1 0 0.
  const double off[] = {1.1 + 1, 2 - 0.6, 1 - 1.6, 1 + 0.9, 1.1 - 4, 3.6 + 1};  // right minus wrong
  double loss = 0, bias = 0;
  for (size_t i = 0; i < 6; ++i) {
    loss += std::log1p(std::exp(-off[i])) / 6;
    bias += (problem.labels[i] == 0 ? -1 : 1) / (1 + std::exp(off[i])) / 6;
  }
  CHECK(found.loss == Approx(loss).epsilon(1e-6));
  CHECK(found.correct == 4);
  CHECK(gradients[1].bias[0] == Approx(bias).epsilon(1e-5));
}

TEST_CASE("gradients of batch norms and residual networks agree with finite differences") {
  SECTION("batch norm, residual connections, strided shortcuts") {
    check_gradients(make_builtin("resnet8", {8, 8, 3}, 10));
  }
  SECTION("batch norms that are kept, residual connections") {
    check_gradients(make_builtin("resnet8", {8, 8, 3}, 10), BatchNorms::kept);
  }
}

TEST_CASE("gradients of every kind of convolution agree with finite differences") {
  SECTION("depthwise, rectangular kernels, same padding with odd borders") {
    check_gradients(make_builtin("ds_cnn", {13, 7, 1}, 4));
  }
  SECTION("depthwise with a border wider than its kernel") {
    const Conv2d wide{.out_channels = 3,
                      .kernel_height = 2,
                      .kernel_width = 3,
                      .same = false,
                      .padding = {3, 2, 1, 4},
                      .groups = 3,
                      .bias = true};
    check_gradients(custom("border", {4, 5, 2},
                           {{"conv", Conv2d{.out_channels = 3}, {"input"}},
                            {"depthwise", wide, {"conv"}},
                            {"relu", Relu{}, {"depthwise"}},
                            {"mean", GlobalAveragePool{}, {"relu"}},
                            {"out", Dense{.out_features = 3}, {"mean"}},
                            {"loss", Output{}, {"out"}}}));
  }
  SECTION("groups, concat, average pooling with padding, three-way addition") {
    Conv2d grouped{.out_channels = 12,
                   .kernel_height = 3,
                   .kernel_width = 2,
                   .stride_height = 2,
                   .stride_width = 1,
                   .same = true,
                   .groups = 3,
                   .bias = true};
    Conv2d wide{
        .out_channels = 20, .kernel_height = 5, .kernel_width = 5, .stride_height = 2, .stride_width = 1};
    Conv2d skipping{
        .out_channels = 20, .kernel_height = 1, .kernel_width = 1, .stride_height = 2, .stride_width = 1};
    Pool pool{.kind = Pool::Kind::average,
              .kernel_height = 3,
              .kernel_width = 3,
              .stride_height = 2,
              .stride_width = 2,
              .same = true};
    check_gradients(custom("mixed", {7, 6, 6},
                           {{"grouped", grouped, {"input"}},
                            {"wide", wide, {"input"}},
                            {"skip", skipping, {"input"}},
                            {"other", wide, {"input"}},
                            {"sum", Add{}, {"wide", "skip", "other"}},
                            {"bn", BatchNorm{}, {"sum"}},
                            {"bn2", BatchNorm{}, {"sum"}},
                            {"relu", Relu{}, {"bn"}},
                            {"join", Concat{}, {"grouped", "relu", "bn2"}},
                            {"pool", pool, {"join"}},
                            {"mean", GlobalAveragePool{}, {"pool"}},
                            {"out", Dense{.out_features = 4}, {"mean"}},
                            {"loss", Output{}, {"out"}}}));
  }
}

TEST_CASE("a step gives the same bits for one thread and for several") {
  const auto architecture = make_builtin("resnet8", {16, 16, 3}, 10);
  const auto problem = make_problem(architecture, 13);
  const Network network(architecture, {});
  const auto arithmetic = GENERATE(Arithmetic::float32, Arithmetic::bfloat16);
  Parameters one, two;
  set_thread_count(1);
  const double loss_one = loss_of(network, problem, 4, &one, BatchNorms::trained, arithmetic);
  set_thread_count(2);
  const double loss_two = loss_of(network, problem, 4, &two, BatchNorms::trained, arithmetic);
  CHECK(loss_one == loss_two);
  for (size_t i = 0; i < one.size(); ++i) {
    CHECK(one[i].weight == two[i].weight);
    CHECK(one[i].gamma == two[i].gamma);
    CHECK(one[i].bias == two[i].bias);
  }
}

TEST_CASE("gradients in bfloat16 are float32's within its rounding, and not the same") {
  // A gradient has passed every layer twice, each adding 1.6e-3 of its norm, which the batch norms of seven
  // images amplify and ReLUs turn into sums of other numbers: up to 18 % at the far end of DS-CNN's ten. The
  // layers by themselves are held to 1e-6 by test_operand_packing.cpp.
  const auto name = GENERATE("resnet8", "lenet5", "ds_cnn", "mlp", "signal_lstm");
  const auto task = published_task(name);
  const auto architecture = make_builtin(name, task.input, task.classes);
  const auto problem = make_problem(architecture, 7);  // an odd number: a pair's second image is missing
  const Network network(architecture, {});
  Parameters exact, rounded;
  const double loss = loss_of(network, problem, 2, &exact);
  const double near = loss_of(network, problem, 2, &rounded, BatchNorms::trained, Arithmetic::bfloat16);
  CHECK(near == Approx(loss).epsilon(0.02));
  for (size_t i = 0; i < exact.size(); ++i)
    for (const auto member : {&LayerParameters::weight, &LayerParameters::bias, &LayerParameters::gamma}) {
      double difference = 0, size = 0;
      for (size_t k = 0; k < (exact[i].*member).size(); ++k) {
        difference += std::pow((rounded[i].*member)[k] - (exact[i].*member)[k], 2);
        size += std::pow((exact[i].*member)[k], 2);
      }
      if (size < 1e-12) continue;
      INFO(name << " " << architecture.nodes()[i].name << " " << std::sqrt(difference / size));
      CHECK(std::sqrt(difference / size) < 0.25);
      CHECK(difference > 0);
    }
}

TEST_CASE("cutting a mini-batch into parts changes gradients by rounding only") {
  const auto architecture = make_builtin("resnet8", {8, 8, 3}, 10);
  const auto problem = make_problem(architecture, 12);
  const Network network(architecture, {});
  Parameters whole, cut;
  const double a = loss_of(network, problem, 1, &whole), b = loss_of(network, problem, 6, &cut);
  CHECK(a == Approx(b).epsilon(1e-6));
  double difference = 0, size = 0;
  for (size_t i = 0; i < whole.size(); ++i)
    for (size_t k = 0; k < whole[i].weight.size(); ++k) {
      difference += std::pow(whole[i].weight[k] - cut[i].weight[k], 2);
      size += std::pow(whole[i].weight[k], 2);
    }
  CHECK(std::sqrt(difference / size) < 1e-4);
}

TEST_CASE(
    "a mini-batch that leaves parts without images has its own gradients, not those of the step before") {
  const auto architecture = make_builtin("resnet8", {8, 8, 3}, 10);
  const auto full = make_problem(architecture, 12);
  auto few = full;
  few.labels.resize(3);
  const Network network(architecture, {});
  Parameters wanted;
  loss_of(network, few, 1, &wanted);
  auto parameters = full.parameters;
  const auto operands = network.digital_operands(parameters, true);
  TrainingNetwork training(network, smoothed, 12, 6);
  auto gradients = zero_gradients(parameters);
  for (const int count : {12, 3})
    training.step(parameters, operands, {full.images.data(), full.labels.data(), count, RandomKey(1)},
                  gradients);
  double difference = 0, size = 0;
  for (size_t i = 0; i < wanted.size(); ++i)
    for (size_t k = 0; k < wanted[i].weight.size(); ++k) {
      difference += std::pow(gradients[i].weight[k] - wanted[i].weight[k], 2);
      size += std::pow(wanted[i].weight[k], 2);
    }
  CHECK(std::sqrt(difference / size) < 1e-4);
}

TEST_CASE(
    "inference with the running statistics of one repeated mini-batch approaches the training forward pass") {
  const auto architecture = make_builtin("resnet8", {8, 8, 3}, 10);
  auto problem = make_problem(architecture, 16);
  const Network network(architecture, {});
  const auto operands = network.digital_operands(problem.parameters, true);
  TrainingNetwork training(network, plain, 16, 2);
  auto gradients = zero_gradients(problem.parameters);
  StepResult result;
  for (int i = 0; i < 200; ++i)
    result = training.step(problem.parameters, operands,
                           {problem.images.data(), problem.labels.data(), 16, RandomKey(1)}, gradients);
  InferenceNetwork inference(network, problem.parameters);
  CHECK(inference.count_correct(operands, problem.images.data(), problem.labels.data(), 16, RandomKey(2)) ==
        result.correct);
}

TEST_CASE("products through ideal converters give the digital result, and row splits add up") {
  const auto architecture = make_builtin("lenet5", {14, 14, 1}, 10);
  const auto problem = make_problem(architecture, 5);
  const Network digital(architecture, {});
  std::vector<float> wanted(50), got(50);
  InferenceNetwork(digital, problem.parameters)
      .logits(digital.digital_operands(problem.parameters, false), problem.images.data(), 5, RandomKey(1),
              wanted.data());
  std::vector<MvmSettings> settings(architecture.nodes().size());
  for (auto& s : settings) s.crossbar_rows = 32;
  const Network split(architecture, settings);
  auto operands = split.digital_operands(problem.parameters, false);
  for (size_t i = 0; i < operands.size(); ++i)
    if (const auto* layer = split.matrix(static_cast<int>(i)))
      operands[i].scales.assign(static_cast<size_t>(layer->row_splits() * layer->columns()), 1.0f);
  InferenceNetwork(split, problem.parameters)
      .logits(operands, problem.images.data(), 5, RandomKey(1), got.data());
  for (size_t i = 0; i < 50; ++i) CHECK(got[i] == Approx(wanted[i]).epsilon(1e-4).margin(1e-4));
}

namespace {

/// Gradients of a step through an ADC whose range ends at `limit`, on crossbars of 40 rows.
Parameters gradients_through_adc(const Architecture& architecture, float limit, bool clips) {
  auto problem = make_problem(architecture, 6);
  MvmSettings adc;
  adc.adc_step = 1e-3f;
  adc.adc_limit = limit;
  adc.crossbar_rows = 40;
  const Network network(architecture, std::vector<MvmSettings>(architecture.nodes().size(), adc));
  auto operands = network.digital_operands(problem.parameters, true);
  for (size_t i = 0; i < operands.size(); ++i) {
    const auto* layer = network.matrix(static_cast<int>(i));
    if (!layer) continue;
    operands[i].scales.assign(static_cast<size_t>(layer->row_splits() * layer->columns()), 1.0f);
    operands[i].clips_gradient = clips;
    layer->pack_backward(operands[i]);
    layer->pack_backward_splits(operands[i]);
  }
  auto gradients = zero_gradients(problem.parameters);
  TrainingNetwork(network, plain, 6, 2)
      .step(problem.parameters, operands, {problem.images.data(), problem.labels.data(), 6, RandomKey(1)},
            gradients);
  return gradients;
}

double weight_distance(const Parameters& a, const Parameters& b) {
  double difference = 0, size = 0;
  for (size_t i = 0; i < a.size(); ++i)
    for (size_t k = 0; k < a[i].weight.size(); ++k) {
      difference += std::pow(a[i].weight[k] - b[i].weight[k], 2);
      size += std::pow(b[i].weight[k], 2);
    }
  return std::sqrt(difference / size);
}

}  // namespace

TEST_CASE("clipped gradients are the straight-through ones within the ADC's range and others beyond") {
  const auto architecture =
      GENERATE(make_builtin("lenet5", {14, 14, 1}, 10), make_builtin("resnet8", {8, 8, 3}, 10));
  const auto compare = [&](float limit) {
    return weight_distance(gradients_through_adc(architecture, limit, true),
                           gradients_through_adc(architecture, limit, false));
  };
  CHECK(compare(1000) < 1e-4);
  CHECK(compare(1) > 0.1);
}
