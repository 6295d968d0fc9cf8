// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/zip.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <cstdint>
#include <limits>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"

namespace mho {
namespace {

constexpr std::uint32_t local_signature = 0x04034b50, central_signature = 0x02014b50,
                        end_signature = 0x06054b50;
constexpr size_t local_size = 30, central_size = 46, end_size = 22;
constexpr std::uint16_t stored = 0, deflated = 8;
constexpr std::uint64_t zip64_mark = 0xffffffff;
constexpr size_t deflate_limit = 1032;  ///< the largest ratio that deflate can reach (zlib's technical notes)

/// A bounds-checked view of the archive's little-endian numbers.
class Reader {
 public:
  Reader(const std::string& bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  std::uint64_t number(size_t offset, size_t width) const {
    require(offset, width);
    std::uint64_t value = 0;
    for (size_t i = width; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes_[offset + i]);
    return value;
  }
  std::string text(size_t offset, size_t size) const {
    require(offset, size);
    return bytes_.substr(offset, size);
  }
  const char* data(size_t offset, size_t size) const {
    require(offset, size);
    return bytes_.data() + offset;
  }
  void expect_signature(size_t offset, std::uint32_t signature) const {
    const auto found = number(offset, 4);
    if (found != signature)
      fail(offset, fmt::format("signature {:08x}", signature), fmt::format("{:08x}", found));
  }
  [[noreturn]] void fail(size_t offset, const std::string& expected, const std::string& found) const {
    throw DataError(fmt::format("{}: byte {}: expected {}, found {}", name_, offset, expected, found));
  }

 private:
  void require(size_t offset, size_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset)
      fail(offset, fmt::format("{} more bytes", size), "the end of the file (truncated)");
  }
  const std::string& bytes_;
  const std::string& name_;
};

std::uint32_t crc_of(const std::string& content) {
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()));
}

/// One entry of the central directory.
struct Entry {
  std::string name;
  std::uint64_t method, crc, packed_size, size, local_offset;
  size_t offset;       ///< of this entry, for messages
  size_t next_offset;  ///< of the next entry
};

Entry read_entry(const Reader& in, size_t offset) {
  in.expect_signature(offset, central_signature);
  if (in.number(offset + 8, 2) & 1) in.fail(offset + 8, "a member that is not encrypted", "an encrypted one");
  const size_t name_size = in.number(offset + 28, 2), extra = in.number(offset + 30, 2);
  const size_t comment = in.number(offset + 32, 2);
  Entry entry{in.text(offset + central_size, name_size),
              in.number(offset + 10, 2),
              in.number(offset + 16, 4),
              in.number(offset + 20, 4),
              in.number(offset + 24, 4),
              in.number(offset + 42, 4),
              offset,
              offset + central_size + name_size + extra + comment};
  if (entry.packed_size == zip64_mark || entry.size == zip64_mark || entry.local_offset == zip64_mark)
    in.fail(offset, "a member below 4 GiB", "a zip64 entry");
  return entry;
}

std::string inflate_raw(const Reader& in, const char* packed, size_t data_offset, const Entry& entry) {
  if (entry.size > (entry.packed_size + 1) * deflate_limit)
    in.fail(entry.offset, "a possible compression ratio",
            fmt::format("{} bytes in {}", entry.size, entry.packed_size));
  std::string out(entry.size + 1, '\0');  // one spare byte shows content that is longer than stated
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw RunError("zlib: cannot start: not enough memory");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed));  // zlib never writes it
  stream.avail_in = static_cast<uInt>(entry.packed_size);
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = ::inflate(&stream, Z_FINISH);
  const auto produced = out.size() - stream.avail_out;
  const std::string problem = stream.msg ? stream.msg : "corrupt data";
  inflateEnd(&stream);
  if (status != Z_STREAM_END || produced != entry.size)
    in.fail(data_offset, fmt::format("{} bytes of deflated data", entry.size),
            status == Z_DATA_ERROR ? problem : fmt::format("{} bytes", produced));
  out.resize(entry.size);
  return out;
}

std::string read_member(const Reader& in, const Entry& entry) {
  in.expect_signature(entry.local_offset, local_signature);
  const size_t data_offset = entry.local_offset + local_size + in.number(entry.local_offset + 26, 2) +
                             in.number(entry.local_offset + 28, 2);
  const char* packed = in.data(data_offset, entry.packed_size);
  std::string content;
  if (entry.method == deflated)
    content = inflate_raw(in, packed, data_offset, entry);
  else if (entry.method == stored && entry.packed_size == entry.size)
    content.assign(packed, entry.size);
  else
    in.fail(entry.offset + 10, "method 0 (stored) or 8 (deflated)", fmt::format("{}", entry.method));
  if (const auto crc = crc_of(content); crc != entry.crc)
    in.fail(data_offset, fmt::format("CRC-32 {:08x} for member '{}'", entry.crc, entry.name),
            fmt::format("{:08x}", crc));
  return content;
}

