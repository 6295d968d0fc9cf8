// SPDX-License-Identifier: Apache-2.0
#include "search/study/storage_url.hpp"

#include "tests/catch.hpp"

using mho::without_password;

TEST_CASE("a storage is shown without its password, whatever characters that has") {
  CHECK(without_password("postgresql://me:secret@host:5432/db") == "postgresql://me:***@host:5432/db");
  CHECK(without_password("postgresql://me:se@cret@host/db") == "postgresql://me:***@host/db");
  CHECK(without_password("postgresql://me:se:c/r@et@host/db") == "postgresql://me:***@host/db");
  CHECK(without_password("postgresql+psycopg2://:secret@host/db") == "postgresql+psycopg2://:***@host/db");
  CHECK(without_password("postgresql://me@host/db?password=secret&x=1") ==
        "postgresql://me@host/db?password=***&x=1");
  CHECK(without_password("postgresql://host/db?sslpassword=secret") ==
        "postgresql://host/db?sslpassword=***");
}

TEST_CASE("a storage without a password is shown as it is") {
  for (const std::string url : {"journal:study.log", "journal:/tmp/a@b:c.log", "postgresql://me@host:5432/db",
                                "postgresql://host/db", "", "://"})
    CHECK(without_password(url) == url);
}
