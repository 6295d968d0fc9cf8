// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/words.hpp"

namespace mho {

/// A value of a gene: a whole number, a real one, a word or a yes or no.
using Value = std::variant<std::int64_t, double, std::string, bool>;

/// As it stands in names and messages: 16, 0.5, conv3, true.
std::string to_string(const Value& value);
/// Of a number; 0 for others.
double number_of(const Value& value);
bool is_number(const Value& value);

/// What a gene's values are to each other.
enum class GeneKind {
  choice,   ///< unordered: all are equally far from each other
  ordered,  ///< a list with neighbours
  integer,  ///< whole numbers from low to high
  real      ///< any number from low to high
};

template <>
inline constexpr std::array words_of<GeneKind>{"choice", "ordered", "integer", "real"};

/// A gene is there only while another one, which is there itself, has one of some values.
struct Condition {
  std::string gene;
  std::vector<Value> values;
  bool operator==(const Condition&) const = default;
};

/// How a mutation changes a value.
enum class Move {
  any,        ///< to any other value, all alike
  neighbour,  ///< one up or one down
  near        ///< by a normal step of a sixth of the range, on its scale
};

/// One thing that a search varies.
struct Gene {
  std::string name;
  GeneKind kind = GeneKind::choice;
  std::vector<Value> values = {};  ///< of a choice or an ordered choice, each once
  double low = 0;                  ///< of an integer or a real
  double high = 0;
  bool log = false;  ///< its logarithm is drawn, stepped and learned; low > 0
  std::optional<Condition> when = {};
  Move move = Move::any;
  std::string like = "";  ///< the gene that this one repeats, whose draw it takes when it comes to be there

  /// Number of different values; infinite for a real with low < high.
  double count() const;
  /// The value at `u` in [0, 1): equal parts for each value; on the gene's scale for numbers.
  Value at(double u) const;
  /// Value `index` of [0, count()), in their order. Not for reals.
  Value value(std::int64_t index) const;
  /// The place of a value among those of a choice or an integer; the places of an ordered choice are as
  /// listed. -1 where it has none.
  std::int64_t index_of(const Value& value) const;
  /// Where the value lies on the gene's scale, 0 to 1. Numbers of an ordered choice lie on a logarithmic
  /// scale (linear, where one is not positive), words at their rank.
  double position(const Value& value) const;
  bool varies() const { return count() > 1; }
  /// What keeps a value out of the gene, "expected ..., got ..."; "" for one of its values.
  std::string complaint(const Value& value) const;
  bool operator==(const Gene&) const = default;
};

Gene make_choice(std::string name, std::vector<Value> values);
Gene make_ordered(std::string name, std::vector<Value> values);
Gene make_integer(std::string name, double low, double high, bool log = false);
Gene make_real(std::string name, double low, double high, bool log = false);

/// Numbers or words as values.
std::vector<Value> values_of(const std::vector<int>& numbers);
std::vector<Value> values_of(const std::vector<std::string>& words);

/// Throws ConfigError, naming the gene: without values or with one twice, an empty or reversed range, a
/// logarithm of what is not positive, a name given twice or one that is no name, a condition on an unknown
/// gene, on a value that it cannot have, or in a cycle.
void check_genes(const std::vector<Gene>& genes);

}  // namespace mho
