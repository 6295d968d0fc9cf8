// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/export.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/config_file.hpp"
#include "core/base/error.hpp"
#include "core/base/fields_json.hpp"
#include "core/base/files/npy.hpp"
#include "core/base/files/text_file.hpp"
#include "core/nn/graph/architecture_json.hpp"
#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {
namespace {

/// A network with all that an export describes, on a chip that is not the built-in one.
struct Example {
  explicit Example(const std::string& name, WeightScaling weight_scaling = WeightScaling::column)
      : Example(builtin(name), weight_scaling) {}
  explicit Example(Architecture network, WeightScaling weight_scaling = WeightScaling::column)
      : architecture(std::move(network)), parameters(drawn_parameters(architecture, 7)) {
    chip = small_chip(8, 8, 64);
    hardware.crossbar_rows = hardware.crossbar_columns = 64;
    hardware.weight_scaling = weight_scaling;
    hardware.g_max_us = 20.7;
    hardware.device_parameters.pcm.t_0_s = 30;
    hardware.adc_bits = 7;
    mapping = map_onto_chip(architecture, chip).mapping.value();
  }
  void write(const std::filesystem::path& folder) const {
    export_chip(folder, {architecture, parameters, hardware, chip, mapping});
  }
  Architecture architecture;
  Parameters parameters;
  HardwareConfig hardware;
  ChipConfig chip;
  Mapping mapping;
};

std::string hardware_text(HardwareConfig hardware) {
  return fields_to_json({"hardware", "", [&](FieldVisitor& visitor) { hardware.fields(visitor); }});
}

/// `absolute` is what a weight near zero may differ by.
void check_weights(const FloatBuffer& found, const FloatBuffer& expected, double tolerance, double absolute) {
  REQUIRE(found.size() == expected.size());
  double worst = 0;
  for (size_t i = 0; i < found.size(); ++i)
    worst = std::max(worst, std::max(std::abs(static_cast<double>(found[i]) - expected[i]) - absolute, 0.0) /
                                (std::abs(expected[i]) + 1e-30));
  CHECK(worst <= tolerance);
}

void check_round_trip(const Example& example, double absolute = 0) {
  const TemporaryFolder folder;
  example.write(folder.path() / "chip");
  const ImportedChip chip = import_chip(folder.path() / "chip");
  CHECK(to_json(chip.architecture) == to_json(example.architecture));
  CHECK(hardware_text(chip.hardware) == hardware_text(example.hardware));
  CHECK(chip.hardware.device_parameters.pcm.t_0_s == 30);
  REQUIRE(chip.parameters.size() == example.parameters.size());
  for (size_t node = 0; node < chip.parameters.size(); ++node) {
    const LayerParameters &found = chip.parameters[node], &expected = example.parameters[node];
    INFO(example.architecture.nodes()[node].name);
    check_weights(found.weight, expected.weight, is_grouped(example.architecture.nodes()[node]) ? 0 : 1e-5,
                  absolute);
    CHECK(found.bias == expected.bias);
    CHECK(found.gamma == expected.gamma);
    CHECK(found.beta == expected.beta);
    CHECK(found.running_mean == expected.running_mean);
    CHECK(found.running_variance == expected.running_variance);
    CHECK(found.input_range == expected.input_range);
    CHECK(found.split_ranges == expected.split_ranges);
    if (!expected.column_scales.empty()) CHECK(found.column_scales == expected.column_scales);
  }
}

/// What import_chip says about a folder of ds_cnn after `damage` was done to it.
template <class Damage>
std::string error_after(Damage&& damage) {
  const TemporaryFolder folder;
  static const Example example("ds_cnn");
  example.write(folder.path());
  damage(folder.path());
  return message_of<DataError>([&] { import_chip(folder.path()); });
}

template <class Edit>
std::string error_after_edit(const std::string& file, Edit&& edit) {
  return error_after([&](const std::filesystem::path& folder) {
    auto json = nlohmann::json::parse(read_text_file(folder / file));
    edit(json);
    write_file_atomically(folder / file, json.dump());
  });
}

using Json = nlohmann::json;

}  // namespace

TEST_CASE("export then import gives the network back") {
  check_round_trip(Example("resnet8"));
  check_round_trip(Example("resnet8", WeightScaling::tile));
  check_round_trip(Example("ds_cnn"));  // grouped convolutions
  check_round_trip(Example("lenet5"));  // biases
}

TEST_CASE("kernels, strides and poolings whose sides differ come back as they were") {
  const Example example(rectangular());
  check_round_trip(example);
  const TemporaryFolder folder;
  example.write(folder.path());
  const auto imported = import_chip(folder.path());
  const auto& nodes = imported.architecture.nodes();
  CHECK(nodes[4].shape == Shape{6, 6, 6});
  CHECK(nodes[5].shape == Shape{3, 6, 6});
  CHECK(nodes[6].shape == Shape{3, 2, 8});
  check_round_trip(Example("signal_cnn"));
}

