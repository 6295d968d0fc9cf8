// SPDX-License-Identifier: Apache-2.0
#include "fuzz/parsers/parsers.hpp"

#include "core/data/sources/cifar.hpp"

namespace mho::fuzz {

Parser cifar() {
  const auto read = [](const std::string& bytes) {
    RawSamples samples;
    append_cifar10_batch(bytes, file_name, samples);
    expect(std::ssize(samples.images.bytes) == samples.count() * 3072, "images without labels");
  };
  return {"cifar", {std::string(3073, '\1') + std::string(3073, '\7')}, read};
}

}  // namespace mho::fuzz
