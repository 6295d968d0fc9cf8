// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/space.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/error.hpp"
#include "core/base/sha256.hpp"
#include "search/spaces/genome_json.hpp"
#include "search/spaces/make_space.hpp"

namespace mho {
namespace {

/// Parents first, else as they were.
std::vector<Gene> sorted(std::vector<Gene> genes) {
  std::vector<Gene> order;
  const auto is_placed = [&](const std::string& name) {
    return std::any_of(order.begin(), order.end(), [&](const Gene& gene) { return gene.name == name; });
  };
  while (!genes.empty()) {
    const auto next = std::find_if(genes.begin(), genes.end(), [&](const Gene& gene) {
      return !gene.when || is_placed(gene.when->gene);
    });
    order.push_back(std::move(*next));
    genes.erase(next);
  }
  return order;
}

std::vector<size_t> places(const std::vector<std::string>& names, const std::vector<Gene>& genes) {
  std::vector<size_t> found;
  for (const auto& name : names)
    for (size_t i = 0; i < genes.size(); ++i)
      if (genes[i].name == name) found.push_back(i);
  return found;
}

bool is_one_of(const Value& value, const std::vector<Value>& values) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

/// From 1, in alphabetical order.
double rank(const Gene& gene, const Value& value) {
  const auto before = std::count_if(gene.values.begin(), gene.values.end(),
                                    [&](const Value& other) { return other < value; });
  return 1 + static_cast<double>(gene.kind == GeneKind::ordered ? gene.index_of(value) : before);
}

/// One-hot where values have no order, else the place on the gene's scale; zeros for a gene that is not
/// there.
void add_gene(FeatureRow& row, int group, const Gene& gene, const Value* value) {
  if (gene.kind != GeneKind::choice) return row.add(group, value ? gene.position(*value) : 0);
  for (const auto& known : gene.values) row.add(group, value && *value == known ? 1 : 0);
}

std::string shown(const Gene& gene) {
  const auto text = genes_to_json({gene});
  return text.substr(1, text.size() - 2);
}

}  // namespace

Space::Space(const SpaceConfig& config) : config_(config) {
  auto parts = make_space(config);
  own_ = parts.genes.size();
  for (auto& gene : setting_genes(config)) parts.genes.push_back(std::move(gene));
  check_genes(parts.genes);
  genes_ = sorted(std::move(parts.genes));
  kind_ = std::move(parts.kind);
  families_[0] = places(parts.width, genes_), families_[1] = places(parts.depth, genes_);
  children_.resize(genes_.size());
  for (size_t i = 0; i < genes_.size(); ++i) {
    const bool typed = std::count(families_[0].begin(), families_[0].end(), i) +
                           std::count(families_[1].begin(), families_[1].end(), i) >
                       0;
    if (!typed) families_[2].push_back(i);
    const auto like = places({genes_[i].like}, genes_);
    likes_.push_back(like.empty() ? i : like.front());
    parents_.push_back(genes_[i].when ? static_cast<int>(places({genes_[i].when->gene}, genes_).front())
                                      : -1);
    if (parents_[i] >= 0) children_[static_cast<size_t>(parents_[i])].push_back(i);
  }
  counts_.resize(genes_.size());
  for (size_t i = genes_.size(); i-- > 0;) {
    counts_[i] = decides(i) ? 0 : genes_[i].count();
    for (double v = 0; decides(i) && v < genes_[i].count(); ++v)
      counts_[i] += count_below(i, genes_[i].value(static_cast<std::int64_t>(v)));
    if (parents_[i] < 0) size_ *= counts_[i];
  }
}

double Space::count_below(size_t gene, const Value& value) const {
  double count = 1;
  for (const size_t child : children_[gene])
    if (is_one_of(value, genes_[child].when->values)) count *= counts_[child];
  return count;
}

bool Space::is_there(size_t gene, const std::vector<const Value*>& values) const {
  if (parents_[gene] < 0) return true;
  const auto* above = values[static_cast<size_t>(parents_[gene])];
  return above && is_one_of(*above, genes_[gene].when->values);
}

std::string Space::complaint(const Genome& genome, std::vector<const Value*>& values) const {
  values.assign(genes_.size(), nullptr);
  size_t next = 0;
  for (size_t i = 0; i < genes_.size(); ++i) {
    const auto& gene = genes_[i];
    const bool given = next < genome.entries.size() && genome.entries[next].gene == gene.name;
    if (!is_there(i, values)) {
      if (given)
        return fmt::format("{}: expected nothing, as {} has not the value for it, got {}", gene.name,
                           gene.when->gene, to_string(genome.entries[next].value));
      continue;
    }
    if (!given) return gene.name + ": expected a value, got nothing";
    values[i] = &genome.entries[next++].value;
    if (const auto wrong = gene.complaint(*values[i]); !wrong.empty()) return gene.name + ": " + wrong;
  }
  return next < genome.entries.size() ? genome.entries[next].gene + ": expected a gene of the space" : "";
}

std::vector<const Value*> Space::values(const Genome& genome) const {
  std::vector<const Value*> found;
  if (const auto wrong = complaint(genome, found); !wrong.empty()) throw InputError(wrong);
  return found;
}

bool Space::contains(const Genome& genome) const {
  std::vector<const Value*> found;
  return complaint(genome, found).empty();
}

std::vector<double> Space::encode(const Genome& genome) const {
  const auto given = values(genome);
  std::vector<double> encoding;
  for (size_t i = 0; i < genes_.size(); ++i)
    encoding.push_back(!given[i]              ? 0
                       : is_number(*given[i]) ? number_of(*given[i])
                                              : rank(genes_[i], *given[i]));
  return encoding;
}

std::string Space::hash() const {
  auto genes = genes_;  // the order of a list changes what a seed draws, not what the space holds
  for (auto& gene : genes) std::sort(gene.values.begin(), gene.values.end());
  auto shape = config_.shape;
  const auto common = config_.kind == SpaceType::analognas
                          ? write_config({{"space", "", [&](FieldVisitor& v) { shape.fields(v); }}})
                          : config_.network;
  // The widths of the stem's kernels are in the order of their heights.
  const auto stem = shape.stem_widths.empty() ? "" : fmt::format("{}", fmt::join(config_.stem_kernels, " "));
  return sha256(word_of(config_.kind) + "\n" + common + stem + "\n" + genes_to_json(genes));
}

void Space::place(size_t gene, double index, std::vector<Value>& values, std::vector<bool>& there) const {
  there[gene] = true;
  if (!decides(gene)) {
    values[gene] = genes_[gene].value(static_cast<std::int64_t>(index));
    return;
  }
  std::int64_t v = 0;
  double below = count_below(gene, genes_[gene].value(v));
  while (index >= below) {
    index -= below;
    below = count_below(gene, genes_[gene].value(++v));
  }
  values[gene] = genes_[gene].value(v);
  for (const size_t child : children_[gene]) {
    if (!is_one_of(values[gene], genes_[child].when->values)) continue;
    const auto rest = static_cast<std::int64_t>(index), choices = static_cast<std::int64_t>(counts_[child]);
    place(child, static_cast<double>(rest % choices), values, there);
    index = static_cast<double>(rest / choices);
  }
}

Genome Space::genome(std::int64_t index) const {
  std::vector<Value> values(genes_.size());
  std::vector<bool> there(genes_.size(), false);
  for (size_t i = 0; i < genes_.size(); ++i) {
    if (parents_[i] >= 0) continue;
    const auto choices = static_cast<std::int64_t>(counts_[i]);
    place(i, static_cast<double>(index % choices), values, there);
    index /= choices;
  }
  Genome genome;
  for (size_t i = 0; i < genes_.size(); ++i)
    if (there[i]) genome.entries.push_back({genes_[i].name, values[i]});
  return genome;
}

std::vector<double> Space::point(Random& random) const {
  std::vector<double> drawn(genes_.size());
  for (auto& coordinate : drawn) coordinate = random.uniform();
  return drawn;
}

Genome Space::at(const std::vector<double>& point) const {
  Genome genome;
  std::vector<Value> held(genes_.size());
  std::vector<const Value*> values(genes_.size(), nullptr);
  for (size_t i = 0; i < genes_.size(); ++i) {
    if (!is_there(i, values)) continue;
    held[i] = genes_[i].at(point.at(i));
    values[i] = &held[i];
    genome.entries.push_back({genes_[i].name, held[i]});
  }
  return genome;
}

Genome Space::complete(std::vector<const Value*> values, const std::vector<double>& point) const {
  Genome genome;
  std::vector<Value> drawn(genes_.size());
  for (size_t i = 0; i < genes_.size(); ++i) {
    if (!is_there(i, values)) {
      values[i] = nullptr;
      continue;
    }
    if (!values[i]) {
      drawn[i] = genes_[i].at(point.at(likes_[i]));
      values[i] = &drawn[i];
    }
    genome.entries.push_back({genes_[i].name, *values[i]});
  }
  return genome;
}

Genome Space::without_extras(const Genome& genome) const {
  Genome own;
  const auto given = values(genome);
  for (size_t i = 0; i < own_; ++i)
    if (given[i]) own.entries.push_back({genes_[i].name, *given[i]});
  return own;
}

std::string Space::name(const Genome& genome) const {
  if (own_ == genes_.size()) return kind_->name(genome);
  auto text = kind_->name(without_extras(genome));
  const auto given = values(genome);
  for (size_t i = own_; i < genes_.size(); ++i)
    text += fmt::format("|{}={}", genes_[i].name, to_string(*given[i]));
  return text;
}

Architecture Space::build(const Genome& genome, Shape input, int classes) const {
  return kind_->build(genome, input, classes);
}

FeatureRow Space::features(const Genome& genome) const {
  const auto given = values(genome);
  FeatureRow row;
  const bool told = kind_->add_features(genome, row);
  int group = row.groups.empty() ? 0 : 1 + *std::max_element(row.groups.begin(), row.groups.end());
  for (size_t i = told ? own_ : 0; i < genes_.size(); ++i) add_gene(row, group++, genes_[i], given[i]);
  return row;
}

std::string difference(const Space& there, const Space& here) {
  if (there.hash() == here.hash()) return "";
  if (there.config().kind != here.config().kind)
    return fmt::format("kind {} there, {} here", word_of(there.config().kind), word_of(here.config().kind));
  const auto find = [](const Space& space, const std::string& name) -> const Gene* {
    for (const auto& gene : space.genes())
      if (gene.name == name) return &gene;
    return nullptr;
  };
  for (const auto& gene : there.genes()) {
    const auto* other = find(here, gene.name);
    if (!other || !(*other == gene))
      return fmt::format("gene {}: {} there, {} here", gene.name, shown(gene),
                         other ? shown(*other) : "none");
  }
  for (const auto& gene : here.genes())
    if (!find(there, gene.name)) return fmt::format("gene {}: none there, {} here", gene.name, shown(gene));
  return "network template there and here";
}

}  // namespace mho
