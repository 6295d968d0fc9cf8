// SPDX-License-Identifier: Apache-2.0
#include "core/linalg/lstsq.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/array_options.hpp"
#include "cli/out_files.hpp"
#include "cli/output.hpp"
#include "cli/subcommands.hpp"
#include "core/base/files/npy.hpp"
#include "core/base/quantity.hpp"
#include "core/base/suggest.hpp"

namespace mho {
namespace {

using Json = nlohmann::ordered_json;

struct LstsqArguments {
  std::filesystem::path a, b;
  ArrayOptions array;
  std::string sketch = "gaussian", method = "solve", held = "sketch";
  LstsqOptions options;
};

std::string result_json(const LstsqArguments& arguments, const LstsqResult& result) {
  Json json{{"converged", result.converged},
            {"reason", result.reason},
            {"residual_norm", result.residual_norm},
            {"history", result.history},
            {"gradient_history", result.gradient_history},
            {"method", arguments.method},
            {"sketch", arguments.sketch},
            {"sketch_rows", result.sketch_rows},
            {"seed", arguments.array.seed},
            {"counters", Json::parse(bill_json(result.bill))},
            {"digital_multiply_adds", result.digital_multiply_adds},
            {"exact_multiply_adds", result.exact_multiply_adds},
            {"x", result.x}};
  if (result.errors)
    json["errors"] = {{"exact_residual_norm", result.errors->residual_norm},
                      {"residual_ratio", result.errors->residual_ratio},
                      {"solution", result.errors->solution}};
  return json.dump(2) + "\n";
}

std::string result_text(const RealMatrix& a, const LstsqArguments& arguments, const LstsqResult& result) {
  auto text = fmt::format(
      "{} x {}, {} sketch of {} rows, method {}\n{}: {}\n\n"
      "||A x - b||    {:.6g} after {} iterations\n",
      a.rows, a.columns, arguments.sketch, result.sketch_rows, arguments.method,
      result.converged ? "converged" : "not converged", result.reason, result.residual_norm,
      result.history.size() - 1);
  if (result.errors)
    text += fmt::format("exact          {:.6g}, ratio {:.6f}; relative error of x {:.3g}\n",
                        result.errors->residual_norm, result.errors->residual_ratio, result.errors->solution);
  return text + bill_text(result.bill) +
         fmt::format("digital        {:.3g} multiply-adds; exact QR takes {:.3g}\n",
                     result.digital_multiply_adds, result.exact_multiply_adds);
}

int run(LstsqArguments& arguments) {
  auto& options = arguments.options;
  options.sketch = value_of<SketchKind>("sketch", arguments.sketch);
  options.method = value_of<LstsqMethod>("method", arguments.method);
  options.held = value_of<Held>("held", arguments.held);
  options.exact = arguments.array.exact;
  const auto& out = arguments.array.out;
  if (!out.empty()) refuse_overwrite(out.parent_path(), {out.filename().string()}, arguments.array.force);
  const auto settings = array_settings(arguments.array);
  const auto a = read_matrix(arguments.a, 2), b = read_matrix(arguments.b, 1);
  const auto result = lstsq(a, b.values, options, settings, RandomKey(arguments.array.seed).with("lstsq"));
  if (!out.empty()) write_npy(out, NpyArray::from(result.x, {a.columns}));
  print(arguments.array.json ? result_json(arguments, result) : result_text(a, arguments, result));
  return result.converged ? 0 : 1;
}

}  // namespace

void add_lstsq(CLI::App& app, Action& action) {
  const auto arguments = std::make_shared<LstsqArguments>();
  auto& options = arguments->options;
  auto* command = app.add_subcommand("lstsq", "Least squares with a sketch on noisy arrays");
  command->add_option("A", arguments->a, "Matrix (.npy), equations x unknowns")->required();
  command->add_option("B", arguments->b, "Right side (.npy), a number an equation")->required();
  add_array_options(*command, arguments->array, "Write x here (.npy)");
  const auto word = [&](const char* name, std::string& value, const std::vector<std::string>& words,
                        const char* help) {
    command->add_option(name, value, std::string(help) + ": " + join(words))
        ->type_name("NAME")
        ->capture_default_str();
  };
  word("--sketch", arguments->sketch, all_words<SketchKind>(), "Kind of sketch");
  word("--method", arguments->method, all_words<LstsqMethod>(), "How x is found");
  word("--held", arguments->held, all_words<Held>(), "What lies on the array while it sketches");
  command->add_option("--rows", options.sketch_rows, "Rows of the sketch; 0: four an unknown")
      ->type_name("N");
  command->add_option("--tolerance", options.tolerance, "Of the residual and of its gradient, relative")
      ->capture_default_str();
  command->add_option("--iterations", options.iterations, "Most iterations")
      ->type_name("N")
      ->capture_default_str();
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace mho
