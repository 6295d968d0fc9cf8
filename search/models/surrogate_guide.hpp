// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "search/extensions.hpp"
#include "search/models/surrogate_check.hpp"

namespace mho {

/// What a run's summary says of its surrogate.
struct SurrogateReport {
  std::string name;
  SurrogateCheck check;  ///< on all trials, at the end
  int generations = 0;
  int used_generations = 0;  ///< of them, those that it screened
};

/// The surrogate of a run: retrained on all trials before every generation, cross-validated, and trusted only
/// while its Kendall tau on search.objective reaches surrogate_floor.
class SurrogateGuide {
 public:
  /// Loads warm_start. Throws ConfigError: see load_earlier_trials; a surrogate that only a host language
  /// has.
  SurrogateGuide(const RunConfig& config, const SearchExtensions& extensions);

  /// Retrains on the trials before a generation. Returns a sentence when the surrogate begins or ceases to be
  /// trusted, else "".
  std::string learn(const std::vector<Trial>& history);
  /// The surrogate as trained last, or null when there is none or it is not trusted.
  const Surrogate* trusted() const { return trusted_ ? surrogate_.get() : nullptr; }
  const std::vector<Trial>& earlier() const { return earlier_; }
  /// Checks and trains on all trials. Empty when the run has no surrogate.
  std::optional<SurrogateReport> conclude(const std::vector<Trial>& trials);
  /// Writes the model as trained last; nothing where there is none or too few trials taught it. Throws
  /// RunError.
  void save(const std::filesystem::path& file) const;

 private:
  SurrogateCheck retrain(const std::vector<Trial>& trials);

  SearchConfig search_;
  Space space_;
  std::function<std::unique_ptr<Surrogate>()> make_;
  std::vector<Trial> earlier_;
  std::unique_ptr<Surrogate> surrogate_;
  bool trained_ = false;
  bool trusted_ = false;
  SurrogateReport report_;
};

/// search.surrogate: native, or the host's. SurrogateKind::none is not one. Throws ConfigError.
std::unique_ptr<Surrogate> make_surrogate(const SearchConfig& search, const SearchExtensions& extensions);

}  // namespace mho
