// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "core/analog/tile/converter_energy.hpp"
#include "core/analog/tile/crossbar_products.hpp"
#include "core/linalg/dense.hpp"

namespace mho {

/// The [hardware] that linear algebra starts from: HardwareConfig's, with inputs on the scale of each
/// vector's largest and saturated products done again. The vectors of a solver have no calibration samples.
HardwareConfig linalg_hardware();

/// Where and how products are taken.
struct ArraySettings {
  HardwareConfig hardware = linalg_hardware();
  int reads = 1;      ///< averaged for every product
  double age_s = 0;   ///< from programming to the first product
  int crossbars = 0;  ///< of the chip; 0: as many as it takes
};

/// Pays heed to what a solver's user need not: g_max 0 becomes the device's own, and bound management falls
/// away without an output converter. Throws ConfigError as HardwareConfig::check and make_device_model.
HardwareConfig resolved(HardwareConfig hardware);

/// What arrays were used for.
struct ArrayBill {
  std::int64_t products = 0;  ///< of a whole matrix with one vector, each read counted
  TileUse forward, transposed;
  DeviceCounters writes;
  EnergyBracket energy;  ///< of the converters
  std::int64_t crossbars = 0;

  ArrayBill& operator+=(const ArrayBill& other);
};

/// A real matrix A on crossbars, its rows at the inputs, and products both ways. Owns its devices.
class ArrayOperator {
 public:
  /// Programs A and lets settings.age_s pass; everything drawn comes from `key`. `what` names the matrix in
  /// messages. Throws DataError (check_matrix), ConfigError (resolved), MappingError for a matrix that needs
  /// more crossbars than the chip has.
  /// `scales`: the columns' full scales, where not the largest |A| of the hardware's scaling group.
  ArrayOperator(const RealMatrix& a, const ArraySettings& settings, RandomKey key, const std::string& what,
                const std::vector<float>& scales = {});
  /// The same for a matrix of zeros whose columns' full scales are given (accumulators).
  ArrayOperator(int rows, int columns, const std::vector<float>& scales, const ArraySettings& settings,
                RandomKey key, const std::string& what);

  int rows() const { return matrix_->rows(); }
  int columns() const { return matrix_->columns(); }
  const HardwareConfig& hardware() const { return settings_.hardware; }

  /// A v of every row v of `vectors` (count x columns), as rows (count x rows).
  RealMatrix multiply(const RealMatrix& vectors);
  /// A^T u of every row u of `vectors` (count x rows), as rows (count x columns).
  RealMatrix multiply_transposed(const RealMatrix& vectors);
  RealVector multiply(const RealVector& v);
  RealVector multiply_transposed(const RealVector& u);

  void advance(double seconds) { matrix_->advance(seconds); }
  CrossbarMatrix& matrix() { return *matrix_; }
  const CrossbarMatrix& matrix() const { return *matrix_; }
  /// Writes other numbers on the same devices, with those scales by column.
  void program(const RealMatrix& a, const std::vector<float>& scales);
  /// A key of its own for the next random event of this array.
  RandomKey next_key();

  ArrayBill bill() const;

 private:
  void make(const std::vector<float>& weights, int height, int width, const std::vector<float>& scales,
            const std::string& what);

  ArraySettings settings_;
  RandomKey key_;
  std::unique_ptr<DeviceModel> model_;
  std::unique_ptr<CrossbarMatrix> matrix_;
  std::unique_ptr<CrossbarProducts> tiles_;  ///< products with matrix_
  std::uint64_t events_ = 0;
  std::int64_t products_ = 0;
};

}  // namespace mho
