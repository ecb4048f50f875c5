#include "db/rail_sum.h"

#include <algorithm>
#include <cmath>

#include "core/base/clock.h"
#include "db/chunk.h"

namespace sunfleck::db {

bool RailTotals::add(float voltage, float current, double seconds) {
  if (!std::isfinite(voltage) || !std::isfinite(current)) return false;
  energy_.add(double{voltage} * double{current} * seconds);
  charge_.add(double{current} * seconds);
  return true;
}

void RailTotals::add(Joules energy, Coulombs charge) {
  energy_.add(energy.si);
  charge_.add(charge.si);
}

std::vector<RailSum> RailSummer::append(const SampleBlock& block) {
  std::vector<RailSum> done;
  const std::size_t count = std::min(block.voltage.size(), block.current.size());
  const double seconds = to_seconds(block.period).si;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t index = block.first + i;
    const std::uint64_t first = index - index % chunk_entries;
    if (open_ && open_->first != first) done.push_back(*unfinished());
    if (!open_ || open_->first != first) open_ = Open{.first = first};
    if (open_->totals.add(block.voltage[i], block.current[i], seconds)) ++open_->samples;
  }
  return done;
}

std::optional<RailSum> RailSummer::unfinished() const {
  if (!open_) return std::nullopt;
  return RailSum{
      .first = open_->first,
      .samples = open_->samples,
      .energy = open_->totals.energy(),
      .charge = open_->totals.charge()};
}

}  // namespace sunfleck::db
