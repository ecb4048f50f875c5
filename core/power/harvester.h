#pragma once

#include <optional>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/units.h"
#include "core/power/source_curve.h"

namespace sunfleck {

enum class HarvesterKind {
  fixed,                // holds the source at one voltage
  fraction,             // at a share of V_oc, which it measures in pauses
  perturb_and_observe,  // moves by steps and keeps the direction in which the power grows
  optimum,              // at the maximum power of every sample: the best that any can do
};

// How a converter chooses the voltage at which it holds its source. Each kind reads only the
// members that name it. A source that was recorded behind a harvester (operating_point,
// voltage_into_load, a power) is taken where it was held.
struct HarvesterConfig {
  HarvesterKind kind = HarvesterKind::fraction;
  Volts voltage{};     // fixed: > 0; perturb_and_observe: where it begins, > 0
  double share = 0.5;  // fraction: of V_oc, between 0 and 1
  RunTime interval{};  // fraction: between the beginnings of two pauses, 0: V_oc is always known;
                       // perturb_and_observe: between two steps, > 0
  RunTime pause{};     // fraction: in which nothing is harvested and V_oc is measured at the end;
                       // 0 to interval
  Volts step{};        // perturb_and_observe: > 0
};

// Refuses, naming the field, what is not finite or not in the ranges above.
Status check(const HarvesterConfig& config);

// A harvester as it runs. It begins with a pause, if it has any; a share of V_oc without a pause
// knows V_oc from its beginning. Perturb and observe compares the power at a step with that at the
// step before: it goes on in its direction if the power grew, else it turns round, and stays
// between `step` and V_oc.
class Harvester {
 public:
  // `config` has passed check().
  explicit Harvester(const HarvesterConfig& config);

  // Where it holds the source now; 0 A in a pause. What this returns changes only when the
  // curve's sample does, or at an event of its own.
  //
  //   returns   a voltage of the set point, or lower where the source cannot reach it
  OperatingPoint hold(const SourceCurve& curve) const;

  // Until it changes something by itself: a pause begins or ends, a step is due. RunTime::max()
  // for never.
  RunTime until_event() const;

  // Lets time pass with the curve as it is, at most until_event(). At the end of a pause V_oc is
  // measured, and when a step is due, the power.
  void pass(const SourceCurve& curve, RunTime time);

 private:
  bool has_events() const { return config_.interval > RunTime{}; }
  bool is_pausing() const { return elapsed_ < config_.pause; }
  Volts set_point(const SourceCurve& curve) const;
  void take_step(const SourceCurve& curve);

  HarvesterConfig config_;
  RunTime elapsed_{};            // of the interval
  std::optional<Volts> open_{};  // fraction: V_oc as measured
  Volts point_;                  // perturb_and_observe
  Watts power_{};                // at the step before
  double direction_ = 1.0;
};

}  // namespace sunfleck
