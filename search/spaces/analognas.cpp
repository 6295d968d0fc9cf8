// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/analognas.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "search/spaces/build_architecture.hpp"
#include "search/spaces/range_checks.hpp"

namespace mho {
namespace {

enum Group { stem_channels, stem_kernel, depth, convolutions, presence, channels, residual, branches, type };

/// Where the logarithm of `value` lies between those of the smallest and the largest; 0 when they are one.
double position(double value, double smallest, double largest) {
  return largest > smallest ? std::log(value / smallest) / std::log(largest / smallest) : 0.0;
}

double position(int value, const std::vector<int>& range) {
  const auto [smallest, largest] = std::minmax_element(range.begin(), range.end());
  return position(value, *smallest, *largest);
}

void add_block(FeatureRow& row, const SpaceConfig& space, const MainBlock* block, double width) {
  row.add(presence, block ? 1 : 0);
  row.add(channels, block ? width : 0);
  row.add(residual, block ? position(block->residual_blocks, space.residual_blocks) : 0);
  row.add(branches, block ? position(block->branches, space.branches) : 0);
  for (const auto known : space.block_types) row.add(type, block && known == block->type ? 1 : 0);
}

void add_stem(FeatureRow& row, const SpaceConfig& space, const AnalogNasGenome& genome) {
  int convolutions_done = 0;
  for (const auto& block : genome.blocks) convolutions_done += block.residual_blocks * block.branches;
  row.add(stem_channels, position(genome.stem_channels, space.stem_channels));
  row.add(stem_kernel, position(genome.stem_kernel, space.stem_kernels));
  row.add(depth, position(static_cast<int>(genome.blocks.size()), space.main_blocks));
  row.add(convolutions,
          position(convolutions_done, space.main_blocks[0] * space.residual_blocks[0] * space.branches[0],
                   space.main_blocks[1] * space.residual_blocks[1] * space.branches[1]));
}

class AnalogNas : public SpaceKind {
 public:
  explicit AnalogNas(SpaceConfig config) : config_(std::move(config)) {}

  std::string name(const Genome& genome) const override { return to_string(analognas_genome(genome)); }
  Architecture build(const Genome& genome, Shape input, int classes) const override {
    return build_architecture(analognas_genome(genome), input, classes, config_);
  }
  bool add_features(const Genome& flat, FeatureRow& row) const override {
    const auto genome = analognas_genome(flat);
    const auto& space = config_;
    const auto [narrowest, widest] =
        std::minmax_element(space.stem_channels.begin(), space.stem_channels.end());
    add_stem(row, space, genome);
    double width = genome.stem_channels;
    for (int i = 0; i < space.main_blocks[1]; ++i) {
      const bool present = i < std::ssize(genome.blocks);
      const MainBlock* block = present ? &genome.blocks[static_cast<size_t>(i)] : nullptr;
      if (block) width *= block->widening;
      add_block(row, space, block,
                position(width, *narrowest * std::pow(space.widening[0], i + 1),
                         *widest * std::pow(space.widening[1], i + 1)));
    }
    return true;
  }

 private:
  SpaceConfig config_;
};

/// A gene of main block `block`: there from so many main blocks on, and drawn as the first block's.
Gene of_block(int block, const std::string& name, Gene gene, const std::vector<int>& main_blocks) {
  gene.name = fmt::format("block{}_{}", block, name);
  gene.like = "block1_" + name;
  if (block <= main_blocks[0]) return gene;
  gene.when = Condition{"main_blocks", {}};
  for (int m = block; m <= main_blocks[1]; ++m) gene.when->values.emplace_back(std::int64_t{m});
  return gene;
}

/// As in the paper a mutation draws any other channels, kernel, residual blocks or widening, and adds or
/// takes away one branch or main block.
Gene moving(Gene gene, Move move) {
  gene.move = move;
  return gene;
}

Gene range(const std::vector<int>& bounds, Move move) {
  return moving(make_integer("", bounds[0], bounds[1]), move);
}

void check(const SpaceConfig& config) {
  check_list("stem_channels", config.stem_channels);
  check_list("stem_kernels", config.stem_kernels);
  check_range("main_blocks", config.main_blocks);
  check_range("residual_blocks", config.residual_blocks);
  check_range("branches", config.branches);
  check_words("block_types", config.block_types);
  check_range("widening", config.widening);
  config.shape.check(config.stem_kernels);
}

}  // namespace

AnalogNasGenome::operator Genome() const {
  Genome genome;
  const auto add = [&](std::string gene, Value value) {
    genome.entries.push_back({std::move(gene), std::move(value)});
  };
  add("stem_channels", std::int64_t{stem_channels});
  add("stem_kernel", std::int64_t{stem_kernel});
  add("main_blocks", std::int64_t{std::ssize(blocks)});
  for (size_t i = 0; i < blocks.size(); ++i) {
    const auto prefix = fmt::format("block{}_", i + 1);
    add(prefix + "residual_blocks", std::int64_t{blocks[i].residual_blocks});
    add(prefix + "branches", std::int64_t{blocks[i].branches});
    add(prefix + "type", word_of(blocks[i].type));
    add(prefix + "widening", std::int64_t{blocks[i].widening});
  }
  return genome;
}

AnalogNasGenome analognas_genome(const Genome& genome) {
  const auto whole = [&](const std::string& gene) { return static_cast<int>(genome.whole(gene)); };
  AnalogNasGenome typed{whole("stem_channels"), whole("stem_kernel"), {}};
  const int blocks = whole("main_blocks");
  for (int i = 1; i <= blocks; ++i) {
    const auto prefix = fmt::format("block{}_", i);
    typed.blocks.push_back({whole(prefix + "residual_blocks"), whole(prefix + "branches"),
                            genome.word_as<BlockType>(prefix + "type"), whole(prefix + "widening")});
  }
  return typed;
}

std::string to_string(const AnalogNasGenome& genome) {
  std::string text = fmt::format("OC{}-KS{}", genome.stem_channels, genome.stem_kernel);
  for (const auto& block : genome.blocks)
    text += fmt::format("|R{}B{}{}W{}", block.residual_blocks, block.branches, word_of(block.type),
                        block.widening);
  return text;
}

SpaceParts analognas_space(const SpaceConfig& config) {
  check(config);
  SpaceParts parts{.kind = std::make_shared<AnalogNas>(config)};
  parts.genes = {moving(make_ordered("stem_channels", values_of(config.stem_channels)), Move::any),
                 moving(make_ordered("stem_kernel", values_of(config.stem_kernels)), Move::any),
                 make_integer("main_blocks", config.main_blocks[0], config.main_blocks[1])};
  parts.genes.back().move = Move::neighbour;
  parts.width = {"stem_channels"};
  parts.depth = {"main_blocks"};
  for (int block = 1; block <= config.main_blocks[1]; ++block) {
    const auto add = [&](const std::string& name, Gene gene) {
      parts.genes.push_back(of_block(block, name, std::move(gene), config.main_blocks));
      return parts.genes.back().name;
    };
    const auto r = add("residual_blocks", range(config.residual_blocks, Move::any));
    const auto b = add("branches", range(config.branches, Move::neighbour));
    const auto ct = add("type", make_choice("", values_of(words_for(config.block_types))));
    const auto wf = add("widening", range(config.widening, Move::any));
    parts.width.insert(parts.width.end(), {wf, b});
    parts.depth.insert(parts.depth.end(), {r, ct});
  }
  return parts;
}

}  // namespace mho
