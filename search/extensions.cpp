// SPDX-License-Identifier: Apache-2.0
#include "search/extensions.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"

namespace mho {
namespace {

void expect_host(bool present, const std::string& what) {
  if (!present)
    throw ConfigError(fmt::format(
        "{}: needs the Python package mho, which this executable runs without: run `python -m mho "
        "search ...` or ./mho search ...",
        what));
}

}  // namespace

Proposer make_proposer(const RunConfig& config, const SearchExtensions& extensions) {
  const auto& name = config.search.proposer;
  if (!is_host_proposer(name)) return make_proposer(name);
  expect_host(bool{extensions.make_proposer}, "search.proposer = " + name);
  return extensions.make_proposer(name, config);
}

std::unique_ptr<Surrogate> make_host_surrogate(const std::string& name, const SearchExtensions& extensions) {
  expect_host(bool{extensions.make_surrogate}, "search.surrogate = " + name);
  return extensions.make_surrogate(name);
}

std::unique_ptr<TrialStore> open_storage(const StorageRequest& request, const SearchExtensions& extensions) {
  expect_host(bool{extensions.open_storage}, "--storage");
  return extensions.open_storage(request);
}

}  // namespace mho
