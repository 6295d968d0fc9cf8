// SPDX-License-Identifier: Apache-2.0
#include "core/linalg/lstsq.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"
#include "core/linalg/krylov.hpp"

namespace mho {
namespace {

constexpr double rank_tolerance = 1e-10;
/// A step of refinement that takes away less than this part of the gradient is no progress.
constexpr double least_progress = 1e-3;

/// [S A, S b], rows of d + 1 numbers.
struct Sketched {
  RealMatrix a;
  RealVector b;
};

Sketched apart(const RealMatrix& both) {
  Sketched result{RealMatrix(both.rows, both.columns - 1), {}};
  for (int r = 0; r < both.rows; ++r) {
    std::copy_n(both.row(r), both.columns - 1, result.a.row(r));
    result.b.push_back(both.row(r)[both.columns - 1]);
  }
  return result;
}

/// One solution on its way.
class Solver {
 public:
  Solver(const RealMatrix& a, const RealVector& b, const LstsqOptions& options, const ArraySettings& settings,
         RandomKey key)
      : a_(a), b_(b), options_(options), settings_(settings), key_(key) {
    for (const double value : a.values) size_ += value * value;
    size_ = std::sqrt(size_);
    result_.sketch_rows = options.sketch_rows;
  }

  LstsqResult run() {
    const auto sketched = sketch();
    result_.x = exact_least_squares(sketched.a, sketched.b);
    count(double{1} * options_.sketch_rows * a_.columns * a_.columns);
    judge();
    if (options_.method == LstsqMethod::solve) {
      result_.converged = true;
      result_.reason = "sketch-and-solve: one solution of the sketched problem";
    } else {
      const TriangularFactor r(sketched.a);
      options_.method == LstsqMethod::precondition ? precondition(r) : refine(r);
    }
    result_.residual_norm = result_.history.back();
    if (array_) result_.bill += array_->bill();
    return std::move(result_);
  }

 private:
  double m() const { return a_.rows; }
  double d() const { return a_.columns; }
  void count(double multiply_adds) { result_.digital_multiply_adds += multiply_adds; }

  Sketched sketch() {
    const Sketch s(options_.sketch, options_.sketch_rows, a_.rows, key_.with("sketch"));
    const auto both = joined(a_, b_);
    if (options_.held == Held::sketch && options_.method != LstsqMethod::refine) {
      ArrayOperator held(s.transposed(), settings_, key_.with("array"), "lstsq: the sketch");
      const auto found = held.multiply_transposed(transposed(both));
      result_.bill += held.bill();
      return apart(transposed(found));
    }
    array_ = std::make_unique<ArrayOperator>(both, settings_, key_.with("array"), "lstsq: the matrix [A b]");
    return apart(array_->multiply_transposed(transposed(s.transposed())));
  }

  /// The residual and A^T r of the present x, and what they say of it.
  void judge() {
    residual_ = b_;
    add(-1, multiply(a_, result_.x), residual_);
    gradient_ = multiply_transposed(a_, residual_);
    count(2 * m() * d());
    const double size = norm(residual_);
    result_.history.push_back(size);
    result_.gradient_history.push_back(size > 0 && size_ > 0 ? norm(gradient_) / (size * size_) : 0);
  }

  bool is_done() {
    const double residual = result_.history.back(), gradient = result_.gradient_history.back();
    if (residual <= options_.tolerance * norm(b_))
      result_.reason = fmt::format("residual: ||A x - b|| / ||b|| is at most {:g}", options_.tolerance);
    else if (gradient <= options_.tolerance)
      result_.reason = fmt::format("gradient: ||A^T r|| / (||A|| ||r||) is at most {:g}", options_.tolerance);
    else
      return false;
    result_.converged = true;
    return true;
  }

  void run_out() {
    result_.reason = fmt::format("iterations: {} were not enough for a tolerance of {:g}",
                                 options_.iterations, options_.tolerance);
  }

  /// Preconditioned conjugate gradients on the normal equations, A R^-1 never formed: R stays the same, so
  /// that short recurrences hold.
  void precondition(const TriangularFactor& r) {
    auto s = r.solve_transposed(gradient_);
    auto p = s;
    double before = dot(s, s);
    for (int k = 0; k < options_.iterations; ++k) {
      if (is_done()) return;
      const auto step = r.solve(p);
      const auto moved = multiply(a_, step);
      const double length = dot(moved, moved);
      if (!(length > 0)) break;
      add(before / length, step, result_.x);
      count(m() * d() + 2 * d() * d());
      judge();  // the true residual in place of the recurrence's, at one product more
      s = r.solve_transposed(gradient_);
      const double now = dot(s, s);
      for (size_t i = 0; i < p.size(); ++i) p[i] = s[i] + now / before * p[i];
      before = now;
    }
    if (!is_done()) run_out();
  }

