// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace mho {

/// A storage's URL as it may be shown: `***` in place of what stands between the user's name and the last '@'
/// and of a `password=` in its query. A password that breaks the rules (an '@' of its own) is hidden whole.
std::string without_password(const std::string& url);

}  // namespace mho
