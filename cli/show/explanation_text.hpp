// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "evaluators/explain/explanation.hpp"

namespace mho {

/// An explanation and what it was asked of.
struct ExplainedCase {
  std::string network;
  std::string split;
  Explanation explanation;
};

/// The tables that `mho explain` prints.
std::string explanation_text(const ExplainedCase& explained);

/// Its --json document (docs/json.md).
std::string explanation_json(const ExplainedCase& explained);

/// "programming noise"
std::string title_of(Effect effect);

}  // namespace mho
