// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/safetensors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"

namespace mho {
namespace {

using nlohmann::json;

constexpr std::uint64_t header_limit = 100'000'000;  ///< the format's own bound

[[noreturn]] void fail(const std::string& name, std::uint64_t offset, const std::string& expected,
                       const std::string& found) {
  throw DataError(fmt::format("{}: byte {}: expected {}, found {}", name, offset, expected, found));
}

/// Elements of a shape, or nothing when a size is negative or the product passes 2^60.
std::optional<std::uint64_t> element_count(const std::vector<std::int64_t>& shape) {
  std::uint64_t count = 1;
  for (const auto size : shape) {
    if (size < 0) return std::nullopt;
    if (size == 0) return 0;
    if (count > (std::uint64_t{1} << 60) / static_cast<std::uint64_t>(size)) return std::nullopt;
    count *= static_cast<std::uint64_t>(size);
  }
  return count;
}

/// Where one tensor's bytes lie in the data that follow the header.
struct Place {
  std::string tensor;
  std::vector<std::int64_t> shape;
  std::uint64_t begin, end;
};

/// The header, with an error for a name that stands twice (the JSON library would keep the last).
json parse_header(std::string_view text, const std::string& name) {
  std::set<std::string> seen;
  const auto check_key = [&](int depth, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::key && depth == 1 && !seen.insert(parsed.get<std::string>()).second)
      fail(name, 8, "tensor names that differ", fmt::format("'{}' twice", parsed.get<std::string>()));
    return true;
  };
  json header;
  try {
    header = json::parse(text, check_key);
  } catch (const json::exception& error) {
    fail(name, 8, "a JSON header", error.what());
  }
  if (!header.is_object()) fail(name, 8, "a JSON object as header", header.type_name());
  return header;
}

/// A list of whole numbers that are not negative.
template <class T>
std::vector<T> whole_numbers(const json& list, const std::string& name, const std::string& what) {
  std::vector<T> values;
  const bool valid =
      list.is_array() && std::all_of(list.begin(), list.end(), [](const json& value) {
        return value.is_number_unsigned() && value.get<std::uint64_t>() < (std::uint64_t{1} << 62);
      });
  if (!valid) fail(name, 8, what + " as a list of whole numbers", list.dump(-1, ' ', true));
  for (const auto& value : list) values.push_back(value.get<T>());
  return values;
}

Place parse_place(const std::string& tensor, const json& entry, const std::string& name) {
  if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") ||
      !entry.contains("data_offsets"))
    fail(name, 8, fmt::format("dtype, shape and data_offsets for '{}'", tensor), entry.dump(-1, ' ', true));
  if (entry["dtype"] != "F32")
    fail(name, 8, fmt::format("dtype F32 for '{}'", tensor), entry["dtype"].dump(-1, ' ', true));
  const auto offsets =
      whole_numbers<std::uint64_t>(entry["data_offsets"], name, fmt::format("data_offsets of '{}'", tensor));
  Place place{tensor, whole_numbers<std::int64_t>(entry["shape"], name, fmt::format("shape of '{}'", tensor)),
              0, 0};
  if (offsets.size() != 2 || offsets[0] > offsets[1])
    fail(name, 8, fmt::format("data_offsets of '{}' as [begin, end]", tensor),
         fmt::format("[{}]", fmt::join(offsets, ", ")));
  place.begin = offsets[0], place.end = offsets[1];
  const auto count = element_count(place.shape);
  if (!count || *count * sizeof(float) != place.end - place.begin)
    fail(name, 8, fmt::format("'{}' of shape [{}] to fill its bytes", tensor, fmt::join(place.shape, ", ")),
         fmt::format("{} bytes", place.end - place.begin));
  return place;
}

/// The tensors must fill the data exactly, without gap or overlap.
void check_places(std::vector<Place>& places, std::uint64_t data_offset, std::uint64_t data_size,
                  const std::string& name) {
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  });
  std::uint64_t expected = 0;
  for (const auto& place : places) {
    if (place.begin != expected)
      fail(name, data_offset + place.begin,
           fmt::format("'{}' to begin at data byte {}", place.tensor, expected),
           place.begin > expected ? "a gap" : "an overlap");
    expected = place.end;
  }
  if (expected != data_size)
    fail(name, data_offset + std::min(expected, data_size), fmt::format("{} bytes of data", expected),
         fmt::format("{}", data_size));
}

}  // namespace

std::map<std::string, NamedTensor> parse_safetensors(const std::string& bytes, const std::string& name) {
  std::uint64_t header_size = 0;
  if (bytes.size() < 8)
    fail(name, bytes.size(), "an 8-byte header length", "the end of the file (truncated)");
  for (size_t i = 8; i-- > 0;) header_size = header_size << 8 | static_cast<unsigned char>(bytes[i]);
  if (header_size > header_limit)
    fail(name, 0, fmt::format("a header of at most {} bytes", header_limit), fmt::format("{}", header_size));
  if (header_size > bytes.size() - 8)
    fail(name, 8, fmt::format("a header of {} bytes", header_size), "the end of the file (truncated)");
  const auto header = parse_header(std::string_view(bytes).substr(8, header_size), name);
  std::vector<Place> places;
  for (const auto& [tensor, entry] : header.items())
    if (tensor != "__metadata__") places.push_back(parse_place(tensor, entry, name));
  check_places(places, 8 + header_size, bytes.size() - 8 - header_size, name);
  std::map<std::string, NamedTensor> tensors;
  for (const auto& place : places) {
    NamedTensor tensor{place.shape, std::vector<float>((place.end - place.begin) / sizeof(float))};
    if (place.end > place.begin)
      std::memcpy(tensor.values.data(), bytes.data() + 8 + header_size + place.begin,
                  place.end - place.begin);
    tensors.emplace(place.tensor, std::move(tensor));
  }
  return tensors;
}

std::map<std::string, NamedTensor> read_safetensors(const std::filesystem::path& file) {
  return parse_safetensors(read_text_file(file), file.string());
}

void write_safetensors(const std::filesystem::path& file, const std::map<std::string, NamedTensor>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  json header = json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::string data;
  for (const auto& [name, tensor] : tensors) {
    const auto count = element_count(tensor.shape);
    if (count != tensor.values.size())
      throw RunError(fmt::format("cannot write {}: tensor '{}': expected values for shape [{}], got {}",
                                 file.string(), name, fmt::join(tensor.shape, ", "), tensor.values.size()));
    const size_t begin = data.size(), size = tensor.values.size() * sizeof(float);
    data.append(reinterpret_cast<const char*>(tensor.values.data()), size);
    header[name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {begin, begin + size}}};
  }
  std::string text = header.dump(-1, ' ', true, json::error_handler_t::replace);
  text.resize((8 + text.size() + 63) / 64 * 64 - 8, ' ');  // the data start at a multiple of 64
  std::string out;
  for (size_t i = 0; i < 8; ++i) out += static_cast<char>(static_cast<std::uint64_t>(text.size()) >> (8 * i));
  write_file_atomically(file, out + text + data);
}

}  // namespace mho
