// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/gene.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"

namespace mho {
namespace {

bool is_list(const Gene& gene) { return gene.kind == GeneKind::choice || gene.kind == GeneKind::ordered; }

std::string shown(const std::vector<Value>& values) {
  std::vector<std::string> words;
  for (const auto& value : values) words.push_back(to_string(value));
  return fmt::format("[{}]", join(words));
}

/// Equal parts of [low - 1/2, high + 1/2] on the logarithmic scale.
std::int64_t whole_at(double u, double low, double high, bool log) {
  if (!log) {
    const double width = high - low + 1;
    return static_cast<std::int64_t>(low + std::min(std::floor(u * width), width - 1));
  }
  const double first = std::log(low - 0.5), last = std::log(high + 0.5);
  return std::llround(std::clamp(std::exp(first + u * (last - first)), low, high));
}

double place(double value, double low, double high, bool log) {
  if (!(high > low)) return 0;
  return log ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
}

void check_values(const Gene& gene) {
  if (gene.values.empty()) throw ConfigError("space: gene " + gene.name + ": expected values, got []");
  for (size_t i = 0; i < gene.values.size(); ++i)
    if (std::find(gene.values.begin(), gene.values.begin() + static_cast<std::ptrdiff_t>(i),
                  gene.values[i]) != gene.values.begin() + static_cast<std::ptrdiff_t>(i))
      throw ConfigError(
          fmt::format("space: gene {}: expected every value once, got {}", gene.name, shown(gene.values)));
  for (const auto& value : gene.values)
    if (const auto* number = std::get_if<double>(&value); number && !std::isfinite(*number))
      throw ConfigError(fmt::format("space: gene {}: expected finite values, got {}", gene.name, *number));
}

void check_range(const Gene& gene) {
  const auto got = fmt::format("got {} to {}", gene.low, gene.high);
  if (!std::isfinite(gene.low) || !std::isfinite(gene.high) || gene.low > gene.high)
    throw ConfigError(fmt::format("space: gene {}: expected low <= high, {}", gene.name, got));
  if (gene.log && gene.low <= 0)
    throw ConfigError(
        fmt::format("space: gene {}: expected low > 0 on a logarithmic scale, {}", gene.name, got));
  const bool whole = gene.low == std::floor(gene.low) && gene.high == std::floor(gene.high);
  const double most = 0x1p53;
  if (gene.kind == GeneKind::integer && (!whole || gene.low < -most || gene.high > most))
    throw ConfigError(fmt::format("space: gene {}: expected whole numbers, {}", gene.name, got));
}

/// Names stand in CSV files, TOML keys and the names of genomes.
void check_name(const Gene& gene) {
  const bool fine =
      !gene.name.empty() && std::all_of(gene.name.begin(), gene.name.end(), [](unsigned char c) {
        return std::isalnum(c) || c == '_' || c == '-' || c == '.';
      });
  if (!fine)
    throw ConfigError(
        fmt::format("space: gene '{}': expected a name of letters, digits, _, - and .", gene.name));
}

const Gene& conditioned_on(const std::vector<Gene>& genes, const Gene& gene) {
  std::vector<std::string> names;
  for (const auto& other : genes) {
    if (other.name == gene.when->gene) return other;
    names.push_back(other.name);
  }
  throw ConfigError(
      fmt::format("space: gene {}: expected a condition on a gene of the space, got one on '{}'{}", gene.name,
                  gene.when->gene, did_you_mean(gene.when->gene, names)));
}

void check_condition(const std::vector<Gene>& genes, const Gene& gene) {
  const auto* above = &gene;
  std::vector<std::string> path{gene.name};
  while (above->when) {
    above = &conditioned_on(genes, *above);
    path.push_back(above->name);
    if (path.size() > genes.size())
      throw ConfigError(fmt::format("space: gene {}: expected conditions without a cycle, got {}", gene.name,
                                    join(path, " on ")));
  }
  if (!gene.when) return;
  const auto& other = conditioned_on(genes, gene);
  if (gene.when->values.empty())
    throw ConfigError(
        fmt::format("space: gene {}: expected values of {} in its condition, got []", gene.name, other.name));
  if (other.kind == GeneKind::real)
    throw ConfigError(
        fmt::format("space: gene {}: expected a condition on a choice or an integer, got one on the real {}",
                    gene.name, other.name));
  for (const auto& value : gene.when->values)
    if (const auto wrong = other.complaint(value); !wrong.empty())
      throw ConfigError(fmt::format("space: gene {}: its condition on {}: {}", gene.name, other.name, wrong));
}

}  // namespace

std::string to_string(const Value& value) {
  if (const auto* word = std::get_if<std::string>(&value)) return *word;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *whole);
  return fmt::format("{}", std::get<double>(value));
}

