// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "core/data/sources/raw_set.hpp"

namespace mho {

/// Reads CIFAR-10 in its binary form: from a folder with any number of data_batch_*.bin and one
/// test_batch.bin, each plain, .gz or .xz, in the order of their names; or from the archive
/// cifar-10-binary.tar.gz (any .tar, .tar.gz or .tar.xz with such files). A record is 1 label byte and 3 x 32
/// x 32 bytes, colour planes first; images come back as N x 32 x 32 x 3. Throws DataError. Source:
/// Krizhevsky, "The CIFAR-10 dataset", binary version.
RawSet read_cifar10(const std::filesystem::path& folder_or_archive);

/// Appends the records of one batch to `samples`; `name` stands for the batch in messages.
void append_cifar10_batch(const std::string& bytes, const std::string& name, RawSamples& samples);

}  // namespace mho
