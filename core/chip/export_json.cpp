// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export_json.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "core/chip/fields_json.hpp"
#include "core/chip/layer_json.hpp"
#include "core/chip/links.hpp"
#include "core/chip/schedule.hpp"

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

Json block_json(const ChipExport& what, size_t index) {
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
          {"products", block.products}};
}

}  // namespace

std::string cores_json(const ChipExport& what) {
  std::map<int, Json> blocks;
  std::map<int, std::int64_t> used;
  for (size_t index = 0; index < what.mapping.blocks.size(); ++index) {
    const Block& block = what.mapping.blocks[index];
    blocks[block.core].push_back(block_json(what, index));
    used[block.core] += std::int64_t{1} * block.extent.rows * block.extent.columns;
  }
  Json json = document(what);
  json["chip"] = fields_of(what.chip, "chip");
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
  for (const Link& link : find_links(what.architecture, what.chip, what.mapping.blocks))
    json["links"].push_back({{"from", link.from_core},
                             {"to", link.to_core},
                             {"layer", name_of(what, link.node)},
                             {"kind", to_string(link.kind)},
                             {"bits_per_image", link.bits},
                             {"hops", link.hops}});
  return text_of(json);
}

std::string schedule_json(const ChipExport& what) {
  Json json = document(what);
  json["tick_s"] = what.chip.product_time_s();
  json["latency_s"] = what.mapping.cost.latency_s;
  json["steps"] = Json::array();
  const bool at_once = what.mapping.config.packing == "disjoint";
  for (const Step& step : make_schedule(what.architecture, what.mapping.blocks, Images::one, at_once).steps)
    json["steps"].push_back({{"layer", name_of(what, step.node)},
                             {"block", step.block},
                             {"core", step.core},
                             {"products", step.products},
                             {"start", step.start},
                             {"finish", step.finish}});
  return text_of(json);
}

std::string io_json(const ChipExport& what, const LayerTargets& targets) {
  Json json = document(what);
  json["hardware"] = fields_of(what.hardware, "hardware");
  json["device_parameters"] = device_parameters(what.hardware);
  json["crossbar_layers"] = Json::array();
  json["digital_layers"] = Json::array();
  for (int node = 0; node < static_cast<int>(what.architecture.nodes().size()); ++node) {
    const auto layer = targets.find(node);
    if (layer != targets.end())
      json["crossbar_layers"].push_back(Json::parse(crossbar_layer_json(what, node, layer->second)));
    else
      json["digital_layers"].push_back(Json::parse(digital_layer_json(what, node)));
  }
  return text_of(json);
}

}  // namespace mho
