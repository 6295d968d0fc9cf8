// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/genome.hpp"

#include "core/base/error.hpp"

namespace mho {
namespace {

template <class T>
const T& as(const Genome& genome, std::string_view gene, const char* what) {
  const auto* value = genome.find(gene);
  const auto* found = value ? std::get_if<T>(value) : nullptr;
  if (!found)
    throw InputError(std::string(gene) + ": expected " + what + " in the genome, got " +
                     (value ? to_string(*value) : "nothing"));
  return *found;
}

}  // namespace

const Value* Genome::find(std::string_view gene) const {
  for (const auto& entry : entries)
    if (entry.gene == gene) return &entry.value;
  return nullptr;
}

std::int64_t Genome::whole(std::string_view gene) const {
  return as<std::int64_t>(*this, gene, "a whole number");
}

double Genome::number(std::string_view gene) const {
  const auto* value = find(gene);
  return value && is_number(*value) ? number_of(*value) : as<double>(*this, gene, "a number");
}

const std::string& Genome::word(std::string_view gene) const {
  return as<std::string>(*this, gene, "a word");
}

std::string to_string(const Genome& genome) {
  std::string text;
  for (const auto& [gene, value] : genome.entries)
    text += (text.empty() ? "" : "|") + gene + "=" + to_string(value);
  return text;
}

}  // namespace mho
