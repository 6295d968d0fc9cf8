// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/series.hpp"

#include "fuzz/parsers/parsers.hpp"

namespace mho::fuzz {
namespace {

Parser of(const std::string& name, const std::vector<std::string>& keys, const std::string& seed) {
  const auto recipe = read_recipe("csv", "", keys);
  return {name, {seed}, [recipe](const std::string& text) { parse_series(text, file_name, recipe); }};
}

}  // namespace

Parser series_wide() {
  return of("series_wide", {"series.channels=[\"x0..x2\"]"},
            "label,x0,x1,x2,split\na,1,2.5,-3e-2,train\n\"b\",4,5,6,train\na,1,2,3,test\nb,7,8,9,test\n");
}

Parser series_long() {
  return of("series_long", {"series.sample_columns=[\"id\"]", "series.step_column=step", "series.window=2"},
            "id,step,label,x,split\n1,0,a,1,train\n1,1,a,2,train\n2,0,b,3,train\n2,1,b,4,train\n"
            "3,0,a,5,test\n3,1,a,6,test\n4,0,b,7,test\n4,1,b,8,test\n");
}

}  // namespace mho::fuzz