TEST_CASE("a network with replicas and copies along the diagonal comes back too") {
  for (const auto objective : {MappingObjective::throughput, MappingObjective::energy}) {
    Example example("resnet8");
    MappingConfig config;
    config.objective = objective;
    example.mapping = map_onto_chip(example.architecture, example.chip, config).mapping.value();
    CHECK(example.mapping.blocks.size() > Example("resnet8").mapping.blocks.size());
    check_round_trip(example);
  }
}

TEST_CASE("calibrated input ranges and column scales come back, and give the same conductances again") {
  Example example("resnet8");
  for (size_t node = 0; node < example.parameters.size(); ++node) {
    LayerParameters& layer = example.parameters[node];
    const MatrixShape matrix = matrix_shape(example.architecture, static_cast<int>(node));
    if (matrix.rows == 0) continue;
    const auto splits = static_cast<size_t>((matrix.rows + 63) / 64);
    for (size_t split = 0; split < splits; ++split)
      layer.split_ranges.push_back(0.5F + static_cast<float>(split));
    layer.column_scales.assign(splits * static_cast<size_t>(matrix.columns), 10.0F);  // above every weight
  }
  check_round_trip(example);
  const TemporaryFolder folder;
  example.write(folder.path() / "a");
  ImportedChip chip = import_chip(folder.path() / "a");
  export_chip(folder.path() / "b",
              {chip.architecture, chip.parameters, chip.hardware, example.chip, example.mapping});
  const auto a = read_npz(folder.path() / "a/targets.npz").at("conductances").as_float();
  const auto b = read_npz(folder.path() / "b/targets.npz").at("conductances").as_float();
  double worst = 0;
  for (size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(static_cast<double>(a[i]) - b[i]));
  CHECK(worst <= 1e-5);
  CHECK(*std::max_element(a.begin(), a.end()) < 20.7 / 2);  // the scales leave most of the range free
}

TEST_CASE("what stands before the network is a file of the export and a part of its report") {
  const Example example("ds_cnn");
  const TemporaryFolder folder;
  example.write(folder.path());
  CHECK(!std::filesystem::exists(folder / "features.json"));
  const std::string features = "{\"input\": \"audio\", \"window_ms\": 30.0, \"mean\": [1.5]}";
  export_chip(folder.path(), {example.architecture, example.parameters, example.hardware, example.chip,
                              example.mapping, features});
  CHECK(read_text_file(folder / "features.json") == features);
  CHECK(export_files().contains("features.json"));
  CHECK_THAT(read_text_file(folder / "report.md"), ContainsSubstring("## Before the network") &&
                                                       ContainsSubstring("| input | audio |\n") &&
                                                       ContainsSubstring("| mean | [1.5] |\n"));
}

TEST_CASE("calibrations of another size are refused with the layer's name") {
  Example example("resnet8");
  example.parameters[1].split_ranges = {1, 1, 1, 1};
  CHECK_THAT(message_of<MappingError>([&] { example.write("unused"); }), ContainsSubstring("split_ranges"));
}

TEST_CASE("a mapping that is cut in another way than scores are is refused") {
  Example example("resnet8");
  MappingConfig config;
  config.row_split = RowSplit::channel_aligned;
  example.mapping = map_onto_chip(example.architecture, example.chip, config).mapping.value();
  CHECK_THAT(message_of<MappingError>([&] { example.write("unused"); }),
             ContainsSubstring("dense row splits"));
  example.hardware.row_split = RowSplit::channel_aligned;
  check_round_trip(example);
}

TEST_CASE("a network with channel-aligned rows comes back, and needs the cut that it was written with") {
  for (const char* name : {"resnet8", "ds_cnn", "lenet5"}) {
    Example example(name);
    MappingConfig config;
    config.row_split = RowSplit::channel_aligned;
    config.objective = MappingObjective::throughput;
    example.hardware.row_split = RowSplit::channel_aligned;
    example.mapping = map_onto_chip(example.architecture, example.chip, config).mapping.value();
    check_round_trip(example);
    const TemporaryFolder folder;
    example.write(folder.path());
    CHECK(import_chip(folder.path()).hardware.row_split == RowSplit::channel_aligned);
  }
  CHECK_THAT(error_after_edit("cores.json", [](Json& json) { json["row_split"] = "diagonal"; }),
             ContainsSubstring("cores.json") && ContainsSubstring("channel_aligned, got 'diagonal'"));
}

