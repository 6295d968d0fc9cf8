// SPDX-License-Identifier: Apache-2.0
#include "bindings/crossbar.hpp"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <fmt/format.h>

#include "bindings/arrays.hpp"
#include "core/analog/tile/refresh.hpp"
#include "core/base/error.hpp"

namespace mho {
namespace {

namespace py = pybind11;
using Counts = py::array_t<std::int32_t, py::array::c_style | py::array::forcecast>;
using Floats = std::vector<float>;

Floats floats_of(const Array& array) { return {array.data(), array.data() + array.size()}; }

/// The operator's matrix with rows as inputs: its products are the transposed ones of A v.
struct Crossbar {
  ArrayOperator array;
  CrossbarMatrix& matrix() { return array.matrix(); }
  const CrossbarMatrix& matrix() const { return array.matrix(); }

  py::array_t<float> shaped_as_weights(const Floats& values) const {
    return shaped(values, {array.rows(), array.columns()});
  }
  std::size_t plane(int number) const {
    const auto planes = static_cast<int>(matrix().targets().cell.planes.size());
    if (number < 0 || number >= planes)
      throw ConfigError(fmt::format("plane: expected 0 to {}, got {}", planes - 1, number));
    return static_cast<std::size_t>(number);
  }
  void expect_pulses(const char* who) const {
    require_verb(array.hardware().device, DeviceVerb::pulse, std::string("mho.CrossbarMatrix.") + who);
  }
};

std::unique_ptr<Crossbar> make(const Array& weights, const ArraySpec& spec, std::uint64_t seed,
                               const Array& full_scale) {
  const auto matrix = matrix_of(weights);
  const auto scales = floats_of(full_scale);
  return released([&] {
    return std::unique_ptr<Crossbar>(new Crossbar{
        ArrayOperator(matrix, spec.settings(), RandomKey(seed).with("crossbar"), "weights", scales)});
  });
}

/// Every device that is to move, in the order of the weights.
std::vector<DevicePulses> moves_of(const Counts& counts) {
  std::vector<DevicePulses> moves;
  for (py::ssize_t i = 0; i < counts.size(); ++i)
    if (const auto count = counts.data()[i]; count != 0)
      moves.push_back({static_cast<std::uint32_t>(i), count});
  return moves;
}

/// plane -1: weights, on the devices that make them.
void pulse(Crossbar& self, const Counts& counts, int plane) {
  self.expect_pulses("pulse");
  const auto moves = moves_of(counts);
  const auto key = self.array.next_key();
  released([&] {
    if (plane < 0) return self.matrix().move(moves, key);
    self.matrix().pulse(self.plane(plane), moves, key);
  });
}

void update(Crossbar& self, const Array& x, const Array& d, double learning_rate, const py::dict& wanted) {
  self.expect_pulses("update");
  const UpdateConfig config{.stochastic = wanted["stochastic"].cast<bool>(),
                            .train_length = wanted["train_length"].cast<int>(),
                            .update_management = wanted["update_management"].cast<bool>(),
                            .length_management = wanted["length_management"].cast<bool>()};
  config.check();
  const auto inputs = floats_of(x), errors = floats_of(d);
  const auto rows = static_cast<std::size_t>(self.array.rows());
  const auto columns = static_cast<std::size_t>(self.array.columns());
  released([&] {
    for (std::size_t v = 0; v < inputs.size() / rows; ++v)
      self.matrix().update(&inputs[v * rows], &errors[v * columns], learning_rate, config,
                           self.array.next_key());
  });
}

/// The weights that one read of all devices gives, drift compensation included.
py::array_t<float> read(Crossbar& self, double ahead_s) {
  const auto key = self.array.next_key();
  auto held = released([&] { return self.matrix().read(ahead_s, key); });
  const auto& targets = self.matrix().targets();
  const auto columns = static_cast<std::size_t>(targets.columns);
  for (std::size_t i = 0; i < held.conductances.size(); ++i) {
    const auto split = static_cast<std::size_t>(targets.row_split_of(static_cast<int>(i / columns)));
    held.conductances[i] *= held.output_scales[split * columns + i % columns];
  }
  return self.shaped_as_weights(held.conductances);
}

py::dict counters(const Crossbar& self) {
  py::dict found;
  const auto bill = self.array.bill();
  found["bill"] = bill_json(bill);
  found["events"] = bill.writes.events;
  return found;
}

std::vector<std::string> planes(const Crossbar& self) {
  std::vector<std::string> labels;
  for (const auto& plane : self.matrix().targets().cell.planes) labels.push_back(plane.label);
  return labels;
}

void declare_products(py::class_<Crossbar>& type) {
  type.def("forward",
           [](Crossbar& self, const Array& x) {
             const auto vectors = matrix_of(x);
             return array_of(released([&] { return self.array.multiply_transposed(vectors); }));
           })
      .def("backward",
           [](Crossbar& self, const Array& d) {
             const auto vectors = matrix_of(d);
             return array_of(released([&] { return self.array.multiply(vectors); }));
           })
      .def("read", &read)
      .def("weights", [](const Crossbar& self) { return self.shaped_as_weights(self.matrix().weights()); })
      .def("planes", &planes)
      .def("conductances",
           [](const Crossbar& self, int plane) {
             return self.shaped_as_weights(self.matrix().written_us(self.plane(plane)));
           })
      .def("counters", &counters)
      .def("tiles", [](const Crossbar& self) { return self.matrix().targets().tiles.size(); })
      .def("crossbar_shape", [](const Crossbar& self) {
        return py::make_tuple(self.array.hardware().crossbar_rows, self.array.hardware().crossbar_columns);
      });
}

void declare_writes(py::class_<Crossbar>& type) {
  type.def("program",
           [](Crossbar& self, const Array& weights, const Array& full_scale) {
             const auto matrix = matrix_of(weights);
             const auto scales = floats_of(full_scale);
             released([&] { self.array.program(matrix, scales); });
           })
      .def("advance", [](Crossbar& self, double seconds) { released([&] { self.array.advance(seconds); }); })
      .def("pulse", &pulse)
      .def("update", &update)
      .def("find_symmetry_point",
           [](Crossbar& self, int plane, int pulses) {
             self.expect_pulses("find_symmetry_point");
             const auto key = self.array.next_key();
             return self.shaped_as_weights(
                 released([&] { return self.matrix().find_symmetry_point(self.plane(plane), pulses, key); }));
           })
      .def("set_reference",
           [](Crossbar& self, int plane, const Array& reference_us) {
             self.matrix().set_reference(self.plane(plane), floats_of(reference_us));
           })
      .def("refresh", [](Crossbar& self, double full, double both) {
        const auto key = self.array.next_key();
        return released([&] { return refresh_pairs(self.matrix(), {full, both}, key); });
      });
}

}  // namespace

void declare_crossbar(py::module_& module) {
  py::class_<Crossbar> type(module, "Crossbar");
  type.def(py::init(&make));
  declare_products(type);
  declare_writes(type);
}

}  // namespace mho
