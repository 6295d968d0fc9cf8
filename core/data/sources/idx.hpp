// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "core/base/files/npy.hpp"
#include "core/data/sources/raw_set.hpp"

namespace mho {

/// Reads an IDX file of unsigned (type 08) or signed (type 09) bytes, plain, .gz or .xz, as |u1 or |i1.
/// Throws DataError (file, offset, expected, found). Source: LeCun, "The MNIST database", file format
/// section.
NpyArray read_idx(const std::filesystem::path& file);
/// As read_idx, from uncompressed bytes; `name` stands for the file in messages.
NpyArray parse_idx(const std::string& bytes, const std::string& name);

/// Reads a folder of IDX files. The names begin with train, validation (optional) and test or t10k; images
/// have idx3 (N x H x W) or idx4 (N x H x W x C) in their name, labels idx1. Other files are left alone.
/// `classes` 0: as many as the training labels show. Throws DataError when one is missing, stands twice or
/// does not fit the others.
RawSet read_idx_folder(const std::filesystem::path& folder, int classes = 0);

}  // namespace mho