  /// Le Gallo et al. 2018: residuals in digital, the step by the array. Its products are noisy, others every
  /// time, so flexible GMRES finds the direction and digital numbers say how far to go along it.
  void refine(const TriangularFactor& r) {
    const LinearMap normal = [&](const RealVector& z) {
      auto v = r.solve(z);
      v.push_back(0);  // b's column
      auto back = array_->multiply_transposed(array_->multiply(v));
      back.pop_back();
      count(2 * d() * d());
      return r.solve_transposed(back);
    };
    for (int k = 0; k < options_.iterations; ++k) {
      if (is_done()) return;
      const auto inner = fgmres(normal, {}, r.solve_transposed(gradient_),
                                {.tolerance = 0.02, .iterations = options_.inner_iterations});
      const auto step = r.solve(inner.x);
      const auto moved = multiply(a_, step);
      const double length = dot(moved, moved);
      count(m() * d() + 2 * d() * d());
      if (length > 0) add(dot(residual_, moved) / length, step, result_.x);
      const double before = norm(gradient_);
      judge();
      if (!(length > 0) || (norm(gradient_) > (1 - least_progress) * before && ++idle_ >= 3)) return stall();
    }
    if (!is_done()) run_out();
  }

  void stall() {
    if (!is_done())
      result_.reason = "stagnation: three steps of the array's took nothing away from the gradient";
  }

  const RealMatrix& a_;
  const RealVector& b_;
  LstsqOptions options_;
  const ArraySettings& settings_;
  RandomKey key_;
  double size_ = 0;  ///< ||A||_F
  int idle_ = 0;
  RealVector residual_, gradient_;
  std::unique_ptr<ArrayOperator> array_;  ///< of [A b] where it is held
  LstsqResult result_;
};

void check(const RealMatrix& a, const RealVector& b, LstsqOptions& options) {
  check_matrix(a, "lstsq: A");
  check_vector(b, static_cast<size_t>(a.rows), "lstsq: b (a number a row of A)");
  if (a.rows < a.columns)
    throw DataError(
        fmt::format("lstsq: A: expected at least as many rows as columns, got {} x {}", a.rows, a.columns));
  if (options.sketch_rows == 0) options.sketch_rows = std::max(4 * a.columns, a.columns + 1);
  if (options.sketch_rows <= a.columns)
    throw ConfigError(fmt::format("lstsq: expected more sketch rows than the {} unknowns, got {}", a.columns,
                                  options.sketch_rows));
  if (!(options.tolerance > 0))
    throw ConfigError(fmt::format("lstsq: expected a tolerance above 0, got {}", options.tolerance));
  if (options.iterations < 1 || options.inner_iterations < 1)
    throw ConfigError(fmt::format("lstsq: expected at least 1 iteration, got {} and {} inner ones",
                                  options.iterations, options.inner_iterations));
}

LstsqErrors errors_of(const LstsqResult& result, const RealMatrix& a, const RealVector& b) {
  const auto exact = exact_least_squares(a, b);
  auto residual = b, difference = result.x;
  add(-1, multiply(a, exact), residual);
  add(-1, exact, difference);
  const double least = norm(residual), size = norm(exact);
  return {least,
          least > 0                  ? result.residual_norm / least
          : result.residual_norm > 0 ? INFINITY
                                     : 1,
          size > 0 ? norm(difference) / size : norm(difference)};
}

}  // namespace

void check_rank(const RealMatrix& a, RandomKey key) {
  const int rows = 2 * a.columns + 20;
  const int column =
      rows >= a.rows
          ? dependent_column(a, rank_tolerance)
          : dependent_column(Sketch(SketchKind::countsketch, rows, a.rows, key).apply(a), rank_tolerance);
  if (column >= 0)
    throw DataError(fmt::format(
        "lstsq: A: expected independent columns, got column {} as a combination of others (to {:g}): noise "
        "would hide it and give any solution",
        column, rank_tolerance));
}

LstsqResult lstsq(const RealMatrix& a, const RealVector& b, const LstsqOptions& options,
                  const ArraySettings& settings, RandomKey key) {
  auto checked = options;
  check(a, b, checked);
  check_rank(a, key.with("rank"));
  auto result = Solver(a, b, checked, settings, key).run();
  const double m = a.rows, d = a.columns, rank_rows = std::min(m, 2 * d + 20);
  result.digital_multiply_adds += m * d + rank_rows * d * d;  // of check_rank
  result.exact_multiply_adds = m * d * d - d * d * d / 3 + 2 * m * d;
  if (options.exact) result.errors = errors_of(result, a, b);
  return result;
}

}  // namespace mho
