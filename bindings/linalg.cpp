// SPDX-License-Identifier: Apache-2.0
#include "bindings/linalg.hpp"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "bindings/arrays.hpp"
#include "core/linalg/krylov.hpp"
#include "core/linalg/lstsq.hpp"
#include "core/linalg/streaming_lstsq.hpp"
#include "core/linalg/streaming_pca.hpp"
#include "core/linalg/svd.hpp"

namespace mho {
namespace {

namespace py = pybind11;
py::dict lstsq_dict(const LstsqResult& result) {
  py::dict d;
  d["x"] = array_of(result.x);
  d["residual_norm"] = result.residual_norm;
  d["history"] = array_of(result.history);
  d["gradient_history"] = array_of(result.gradient_history);
  d["converged"] = result.converged;
  d["reason"] = result.reason;
  d["sketch_rows"] = result.sketch_rows;
  d["counters"] = bill_json(result.bill);
  d["digital_multiply_adds"] = result.digital_multiply_adds;
  d["exact_multiply_adds"] = result.exact_multiply_adds;
  if (result.errors) {
    d["exact_residual_norm"] = result.errors->residual_norm;
    d["residual_ratio"] = result.errors->residual_ratio;
    d["solution_error"] = result.errors->solution;
  }
  return d;
}

py::dict svd_dict(const SvdResult& result) {
  py::dict d;
  d["u"] = array_of(result.u);
  d["s"] = array_of(result.s);
  d["vt"] = array_of(result.vt);
  if (!result.mean.empty()) d["mean"] = array_of(result.mean);
  d["captured"] = result.captured;
  d["counters"] = bill_json(result.bill);
  d["digital_multiply_adds"] = result.digital_multiply_adds;
  d["exact_multiply_adds"] = result.exact_multiply_adds;
  if (result.errors) d["exact_captured"] = result.errors->captured;
  return d;
}

py::dict solve_lstsq(const Array& a, const Array& b, const ArraySpec& spec, const py::dict& wanted,
                     std::uint64_t seed) {
  const auto text = [&](const char* name) { return wanted[name].cast<std::string>(); };
  const LstsqOptions options{.sketch_rows = wanted["rows"].cast<int>(),
                             .sketch = value_of<SketchKind>("sketch", text("sketch")),
                             .method = value_of<LstsqMethod>("method", text("method")),
                             .held = value_of<Held>("held", text("held")),
                             .tolerance = wanted["tolerance"].cast<double>(),
                             .iterations = wanted["iterations"].cast<int>(),
                             .exact = wanted["exact"].cast<bool>()};
  const auto matrix = matrix_of(a);
  const auto right = vector_of(b);
  return lstsq_dict(released(
      [&] { return lstsq(matrix, right, options, spec.settings(), RandomKey(seed).with("lstsq")); }));
}

py::dict decompose(const Array& x, bool centred, const ArraySpec& spec, const SvdOptions& options,
                   std::uint64_t seed) {
  const auto matrix = matrix_of(x);
  const auto key = RandomKey(seed).with("pca");
  return svd_dict(released([&] {
    return centred ? pca(matrix, options, spec.settings(), key) : svd(matrix, options, spec.settings(), key);
  }));
}

py::tuple iterate(const std::string& method, const Array& a, const Array& b, ArrayOperator* m,
                  const IterationLimits& limits) {
  const auto matrix = matrix_of(a);
  const auto right = vector_of(b);
  const auto result = released([&] {
    const LinearMap map = [&](const RealVector& x) { return multiply(matrix, x); };
    Preconditioner preconditioner;
    if (m) preconditioner = {[m](const RealVector& x) { return m->multiply(x); }, true};
    check_vector(right, static_cast<size_t>(matrix.rows), "b");
    return method == "fgmres" ? fgmres(map, preconditioner, right, limits)
           : method == "cg"   ? conjugate_gradients(map, preconditioner, right, limits)
                              : richardson(map, preconditioner, right, limits);
  });
  return py::make_tuple(array_of(result.x), array_of(result.history), result.converged, result.reason);
}

void declare_operator(py::module_& module) {
  py::class_<ArraySpec>(module, "ArraySpec")
      .def(py::init<std::string, std::vector<std::string>, int, double, int>());
  py::class_<ArrayOperator>(module, "ArrayOperator")
      .def(py::init([](const Array& a, const ArraySpec& spec, std::uint64_t seed) {
        const auto matrix = matrix_of(a);
        return released([&] {
          return std::make_unique<ArrayOperator>(matrix, spec.settings(), RandomKey(seed).with("operator"),
                                                 "operator");
        });
      }))
      .def("multiply",
           [](ArrayOperator& self, const Array& x) {
             const auto vectors = matrix_of(x);
             return array_of(released([&] { return self.multiply(vectors); }));
           })
      .def("multiply_transposed",
           [](ArrayOperator& self, const Array& x) {
             const auto vectors = matrix_of(x);
             return array_of(released([&] { return self.multiply_transposed(vectors); }));
           })
      .def("advance", [](ArrayOperator& self, double seconds) { self.advance(seconds); })
      .def("counters", [](const ArrayOperator& self) { return bill_json(self.bill()); });
}

void declare_sketch(py::module_& module) {
  py::class_<Sketch>(module, "Sketch")
      .def(py::init([](const std::string& kind, int rows, std::int64_t columns, std::uint64_t seed) {
        return Sketch(value_of<SketchKind>("sketch", kind), rows, columns, RandomKey(seed).with("sketch"));
      }))
      .def("transposed",
           [](const Sketch& self) { return array_of(released([&] { return self.transposed(); })); })
      .def("apply", [](const Sketch& self, const Array& a) {
        const auto matrix = matrix_of(a);
        return array_of(released([&] { return self.apply(matrix); }));
      });
}

template <class Stream>
void declare_stream(py::class_<Stream>& type) {
  type.def("rows", &Stream::rows)
      .def("fill", &Stream::fill)
      .def("rewrites", &Stream::rewrites)
      .def("counters", [](const Stream& self) { return bill_json(self.bill()); });
}

void declare_streams(py::module_& module) {
  py::class_<StreamingLstsq> least(module, "StreamingLstsq");
  least
      .def(py::init([](const py::dict& wanted, const ArraySpec& spec, std::uint64_t seed) {
        const StreamOptions options{.unknowns = wanted["unknowns"].cast<int>(),
                                    .sketch_rows = wanted["rows"].cast<int>(),
                                    .row_norm = wanted["row_norm"].cast<double>(),
                                    .target_norm = wanted["target_norm"].cast<double>(),
                                    .forget = wanted["forget"].cast<double>(),
                                    .rows = wanted["length"].cast<std::int64_t>()};
        return std::make_unique<StreamingLstsq>(options, spec.settings(streaming_hardware()),
                                                RandomKey(seed).with("streaming least squares"));
      }))
      .def("add",
           [](StreamingLstsq& self, const Array& a, const Array& b) {
             const auto rows = matrix_of(a);
             const auto targets = vector_of(b);
             released([&] { self.add(rows, targets); });
           })
      .def("solve", [](StreamingLstsq& self) { return array_of(released([&] { return self.solve(); })); });
  declare_stream(least);
  py::class_<StreamingPca> components(module, "StreamingPca");
  components
      .def(py::init([](const py::dict& wanted, const ArraySpec& spec, std::uint64_t seed) {
        const StreamingPcaOptions options{.features = wanted["features"].cast<int>(),
                                          .components = wanted["k"].cast<int>(),
                                          .oversample = wanted["oversample"].cast<int>(),
                                          .row_norm = wanted["row_norm"].cast<double>(),
                                          .forget = wanted["forget"].cast<double>(),
                                          .rows = wanted["length"].cast<std::int64_t>()};
        return std::make_unique<StreamingPca>(options, spec.settings(streaming_hardware()),
                                              RandomKey(seed).with("streaming pca"));
      }))
      .def("add",
           [](StreamingPca& self, const Array& x) {
             const auto rows = matrix_of(x);
             released([&] { self.add(rows); });
           })
      .def("components", [](StreamingPca& self) {
        const auto found = released([&] { return self.components(); });
        return py::make_tuple(array_of(found.vt), array_of(found.variances));
      });
  declare_stream(components);
}

}  // namespace

void declare_linalg(py::module_& module) {
  declare_operator(module);
  declare_sketch(module);
  declare_streams(module);
  module.def("lstsq", &solve_lstsq);
  module.def("decompose", [](const Array& x, bool centred, const ArraySpec& spec,
                             const std::vector<int>& sizes, bool exact, std::uint64_t seed) {
    return decompose(
        x, centred, spec,
        {.components = sizes.at(0), .oversample = sizes.at(1), .power_steps = sizes.at(2), .exact = exact},
        seed);
  });
  module.def("iterate", [](const std::string& method, const Array& a, const Array& b, ArrayOperator* m,
                           double tolerance, int iterations) {
    return iterate(method, a, b, m, {tolerance, iterations});
  });
}

}  // namespace mho
