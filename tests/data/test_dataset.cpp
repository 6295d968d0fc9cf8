// SPDX-License-Identifier: Apache-2.0
#include "core/data/dataset.hpp"

#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/config_file.hpp"
#include "core/base/error.hpp"
#include "core/data/prepared.hpp"
#include "tests/catch.hpp"
#include "tests/data/environment.hpp"
#include "tests/data/raw_files.hpp"
#include "tests/data_dir.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

namespace {

/// A folder of prepared sets with "kws" (300 + 60 samples, 3 classes) in it.
struct Prepared {
  explicit Prepared(int validation = 0) {
    write_idx_folder(folder / "raw", 300, 60, validation);
    prepare_data("idx", "kws", folder / "raw", folder / "data");
    task.data = "kws";
    task.folder = (folder / "data").string();
  }
  TemporaryFolder folder;
  TaskConfig task;
};

std::string error_of(const TaskConfig& task) {
  try {
    load_dataset(task);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

Samples numbered(int count, int classes) {
  Samples samples{1, 1, 1, {}, {}};
  for (int i = 0; i < count; ++i) {
    samples.images.push_back(static_cast<float>(i));
    samples.labels.push_back(i % classes);
  }
  return samples;
}

}  // namespace

TEST_CASE("What stands before the network comes with the data, the normalisation at its end") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "raw/train.csv", std::string("label,x\na,1\nb,3\n"));
  write_file_atomically(folder / "raw/test.csv", std::string("label,x\na,1\nb,3\n"));
  prepare_data("csv", "moves", folder / "raw", folder / "data");
  TaskConfig task;
  task.data = "moves";
  task.folder = (folder / "data").string();
  const auto dataset = load_dataset(task);
  const auto features = nlohmann::json::parse(dataset.features);
  CHECK(features["input"] == "csv");
  CHECK(features["mean"] == std::vector<double>{2});
  CHECK(features["standard_deviation"] == std::vector<double>{1});
  CHECK(dataset.class_names == std::vector<std::string>{"a", "b"});
}

TEST_CASE("A prepared set is split, stratified and normalised by the training split") {
  Prepared prepared;
  const auto dataset = load_dataset(prepared.task);
  CHECK(dataset.name == "kws");
  CHECK(dataset.classes == 3);
  CHECK(dataset.train.count() == 255);
  CHECK(dataset.validation.count() == 45);
  CHECK(dataset.test.count() == 60);
  CHECK(class_counts(dataset.validation.labels, 3) == std::vector<int>(3, 15));
  CHECK(dataset.train.height == 2);
  CHECK(dataset.train.width == 3);
  CHECK(dataset.train.images.size() == 255 * 6);
  double sum = 0, squares = 0;
  const auto all = join_samples(dataset.train, dataset.validation);
  for (const float value : all.images) sum += value, squares += static_cast<double>(value) * value;
  CHECK(std::abs(sum / 1800) < 1e-6);
  CHECK(squares / 1800 == Approx(1).epsilon(1e-5));
  const auto raw = static_cast<double>(static_cast<signed char>(pattern(1)[0]));
  CHECK(dataset.test.images[0] == Approx((raw - dataset.mean[0]) / dataset.standard_deviation[0]));
}

TEST_CASE("The same configuration gives the same samples, another split seed other ones") {
  Prepared prepared;
  const auto first = load_dataset(prepared.task), again = load_dataset(prepared.task);
  CHECK(first.train.images == again.train.images);
  CHECK(first.validation.images == again.validation.images);
  prepared.task.split_seed = 1;
  const auto other = load_dataset(prepared.task);
  CHECK(other.validation.images != first.validation.images);
  CHECK(other.test.images == first.test.images);
  CHECK(other.mean == first.mean);
}

TEST_CASE("Without a validation fraction all samples are for training") {
  Prepared prepared;
  prepared.task.validation_fraction = 0;
  const auto dataset = load_dataset(prepared.task);
  CHECK(dataset.train.count() == 300);
  CHECK(dataset.validation.count() == 0);
}

TEST_CASE("A set's own validation split is used whole") {
  Prepared prepared(30);
  const auto dataset = load_dataset(prepared.task);
  CHECK(dataset.train.count() == 300);
  CHECK(dataset.validation.count() == 30);
}

