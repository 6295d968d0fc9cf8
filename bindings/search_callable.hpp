// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace pybind11 {
class object;
}

namespace mho {

/// The trials, a JSON line each, of a search with `assignments` ("search.trials=20") on `evaluate`, a Python
/// function of a genome's JSON text that returns an objective's JSON text. Call it with the GIL released.
struct CallableSearch {
  std::vector<std::string> trials;
  bool stopped = false;  ///< by Ctrl-C
  std::string note;      ///< SearchResult::note
};
CallableSearch search_callable(const std::vector<std::string>& assignments, const pybind11::object& evaluate);

}  // namespace mho
