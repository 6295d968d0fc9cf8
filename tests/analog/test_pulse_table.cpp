// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/pulsed/pulse_table.hpp"

#include <fmt/format.h>

#include <cmath>
#include <fstream>

#include "core/analog/devices/pulsed/soft_bounds.hpp"
#include "core/base/error.hpp"
#include "tests/analog/programmed_devices.hpp"
#include "tests/analog/pulses.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;
using namespace mho::test;

namespace {

std::string write(const TemporaryFolder& folder, const std::string& text) {
  const auto file = folder.path() / "curves.csv";
  std::ofstream(file) << text;
  return file.string();
}

/// Curves of one device: `pulses` up from the lowest conductance, then down from there.
std::string curves_of(const DeviceModel& model, int pulses) {
  const auto device = model.make("device", 1, RandomKey(1));
  device->program(std::vector<float>{static_cast<float>(model.range().min_us)}, {}, RandomKey(1));
  std::vector<float> curves[2];
  for (const int way : {0, 1})
    for (int i = 0; i <= pulses; ++i) {
      if (i > 0) pulse_all(*device, way == 0 ? 1 : -1, RandomKey(2).with("way", way).with("pulse", i));
      curves[way].push_back(device->written_us()[0]);
    }
  std::string text = "up_us,down_us\n";
  for (size_t i = 0; i < curves[0].size(); ++i) text += fmt::format("{},{}\n", curves[0][i], curves[1][i]);
  return text;
}

std::string refusal(const std::string& text) {
  const TemporaryFolder folder;
  try {
    PulseTableDevice(0.5, {.file = write(folder, text)});
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("A device from the curves of another has its law and its symmetry point") {
  const TemporaryFolder folder;
  const SoftBoundsDevice model(30, {.states = 200, .imbalance = .25});
  const auto file = write(folder, curves_of(model, 400));
  const auto curves = read_pulse_curves(file);
  const PulseTableDevice fitted(curves.max_us(), {.file = file});
  // Steps in the middle 80 % within 1 % of the middle's: the fit is exact for a linear law, but its range
  // ends where the curves do.
  for (double g = 12; g <= 28; g += 2)
    for (const bool up : {true, false})
      CHECK(fitted.pulse_us(g, up).mean ==
            Approx(model.pulse_us(g, up).mean).margin(.01 * model.unit_step_us()));
  for (const auto& point : fitted.pulse_fit())
    REQUIRE(point.fitted_us == Approx(point.measured_us).margin(.005 * 20));
  CHECK(fitted.parameters().step_noise < .01);
}

TEST_CASE("The noise of curves becomes the noise of pulses") {
  const TemporaryFolder folder;
  const SoftBoundsDevice model(30, {.states = 1000, .step_noise = .2});
  const auto file = write(folder, curves_of(model, 1500));
  const double most = read_pulse_curves(file).max_us();
  // Steps count by their squares, so 1500 of them that shrink by e^3 are worth 500: five standard errors of
  // 0.2 / sqrt(2 * 1000) for both curves, and the fit takes up 1 %.
  CHECK(PulseTableDevice(most, {.file = file}).parameters().step_noise == Approx(.2).margin(.025));
  CHECK(PulseTableDevice(most, {.file = file, .noise_from_curves = false, .step_noise = .5})
            .parameters()
            .step_noise == .5);
}

TEST_CASE("Pulses on devices from curves make the fitted steps") {
  const TemporaryFolder folder;
  const auto file =
      write(folder, "# measured\npulse,up_us,down_us\n0,1,5\n10,3,4\n20,4,2.5\n40,5,1\n60,5.5,\n");
  const PulseTableDevice model(5.5, {.file = file, .nodes = 5});
  CHECK(model.range().min_us == 1);
  for (const double g : {1.8, 2.4, 3.0, 4.2})
    for (const bool up : {true, false}) {
      ProgrammedDevices devices(model, std::vector<float>(20000, 3.0f), RandomKey(4));
      devices.fill("written_us", static_cast<float>(g));
      pulse_all(devices.array(), up ? 1 : -1, RandomKey(5));
      const auto expected = model.pulse_us(g, up);
      const auto found = moments(devices.written());
      INFO(g << " µS, " << up);
      CHECK(found.mean - g == Approx(expected.mean).margin(mean_bound(expected.deviation, 20000) + 1e-5));
      CHECK(found.deviation ==
            Approx(expected.deviation).margin(deviation_bound(expected.deviation, 20000) + 1e-5));
    }
}

TEST_CASE("Curves that cannot be used are refused with their line") {
  CHECK_THAT(refusal("up_us,down_us\n1,5\n2,4\n1.5,3\n3,2\n"),
             ContainsSubstring(
                 "curves.csv:4: expected up_us to rise with every pulse (a monotone curve): 1.5 after 2"));
  CHECK_THAT(refusal("up_us,down_us\n1,5\n2,4\n2.5,4.5\n3,2\n"),
             ContainsSubstring(
                 "curves.csv:4: expected down_us to fall with every pulse (a monotone curve): 4.5 after 4"));
  CHECK_THAT(refusal("pulse,up_us,down_us\n0,1,5\n5,2,4\n5,3,3\n"),
             ContainsSubstring("curves.csv:4: expected pulse above the row before, 5, got 5"));
  CHECK_THAT(refusal("pulse,up_us,down_us\n0,1,5\n.5,2,4\n5,3,3\n"),
             ContainsSubstring("a whole number for pulse"));
  CHECK_THAT(refusal("up_us,down_us\n1,5\n2,\n3,3\n4,2\n"),
             ContainsSubstring("curves.csv:4: expected down_us without gaps"));
  CHECK_THAT(refusal("up_us,down_us\n1,1\n1,1\n1,1\n"),
             ContainsSubstring("three points or more that differ"));
  CHECK_THAT(refusal("up_us\n1\n2\n3\n"), ContainsSubstring("expected a column 'down_us'"));
  CHECK_THAT(refusal("up_us,down_us\n1,x\n2,4\n"), ContainsSubstring("for down_us, got 'x'"));
  CHECK_THAT(refusal("up_us,down_us\n1,3e6\n2,2\n3e6,1\n"), ContainsSubstring("curves.csv: "));
  CHECK_THROWS_WITH(PulseTableDevice(1, {}),
                    ContainsSubstring("device.pulse_table.file: expected a CSV file"));
}
