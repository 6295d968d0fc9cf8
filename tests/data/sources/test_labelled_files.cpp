// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/labelled_files.hpp"

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

namespace {

const std::vector<std::string> endings{".wav"};

/// A folder with these files, each holding "x", and perhaps a list.
struct Folder {
  TemporaryFolder folder;

  explicit Folder(const std::vector<std::string>& paths, const std::string& list = "") {
    for (const auto& path : paths) write_file_atomically(folder / path, std::string("x"));
    if (!list.empty()) write_file_atomically(folder / "labels.csv", list);
  }
  std::vector<FoundSample> find(LabelConfig labels = {}, const SplitConfig& split = {}) const {
    if (std::filesystem::exists(folder / "labels.csv")) labels.list = "labels.csv";
    return find_labelled_files(SourceFiles(folder.path()), labels, split, endings);
  }
  std::string error(const LabelConfig& labels = {}) const {
    try {
      find(labels);
    } catch (const DataError& error) {
      return error.what();
    }
    return "no error";
  }
};

}  // namespace

TEST_CASE("A folder is a class, with a speaker in the file's name") {
  const auto found =
      Folder({"no/b_nohash_0.wav", "yes/a_nohash_1.wav", "_noise_/n.wav", "top.wav", "no/x.txt"}).find();
  REQUIRE(found.size() == 2);
  CHECK(found[0].label == "no");
  CHECK(found[0].group == "b");
  CHECK(found[0].stated_part == -1);
  CHECK(found[1].source == "yes/a_nohash_1.wav");
}

TEST_CASE("Folders of splits hold the folders of classes") {
  const auto found = Folder({"train/yes/1.wav", "val/no/2.wav", "test/no/deep/3.wav"}).find();
  REQUIRE(found.size() == 3);
  CHECK(found[0].label == "no");
  CHECK(found[0].stated_part == 2);
  CHECK(found[1].stated_part == 0);
  CHECK(found[2].stated_part == 1);
}

TEST_CASE("A list names files, labels, groups and splits in columns of any name") {
  const Folder folder({"w/1.wav", "w/2.wav"},
                      "path,digit,speaker,split\nw/1.wav,3,ann,train\nw/2.wav,4,bob,test\n");
  LabelConfig labels;
  labels.file_column = "path", labels.label_column = "digit", labels.group_column = "speaker";
  const auto found = folder.find(labels);
  REQUIRE(found.size() == 2);
  CHECK(found[1].source == "w/2.wav");
  CHECK(found[1].label == "4");
  CHECK(found[1].group == "bob");
  CHECK(found[1].stated_part == 2);
  CHECK_THAT(found[1].where, ContainsSubstring("labels.csv:3"));
  SplitConfig split;
  split.by = SplitRule::hash;
  CHECK(folder.find(labels, split)[0].stated_part == -1);
}

TEST_CASE("What a list says wrongly is refused with its line") {
  CHECK_THAT(Folder({"1.wav"}, "file,label\n1.wav,a\n2.wav,b\n").error(),
             ContainsSubstring("labels.csv:3: expected the file '2.wav' in"));
  CHECK_THAT(Folder({"1.wav"}, "file,label\n1.wav,a\n1.wav,b\n").error(),
             ContainsSubstring("labels.csv:3: expected each file once, found '1.wav' again"));
  CHECK_THAT(Folder({"1.wav"}, "file,label\n1.wav,\n").error(),
             ContainsSubstring("labels.csv:2: column 'label': expected a label, found none"));
  CHECK_THAT(
      Folder({"1.wav"}, "file,label,split\n1.wav,a,later\n").error(),
      ContainsSubstring("labels.csv:2: column 'split': expected train, validation or test, found 'later'"));
  CHECK_THAT(Folder({"1.wav"}, "file,lable\n1.wav,a\n").error(),
             ContainsSubstring("expected a column 'label', found none (did you mean 'lable'?)"));
  LabelConfig labels;
  labels.list = "other.csv";
  CHECK_THAT(Folder({"1.wav"}).error(labels), ContainsSubstring("other.csv: expected the list of labels"));
  CHECK_THAT(Folder({"1.wav"}).error(), ContainsSubstring("expected a folder a class with files .wav"));
}
