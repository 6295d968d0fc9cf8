// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/export_json.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "core/base/fields_json.hpp"
#include "core/chip/export/layer_json.hpp"
#include "core/chip/mapping/links.hpp"
#include "core/chip/mapping/schedule.hpp"

namespace mho {
namespace {

using Json = nlohmann::ordered_json;

Json document(const ChipExport& what) {
  return {{"format", chip_format}, {"network", what.architecture.name()}};
}

const std::string& name_of(const ChipExport& what, int node) {
  return what.architecture.nodes()[static_cast<size_t>(node)].name;
}

std::string text_of(const Json& json) { return json.dump(1) + "\n"; }

template <class Config>
Json fields_of(Config config, const char* name) {
  return Json::parse(
      fields_to_json({name, "", [&config](FieldVisitor& visitor) { config.fields(visitor); }}));
}

/// What decides how the devices behave, by table; other models' coefficients are left out.
Json device_parameters(HardwareConfig hardware) {
  Json json = Json::object();
  for (const auto& section : device_sections(hardware.device_parameters, hardware.device))
    json[section.name] = Json::parse(fields_to_json(section));
  return json;
}

/// By block: the one whose core sends it its partial sums (the row split before, of the same columns and
/// replica), -1 for a first row split.
std::vector<int> partial_sum_sources(const std::vector<Block>& blocks) {
  std::map<std::tuple<int, int, int>, int> latest;
  std::vector<int> sources;
  for (size_t index = 0; index < blocks.size(); ++index) {
    const Block& block = blocks[index];
    const auto [at, first] =
        latest.try_emplace({block.node, block.replica, block.extent.column}, static_cast<int>(index));
    sources.push_back(first ? -1 : at->second);
    at->second = static_cast<int>(index);
  }
  return sources;
}

Json block_json(const ChipExport& what, size_t index, int partial_sum_source) {
  const Block& block = what.mapping.blocks[index];
  return {{"block", index},
          {"layer", name_of(what, block.node)},
          {"row_split", block.row_split},
          {"row", block.extent.row},
          {"rows", block.extent.rows},
          {"column", block.extent.column},
          {"columns", block.extent.columns},
          {"core_row", block.core_row},
          {"core_column", block.core_column},
          {"replica", block.replica},
          {"first_product", block.first_product},
          {"products", block.products},
          {"group", block.group},
          {"partial_sums_from", partial_sum_source}};
}

Json range_json(const Range& range) { return {range.first, range.count}; }

Json parts_json(const ChipExport& what, const std::vector<LinkPart>& parts) {
  Json json = Json::array();
  for (const LinkPart& part : parts)
    json.push_back({{"source", name_of(what, part.source)},
                    {"channels", range_json(part.channels)},
                    {"pixels", range_json(part.pixels)}});
  return json;
}

Json homes_json(const Homes& homes) {
  Json json = Json::array();
  for (const Home& home : homes)
    json.push_back(
        {{"core", home.core}, {"channels", range_json(home.channels)}, {"pixels", range_json(home.pixels)}});
  return json;
}

Json steps_json(const ChipExport& what, Images images) {
  const Schedule schedule = make_schedule(what.architecture, what.mapping.blocks, images,
                                          what.mapping.config.packing == PackingMode::disjoint);
  Json steps = Json::array();
  for (const Step& step : schedule.steps)
    steps.push_back({{"layer", name_of(what, step.node)},
                     {"block", step.block},
                     {"core", step.core},
                     {"first_product", step.first_product},
                     {"products", step.products},
                     {"start", step.start},
                     {"finish", step.finish}});
  return {{"interval", schedule.interval}, {"fill", schedule.fill}, {"steps", std::move(steps)}};
}

}  // namespace

std::string cores_json(const ChipExport& what) {
  std::map<int, Json> blocks;
  std::map<int, std::int64_t> used;
  const std::vector<int> sources = partial_sum_sources(what.mapping.blocks);
  for (size_t index = 0; index < what.mapping.blocks.size(); ++index) {
    const Block& block = what.mapping.blocks[index];
    blocks[block.core].push_back(block_json(what, index, sources[index]));
    used[block.core] += std::int64_t{1} * block.extent.rows * block.extent.columns;
  }
  Json json = document(what);
  json["chip"] = fields_of(what.chip, "chip");
  json["row_split"] = word_of(what.hardware.row_split);
  json["cores"] = Json::array();
  for (auto& [core, list] : blocks)
    json["cores"].push_back({{"core", core},
                             {"grid_row", core / what.chip.grid_columns},
                             {"grid_column", core % what.chip.grid_columns},
                             {"used_cells", used[core]},
                             {"blocks", std::move(list)}});
  return text_of(json);
}

std::string links_json(const ChipExport& what) {
  Json json = document(what);
  json["off_chip"] = off_chip;
  json["links"] = Json::array();
  const DataFlow flow = find_data_flow(what.architecture, what.chip, what.mapping.blocks);
  for (size_t i = 0; i < flow.links.size(); ++i) {
    const Link& link = flow.links[i];
    json["links"].push_back({{"from", link.from_core},
                             {"to", link.to_core},
                             {"layer", name_of(what, link.node)},
                             {"kind", to_string(link.kind)},
                             {"bits_per_image", link.bits},
                             {"hops", link.hops},
                             {"parts", parts_json(what, flow.parts[i])}});
  }
  return text_of(json);
}

std::string schedule_json(const ChipExport& what) {
  const Cost& cost = what.mapping.cost;
  Json json = document(what);
  json["tick_s"] = what.chip.product_time_s();
  json["products_shared"] = what.mapping.config.packing == PackingMode::disjoint;
  json["predicted"] = {{"cores", cost.cores},
                       {"core_mvms", cost.core_mvms},
                       {"digital_macs", cost.digital_macs},
                       {"bit_hops", cost.bit_hops},
                       {"buffer_bits", cost.buffer_bits},
                       {"buffered_bits", cost.buffered_bits},
                       {"interval", cost.interval},
                       {"fill", cost.fill},
                       {"latency_s", cost.latency_s},
                       {"throughput_hz", cost.throughput_hz},
                       {"energy_low_j", cost.energy_low_j},
                       {"energy_high_j", cost.energy_high_j}};
  json["one_image"] = steps_json(what, Images::one);
  json["pipelined"] = steps_json(what, Images::pipelined);
  return text_of(json);
}

std::string io_json(const ChipExport& what, const LayerTargets& targets) {
  Json json = document(what);
  json["hardware"] = fields_of(what.hardware, "hardware");
  json["device_parameters"] = device_parameters(what.hardware);
  json["crossbar_layers"] = Json::array();
  json["digital_layers"] = Json::array();
  const DataFlow flow = find_data_flow(what.architecture, what.chip, what.mapping.blocks);
  for (int node = 0; node < static_cast<int>(what.architecture.nodes().size()); ++node) {
    const auto layer = targets.find(node);
    if (layer != targets.end()) {
      json["crossbar_layers"].push_back(Json::parse(crossbar_layer_json(what, node, layer->second)));
      continue;
    }
    json["digital_layers"].push_back(Json::parse(digital_layer_json(what, node)));
    json["digital_layers"].back()["homes"] = homes_json(flow.homes[static_cast<size_t>(node)]);
  }
  return text_of(json);
}

}  // namespace mho
