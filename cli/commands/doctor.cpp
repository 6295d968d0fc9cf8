// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "cli/output.hpp"
#include "cli/subcommands.hpp"
#include "core/base/parallel.hpp"
#include "core/base/suggest.hpp"
#include "core/base/vector/instruction_set.hpp"
#include "core/data/prepared.hpp"

namespace mho {
namespace {

namespace fs = std::filesystem;

/// Names of what lies directly in `folder` and satisfies `wanted`, sorted; none where the folder is missing.
template <class Predicate>
std::vector<std::string> list(const fs::path& folder, const Predicate& wanted) {
  std::vector<std::string> names;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder, missing))
    if (wanted(entry.path())) names.push_back(entry.path().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// The python3 that comes first: of the active virtual environment, the .venv here, or PATH; "" for none.
std::string find_python() {
  std::vector<fs::path> folders;
  if (const char* active = std::getenv("VIRTUAL_ENV")) folders.push_back(fs::path(active) / "bin");
  folders.emplace_back(".venv/bin");
  const char* path = std::getenv("PATH");
  std::istringstream entries(path ? path : "");
  for (std::string entry; std::getline(entries, entry, ':');) folders.emplace_back(entry);
  for (const auto& folder : folders)
    if (access((folder / "python3").c_str(), X_OK) == 0) return (folder / "python3").string();
  return "";
}

nlohmann::ordered_json examine() {
  return {{"version", version()},
          {"compiler", MHO_COMPILER},
          {"build_type", MHO_BUILD_TYPE},
          {"instruction_set", word_of(instruction_set())},
          {"cores", std::max(1U, std::thread::hardware_concurrency())},
          {"threads", thread_count()},
          {"data_sets", list("data", [](const fs::path& p) { return is_prepared(p); })},
          {"chip_files", list("configs/chips", [](const fs::path& p) { return p.extension() == ".toml"; })},
          {"python", find_python()}};
}

std::string to_text(const nlohmann::ordered_json& found) {
  std::string text;
  for (const auto& [key, value] : found.items()) {
    auto shown = value.is_string() ? value.get<std::string>() : value.dump();
    if (value.is_array()) shown = join(value.get<std::vector<std::string>>());
    text += fmt::format("{:<16} {}\n", key, shown.empty() ? "none" : shown);
  }
  return text;
}

}  // namespace

void add_doctor(CLI::App& app, Action& action) {
  const auto json = std::make_shared<bool>(false);
  auto* command =
      app.add_subcommand("doctor", "Show the version, the machine, and what data and chips are here");
  command->add_flag("--json", *json, "Print one JSON document");
  command->callback([json, &action] {
    action = [json] {
      print(*json ? examine().dump(2) + "\n" : to_text(examine()));
      return 0;
    };
  });
}

}  // namespace mho
