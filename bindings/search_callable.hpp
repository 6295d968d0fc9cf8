// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "bindings/python_thread.hpp"

namespace pybind11 {
class object;
}

namespace mho {

/// A search from Python. The functions take a genome's JSON text and return JSON text, {"error": MESSAGE} for
/// one that raised; None where there is none. Call it with the GIL released.
struct CallableSearch {
  const std::string& config;                    ///< run file; "": none
  const std::vector<std::string>& assignments;  ///< of its keys, "search.trials=20"
  const std::vector<std::string>& genes;        ///< of a space of kind "genes", as genes_from_json reads them
  const pybind11::object& evaluate;             ///< returns an objective
  const pybind11::object& build;                ///< returns an architecture; mho's own evaluator judges
  const pybind11::object& progress;             ///< told of what happens, as JSON text
  std::string folder;                           ///< SearchOptions; these four
  bool resume = false;
  std::string storage;
  std::string study;
  int threads = 0;  ///< 0: all cores
};

/// The trials, a JSON line each, and the numbers of those on the front, best first.
struct CallableResult {
  std::vector<std::string> trials;
  std::vector<int> front;
  bool stopped = false;  ///< by Ctrl-C
  std::string note;      ///< SearchResult::note
};
CallableResult search_callable(const CallableSearch& search);

}  // namespace mho
