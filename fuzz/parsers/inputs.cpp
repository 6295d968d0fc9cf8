// SPDX-License-Identifier: Apache-2.0
#include "fuzz/parsers/inputs.hpp"

#include <fstream>

#include "core/chip/mapping/tiling.hpp"

namespace mho::fuzz {

const std::filesystem::path& InputFile::write(const std::string& bytes) const {
  overwrite(path_, bytes);
  return path_;
}

void overwrite(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  expect(stream.good(), "cannot write " + file.string());
}

Architecture small_network() {
  const auto conv = [](int channels, int groups) {
    Conv2d layer;
    layer.out_channels = channels;
    layer.groups = groups;
    return layer;
  };
  return Architecture("small", {4, 4, 1},
                      {{"conv", conv(2, 1), {"input"}},
                       {"norm", BatchNorm{}, {"conv"}},
                       {"relu", Relu{}, {"norm"}},
                       {"depthwise", conv(2, 2), {"relu"}},
                       {"pool", GlobalAveragePool{}, {"depthwise"}},
                       {"dense", Dense{3, true}, {"pool"}},
                       {"loss", Output{}, {"dense"}}});
}

Architecture small_sequence() {
  return Architecture("sequence", {5, 1, 2},
                      {{"lstm", Recurrent{.units = 3}, {"input"}},
                       {"gru", Recurrent{.kind = Recurrent::Kind::gru, .units = 2}, {"lstm"}},
                       {"last", Last{}, {"gru"}},
                       {"dense", Dense{3, true}, {"last"}},
                       {"loss", Output{}, {"dense"}}});
}

Parameters small_parameters() {
  const auto architecture = small_network();
  auto parameters = initial_parameters(architecture, RandomKey(1));
  for (size_t node = 0; node < parameters.size(); ++node)
    if (is_on_crossbars(architecture, static_cast<int>(node))) parameters[node].input_range = 1;
  return parameters;
}

}  // namespace mho::fuzz
