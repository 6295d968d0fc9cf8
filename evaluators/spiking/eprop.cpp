// SPDX-License-Identifier: Apache-2.0
#include "evaluators/spiking/eprop.hpp"

#include <algorithm>
#include <cmath>

namespace mho {
namespace {

// Neither eligibility traces nor anything else of rows x columns x steps is needed, nor a product of
// matrices. Both filters of the sum
//   sum_t L_j(t) sum_(s <= t) kappa^(t - s) psi_j(s) sum_(r <= s) alpha^(s - r) z_i(r)
// are linear and the sums finite, so their order can be turned round exactly:
//   = sum_r z_i(r) P_j(r),  P_j(r) = psi_j(r) Q_j(r) + alpha P_j(r + 1),  Q_j(r) = L_j(r) + kappa Q_j(r + 1),
// two filters of the columns alone, run backwards through time; a spike of row i at step r then adds P(r) to
// row i of the gradient. And Q = sum_o B_oj F'_o + regularisation_j sum_(t >= r) kappa^(t - r), where F', the
// errors filtered in the same way, is also what a spike adds to the read-out's gradient.

void add_to(float* sums, const float* values, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) sums[i] += values[i];
}

/// The filters at one step, going backwards.
class BackwardFilters {
 public:
  BackwardFilters(const LifConfig& config, const LearningSignal& signal, std::size_t outputs)
      : signal_(signal),
        alpha_(config.alpha()),
        kappa_(config.kappa()),
        threshold_(static_cast<float>(config.threshold)),
        height_(static_cast<float>(config.pseudo_derivative)),
        errors(outputs),
        neurons(static_cast<std::size_t>(config.neurons)),
        drive_(neurons.size()),
        regularisation_(neurons.size()) {}

  void regularise(const SpikeTrain& spikes, double seconds) {
    std::vector<int> counts(neurons.size());
    for (const auto i : spikes.all()) ++counts[i];
    for (std::size_t j = 0; j < counts.size(); ++j)
      regularisation_[j] =
          static_cast<float>(signal_.rate_regularisation * (counts[j] / seconds - signal_.target_rate_hz));
  }

  void step_errors(std::size_t t) {
    const float* error = signal_.errors.data() + t * errors.size();
    for (std::size_t o = 0; o < errors.size(); ++o) errors[o] = error[o] + kappa_ * errors[o];
    all_steps_ = 1 + kappa_ * all_steps_;
  }

  void step_neurons(const float* v) {
    for (std::size_t j = 0; j < drive_.size(); ++j) drive_[j] = regularisation_[j] * all_steps_;
    for (std::size_t o = 0; o < errors.size(); ++o) {
      const float error = errors[o];
      const float* feedback = signal_.feedback.data() + o * drive_.size();
      for (std::size_t j = 0; j < drive_.size(); ++j) drive_[j] += feedback[j] * error;
    }
    const float slope = 1 / threshold_;
    for (std::size_t j = 0; j < drive_.size(); ++j) {
      const float height = 1 - std::fabs(v[j] - threshold_) * slope;
      neurons[j] = height_ * (height > 0 ? height : 0) * drive_[j] + alpha_ * neurons[j];
    }
  }

 private:
  const LearningSignal& signal_;
  float alpha_, kappa_, threshold_, height_;
  float all_steps_ = 0;

 public:
  std::vector<float> errors;   ///< F'
  std::vector<float> neurons;  ///< P

 private:
  std::vector<float> drive_, regularisation_;
};

}  // namespace

EpropGradients::EpropGradients(int inputs, int neurons, int outputs)
    : input(static_cast<std::size_t>(inputs) * static_cast<std::size_t>(neurons)),
      recurrent(static_cast<std::size_t>(neurons) * static_cast<std::size_t>(neurons)),
      output(static_cast<std::size_t>(neurons) * static_cast<std::size_t>(outputs)) {}

void EpropGradients::clear() {
  for (auto* of : {&input, &recurrent, &output}) std::fill(of->begin(), of->end(), 0.0f);
}

void EpropGradients::add(const EpropGradients& other) {
  add_to(input.data(), other.input.data(), input.size());
  add_to(recurrent.data(), other.recurrent.data(), recurrent.size());
  add_to(output.data(), other.output.data(), output.size());
}

void EpropGradients::scale(float factor) {
  for (auto* of : {&input, &recurrent, &output})
    for (float& value : *of) value *= factor;
}

void EpropGradients::clip(float limit) {
  for (auto* of : {&input, &recurrent, &output})
    for (float& value : *of) value = std::clamp(value, -limit, limit);
}

void add_eprop_gradients(const LifConfig& config, const LifRun& run, const SpikeTrain& inputs,
                         const LearningSignal& signal, EpropGradients& gradients) {
  const auto neurons = static_cast<std::size_t>(config.neurons);
  const std::size_t outputs = gradients.output.size() / neurons;
  BackwardFilters filters(config, signal, outputs);
  filters.regularise(run.spikes, inputs.steps() * config.step_s);
  for (int t = inputs.steps() - 1; t >= 0; --t) {
    const auto step = static_cast<std::size_t>(t);
    for (const auto i : run.spikes.at(t))  // they reach neurons one step later: P(t + 1)
      add_to(gradients.recurrent.data() + i * neurons, filters.neurons.data(), neurons);
    filters.step_errors(step);
    filters.step_neurons(run.potentials.data() + step * neurons);
    for (const auto i : run.spikes.at(t))
      add_to(gradients.output.data() + i * outputs, filters.errors.data(), outputs);
    for (const auto i : inputs.at(t))
      add_to(gradients.input.data() + i * neurons, filters.neurons.data(), neurons);
  }
  for (std::size_t i = 0; i < neurons; ++i) gradients.recurrent[i * neurons + i] = 0;
}

}  // namespace mho
