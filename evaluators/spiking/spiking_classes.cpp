// SPDX-License-Identifier: Apache-2.0
#include "evaluators/spiking/spiking_classes.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/parallel.hpp"
#include "evaluators/spiking/spike_coding.hpp"
#include "evaluators/spiking/spiking_chips.hpp"

namespace mho {
namespace {

/// Mean of every read-out over the steps.
std::vector<float> logits_of(const LifRun& run, std::size_t outputs) {
  std::vector<double> sums(outputs);
  const std::size_t steps = run.outputs.size() / outputs;
  for (std::size_t t = 0; t < steps; ++t)
    for (std::size_t o = 0; o < outputs; ++o) sums[o] += run.outputs[t * outputs + o];
  std::vector<float> logits;
  for (const double sum : sums) logits.push_back(static_cast<float>(sum / static_cast<double>(steps)));
  return logits;
}

/// Cross-entropy, and its gradient in place of the logits.
double softmax_loss(std::vector<float>& logits, int label) {
  const float largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(double{logit} - largest);
  const double loss = std::log(sum) - (double{logits[static_cast<std::size_t>(label)]} - largest);
  for (float& logit : logits) logit = static_cast<float>(std::exp(double{logit} - largest) / sum);
  logits[static_cast<std::size_t>(label)] -= 1;
  return loss;
}

/// What one sample of a weight update gives.
struct SampleShare {
  explicit SampleShare(const SpikingNetwork& network) : gradients(network.gradients()) {}
  EpropGradients gradients;
  LifRun run;
  double loss = 0;
};

class ClassTraining {
 public:
  ClassTraining(const SpikingConfig& config, const Dataset& data, RandomKey key)
      : config_(config),
        samples_(data.train),
        key_(key),
        coder_(config.coding, data.train, config.lif.step_s),
        network_(config, coder_.inputs(), data.classes, key.with("network")),
        order_(static_cast<std::size_t>(data.train.count())),
        shares_(static_cast<std::size_t>(config.batch), SampleShare(network_)) {
    std::iota(order_.begin(), order_.end(), std::int64_t{0});
  }

  /// Mean loss.
  double epoch(int number) {
    const RandomKey key = key_.with("epoch", static_cast<std::uint64_t>(number));
    Random(key.with("order")).shuffle(std::span(order_));
    double loss = 0;
    spikes_ = 0;
    for (std::size_t first = 0, update = 0; first < order_.size(); first += shares_.size(), ++update)
      loss += learn_from(std::span(order_).subspan(first, std::min(shares_.size(), order_.size() - first)),
                         key.with("update", update));
    return loss / static_cast<double>(order_.size());
  }

  const SpikeCoder& coder() const { return coder_; }
  const SpikingNetwork& network() const { return network_; }
  double rate_hz() const {
    return static_cast<double>(spikes_) /
           (static_cast<double>(order_.size()) * coder_.seconds() * config_.lif.neurons);
  }

 private:
  double updates_an_epoch() const {
    return std::ceil(static_cast<double>(order_.size()) / static_cast<double>(shares_.size()));
  }

  double learn_from(std::span<const std::int64_t> batch, RandomKey key) {
    network_.begin_update(key.with("read"));
    parallel_for(batch.size(), [&](std::size_t i) { look_at(batch[i], shares_[i], key.with("sample", i)); });
    auto& sum = shares_[0].gradients;
    double loss = 0;
    for (std::size_t i = 0; i < batch.size(); ++i) {  // in this order, whichever was there first
      check_finite(shares_[i].run, updates_);
      if (i > 0) sum.add(shares_[i].gradients);
      loss += shares_[i].loss;
      spikes_ += shares_[i].run.spikes.events();
    }
    sum.scale(1 / static_cast<float>(batch.size()));
    const double left = 1 - updates_ / (static_cast<double>(config_.epochs) * updates_an_epoch());
    network_.learn(sum, left, coder_.seconds() * static_cast<double>(batch.size()), key.with("learn"));
    ++updates_;
    return loss;
  }

