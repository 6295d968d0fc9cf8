// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"
#include "core/base/words.hpp"
#include "search/spaces/gene.hpp"

namespace mho {

/// What a search varies: the values of the genes that are there, in the space's order. It means something
/// together with a Space only.
struct Genome {
  struct Entry {
    std::string gene;
    Value value;
    bool operator==(const Entry&) const = default;
  };
  std::vector<Entry> entries;

  /// Null where the gene is not there.
  const Value* find(std::string_view gene) const;
  /// Of a gene that is there. Throws InputError naming it.
  std::int64_t whole(std::string_view gene) const;
  double number(std::string_view gene) const;
  const std::string& word(std::string_view gene) const;
  /// Of a gene whose words are an enum's.
  template <Worded Enum>
  Enum word_as(std::string_view gene) const {
    if (const auto value = find_word<Enum>(word(gene))) return *value;
    throw InputError(std::string(gene) + ": expected one of " + join(all_words<Enum>()) + ", got " +
                     word(gene));
  }
  bool operator==(const Genome&) const = default;
};

/// "op=conv3|width=16": one text a genome, used as its identity.
std::string to_string(const Genome& genome);

}  // namespace mho
