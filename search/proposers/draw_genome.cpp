// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/draw_genome.hpp"

#include <fmt/format.h>

#include "core/base/quantity.hpp"

namespace mho {
namespace {

/// A proposer that brings so many known genomes for one trial has converged: a uniform draw explores more.
constexpr int most_known = 64;

/// Up to here a space is gone through before it counts as exhausted. Mapping a network takes a millisecond.
constexpr double largest_walk = 20000;

class Drawing {
 public:
  Drawing(const Proposer& propose, const ProposalRequest& request, const Refuse& refuse, Draws& draws)
      : propose_(propose), request_(request), refuse_(refuse), draws_(draws) {
    request_.acceptable = [&refuse](const Genome& genome) { return !refuse(genome); };
  }

  std::optional<DrawnGenome> from_proposer() {
    const int known_before = draws_.known;
    while (request_.draw < request_.search.max_draws && draws_.known - known_before < most_known)
      if (auto drawn = take(propose_(request_))) return drawn;
    return std::nullopt;
  }

  std::optional<DrawnGenome> uniform() {
    for (int i = 0; i < request_.search.max_draws; ++i) {
      Random random(request_.key().with("uniform"));
      if (auto drawn = take(request_.space.sample(random))) return drawn;
    }
    return std::nullopt;
  }

  /// From a place on that the seed decides, so that what is found does not lean to one end.
  std::optional<DrawnGenome> anywhere() {
    if (request_.space.size() > largest_walk) return std::nullopt;
    const auto genomes = static_cast<std::int64_t>(request_.space.size());
    Random random(request_.key().with("walk"));
    const auto first = random.integer(0, static_cast<int>(genomes) - 1);
    draws_ = {.whole_space = true};
    for (std::int64_t i = 0; i < genomes; ++i)
      if (auto drawn = take(request_.space.genome((first + i) % genomes))) return drawn;
    return std::nullopt;
  }

 private:
  std::optional<DrawnGenome> take(const Genome& genome) {
    ++request_.draw;
    const auto refusal = refuse_(genome);
    if (!refusal) return DrawnGenome{genome, request_.draw};
    draws_.known += *refusal == Refusal::known;
    draws_.by_parameters += *refusal == Refusal::parameters;
    draws_.by_macs += *refusal == Refusal::macs;
    draws_.by_cores += *refusal == Refusal::cores;
    return std::nullopt;
  }

  const Proposer& propose_;
  ProposalRequest request_;
  const Refuse& refuse_;
  Draws& draws_;
};

}  // namespace

std::optional<DrawnGenome> draw_genome(const Proposer& propose, const ProposalRequest& request,
                                       const Refuse& refuse, Draws& draws) {
  Drawing drawing(propose, request, refuse, draws);
  if (auto drawn = drawing.from_proposer()) return drawn;
  if (auto drawn = drawing.uniform()) return drawn;
  return drawing.anywhere();
}

std::string refused_by(const Draws& draws) {
  return fmt::format("{} refused by parameters, {} by multiply-accumulates, {} by cores",
                     format_count(draws.by_parameters), format_count(draws.by_macs),
                     format_count(draws.by_cores));
}

std::string exhausted_note(const SearchConfig& search, int trial, const Draws& draws) {
  const auto looked_at = std::int64_t{draws.known} + draws.by_parameters + draws.by_macs + draws.by_cores;
  const auto what = draws.whole_space
                        ? fmt::format("the space ran out of new genomes at trial {} of {}: of its {} genomes",
                                      trial, search.trials, format_count(looked_at))
                        : fmt::format("the search found no new genome for trial {} of {}: of {} draws", trial,
                                      search.trials, format_count(looked_at));
  return fmt::format("{} {} were known already, {}", what, format_count(draws.known), refused_by(draws));
}

}  // namespace mho
