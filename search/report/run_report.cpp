// SPDX-License-Identifier: Apache-2.0
#include "search/report/run_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/base/error.hpp"
#include "core/base/files/json_depth.hpp"
#include "core/base/files/paths.hpp"
#include "core/base/files/text_file.hpp"
#include "core/data/metric.hpp"
#include "search/report/report_page.hpp"
#include "search/study/run_folder.hpp"

namespace mho {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json parse(const std::string& text, const std::string& where) {
  check_json_depth(text, where);
  auto json = Json::parse(text, nullptr, false);
  if (!json.is_object()) throw DataError(where + ": expected a JSON object, found other text");
  return json;
}

/// The entries of `json` with these names, those that are missing left out.
Json chosen(const Json& json, std::initializer_list<const char*> names) {
  Json found = Json::object();
  for (const auto* name : names)
    if (json.contains(name)) found[name] = json[name];
  return found;
}

/// A score's points in time, under the names of score.json.
Json drift_of(const Json& points) {
  Json drift = Json::array();
  for (const auto& p : points)
    drift.push_back({{"time_s", p.at("time_s")},
                     {"mean", p.at("mean")},
                     {"std", p.contains("std") ? p["std"] : p.at("standard_deviation")},
                     {"n", p.contains("n") ? p["n"] : p.at("programmings")},
                     {"ci95", p.contains("ci95") ? p["ci95"] : p.at("interval95")}});
  return drift;
}

Json trial_of(const Json& line) {
  auto trial = chosen(line, {"name", "parameters", "failed", "reason", "wall_s"});
  trial["number"] = line.at("trial");
  if (line.contains("cost") && line["cost"].is_object()) trial["cost"] = line["cost"];
  if (line.contains("score") && line["score"].is_object()) {
    const auto& score = line["score"];
    trial["metric"] = score.value("metric", std::string("accuracy"));
    trial["digital"] = score.at("digital_" + trial["metric"].get<std::string>());
    trial["avm"] = score.at("avm");
    trial["drift"] = drift_of(score.at("drift"));
  }
  return trial;
}

Json trials_of(const RunFolder& folder) {
  Json trials = Json::array();
  std::istringstream lines(read_text_file(folder.trials(), largest_data));
  int number = 0;
  for (std::string line; std::getline(lines, line);)
    trials.push_back(trial_of(parse(line, fmt::format("{}:{}", folder.trials().string(), ++number))));
  return trials;
}

/// How the page shows the metric that the trials were judged by.
Json metric_of_trials(const Json& trials) {
  const auto judged =
      std::find_if(trials.begin(), trials.end(), [](const Json& trial) { return trial.contains("metric"); });
  const auto& metric = metric_of(judged == trials.end() ? "accuracy" : judged->at("metric"));
  return {{"name", metric.name},
          {"scale", metric.scale},
          {"unit", metric.unit},
          {"larger_is_better", metric.larger_is_better}};
}

/// What score.json says of a network.
Json judged(const Json& score, const std::string& name) {
  auto network = chosen(score, {"parameters", "avm", "chip"});
  network["name"] = name;
  network["metric"] = score.value("metric", "accuracy");
  network["digital"] = score.at("digital").front();
  network["drift"] = drift_of(score.at("drift"));
  return network;
}

Json winner_of(const Json& winner, const fs::path& folder) {
  auto shown = judged(winner.at("score"), winner.at("genome"));
  shown["trial"] = winner.at("trial");
  const auto floorplan = folder / "chip" / "floorplan.svg";
  if (is_file(floorplan)) shown["floorplan"] = read_text_file(floorplan);
  return shown;
}

/// What to type for the run, its winner and its simulation. The folder is named as the reader named it.
Json commands_of(const RunFolder& folder, bool has_winner) {
  const auto root = folder.root.string(), config = folder.config().string();
  Json commands = {fmt::format("mho search {} --out {}-again", config, root)};
  if (has_winner) {
    commands.push_back(fmt::format("mho evaluate {} {}", folder.winner(0).string(), config));
    commands.push_back(fmt::format("mho simulate {} {}", (folder.winner(0) / "chip").string(), config));
  }
  return commands;
}

Json run_of(const fs::path& root) {
  const RunFolder folder{(root / "").lexically_normal().parent_path()};
  if (!is_file(folder.summary()) || !is_file(folder.trials()))
    throw DataError(
        fmt::format("{}: expected a run folder with trials.jsonl and summary.json, as 'mho search' "
                    "leaves it when it ends or is stopped, found none",
                    root.string()));
  const auto where = folder.summary().string();
  const auto summary = parse(read_text_file(folder.summary(), largest_data), where);
  auto run = chosen(summary, {"seed", "proposer", "stopped", "note"});
  const auto& front = summary.at("front");
  run["name"] = folder.root.filename().string();
  run["objectives"] = front.at("objectives");
  run["front"] = front.at("trials");
  run["hypervolume"] = front.at("hypervolume_share");
  run["winners"] = Json::array();
  for (const auto& winner : summary.at("winners")) {
    if (winner.at("score").is_null()) continue;  // a genome of the user's own objective: there is no network
    const int place = static_cast<int>(run["winners"].size());
    run["winners"].push_back(winner_of(winner, folder.winner(place)));
    run["winners"].back()["place"] = place;
  }
  run["trials"] = trials_of(folder);
  run["metric"] = metric_of_trials(run["trials"]);
  run["config"] = read_text_file(folder.config());
  run["chip"] = read_text_file(folder.chip());
  run["commands"] = commands_of(folder, !run["winners"].empty());
  run["beside"] = Json::array();
  return run;
}

Json network_beside(const fs::path& folder) {
  const auto file = folder / "score.json";
  const auto score = parse(read_text_file(file, largest_data), file.string());
  return judged(score, score.at("architecture").at("name"));
}

}  // namespace

std::string run_report(const ReportSources& sources) {
  Json data = {{"version", sources.version}, {"runs", Json::array()}};
  fs::path at;
  try {
    for (const auto& root : sources.runs) data["runs"].push_back(run_of(at = root));
    for (const auto& run : data["runs"])
      if (run["metric"] != data["runs"][0]["metric"])
        throw InputError(fmt::format(
            "expected runs that were judged by one metric, got {} ({}) and {} ({})",
            data["runs"][0]["name"].get<std::string>(), data["runs"][0]["metric"]["name"].get<std::string>(),
            run["name"].get<std::string>(), run["metric"]["name"].get<std::string>()));
    for (const auto& folder : sources.beside)
      data["runs"][0]["beside"].push_back(network_beside(at = folder));
  } catch (const nlohmann::json::exception& error) {
    throw DataError(fmt::format("{}: expected the files of this version of mho, found others: {}",
                                at.string(), error.what()));
  }
  return report_page(data.dump());
}

std::filesystem::path leave_report(const std::filesystem::path& run, const std::string& version) {
  const auto page = run / "report.html";
  write_file_atomically(page, run_report({{run}, {}, version}));
  return page;
}

}  // namespace mho
