// SPDX-License-Identifier: Apache-2.0
#include "core/linalg/krylov.hpp"

#include <cmath>

#include "core/base/error.hpp"

namespace mho {
namespace {

constexpr double divergence = 1e6;

RealVector preconditioned(const Preconditioner& m, const RealVector& r) { return m.apply ? m.apply(r) : r; }

RealVector residual(const LinearMap& a, const RealVector& b, const RealVector& x) {
  auto r = b;
  add(-1, a(x), r);
  return r;
}

/// The least-squares problem of GMRES, kept triangular by Givens rotations.
class Hessenberg {
 public:
  explicit Hessenberg(double beta) : right_{beta} {}

  /// Takes column h of k + 2 numbers, the last one the new basis vector's norm; the residual's norm.
  double add_column(RealVector h) {
    const size_t k = columns_.size();
    for (size_t i = 0; i < k; ++i) rotate(i, h[i], h[i + 1]);
    const double size = std::hypot(h[k], h[k + 1]);
    cosines_.push_back(size > 0 ? h[k] / size : 1);
    sines_.push_back(size > 0 ? h[k + 1] / size : 0);
    rotate(k, h[k], h[k + 1]);
    right_.push_back(0);
    rotate(k, right_[k], right_[k + 1]);
    columns_.push_back(std::move(h));
    return std::fabs(right_[k + 1]);
  }

  RealVector solve() const {
    RealVector y(right_.begin(), right_.end() - 1);
    for (size_t k = columns_.size(); k-- > 0;) {
      for (size_t j = k + 1; j < columns_.size(); ++j) y[k] -= columns_[j][k] * y[j];
      y[k] = columns_[k][k] != 0 ? y[k] / columns_[k][k] : 0;
    }
    return y;
  }

 private:
  void rotate(size_t i, double& above, double& below) const {
    const double turned = cosines_[i] * above + sines_[i] * below;
    below = cosines_[i] * below - sines_[i] * above;
    above = turned;
  }

  std::vector<RealVector> columns_;
  RealVector cosines_, sines_, right_;
};

/// w less its parts along the basis, twice for rounding's sake; what was taken away, and w's norm then.
RealVector orthogonalise(const std::vector<RealVector>& basis, RealVector& w) {
  RealVector h(basis.size() + 1, 0.0);
  for (int pass = 0; pass < 2; ++pass)
    for (size_t i = 0; i < basis.size(); ++i) {
      const double part = dot(basis[i], w);
      h[i] += part;
      add(-part, basis[i], w);
    }
  h.back() = norm(w);
  return h;
}

void scale(double factor, RealVector& v) {
  for (double& value : v) value *= factor;
}

void finish(IterationResult& result, const LinearMap& a, const RealVector& b, double tolerance) {
  const double size = norm(b);
  if (size > 0) result.history.back() = norm(residual(a, b, result.x)) / size;
  // The recurrence's residual and the true one agree to rounding; twice the tolerance tells them apart.
  result.converged = result.history.back() <= 2 * tolerance;
  if (result.reason.empty()) result.reason = result.converged ? "tolerance" : "iterations";
}

}  // namespace

IterationResult fgmres(const LinearMap& a, const Preconditioner& m, const RealVector& b,
                       const IterationLimits& limits) {
  IterationResult result{RealVector(b.size(), 0.0), {1.0}, false, ""};
  const double beta = norm(b);
  if (beta == 0) return {result.x, {0.0}, true, "tolerance"};
  std::vector<RealVector> basis{b}, directions;
  scale(1 / beta, basis[0]);
  Hessenberg problem(beta);
  for (int k = 0; k < limits.iterations && result.history.back() > limits.tolerance; ++k) {
    directions.push_back(preconditioned(m, basis.back()));
    auto w = a(directions.back());
    auto h = orthogonalise(basis, w);
    const double size = h.back();
    result.history.push_back(problem.add_column(std::move(h)) / beta);
    if (!(size > 1e-14 * beta)) break;  // the basis is complete
    scale(1 / size, w);
    basis.push_back(std::move(w));
  }
  const auto y = problem.solve();
  for (size_t k = 0; k < directions.size(); ++k) add(y[k], directions[k], result.x);
  finish(result, a, b, limits.tolerance);
  return result;
}

IterationResult conjugate_gradients(const LinearMap& a, const Preconditioner& m, const RealVector& b,
                                    const IterationLimits& limits) {
  if (m.varies)
    throw ConfigError(
        "conjugate gradients: expected a preconditioner that is the same every time, got one on an array, "
        "whose noise makes it another at every product; use flexible GMRES");
  IterationResult result{RealVector(b.size(), 0.0), {1.0}, false, ""};
  const double size = norm(b);
  if (size == 0) return {result.x, {0.0}, true, "tolerance"};
  auto r = b;
  auto z = preconditioned(m, r);
  auto p = z;
  double rz = dot(r, z);
  for (int k = 0; k < limits.iterations && result.history.back() > limits.tolerance; ++k) {
    const auto ap = a(p);
    const double curvature = dot(p, ap);
    if (!(curvature > 0)) {
      result.reason = "breakdown";
      break;
    }
    add(rz / curvature, p, result.x);
    add(-rz / curvature, ap, r);
    z = preconditioned(m, r);
    const double next = dot(r, z);
    scale(next / rz, p);
    add(1, z, p);
    rz = next;
    result.history.push_back(norm(r) / size);
  }
  finish(result, a, b, limits.tolerance);
  return result;
}

IterationResult richardson(const LinearMap& a, const Preconditioner& m, const RealVector& b,
                           const IterationLimits& limits) {
  IterationResult result{RealVector(b.size(), 0.0), {1.0}, false, ""};
  const double size = norm(b);
  if (size == 0) return {result.x, {0.0}, true, "tolerance"};
  auto r = b;
  for (int k = 0; k < limits.iterations && result.history.back() > limits.tolerance; ++k) {
    add(1, preconditioned(m, r), result.x);
    r = residual(a, b, result.x);
    result.history.push_back(norm(r) / size);
    if (result.history.back() < divergence) continue;
    result.reason = "diverged";
    break;
  }
  finish(result, a, b, limits.tolerance);
  return result;
}

}  // namespace mho
