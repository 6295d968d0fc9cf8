// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/sound_events.hpp"

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

TEST_CASE("events are read in the order of time, labels as names or numbers") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "events.csv", std::string("label,begin_s,end_s\nyes,2,2.5\n1,0.5,1\n"));
  const auto events = read_sound_events(folder / "events.csv", {"yes", "no"}, 2, 3);
  REQUIRE(events.size() == 2);
  CHECK(events[0].begin_s == 0.5);
  CHECK(events[0].label == 1);
  CHECK(events[1].end_s == 2.5);
  CHECK(events[1].label == 0);
}

TEST_CASE("events that cannot be are refused with their line") {
  const TemporaryFolder folder;
  const auto refusal = [&](const std::string& line) {
    write_file_atomically(folder / "events.csv", "begin_s,end_s,label\n0,1,no\n" + line + "\n");
    try {
      read_sound_events(folder / "events.csv", {"yes", "no"}, 2, 3);
    } catch (const DataError& error) {
      return std::string(error.what());
    }
    return std::string("taken");
  };
  CHECK_THAT(refusal("1,1,no"), ContainsSubstring("events.csv:3: expected 0 <= begin_s < end_s <= 3"));
  CHECK_THAT(refusal("-1,1,no"), ContainsSubstring("got -1 and 1"));
  CHECK_THAT(refusal("1,3.5,no"), ContainsSubstring("got 1 and 3.5"));
  CHECK_THAT(refusal("1,2,2"), ContainsSubstring("expected one of yes, no, got '2'"));
  CHECK_THAT(refusal("1,2,ye"), ContainsSubstring("did you mean 'yes'?"));
  CHECK_THAT(refusal("1,soon,no"), ContainsSubstring("end_s"));
  CHECK(refusal("1,2,yes") == "taken");
}