bool is_number(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

double number_of(const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  const auto* real = std::get_if<double>(&value);
  return real ? *real : 0;
}

double Gene::count() const {
  if (is_list(*this)) return static_cast<double>(values.size());
  if (kind == GeneKind::integer) return high - low + 1;
  return high > low ? std::numeric_limits<double>::infinity() : 1;
}

Value Gene::at(double u) const {
  if (is_list(*this)) {
    const auto index = static_cast<size_t>(u * static_cast<double>(values.size()));
    return values[std::min(index, values.size() - 1)];
  }
  if (kind == GeneKind::integer) return whole_at(u, low, high, log);
  return std::clamp(log ? low * std::pow(high / low, u) : low + u * (high - low), low, high);
}

Value Gene::value(std::int64_t index) const {
  if (is_list(*this)) return values.at(static_cast<size_t>(index));
  if (kind == GeneKind::integer) return static_cast<std::int64_t>(low) + index;
  return low;
}

std::int64_t Gene::index_of(const Value& value) const {
  if (is_list(*this)) {
    const auto found = std::find(values.begin(), values.end(), value);
    return found == values.end() ? -1 : found - values.begin();
  }
  const auto* whole = std::get_if<std::int64_t>(&value);
  const bool within = whole && static_cast<double>(*whole) >= low && static_cast<double>(*whole) <= high;
  return kind == GeneKind::integer && within ? *whole - static_cast<std::int64_t>(low) : -1;
}

double Gene::position(const Value& value) const {
  if (!is_list(*this)) return place(number_of(value), low, high, log);
  if (!std::all_of(values.begin(), values.end(), is_number))
    return values.size() < 2 ? 0
                             : static_cast<double>(index_of(value)) / static_cast<double>(values.size() - 1);
  double smallest = number_of(values.front()), largest = smallest;
  for (const auto& known : values) {
    smallest = std::min(smallest, number_of(known));
    largest = std::max(largest, number_of(known));
  }
  return place(number_of(value), smallest, largest, smallest > 0);
}

std::string Gene::complaint(const Value& value) const {
  const auto got = "got " + to_string(value);
  if (is_list(*this))
    return index_of(value) >= 0 ? "" : fmt::format("expected one of {}, {}", shown(values), got);
  if (kind == GeneKind::integer)
    return index_of(value) >= 0 ? "" : fmt::format("expected {} to {}, {}", low, high, got);
  const auto* real = std::get_if<double>(&value);
  return real && *real >= low && *real <= high
             ? ""
             : fmt::format("expected a number from {} to {}, {}", low, high, got);
}

Gene make_choice(std::string name, std::vector<Value> values) {
  return {.name = std::move(name), .kind = GeneKind::choice, .values = std::move(values), .move = Move::any};
}

Gene make_ordered(std::string name, std::vector<Value> values) {
  return {.name = std::move(name),
          .kind = GeneKind::ordered,
          .values = std::move(values),
          .move = Move::neighbour};
}

Gene make_integer(std::string name, double low, double high, bool log) {
  const auto move = log || high - low > 9 ? Move::near : Move::neighbour;
  return {
      .name = std::move(name), .kind = GeneKind::integer, .low = low, .high = high, .log = log, .move = move};
}

Gene make_real(std::string name, double low, double high, bool log) {
  return {.name = std::move(name),
          .kind = GeneKind::real,
          .low = low,
          .high = high,
          .log = log,
          .move = Move::near};
}

std::vector<Value> values_of(const std::vector<int>& numbers) { return {numbers.begin(), numbers.end()}; }

std::vector<Value> values_of(const std::vector<std::string>& words) { return {words.begin(), words.end()}; }

void check_genes(const std::vector<Gene>& genes) {
  std::set<std::string> names;
  for (const auto& gene : genes) {
    check_name(gene);
    if (!names.insert(gene.name).second)
      throw ConfigError(fmt::format("space: gene {}: expected one gene of that name, got two", gene.name));
    if (is_list(gene))
      check_values(gene);
    else
      check_range(gene);
  }
  for (const auto& gene : genes) check_condition(genes, gene);
}

}  // namespace mho
