// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/export_csv.hpp"

#include <fmt/format.h>

#include <map>

#include "core/chip/mapping/links.hpp"
#include "core/chip/mapping/schedule.hpp"

namespace mho {
namespace {

/// A field in quotes where it needs them.
std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + "\"";
}

std::string name_of(const ChipExport& what, int node) {
  return quoted(what.architecture.nodes()[static_cast<size_t>(node)].name);
}

}  // namespace

std::string cores_csv(const ChipExport& what) {
  struct Load {
    std::int64_t cells = 0, products = 0;
    int blocks = 0;
  };
  std::map<int, Load> loads;
  for (const Block& block : what.mapping.blocks) {
    Load& load = loads[block.core];
    load.cells += std::int64_t{1} * block.extent.rows * block.extent.columns;
    load.products += block.products;
    ++load.blocks;
  }
  const double cells = 1.0 * what.chip.crossbar_rows * what.chip.crossbar_columns;
  std::string text = "core,grid_row,grid_column,blocks,used_cells,utilisation,products\n";
  for (const auto& [core, load] : loads)
    text += fmt::format("{},{},{},{},{},{:.6f},{}\n", core, core / what.chip.grid_columns,
                        core % what.chip.grid_columns, load.blocks, load.cells,
                        static_cast<double>(load.cells) / cells, load.products);
  return text;
}

std::string links_csv(const ChipExport& what) {
  std::string text = "from,to,layer,kind,bits_per_image,hops\n";
  for (const Link& link : find_links(what.architecture, what.chip, what.mapping.blocks))
    text += fmt::format("{},{},{},{},{},{}\n", link.from_core, link.to_core, name_of(what, link.node),
                        to_string(link.kind), link.bits, link.hops);
  return text;
}

std::string schedule_csv(const ChipExport& what) {
  std::string text = "timeline,layer,block,core,first_product,products,start,finish\n";
  const bool at_once = what.mapping.config.packing == PackingMode::disjoint;
  for (const auto& [name, images] : {std::pair{"one_image", Images::one}, {"pipelined", Images::pipelined}})
    for (const Step& step : make_schedule(what.architecture, what.mapping.blocks, images, at_once).steps)
      text += fmt::format("{},{},{},{},{},{},{},{}\n", name, name_of(what, step.node), step.block, step.core,
                          step.first_product, step.products, step.start, step.finish);
  return text;
}

}  // namespace mho
