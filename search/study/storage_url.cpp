// SPDX-License-Identifier: Apache-2.0
#include "search/study/storage_url.hpp"

namespace mho {

std::string without_password(const std::string& url) {
  const std::string hidden = "***";
  auto shown = url;
  const auto scheme = shown.find("://"), host = shown.rfind('@');
  if (scheme == std::string::npos) return shown;
  const auto password = shown.find(':', scheme + 3);
  if (host != std::string::npos && password < host) shown.replace(password + 1, host - password - 1, hidden);
  const std::string key = "password=";
  for (auto at = shown.find(key); at != std::string::npos; at = shown.find(key, at)) {
    at += key.size();
    shown.replace(at, shown.find('&', at) == std::string::npos ? std::string::npos : shown.find('&', at) - at,
                  hidden);
  }
  return shown;
}

}  // namespace mho