TEST_CASE("A text's characters stay numbers, its first windows come first, and each step has its answer") {
  const TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 40; ++i) text += "the quick brown fox ";
  write_file_atomically(folder / "book.txt", text);
  prepare_data("text", "book", folder / "book.txt", folder.path(), nullptr,
               read_recipe("text", "", {"text.steps=8"}));
  TaskConfig task;
  task.data = "book";
  task.folder = folder.path().string();
  task.target = Target::next_step;
  task.metric = "perplexity";
  task.max_train = 3;
  const auto dataset = load_dataset(task);
  CHECK(dataset.outputs == 16);
  CHECK(dataset.train.count() == 3);
  CHECK(dataset.validation.count() == 9);  // 80 characters
  CHECK(dataset.train.answers_each() == 8);
  for (size_t i = 0; i + 1 < dataset.train.images.size(); ++i)
    CHECK(dataset.train.images[i + 1] == static_cast<float>(dataset.train.answers()[i]));
  CHECK(dataset.class_names[static_cast<size_t>(dataset.train.images[0])] == "t");
  CHECK(dataset.features.find("\"vocabulary\": \" bcefhiknoqrtuwx\"") != std::string::npos);
  const auto joined = join_samples(dataset.train, dataset.validation);
  CHECK(joined.targets.size() == 12 * 8);
  task.target = Target::classes;
  task.metric = "accuracy";
  CHECK_THROWS_WITH(load_dataset(task),
                    ContainsSubstring("task.target: expected \"next_step\" for data set 'book'"));
}

TEST_CASE("Fewer samples are spread over the classes") {
  Prepared prepared;
  prepared.task.max_train = 60;
  prepared.task.max_test = 7;
  const auto dataset = load_dataset(prepared.task);
  CHECK(dataset.train.count() + dataset.validation.count() == 60);
  CHECK(class_counts(dataset.validation.labels, 3) == std::vector<int>(3, 3));
  CHECK(class_counts(dataset.test.labels, 3) == std::vector<int>{3, 2, 2});
}

TEST_CASE("Raw files below MHO_DATA_DIR and digits of an installed scikit-learn serve without preparing") {
  const TemporaryFolder folder;
  const ScopedCurrentFolder current(folder.path());
  const ScopedVariable data("MHO_DATA_DIR", (folder / "sets").string());
  write_idx_folder(folder / "sets/words", 30, 6);
  TaskConfig task;
  task.data = "words";
  CHECK(load_dataset(task).train.count() + load_dataset(task).validation.count() == 30);
  write_file_atomically(folder / ".venv/lib/python3.11/site-packages/sklearn/datasets/data/digits.csv.gz",
                        digits_csv(100));
  const ScopedVariable no_environment("VIRTUAL_ENV", std::nullopt);
  task.data = "digits";
  const auto digits = load_dataset(task);
  CHECK(digits.classes == 10);
  CHECK(digits.test.count() == 20);
  CHECK(!std::filesystem::exists(folder / "data"));
}

TEST_CASE("The current folder's data come before those of MHO_DATA_DIR") {
  const TemporaryFolder folder;
  const ScopedCurrentFolder current(folder.path());
  const ScopedVariable data("MHO_DATA_DIR", (folder / "sets").string());
  write_idx_folder(folder / "sets/words", 30, 6);
  write_idx_folder(folder / "raw", 60, 6);
  prepare_data("idx", "words", folder / "raw", "data");
  TaskConfig task;
  task.data = "words";
  task.validation_fraction = 0;
  CHECK(load_dataset(task).train.count() == 60);
}

TEST_CASE("Images are normalised by the training split, not at all, as given, or as a network wants them") {
  Prepared prepared;
  const auto train = load_dataset(prepared.task);
  auto task = prepared.task;
  task.normalise = Normalise::none;
  const auto raw = load_dataset(task);
  CHECK(raw.mean == std::vector<double>{0});
  CHECK(raw.test.images[5] == std::round(raw.test.images[5]));  // bytes
  CHECK(train.test.images[5] ==
        static_cast<float>((raw.test.images[5] - train.mean[0]) / train.standard_deviation[0]));
  task.normalise = Normalise::given;
  task.normalise_mean = {10};
  task.normalise_deviation = {4};
  CHECK(load_dataset(task).test.images[5] == (raw.test.images[5] - 10) / 4);
  const auto own = load_dataset(task, Normalisation{{2}, {8}});
  CHECK(own.test.images[5] == (raw.test.images[5] - 2) / 8);
  CHECK(own.standard_deviation == std::vector<double>{8});
  task.normalise_deviation = {1, 2};
  CHECK_THAT(error_of(task),
             ContainsSubstring("task.normalise_deviation: expected a finite number above 0") &&
                 ContainsSubstring("got [1, 2]"));
  task.normalise_deviation = {};
  CHECK_THAT(error_of(task), ContainsSubstring("got []"));
  CHECK_THROWS_AS(load_dataset(task, Normalisation{{2, 3}, {8, 8}}), InputError);
}

