#pragma once

#include <algorithm>
#include <vector>

#include "drivers/simulated/simulated_rig.h"

namespace sunfleck {

// The energy that a simulated rig's rail had really delivered at any time. Exact where the program
// read its counter, which is where its records take their times; between two readings and stops of
// the core the charge is taken as even.
class RailTruth final : public TruthObserver {
 public:
  void on_drawn(RunTime time, Coulombs charge) override {
    // What was drawn and not delivered when the power failed is taken back.
    for (auto late = drawn_.rbegin(); late != drawn_.rend() && late->charge > charge; ++late)
      late->charge = charge;
    drawn_.push_back({time, charge});
  }
  void on_delivered(Coulombs charge, Joules energy) override {
    delivered_.push_back({charge, energy});
  }

  Joules until(RunTime time) const {
    if (delivered_.empty()) return {};
    const auto after = std::ranges::upper_bound(drawn_, time, {}, &Drawn::time);
    if (after == drawn_.begin()) return {};
    if (after == drawn_.end()) return of(drawn_.back().charge);
    const Drawn& before = *(after - 1);
    const double part = to_seconds(time - before.time) / to_seconds(after->time - before.time);
    return of(before.charge + part * (after->charge - before.charge));
  }
  Joules between(RunTime from, RunTime to) const { return until(to) - until(from); }
  Joules total() const { return delivered_.empty() ? Joules{} : delivered_.back().energy; }
  std::size_t points() const { return drawn_.size(); }

 private:
  struct Drawn {
    RunTime time{};
    Coulombs charge{};
  };
  struct Delivered {
    Coulombs charge{};
    Joules energy{};
  };

  Joules of(Coulombs charge) const {
    const auto after = std::ranges::upper_bound(delivered_, charge, {}, &Delivered::charge);
    if (after == delivered_.end()) return delivered_.back().energy;
    const Delivered before = after == delivered_.begin() ? Delivered{} : *(after - 1);
    const double part = (charge - before.charge) / (after->charge - before.charge);
    return before.energy + part * (after->energy - before.energy);
  }

  std::vector<Drawn> drawn_;
  std::vector<Delivered> delivered_;
};

}  // namespace sunfleck
