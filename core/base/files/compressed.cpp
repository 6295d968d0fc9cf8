// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/compressed.hpp"

#include <fmt/format.h>
#include <lzma.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <memory>
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

/// Room for the next piece of output: doubles, so that the whole costs a constant number of copies.
void grow(std::string& out) { out.resize(std::max<size_t>(std::size_t{1} << 16, out.size() * 2)); }

/// One gzip member that starts at `offset`; appends its content and returns the offset behind it.
size_t gunzip_member(const std::string& bytes, size_t offset, const std::string& name, std::string& out,
                     size_t& done) {
  z_stream stream{};
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) throw RunError("zlib: cannot start: not enough memory");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);
  const auto piece = [](size_t size) {
    return static_cast<uInt>(std::min<size_t>(size, std::size_t{1} << 30));
  };
  for (;;) {
    if (done == out.size()) grow(out);
    const uInt in_size = piece(bytes.size() - offset), out_size = piece(out.size() - done);
    stream.next_in =
        reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + offset));  // zlib never writes it
    stream.avail_in = in_size;
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + done);
    stream.avail_out = out_size;
    const int status = inflate(&stream, Z_NO_FLUSH);
    offset += in_size - stream.avail_in;
    done += out_size - stream.avail_out;
    if (status == Z_STREAM_END) return offset;
    if (status == Z_BUF_ERROR || (status == Z_OK && offset == bytes.size() && stream.avail_out > 0))
      fail(name, offset, "more gzip data", "the end of the file (truncated)");
    if (status != Z_OK) fail(name, offset, "valid gzip data", stream.msg ? stream.msg : "corrupt data");
  }
}

std::string gunzip(const std::string& bytes, const std::string& name) {
  std::string out;
  size_t offset = 0, done = 0;
  while (offset < bytes.size()) {
    if (bytes.compare(offset, gzip_magic.size(), gzip_magic) != 0)
      fail(name, offset, "the end of the file or another gzip member", "other bytes");
    offset = gunzip_member(bytes, offset, name, out, done);
  }
  out.resize(done);
  return out;
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

std::string unxz(const std::string& bytes, const std::string& name) {
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_stream_decoder(&stream, xz_memory_limit, LZMA_CONCATENATED) != LZMA_OK)
    throw RunError("liblzma: cannot start: not enough memory");
  const std::unique_ptr<lzma_stream, void (*)(lzma_stream*)> guard(&stream, lzma_end);
  std::string out;
  size_t done = 0;
  stream.next_in = reinterpret_cast<const std::uint8_t*>(bytes.data());
  stream.avail_in = bytes.size();
  for (;;) {
    if (done == out.size()) grow(out);
    stream.next_out = reinterpret_cast<std::uint8_t*>(out.data() + done);
    stream.avail_out = out.size() - done;
    const lzma_ret status = lzma_code(&stream, LZMA_FINISH);
    done = out.size() - stream.avail_out;
    const size_t offset = bytes.size() - stream.avail_in;
    if (status == LZMA_STREAM_END) break;
    if (status == LZMA_MEM_ERROR) throw RunError(name + ": not enough memory to decompress");
    if (status == LZMA_BUF_ERROR || (status == LZMA_OK && stream.avail_in == 0 && stream.avail_out > 0))
      fail(name, offset, "more xz data", "the end of the file (truncated)");
    if (status != LZMA_OK) fail(name, offset, "valid xz data", xz_problem(status));
  }
  out.resize(done);
  return out;
}

}  // namespace

std::string decompress(std::string bytes, const std::string& name) {
  if (bytes.starts_with(gzip_magic)) return gunzip(bytes, name);
  if (bytes.starts_with(xz_magic)) return unxz(bytes, name);
  return bytes;
}

std::string read_maybe_compressed(const std::filesystem::path& file) {
  return decompress(read_text_file(file), file.string());
}

std::filesystem::path find_maybe_compressed(const std::filesystem::path& folder, const std::string& name) {
  for (const char* ending : {"", ".gz", ".xz"})
    if (auto file = folder / (name + ending); std::filesystem::is_regular_file(file)) return file;
  throw DataError(
      fmt::format("{}: expected {}, {}.gz or {}.xz, found none of them", folder.string(), name, name, name));
}

}  // namespace mho
