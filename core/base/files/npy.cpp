// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/npy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "core/base/files/zip.hpp"

namespace mho {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are written as they lie in memory");

constexpr std::string_view magic = "\x93NUMPY";

/// IEEE 754 binary16, which C++20 has no type for.
struct Half {
  std::uint16_t bits;
};

double value_of(Half half) {
  const int exponent = (half.bits >> 10) & 31, fraction = half.bits & 1023;
  const double sign = half.bits & 0x8000 ? -1 : 1;
  if (exponent == 31)
    return fraction ? std::numeric_limits<double>::quiet_NaN()
                    : sign * std::numeric_limits<double>::infinity();
  return sign * (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 1024, exponent - 25));
}
template <class T>
T value_of(T value) {
  return value;
}

/// Calls visit(T{}) with the C++ type of a numpy type code; false when the code is not one of ours.
template <class Visit>
bool with_type(const std::string& dtype, Visit visit) {
  const std::string code = dtype.empty() || dtype[0] == '>' ? "" : dtype.substr(1);
  if (code == "b1" || code == "u1") return visit(std::uint8_t{}), true;
  if (code == "i1") return visit(std::int8_t{}), true;
  if (dtype[0] != '<') return false;  // wider types have a byte order
  if (code == "i2") return visit(std::int16_t{}), true;
  if (code == "u2") return visit(std::uint16_t{}), true;
  if (code == "i4") return visit(std::int32_t{}), true;
  if (code == "u4") return visit(std::uint32_t{}), true;
  if (code == "i8") return visit(std::int64_t{}), true;
  if (code == "u8") return visit(std::uint64_t{}), true;
  if (code == "f2") return visit(Half{}), true;
  if (code == "f4") return visit(float{}), true;
  if (code == "f8") return visit(double{}), true;
  return false;
}

std::int64_t item_size(const std::string& dtype) {
  std::int64_t size = 0;
  with_type(dtype, [&](auto zero) { size = sizeof(zero); });
  return size;
}

/// shape's product times `item`, or nothing when it has a negative size or passes 2^62.
std::optional<std::int64_t> byte_count(const std::vector<std::int64_t>& shape, std::int64_t item) {
  constexpr std::int64_t limit = std::int64_t{1} << 62;
  std::int64_t total = item;
  for (const auto size : shape) {
    if (size < 0) return std::nullopt;
    if (size == 0) return 0;
    if (total > limit / size) return std::nullopt;
    total *= size;
  }
  return total;
}

/// Calls use(value) for each element, converted from the array's own type.
template <class Use>
void for_each_value(const NpyArray& array, Use use) {
  const bool known = with_type(array.dtype, [&](auto zero) {
    using T = decltype(zero);
    if (byte_count(array.shape, sizeof(T)) != static_cast<std::int64_t>(array.bytes.size()))
      throw DataError(fmt::format("array of {} and shape ({}): found {} bytes", array.dtype,
                                  fmt::join(array.shape, ", "), array.bytes.size()));
    for (size_t offset = 0; offset < array.bytes.size(); offset += sizeof(T)) {
      T value;
      std::memcpy(&value, array.bytes.data() + offset, sizeof(T));
      use(value_of(value));
    }
  });
  if (!known)
    throw DataError(fmt::format("array: expected a little-endian number type, found '{}'", array.dtype));
}

template <class T>
NpyArray make(const char* dtype, const std::vector<T>& values, std::vector<std::int64_t> shape) {
  if (byte_count(shape, 1) != static_cast<std::int64_t>(values.size()))
    throw DataError(fmt::format("array: expected values for shape ({}), found {}", fmt::join(shape, ", "),
                                values.size()));
  const auto* bytes = reinterpret_cast<const char*>(values.data());
  return {dtype, std::move(shape), {bytes, bytes + values.size() * sizeof(T)}};
}

/// Reads the header's Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
class Header {
 public:
  Header(std::string_view text, const std::string& name, size_t offset)
      : text_(text), name_(name), offset_(offset) {}

