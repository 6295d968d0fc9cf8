// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/npy.hpp"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <limits>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

namespace {

/// A .npy file of format `version` made by hand.
std::string npy(const std::string& header, const std::string& data, char version = 1) {
  std::string bytes = std::string("\x93NUMPY") + version + '\0';
  bytes += static_cast<char>(header.size() & 255);
  bytes += static_cast<char>(header.size() >> 8);
  if (version > 1) bytes.append(2, '\0');
  return bytes + header + data;
}

std::string header(const std::string& dtype, const std::string& shape) {
  return "{'descr': '" + dtype + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
}

template <class T>
std::string raw(std::vector<T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::string error_of(const std::string& bytes) {
  try {
    parse_npy(bytes, "x.npy");
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

bool has_numpy() {
  static const bool found = std::system("python3 -c 'import numpy' 2>/dev/null") == 0;
  if (!found) std::cout << "skipped: no python3 with numpy to compare with\n";
  return found;
}

int python(const std::filesystem::path& folder, const std::string& script) {
  write_file_atomically(folder / "script.py", "import numpy as np\n" + script);
  return std::system(("cd '" + folder.string() + "' && python3 script.py").c_str());
}

}  // namespace

TEST_CASE("An array that was written to .npy reads back") {
  const TemporaryFolder folder;
  const auto file = folder / "a.npy";
  write_npy(file, NpyArray::from(std::vector<float>{1.5f, -2, 3, 4, 5, 6}, {2, 3}));
  const auto array = read_npy(file);
  CHECK(array.dtype == "<f4");
  CHECK(array.shape == std::vector<std::int64_t>{2, 3});
  CHECK(array.size() == 6);
  CHECK(array.as_float() == std::vector<float>{1.5f, -2, 3, 4, 5, 6});
  write_npy(file, NpyArray::from(std::vector<std::uint8_t>{0, 200, 255}, {3}));
  CHECK(read_npy(file).as_int() == std::vector<std::int64_t>{0, 200, 255});
  write_npy(file, NpyArray::from(std::vector<std::int32_t>{-7}, {}));
  CHECK(read_npy(file).shape.empty());
  CHECK(read_npy(file).as_int() == std::vector<std::int64_t>{-7});
  write_npy(file, NpyArray::from(std::vector<float>{}, {0, 5}));
  CHECK(read_npy(file).as_float().empty());
}

TEST_CASE("The data of a written file start at a multiple of 64, as numpy's do") {
  const TemporaryFolder folder;
  for (const std::int64_t n : {1, 10, 123456}) {
    write_npy(folder / "a.npy",
              NpyArray::from(std::vector<std::uint8_t>(static_cast<size_t>(n)), {n, 1, 1, 1}));
    CHECK((std::filesystem::file_size(folder / "a.npy") - static_cast<size_t>(n)) % 64 == 0);
  }
}

TEST_CASE("Every little-endian number type is converted") {
  using Ints = std::vector<std::int64_t>;
  CHECK(parse_npy(npy(header("|b1", "(2,)"), std::string("\0\1", 2)), "x").as_int() == Ints{0, 1});
  CHECK(parse_npy(npy(header("|i1", "(1,)"), "\xff"), "x").as_int() == Ints{-1});
  CHECK(parse_npy(npy(header("<i2", "(1,)"), raw<std::int16_t>({-300})), "x").as_int() == Ints{-300});
  CHECK(parse_npy(npy(header("<u2", "(1,)"), raw<std::uint16_t>({65535})), "x").as_int() == Ints{65535});
  CHECK(parse_npy(npy(header("<u4", "(1,)"), raw<std::uint32_t>({4294967295u})), "x").as_int() ==
        Ints{4294967295});
  CHECK(parse_npy(npy(header("<i8", "(1,)"), raw<std::int64_t>({-5})), "x").as_float() ==
        std::vector<float>{-5});
  CHECK(parse_npy(npy(header("<f8", "(1,)"), raw<double>({0.1})), "x").as_float() ==
        std::vector<float>{0.1f});
  // binary16: 1, -2, the smallest subnormal, the largest number, infinity
  const auto half =
      parse_npy(npy(header("<f2", "(5,)"), raw<std::uint16_t>({0x3c00, 0xc000, 1, 0x7bff, 0x7c00})), "x");
  CHECK(half.as_float() ==
        std::vector<float>{1, -2, std::ldexp(1.0f, -24), 65504, std::numeric_limits<float>::infinity()});
}

TEST_CASE("Formats 1, 2 and 3 are read, any other is refused") {
  for (const char version : {1, 2, 3})
    CHECK(parse_npy(npy(header("|u1", "(3,)"), "abc", version), "x").as_int() ==
          std::vector<std::int64_t>{'a', 'b', 'c'});
  CHECK_THAT(error_of(npy(header("|u1", "(3,)"), "abc", 4)),
             ContainsSubstring("expected format 1, 2 or 3, found 4"));
}

TEST_CASE("A damaged .npy file is refused with its name and offset") {
  const auto good = npy(header("|u1", "(3,)"), "abc");
  CHECK(error_of(good) == "no error");
  CHECK_THAT(error_of(""), ContainsSubstring("x.npy: byte 0: expected the magic bytes"));
  CHECK_THAT(error_of("PK\3\4...."), ContainsSubstring("magic bytes"));
  for (size_t size = 0; size < good.size(); ++size) REQUIRE(error_of(good.substr(0, size)) != "no error");
  CHECK_THAT(error_of(good.substr(0, good.size() - 1)),
             ContainsSubstring("expected 3 bytes for shape (3), found 2 bytes"));
  CHECK_THAT(error_of(good + "d"), ContainsSubstring("found 4 bytes"));
  CHECK_THAT(error_of(good.substr(0, 20)), ContainsSubstring("truncated"));
}

TEST_CASE("An impossible .npy header is refused") {
  const auto bad = [](const std::string& text) { return error_of(npy(text, "abcd")); };
  CHECK_THAT(bad(header(">f4", "(1,)")),
             ContainsSubstring("expected a little-endian number type, found '>f4'"));
  CHECK_THAT(bad(header("|O", "(1,)")), ContainsSubstring("'|O'"));
  CHECK_THAT(bad(header("", "(1,)")), ContainsSubstring("number type"));
  CHECK_THAT(bad("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }"), ContainsSubstring("C order"));
  CHECK_THAT(bad("{'descr': '<f4', 'fortran_order': 1, 'shape': (1,), }"),
             ContainsSubstring("True or False"));
  CHECK_THAT(bad("{'descr': '<f4', 'shape': (1,), }"), ContainsSubstring("the key 'fortran_order'"));
  CHECK_THAT(bad("{'descr': ['<f4'], 'fortran_order': False, 'shape': (1,), }"),
             ContainsSubstring("text for 'descr'"));
  CHECK_THAT(bad("{'descr': '<f4"), ContainsSubstring("closing quote"));
  CHECK_THAT(bad(header("<f4", "1")), ContainsSubstring("a tuple for 'shape'"));
  CHECK_THAT(bad(header("<f4", "(1,")), ContainsSubstring("whole numbers in 'shape'"));
  CHECK_THAT(bad(header("<f4", "(1 1)")), ContainsSubstring("',' or ')'"));
  CHECK_THAT(bad(header("<f4", "(-1,)")), ContainsSubstring("a possible shape"));
  CHECK_THAT(bad(header("<f4", "(4294967296, 4294967296)")), ContainsSubstring("a possible shape"));
  CHECK_THAT(bad(header("<f4", "(99999999999999999999,)")), ContainsSubstring("whole numbers"));
}

TEST_CASE("Values that a conversion would change are refused") {
  CHECK_THROWS_WITH(NpyArray::from(std::vector<float>{1}, {1}).as_int(),
                    ContainsSubstring("expected whole numbers"));
  const auto huge = parse_npy(npy(header("<u8", "(1,)"), std::string(8, '\xff')), "x");
  CHECK_THROWS_WITH(huge.as_int(), ContainsSubstring("at most 2^63 - 1"));
  CHECK_THROWS_WITH(NpyArray::from(std::vector<float>{1, 2, 3}, {2, 2}),
                    ContainsSubstring("(2, 2), found 3"));
  CHECK_THROWS_AS((NpyArray{"<f4", {2}, {'a'}}.as_float()), DataError);
}

TEST_CASE("Arrays that were written to .npz read back, and the same arrays give the same bytes") {
  const TemporaryFolder folder;
  const std::map<std::string, NpyArray> arrays{
      {"layer/0.weight", NpyArray::from(std::vector<float>(5000, 0.25f), {50, 100})},
      {"labels", NpyArray::from(std::vector<std::uint8_t>{1, 2, 3}, {3})}};
  write_npz(folder / "a.npz", arrays);
  write_npz(folder / "b.npz", arrays);
  CHECK(read_text_file(folder / "a.npz") == read_text_file(folder / "b.npz"));
  CHECK(std::filesystem::file_size(folder / "a.npz") < 2000);  // deflated
  const auto read = read_npz(folder / "a.npz");
  REQUIRE(read.size() == 2);
  CHECK(read.at("layer/0.weight").bytes == arrays.at("layer/0.weight").bytes);
  CHECK(read.at("layer/0.weight").shape == std::vector<std::int64_t>{50, 100});
  CHECK(read.at("labels").as_int() == std::vector<std::int64_t>{1, 2, 3});
}

TEST_CASE("numpy reads what is written here") {
  if (!has_numpy()) return;
  const TemporaryFolder folder;
  write_npz(folder / "a.npz", {{"x", NpyArray::from(std::vector<float>{1, 2.5f, 3, 4, 5, 6}, {2, 3})},
                               {"y", NpyArray::from(std::vector<std::int32_t>{-1, 7}, {2})},
                               {"s", NpyArray::from(std::vector<std::uint8_t>{9}, {})}});
  write_npy(folder / "b.npy", NpyArray::from(std::vector<std::uint8_t>{1, 2, 3, 4}, {1, 2, 2, 1}));
  CHECK(python(folder.path(), R"(
z = np.load("a.npz")
assert sorted(z.files) == ["s", "x", "y"], z.files
assert z["x"].dtype == np.float32 and (z["x"] == [[1, 2.5, 3], [4, 5, 6]]).all()
assert z["y"].dtype == np.int32 and (z["y"] == [-1, 7]).all()
assert z["s"].shape == () and z["s"] == 9
b = np.load("b.npy")
assert b.dtype == np.uint8 and b.shape == (1, 2, 2, 1) and (b.ravel() == [1, 2, 3, 4]).all()
)") == 0);
}

TEST_CASE("What numpy writes is read here, stored and compressed") {
  if (!has_numpy()) return;
  const TemporaryFolder folder;
  REQUIRE(python(folder.path(), R"(
arrays = dict(f=np.arange(6, dtype=np.float64).reshape(2, 3) / 2, h=np.array([0.5, -1], np.float16),
              u=np.array([[250]], np.uint8), i=np.int64(-3), b=np.array([True, False]))
np.savez("a.npz", **arrays)
np.savez_compressed("b.npz", **arrays)
)") == 0);
  for (const char* name : {"a.npz", "b.npz"}) {
    const auto arrays = read_npz(folder / name);
    CHECK(arrays.size() == 5);
    CHECK(arrays.at("f").as_float() == std::vector<float>{0, 0.5f, 1, 1.5f, 2, 2.5f});
    CHECK(arrays.at("h").as_float() == std::vector<float>{0.5f, -1});
    CHECK(arrays.at("u").shape == std::vector<std::int64_t>{1, 1});
    CHECK(arrays.at("i").as_int() == std::vector<std::int64_t>{-3});
    CHECK(arrays.at("b").as_int() == std::vector<std::int64_t>{1, 0});
  }
}
