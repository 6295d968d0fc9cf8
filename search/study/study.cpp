// SPDX-License-Identifier: Apache-2.0
#include "search/study/study.hpp"

#include "search/study/trial_file.hpp"

namespace mho {
namespace {

/// The storage that the run shares with other workers; null when it has none.
std::unique_ptr<TrialStore> join_storage(const RunConfig& config, const SearchOptions& options) {
  if (options.storage.empty()) return nullptr;
  const auto inside = std::filesystem::absolute(options.folder / "").lexically_normal();
  const auto name = options.study.empty() ? inside.parent_path().filename().string() : options.study;
  return open_storage({options.storage, name, config, options.stop}, options.extensions);
}

std::optional<RunFolder> start_run_folder(const RunConfig& config, const SearchOptions& options) {
  if (options.folder.empty()) return std::nullopt;
  const auto alone = options.resume ? RunStart::resumed : RunStart::fresh;
  return open_run_folder(options.folder, config, options.storage.empty() ? alone : RunStart::joined);
}

}  // namespace

void Study::tell(const std::string& message) const {
  if (!options.on_progress || message.empty()) return;
  options.on_progress({store->count(), config.search.trials, nullptr, nullptr, "", message});
}

void Study::tell(const RunningTrial& running) const {
  if (!options.on_progress) return;
  options.on_progress({.done = store->count(), .total = config.search.trials, .running = &running});
}

Study open_study(const RunConfig& config, const SearchOptions& options, const Evaluator& evaluator) {
  SurrogateGuide guide(config, options.extensions);
  auto propose = make_proposer(config, options.extensions);
  auto store = join_storage(config, options);
  auto folder = start_run_folder(config, options);
  if (!store && folder) store = std::make_unique<TrialFile>(folder->trials());
  if (!store) store = std::make_unique<TrialStore>();
  return {config,
          options,
          evaluator,
          Space(config.space),
          std::move(guide),
          std::move(propose),
          std::move(folder),
          std::move(store)};
}

}  // namespace mho
