// SPDX-License-Identifier: Apache-2.0
#include "search/check_search.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "core/chip/export/layer_targets.hpp"

namespace mho {
namespace {

void check_evaluator(const SearchConfig& search, const NetworkEvaluator* networks) {
  if (search.fidelity != Fidelity::none && !(networks && networks->rungs()))
    throw ConfigError(
        fmt::format("search.fidelity: expected none, because this evaluator cannot train in part, got {}",
                    word_of(search.fidelity)));
  if (search.prefilter != ZeroCostMeasure::none && !(networks && networks->untrained()))
    throw ConfigError(fmt::format(
        "search.prefilter: expected none, because this evaluator measures no untrained networks, got {}",
        word_of(search.prefilter)));
}

void check_folder(const SearchConfig& search, const SearchOptions& options) {
  if (!options.folder.empty()) return;
  const auto needs = [](bool it_does, const std::string& what) {
    if (it_does) throw ConfigError(what + ": expected a run folder for it to keep trials in, got none");
  };
  needs(options.resume, "--resume");
  needs(!options.storage.empty(), "--storage");
  needs(search.confirm > 0, "search.confirm");
  needs(search.fidelity != Fidelity::none, "search.fidelity = " + word_of(search.fidelity));
}

void check_no_network_bounds(const SearchConfig& search) {
  if (search.max_parameters > 0 || search.max_macs > 0 || search.max_cores > 0)
    throw ConfigError(
        fmt::format("search.max_parameters, search.max_macs, search.max_cores: expected 0, 0, 0 with an "
                    "objective of your own, which knows no network, got {}, {}, {}",
                    search.max_parameters, search.max_macs, search.max_cores));
}

}  // namespace

void check_search(const RunConfig& config, const SearchOptions& options, const Evaluator& evaluator) {
  const auto& search = config.search;
  if (!options.study.empty() && options.storage.empty())
    throw ConfigError(
        fmt::format("--study: expected --storage beside it, in which the study '{}' is or will be, got none",
                    options.study));
  if (!options.storage.empty() && search.fidelity != Fidelity::none)
    throw ConfigError(
        fmt::format("search.fidelity: expected none with a storage that workers share (--storage), got {}",
                    word_of(search.fidelity)));
  check_evaluator(search, evaluator.networks());
  check_folder(search, options);
  if (evaluator.networks())
    check_cell_fits(config.hardware, config.chip);
  else
    check_no_network_bounds(search);
}

}  // namespace mho
