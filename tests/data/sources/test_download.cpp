// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/download.hpp"

#include <iostream>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "core/base/sha256.hpp"
#include "tests/catch.hpp"
#include "tests/data/environment.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

namespace {

bool has_curl() {
  for (const char* file : {"/usr/bin/curl", "/bin/curl", "/usr/local/bin/curl"})
    if (std::filesystem::exists(file)) return true;
  std::cout << "skipped: no curl to fetch file:// addresses with\n";
  return false;
}

}  // namespace

TEST_CASE("A file is fetched under its own name and checked") {
  if (!has_curl()) return;
  const TemporaryFolder folder;
  write_file_atomically(folder / "there/x.bin", std::string("content"));
  const RemoteFile remote{"file://" + (folder / "there/x.bin").string(), sha256(std::string("content"))};
  CHECK(download(remote, folder / "here/deep") == folder / "here/deep/x.bin");
  CHECK(read_text_file(folder / "here/deep/x.bin") == "content");
  CHECK(std::distance(std::filesystem::directory_iterator(folder / "here/deep"), {}) == 1);
}

TEST_CASE("A file with another check sum is refused and not kept") {
  if (!has_curl()) return;
  const TemporaryFolder folder;
  write_file_atomically(folder / "x.bin", std::string("tampered"));
  const RemoteFile remote{"file://" + (folder / "x.bin").string(), sha256(std::string("content"))};
  CHECK_THROWS_AS(download(remote, folder / "here"), DataError);
  CHECK_THROWS_WITH(download(remote, folder / "here"),
                    ContainsSubstring("expected SHA-256 " + sha256(std::string("content")) + ", found " +
                                      sha256(std::string("tampered"))));
  CHECK(std::filesystem::is_empty(folder / "here"));
}

TEST_CASE("A failed transfer is reported in the program's words and leaves nothing") {
  if (!has_curl()) return;
  const TemporaryFolder folder;
  const RemoteFile remote{"file://" + (folder / "none.bin").string(), std::string(64, '0')};
  CHECK_THROWS_AS(download(remote, folder / "here"), RunError);
  CHECK_THROWS_WITH(download(remote, folder / "here"), ContainsSubstring("none.bin: curl: "));
  CHECK(std::filesystem::is_empty(folder / "here"));
}

TEST_CASE("Without curl and wget the message asks for one") {
  const TemporaryFolder folder;
  const ScopedVariable path("PATH", folder.path().string());
  CHECK_THROWS_AS(download({"file:///x", std::string(64, '0')}, folder / "here"), RunError);
  CHECK_THROWS_WITH(download({"file:///x", std::string(64, '0')}, folder / "here"),
                    ContainsSubstring("expected curl or wget on PATH, found neither"));
}
