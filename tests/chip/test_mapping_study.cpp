// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/mapping_study.hpp"

#include "core/chip/mapping/cost.hpp"
#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {

TEST_CASE("a study's bounds hold for its mappings") {
  MappingConfig config;
  config.placement_moves = 2000;
  const ChipConfig chip;
  for (const char* name : {"resnet8", "ds_cnn", "autoencoder"}) {
    INFO(name);
    const MappingStudy study = study_mapping(builtin(name), chip, config);
    REQUIRE((study.packed && study.balanced && study.folded));
    CHECK(study.area_bound <= study.packed->cost.cores);
    CHECK(study.packed->cost.cores <= study.naive_cores);
    CHECK(study.ideal_interval <= study.balanced->cost.interval);
    CHECK(study.balanced->cost.interval <= study.naive_interval);
    CHECK(study.folded->cost.core_mvms <= study.packed->cost.core_mvms);
    CHECK(study.balanced_placement->placed <= study.balanced_placement->zig_zag);
    CHECK(study.balanced_placement->placed ==
          count_bit_hops(find_links(builtin(name), chip, study.balanced->blocks)));
  }
}

TEST_CASE("a study of ResNet-32 counts what the lower-bound study does") {
  MappingConfig config;
  config.placement_moves = 1000;
  const MappingStudy study = study_mapping(builtin("resnet32"), ChipConfig{}, config);
  CHECK(study.weights == 464'432);
  CHECK(study.naive_cores == 62);
  CHECK(study.area_bound == 8);
  CHECK(study.naive_interval == 1024);
  CHECK(study.ideal_interval == 287);
  CHECK(study.packed_placement->random > study.packed_placement->zig_zag);
}

TEST_CASE("a network that does not fit is studied as far as it goes") {
  const MappingStudy study =
      study_mapping(dense_chain("too_large", 8, {8, 16, 16}), small_chip(2, 2, 8), MappingConfig{});
  CHECK(study.naive_cores == 7);
  CHECK((!study.packed && !study.balanced && !study.folded && !study.balanced_placement));
  CHECK_THAT(study.reason, ContainsSubstring("3 short"));
}

}  // namespace mho
