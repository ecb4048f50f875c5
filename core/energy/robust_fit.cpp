#include "core/energy/robust_fit.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace sunfleck {
namespace {

constexpr double huber = 1.345;
constexpr double tukey = 4.685;
constexpr int most_steps = 50;
constexpr double least_scale = 0.5;  // what lies well within its deviation is no outlier
constexpr double ridge = 1e-10;      // of columns of length 1: keeps resampled rows solvable

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// Normal equations of columns of length 1.
struct Normal {
  MatrixXd gram;
  VectorXd right;
  VectorXd lengths;  // of the columns before; 1 for one of zeroes
};

// Rows divided by sigma.
MatrixXd scaled_rows(const Observations& observations) {
  const auto rows = static_cast<Index>(observations.rows());
  const auto columns = static_cast<Index>(observations.columns);
  MatrixXd scaled(rows, columns);
  for (Index i = 0; i < rows; ++i)
    for (Index c = 0; c < columns; ++c)
      scaled(i, c) = observations.x[static_cast<std::size_t>(i * columns + c)] /
          observations.sigma[static_cast<std::size_t>(i)];
  return scaled;
}

Normal normal_equations(const Observations& observations, std::span<const double> weights) {
  MatrixXd x = scaled_rows(observations);
  VectorXd y(x.rows());
  for (Index i = 0; i < x.rows(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    const double root = weights.empty() ? 1.0 : std::sqrt(weights[at]);
    y(i) = root * observations.y[at] / observations.sigma[at];
    x.row(i) *= root;
  }
  Normal normal{x.transpose() * x, x.transpose() * y, VectorXd::Ones(x.cols())};
  for (Index c = 0; c < x.cols(); ++c)
    if (normal.gram(c, c) > 0.0) normal.lengths(c) = std::sqrt(normal.gram(c, c));
  const VectorXd inverse = normal.lengths.cwiseInverse();
  normal.gram = inverse.asDiagonal() * normal.gram * inverse.asDiagonal();
  normal.right = inverse.asDiagonal() * normal.right;
  normal.gram.diagonal().array() += ridge;
  return normal;
}

// Least squares over the columns of `passive` alone; 0 for the others.
VectorXd solve_passive(const Normal& normal, const std::vector<Index>& passive) {
  const auto count = static_cast<Index>(passive.size());
  MatrixXd gram(count, count);
  VectorXd right(count);
  for (Index i = 0; i < count; ++i) {
    const Index from = passive[static_cast<std::size_t>(i)];
    right(i) = normal.right(from);
    for (Index j = 0; j < count; ++j)
      gram(i, j) = normal.gram(from, passive[static_cast<std::size_t>(j)]);
  }
  const VectorXd solved = gram.ldlt().solve(right);
  VectorXd all = VectorXd::Zero(normal.right.size());
  for (Index i = 0; i < count; ++i)
    all(passive[static_cast<std::size_t>(i)]) = solved(i);
  return all;
}

// The column outside `passive` along which the sum of squares falls fastest; -1 when none.
Index steepest(const Normal& normal, const std::vector<Index>& passive, const VectorXd& at) {
  const VectorXd gradient = normal.right - normal.gram * at;
  const double least = 1e-12 * std::max(1.0, normal.right.cwiseAbs().maxCoeff());
  Index best = -1;
  for (Index c = 0; c < gradient.size(); ++c)
    if (std::ranges::find(passive, c) == passive.end() && gradient(c) > least &&
        (best < 0 || gradient(c) > gradient(best)))
      best = c;
  return best;
}

// Goes from `at` towards the free solution as far as no coefficient falls below 0, drops those that
// reach it, and again.
void descend(const Normal& normal, std::vector<Index>& passive, VectorXd& at) {
  while (!passive.empty()) {
    const VectorXd free = solve_passive(normal, passive);
    double step = 1.0;
    for (const Index c : passive)
      if (free(c) <= 0.0) step = std::min(step, at(c) / (at(c) - free(c)));
    if (!(step < 1.0) && std::ranges::all_of(passive, [&](Index c) { return free(c) > 0.0; })) {
      at = free;
      return;
    }
    at += step * (free - at);
    const double tiny = 1e-14 * std::max(1.0, at.cwiseAbs().maxCoeff());
    const auto left = std::ranges::remove_if(passive, [&](Index c) { return at(c) <= tiny; });
    if (left.empty()) passive.pop_back();  // rounding kept it away from 0
    passive.erase(left.begin(), left.end());
    VectorXd kept = VectorXd::Zero(at.size());
    for (const Index c : passive)
      kept(c) = at(c);
    at = kept;
  }
}

std::vector<double> residuals_of(
    const Observations& observations, std::span<const double> coefficients) {
  std::vector<double> residuals(observations.rows());
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    double explained = 0.0;
    for (std::size_t c = 0; c < observations.columns; ++c)
      explained += observations.row(i)[c] * coefficients[c];
    residuals[i] = (observations.y[i] - explained) / observations.sigma[i];
  }
  return residuals;
}

double scale_of(std::vector<double> residuals, std::size_t columns) {
  const auto rows = static_cast<double>(residuals.size());
  for (double& residual : residuals)
    residual = std::abs(residual);
  const auto middle = residuals.begin() + static_cast<std::ptrdiff_t>(residuals.size() / 2);
  std::ranges::nth_element(residuals, middle);
  const double freedom = std::max(1.0, rows - static_cast<double>(columns));
  return std::max(least_scale, 1.4826 * *middle * std::sqrt(rows / freedom));
}

double huber_weight(double size) { return size <= huber ? 1.0 : huber / size; }

double tukey_weight(double size) {
  const double part = size / tukey;
  return part >= 1.0 ? 0.0 : (1.0 - part * part) * (1.0 - part * part);
}

bool is_near(std::span<const double> a, std::span<const double> b) {
  double moved = 0.0;
  double size = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    moved = std::max(moved, std::abs(a[i] - b[i]) / std::max(std::abs(a[i]), 1e-300));
    size = std::max(size, std::abs(a[i]));
  }
  return moved < 1e-6 || size == 0.0;
}

