// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "search/run_config.hpp"

namespace mho {

/// Where things lie in a run folder.
struct RunFolder {
  std::filesystem::path root;

  std::filesystem::path config() const { return root / "config.toml"; }
  std::filesystem::path chip() const { return root / "chip.toml"; }
  std::filesystem::path trials() const { return root / "trials.jsonl"; }
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

/// Starts a run folder, or checks the one to resume. It is self-contained: config.toml is the resolved
/// configuration and refers to chip.toml beside it. Throws ConfigError when a fresh run would overwrite
/// another, when there is nothing to resume, or when the run was started with another configuration (the
/// first key that differs, with both values); RunError when the folder cannot be written.
RunFolder open_run_folder(const std::filesystem::path& root, const RunConfig& config, bool resume);

}  // namespace mho
