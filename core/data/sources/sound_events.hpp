// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mho {

/// Something that is to be heard in a recording.
struct SoundEvent {
  double begin_s = 0, end_s = 0;
  int label = 0;  ///< class
};

/// Reads a CSV file with the columns begin_s, end_s and label (a name of `class_names`, or the number of a
/// class), in any order of lines. Throws DataError (file:line) for an end that is not behind its beginning,
/// an end after `seconds`, and an unknown label (with a did-you-mean).
std::vector<SoundEvent> read_sound_events(const std::filesystem::path& file,
                                          const std::vector<std::string>& class_names, int classes,
                                          double seconds);

}  // namespace mho
