// SPDX-License-Identifier: Apache-2.0
#include "search/models/surrogate_guide.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "search/models/gp_surrogate.hpp"
#include "search/models/warm_start.hpp"

namespace mho {

std::unique_ptr<Surrogate> make_surrogate(const SearchConfig& search, const SearchExtensions& extensions) {
  if (search.surrogate == SurrogateKind::gp)
    return std::make_unique<GpSurrogate>(static_cast<size_t>(search.surrogate_observations));
  return make_host_surrogate(word_of(search.surrogate), extensions);
}

SurrogateGuide::SurrogateGuide(const RunConfig& config, const SearchExtensions& extensions)
    : search_(config.search), space_(config.space) {
  earlier_ = load_earlier_trials(search_.warm_start, space_);
  if (search_.surrogate == SurrogateKind::none) return;
  make_ = [search = search_, extensions] { return make_surrogate(search, extensions); };
  surrogate_ = make_();
  report_.name = word_of(search_.surrogate);
}

SurrogateCheck SurrogateGuide::retrain(const std::vector<Trial>& trials) {
  const auto key = RandomKey(search_.seed).with("surrogate", trials.size());
  auto seen = earlier_;
  for (const auto& trial : trials)
    if (!trial.failed && trial.score) seen.push_back(trial);
  const auto check = cross_validate(make_, space_, trials, earlier_, search_, key.with("check"));
  trained_ = std::ssize(seen) >= least_checked;
  if (trained_) surrogate_->fit(space_, seen, key.with("fit"));
  return check;
}

std::string SurrogateGuide::learn(const std::vector<Trial>& history) {
  if (!surrogate_) return "";
  const auto check = retrain(history);
  const bool before = trusted_, was_checked = report_.check.trials >= least_checked;
  trusted_ = trained_ && check.objective >= search_.surrogate_floor;  // false for NaN
  report_.check = check;
  ++report_.generations;
  report_.used_generations += trusted_;
  if (check.trials < least_checked || (before == trusted_ && was_checked)) return "";
  return fmt::format(
      "surrogate {}: cross-validated Kendall tau {:.2f} over {} trials {} surrogate_floor = {}: {}",
      word_of(search_.surrogate), check.objective, check.trials, trusted_ ? "reaches" : "is below",
      search_.surrogate_floor,
      trusted_ ? "it screens the mutants from here on" : "plain evolution from here on");
}

std::optional<SurrogateReport> SurrogateGuide::conclude(const std::vector<Trial>& trials) {
  if (!surrogate_) return std::nullopt;
  report_.check = retrain(trials);
  return report_;
}

void SurrogateGuide::save(const std::filesystem::path& file) const {
  if (trained_) surrogate_->save(file);
}

}  // namespace mho
