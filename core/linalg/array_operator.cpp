// SPDX-License-Identifier: Apache-2.0
#include "core/linalg/array_operator.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"

namespace mho {
namespace {

std::vector<float> floats(const RealVector& values) { return {values.begin(), values.end()}; }

void check_width(const RealMatrix& vectors, int width, const char* way) {
  if (vectors.columns != width)
    throw DataError(fmt::format("{}: expected vectors of {} numbers, got {}", way, width, vectors.columns));
  check_matrix(vectors, way);
}

RealMatrix one_row(const RealVector& v) {
  RealMatrix row(1, static_cast<int>(v.size()));
  row.values = v;
  return row;
}

void check_settings(const ArraySettings& settings) {
  if (settings.reads < 1)
    throw ConfigError(fmt::format("reads: expected at least 1 read to average, got {}", settings.reads));
  if (!(settings.age_s >= 0))
    throw ConfigError(fmt::format("age: expected at least 0 s, got {}", settings.age_s));
}

void check_room(int rows, int columns, const ArraySettings& settings, const std::string& what) {
  const auto& h = settings.hardware;
  const auto needed = cut_into_tiles(rows, columns, h.crossbar_rows, h.crossbar_columns).size();
  if (settings.crossbars > 0 && needed > static_cast<size_t>(settings.crossbars))
    throw MappingError(
        fmt::format("{}: expected a matrix that fits {} crossbars of {} x {}, got {} x {}, which needs {}",
                    what, settings.crossbars, h.crossbar_rows, h.crossbar_columns, rows, columns, needed));
}

}  // namespace

HardwareConfig linalg_hardware() {
  HardwareConfig hardware;
  hardware.g_max_us = 0;
  hardware.effects.noise_management = NoiseManagement::abs_max;
  hardware.effects.bound_management = BoundManagement::iterative;
  return hardware;
}

HardwareConfig resolved(HardwareConfig hardware) {
  if (hardware.adc_bits == 0) hardware.effects.bound_management = BoundManagement::none;
  resolve_g_max(hardware);
  hardware.check();
  return hardware;
}

ArrayBill& ArrayBill::operator+=(const ArrayBill& other) {
  products += other.products;
  forward += other.forward;
  transposed += other.transposed;
  writes.programmed += other.writes.programmed;
  writes.pulses += other.writes.pulses;
  writes.events += other.writes.events;
  energy.low_j += other.energy.low_j;
  energy.high_j += other.energy.high_j;
  crossbars += other.crossbars;
  return *this;
}

ArrayOperator::ArrayOperator(const RealMatrix& a, const ArraySettings& settings, RandomKey key,
                             const std::string& what, const std::vector<float>& scales)
    : settings_(settings), key_(key) {
  check_matrix(a, what);
  make(floats(a.values), a.rows, a.columns, scales, what);
}

ArrayOperator::ArrayOperator(int rows, int columns, const std::vector<float>& scales,
                             const ArraySettings& settings, RandomKey key, const std::string& what)
    : settings_(settings), key_(key) {
  make(std::vector<float>(static_cast<size_t>(rows) * static_cast<size_t>(columns), 0.0f), rows, columns,
       scales, what);
}

namespace {

/// One scale a column for every row split.
std::vector<float> by_split(const std::vector<float>& scales, int rows, int crossbar_rows) {
  std::vector<float> all;
  for (int row = 0; row < rows && !scales.empty(); row += crossbar_rows)
    all.insert(all.end(), scales.begin(), scales.end());
  return all;
}

}  // namespace

void ArrayOperator::make(const std::vector<float>& weights, int height, int width,
                         const std::vector<float>& scales, const std::string& what) {
  check_settings(settings_);
  settings_.hardware = resolved(settings_.hardware);
  const auto& hardware = settings_.hardware;
  check_room(height, width, settings_, what);
  model_ = make_device_model(hardware.device, hardware.g_max_us, hardware.device_parameters);
  matrix_ =
      std::make_unique<CrossbarMatrix>(map_to_conductances(weights, height, width, hardware, model_->range(),
                                                           by_split(scales, height, hardware.crossbar_rows)),
                                       hardware, *model_, key_.with("programming"));
  tiles_ = std::make_unique<CrossbarProducts>(*matrix_, key_.with("programming").with("chip"));
  model_->check_time(settings_.age_s);
  if (settings_.age_s > 0) matrix_->advance(settings_.age_s);
}

void ArrayOperator::program(const RealMatrix& a, const std::vector<float>& scales) {
  const auto& hardware = settings_.hardware;
  matrix_->program(map_to_conductances(floats(a.values), a.rows, a.columns, hardware, model_->range(),
                                       by_split(scales, a.rows, hardware.crossbar_rows)),
                   next_key());
}

RandomKey ArrayOperator::next_key() { return key_.with("event", events_++); }

RealMatrix ArrayOperator::multiply(const RealMatrix& vectors) {
  check_width(vectors, columns(), "product");
  const auto x = floats(vectors.values);
  std::vector<float> y(static_cast<size_t>(vectors.rows) * static_cast<size_t>(rows()));
  tiles_->multiply_transposed(x.data(), vectors.rows, settings_.reads, next_key(), y.data());
  products_ += std::int64_t{vectors.rows} * settings_.reads;
  RealMatrix result(vectors.rows, rows());
  result.values.assign(y.begin(), y.end());
  return result;
}

RealMatrix ArrayOperator::multiply_transposed(const RealMatrix& vectors) {
  check_width(vectors, rows(), "transposed product");
  const auto x = floats(vectors.values);
  std::vector<float> y(static_cast<size_t>(vectors.rows) * static_cast<size_t>(columns()));
  tiles_->multiply(x.data(), vectors.rows, settings_.reads, next_key(), y.data());
  products_ += std::int64_t{vectors.rows} * settings_.reads;
  RealMatrix result(vectors.rows, columns());
  result.values.assign(y.begin(), y.end());
  return result;
}

RealVector ArrayOperator::multiply(const RealVector& v) { return multiply(one_row(v)).values; }

RealVector ArrayOperator::multiply_transposed(const RealVector& u) {
  return multiply_transposed(one_row(u)).values;
}

ArrayBill ArrayOperator::bill() const {
  ArrayBill bill;
  bill.products = products_;
  bill.forward = tiles_->forward_use();
  bill.transposed = tiles_->transposed_use();
  bill.writes = matrix_->counters();
  bill.energy = converter_energy(settings_.hardware, bill.forward, bill.transposed);
  bill.crossbars = static_cast<std::int64_t>(matrix_->targets().tiles.size());
  return bill;
}

}  // namespace mho
