// SPDX-License-Identifier: Apache-2.0
#include "evaluators/measures/network_bench.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/base/aligned.hpp"
#include "core/base/error.hpp"
#include "core/base/files/scratch_folder.hpp"
#include "core/base/parallel.hpp"
#include "core/chip/export/export.hpp"
#include "core/nn/run/inference_network.hpp"
#include "evaluators/scoring/chip_simulation.hpp"
#include "evaluators/scoring/scoring.hpp"
#include "evaluators/training/operands.hpp"
#include "evaluators/training/training.hpp"
#include "evaluators/training/training_step.hpp"

namespace mho {
namespace {

/// Small enough that a thousand steps on one mini-batch stay finite.
constexpr double learning_rate = 0.01;

const RandomKey bench_key = RandomKey(0).with("bench");

/// That on-chip rows go through in turn: of one mini-batch alone soon nothing is left to learn, and no pulse
/// to write.
constexpr int on_chip_images = 512;

/// One call of a row and how many images pass through it.
struct Work {
  std::function<void()> call;
  double images = 0;
};

std::unique_ptr<Loss> cross_entropy() { return std::make_unique<SoftmaxCrossEntropy>(0); }

/// Leaves a fifth of the pixels above 0, as MNIST has them: trains of no input cost nothing.
void darken(Samples& samples) {
  for (float& pixel : samples.images) pixel = std::max(pixel - 0.84f, 0.0f);
}

/// A row's settings; on the chip those of configs/onchip-mnist.toml but for the bound.
TrainingConfig training_of(BenchRow row) {
  TrainingConfig config;
  config.regime = regime_word(row);
  if (row == BenchRow::bfloat16_training || row == BenchRow::digital_bfloat16_training)
    config.arithmetic = TrainingArithmetic::bfloat16;
  if (!is_on_chip(row)) return config;
  config.momentum = 0;
  config.on_chip.pulse_slots = row == BenchRow::pulsed31_training ? 31 : 10;
  config.on_chip.weight_bound = 1;  // LeNet-5's first layer begins with weights of 0.9
  return config;
}

Work training_work(const Architecture& architecture, int batch, BenchRow row) {
  struct State {
    CompiledCandidate candidate;
    TrainingConfig config = {};
    Samples samples = {};
    FloatBuffer images = {};
    std::unique_ptr<TrainingStep> step = {};
    std::uint64_t count = 0;
  };
  const std::shared_ptr<State> state(
      new State{.candidate = {architecture, is_on_chip(row) ? baseline_chip() : HardwareConfig{}},
                .config = training_of(row)});
  const auto batches = static_cast<std::uint64_t>(is_on_chip(row) ? std::max(1, on_chip_images / batch) : 1);
  state->samples = synthetic_samples(architecture, static_cast<int>(batches) * batch, bench_key);
  if (is_on_chip(row)) darken(state->samples);
  state->images.resize(state->samples.images.size() + kernel_slack());
  std::copy(state->samples.images.begin(), state->samples.images.end(), state->images.begin());
  state->step =
      std::make_unique<TrainingStep>(state->candidate, state->config, cross_entropy(), batch, bench_key);
  state->step->store().calibrate(state->samples);
  const bool digital = row == BenchRow::digital_training || row == BenchRow::digital_bfloat16_training;
  const auto phase = digital ? TrainingPhase::digital : TrainingPhase::on_hardware;
  const auto call = [state, phase, batch, batches] {
    const auto first = static_cast<std::int64_t>(state->count % batches) * batch;
    const auto& samples = state->samples;
    state->step->run(
        {state->images.data() + first * samples.sample_size(),
         samples.answers() + first * samples.answers_each(), batch, bench_key.with("step", state->count++)},
        phase, learning_rate);
  };
  return {call, static_cast<double>(batch)};
}

Parameters calibrated_parameters(const CompiledCandidate& candidate, const Samples& samples) {
  const TrainingConfig config;
  TrainingStep step(candidate, config, cross_entropy(), 1, bench_key);
  step.store().calibrate(samples);
  return std::move(step.store().parameters());
}

/// Every thread classifies all images.
Work forward_work(const Architecture& architecture, int count, const HardwareConfig& hardware) {
  struct State {
    CompiledCandidate candidate;
    Samples samples = {};
    Parameters parameters = {};
    Operands operands = {};
    std::vector<InferenceNetwork> threads = {};
    std::uint64_t calls = 0;
  };
  const std::shared_ptr<State> state(new State{.candidate = {architecture, hardware}});
  state->samples = synthetic_samples(architecture, count, bench_key);
  state->samples.images.resize(state->samples.images.size() + kernel_slack());
  state->parameters = calibrated_parameters(state->candidate, state->samples);
  noisy_operands({state->candidate.network(), state->parameters, hardware, TrainingConfig{}.weight_noise},
                 bench_key, state->operands);
  const auto threads = static_cast<size_t>(thread_count());
  for (size_t i = 0; i < threads; ++i)
    state->threads.emplace_back(state->candidate.network(), state->parameters);
  const auto call = [state, count] {
    const RandomKey key = bench_key.with("forward", state->calls++);
    parallel_for(state->threads.size(), [&](size_t i) {
      state->threads[i].count_correct(state->operands, state->samples.images.data(), state->samples.answers(),
                                      count, key.with("thread", i));
    });
  };
  return {call, static_cast<double>(count) * static_cast<double>(threads)};
}

/// Counts programmings x times x images; the images that score() classifies in digital as well come for free.
Work score_work(const Architecture& architecture, int count, const ScoringConfig& scoring,
                const HardwareConfig& hardware) {
  const auto samples = std::make_shared<Samples>(synthetic_samples(architecture, count, bench_key));
  const auto candidate = std::make_shared<CompiledCandidate>(architecture, hardware);
  const auto parameters = std::make_shared<Parameters>(calibrated_parameters(*candidate, *samples));
  const auto call = [=] { score(*candidate, *parameters, *samples, scoring, bench_key.with("score")); };
  return {call, 1.0 * scoring.programmings * static_cast<double>(scoring.times_s.size()) * count};
}

/// Counts as score_work does, of the chip that the network's export folder sets up.
Work simulation_work(const Architecture& architecture, int count, const ScoringConfig& scoring) {
  const HardwareConfig hardware;
  const auto samples = std::make_shared<Samples>(synthetic_samples(architecture, count, bench_key));
  const auto parameters = calibrated_parameters({architecture, hardware}, *samples);
  const ChipConfig chip;
  const auto mapped = map_onto_chip(architecture, chip);
  if (!mapped.mapping) throw MappingError(architecture.name() + ": " + mapped.reason);
  const ScratchFolder folder(std::filesystem::temp_directory_path() / "mho-bench");
  export_chip(folder.path(), {architecture, parameters, hardware, chip, *mapped.mapping});
  const auto simulator = std::make_shared<ChipSimulator>(folder.path());
  const auto call = [=] { simulate(*simulator, *samples, scoring, bench_key.with("simulate")); };
  return {call, 1.0 * scoring.programmings * static_cast<double>(scoring.times_s.size()) * count};
}

ScoringConfig scoring_of(int programmings, Arithmetic arithmetic = Arithmetic::float32) {
  ScoringConfig scoring;
  scoring.programmings = programmings;
  scoring.arithmetic = arithmetic;
  return scoring;
}

Work make_work(const Architecture& architecture, BenchRow row, const BenchSizes& sizes) {
  static const HardwareConfig hardware;
  const int images = sizes.score_images, all = sizes.score_programmings, few = sizes.few_programmings;
  switch (row) {
    case BenchRow::noisy_forward:
      return forward_work(architecture, sizes.forward_images, hardware);
    case BenchRow::drift_score:
      return score_work(architecture, images, scoring_of(all), hardware);
    case BenchRow::bfloat16_score:
      return score_work(architecture, images, scoring_of(all, Arithmetic::bfloat16), hardware);
    case BenchRow::exact_score:
      return score_work(architecture, images, scoring_of(few), exact_hardware());
    case BenchRow::chip_simulation:
      return simulation_work(architecture, images, scoring_of(few));
    default:
      return training_work(architecture, sizes.batch, row);
  }
}

/// Characters that the network reads; 0 where it reads numbers.
int symbols_of(const Architecture& architecture) {
  for (const Node& node : architecture.nodes())
    if (const auto* characters = std::get_if<OneHot>(&node.layer)) return characters->symbols;
  return 0;
}

}  // namespace

Samples synthetic_samples(const Architecture& architecture, int count, RandomKey key) {
  const Shape shape = architecture.input();
  Samples samples{shape.height, shape.width, shape.channels, {}, {}};
  samples.images.resize(static_cast<size_t>(count * shape.size()));
  const auto symbols = symbols_of(architecture);
  if (symbols == 0) fill_normal(key.with("images"), samples.images);
  Random characters(key.with("characters")), random(key.with("labels"));
  if (symbols > 0)
    for (float& number : samples.images) number = static_cast<float>(characters.integer(0, symbols - 1));
  for (int i = 0; i < count; ++i) samples.labels.push_back(random.integer(0, architecture.classes() - 1));
  if (architecture.output_steps() > 1)
    for (int i = 0; i < count * architecture.output_steps(); ++i)
      samples.targets.push_back(random.integer(0, architecture.classes() - 1));
  return samples;
}

const char* bench_row_name(BenchRow row) {
  switch (row) {
    case BenchRow::digital_training:
      return "digital_training";
    case BenchRow::noisy_training:
      return "noisy_training";
    case BenchRow::bfloat16_training:
      return "bfloat16_training";
    case BenchRow::digital_bfloat16_training:
      return "digital_bfloat16_training";
    case BenchRow::pulsed_training:
      return "pulsed_training";
    case BenchRow::pulsed31_training:
      return "pulsed31_training";
    case BenchRow::mixed_precision_training:
      return "mixed_precision_training";
    case BenchRow::noisy_forward:
      return "noisy_forward";
    case BenchRow::drift_score:
      return "drift_score";
    case BenchRow::bfloat16_score:
      return "bfloat16_score";
    case BenchRow::exact_score:
      return "exact_score";
    default:
      return "chip_simulation";
  }
}

bool is_training(BenchRow row) {
  return row == BenchRow::digital_training || row == BenchRow::noisy_training ||
         row == BenchRow::bfloat16_training || row == BenchRow::digital_bfloat16_training || is_on_chip(row);
}

bool is_on_chip(BenchRow row) {
  return row == BenchRow::pulsed_training || row == BenchRow::pulsed31_training ||
         row == BenchRow::mixed_precision_training;
}

const char* regime_word(BenchRow row) {
  switch (row) {
    case BenchRow::pulsed_training:
    case BenchRow::pulsed31_training:
      return "pulsed";
    case BenchRow::mixed_precision_training:
      return "mixed_precision";
    case BenchRow::noisy_training:
    case BenchRow::bfloat16_training:
      return "hardware_aware";
    default:
      return "digital";
  }
}

HardwareConfig baseline_chip() {
  HardwareConfig hardware;
  hardware.device = "soft_bounds";
  hardware.g_max_us = 30;
  hardware.cell.kind = CellKind::single;
  hardware.dac_bits = hardware.effects.backward_dac_bits = 7;
  hardware.adc_bits = hardware.effects.backward_adc_bits = 9;
  hardware.adc_range = hardware.effects.backward_adc_range = 20;
  hardware.output_noise = hardware.effects.backward_output_noise = 0.1;
  hardware.effects.noise_management = NoiseManagement::abs_max;
  hardware.effects.bound_management = BoundManagement::iterative;
  hardware.drift_compensation = CompensationMode::none;
  return hardware;
}

HardwareConfig exact_hardware() {
  HardwareConfig hardware;
  hardware.wires.ir_drop = IrDrop::ladder;
  hardware.effects.s_shape = 0.1;
  hardware.effects.s_shape_spread = 0.1;
  hardware.effects.read_weight_noise = 0.0175;
  hardware.effects.read_weight_noise_kind = ReadNoiseKind::conductance;
  return hardware;
}

BenchResult bench_network(const Architecture& architecture, BenchRow row, const BenchSizes& sizes,
                          const Sampling& sampling) {
  const auto work = make_work(architecture, row, sizes);
  const auto measured = measure(work.call, sampling);
  const double flop = (is_training(row) ? 6.0 : 2.0) * static_cast<double>(architecture.macs());
  std::vector<double> rates, shares;
  for (size_t i = 0; i < measured.seconds.size(); ++i) {
    rates.push_back(work.images / measured.seconds[i]);
    shares.push_back(flop * rates[i] / measured.peaks[i]);
  }
  BenchResult result;
  result.images_per_s = spread_of(rates);
  result.flops = flop * result.images_per_s.median;
  result.peak_flops = spread_of(measured.peaks).median;
  result.share_of_peak = spread_of(shares).median;
  result.samples = static_cast<int>(rates.size());
  return result;
}

}  // namespace mho
