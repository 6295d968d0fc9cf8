// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace mho {

/// The page of search/report/page around its data, a JSON document: one file of HTML that refers to no other.
std::string report_page(const std::string& data_json);

}  // namespace mho
