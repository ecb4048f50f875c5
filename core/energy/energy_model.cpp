#include "core/energy/energy_model.h"

#include <algorithm>
#include <cmath>

namespace sunfleck {

Interval interval_of(double centre, std::vector<double> values) {
  std::ranges::sort(values);
  const auto quantile = [&values](double share) {
    const double at = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return std::lerp(values[below], values[above], at - std::floor(at));
  };
  return {centre, quantile(0.025), quantile(0.975)};
}

const ClassModel* EnergyModel::of(WorkClass work) const {
  const auto found = std::ranges::find(classes, work, &ClassModel::work);
  return found == classes.end() ? nullptr : &*found;
}

}  // namespace sunfleck
