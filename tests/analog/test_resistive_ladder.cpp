// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/resistive_ladder.hpp"

#include <Eigen/Dense>
#include <vector>

#include "core/base/random.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

/// Current into the output (uA) of one column by nodal analysis: solves all n node voltages densely.
double circuit_current(const std::vector<float>& g_us, const std::vector<double>& volts, double ohm) {
  const auto n = static_cast<Eigen::Index>(g_us.size());
  const double wire_us = 1e6 / ohm;
  Eigen::MatrixXd nodes = Eigen::MatrixXd::Zero(n, n);
  Eigen::VectorXd currents(n);
  for (Eigen::Index k = 0; k < n; ++k) {
    const double g = g_us[static_cast<size_t>(k)];
    nodes(k, k) += g + wire_us;  // the device, and the piece towards the output
    if (k > 0) nodes(k, k - 1) = -wire_us;
    if (k + 1 < n) {
      nodes(k, k) += wire_us;
      nodes(k, k + 1) = -wire_us;
    }
    currents(k) = g * volts[static_cast<size_t>(k)];
  }
  return wire_us * nodes.fullPivLu().solve(currents)(0);
}

std::vector<float> uniform_column(int n) { return std::vector<float>(static_cast<size_t>(n), 5.0f); }

double sum(const std::vector<float>& values) {
  double total = 0;
  for (const float v : values) total += v;
  return total;
}

}  // namespace

TEST_CASE("R9: a column of ones loses what the exact ladder says") {
  // 5 µS and 0.35 Ohm; reference values with five digits.
  for (const auto& [n, expected] :
       {std::pair{128, .00956}, std::pair{256, .03676}, std::pair{512, .12959}, std::pair{1024, .35433}}) {
    auto g = uniform_column(n);
    fold_in_wire_resistance(g.data(), n, 1, 1, .35);
    CHECK(1 - sum(g) / (5.0 * n) == Approx(expected).margin(6e-6));
  }
}

TEST_CASE("Any inputs into any small columns give the current of the whole circuit") {
  Random random(RandomKey(1));
  for (int round = 0; round < 100; ++round) {
    const int rows = random.integer(1, 12), columns = random.integer(1, 5), stride = columns + 2;
    const double ohm = std::pow(10.0, random.uniform() * 6 - 1);  // up to where the wire takes nearly all
    std::vector<float> g(static_cast<size_t>(rows * stride));
    for (auto& value : g) value = random.chance(.2) ? 0.0f : static_cast<float>(25 * random.uniform());
    auto effective = g;
    fold_in_wire_resistance(effective.data(), rows, columns, stride, ohm);
    for (int c = 0; c < stride; ++c) {
      std::vector<float> column;
      std::vector<double> volts;
      double current = 0;
      for (int k = 0; k < rows; ++k) {
        column.push_back(g[static_cast<size_t>(k * stride + c)]);
        volts.push_back(random.uniform());
        current += effective[static_cast<size_t>(k * stride + c)] * volts.back();
      }
      if (c < columns)
        REQUIRE(current == Approx(circuit_current(column, volts, ohm)).epsilon(1e-5).margin(1e-9));
      else
        for (int k = 0; k < rows; ++k)  // other columns of the matrix are left alone
          REQUIRE(effective[static_cast<size_t>(k * stride + c)] == column[static_cast<size_t>(k)]);
    }
  }
}

TEST_CASE("Wires without resistance change nothing, and columns do not know of their neighbours") {
  constexpr int rows = 40, columns = 150;  // more than one strip
  std::vector<float> g(rows * columns);
  fill_normal(RandomKey(2), g);
  for (auto& value : g) value = std::fabs(value);
  auto same = g;
  fold_in_wire_resistance(same.data(), rows, columns, columns, 0);
  CHECK(same == g);
  auto all = g;
  fold_in_wire_resistance(all.data(), rows, columns, columns, 50);
  for (const int c : {0, 63, 64, 149}) {
    std::vector<float> column;
    for (int k = 0; k < rows; ++k) column.push_back(g[static_cast<size_t>(k * columns + c)]);
    fold_in_wire_resistance(column.data(), rows, 1, 1, 50);
    for (int k = 0; k < rows; ++k)
      REQUIRE(all[static_cast<size_t>(k * columns + c)] == column[static_cast<size_t>(k)]);
  }
}

TEST_CASE("Rows lose more the farther they are from the output") {
  auto g = uniform_column(300);
  fold_in_wire_resistance(g.data(), 300, 1, 1, .35);
  CHECK(g[0] < 5);
  for (size_t k = 1; k < g.size(); ++k) REQUIRE(g[k] < g[k - 1]);
}