TEST_CASE("export then import gives the network back from two pairs a cell, whatever they count for") {
  for (const auto& significances :
       {std::vector<double>{1, 1}, std::vector<double>{1, 4}, std::vector<double>{3, .5}}) {
    Example example("lenet5");
    example.hardware.cell.pair_significances = significances;
    const TemporaryFolder folder;
    example.write(folder.path());
    const auto conductances = read_npz(folder.path() / "targets.npz").at("conductances").as_float();
    for (size_t device = 0; device < 4; ++device) {
      float largest = 0;
      for (size_t i = device; i < conductances.size(); i += 4) largest = std::max(largest, conductances[i]);
      CHECK(largest == Approx(20.7));  // all four are used, and the largest weights fill both pairs
    }
    // Weights are sums of numbers up to the significance times 20.7 µS.
    check_round_trip(example, 1e-6);
  }
}

TEST_CASE("zero weights survive the round trip") {
  Example example("lenet5");
  for (float& weight : example.parameters[1].weight) weight = 0;
  check_round_trip(example);
}

TEST_CASE("a layer that was never calibrated is not exported") {
  Example example("lenet5");
  example.parameters[1].input_range = 0;
  CHECK_THAT(message_of<MappingError>([&] { example.write("unused"); }),
             ContainsSubstring("layer 'conv1': expected an input range above 0, got 0"));
}

TEST_CASE("the same export has the same bytes, and every JSON file its format") {
  const TemporaryFolder folder;
  const Example example("ds_cnn");
  example.write(folder.path() / "a");
  example.write(folder.path() / "b");
  for (const auto& [name, required] : export_files()) {
    INFO(name);
    if (!required && !std::filesystem::exists(folder.path() / "a" / name)) continue;
    const std::string text = read_text_file(folder.path() / "a" / name);
    CHECK(text == read_text_file(folder.path() / "b" / name));
    if (name.ends_with(".json") && !name.starts_with("schemas") && name != "architecture.json")
      CHECK(Json::parse(text).at("format") == "mho-chip-2");
  }
}

TEST_CASE("targets and scales mean what they say") {
  const TemporaryFolder folder;
  const Example example("resnet8");
  example.write(folder.path());
  const auto arrays = read_npz(folder.path() / "targets.npz");
  CHECK(arrays.at("conductances").dtype == "<f4");
  CHECK(arrays.at("conductances").shape == std::vector<std::int64_t>{64, 64, 64, 4});
  CHECK(arrays.at("used").dtype == "|u1");
  CHECK(arrays.at("used").shape == std::vector<std::int64_t>{64, 64, 64});
  const auto conductances = arrays.at("conductances").as_float();
  CHECK(*std::min_element(conductances.begin(), conductances.end()) == 0);
  CHECK(*std::max_element(conductances.begin(), conductances.end()) == Approx(20.7));
  std::int64_t used = 0;
  for (const std::int64_t cell : arrays.at("used").as_int()) used += cell;
  CHECK(used == 77360);
  const Json io = Json::parse(read_text_file(folder.path() / "io.json"));
  const Json& layer = io.at("crossbar_layers").at(0);
  CHECK(layer.at("adc").at("bits") == 7);
  CHECK(layer.at("output_scales").at(0).at(0).get<double>() ==
        Approx(layer.at("weight_scales").at(0).at(0).get<double>() * layer.at("input_range").get<double>()));
}

TEST_CASE("a second export leaves nothing of the first behind") {
  const TemporaryFolder folder;
  Example("ds_cnn").write(folder.path());
  CHECK(std::filesystem::exists(folder.path() / "digital_weights.safetensors"));
  Example("resnet8").write(folder.path());
  CHECK(!std::filesystem::exists(folder.path() / "digital_weights.safetensors"));
  CHECK(import_chip(folder.path()).architecture.name() == "resnet8");
}

TEST_CASE("a mapping of another network or chip is refused") {
  Example example("resnet8");
  example.mapping = Example("lenet5").mapping;
  CHECK_THAT(message_of<MappingError>([&] { example.write("unused"); }), ContainsSubstring("resnet8"));
  Example moved("lenet5");
  moved.mapping.blocks.front().core = 64;
  CHECK_THROWS_AS(moved.write("unused"), MappingError);
  CHECK(!std::filesystem::exists("unused"));
}

TEST_CASE("each missing file is told by its name") {
  for (const char* name :
       {"io.json", "cores.json", "architecture.json", "targets.npz", "digital_weights.safetensors"})
    CHECK_THAT(
        error_after([&](const std::filesystem::path& folder) { std::filesystem::remove(folder / name); }),
        ContainsSubstring(name));
  CHECK_THROWS_AS(import_chip("no/such/folder"), DataError);
}

