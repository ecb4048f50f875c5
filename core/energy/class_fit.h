#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/energy/energy_model.h"
#include "core/energy/robust_fit.h"

namespace sunfleck {

// One class of work while it is fitted. Rows are observations; rows of one group are of the same
// layer, which several runs may have measured.
struct ClassRows {
  WorkClass work = WorkClass::other;
  std::vector<Observation> observations;
  std::vector<std::size_t> groups;  // [rows], from 0 on
  std::size_t group_count = 0;
  std::vector<Regressor> kept;
  std::vector<DroppedRegressor> dropped;
  Observations energy, time;  // [rows], columns: those kept
};

// The rows of a class, with the regressors that they can tell apart.
//
//   observations        of one class, at least one
//   model_error         share of each that no model explains
//   least_independence  robust_fit.h
ClassRows class_rows(
    std::vector<Observation> observations, double model_error, double least_independence);

// A cost of a class: the fit of all rows, and what fits of fewer rows say of the others.
struct CostFit {
  RobustFit all;
  // [rows] predicted by the fit without the row's group, or without its network; nothing where too
  // few rows were left.
  std::vector<std::optional<double>> without_layer, without_network;
};
CostFit fit_cost(const ClassRows& rows, const Observations& cost);

// The coefficients of one choice of groups.
//
//   chosen   [group_count] how often each group was drawn
std::vector<double> fit_of_chosen(
    const Observations& cost, const ClassRows& rows, const RobustFit& all,
    const std::vector<std::uint32_t>& chosen);

// By regressor, from coefficients of those kept.
Regressors spread_out(const ClassRows& rows, const std::vector<double>& coefficients);
// Counts times coefficients.
double dot(const Regressors& counts, const Regressors& coefficients);

}  // namespace sunfleck
