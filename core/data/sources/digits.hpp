// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "core/data/sources/raw_set.hpp"

namespace mho {

/// Where scikit-learn's digits.csv.gz lies: in `from` (the file or its folder) when it is not empty; else in
/// the Python package below $VIRTUAL_ENV, .venv of the current folder, /usr/lib/python3/dist-packages or a
/// folder of the list $MHO_PYTHON_PATH (separated by colons). Throws DataError that names every place.
std::filesystem::path find_digits(const std::filesystem::path& from = {});

/// The UCI digits as scikit-learn ships them: lines of 64 pixels (8 x 8, 0 to 16) and a label; the first 80 %
/// are for training, the last 20 % for testing (1437 and 360 of 1797). Throws DataError with file and line.
RawSet read_digits(const std::filesystem::path& file);

}  // namespace mho
