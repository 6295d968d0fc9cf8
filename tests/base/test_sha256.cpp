// SPDX-License-Identifier: Apache-2.0
#include "core/base/sha256.hpp"

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

// NIST, "Secure Hashing" example values and FIPS 180-2 appendix B.
TEST_CASE("SHA-256 gives NIST's example values") {
  CHECK(sha256(std::string()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256(std::string("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256(std::string("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("The digest does not depend on the pieces that the bytes come in") {
  std::string text;
  for (int i = 0; i < 300; ++i) text += static_cast<char>(i * 7);
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    Sha256 hash;
    hash.update(std::span<const char>(text).first(cut));
    hash.update(std::span<const char>(text).subspan(cut));
    REQUIRE(hash.finish() == sha256(text));
  }
}

TEST_CASE("A file's digest is that of its content, and a missing file is named") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "abc", std::string("abc"));
  CHECK(sha256_of_file(folder / "abc") == sha256(std::string("abc")));
  CHECK_THROWS_AS(sha256_of_file(folder / "none"), DataError);
  CHECK_THROWS_WITH(sha256_of_file(folder / "none"), ContainsSubstring("none"));
  CHECK_THROWS_AS(sha256_of_file(folder.path()), DataError);
}
