// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/known_data_sets.hpp"

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"

namespace mho {
namespace {

const std::vector<std::string> digit_names{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
const std::string mnist_url = "https://ossci-datasets.s3.amazonaws.com/mnist/";
const std::string fashion_url = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/";

// The sums are those of the original archives, as TensorFlow Datasets records them (url_checksums/mnist.txt,
// fashion_mnist.txt and cifar10.txt).
const std::vector<KnownDataSet> table{
    {"digits",
     "UCI handwritten digits, 1437 + 360, from an installed scikit-learn",
     "8x8x1",
     10,
     digit_names,
     {}},
    {"mnist",
     "MNIST handwritten digits, 60000 + 10000, 11 MB",
     "28x28x1",
     10,
     digit_names,
     {{mnist_url + "train-images-idx3-ubyte.gz",
       "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"},
      {mnist_url + "train-labels-idx1-ubyte.gz",
       "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"},
      {mnist_url + "t10k-images-idx3-ubyte.gz",
       "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"},
      {mnist_url + "t10k-labels-idx1-ubyte.gz",
       "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"}}},
    {"fashion-mnist",
     "Fashion-MNIST clothing, 60000 + 10000, 30 MB",
     "28x28x1",
     10,
     {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
      "Ankle boot"},
     {{fashion_url + "train-images-idx3-ubyte.gz",
       "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"},
      {fashion_url + "train-labels-idx1-ubyte.gz",
       "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"},
      {fashion_url + "t10k-images-idx3-ubyte.gz",
       "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"},
      {fashion_url + "t10k-labels-idx1-ubyte.gz",
       "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"}}},
    {"cifar10",
     "CIFAR-10 colour images, 50000 + 10000, 170 MB",
     "32x32x3",
     10,
     {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"},
     {{"https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
       "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"}}},
    {"idx",
     "Your own IDX files: train*, test* and optional validation* of idx3/idx4 and idx1",
     "any",
     0,
     {},
     {}},
    {"npy",
     "Your own arrays: train_images.npy (N x H x W or N x H x W x C; sequences N x steps x 1 x channels), "
     "train_labels.npy, test_*, optional validation_*",
     "any",
     0,
     {},
     {}},
    {"audio",
     "Your own recordings: a folder a class, or a list; WAV, FLAC, OGG; MFCC, log-mel or samples "
     "(docs/data.md)",
     "any",
     0,
     {},
     {}},
    {"csv",
     "Your own series as columns: train.csv and test.csv, or one file; .gz and .xz too (docs/data.md)",
     "any",
     0,
     {},
     {}},
    {"text",
     "Your own text: one file, .gz and .xz too; its characters, and which one follows each (docs/data.md)",
     "any",
     0,
     {},
     {}},
    {"images",
     "Your own pictures: a folder a class, or a list; PNG and JPEG (docs/data.md)",
     "any",
     0,
     {},
     {}},
};

}  // namespace

const std::vector<KnownDataSet>& known_data_sets() { return table; }

const KnownDataSet& find_data_set(const std::string& kind) {
  std::vector<std::string> names;
  for (const auto& set : table) {
    if (set.kind == kind) return set;
    names.push_back(set.kind);
  }
  throw ConfigError("unknown kind of data '" + kind + "'" + did_you_mean(kind, names) +
                    "; known: " + join(names));
}

}  // namespace mho
