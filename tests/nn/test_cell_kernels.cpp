// SPDX-License-Identifier: Apache-2.0
// The recurrent cells of core/nn/kernels/kernels.hpp.
#include <limits>
#include <string>

#include "tests/nn/kernel_helpers.hpp"

using namespace mho;

namespace {

struct Cell {
  const char* name;
  CellKernels Kernels::*kernels;
  std::size_t blocks;
};
constexpr Cell cells[] = {
    {"lstm", &Kernels::lstm_cell, 4}, {"gru", &Kernels::gru_cell, 4}, {"rnn", &Kernels::rnn_cell, 1}};

/// Everything that a step of a cell makes of the same inputs, one after the other.
FloatBuffer step_of(const Cell& cell, const Kernels& set, std::size_t count) {
  const std::size_t sums = count * cell.blocks;
  FloatBuffer gates = normals(sums, 1);
  for (auto& gate : gates) gate *= 3;  // into saturation, too
  const FloatBuffer state_before = normals(count, 2), cell_before = normals(count, 3),
                    above = normals(count, 4);
  FloatBuffer state(count), own(count), later = normals(count, 5), gradient(sums), past(count, 7.0f);
  (set.*cell.kernels)
      .forward({count, gates.data(), state_before.data(), cell_before.data(), state.data(), own.data()});
  (set.*cell.kernels)
      .backward({count, gates.data(), state_before.data(), cell_before.data(), own.data(), above.data(),
                 later.data(), gradient.data(), past.data()});
  FloatBuffer all;
  for (const auto* part : {&state, &own, &gradient, &past}) all.insert(all.end(), part->begin(), part->end());
  all.insert(all.end(), gates.begin(), gates.begin() + static_cast<std::ptrdiff_t>(sums));
  all.insert(all.end(), later.begin(), later.begin() + static_cast<std::ptrdiff_t>(count));
  return all;
}

}  // namespace

TEST_CASE("recurrent cells agree with the reference, for any number of units") {
  for (const auto& cell : cells)
    for (const std::size_t count : {1, 3, 4, 16, 31, 64, 257}) {
      const auto wanted = step_of(cell, reference_kernels(), count);
      for (const auto* set : fast_sets()) {
        INFO(cell.name << " of " << count << ", " << set->name);
        check_close(step_of(cell, *set, count), wanted, wanted.size(), 3e-6);
      }
    }
}

TEST_CASE("a state that is no number stays one in every set") {
  const auto list = available_kernels();
  for (int s = 0; s < list.count; ++s) {
    float gates[] = {0, std::numeric_limits<float>::quiet_NaN(), 0, 0}, before = 1, state = 0, cell = 0;
    list.sets[s]->lstm_cell.forward({1, gates, &before, &before, &state, &cell});
    CHECK(std::isnan(state));
  }
}
