// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/table.hpp"

#include "core/analog/devices/pcm.hpp"
#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/analog/programmed_devices.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;
using namespace mho::test;

namespace {

/// A table in a file of its own.
class TableFile {
 public:
  explicit TableFile(const std::string& text) { write_file_atomically(folder_ / "device.csv", text); }
  TableParameters parameters() const { return {.file = (folder_ / "device.csv").string()}; }

 private:
  TemporaryFolder folder_;
};

std::string refusal(const std::string& text, double g_max_us = 20) {
  const TableFile file(text);
  try {
    TableDevice(g_max_us, file.parameters());
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("A device table is interpolated linearly and its columns may stand in any order") {
  const TableFile file(
      "# measured on wafer 7\nsigma_us, g_us,nu_mean\r\n0.2,0,0.1\n\n1.0,10,0.06\n0.6,20,0.05\n");
  const TableDevice model(20, file.parameters());
  const double expected[][3] = {{0, .2, .1}, {5, .6, .08}, {10, 1, .06}, {15, .8, .055}, {20, .6, .05}};
  for (const auto& [target, sigma, nu] : expected) {
    CHECK(model.programming_deviation_us(target) == Approx(sigma));
    CHECK(model.drift_moments(target).mean == Approx(nu));
    CHECK(model.drift_moments(target).deviation == 0);
  }
  CHECK(model.programming_deviation_us(2.5) == Approx(.4));
  CHECK(TableDevice(10, file.parameters()).programming_deviation_us(5) == Approx(.6));  // absolute figures
}

TEST_CASE("A table's read noise is relative and does not grow unless it is told how long a read takes") {
  const TableFile file("g_us,sigma_us,read_noise\n0,0,0.05\n20,0,0.05\n");
  auto parameters = file.parameters();
  constexpr size_t n = 100000;
  const auto relative_deviation = [&] {
    const TableDevice model(20, parameters);
    ProgrammedDevices devices(model, std::vector<float>(n, 10.0f), RandomKey(1));
    CHECK(devices.written() == std::vector<float>(n, 10.0f));
    return moments(devices.read(86400, 2)).deviation / 10;
  };
  CHECK(relative_deviation() == Approx(.05).margin(deviation_bound(.05, n)));
  parameters.t_read_s = 250e-9;
  CHECK(relative_deviation() == Approx(.05 * 5.08681).margin(deviation_bound(.05 * 5.08681, n)));  // R5
}

TEST_CASE("A table of the PCM model's figures gives the PCM model") {
  const PcmDevice pcm(25);
  std::string text = "g_us,sigma_us\n";
  for (int i = 0; i <= 2000; ++i)
    text += std::to_string(i / 80.0) + "," + std::to_string(pcm.programming_deviation_us(i / 80.0)) + "\n";
  const TableFile file(text);
  const TableDevice table(25, file.parameters());
  for (const double target : {0.0, 1.234, 7.7, 24.99})
    CHECK(table.programming_deviation_us(target) ==
          Approx(pcm.programming_deviation_us(target)).margin(1e-5));
}

TEST_CASE("A device table that cannot be used is refused with its line") {
  const std::string names = "g_us,sigma_us\n";
  CHECK_THAT(refusal(names + "0,0.1\n10,\n20,0.1\n"),
             ContainsSubstring("device.csv:3: expected a number for sigma_us, got nothing (a gap)"));
  CHECK_THAT(refusal(names + "0,0.1\n10,0.1\n10,0.1\n"),
             ContainsSubstring("device.csv:4: expected g_us above the row before, 10, got 10"));
  CHECK_THAT(refusal(names + "1,0.1\n20,0.1\n"),
             ContainsSubstring("device.csv:2: expected the first g_us to be 0, got 1"));
  CHECK_THAT(refusal(names + "0,0.1\n10,0.1\n"),
             ContainsSubstring("expected g_us up to hardware.g_max_us = 20 µS, got up to 10"));
  CHECK_THAT(refusal(names + "0,0.1\n20,-0.1\n"),
             ContainsSubstring("device.csv:3: expected sigma_us of 0 or more, got -0.1"));
  CHECK_THAT(refusal(names + "-1,0.1\n20,0.1\n"), ContainsSubstring("expected g_us of 0 or more, got -1"));
  CHECK_THAT(refusal(names + "0,0.1\n20,lots\n"), ContainsSubstring("for sigma_us, got 'lots'"));
  CHECK_THAT(refusal(names + "0,0.1\n20,0.1,3\n"), ContainsSubstring("device.csv:3: expected 2 cells"));
  CHECK_THAT(refusal(names + "0,nan\n20,1\n"), ContainsSubstring("for sigma_us, got 'nan'"));
  CHECK_THAT(refusal("g_us,sigm_us\n0,1\n20,1\n"), ContainsSubstring("did you mean 'sigma_us'"));
  CHECK_THAT(refusal("g_us,nu_mean\n0,1\n20,1\n"), ContainsSubstring("expected a column 'sigma_us'"));
  CHECK_THAT(refusal("g_us,sigma_us,g_us\n"), ContainsSubstring("got 'g_us' twice"));
  CHECK_THAT(refusal(names + "0,0.1\n"), ContainsSubstring("two rows or more, got 1 rows"));
  CHECK_THAT(refusal(""), ContainsSubstring("device.csv:1:"));
  CHECK_THROWS_WITH(TableDevice(20, {}), ContainsSubstring("device.table.file: expected a CSV file"));
  CHECK_THROWS_WITH(TableDevice(20, {.file = "nowhere.csv"}), ContainsSubstring("nowhere.csv"));
}
