// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/source_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/base/error.hpp"
#include "core/base/files/compressed.hpp"
#include "core/base/files/paths.hpp"
#include "core/base/files/tar.hpp"
#include "core/base/files/text_file.hpp"

namespace mho {
namespace {

constexpr int deepest_folder = 8;

bool is_hidden(const std::string& path) { return path.starts_with('.') || path.find("/.") != path.npos; }

/// "kws/" where all paths lie in one folder kws, else "".
std::string common_folder(const std::map<std::string, std::string>& files) {
  std::string common;
  for (const auto& [path, content] : files) {
    const auto slash = path.find('/');
    if (slash == path.npos) return "";
    const auto first = path.substr(0, slash + 1);
    if (!common.empty() && common != first) return "";
    common = first;
  }
  return common;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

}  // namespace

SourceFiles::SourceFiles(const std::filesystem::path& from) : from_(from) {
  if (is_folder(from))
    list(from, "", 0);
  else
    unpack();
  std::sort(paths_.begin(), paths_.end());
}

void SourceFiles::list(const std::filesystem::path& folder, const std::string& prefix, int depth) {
  for (const auto& path : list_folder(folder)) {
    const auto name = path.filename().string();
    if (is_hidden(name)) continue;
    if (is_folder(path)) {
      if (depth < deepest_folder) list(path, prefix + name + "/", depth + 1);
    } else if (is_file(path)) {
      paths_.push_back(prefix + name);
    }
  }
}

void SourceFiles::unpack() {
  archive_ = true;
  auto files = read_tar(read_maybe_compressed(from_), from_.string());
  const auto top = common_folder(files);
  for (auto& [path, content] : files) {
    auto inside = path.substr(top.size());
    if (inside.starts_with("./")) inside = inside.substr(2);
    if (inside.empty() || is_hidden(inside)) continue;
    paths_.push_back(inside);
    unpacked_.emplace(std::move(inside), std::move(content));
  }
}

bool SourceFiles::has(const std::string& path) const {
  return std::binary_search(paths_.begin(), paths_.end(), path);
}

std::string SourceFiles::name(const std::string& path) const { return (from_ / path).string(); }

std::string SourceFiles::read(const std::string& path) const {
  if (!archive_) return read_text_file(from_ / path);
  const auto found = unpacked_.find(path);
  if (found == unpacked_.end())
    throw DataError(fmt::format("{}: expected this file, found none", name(path)));
  return found->second;
}

bool has_ending(const std::string& path, const std::vector<std::string>& endings) {
  const auto name = lower(path);
  return std::any_of(endings.begin(), endings.end(),
                     [&](const std::string& ending) { return name.ends_with(ending); });
}

}  // namespace mho
