// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/genome_json.hpp"

#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"

namespace mho {
namespace {

using Json = nlohmann::ordered_json;

BlockType read_type(const std::string& word) {
  if (const auto type = find_word<BlockType>(word)) return *type;
  throw DataError("a block's type: expected one of " + join(all_words<BlockType>()) + ", got '" + word + "'");
}

Genome read_genome(const Json& json) {
  Genome genome{json.at("stem_channels").get<int>(), json.at("stem_kernel").get<int>(), {}};
  for (const auto& block : json.at("blocks"))
    genome.blocks.push_back({block.at("residual_blocks").get<int>(), block.at("branches").get<int>(),
                             read_type(block.at("type").get<std::string>()),
                             block.at("widening").get<int>()});
  return genome;
}

}  // namespace

std::string genome_to_json(const Genome& genome) {
  Json blocks = Json::array();
  for (const auto& block : genome.blocks)
    blocks.push_back({{"residual_blocks", block.residual_blocks},
                      {"branches", block.branches},
                      {"type", word_of(block.type)},
                      {"widening", block.widening}});
  const Json json = {
      {"stem_channels", genome.stem_channels}, {"stem_kernel", genome.stem_kernel}, {"blocks", blocks}};
  return json.dump();
}

Genome genome_from_json(const std::string& text) {
  try {
    return read_genome(Json::parse(text));
  } catch (const std::exception& error) {
    throw DataError(std::string("expected a genome as JSON: ") + error.what());
  }
}

}  // namespace mho