  /// The text between the quotes behind 'key':.
  std::string text_value(std::string_view key) {
    seek(key);
    const char quote = peek();
    if (quote != '\'' && quote != '"') fail(fmt::format("text for '{}'", key));
    const size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) fail("a closing quote");
    return std::string(text_.substr(at_ + 1, end - at_ - 1));
  }
  bool bool_value(std::string_view key) {
    seek(key);
    peek();
    if (text_.substr(at_).starts_with("True")) return true;
    if (text_.substr(at_).starts_with("False")) return false;
    fail(fmt::format("True or False for '{}'", key));
  }
  std::vector<std::int64_t> tuple_value(std::string_view key) {
    seek(key);
    if (peek() != '(') fail(fmt::format("a tuple for '{}'", key));
    ++at_;
    std::vector<std::int64_t> values;
    while (peek() != ')') {
      std::int64_t value = 0;
      const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
      if (error != std::errc{}) fail(fmt::format("whole numbers in '{}'", key));
      at_ = static_cast<size_t>(end - text_.data());
      values.push_back(value);
      if (peek() == ',')
        ++at_;
      else if (peek() != ')')
        fail("',' or ')'");
    }
    return values;
  }

 private:
  void seek(std::string_view key) {
    at_ = 0;
    const size_t found = text_.find(fmt::format("'{}':", key));
    if (found == std::string_view::npos) fail(fmt::format("the key '{}'", key));
    at_ = found + key.size() + 3;
  }
  char peek() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    if (at_ == text_.size()) fail("more of the header");
    return text_[at_];
  }
  [[noreturn]] void fail(const std::string& expected) const {
    throw DataError(fmt::format("{}: byte {}: expected {}, found '{}'", name_, offset_ + at_, expected,
                                text_.substr(at_, 40)));
  }

  std::string_view text_;
  const std::string& name_;
  size_t offset_, at_ = 0;
};

[[noreturn]] void fail(const std::string& name, size_t offset, const std::string& expected,
                       const std::string& found) {
  throw DataError(fmt::format("{}: byte {}: expected {}, found {}", name, offset, expected, found));
}

/// The header's place in the file: (offset, size). Format 1 has a 2-byte size, formats 2 and 3 one of 4
/// bytes.
std::pair<size_t, size_t> locate_header(const std::string& bytes, const std::string& name) {
  if (!bytes.starts_with(magic)) fail(name, 0, "the magic bytes of a .npy file", "other bytes");
  const size_t width = bytes.size() > 6 && bytes[6] == 1 ? 2 : 4;
  if (bytes.size() < 8 + width) fail(name, bytes.size(), "a header", "the end of the file (truncated)");
  if (bytes[6] < 1 || bytes[6] > 3) fail(name, 6, "format 1, 2 or 3", fmt::format("{}", int{bytes[6]}));
  size_t size = 0;
  for (size_t i = width; i-- > 0;) size = size << 8 | static_cast<unsigned char>(bytes[8 + i]);
  if (size > bytes.size() - 8 - width)
    fail(name, 8, fmt::format("a header of {} bytes", size), "the end of the file (truncated)");
  return {8 + width, size};
}

std::string format_npy(const NpyArray& array) {
  std::string shape;
  for (const auto size : array.shape) shape += fmt::format("{}, ", size);
  if (array.shape.size() > 1) shape.resize(shape.size() - 2);  // numpy writes (3, 4), but (3,)
  if (array.shape.size() == 1) shape.resize(shape.size() - 1);
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", array.dtype, shape);
  header.resize((10 + header.size() + 1 + 63) / 64 * 64 - 10 - 1, ' ');  // data start at a multiple of 64
  header += '\n';
  std::string out(magic);
  out += {'\1', '\0', static_cast<char>(header.size() & 255), static_cast<char>(header.size() >> 8)};
  out += header;
  return out.append(array.bytes.begin(), array.bytes.end());
}

}  // namespace

std::int64_t NpyArray::size() const { return byte_count(shape, 1).value_or(0); }

