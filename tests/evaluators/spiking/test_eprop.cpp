// SPDX-License-Identifier: Apache-2.0
#include "evaluators/spiking/eprop.hpp"

#include <cmath>

#include "tests/catch.hpp"
#include "tests/evaluators/spiking/spiking_helpers.hpp"

using namespace mho;
using namespace mho::test;

namespace {

constexpr std::size_t neurons = 12, inputs = 9, outputs = 2, steps = 60;

/// v, z and y of a sample, by steps, in double precision.
struct PlainRun {
  std::vector<std::vector<double>> x, v, z, y;
};

/// The formulas of run_lif as they are printed, over whole matrices.
PlainRun plain_run(const SmallNetwork& net) {
  const double alpha = net.config.lif.alpha(), kappa = net.config.lif.kappa(),
               threshold = net.config.lif.threshold;
  PlainRun run;
  std::vector<double> v(neurons), z(neurons), y(outputs);
  for (std::size_t t = 0; t < steps; ++t) {
    std::vector<double> x(inputs);
    for (const auto i : net.spikes.at(static_cast<int>(t))) x[i] = 1;
    auto next = v;
    for (std::size_t j = 0; j < neurons; ++j) {
      next[j] = alpha * v[j] - threshold * z[j];
      for (std::size_t i = 0; i < neurons; ++i)
        if (i != j) next[j] += z[i] * net.recurrent.weights()[i * neurons + j];
      for (std::size_t i = 0; i < inputs; ++i) next[j] += x[i] * net.input.weights()[i * neurons + j];
    }
    v = next;
    for (std::size_t j = 0; j < neurons; ++j) z[j] = v[j] > threshold ? 1 : 0;
    for (std::size_t o = 0; o < outputs; ++o) {
      y[o] *= kappa;
      for (std::size_t i = 0; i < neurons; ++i) y[o] += z[i] * net.output.weights()[i * outputs + o];
    }
    run.x.push_back(x);
    run.v.push_back(v);
    run.z.push_back(z);
    run.y.push_back(y);
  }
  return run;
}

double pseudo_derivative(const LifConfig& lif, double v) {
  return lif.pseudo_derivative * std::max(0.0, 1 - std::fabs((v - lif.threshold) / lif.threshold));
}

/// L_j(t) of every neuron.
std::vector<double> learning_signals(const SmallNetwork& net, const PlainRun& run, std::size_t t) {
  std::vector<double> signals;
  for (std::size_t j = 0; j < neurons; ++j) {
    double count = 0, signal = 0;
    for (const auto& z : run.z) count += z[j];
    signal = net.config.rate_regularisation *
             (count / (steps * net.config.lif.step_s) - net.config.target_rate_hz);
    for (std::size_t o = 0; o < outputs; ++o)
      signal += net.feedback[o * neurons + j] * net.errors[t * outputs + o];
    signals.push_back(signal);
  }
  return signals;
}

/// e-prop as it is written down: one eligibility trace a synapse, low-passed by alpha, then by kappa,
/// forwards in time; `arrivals` [step][row] are the spikes as neurons meet them.
std::vector<double> traced_gradient(const SmallNetwork& net, const PlainRun& run,
                                    const std::vector<std::vector<double>>& arrivals) {
  const double alpha = net.config.lif.alpha(), kappa = net.config.lif.kappa();
  const std::size_t rows = arrivals[0].size();
  std::vector<double> arrived(rows), trace(rows * neurons), gradient(rows * neurons);
  for (std::size_t t = 0; t < steps; ++t) {
    const auto signals = learning_signals(net, run, t);
    for (std::size_t i = 0; i < rows; ++i) {
      arrived[i] = alpha * arrived[i] + arrivals[t][i];
      for (std::size_t j = 0; j < neurons; ++j) {
        auto& e = trace[i * neurons + j];
        e = kappa * e + pseudo_derivative(net.config.lif, run.v[t][j]) * arrived[i];
        gradient[i * neurons + j] += signals[j] * e;
      }
    }
  }
  return gradient;
}

std::vector<std::vector<double>> one_step_later(std::vector<std::vector<double>> spikes) {
  spikes.insert(spikes.begin(), std::vector<double>(spikes[0].size()));
  return spikes;
}

EpropGradients gradients_of(const SmallNetwork& net, const LifRun& run) {
  EpropGradients gradients(inputs, neurons, outputs);
  add_eprop_gradients(net.config.lif, run, net.spikes,
                      {net.errors, net.feedback, net.config.target_rate_hz, net.config.rate_regularisation},
                      gradients);
  return gradients;
}

/// Sum over steps and read-outs of (y - target)^2 / 2 for an output matrix of these weights.
double half_squares(const SmallNetwork& net, const std::vector<float>& target, std::vector<float> weights) {
  const NumberSynapses output(neurons, outputs, std::move(weights));
  LifRun run;
  run_lif(net.config.lif, {net.input, net.recurrent, output}, net.spikes, RandomKey(0), run);
  double sum = 0;
  for (std::size_t i = 0; i < target.size(); ++i) sum += std::pow(double{run.outputs[i]} - target[i], 2) / 2;
  return sum;
}

}  // namespace

