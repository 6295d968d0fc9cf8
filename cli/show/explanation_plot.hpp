// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/show/explanation_text.hpp"

namespace mho {

/// Bars of what each effect gives back when it is switched off and costs alone, and of what each layer gives
/// back when it is kept digital, with their standard errors, as SVG.
std::string explanation_svg(const ExplainedCase& explained);

}  // namespace mho
