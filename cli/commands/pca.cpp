// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/array_options.hpp"
#include "cli/out_files.hpp"
#include "cli/output.hpp"
#include "cli/subcommands.hpp"
#include "core/base/files/npy.hpp"
#include "core/linalg/svd.hpp"

namespace mho {
namespace {

using Json = nlohmann::ordered_json;

struct PcaArguments {
  std::filesystem::path x;
  ArrayOptions array;
  SvdOptions options;
  bool centred = true;
};

std::string result_json(const PcaArguments& arguments, const SvdResult& result) {
  Json json{{"components", arguments.options.components},
            {"captured", result.captured},
            {"singular_values", result.s},
            {"seed", arguments.array.seed},
            {"counters", Json::parse(bill_json(result.bill))},
            {"digital_multiply_adds", result.digital_multiply_adds},
            {"exact_multiply_adds", result.exact_multiply_adds}};
  if (result.errors)
    json["errors"] = {{"exact_captured", result.errors->captured},
                      {"singular_values", result.errors->singular_values}};
  return json.dump(2) + "\n";
}

std::string result_text(const RealMatrix& x, const SvdResult& result) {
  auto text = fmt::format("{} x {}, {} components\n\ncaptured       {:.5f} of the variance\n", x.rows,
                          x.columns, result.s.size(), result.captured);
  if (result.errors)
    text += fmt::format("exact          {:.5f}; largest relative error of a singular value {:.3g}\n",
                        result.errors->captured, result.errors->singular_values);
  text += bill_text(result.bill) +
          fmt::format("digital        {:.3g} multiply-adds; an exact decomposition takes {:.3g}\n\n",
                      result.digital_multiply_adds, result.exact_multiply_adds);
  for (size_t k = 0; k < result.s.size(); ++k)
    text += fmt::format("singular value {:>3}  {:.6g}\n", k + 1, result.s[k]);
  return text;
}

void write(const std::filesystem::path& file, const SvdResult& result) {
  const auto array = [](const RealMatrix& a) { return NpyArray::from(a.values, {a.rows, a.columns}); };
  std::map<std::string, NpyArray> arrays{
      {"components", array(result.vt)},
      {"u", array(result.u)},
      {"singular_values", NpyArray::from(result.s, {static_cast<std::int64_t>(result.s.size())})}};
  if (!result.mean.empty())
    arrays["mean"] = NpyArray::from(result.mean, {static_cast<std::int64_t>(result.mean.size())});
  write_npz(file, arrays);
}

int run(PcaArguments& arguments) {
  const auto& out = arguments.array.out;
  if (!out.empty()) refuse_overwrite(out.parent_path(), {out.filename().string()}, arguments.array.force);
  arguments.options.exact = arguments.array.exact;
  const auto settings = array_settings(arguments.array);
  const auto x = read_matrix(arguments.x, 2);
  const auto key = RandomKey(arguments.array.seed).with("pca");
  const auto result =
      arguments.centred ? pca(x, arguments.options, settings, key) : svd(x, arguments.options, settings, key);
  if (!out.empty()) write(out, result);
  print(arguments.array.json ? result_json(arguments, result) : result_text(x, result));
  return 0;
}

}  // namespace

void add_pca(CLI::App& app, Action& action) {
  const auto arguments = std::make_shared<PcaArguments>();
  auto& options = arguments->options;
  auto* command =
      app.add_subcommand("pca", "Principal components by a randomized range finder on noisy arrays");
  command->add_option("X", arguments->x, "Matrix (.npy), samples x features")->required();
  add_array_options(*command, arguments->array, "Write components, u, singular_values and mean here (.npz)");
  command->add_option("-k,--components", options.components, "Components")
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--oversample", options.oversample, "Columns of the sketch beyond them")
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--power-steps", options.power_steps, "Products both ways before the last one")
      ->type_name("N")
      ->capture_default_str();
  command->add_flag("!--no-mean", arguments->centred, "Decompose X as it is (SVD)");
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace mho