TEST_CASE("A set that is nowhere is refused with the command that prepares it") {
  const TemporaryFolder folder;
  const ScopedCurrentFolder current(folder.path());
  const ScopedVariable data("MHO_DATA_DIR", std::nullopt);
  TaskConfig task;
  task.data = "mnist";
  CHECK_THROWS_AS(load_dataset(task), DataError);
  CHECK_THAT(error_of(task), ContainsSubstring("found none in data/mnist"));
  CHECK_THAT(error_of(task), Catch::Matchers::EndsWith("mho data prepare mnist"));
  task.folder = "sets";
  CHECK_THAT(error_of(task), Catch::Matchers::EndsWith("mho data prepare mnist --out sets"));
  task.data = "mnits";
  CHECK_THAT(error_of(task), ContainsSubstring("(did you mean 'mnist'?)"));
  CHECK_THAT(error_of(task), ContainsSubstring("mho data prepare idx --name mnits --from FOLDER --out sets"));
  task.data = "../secret";
  CHECK_THROWS_AS(load_dataset(task), ConfigError);
}

TEST_CASE("A damaged prepared set is refused, not replaced by another") {
  Prepared prepared;
  write_file_atomically(prepared.folder / "data/kws/train_labels.npy", std::string("x"));
  CHECK_THAT(error_of(prepared.task), ContainsSubstring("train_labels.npy: byte 0"));
}

TEST_CASE("The [task] table is read and checked") {
  TaskConfig task;
  const std::vector<Section> sections{{"task", "", [&](FieldVisitor& visitor) { task.fields(visitor); }}};
  read_config_text(
      "[task]\ndata = \"mnist\"\nvalidation_fraction = 0.2\naugmentation = \"crop\"\nmax_train = 100\n",
      "run.toml", sections);
  CHECK(task.data == "mnist");
  CHECK(task.validation_fraction == 0.2);
  CHECK(task.augmentation == Augmentation::crop);
  CHECK(task.max_train == 100);
  CHECK_THROWS_WITH(set_config("task.augmentation=flip", sections),
                    ContainsSubstring("none, crop, crop_flip"));
  CHECK_THROWS_WITH(set_config("task.validation_fraction=1", sections),
                    ContainsSubstring("expected 0 to 0.9, got 1"));
  CHECK_THROWS_WITH(set_config("task.max_test=-1", sections), ContainsSubstring("got -1"));
}

TEST_CASE("Joined samples are those of both; an empty one changes nothing") {
  const auto joined = join_samples(numbered(3, 2), numbered(2, 2));
  CHECK(joined.images == std::vector<float>{0, 1, 2, 0, 1});
  CHECK(joined.labels == std::vector<int>{0, 1, 0, 0, 1});
  CHECK(join_samples({}, numbered(2, 2)).count() == 2);
  CHECK(join_samples(numbered(2, 2), {}).count() == 2);
  const Samples wide{1, 2, 1, {0, 0}, {0}};
  CHECK_THROWS_AS(join_samples(numbered(2, 2), wide), DataError);
  CHECK_THROWS_WITH(join_samples(numbered(2, 2), wide), ContainsSubstring("expected 1x1x1, found 1x2x1"));
}

TEST_CASE("Taken samples keep image and label together, spread over samples and classes") {
  const auto samples = numbered(100, 4);
  const auto taken = take_samples(samples, 20);
  REQUIRE(taken.count() == 20);
  CHECK(class_counts(taken.labels, 4) == std::vector<int>(4, 5));
  for (size_t i = 0; i < 20; ++i) CHECK(static_cast<int>(taken.images[i]) % 4 == taken.labels[i]);
  CHECK(taken.images.back() >= 76);
  CHECK(take_samples(samples, 0).count() == 100);
  CHECK(take_samples(samples, 1000).count() == 100);
}

