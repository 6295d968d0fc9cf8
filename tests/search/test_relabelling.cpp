// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "search/judges/function_evaluator.hpp"
#include "search/models/genome_features.hpp"
#include "search/models/gp_surrogate.hpp"
#include "search/run_search.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

using Labels = std::map<std::string, std::string>;

/// Other words, numbers among them, in another alphabetical order.
const Labels renamed{{"skip", "zebra"}, {"pool", "conv"}, {"conv", "7"}, {"sep", "a very long word"}};

/// Four unordered genes, one of them conditional, and an ordered one.
SpaceConfig space_of(const std::vector<std::string>& operations) {
  std::string words;
  for (const auto& word : operations) words += (words.empty() ? "\"" : ", \"") + word + "\"";
  const auto gene = [&](const std::string& name, const std::string& more) {
    return "{\"name\": \"" + name + "\", \"values\": [" + words + "]" + more + "}";
  };
  SpaceConfig config;
  config.kind = SpaceType::genes;
  config.genes = {gene("first", ""), gene("second", ""), gene("third", ""),
                  gene("inner", R"(, "when": {"first": [")" + operations[2] + R"("]})"),
                  R"({"name": "width", "kind": "ordered", "values": [8, 16, 32, 64]})"};
  return config;
}

std::string plain(const std::string& label, const Labels& labels) {
  for (const auto& [word, other] : labels)
    if (other == label) return word;
  return label;
}

/// The genome in the words that were not renamed.
Genome plain(Genome genome, const Labels& labels) {
  for (auto& entry : genome.entries)
    if (auto* word = std::get_if<std::string>(&entry.value)) *word = plain(*word, labels);
  return genome;
}

double worth(const Genome& genome) {
  const std::map<std::string, double> of{{"skip", 0.1}, {"pool", -0.2}, {"conv", 0.3}, {"sep", 0.25}};
  double sum = 0.01 * genome.number("width") / 64;
  for (const char* gene : {"first", "second", "third"}) sum += of.at(genome.word(gene));
  if (genome.word("first") == genome.word("second")) sum -= 0.15;
  return genome.find("inner") ? sum + 0.5 * of.at(genome.word("inner")) : sum;
}

std::vector<Genome> searched(const SpaceConfig& space, const std::string& proposer, SurrogateKind surrogate,
                             const Labels& labels) {
  SearchConfig search;
  search.proposer = proposer;
  search.surrogate = surrogate;
  search.objective = Objective::accuracy;
  search.trials = 40, search.population = 5, search.surrogate_pool = 64, search.seed = 3;
  const auto found =
      run_search(function_config(space, search), {}, FunctionEvaluator([&](const Genome& genome, int) {
                   return valued_trial(worth(plain(genome, labels)));
                 }));
  std::vector<Genome> genomes;
  for (const auto& trial : found.trials) genomes.push_back(plain(trial.genome, labels));
  return genomes;
}

}  // namespace

TEST_CASE("relabelling the values of unordered genes gives the same trials up to the labels") {
  const std::vector<std::string> words{"skip", "pool", "conv", "sep"};
  std::vector<std::string> others;
  for (const auto& word : words) others.push_back(renamed.at(word));
  for (const auto& proposer : proposer_names())
    for (const auto surrogate : {SurrogateKind::none, SurrogateKind::gp}) {
      if (surrogate == SurrogateKind::gp && proposer != "evolution") continue;
      INFO(proposer << ", surrogate " << word_of(surrogate));
      CHECK(searched(space_of(words), proposer, surrogate, {}) ==
            searched(space_of(others), proposer, surrogate, renamed));
    }
}

TEST_CASE("a model is blind to the order in which unordered values are listed") {
  const Space one{space_of({"skip", "pool", "conv", "sep"})},
      other{space_of({"sep", "skip", "conv", "pool"})};
  Random random(RandomKey(4));
  std::vector<Trial> trials;
  std::vector<Genome> unseen;
  for (int i = 0; i < 60; ++i) {
    const auto genome = one.sample(random);
    REQUIRE(other.contains(genome));
    if (i % 3 == 0) {
      unseen.push_back(genome);
      continue;
    }
    trials.push_back(valued_trial(worth(genome), 0.01));
    trials.back().genome = genome;
  }
  GpSurrogate first(400), second(400);
  first.fit(one, trials, RandomKey(1));
  second.fit(other, trials, RandomKey(1));
  const auto a = first.predict(unseen), b = second.predict(unseen);
  for (size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].accuracy == Approx(b[i].accuracy).margin(1e-6));
    CHECK(a[i].accuracy_uncertainty == Approx(b[i].accuracy_uncertainty).margin(1e-6));
  }
}

TEST_CASE(
    "all values of an unordered gene are equally far from each other, and a gene that is not there is "
    "zeros") {
  const Space space{space_of({"skip", "pool", "conv", "sep"})};
  const auto features = [&](const std::string& first, const std::string& second) {
    Genome genome{{{"first", first}, {"second", second}, {"third", std::string("skip")}}};
    if (first == "conv") genome.entries.push_back({"inner", std::string("sep")});
    genome.entries.push_back({"width", std::int64_t{8}});
    return genome_features(space, std::vector{genome}).row(0).eval();
  };
  const auto base = features("skip", "skip");
  for (const std::string word : {"pool", "conv", "sep"})
    CHECK((features("skip", word) - base).squaredNorm() == Approx(2));
  const auto groups = feature_groups(space);
  CHECK(*std::max_element(groups.begin(), groups.end()) == 4);  // a length scale a gene
  for (size_t d = 0; d < groups.size(); ++d)
    if (groups[d] == 3) CHECK(base[static_cast<Eigen::Index>(d)] == 0);
  CHECK((features("conv", "skip") - features("pool", "skip")).squaredNorm() == Approx(3));
}