TEST_CASE("Gradients of the event-driven form are those of e-prop's traces, one a synapse") {
  const SmallNetwork net(inputs, neurons, outputs, steps);
  const auto plain = plain_run(net);
  LifRun run;
  run_lif(net.config.lif, net.connections(), net.spikes, RandomKey(0), run);
  REQUIRE(run.spikes.events() > 50);
  const auto gradients = gradients_of(net, run);
  const auto input = traced_gradient(net, plain, plain.x);
  auto recurrent = traced_gradient(net, plain, one_step_later(plain.z));
  for (std::size_t i = 0; i < neurons; ++i) recurrent[i * neurons + i] = 0;
  double most = 0;
  for (const double g : recurrent) most = std::max(most, std::fabs(g));
  REQUIRE(most > 0.1);
  for (std::size_t i = 0; i < input.size(); ++i)
    REQUIRE(gradients.input[i] == Approx(input[i]).epsilon(1e-3).margin(1e-4));
  for (std::size_t i = 0; i < recurrent.size(); ++i)
    REQUIRE(gradients.recurrent[i] == Approx(recurrent[i]).epsilon(1e-3).margin(1e-4));
}

TEST_CASE("The read-out's gradient is that of finite differences") {
  SmallNetwork net(inputs, neurons, outputs, steps);
  const auto target = net.errors;
  LifRun run;
  run_lif(net.config.lif, net.connections(), net.spikes, RandomKey(0), run);
  for (std::size_t i = 0; i < target.size(); ++i) net.errors[i] = run.outputs[i] - target[i];
  const auto gradients = gradients_of(net, run);
  for (std::size_t w = 0; w < neurons * outputs; ++w) {
    auto more = net.output.weights(), less = more;
    more[w] += 0.5f;  // the loss is quadratic: no step is too large
    less[w] -= 0.5f;
    const double expected = half_squares(net, target, more) - half_squares(net, target, less);
    REQUIRE(gradients.output[w] == Approx(expected).epsilon(1e-3).margin(1e-3));
  }
}

TEST_CASE("Without spikes and without errors there are no gradients") {
  SmallNetwork net(inputs, neurons, outputs, steps);
  net.config.rate_regularisation = 0;
  std::fill(net.errors.begin(), net.errors.end(), 0.0f);
  LifRun run;
  run_lif(net.config.lif, net.connections(), net.spikes, RandomKey(0), run);
  for (const float g : gradients_of(net, run).input) REQUIRE(g == 0);
  SpikeTrain silence;
  for (std::size_t t = 0; t < steps; ++t) silence.end_step();
  const SmallNetwork loud(inputs, neurons, outputs, steps);
  run_lif(loud.config.lif, loud.connections(), silence, RandomKey(0), run);
  CHECK(run.spikes.events() == 0);
  EpropGradients gradients(inputs, neurons, outputs);
  add_eprop_gradients(loud.config.lif, run, silence, {loud.errors, loud.feedback, 12, 1}, gradients);
  for (const float g : gradients.recurrent) REQUIRE(g == 0);
}

TEST_CASE("Gradients are clipped one by one") {
  EpropGradients gradients(1, 2, 1);
  gradients.input = {5, -5};
  gradients.output = {0.5f, -7};
  gradients.clip(2);
  CHECK(gradients.input == std::vector<float>{2, -2});
  CHECK(gradients.output == std::vector<float>{0.5f, -2});
}
