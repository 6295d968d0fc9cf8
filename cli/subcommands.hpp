// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace mho {

struct HostExtensions;
struct SearchExtensions;

/// What the parsed command line chose to run; returns the exit code.
using Action = std::function<int()>;

/// Each declares a subcommand and its options; when the subcommand was given, parsing sets `action`.
void add_search(CLI::App& app, Action& action, const SearchExtensions& extensions);
void add_evaluate(CLI::App& app, Action& action, const HostExtensions& extensions);
void add_predict(CLI::App& app, Action& action, const HostExtensions& extensions);
void add_stream(CLI::App& app, Action& action, const HostExtensions& extensions);
void add_explain(CLI::App& app, Action& action, const HostExtensions& extensions);
void add_export(CLI::App& app, Action& action, const HostExtensions& extensions);
void add_simulate(CLI::App& app, Action& action, const HostExtensions& extensions);
void add_report(CLI::App& app, Action& action);
void add_data(CLI::App& app, Action& action);
void add_doctor(CLI::App& app, Action& action);
void add_device(CLI::App& app, Action& action);
void add_lstsq(CLI::App& app, Action& action);
void add_pca(CLI::App& app, Action& action);
void add_spiking(CLI::App& app, Action& action);
void add_bench(CLI::App& app, Action& action);
void add_bench_search(CLI::App& app, Action& action, const SearchExtensions& extensions);
void add_map(CLI::App& app, Action& action, const HostExtensions& extensions);
void add_config(CLI::App& app, Action& action);
/// These two describe the whole program, `app`.
void add_help(CLI::App& app, Action& action);
void add_completion(CLI::App& app, Action& action);

}  // namespace mho
