#include "core/power/efficiency.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace sunfleck {
namespace {

// Where a value lies between two neighbouring nodes.
struct Place {
  std::size_t low;  // index of the lower node
  std::size_t high;
  double part;  // of 0 (at the lower node) to 1
};

enum class Scale { linear, logarithmic };

// Tables have about a dozen nodes: walking them is faster than halving.
template <class Unit>
Place place_of(const std::vector<Unit>& nodes, Unit x, Scale scale) {
  if (!(x > nodes.front())) return {0, 0, 0.0};
  if (x >= nodes.back()) return {nodes.size() - 1, nodes.size() - 1, 0.0};
  std::size_t high = 1;
  while (nodes[high] <= x)
    ++high;
  const Unit a = nodes[high - 1];
  const Unit b = nodes[high];
  if (scale == Scale::linear) return {high - 1, high, (x - a) / (b - a)};
  return {high - 1, high, std::log(x / a) / std::log(b / a)};
}

double between(double low, double high, double part) { return low + part * (high - low); }

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
  const Place place = place_of(curve.at, x, Scale::logarithmic);
  return between(curve.efficiency[place.low], curve.efficiency[place.high], place.part);
}

double efficiency_at(const EfficiencyTable& table, Volts storage, Volts voltage, Amperes current) {
  if (table.voltage.empty()) return 1.0;
  const std::size_t columns = table.current.size();
  const std::size_t layer_size = table.voltage.size() * columns;
  assert(table.efficiency.size() == std::max<std::size_t>(1, table.storage.size()) * layer_size);
  const Place layer =
      table.storage.empty() ? Place{0, 0, 0.0} : place_of(table.storage, storage, Scale::linear);
  const Place row = place_of(table.voltage, voltage, Scale::linear);
  const Place column = place_of(table.current, current, Scale::logarithmic);
  const auto in_layer = [&](std::size_t index) {
    const double* low = table.efficiency.data() + index * layer_size + row.low * columns;
    const double* high = table.efficiency.data() + index * layer_size + row.high * columns;
    return between(
        between(low[column.low], low[column.high], column.part),
        between(high[column.low], high[column.high], column.part), row.part);
  };
  return between(in_layer(layer.low), in_layer(layer.high), layer.part);
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
