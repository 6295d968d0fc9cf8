// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "core/base/random.hpp"
#include "core/base/vector/instruction_set.hpp"
#include "tests/noise_checks.hpp"

namespace mho {
void fill_normal_portable(std::uint64_t, std::uint64_t, float*, std::size_t);
#if defined(__x86_64__)
void fill_normal_avx2(std::uint64_t, std::uint64_t, float*, std::size_t);
void fill_normal_avx512(std::uint64_t, std::uint64_t, float*, std::size_t);
#endif
}  // namespace mho

using namespace mho;

namespace {

using Fill = void (*)(std::uint64_t, std::uint64_t, float*, std::size_t);

std::vector<std::pair<std::string, Fill>> generators() {
  std::vector<std::pair<std::string, Fill>> list;
  for (const auto set : available_instruction_sets()) {
    if (set == InstructionSet::portable) list.emplace_back(word_of(set), fill_normal_portable);
#if defined(__x86_64__)
    if (set == InstructionSet::avx2) list.emplace_back(word_of(set), fill_normal_avx2);
    if (set == InstructionSet::avx512) list.emplace_back(word_of(set), fill_normal_avx512);
#endif
  }
  return list;
}

}  // namespace

TEST_CASE("the vector generators draw standard normals") {
  for (const auto& [name, fill] : generators()) {
    INFO(name);
    std::vector<float> v(1 << 22);
    fill(RandomKey(7).value(), 0, v.data(), v.size());
    check_standard_normal(std::move(v));
  }
}

TEST_CASE("neighbouring numbers and different keys are uncorrelated") {
  const size_t n = 1 << 18;
  const double bound = 5 / std::sqrt(double(n));
  for (const auto& [name, fill] : generators()) {
    INFO(name);
    std::vector<float> a(n), b(n);
    fill(RandomKey(1).with("noise", 1).value(), 0, a.data(), n);
    fill(RandomKey(1).with("noise", 2).value(), 0, b.data(), n);
    for (const size_t lag : {1, 4, 16, 64}) {
      double sum = 0;
      for (size_t i = 0; i < n; ++i) sum += double(a[i]) * a[(i + lag) % n] / n;
      CHECK(std::abs(sum) < bound);
    }
    double across = 0, squares = 0;
    for (size_t i = 0; i < n; ++i) {
      across += double(a[i]) * b[i] / n;
      squares += (double(a[i]) * a[i] - 1) * (double(b[i]) * b[i] - 1) / (2.0 * n);
    }
    CHECK(std::abs(across) < bound);
    CHECK(std::abs(squares) < bound);
  }
}

TEST_CASE("instruction sets agree on the numbers up to rounding") {
  std::vector<float> wanted(1000);
  fill_normal_portable(RandomKey(3).value(), 64, wanted.data(), wanted.size());
  for (const auto& [name, fill] : generators()) {
    INFO(name);
    std::vector<float> got(1000);
    fill(RandomKey(3).value(), 64, got.data(), got.size());
    for (size_t i = 0; i < got.size(); ++i) CHECK(std::abs(got[i] - wanted[i]) < 2e-5);
  }
}
