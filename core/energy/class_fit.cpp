#include "core/energy/class_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

namespace sunfleck {
namespace {

// The most welcome first: what work is made of, before what merely goes along with it.
constexpr std::array preferred{
    Regressor::macs,
    Regressor::additions,
    Regressor::inner_calls,
    Regressor::commits,
    Regressor::nonvolatile_written,
    Regressor::nonvolatile_read,
    Regressor::tiles,
    Regressor::outputs,
    Regressor::constant};
static_assert(preferred.size() == regressors);

std::size_t index(Regressor regressor) { return static_cast<std::size_t>(regressor); }

// The rows of a cost over the columns given, each row's deviation widened by what no model
// explains.
template <class Value, class Deviation>
Observations table_of(
    const std::vector<Observation>& observations, const std::vector<Regressor>& columns,
    double model_error, Value value, Deviation deviation) {
  Observations table{.columns = columns.size()};
  for (const Observation& observation : observations) {
    for (const Regressor column : columns)
      table.x.push_back(observation.counts[index(column)]);
    const double measured = (observation.*value).si;
    table.y.push_back(measured);
    table.sigma.push_back(std::hypot(model_error * measured, (observation.*deviation).si));
  }
  return table;
}

// Of some rows of a cost, those that `wanted` counts more than 0 times, as often.
template <class Wanted>
Observations rows_of(const Observations& cost, Wanted wanted) {
  Observations some{.columns = cost.columns};
  for (std::size_t i = 0; i < cost.rows(); ++i) {
    for (std::uint32_t times = wanted(i); times > 0; --times) {
      some.x.insert(some.x.end(), cost.row(i).begin(), cost.row(i).end());
      some.y.push_back(cost.y[i]);
      some.sigma.push_back(cost.sigma[i]);
    }
  }
  return some;
}

double predicted(const Observations& cost, std::size_t row, const std::vector<double>& by) {
  const std::span<const double> counts = cost.row(row);
  return std::inner_product(counts.begin(), counts.end(), by.begin(), 0.0);
}

// Fits without each of the sets of rows that `set_of` names, and predicts these.
template <class SetOf>
std::vector<std::optional<double>> without_each(const Observations& cost, SetOf set_of) {
  std::vector<std::optional<double>> found(cost.rows());
  std::vector<bool> done(cost.rows(), false);
  for (std::size_t first = 0; first < cost.rows(); ++first) {
    if (done[first]) continue;
    const auto is_left_out = [&](std::size_t i) { return set_of(i) == set_of(first); };
    const Observations others =
        rows_of(cost, [&](std::size_t i) { return is_left_out(i) ? 0U : 1U; });
    const bool enough = others.rows() > cost.columns;
    const RobustFit fit = enough ? fit_robustly(others) : RobustFit{};
    for (std::size_t i = first; i < cost.rows(); ++i) {
      if (!is_left_out(i)) continue;
      done[i] = true;
      if (enough) found[i] = predicted(cost, i, fit.coefficients);
      if (found[i] && !(*found[i] > 0.0)) found[i].reset();
    }
  }
  return found;
}

void group(ClassRows& rows) {
  std::map<std::pair<std::string, std::size_t>, std::size_t> known;
  for (const Observation& observation : rows.observations) {
    const auto [place, is_new] =
        known.try_emplace({observation.network, observation.layer}, known.size());
    rows.groups.push_back(place->second);
  }
  rows.group_count = known.size();
}

}  // namespace

ClassRows class_rows(
    std::vector<Observation> observations, double model_error, double least_independence) {
  ClassRows rows;
  rows.work = observations.front().work;
  rows.observations = std::move(observations);
  group(rows);
  const std::vector<Regressor> all(preferred.begin(), preferred.end());
  const Observations whole = table_of(
      rows.observations, all, model_error, &Observation::energy, &Observation::energy_deviation);
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const IndependentColumns columns = independent_columns(whole, order, least_independence);
  const std::size_t most = rows.group_count > 3 ? rows.group_count - 2 : 1;
  for (const std::size_t column : columns.kept) {
    if (rows.kept.size() < most)
      rows.kept.push_back(all[column]);
    else
      rows.dropped.push_back({.regressor = all[column], .for_lack = true});
  }
  for (const IndependentColumns::Dropped& column : columns.dropped) {
    DroppedRegressor dropped{.regressor = all[column.column]};
    for (const std::size_t by : column.explained_by)
      dropped.explained_by.push_back(all[by]);
    rows.dropped.push_back(std::move(dropped));
  }
  rows.energy = table_of(
      rows.observations, rows.kept, model_error, &Observation::energy,
      &Observation::energy_deviation);
  rows.time = table_of(
      rows.observations, rows.kept, model_error, &Observation::time, &Observation::time_deviation);
  return rows;
}

CostFit fit_cost(const ClassRows& rows, const Observations& cost) {
  CostFit fit;
  fit.all = fit_robustly(cost);
  fit.without_layer = without_each(cost, [&](std::size_t i) { return rows.groups[i]; });
  fit.without_network = without_each(
      cost, [&](std::size_t i) { return std::string_view(rows.observations[i].network); });
  return fit;
}

std::vector<double> fit_of_chosen(
    const Observations& cost, const ClassRows& rows, const RobustFit& all,
    const std::vector<std::uint32_t>& chosen) {
  const Observations some = rows_of(cost, [&](std::size_t i) { return chosen[rows.groups[i]]; });
  return fit_robustly_from(all, some).coefficients;
}

Regressors spread_out(const ClassRows& rows, const std::vector<double>& coefficients) {
  Regressors all{};
  for (std::size_t i = 0; i < rows.kept.size(); ++i)
    all[index(rows.kept[i])] = coefficients[i];
  return all;
}

double dot(const Regressors& counts, const Regressors& coefficients) {
  return std::inner_product(counts.begin(), counts.end(), coefficients.begin(), 0.0);
}

}  // namespace sunfleck
