// SPDX-License-Identifier: Apache-2.0
#include "search/study/trial_file.hpp"

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

TEST_CASE("recorded trials are there when the file is opened again, by number") {
  const TemporaryFolder folder;
  const auto file = folder / "trials.jsonl";
  {
    TrialFile store(file);
    CHECK(store.count() == 0);
    for (const int number : {2, 0, 3}) store.record(make_trial(number, 0.5, 0.1, 1));
  }
  const TrialFile store(file);
  CHECK(store.count() == 3);
  CHECK(store.all().front().number == 0);
  CHECK(store.before(3).size() == 2);
  CHECK(store.find(1) == nullptr);
  REQUIRE(store.find(3));
  CHECK(store.find(3)->genome.whole("stem_channels") == 11);
}

TEST_CASE("a torn last line is dropped, wherever it was torn, and the next record starts a line of its own") {
  const auto whole = to_json_line(make_trial(0, 0.5, 0.1, 1)) + "\n";
  const auto last = to_json_line(make_trial(1, 0.5, 0.1, 1));
  for (const size_t length : {size_t{1}, last.size() / 2, last.size()}) {
    const TemporaryFolder folder;
    const auto file = folder / "trials.jsonl";
    write_file_atomically(file, whole + last.substr(0, length));
    TrialFile store(file);
    CHECK(store.count() == 1);
    store.record(make_trial(1, 0.5, 0.1, 1));
    CHECK(read_text_file(file) == whole + last + "\n");
  }
}

TEST_CASE("sorting the file orders its lines by number") {
  const TemporaryFolder folder;
  TrialFile store(folder / "trials.jsonl");
  std::string expected;
  for (const int number : {3, 1, 2, 0}) store.record(make_trial(number, 0.5, 0.1, 1));
  for (const int number : {0, 1, 2, 3}) expected += to_json_line(make_trial(number, 0.5, 0.1, 1)) + "\n";
  store.write_sorted(folder / "trials.jsonl");
  CHECK(read_text_file(folder / "trials.jsonl") == expected);
}

TEST_CASE("the same trial twice, as two searches in one folder leave it, counts once") {
  const TemporaryFolder folder;
  auto trial = make_trial(0, 0.5, 0.1, 1);
  auto lines = to_json_line(trial) + "\n" + to_json_line(make_trial(1, 0.5, 0.1, 1)) + "\n";
  trial.wall_s = 7;  // which no seed fixes
  write_file_atomically(folder / "trials.jsonl", lines + to_json_line(trial) + "\n");
  const TrialFile store(folder / "trials.jsonl");
  CHECK(store.count() == 2);
  CHECK(store.find(0)->wall_s == 0);
}

TEST_CASE("reading trials leaves the file as it is, a torn line too") {
  const TemporaryFolder folder;
  const auto text = to_json_line(make_trial(0, 0.5, 0.1, 1)) + "\n{\"trial\":";
  write_file_atomically(folder / "trials.jsonl", text);
  CHECK(read_trials(folder / "trials.jsonl").size() == 1);
  CHECK(read_text_file(folder / "trials.jsonl") == text);
  CHECK(read_trials(folder / "none").empty());
}

TEST_CASE("a trial without the score that trials are weighed by is refused with file and line") {
  const TemporaryFolder folder;
  auto trial = make_trial(0, 0.5, 0.1, 1);
  std::erase_if(trial.score->drift, [](const DriftPoint& point) { return point.time_s == one_day_s; });
  write_file_atomically(folder / "trials.jsonl", to_json_line(trial) + "\n");
  CHECK_THAT(message_of<DataError>([&] { TrialFile store(folder / "trials.jsonl"); }),
             ContainsSubstring("trials.jsonl:1: expected a trial") && ContainsSubstring("no score at 86400"));
}

TEST_CASE("a corrupt line and two records of one trial are refused with file and line") {
  const TemporaryFolder folder;
  const auto line = to_json_line(make_trial(0, 0.5, 0.1, 1)) + "\n";
  write_file_atomically(folder / "corrupt.jsonl", line + "{\"trial\": tru}\n" + line);
  CHECK_THAT(message_of<DataError>([&] { TrialFile store(folder / "corrupt.jsonl"); }),
             ContainsSubstring("corrupt.jsonl:2: expected a trial"));
  write_file_atomically(folder / "twice.jsonl", line + to_json_line(make_trial(0, 0.6, 0.1, 1)) + "\n");
  CHECK_THAT(message_of<DataError>([&] { TrialFile store(folder / "twice.jsonl"); }),
             ContainsSubstring("twice.jsonl:2: expected every trial once, got trial 0 again"));
}

TEST_CASE("a trial that cannot be written is an error and not in the store") {
  const TemporaryFolder folder;
  TrialFile store(folder / "missing folder" / "trials.jsonl");
  CHECK_THROWS_AS(store.record(make_trial(0, 0.5, 0.1, 1)), RunError);
  CHECK(store.count() == 0);
}
