// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/digits.hpp"

#include <iostream>

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/data/environment.hpp"
#include "tests/data/raw_files.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

namespace {

std::string error_of(const std::string& csv) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "d.csv", csv);
  try {
    read_digits(folder / "d.csv");
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("Lines become 8x8 images, the last fifth is the test split") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "d.csv", digits_csv(57));
  const auto set = read_digits(folder / "d.csv");
  CHECK(set.train.count() == 45);
  CHECK(set.test.count() == 12);
  CHECK(sample_shape(set) == std::array<int, 3>{8, 8, 1});
  CHECK(set.train.labels.at(44) == 4);
  CHECK(set.test.labels.at(0) == 5);
  CHECK(set.train.images.bytes.at(64 + 2) == (5 + 6) % 17);
  CHECK(set.test.images.bytes.at(1) == (45 * 5 + 3) % 17);
}

TEST_CASE("A line that is not 64 pixels and a label is refused with its number and column") {
  const auto good = digits_csv(10);
  CHECK(error_of(good) == "no error");
  CHECK_THAT(error_of(""), ContainsSubstring("expected training and test samples, found 0 and 0"));
  CHECK_THAT(error_of(good + "1,2,3\n"), ContainsSubstring("d.csv:11: column 3"));
  CHECK_THAT(error_of(good + "17" + good.substr(1)),
             ContainsSubstring("d.csv:11: column 1: expected a whole number from 0 to 16"));
  CHECK_THAT(error_of(good + "-1" + good.substr(1)), ContainsSubstring("column 1"));
  CHECK_THAT(error_of(good + "x" + good.substr(1)), ContainsSubstring("found 'x,"));
  auto line = digits_csv(1);
  line.pop_back();
  CHECK_THAT(error_of(good + line + ",3\n"),
             ContainsSubstring("column 65: expected a whole number from 0 to 9"));
  CHECK_THAT(error_of(good + line + "0\n"), ContainsSubstring("no error"));  // label 00
  CHECK_THAT(error_of(good + line.substr(0, line.size() - 1) + "10\n"), ContainsSubstring("column 65"));
}

TEST_CASE("The file is found by name, in its folder, and in the places of Python packages") {
  const TemporaryFolder folder;
  const std::string inside = "sklearn/datasets/data/digits.csv.gz";
  const ScopedVariable no_environment("VIRTUAL_ENV", std::nullopt), no_path("MHO_PYTHON_PATH", std::nullopt);
  const ScopedCurrentFolder current(folder.path());
  write_file_atomically(folder / "digits.csv.gz", digits_csv(10));
  CHECK(find_digits(folder.path()) == folder / "digits.csv.gz");
  CHECK(find_digits(folder / "digits.csv.gz") == folder / "digits.csv.gz");

  write_file_atomically(folder / ("packages/" + inside), digits_csv(10));
  const ScopedVariable path("MHO_PYTHON_PATH",
                            (folder / "none").string() + "::" + (folder / "packages").string());
  if (!std::filesystem::exists("/usr/lib/python3/dist-packages/" + inside))
    CHECK(find_digits() == folder / ("packages/" + inside));
  write_file_atomically(folder / (".venv/lib/python3.11/site-packages/" + inside), digits_csv(10));
  CHECK(find_digits() == std::filesystem::path(".venv/lib/python3.11/site-packages") / inside);
  write_file_atomically(folder / ("env/lib/python3.12/site-packages/" + inside), digits_csv(10));
  const ScopedVariable environment("VIRTUAL_ENV", (folder / "env").string());
  CHECK(find_digits() == folder / ("env/lib/python3.12/site-packages/" + inside));
}

TEST_CASE("When the file is nowhere, every place and the way out are named") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(find_digits(folder.path()), DataError);
  CHECK_THROWS_WITH(find_digits(folder.path()), ContainsSubstring((folder / "digits.csv.gz").string()));
  CHECK_THROWS_WITH(find_digits(folder.path()), ContainsSubstring("mho data prepare digits --from FILE"));
}

TEST_CASE("The installed scikit-learn's digits are the 1797 of UCI") {
  std::filesystem::path file;
  try {
    file = find_digits();
  } catch (const DataError&) {
    std::cout << "skipped: no scikit-learn with digits.csv.gz is installed\n";
    return;
  }
  const auto set = read_digits(file);
  CHECK(set.train.count() == 1437);
  CHECK(set.test.count() == 360);
  auto all = set.train.labels;
  all.insert(all.end(), set.test.labels.begin(), set.test.labels.end());
  CHECK(class_counts(all, 10) == std::vector<int>{178, 182, 177, 183, 181, 182, 181, 179, 174, 180});
}
