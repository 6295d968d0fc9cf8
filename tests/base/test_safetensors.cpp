// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/safetensors.hpp"

#include <cstring>
#include <limits>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

namespace {

std::string file_of(const std::string& header, const std::string& data) {
  std::string bytes;
  for (size_t i = 0; i < 8; ++i) bytes += static_cast<char>(header.size() >> (8 * i));
  return bytes + header + data;
}

std::string error_of(const std::string& bytes) {
  try {
    parse_safetensors(bytes, "m.safetensors");
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

std::string error_of(const std::string& header, size_t data_size) {
  return error_of(file_of(header, std::string(data_size, '\0')));
}

}  // namespace

TEST_CASE("Tensors that were written read back bit for bit") {
  const TemporaryFolder folder;
  const std::map<std::string, NamedTensor> tensors{
      {"b", {{2, 3}, {1, -0.0f, 3e-40f, std::numeric_limits<float>::infinity(), 5, 6}}},
      {"a.weight \"é\"", {{}, {7}}},
      {"empty", {{0, 4}, {}}}};
  write_safetensors(folder / "m.safetensors", tensors, {{"format", "mho"}, {"seed", "7"}});
  const auto read = read_safetensors(folder / "m.safetensors");
  REQUIRE(read.size() == 3);
  for (const auto& [name, tensor] : tensors) {
    CHECK(read.at(name).shape == tensor.shape);
    REQUIRE(read.at(name).values.size() == tensor.values.size());
    for (size_t i = 0; i < tensor.values.size(); ++i)
      CHECK(std::memcmp(&read.at(name).values[i], &tensor.values[i], sizeof(float)) == 0);
  }
}

TEST_CASE(
    "The data start at a multiple of 64, the header is a JSON object, the bytes are the same each time") {
  const TemporaryFolder folder;
  const std::map<std::string, NamedTensor> tensors{{"w", {{2}, {1, 2}}}};
  write_safetensors(folder / "a", tensors, {{"k", "v"}});
  write_safetensors(folder / "b", tensors, {{"k", "v"}});
  const auto bytes = read_text_file(folder / "a");
  CHECK(bytes == read_text_file(folder / "b"));
  CHECK((bytes.size() - 8) % 64 == 0);
  CHECK(bytes.at(8) == '{');
  CHECK_THAT(bytes, ContainsSubstring("\"__metadata__\":{\"k\":\"v\"}"));
}

TEST_CASE("A file without tensors is read") { CHECK(parse_safetensors(file_of("{}", ""), "m").empty()); }

TEST_CASE("A truncated file is refused") {
  const auto good =
      file_of(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", std::string(8, '\0'));
  REQUIRE(error_of(good) == "no error");
  for (size_t size = 0; size < good.size(); ++size) REQUIRE(error_of(good.substr(0, size)) != "no error");
  CHECK_THAT(error_of(""), ContainsSubstring("m.safetensors: byte 0: expected an 8-byte header length"));
  CHECK_THAT(error_of(good.substr(0, 30)), ContainsSubstring("truncated"));
  CHECK_THAT(error_of(good + "x"), ContainsSubstring("expected 8 bytes of data, found 9"));
}

TEST_CASE("A header that is too long is refused before it is read") {
  CHECK_THAT(error_of(std::string(8, '\xff') + "{}"), ContainsSubstring("at most 100000000 bytes"));
}

TEST_CASE("A header that is not a JSON object is refused") {
  CHECK_THAT(error_of("{\"w\":", 0), ContainsSubstring("a JSON header"));
  CHECK_THAT(error_of("[1]", 0), ContainsSubstring("expected a JSON object as header, found array"));
  CHECK_THAT(error_of("\xff\xfe", 0), ContainsSubstring("a JSON header"));
  CHECK_THAT(error_of(R"({"w":3})", 0), ContainsSubstring("dtype, shape and data_offsets for 'w'"));
  CHECK_THAT(error_of(R"({"w":{"dtype":"F32","shape":[1]}})", 4), ContainsSubstring("data_offsets for 'w'"));
}

TEST_CASE("A type other than F32 is refused") {
  CHECK_THAT(error_of(R"({"w":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}})", 4),
             ContainsSubstring("expected dtype F32 for 'w', found \"F16\""));
}

TEST_CASE("A name that stands twice is refused") {
  const std::string entry = R"("w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  CHECK_THAT(error_of("{" + entry + "," + entry + "}", 4), ContainsSubstring("'w' twice"));
}

TEST_CASE("Shapes and offsets that do not fit the bytes are refused") {
  const auto one = [](const std::string& shape, const std::string& offsets, size_t size) {
    return error_of(R"({"w":{"dtype":"F32","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}", size);
  };
  CHECK_THAT(one("[2]", "[0,4]", 4), ContainsSubstring("'w' of shape [2] to fill its bytes, found 4 bytes"));
  CHECK_THAT(one("[-1]", "[0,4]", 4), ContainsSubstring("shape of 'w' as a list of whole numbers"));
  CHECK_THAT(one("[1.5]", "[0,6]", 6), ContainsSubstring("whole numbers"));
  CHECK_THAT(one("\"x\"", "[0,4]", 4), ContainsSubstring("whole numbers"));
  CHECK_THAT(one("[4294967296,4294967296,4]", "[0,0]", 0), ContainsSubstring("to fill its bytes"));
  CHECK_THAT(one("[1]", "[4,0]", 4), ContainsSubstring("[begin, end]"));
  CHECK_THAT(one("[1]", "[0,4,8]", 4), ContainsSubstring("[begin, end]"));
  CHECK_THAT(one("[1]", "[4,8]", 8), ContainsSubstring("a gap"));
  CHECK_THAT(one("[1]", "[0,4]", 8), ContainsSubstring("expected 4 bytes of data, found 8"));
  CHECK_THAT(one("[4]", "[0,16]", 8), ContainsSubstring("expected 16 bytes of data, found 8"));
}

TEST_CASE("Tensors that overlap or leave a gap are refused") {
  const auto two = [](const std::string& first, const std::string& second, size_t size) {
    return error_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":)" + first +
                        R"(},"b":{"dtype":"F32","shape":[2],"data_offsets":)" + second + "}}",
                    size);
  };
  CHECK(two("[8,16]", "[0,8]", 16) == "no error");
  CHECK_THAT(two("[0,8]", "[4,12]", 12), ContainsSubstring("an overlap"));
  CHECK_THAT(two("[0,8]", "[0,8]", 8), ContainsSubstring("an overlap"));
  CHECK_THAT(two("[0,8]", "[12,20]", 20), ContainsSubstring("a gap"));
}

TEST_CASE("A tensor whose shape does not fit its values is not written") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(write_safetensors(folder / "m", {{"w", {{3}, {1, 2}}}}), RunError);
  CHECK_THROWS_WITH(write_safetensors(folder / "m", {{"w", {{3}, {1, 2}}}}),
                    ContainsSubstring("shape [3], got 2"));
  CHECK(!std::filesystem::exists(folder / "m"));
}