std::vector<float> NpyArray::as_float() const {
  std::vector<float> values;
  values.reserve(static_cast<size_t>(size()));
  for_each_value(*this, [&](auto value) { values.push_back(static_cast<float>(value)); });
  return values;
}

std::vector<double> NpyArray::as_double() const {
  std::vector<double> values;
  values.reserve(static_cast<size_t>(size()));
  for_each_value(*this, [&](auto value) { values.push_back(static_cast<double>(value)); });
  return values;
}

std::vector<std::int64_t> NpyArray::as_int(const std::string& where) const {
  std::vector<std::int64_t> values;
  values.reserve(static_cast<size_t>(size()));
  for_each_value(*this, [&](auto value) {
    if constexpr (std::is_floating_point_v<decltype(value)>) {
      throw DataError(fmt::format("{}: expected whole numbers, found type '{}'", where, dtype));
    } else {
      if constexpr (std::is_same_v<decltype(value), std::uint64_t>)
        if (value >> 63)
          throw DataError(fmt::format("{}: expected at most 2^63 - 1, found {}", where, value));
      values.push_back(static_cast<std::int64_t>(value));
    }
  });
  return values;
}

NpyArray NpyArray::from(const std::vector<float>& values, std::vector<std::int64_t> shape) {
  return make("<f4", values, std::move(shape));
}
NpyArray NpyArray::from(const std::vector<double>& values, std::vector<std::int64_t> shape) {
  return make("<f8", values, std::move(shape));
}
NpyArray NpyArray::from(const std::vector<std::uint8_t>& values, std::vector<std::int64_t> shape) {
  return make("|u1", values, std::move(shape));
}
NpyArray NpyArray::from(const std::vector<std::int32_t>& values, std::vector<std::int64_t> shape) {
  return make("<i4", values, std::move(shape));
}

NpyArray parse_npy(const std::string& bytes, const std::string& name) {
  const auto [offset, size] = locate_header(bytes, name);
  Header header(std::string_view(bytes).substr(offset, size), name, offset);
  NpyArray array;
  array.dtype = header.text_value("descr");
  const auto item = item_size(array.dtype);
  if (item == 0) fail(name, offset, "a little-endian number type", "'" + array.dtype + "'");
  if (header.bool_value("fortran_order"))
    fail(name, offset, "C order (save numpy.ascontiguousarray(x))", "fortran_order");
  array.shape = header.tuple_value("shape");
  const auto expected = byte_count(array.shape, item);
  const auto found = bytes.size() - offset - size;
  if (!expected) fail(name, offset, "a possible shape", fmt::format("({})", fmt::join(array.shape, ", ")));
  if (static_cast<std::uint64_t>(*expected) != found)
    fail(name, offset + size, fmt::format("{} bytes for shape ({})", *expected, fmt::join(array.shape, ", ")),
         fmt::format("{} bytes", found));
  array.bytes.assign(bytes.begin() + static_cast<std::ptrdiff_t>(offset + size), bytes.end());
  return array;
}

NpyArray read_npy(const std::filesystem::path& file) {
  return parse_npy(read_text_file(file, largest_data), file.string());
}

void write_npy(const std::filesystem::path& file, const NpyArray& array) {
  write_file_atomically(file, format_npy(array));
}

std::map<std::string, NpyArray> read_npz(const std::filesystem::path& file) {
  std::map<std::string, NpyArray> arrays;
  for (const auto& [member, content] : read_zip(file)) {
    const std::string name = member.ends_with(".npy") ? member.substr(0, member.size() - 4) : member;
    arrays.emplace(name, parse_npy(content, file.string() + "/" + member));
  }
  return arrays;
}

void write_npz(const std::filesystem::path& file, const std::map<std::string, NpyArray>& arrays) {
  std::map<std::string, std::string> members;
  for (const auto& [name, array] : arrays) members.emplace(name + ".npy", format_npy(array));
  write_zip(file, members);
}

}  // namespace mho