// One phase of reweighting; the scale is renewed at each step or stays.
void reweigh(
    const Observations& observations, double (*weight)(double), bool renew, int steps,
    RobustFit& fit) {
  for (int step = 0; step < steps; ++step) {
    const std::vector<double> residuals = residuals_of(observations, fit.coefficients);
    if (renew) fit.scale = scale_of(residuals, observations.columns);
    fit.weights.resize(residuals.size());
    for (std::size_t i = 0; i < residuals.size(); ++i)
      fit.weights[i] = weight(std::abs(residuals[i]) / fit.scale);
    std::vector<double> next = fit_non_negative(observations, fit.weights);
    const bool done = is_near(fit.coefficients, next);
    fit.coefficients = std::move(next);
    if (done) return;
  }
}

}  // namespace

std::vector<double> fit_non_negative(
    const Observations& observations, std::span<const double> weights) {
  assert(weights.empty() || weights.size() == observations.rows());
  const Normal normal = normal_equations(observations, weights);
  std::vector<Index> passive;
  VectorXd at = VectorXd::Zero(normal.right.size());
  const Index most = 3 * std::max<Index>(1, normal.right.size());
  for (Index tries = 0; tries < most; ++tries) {
    const Index next = steepest(normal, passive, at);
    if (next < 0) break;
    passive.push_back(next);
    descend(normal, passive, at);
  }
  std::vector<double> coefficients(observations.columns);
  for (std::size_t c = 0; c < coefficients.size(); ++c)
    coefficients[c] = at(static_cast<Index>(c)) / normal.lengths(static_cast<Index>(c));
  return coefficients;
}

RobustFit fit_robustly(const Observations& observations) {
  assert(observations.rows() >= observations.columns);
  RobustFit fit{.coefficients = fit_non_negative(observations, {})};
  reweigh(observations, &huber_weight, true, most_steps, fit);
  fit.scale = scale_of(residuals_of(observations, fit.coefficients), observations.columns);
  reweigh(observations, &tukey_weight, false, most_steps, fit);
  return fit;
}

RobustFit fit_robustly_from(const RobustFit& start, const Observations& observations) {
  RobustFit fit = start;
  constexpr int few_steps = 8;
  reweigh(observations, &tukey_weight, false, few_steps, fit);
  return fit;
}

IndependentColumns independent_columns(
    const Observations& observations, std::span<const std::size_t> order, double least) {
  const MatrixXd x = scaled_rows(observations);
  IndependentColumns found;
  MatrixXd basis(x.rows(), 0);
  for (const std::size_t column : order) {
    VectorXd rest = x.col(static_cast<Index>(column));
    const double length = rest.norm();
    if (!(length > 0.0)) {
      found.dropped.push_back({.column = column});
      continue;
    }
    const VectorXd parts = basis.transpose() * rest;
    rest -= basis * parts;
    if (rest.norm() < least * length) {
      IndependentColumns::Dropped dropped{.column = column};
      for (const std::size_t kept : found.kept) {
        const VectorXd other = x.col(static_cast<Index>(kept));
        if (std::abs(other.dot(x.col(static_cast<Index>(column)))) > 0.9 * other.norm() * length)
          dropped.explained_by.push_back(kept);
      }
      if (dropped.explained_by.empty()) dropped.explained_by = found.kept;
      found.dropped.push_back(std::move(dropped));
      continue;
    }
    basis.conservativeResize(Eigen::NoChange, basis.cols() + 1);
    basis.col(basis.cols() - 1) = rest.normalized();
    found.kept.push_back(column);
  }
  return found;
}

double condition_of(const Observations& observations) {
  MatrixXd x = scaled_rows(observations);
  if (x.cols() == 0 || x.rows() == 0) return 1.0;
  for (Index c = 0; c < x.cols(); ++c)
    if (x.col(c).norm() > 0.0) x.col(c).normalize();
  const VectorXd values = x.jacobiSvd().singularValues();
  const double least = values(values.size() - 1);
  return least > 0.0 ? values(0) / least : std::numeric_limits<double>::infinity();
}

}  // namespace sunfleck
