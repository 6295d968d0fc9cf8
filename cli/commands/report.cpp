// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/out_files.hpp"
#include "cli/output.hpp"
#include "cli/subcommands.hpp"
#include "core/base/error.hpp"
#include "search/report/run_report.hpp"

namespace mho {
namespace {

struct ReportArguments {
  ReportSources sources;
  std::filesystem::path out;
  bool force = false;
};

int run(ReportArguments& arguments) {
  auto& sources = arguments.sources;
  sources.version = std::string("mho ") + version();
  if (sources.runs.size() > 1 && !sources.beside.empty())
    throw InputError("--beside: expected one run to draw it in, got several");
  if (arguments.out.empty())
    arguments.out =
        sources.runs.size() > 1 ? std::filesystem::path("report.html") : sources.runs[0] / "report.html";
  write_result(arguments.out, run_report(sources), arguments.force);
  print(arguments.out.string() + "\n");
  return 0;
}

}  // namespace

void add_report(CLI::App& app, Action& action) {
  const auto arguments = std::make_shared<ReportArguments>();
  auto* command = app.add_subcommand("report", "Write a run, or several side by side, as one page of HTML");
  command->add_option("RUN", arguments->sources.runs, "Run folders, e.g. runs/kws")->required();
  command
      ->add_option("--beside", arguments->sources.beside,
                   "Folders of 'mho evaluate --out', e.g. of a reference network, to draw beside the winners")
      ->type_name("DIR");
  command
      ->add_option("--out", arguments->out,
                   "File to write (default: RUN/report.html; of several runs report.html)")
      ->type_name("FILE");
  add_force_option(*command, arguments->force);
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace mho
