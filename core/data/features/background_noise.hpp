// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/base/random.hpp"

namespace mho {

/// Background recordings that clips are mixed with.
class BackgroundNoise {
 public:
  /// Adds a recording. Throws DataError, naming it, when it is shorter than a clip of `clip_samples`.
  void add(std::vector<float> recording, int clip_samples, const std::string& name);
  bool empty() const { return recordings_.empty(); }

  /// A clip's length of one of the recordings, both drawn.
  std::vector<float> piece(Random& random) const;
  /// Adds a piece, scaled so that the clip's mean square is `snr_db` above the piece's; nothing where either
  /// is silent.
  void mix(std::vector<float>& clip, double snr_db, Random& random) const;

 private:
  std::vector<std::vector<float>> recordings_;
  int clip_samples_ = 0;
};

/// The clip begun up to `most` samples earlier or later, evenly, with zeros where nothing was.
std::vector<float> shifted(const std::vector<float>& clip, int most, Random& random);

}  // namespace mho