/// The end record lies in the last 22 bytes plus a comment of at most 65535.
size_t find_end(const Reader& in, size_t size) {
  for (size_t back = end_size; back <= size && back <= end_size + 65535; ++back)
    if (in.number(size - back, 4) == end_signature) return size - back;
  in.fail(size, "the end record of a zip archive", "none (not a zip archive, or truncated)");
}

void put(std::string& out, std::uint64_t value, size_t width) {
  for (size_t i = 0; i < width; ++i) out += static_cast<char>(value >> (8 * i));
}

std::string deflate_raw(const std::string& content) {
  z_stream stream{};
  // memory level 9 and the default strategy: fixed, so that the same content gives the same bytes.
  if (deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY) != Z_OK)
    throw RunError("zlib: cannot start: not enough memory");
  std::string out(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));  // zlib never writes it
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = ::deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw RunError("zlib: deflate failed");
  return out;
}

/// The fields that the local header and the central directory share: version needed to CRC and sizes, name
/// length.
std::string common_header(const std::string& name, const std::string& content, size_t packed_size) {
  std::string out;
  put(out, 20, 2);      // version needed: 2.0, deflate
  put(out, 0x0800, 2);  // names are UTF-8
  put(out, deflated, 2);
  put(out, 0, 2);       // 00:00:00
  put(out, 0x0021, 2);  // 1980-01-01, the earliest date there is
  put(out, crc_of(content), 4);
  put(out, packed_size, 4);
  put(out, content.size(), 4);
  put(out, name.size(), 2);
  put(out, 0, 2);  // no extra field
  return out;
}

/// Adds a member to the archive `out` and its entry to the central directory.
void append_member(const std::string& name, const std::string& content, std::string& out,
                   std::string& central) {
  const std::string packed = deflate_raw(content), common = common_header(name, content, packed.size());
  put(central, central_signature, 4);
  put(central, 20, 2);  // made by: 2.0, MS-DOS, so that no user or mode is recorded
  central += common;
  central.append(2 + 2 + 2 + 4, '\0');  // comment length, disk, internal and external attributes
  put(central, out.size(), 4);
  central += name;
  put(out, local_signature, 4);
  out += common + name + packed;
}

/// What is written can be read again.
void require_below_limit(const std::filesystem::path& file, std::uint64_t size) {
  if (size > largest_unpacked)
    throw RunError(fmt::format("cannot write {}: expected members of at most {} in all, got {}",
                               file.string(), byte_size(largest_unpacked), byte_size(size)));
}

}  // namespace

std::map<std::string, std::string> parse_zip(const std::string& bytes, const std::string& name) {
  const Reader in(bytes, name);
  const size_t end = find_end(in, bytes.size());
  const auto count = in.number(end + 10, 2);
  size_t offset = in.number(end + 16, 4);
  if (count == 0xffff || offset == zip64_mark) in.fail(end, "an archive below 4 GiB", "a zip64 archive");
  std::map<std::string, std::string> members;
  std::uint64_t packed_total = 0, total = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const Entry entry = read_entry(in, offset);
    packed_total += entry.packed_size;
    total += entry.size;
    if (packed_total > bytes.size()) in.fail(offset, "members that do not overlap", "overlapping ones");
    if (total > largest_unpacked)
      in.fail(offset, "members that unpack to at most " + byte_size(largest_unpacked),
              fmt::format("{} up to '{}'", byte_size(total), entry.name));
    if (!members.try_emplace(entry.name, read_member(in, entry)).second)
      in.fail(offset, "member names that differ", "'" + entry.name + "' twice");
    offset = entry.next_offset;
  }
  return members;
}

std::map<std::string, std::string> read_zip(const std::filesystem::path& file) {
  return parse_zip(read_text_file(file, largest_data), file.string());
}

void write_zip(const std::filesystem::path& file, const std::map<std::string, std::string>& members) {
  if (members.size() > 65534)
    throw RunError(fmt::format("cannot write {}: expected at most 65534 members, got {}", file.string(),
                               members.size()));
  std::string out, central;
  std::uint64_t total = 0;
  for (const auto& [name, content] : members) {
    require_below_limit(file, total += content.size());
    append_member(name, content, out, central);
  }
  const size_t central_offset = out.size();
  out += central;
  put(out, end_signature, 4);
  put(out, 0, 4);  // this is disk 0, and so is the one of the central directory
  put(out, members.size(), 2);
  put(out, members.size(), 2);
  put(out, central.size(), 4);
  put(out, central_offset, 4);
  put(out, 0, 2);  // no comment
  write_file_atomically(file, out);
}

}  // namespace mho
