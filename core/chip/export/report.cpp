// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/quantity.hpp"
#include "core/chip/mapping/cost.hpp"
#include "core/chip/mapping/links.hpp"

namespace mho {
namespace {

std::string quantity(double value, const char* unit) { return format_quantity(value, unit); }

std::string cost_table(const ChipConfig& chip, const Cost& cost) {
  std::string text = "| for one image | |\n|---|---|\n";
  const auto row = [&text](const char* name, const std::string& value) {
    text += fmt::format("| {} | {} |\n", name, value);
  };
  if (cost.mapping) row("mapping", to_string(*cost.mapping));
  row("cores", fmt::format("{} of {}", cost.cores, chip.cores()));
  row("link graph", word_of(chip.link_graph));
  row("digital units", fmt::format("one a core, {} shared", chip.global_digital_units));
  row("products take", fmt::format("{} phase{}", chip.phases, chip.phases == 1 ? "" : "s"));
  row("cells used, of these cores", format_percent(cost.utilisation));
  row("matrix-vector products of cores", format_count(cost.core_mvms));
  row("latency, one image alone", quantity(cost.latency_s, "s"));
  row("images a second, pipelined", format_count(std::llround(cost.throughput_hz)));
  row("interval between images, products", format_count(cost.interval));
  row("fill, from an image's first product to its last in the full pipeline", format_count(cost.fill));
  row("activations that wait at once in the full pipeline",
      quantity(static_cast<double>(cost.buffered_bits), "bit"));
  row("energy", fmt::format("{} to {}", quantity(cost.energy_low_j, "J"), quantity(cost.energy_high_j, "J")));
  row("MACs done, of those that the fired cores could do", format_percent(cost.mac_utilisation));
  row("effective efficiency",
      fmt::format("{:.2f} of {:.2f} TOPS/W", cost.effective_tops_per_watt, chip.peak_efficiency()));
  return text;
}

std::string energy_table(const ChipConfig& chip, const Mapping& mapping) {
  const auto mvms = mapping.cost.core_mvms;
  const auto digital = mapping.cost.digital_macs, bit_hops = mapping.cost.bit_hops;
  const auto times = [](std::int64_t count, double energy) {
    return quantity(static_cast<double>(count) * energy, "J");
  };
  std::string text = "| energy | count | each | together |\n|---|---:|---:|---:|\n";
  text += fmt::format("| core products | {} | {} | {} |\n", format_count(mvms),
                      quantity(chip.product_energy_j(), "J"), times(mvms, chip.product_energy_j()));
  text += fmt::format("| digital multiply-accumulates | {} | {} | {} |\n", format_count(digital),
                      quantity(chip.digital_energy_j_per_mac, "J"),
                      times(digital, chip.digital_energy_j_per_mac));
  text += fmt::format(
      "| bits x hops on links | {} | {} to {} | {} to {} |\n", format_count(bit_hops),
      quantity(chip.link_energy_low_j_per_bit, "J"), quantity(chip.link_energy_high_j_per_bit, "J"),
      times(bit_hops, chip.link_energy_low_j_per_bit), times(bit_hops, chip.link_energy_high_j_per_bit));
  const auto waiting = [&](double off_chip_j) {
    return quantity(waiting_energy_j(chip, mapping.cost, off_chip_j), "J");
  };
  text += fmt::format("| bits of waiting activations, written and read | {} | | {} to {} |\n",
                      format_count(mapping.cost.buffer_bits), waiting(chip.off_chip_energy_low_j_per_bit),
                      waiting(chip.off_chip_energy_high_j_per_bit));
  text += fmt::format("| together | | | {} to {} |\n", quantity(mapping.cost.energy_low_j, "J"),
                      quantity(mapping.cost.energy_high_j, "J"));
  text += fmt::format("| of it output conversion | | | {} to {} |\n",
                      times(mvms, chip.product_energy_j() * chip.conversion_share_low),
                      times(mvms, chip.product_energy_j() * chip.conversion_share_high));
  return text;
}

std::string layer_table(const Architecture& architecture, const Mapping& mapping) {
  std::string text = "| layer | matrix | products | blocks | cores |\n|---|---:|---:|---:|---|\n";
  for (size_t first = 0; first < mapping.blocks.size();) {
    const int node = mapping.blocks[first].node;
    std::set<int> cores;
    size_t last = first;
    for (; last < mapping.blocks.size() && mapping.blocks[last].node == node; ++last)
      cores.insert(mapping.blocks[last].core);
    const MatrixShape matrix = matrix_shape(architecture, node);
    text += fmt::format("| {} | {} x {} | {} | {} | {} |\n",
                        architecture.nodes()[static_cast<size_t>(node)].name, matrix.rows, matrix.columns,
                        format_count(matrix.products), last - first, fmt::join(cores, ", "));
    first = last;
  }
  return text;
}

std::string core_table(const ChipConfig& chip, const Mapping& mapping) {
  struct Load {
    std::int64_t cells = 0, products = 0;
    int blocks = 0;
  };
  std::map<int, Load> loads;
  for (const Block& block : mapping.blocks) {
    Load& load = loads[block.core];
    load.cells += std::int64_t{1} * block.extent.rows * block.extent.columns;
    load.products += block.products;
    ++load.blocks;
  }
  std::string text =
      "| core | grid row, column | blocks | cells used | products |\n|---:|---|---:|---:|---:|\n";
  for (const auto& [core, load] : loads)
    text += fmt::format(
        "| {} | {}, {} | {} | {} | {} |\n", core, core / chip.grid_columns, core % chip.grid_columns,
        load.blocks,
        format_percent(static_cast<double>(load.cells) / (1.0 * chip.crossbar_rows * chip.crossbar_columns)),
        format_count(load.products));
  return text;
}

std::string link_table(const Architecture& architecture, std::vector<Link> links) {
  constexpr size_t shown = 12;
  std::erase_if(links,
                [](const Link& link) { return link.from_core == off_chip || link.to_core == off_chip; });
  if (links.empty()) return "One core: nothing travels between cores.\n";
  std::stable_sort(links.begin(), links.end(), [](const Link& a, const Link& b) { return a.bits > b.bits; });
  std::string text = fmt::format("The busiest {} of {}; all are in links.json.\n\n",
                                 std::min(shown, links.size()), links.size());
  text += "| from core | to core | for layer | what | bits | hops |\n|---:|---:|---|---|---:|---:|\n";
  for (size_t i = 0; i < std::min(shown, links.size()); ++i)
    text += fmt::format("| {} | {} | {} | {} | {} | {} |\n", links[i].from_core, links[i].to_core,
                        architecture.nodes()[static_cast<size_t>(links[i].node)].name,
                        to_string(links[i].kind), format_count(links[i].bits), links[i].hops);
  return text;
}

/// Whose the numbers are: nobody but mho's own chip file is known to say where they come from.
std::string sources_of(const ChipConfig& chip) {
  if (chip.is_hermes64())
    return "These are the numbers of hermes64: configs/chips/hermes64.toml states the source of each.\n";
  std::string text = fmt::format("The chip's numbers are those of the chip file of {}.\n", chip.name);
  if (!chip.from_hermes64.empty())
    text += fmt::format("Not in that file, and so taken from hermes64: {}.\n",
                        fmt::join(chip.from_hermes64, ", "));
  return text;
}

/// Every key of features.json, a line each.
std::string feature_table(const std::string& features) {
  std::string text =
      "What the network's input is made of, in the order in which it is done (features.json, docs/data.md); "
      "then\nmean is taken off and the result divided by standard_deviation, by channel.\n\n| key | value |\n"
      "|---|---|\n";
  const auto json = nlohmann::ordered_json::parse(features);
  for (const auto& [key, value] : json.items())
    text += fmt::format("| {} | {} |\n", key, value.is_string() ? value.get<std::string>() : value.dump());
  return text;
}

}  // namespace

std::string write_report(const Architecture& architecture, const ChipConfig& chip, const Mapping& mapping,
                         const std::string& features) {
  const auto links = find_links(architecture, chip, mapping.blocks);
  std::string text =
      fmt::format("# {} on {}\n\n![floorplan](floorplan.svg)\n\n", architecture.name(), chip.name);
  text += "## Cost\n\n" + cost_table(chip, mapping.cost) + "\n";
  text += energy_table(chip, mapping) + "\n";
  text +=
      "Times count core products only, and energy leaves out moving the image in, max pooling and ReLU: no\n"
      "published figures exist for them. Published link energies differ, hence the bracket.\n" +
      sources_of(chip) + "\n";
  text += "## Layers on crossbars\n\n" + layer_table(architecture, mapping) + "\n";
  text += "## Cores\n\n" + core_table(chip, mapping) + "\n";
  text += "## Links\n\n" + link_table(architecture, links);
  if (!features.empty()) text += "\n## Before the network\n\n" + feature_table(features);
  return text;
}

}  // namespace mho
