// SPDX-License-Identifier: Apache-2.0
#include "search/candidate_config.hpp"

#include "core/base/error.hpp"
#include "search/models/genome_features.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

RunConfig joint() {
  auto config = small_config();
  config.space.training.learning_rate = {0.001, 0.1};
  config.space.hardware = {.adc_bits = {6, 8},
                           .crossbar_size = {64, 256},
                           .mapping_objectives = {MappingObjective::cores, MappingObjective::energy}};
  return config;
}

}  // namespace

TEST_CASE("settings of a genome are set in its own configuration, of the chip too") {
  const auto config = joint();
  const auto own = candidate_config(config, {{{"stem_channels", std::int64_t{8}},
                                              {"training.learning_rate", 0.0125},
                                              {"hardware.adc_bits", std::int64_t{6}},
                                              {"hardware.crossbar_size", std::int64_t{64}},
                                              {"chip.objective", std::string("energy")}}});
  CHECK(own.training.learning_rate == 0.0125);
  CHECK(own.hardware.adc_bits == 6);
  CHECK(own.chip.adc_bits == 6);
  CHECK((own.hardware.crossbar_rows == 64 && own.chip.crossbar_columns == 64));
  CHECK(own.mapping.objective == MappingObjective::energy);
  CHECK(config.hardware.adc_bits == 8);
  const double share = (config.chip.conversion_share_low + config.chip.conversion_share_high) / 2;
  CHECK(own.chip.mvm_energy_j ==
        Approx(config.chip.mvm_energy_j * (share / 4 + 1 - share) * (share / 4 + (1 - share) / 16)));
}

TEST_CASE("genes of training and hardware stand after those of the network, and names tell them") {
  const Space space(joint().space);
  Random random(RandomKey(1));
  const auto genome = space.sample(random);
  CHECK(genome.entries.back().gene == "chip.objective");
  CHECK_THAT(space.name(genome), ContainsSubstring("OC") && ContainsSubstring("|hardware.adc_bits="));
  const auto groups = feature_groups(space);
  const auto network_groups = feature_groups(Space(small_config().space));
  CHECK(groups.size() == network_groups.size() + 3 + 2);  // numbers, and one of two words
}

TEST_CASE("a setting that the run cannot have is refused with the gene before anything is trained") {
  auto config = joint();
  config.space.hardware.devices_per_cell = {1, 4};
  CHECK_THAT(message_of<ConfigError>([&] { check_run_config(config); }),
             ContainsSubstring("gene hardware.devices_per_cell: 1"));
  config = joint();
  config.space.training.learning_rate = {0.1};
  CHECK_THAT(message_of<ConfigError>([&] { check_run_config(config); }),
             ContainsSubstring("space.training.learning_rate: expected [smallest, largest]"));
}
