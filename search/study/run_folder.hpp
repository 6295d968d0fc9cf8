// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "core/base/files/file_lock.hpp"
#include "search/run_config.hpp"

namespace mho {

/// Where things lie in a run folder.
struct RunFolder {
  std::filesystem::path root;
  std::shared_ptr<const FileLock> lock =
      {};  ///< of open_run_folder: while it lives, no other search comes in

  std::filesystem::path config() const { return root / "config.toml"; }
  std::filesystem::path chip() const { return root / "chip.toml"; }
  std::filesystem::path trials() const { return root / "trials.jsonl"; }
  /// What search.confirm trained again, as trials.
  std::filesystem::path confirmations() const { return root / "confirmations.jsonl"; }
  std::filesystem::path front() const { return root / "front.csv"; }
  std::filesystem::path surrogate() const { return root / "surrogate.json"; }
  std::filesystem::path summary() const { return root / "summary.json"; }
  std::filesystem::path candidates() const { return root / "candidates"; }
  std::filesystem::path weights(int trial) const {
    return candidates() / std::to_string(trial) / "weights.safetensors";
  }
  /// Of a candidate that successive halving has not decided yet: its trial so far, and where its training
  /// stands after a rung.
  std::filesystem::path unfinished(int trial) const {
    return candidates() / std::to_string(trial) / "unfinished.json";
  }
  std::filesystem::path checkpoint(int trial, int rung) const {
    return candidates() / std::to_string(trial) / ("rung-" + std::to_string(rung) + ".safetensors");
  }
  std::filesystem::path winner(int place) const { return root / "winners" / std::to_string(place); }
};

/// All that decides a run, as text: config.toml and chip.toml of its folder.
std::string resolved_config(const RunConfig& config);

/// How a search comes to its folder.
enum class RunStart {
  fresh,
  resumed,  ///< goes on with the run that the folder holds
  joined,   ///< as a worker of a shared study: whatever the folder holds, and beside other such workers
};

/// Starts a run folder, or checks the one to go on with, and locks it. It is self-contained: config.toml is
/// the resolved configuration and refers to chip.toml beside it. More search.trials than the run was started
/// with extend it; config.toml then says so. Throws ConfigError when another search is at work in the folder,
/// when a fresh run would overwrite another, when there is nothing to resume, when the run was started with
/// another configuration (the first key that differs, with both values), or when it cannot be extended: a
/// Latin hypercube is one design over all trials, and successive halving has judged an incomplete last
/// generation. Throws RunError when the folder cannot be written.
RunFolder open_run_folder(const std::filesystem::path& root, const RunConfig& config, RunStart start);

}  // namespace mho
