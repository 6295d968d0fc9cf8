// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/series.hpp"

#include <algorithm>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/data_dir.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

namespace {

Recipe recipe_of(const std::vector<std::string>& keys) { return read_recipe("csv", "", keys); }

std::string error_of(const std::string& text, const std::vector<std::string>& keys) {
  try {
    parse_series(text, "x.csv", recipe_of(keys));
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

const std::string wide =
    "beat,class,x0,x1,x2,x3,split\n"
    "1,N,1,2,3,4,train\n2,V,5,6,7,8,train\n3,N,1,1,1,1,test\n4,V,2,2,2,2,test\n";

const std::vector<std::string> wide_keys{"labels.label_column=class", "series.channels=[\"x0..x3\"]"};

/// Two recordings a class of three steps, x and y.
const std::string long_table =
    "id,step,label,x,y,split\n"
    "a,0,up,1,10,train\na,1,up,2,20,train\na,2,up,3,30,train\n"
    "b,0,down,4,40,train\nb,1,down,5,50,train\nb,2,down,6,60,train\n"
    "c,0,up,7,70,test\nc,1,up,8,80,test\nc,2,up,9,90,test\n"
    "d,0,down,0,0,test\nd,1,down,0,0,test\nd,2,down,0,0,test\n";

const std::vector<std::string> long_keys{"series.sample_columns=[\"id\"]", "series.step_column=step"};

std::vector<std::string> with(std::vector<std::string> keys, const std::string& one) {
  keys.push_back(one);
  return keys;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  return text.replace(text.find(what), what.size(), by);
}

}  // namespace

TEST_CASE("A line a sample becomes time x 1 x channels") {
  const auto set = parse_series(wide, "x.csv", recipe_of(wide_keys));
  CHECK(sample_shape(set) == std::array<int, 3>{4, 1, 1});
  CHECK(set.class_names == std::vector<std::string>{"N", "V"});
  CHECK(set.train.labels == std::vector<int>{0, 1});
  CHECK(set.train.images.as_float() == std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8});
  const auto pairs = parse_series(wide, "x.csv", recipe_of(with(wide_keys, "series.channels_a_step=2")));
  CHECK(sample_shape(pairs) == std::array<int, 3>{2, 1, 2});
}

TEST_CASE("A line a step becomes time x 1 x channels, all columns without another meaning") {
  const auto set = parse_series(long_table, "x.csv", recipe_of(long_keys));
  CHECK(sample_shape(set) == std::array<int, 3>{3, 1, 2});
  CHECK(set.class_names == std::vector<std::string>{"down", "up"});
  CHECK(set.train.labels == std::vector<int>{1, 0});
  CHECK(set.test.images.as_float() == std::vector<float>{7, 70, 8, 80, 9, 90, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("Windows are cut from recordings of any length, labelled as most of their steps") {
  auto keys = with(with(long_keys, "series.window=2"), "series.stride=1");
  auto text = replaced(long_table, "a,1,up", "a,1,down");
  text = replaced(text, "a,2,up", "a,2,down");
  const auto set = parse_series(text, "x.csv", recipe_of(keys));
  CHECK(sample_shape(set) == std::array<int, 3>{2, 1, 2});
  CHECK(set.train.labels == std::vector<int>{1, 0, 0, 0});  // up down: the earlier; down down; b; b
  CHECK(set.test.count() == 4);
  CHECK_THAT(error_of(text, long_keys),
             ContainsSubstring("x.csv:3: column 'label': expected 'up' as above, found 'down'"));
}

TEST_CASE("Groups split by patient") {
  const auto set =
      parse_series(wide, "x.csv",
                   recipe_of(with(with(with(wide_keys, "labels.group_column=beat"), "split.by=groups"),
                                  "split.test_groups=[\"1\", \"2\"]")));
  CHECK(set.train.images.as_float() == std::vector<float>{1, 1, 1, 1, 2, 2, 2, 2});
  CHECK(set.test.count() == 2);
}

TEST_CASE("What does not fit is refused with its line") {
  CHECK_THAT(error_of(wide, with(wide_keys, "labels.label_column=clas")),
             ContainsSubstring("x.csv:1: expected a column 'clas', found none (did you mean 'class'?)"));
  CHECK_THAT(error_of(wide, {"labels.label_column=class", "series.channels=[\"x0..x9\"]"}),
             ContainsSubstring("expected a column 'x9'"));
  CHECK_THAT(error_of(replaced(wide, "5,6,7,8", "5,nan,7,8"), wide_keys),
             ContainsSubstring("x.csv:3: column 'x1': expected a finite number, found 'nan'"));
  CHECK_THAT(error_of(replaced(wide, ",4,train", ",4"), wide_keys),
             ContainsSubstring("x.csv:2: expected 7 columns, found 6"));
  CHECK_THAT(error_of(replaced(wide, "2,V,5,6,7,8,train", "2,N,5,6,7,8,train"), wide_keys),
             ContainsSubstring("class 'V': expected samples to train and to test on, found 0 training"));
  CHECK_THAT(error_of(replaced(long_table, "b,2,down,6,60,train\n", ""), long_keys),
             ContainsSubstring("x.csv:5: recording 'b': expected 3 steps as in x.csv:2 (series.window cuts "
                               "recordings of any length), found 2 steps"));
  CHECK_THAT(error_of(replaced(long_table, "b,1,", "b,2,"), long_keys),
             ContainsSubstring("x.csv:6: column 'step': expected step 1 of 'b', found 2"));
  CHECK_THAT(error_of(replaced(long_table, "d,2,", "a,2,"), long_keys),
             ContainsSubstring("x.csv:13: expected the steps of a recording together, found 'a' again"));
  CHECK_THAT(
      error_of(long_table, with(long_keys, "series.window=4")),
      ContainsSubstring("x.csv:2: recording 'a': expected at least a window of 4 steps, found 3 steps"));
  CHECK_THAT(error_of(wide, with(wide_keys, "series.channels_a_step=3")),
             ContainsSubstring("series.channels_a_step (3)"));
  CHECK_THAT(error_of(wide, with(wide_keys, "series.layout=long")),
             ContainsSubstring("series.sample_columns"));
}

TEST_CASE("A folder holds a file a split; labels that only the test file knows are refused") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "train.csv", std::string("label,x\na,1\nb,2\n"));
  write_file_atomically(folder / "test.csv", std::string("label,x\na,3\nb,4\n"));
  write_file_atomically(folder / "val.csv", std::string("label,x\nb,5\n"));
  const auto set = read_series(folder.path(), recipe_of({}));
  CHECK(set.train.count() == 2);
  CHECK(set.validation.labels == std::vector<int>{1});
  write_file_atomically(folder / "test.csv", std::string("label,x\na,3\nb,3\nc,4\n"));
  CHECK_THROWS_WITH(
      read_series(folder.path(), recipe_of({})),
      ContainsSubstring("class 'c': expected samples to train and to test on, found 0 training"));
  write_file_atomically(folder / "test.csv", std::string("label,x,y\na,3,1\n"));
  CHECK_THROWS_WITH(read_series(folder.path(), recipe_of({})),
                    ContainsSubstring("test.csv:2: recording '0': expected 1 steps as in"));
  std::filesystem::remove(folder / "train.csv");
  CHECK_THROWS_WITH(read_series(folder.path(), recipe_of({})), ContainsSubstring("found no training file"));
}

TEST_CASE("The gestures and heart beats of the shared data are read with the documented keys") {
  if (const auto data = real_data("gestures")) {
    const auto set = read_series(
        *data, recipe_of({"series.sample_columns=[\"gesture\", \"sample\"]", "series.step_column=step",
                          "series.channels=[\"aX..gZ\"]", "labels.label_column=gesture"}));
    CHECK(sample_shape(set) == std::array<int, 3>{119, 1, 6});
    CHECK(set.train.count() == 100);
    CHECK(set.test.count() == 25);
    CHECK(set.class_names.at(0) == "AlohomoraCharm");
  }
  if (const auto data = real_data("mitbih")) {
    const auto set = read_series(
        *data, recipe_of({"series.channels=[\"x0..x255\"]", "labels.label_column=class",
                          "labels.group_column=record", "labels.classes=[\"N\",\"S\",\"V\",\"F\",\"Q\"]",
                          "split.validation_groups=[\"118\",\"119\",\"223\"]"}));
    CHECK(sample_shape(set) == std::array<int, 3>{256, 1, 1});
    CHECK(set.train.count() + set.validation.count() == 14154);
    CHECK(set.validation.count() > 100);
    CHECK(set.test.count() == 14452);
    CHECK(std::count(set.test.labels.begin(), set.test.labels.end(), 1) == 1837);
  }
}