  void look_at(std::int64_t sample, SampleShare& share, RandomKey key) const {
    const auto spikes = coder_.code(samples_.image(sample), key);
    run_lif(config_.lif, network_.connections(), spikes, key, share.run);
    const auto outputs = static_cast<std::size_t>(network_.outputs());
    auto signal = logits_of(share.run, outputs);
    share.loss = softmax_loss(signal, samples_.labels[static_cast<std::size_t>(sample)]);
    const auto steps = static_cast<std::size_t>(spikes.steps());
    std::vector<float> errors(steps * outputs);
    for (std::size_t i = 0; i < errors.size(); ++i)
      errors[i] = signal[i % outputs] / static_cast<float>(steps);
    share.gradients.clear();
    network_.add_gradients(share.run, spikes, errors, share.gradients);
  }

  const SpikingConfig& config_;
  const Samples& samples_;
  RandomKey key_;
  SpikeCoder coder_;
  SpikingNetwork network_;
  std::vector<std::int64_t> order_;
  std::vector<SampleShare> shares_;
  std::int64_t spikes_ = 0;
  int updates_ = 0;
};

/// What a network is judged on: samples, as spikes.
struct CodedSamples {
  const SpikeCoder& coder;
  const Samples& samples;
};

double judge(const SpikingConfig& config, const HeldConnections& held, const CodedSamples& coded,
             RandomKey key) {
  const auto& samples = coded.samples;
  if (samples.count() == 0) return 0;
  std::vector<float> logits;
  LifRun run;
  for (std::int64_t i = 0; i < samples.count(); ++i) {
    const auto spikes = coded.coder.code(samples.image(i), key.with("sample", static_cast<std::uint64_t>(i)));
    run_lif(config.lif, held.connections(), spikes, key, run);
    const auto of_one = logits_of(run, static_cast<std::size_t>(held.output.columns()));
    logits.insert(logits.end(), of_one.begin(), of_one.end());
  }
  return metric_of(config.data.metric).value(logits, samples);
}

std::vector<DriftPoint> score_chips(const SpikingConfig& config, const SpikingNetwork& network,
                                    const CodedSamples& test, RandomKey key) {
  const std::size_t times = config.times_s.size(), chips = static_cast<std::size_t>(config.programmings);
  std::vector<std::vector<double>> values(times, std::vector<double>(chips));
  parallel_for(chips, [&](std::size_t chip) {
    const SpikingChip programmed(config, network, key.with("chip", chip));
    for (std::size_t t = 0; t < times; ++t)
      values[t][chip] =
          judge(config, programmed.read(config.times_s[t], key.with("chip", chip).with("read", t)), test,
                key.with("spikes"));
  });
  std::vector<DriftPoint> points;
  for (std::size_t t = 0; t < times; ++t) points.push_back(summarise(config.times_s[t], values[t]));
  return points;
}

}  // namespace

SpikingClassResult run_spiking_classes(const SpikingConfig& config, const Dataset& data,
                                       const std::function<bool(int, double)>& epoch_done) {
  const RandomKey key = RandomKey(config.seed).with("spiking classes");
  ClassTraining training(config, data, key.with("training"));
  SpikingClassResult result;
  for (int epoch = 0; epoch < config.epochs && !result.stopped; ++epoch) {
    result.losses.push_back(training.epoch(epoch));
    result.state_steps += data.train.count() * training.coder().steps() * config.lif.neurons;
    result.stopped = !epoch_done(epoch + 1, result.losses.back());
  }
  result.rate_hz = training.rate_hz();
  result.writes = training.network().writes();
  if (result.stopped) return result;
  const HeldConnections held(training.network());
  result.validation = judge(config, held, {training.coder(), data.validation}, key.with("validation"));
  result.test = judge(config, held, {training.coder(), data.test}, key.with("test"));
  result.drift = score_chips(config, training.network(), {training.coder(), data.test}, key.with("score"));
  return result;
}

}  // namespace mho