TEST_CASE("MNIST is prepared and then loaded in less than 1.5 s") {
  const auto raw = real_data("mnist");
  if (!raw) return;
  const TemporaryFolder folder;
  prepare_data("mnist", "mnist", *raw, folder.path());
  TaskConfig task;
  task.data = "mnist";
  task.folder = folder.path().string();
  const auto start = std::clock();  // processor time: other programs do not count
  const auto dataset = load_dataset(task);
  const auto seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  CHECK(seconds < 1.5);
  CHECK(dataset.train.count() + dataset.validation.count() == 60'000);
  CHECK(dataset.mean.at(0) == Approx(33.318).epsilon(1e-4));  // 0.1307 x 255, the usual constants of MNIST
  CHECK(dataset.standard_deviation.at(0) == Approx(78.567).epsilon(1e-4));  // 0.3081 x 255
  std::cout << "MNIST: loaded in " << seconds << " s\n";
}

namespace {

/// A set of 40 + 8 samples of 2 x 1 with two values each: twice and three times the first pixel.
TaskConfig values_task(const TemporaryFolder& folder) {
  for (const auto& [split, count] : {std::pair("train", 40), std::pair("test", 8)}) {
    std::vector<float> images, values;
    for (int i = 0; i < count; ++i) {
      const auto pixel = static_cast<float>(i);
      images.insert(images.end(), {pixel, 1});
      values.insert(values.end(), {2 * pixel, 3 * pixel + 5});
    }
    const auto file = [&](const char* part) { return folder / "raw" / (std::string(split) + part); };
    std::filesystem::create_directories(folder / "raw");
    write_npy(file("_images.npy"), NpyArray::from(images, {count, 2, 1, 1}));
    write_npy(file("_values.npy"), NpyArray::from(values, {count, 2}));
  }
  prepare_data("npy", "slopes", folder / "raw", folder / "data");
  TaskConfig task;
  task.data = "slopes";
  task.folder = (folder / "data").string();
  task.target = Target::value;
  task.metric = "mse";
  return task;
}

}  // namespace

TEST_CASE("a set of values gives each sample its wanted numbers, in deviations of the training split") {
  const TemporaryFolder folder;
  const auto task = values_task(folder);
  const auto dataset = load_dataset(task);
  CHECK(dataset.outputs == 2);
  for (const auto* samples : {&dataset.train, &dataset.validation, &dataset.test}) {
    REQUIRE(std::ssize(samples->values) == 2 * samples->count());
    for (std::int64_t i = 0; i < samples->count(); ++i)
      for (int v = 0; v < 2; ++v)  // pixels and values are both linear in the sample's number
        CHECK(samples->values[static_cast<size_t>(2 * i + v)] ==
              Approx(samples->image(i)[0] * 1.0).margin(2));
  }
  double sum = 0, squares = 0;
  const auto all = training_samples(dataset, task);
  REQUIRE(all.count() == 40);
  for (const float v : all.values) sum += v, squares += v * v;
  CHECK(sum / 80 == Approx(0).margin(1e-6));
  CHECK(squares / 80 == Approx(1));
  CHECK(take_samples(all, 10).values.size() == 20);
}

TEST_CASE("a set of values is no set of classes, and the other way round") {
  const TemporaryFolder folder;
  auto task = values_task(folder);
  task.target = Target::classes;
  task.metric = "accuracy";
  CHECK_THAT(error_of(task), ContainsSubstring("task.target: expected \"value\" for data set 'slopes'"));
  Prepared prepared;
  prepared.task.target = Target::value;
  prepared.task.metric = "mse";
  CHECK_THAT(error_of(prepared.task), ContainsSubstring("which holds classes, got \"value\""));
}

TEST_CASE("a reconstruction trains on normal samples and is judged on all") {
  Prepared prepared;
  auto& task = prepared.task;
  task.target = Target::reconstruction;
  task.metric = "auc";
  task.normal_class = 2;
  const auto dataset = load_dataset(task);
  CHECK(dataset.outputs == 6);
  CHECK(dataset.train.count() == 85);
  CHECK(dataset.validation.count() == 45);
  CHECK(class_counts(dataset.test.labels, 2) == std::vector<int>{20, 40});
  CHECK(class_counts(dataset.train.labels, 2) == std::vector<int>{85, 0});
  CHECK(training_samples(dataset, task).count() == 100);
  task.target = Target::classes;
  task.metric = "accuracy";
  task.normal_class = 0;
  const auto classes = load_dataset(task);
  CHECK(training_samples(classes, task).count() == 300);
  task.target = Target::reconstruction;
  task.metric = "auc";
  task.normal_class = 3;
  CHECK_THAT(error_of(task), ContainsSubstring("task.normal_class: expected a class below the 3"));
}
