// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/pictures.hpp"

#include <algorithm>

#include "core/base/parallel.hpp"
#include "core/data/sources/labelled_files.hpp"
#include "core/data/sources/picture.hpp"
#include "core/data/sources/sample_writer.hpp"

namespace mho {
namespace {

/// Pictures that are decoded at once, before they are put behind the others.
constexpr size_t batch = 256;

}  // namespace

RawSet read_pictures(const std::filesystem::path& from, const Recipe& recipe,
                     const CheckGoingOn& check_going_on) {
  const auto& images = recipe.images;
  const SourceFiles files(from);
  const auto placed =
      place_samples(find_labelled_files(files, recipe.labels, recipe.split, picture_endings()), recipe.labels,
                    recipe.split);
  SampleWriter writer("|u1", {images.height, images.width, images.colour == Colour::grey ? 1 : 3});
  for (size_t first = 0; first < placed.samples.size(); first += batch) {
    check_going_on();
    std::vector<std::vector<char>> decoded(std::min(batch, placed.samples.size() - first));
    parallel_for(decoded.size(), [&](size_t i) {
      const auto& path = placed.samples[first + i].source;
      const auto fitted = fit_picture(parse_picture(files.read(path), files.name(path)), images.height,
                                      images.width, images.fit);
      decoded[i] = bytes_of(images.colour == Colour::grey ? grey(fitted) : fitted.pixels);
    });
    for (size_t i = 0; i < decoded.size(); ++i)
      writer.add(placed.samples[first + i].part, placed.samples[first + i].label, decoded[i]);
  }
  return writer.finish(placed.class_names, recipe.labels.complete, files.name());
}

}  // namespace mho
