// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/sample_writer.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"

namespace mho {
namespace {

std::vector<std::int64_t> counts_of(const RawSamples& samples, size_t classes) {
  std::vector<std::int64_t> counts(classes);
  for (const int label : samples.labels) ++counts.at(static_cast<size_t>(label));
  return counts;
}

}  // namespace

SampleWriter::SampleWriter(std::string dtype, std::array<std::int64_t, 3> shape)
    : dtype_(std::move(dtype)), shape_(shape) {}

size_t SampleWriter::sample_bytes() const {
  return static_cast<size_t>(shape_[0] * shape_[1] * shape_[2]) * (dtype_ == "<f4" ? sizeof(float) : 1);
}

RawSamples& SampleWriter::part(Part which) {
  return which == Part::train ? set_.train : which == Part::test ? set_.test : set_.validation;
}

void SampleWriter::add(Part which, int label, const std::vector<char>& bytes) {
  if (bytes.size() != sample_bytes())
    throw InputError(fmt::format("sample: expected {} bytes, got {}", sample_bytes(), bytes.size()));
  auto& samples = part(which);
  samples.images.bytes.insert(samples.images.bytes.end(), bytes.begin(), bytes.end());
  samples.labels.push_back(label);
}

RawSet SampleWriter::finish(const std::vector<std::string>& class_names, bool complete,
                            const std::string& where) {
  for (const auto which : {Part::train, Part::validation, Part::test}) {
    auto& samples = part(which);
    if (which == Part::validation && samples.count() == 0) continue;
    samples.images.dtype = dtype_;
    samples.images.shape = {samples.count(), shape_[0], shape_[1], shape_[2]};
  }
  const auto classes = class_names.size();
  if (complete)
    check_classes(
        {counts_of(set_.train, classes), counts_of(set_.validation, classes), counts_of(set_.test, classes)},
        class_names, where);
  set_.classes = static_cast<int>(classes);
  set_.class_names = class_names;
  complete_raw_set(set_, where);
  return std::move(set_);
}

}  // namespace mho
