// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace mho {

/// A float32 tensor with its shape, row-major.
struct NamedTensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

/// Writes float32 tensors in the safetensors format (header padded to 64 bytes), atomically. Throws RunError.
void write_safetensors(const std::filesystem::path& file, const std::map<std::string, NamedTensor>& tensors,
                       const std::map<std::string, std::string>& metadata = {});

/// Reads a safetensors file that holds float32 tensors. Throws DataError (file, offset, expected, found) when
/// it is missing, truncated, or its header is not valid: length over 100 MB, overlapping or gapped offsets, a
/// duplicate name, a type other than F32, a shape that does not match its bytes.
std::map<std::string, NamedTensor> read_safetensors(const std::filesystem::path& file);
/// As read_safetensors, from bytes; `name` stands for the file in messages.
std::map<std::string, NamedTensor> parse_safetensors(const std::string& bytes, const std::string& name);

}  // namespace mho
