// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/csv_table.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

std::string error_of(const std::string& text) {
  try {
    const CsvTable table(text, "x.csv");
    for (size_t row = 0; row < table.rows(); ++row) table.number(row, table.column("b"));
    table.columns_of({"a..b"});
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("Cells are read by row and column, quotes, CR LF, empty lines and a byte order mark too") {
  const CsvTable table("\xef\xbb\xbfname,\"x, y\"\r\n\"say \"\"no\"\"\",1.5\r\n\nb,-2", "x.csv");
  CHECK(table.columns() == std::vector<std::string>{"name", "x, y"});
  REQUIRE(table.rows() == 2);
  CHECK(table.cell(0, 0) == "say \"no\"");
  CHECK(table.number(0, 1) == 1.5);
  CHECK(table.cell(1, 0) == "b");
  CHECK(table.number(1, 1) == -2);
  CHECK(table.where(1) == "x.csv:4");
}

TEST_CASE("Without a header columns are numbers, and ranges name columns in the table's order") {
  const CsvTable table("a,1,2,3\n", "x.csv", false);
  CHECK(table.rows() == 1);
  CHECK(table.columns_of({"4", "2..3"}) == std::vector<size_t>{3, 1, 2});
}

TEST_CASE("What does not fit is refused with file, line, expected and found") {
  CHECK(error_of("a,b\n1,2\n") == "no error");
  CHECK_THAT(error_of("a,b\n1,2\n1,2,3\n"), ContainsSubstring("x.csv:3: expected 2 columns, found 3"));
  CHECK_THAT(error_of("a,bb\n1,2\n"), ContainsSubstring("x.csv:1: expected a column 'b', found none"));
  CHECK_THAT(error_of("a,b\n1,2\n\n1,nan\n"),
             ContainsSubstring("x.csv:4: column 'b': expected a finite number, found 'nan'"));
  CHECK_THAT(error_of("a,b\n1,\n"),
             ContainsSubstring("x.csv:2: column 'b': expected a finite number, found ''"));
  CHECK_THAT(error_of("a,b\n1,1e999\n"), ContainsSubstring("expected a finite number"));
  CHECK_THAT(error_of("a,a\n1,2\n"),
             ContainsSubstring("x.csv:1: expected each column once, found 'a' twice"));
  CHECK_THAT(error_of("a,b\n\"1,2\n"), ContainsSubstring("x.csv:2: expected a closing quote, found the end"));
  CHECK_THAT(error_of("a,b\n\"1\"x,2\n"), ContainsSubstring("behind a closing quote, found 'x'"));
  CHECK_THAT(error_of("a,b\n"), ContainsSubstring("expected rows below a line of column names, found none"));
  CHECK_THAT(error_of(""), ContainsSubstring("found none"));
  CHECK_THAT(error_of("b,a\n1,2\n"), ContainsSubstring("the second before the first"));
}
