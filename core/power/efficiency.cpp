#include "core/power/efficiency.h"

#include <algorithm>
#include <cmath>

namespace sunfleck {
namespace {

template <class Unit>
Status check_nodes(const std::vector<Unit>& nodes, std::string_view where) {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!std::isfinite(nodes[i].si) || nodes[i].si < 0.0)
      return fail(
          Errc::invalid_argument, where, ": a node must be finite and not negative, got ",
          nodes[i]);
    if (i > 0 && nodes[i] <= nodes[i - 1])
      return fail(
          Errc::invalid_argument, where, ": nodes must ascend, got ", nodes[i], " after ",
          nodes[i - 1]);
  }
  return ok;
}

Status check_efficiencies(
    const std::vector<double>& efficiency, std::size_t wanted, std::string_view where) {
  if (efficiency.size() != wanted)
    return fail(
        Errc::invalid_argument, where, ": ", wanted, " efficiencies were wanted, got ",
        efficiency.size());
  for (const double value : efficiency) {
    if (!(value >= 0.0 && value <= 1.0))
      return fail(
          Errc::invalid_argument, where, ": an efficiency must be between 0 and 1, got ", value);
  }
  return ok;
}

}  // namespace

double efficiency_at(const EfficiencyCurve& curve, Watts x) {
  if (curve.at.empty()) return 1.0;
  if (!(x > curve.at.front())) return curve.efficiency.front();
  if (x >= curve.at.back()) return curve.efficiency.back();
  const auto above = std::ranges::upper_bound(curve.at, x);
  const auto high = static_cast<std::size_t>(above - curve.at.begin());
  const Watts low = curve.at[high - 1];
  const double part = std::log(x / low) / std::log(curve.at[high] / low);
  return std::lerp(curve.efficiency[high - 1], curve.efficiency[high], part);
}

EfficiencyMap::Axis::Axis(const std::vector<double>& nodes)
    : nodes_(nodes), first_(nodes.front()), last_(nodes.back()) {
  if (nodes.size() < 2) return;
  for (std::size_t i = 0; i + 1 < nodes.size(); ++i)
    per_span_.push_back(1.0 / (nodes[i + 1] - nodes[i]));
  last_low_ = nodes.size() - 2;
  last_part_ = 1.0;
  cells_per_unit_ = static_cast<double>(cells) / (last_ - first_);
  std::size_t low = 0;
  for (std::size_t cell = 0; cell <= cells; ++cell) {
    // Rounding may put a value into the cell after its own: a cell begins one earlier.
    const double before = cell == 0 ? 0.0 : static_cast<double>(cell - 1);
    while (low < last_low_ && nodes[low + 1] <= first_ + before / cells_per_unit_)
      ++low;
    index_[cell] = static_cast<std::uint32_t>(low);
  }
}

EfficiencyMap::EfficiencyMap(const EfficiencyTable& table) {
  if (table.voltage.empty()) return;
  std::vector<double> layers;
  std::vector<double> rows;
  std::vector<double> columns;
  for (const Volts storage : table.storage)
    layers.push_back(storage.si);
  if (layers.empty()) layers.push_back(0.0);
  for (const Volts voltage : table.voltage)
    rows.push_back(voltage.si);
  for (const Amperes current : table.current)
    columns.push_back(std::log2(current.si));
  storage_ = Axis(layers);
  voltage_ = Axis(rows);
  current_ = Axis(columns);
  const auto doubled = [](std::size_t count) { return std::max<std::size_t>(2, count); };
  width_ = doubled(columns.size());
  layer_size_ = doubled(rows.size()) * width_;
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    for (std::size_t row = 0; row < doubled(rows.size()); ++row) {
      for (std::size_t column = 0; column < width_; ++column) {
        const std::size_t line = layer * rows.size() + std::min(row, rows.size() - 1);
        values_.push_back(
            table.efficiency[line * columns.size() + std::min(column, columns.size() - 1)]);
      }
    }
  }
}

double EfficiencyMap::best() const {
  return values_.empty() ? 1.0 : std::ranges::max(values_);
}

double efficiency_at(const EfficiencyTable& table, Volts storage, Volts voltage, Amperes current) {
  return EfficiencyMap(table).at(storage, voltage, current);
}

Status check(const EfficiencyCurve& curve, std::string_view where) {
  TRY(check_nodes(curve.at, where));
  if (!curve.at.empty() && curve.at.front() <= Watts{})
    return fail(
        Errc::invalid_argument, where, ": a node on a logarithmic axis must be positive, got ",
        curve.at.front());
  return check_efficiencies(curve.efficiency, curve.at.size(), where);
}

Status check(const EfficiencyTable& table, std::string_view where) {
  TRY(check_nodes(table.storage, where));
  TRY(check_nodes(table.voltage, where));
  TRY(check_nodes(table.current, where));
  if (table.voltage.empty() != table.current.empty())
    return fail(Errc::invalid_argument, where, ": a table needs voltages and currents");
  if (!table.current.empty() && table.current.front() <= Amperes{})
    return fail(
        Errc::invalid_argument, where, ": a current on a logarithmic axis must be positive, got ",
        table.current.front());
  const std::size_t layers = std::max<std::size_t>(1, table.storage.size());
  return check_efficiencies(
      table.efficiency, layers * table.voltage.size() * table.current.size(), where);
}

}  // namespace sunfleck
