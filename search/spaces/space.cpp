// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/space.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/base/config_file.hpp"
#include "core/base/error.hpp"
#include "core/base/sha256.hpp"

namespace mho {
namespace {

constexpr int stem_dimensions = 3;   // OC0, KS0, M
constexpr int block_dimensions = 4;  // R, B, CT, WF

void check_list(const std::string& key, const std::vector<int>& values) {
  if (values.empty()) throw ConfigError(fmt::format("space.{}: expected at least one value, got []", key));
  if (std::set<int>(values.begin(), values.end()).size() != values.size())
    throw ConfigError(fmt::format("space.{}: expected every value once, got {}", key, values));
  if (*std::min_element(values.begin(), values.end()) < 1)
    throw ConfigError(fmt::format("space.{}: expected values of at least 1, got {}", key, values));
}

void check_range(const std::string& key, const std::vector<int>& range) {
  if (range.size() != 2 || range[0] > range[1] || range[0] < 1)
    throw ConfigError(fmt::format(
        "space.{}: expected [smallest, largest] with 1 <= smallest <= largest, got {}", key, range));
}

void check_types(const std::vector<BlockType>& types) {
  if (types.empty() || std::set<BlockType>(types.begin(), types.end()).size() != types.size())
    throw ConfigError(fmt::format("space.block_types: expected some of A, B, C, D, E, each once, got {}",
                                  words_for(types)));
}

/// The element of a list that `u` in [0, 1) points at, the list cut into equal parts.
template <class T>
const T& pick(const std::vector<T>& values, double u) {
  const auto index = static_cast<size_t>(u * static_cast<double>(values.size()));
  return values[std::min(index, values.size() - 1)];
}

int pick_between(const std::vector<int>& range, double u) {
  const int width = range[1] - range[0] + 1;
  return range[0] + std::min(static_cast<int>(u * width), width - 1);
}

std::int64_t width_of(const std::vector<int>& range) { return range[1] - range[0] + 1; }

/// Number of different main blocks.
std::int64_t block_count(const SpaceConfig& space) {
  return width_of(space.residual_blocks) * width_of(space.branches) * width_of(space.widening) *
         std::ssize(space.block_types);
}

std::string not_in_list(const std::string& gene, const std::vector<int>& values, int value) {
  if (std::find(values.begin(), values.end(), value) != values.end()) return "";
  return fmt::format("{}: expected one of {}, got {}", gene, values, value);
}

std::string not_in_range(const std::string& gene, const std::vector<int>& range, std::int64_t value) {
  if (value >= range[0] && value <= range[1]) return "";
  return fmt::format("{}: expected {} to {}, got {}", gene, range[0], range[1], value);
}

std::string wrong_type(const std::string& gene, const std::vector<BlockType>& types, BlockType type) {
  if (std::find(types.begin(), types.end(), type) != types.end()) return "";
  return fmt::format("{}: expected one of {}, got '{}'", gene, words_for(types), word_of(type));
}

std::string first_of(std::initializer_list<std::string> complaints) {
  for (const auto& complaint : complaints)
    if (!complaint.empty()) return complaint;
  return "";
}

/// What keeps a genome out of the space, or "".
std::string complaint(const Genome& genome, const SpaceConfig& space) {
  std::string wrong = first_of({not_in_list("stem_channels", space.stem_channels, genome.stem_channels),
                                not_in_list("stem_kernel", space.stem_kernels, genome.stem_kernel),
                                not_in_range("main_blocks", space.main_blocks, std::ssize(genome.blocks))});
  for (size_t i = 0; i < genome.blocks.size() && wrong.empty(); ++i) {
    const auto& block = genome.blocks[i];
    const auto of_block = fmt::format(" of main block {}", i + 1);
    wrong =
        first_of({not_in_range("residual_blocks" + of_block, space.residual_blocks, block.residual_blocks),
                  not_in_range("branches" + of_block, space.branches, block.branches),
                  wrong_type("type" + of_block, space.block_types, block.type),
                  not_in_range("widening" + of_block, space.widening, block.widening)});
  }
  return wrong;
}

}  // namespace

void SpaceConfig::gene_fields(FieldVisitor& visitor) {
  visitor.field("stem_channels", &stem_channels, between(1, 256),
                "OC0: output channels of the first convolution");
  visitor.field("stem_kernels", &stem_kernels, between(1, 15), "KS0: kernel sizes of the first convolution");
  visitor.field("main_blocks", &main_blocks, between(1, 5), "M: [smallest, largest] number of main blocks");
  visitor.field("residual_blocks", &residual_blocks, between(1, 16),
                "R: [smallest, largest] number of residual blocks of a main block");
  visitor.field("branches", &branches, between(1, 12),
                "B: [smallest, largest] number of parallel branches of a residual block");
  visitor.field("block_types", &block_types,
                "CT: A bottleneck, B basic, C and D the same with batch norm and ReLU first, E depthwise "
                "separable");
  visitor.field("widening", &widening, between(1, 4),
                "WF: [smallest, largest] factor by which a main block multiplies its channels");
}

void SpaceConfig::fields(FieldVisitor& visitor) {
  gene_fields(visitor);
  shape.fields(visitor);
}

Space::Space(SpaceConfig config) : config_(std::move(config)) {
  check_list("stem_channels", config_.stem_channels);
  check_list("stem_kernels", config_.stem_kernels);
  check_range("main_blocks", config_.main_blocks);
  check_range("residual_blocks", config_.residual_blocks);
  check_range("branches", config_.branches);
  check_types(config_.block_types);
  check_range("widening", config_.widening);
  config_.shape.check(config_.stem_kernels);
}

int Space::dimensions() const { return stem_dimensions + block_dimensions * config_.main_blocks[1]; }

std::vector<double> Space::encode(const Genome& genome) const {
  if (const auto wrong = complaint(genome, config_); !wrong.empty()) throw InputError(wrong);
  std::vector<double> encoding{1.0 * genome.stem_channels, 1.0 * genome.stem_kernel,
                               1.0 * std::ssize(genome.blocks)};
  for (const auto& block : genome.blocks)
    for (const int gene :
         {block.residual_blocks, block.branches, static_cast<int>(block.type) + 1, block.widening})
      encoding.push_back(gene);
  encoding.resize(static_cast<size_t>(dimensions()), 0.0);
  return encoding;
}

bool Space::contains(const Genome& genome) const { return complaint(genome, config_).empty(); }

std::string Space::hash() const {
  auto ordered = config_;  // the order of a list changes what a seed draws, not what the space holds
  std::sort(ordered.stem_channels.begin(), ordered.stem_channels.end());
  if (ordered.shape.stem_widths.empty()) std::sort(ordered.stem_kernels.begin(), ordered.stem_kernels.end());
  std::sort(ordered.block_types.begin(), ordered.block_types.end());
  const bool usual = ordered.shape == NetworkShape{};  // spaces had no other before there was a choice
  const auto text = write_config({{"space", "", [&](FieldVisitor& visitor) {
                                     usual ? ordered.gene_fields(visitor) : ordered.fields(visitor);
                                   }}});
  return sha256(text);
}

double Space::size() const {
  double blocks = 0;
  for (int m = config_.main_blocks[0]; m <= config_.main_blocks[1]; ++m)
    blocks += std::pow(static_cast<double>(block_count(config_)), m);
  return static_cast<double>(config_.stem_channels.size() * config_.stem_kernels.size()) * blocks;
}

Genome Space::genome(std::int64_t index) const {
  const auto next = [&index](std::int64_t choices) {
    const auto choice = index % choices;
    index /= choices;
    return static_cast<size_t>(choice);
  };
  Genome genome{config_.stem_channels[next(std::ssize(config_.stem_channels))],
                config_.stem_kernels[next(std::ssize(config_.stem_kernels))],
                {}};
  int blocks = config_.main_blocks[0];
  std::int64_t of_so_many = 1;
  for (int i = 0; i < blocks; ++i) of_so_many *= block_count(config_);
  for (; index >= of_so_many; ++blocks) {
    index -= of_so_many;
    of_so_many *= block_count(config_);
  }
  for (int i = 0; i < blocks; ++i)
    genome.blocks.push_back(
        {config_.residual_blocks[0] + static_cast<int>(next(width_of(config_.residual_blocks))),
         config_.branches[0] + static_cast<int>(next(width_of(config_.branches))),
         config_.block_types[next(std::ssize(config_.block_types))],
         config_.widening[0] + static_cast<int>(next(width_of(config_.widening)))});
  return genome;
}

Genome Space::sample(Random& random) const {
  std::vector<double> point(static_cast<size_t>(dimensions()));
  for (auto& coordinate : point) coordinate = random.uniform();
  return at(point);
}

Genome Space::at(const std::vector<double>& point) const {
  Genome genome{pick(config_.stem_channels, point.at(0)), pick(config_.stem_kernels, point.at(1)), {}};
  const int main_blocks = pick_between(config_.main_blocks, point.at(2));
  for (int i = 0; i < main_blocks; ++i) {
    const auto first = static_cast<size_t>(stem_dimensions + block_dimensions * i);
    genome.blocks.push_back({pick_between(config_.residual_blocks, point.at(first)),
                             pick_between(config_.branches, point.at(first + 1)),
                             pick(config_.block_types, point.at(first + 2)),
                             pick_between(config_.widening, point.at(first + 3))});
  }
  return genome;
}

}  // namespace mho
