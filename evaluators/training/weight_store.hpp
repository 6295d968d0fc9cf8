// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/files/safetensors.hpp"
#include "core/base/random.hpp"
#include "core/data/dataset.hpp"
#include "core/nn/run/optimizer.hpp"
#include "core/nn/run/training_network.hpp"
#include "evaluators/compiled_candidate.hpp"
#include "evaluators/training/trained_chip.hpp"
#include "evaluators/training/training_config.hpp"

namespace mho {

/// What of the hardware a mini-batch meets.
enum class TrainingPhase {
  digital,      ///< nothing
  without_adc,  ///< noisy weights and inputs through the DAC; outputs are not converted
  on_hardware   ///< all of it
};

/// Where the weights live during training, and what becomes of their gradients: a regime. A mini-batch asks
/// for operands, puts its gradients where the store wants them, and commits.
class WeightStore {
 public:
  virtual ~WeightStore() = default;

  /// What step `step` of `steps` meets.
  virtual TrainingPhase phase_at(int step, int steps) const = 0;
  /// Sets what is measured on training samples (input ranges, output gains). Every phase but the digital one
  /// needs it once.
  virtual void calibrate(const Samples& samples) = 0;

  /// What a mini-batch multiplies with; random numbers come from its key. Valid until the next call.
  virtual const Operands& operands(TrainingPhase phase, RandomKey key) = 0;
  /// What a mini-batch needs beside operands: biases, batch norms. Weights that live on devices may be out of
  /// date here.
  virtual Parameters& digital_parameters() { return parameters(); }
  /// Where the mini-batch's gradients go.
  virtual Parameters& gradients() = 0;
  /// Takes what else the mini-batch measured, before commit.
  virtual void accumulate(const TrainingNetwork& measured) = 0;
  /// Changes the weights. False when some came out that are no numbers: an ADC's limits would hide them from
  /// the next loss.
  virtual bool commit(double learning_rate) = 0;
  /// From now on commit leaves the weight matrices of nodes alone whose entry is 0; empty: none. Nodes
  /// without one are not concerned.
  void gate(std::vector<char> open) { open_ = std::move(open); }

  /// The weights as numbers, as they are now, and the digital layers' parameters.
  virtual Parameters& parameters() = 0;
  /// What the next step depends on, besides the parameters and its arguments.
  virtual OptimizerState checkpoint() const = 0;
  virtual void resume(const Parameters& parameters, const OptimizerState& state) = 0;
  /// State that is in neither of them: devices, accumulators. resume() comes before load(), which throws
  /// DataError (tensor, expected, found) for another store's.
  virtual void save(std::map<std::string, NamedTensor>&) const {}
  virtual void load(const std::map<std::string, NamedTensor>&) {}
  /// The devices that hold the weights, with what they went through; null where weights are numbers.
  virtual std::shared_ptr<const TrainedChip> chip() const { return nullptr; }

 protected:
  bool is_open(std::size_t node) const { return open_.empty() || open_[node]; }

 private:
  std::vector<char> open_;
};

/// What a store is made from; all of it must outlive the store.
struct StoreContext {
  const CompiledCandidate& candidate;
  const TrainingConfig& config;
  RandomKey key{0};  ///< of devices, where the store has some
  int batch = 1;     ///< samples of a mini-batch
  const Network& network = candidate.network();
  const HardwareConfig& hardware = candidate.hardware();
};

/// One word of training.regime. A new one is a file pair in stores/ and a line in regimes().
struct Regime {
  const char* name;
  const char* help;              ///< one clause
  bool on_chip = false;          ///< weights live on devices: WeightStore::chip
  bool clips_gradients = false;  ///< needs the memory of MatrixOperand::clips_gradient
  /// Refuses settings that would have no effect, or hardware that cannot do it, before anything is trained.
  /// Throws ConfigError.
  void (*check)(const TrainingConfig&, const HardwareConfig&);
  std::unique_ptr<WeightStore> (*make)(const StoreContext&, Parameters initial);
};

const std::vector<Regime>& regimes();
std::vector<std::string> regime_names();
/// "digital: ...; hardware_aware: ...".
std::string regime_help();
/// Throws ConfigError listing the known words.
const Regime& regime_of(const std::string& name);

}  // namespace mho