TEST_CASE("a folder of another format is told") {
  for (const char* name : {"io.json", "cores.json"})
    CHECK_THAT(
        error_after_edit(name, [](Json& json) { json["format"] = "mho-chip-1"; }),
        ContainsSubstring(name) && ContainsSubstring("expected the format 'mho-chip-2', found 'mho-chip-1'"));
  CHECK_THAT(error_after_edit("io.json", [](Json& json) { json.erase("format"); }),
             ContainsSubstring("'format'"));
  CHECK_THAT(error_after_edit("io.json", [](Json& json) { json = Json::array(); }),
             ContainsSubstring("'format'"));
}

TEST_CASE("targets of another shape are told") {
  CHECK_THAT(error_after([](const std::filesystem::path& folder) {
               write_npz(folder / "targets.npz",
                         {{"conductances", NpyArray::from(std::vector<float>(16), {1, 2, 2, 4})}});
             }),
             ContainsSubstring("expected the shape [64, 64, 64, 4], found [1, 2, 2, 4]"));
  CHECK_THAT(
      error_after([](const std::filesystem::path& folder) {
        write_npz(folder / "targets.npz", {{"used", NpyArray::from(std::vector<std::uint8_t>(1), {1})}});
      }),
      ContainsSubstring("'conductances'"));
}

TEST_CASE("wrong entries are told with their place") {
  const auto io = [](auto edit) { return error_after_edit("io.json", edit); };
  const auto cores = [](auto edit) { return error_after_edit("cores.json", edit); };
  const auto block = [](Json& json) -> Json& { return json["cores"][0]["blocks"][0]; };
  CHECK_THAT(io([](Json& json) { json["hardware"]["adc_bits"] = 99; }), ContainsSubstring("adc_bits"));
  CHECK_THAT(io([](Json& json) { json["hardware"]["mapping"] = "single"; }),
             ContainsSubstring("io.json: hardware") && ContainsSubstring("expected 'pairs'"));
  CHECK_THAT(io([](Json& json) {
               json["hardware"]["pair_significances"] = {1.0, 0.0};
             }),
             ContainsSubstring("io.json: hardware") && ContainsSubstring("numbers above 0"));
  CHECK_THAT(io([](Json& json) { json["crossbar_layers"].erase(0); }),
             ContainsSubstring("one entry for each of"));
  CHECK_THAT(io([](Json& json) { json["crossbar_layers"][0]["layer"] = "other"; }),
             ContainsSubstring("'conv0'"));
  CHECK_THAT(io([](Json& json) { json["crossbar_layers"][0]["weight_scales"][0].erase(0); }),
             ContainsSubstring("crossbar_layers[0]: weight_scales[0]: expected 64 numbers, found 63"));
  CHECK_THAT(io([](Json& json) { json["crossbar_layers"][0].erase("input_range"); }),
             ContainsSubstring("'input_range'"));
  CHECK_THAT(io([](Json& json) { json["crossbar_layers"][0]["input_range"] = "wide"; }),
             ContainsSubstring("wrong type"));
  CHECK_THAT(io([](Json& json) { json["crossbar_layers"] = 3; }), ContainsSubstring("expected a list"));
  CHECK_THAT(cores([&](Json& json) { block(json)["core_row"] = 63; }),
             ContainsSubstring("inside one of 64 cores"));
  CHECK_THAT(cores([&](Json& json) { block(json)["core_row"] = -1; }), ContainsSubstring("found -1"));
  CHECK_THAT(cores([&](Json& json) { block(json)["rows"] = 1.5; }), ContainsSubstring("found 1.5"));
  CHECK_THAT(cores([&](Json& json) { block(json)["row"] = 2147483647; }),
             ContainsSubstring("expected blocks inside"));
  CHECK_THAT(cores([&](Json& json) { block(json)["row_split"] = 5; }), ContainsSubstring("row split"));
  CHECK_THAT(cores([&](Json& json) { block(json)["layer"] = "other"; }), ContainsSubstring("'other'"));
  CHECK_THAT(cores([&](Json& json) { json["cores"][0]["blocks"].push_back(block(json)); }),
             ContainsSubstring("overlap"));
  CHECK_THAT(cores([&](Json& json) { json["cores"][0]["blocks"].erase(0); }), ContainsSubstring("gap"));
  CHECK_THAT(cores([](Json& json) { json["chip"]["crossbar_rows"] = 65; }), ContainsSubstring("65x64"));
  CHECK_THAT(
      error_after_edit("architecture.json", [](Json& json) { json["layers"][0]["inputs"][0] = "nowhere"; }),
      ContainsSubstring("architecture.json"));
}

}  // namespace mho
