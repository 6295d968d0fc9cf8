// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/compressed.hpp"

#include <fmt/format.h>
#include <lzma.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string_view>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"

namespace mho {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view gzip_magic = "\x1f\x8b"sv;
constexpr std::string_view xz_magic =
    "\xfd"
    "7zXZ\0"sv;

/// Bounds what a corrupt or hostile header can ask for; xz -9 needs 65 MiB.
constexpr std::uint64_t xz_memory_limit = std::uint64_t{256} << 20;

[[noreturn]] void fail(const std::string& name, size_t offset, const std::string& expected,
                       const std::string& found) {
  throw DataError(fmt::format("{}: byte {}: expected {}, found {}", name, offset, expected, found));
}

/// What is unpacked, as it grows.
class Output {
 public:
  Output(const std::string& name, std::uint64_t limit) : name_(name), limit_(limit) {}

  /// Where the next bytes go, at least one.
  std::span<char> room() {
    if (done_ == bytes_.size()) grow();
    return std::span(bytes_).subspan(done_);
  }
  /// They are there. Throws DataError beyond the limit.
  void add(size_t count) {
    done_ += count;
    if (done_ > limit_)
      throw DataError(
          fmt::format("{}: too large to unpack: expected at most {}, found more", name_, byte_size(limit_)));
  }
  std::string take() {
    bytes_.resize(done_);
    return std::move(bytes_);
  }

 private:
  /// Doubles, so that the whole costs a constant number of copies; one byte above the limit shows that there
  /// is more.
  void grow() {
    try {
      bytes_.resize(std::min<size_t>(std::max<size_t>(bytes_.size() * 2, std::size_t{1} << 16), limit_ + 1));
    } catch (const std::bad_alloc&) {
      throw RunError(
          fmt::format("{}: not enough memory to unpack more than {}", name_, byte_size(bytes_.size())));
    }
  }

  const std::string& name_;
  std::uint64_t limit_;
  std::string bytes_;
  size_t done_ = 0;
};

/// One gzip member that starts at `offset`; adds its content and returns the offset behind it.
size_t gunzip_member(const std::string& bytes, size_t offset, const std::string& name, Output& out) {
  z_stream stream{};
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) throw RunError("zlib: cannot start: not enough memory");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);
  const auto piece = [](size_t size) {
    return static_cast<uInt>(std::min<size_t>(size, std::size_t{1} << 30));
  };
  for (;;) {
    const auto room = out.room();
    const uInt in_size = piece(bytes.size() - offset), out_size = piece(room.size());
    stream.next_in =
        reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + offset));  // zlib never writes it
    stream.avail_in = in_size;
    stream.next_out = reinterpret_cast<Bytef*>(room.data());
    stream.avail_out = out_size;
    const int status = inflate(&stream, Z_NO_FLUSH);
    offset += in_size - stream.avail_in;
    out.add(out_size - stream.avail_out);
    if (status == Z_STREAM_END) return offset;
    if (status == Z_BUF_ERROR || (status == Z_OK && offset == bytes.size() && stream.avail_out > 0))
      fail(name, offset, "more gzip data", "the end of the file (truncated)");
    if (status != Z_OK) fail(name, offset, "valid gzip data", stream.msg ? stream.msg : "corrupt data");
  }
}

std::string gunzip(const std::string& bytes, const std::string& name, std::uint64_t limit) {
  Output out(name, limit);
  for (size_t offset = 0; offset < bytes.size();) {
    if (bytes.compare(offset, gzip_magic.size(), gzip_magic) != 0)
      fail(name, offset, "the end of the file or another gzip member", "other bytes");
    offset = gunzip_member(bytes, offset, name, out);
  }
  return out.take();
}

std::string xz_problem(lzma_ret status) {
  switch (status) {
    case LZMA_MEMLIMIT_ERROR:
      return "a file that needs more than 256 MiB of memory";
    case LZMA_OPTIONS_ERROR:
      return "options that this liblzma does not know";
    case LZMA_FORMAT_ERROR:
      return "bytes that are not xz";
    default:
      return "corrupt data (check sum or structure)";
  }
}

std::string unxz(const std::string& bytes, const std::string& name, std::uint64_t limit) {
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_stream_decoder(&stream, xz_memory_limit, LZMA_CONCATENATED) != LZMA_OK)
    throw RunError("liblzma: cannot start: not enough memory");
  const std::unique_ptr<lzma_stream, void (*)(lzma_stream*)> guard(&stream, lzma_end);
  Output out(name, limit);
  stream.next_in = reinterpret_cast<const std::uint8_t*>(bytes.data());
  stream.avail_in = bytes.size();
  for (;;) {
    const auto room = out.room();
    stream.next_out = reinterpret_cast<std::uint8_t*>(room.data());
    stream.avail_out = room.size();
    const lzma_ret status = lzma_code(&stream, LZMA_FINISH);
    out.add(room.size() - stream.avail_out);
    const size_t offset = bytes.size() - stream.avail_in;
    if (status == LZMA_STREAM_END) return out.take();
    if (status == LZMA_MEM_ERROR) throw RunError(name + ": not enough memory to decompress");
    if (status == LZMA_BUF_ERROR || (status == LZMA_OK && stream.avail_in == 0 && stream.avail_out > 0))
      fail(name, offset, "more xz data", "the end of the file (truncated)");
    if (status != LZMA_OK) fail(name, offset, "valid xz data", xz_problem(status));
  }
}

}  // namespace

std::string decompress(std::string bytes, const std::string& name, std::uint64_t limit) {
  if (bytes.starts_with(gzip_magic)) return gunzip(bytes, name, limit);
  if (bytes.starts_with(xz_magic)) return unxz(bytes, name, limit);
  return bytes;
}

std::string read_maybe_compressed(const std::filesystem::path& file) {
  return decompress(read_text_file(file, largest_data), file.string());
}

}  // namespace mho
