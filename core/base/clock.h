#pragma once

#include <chrono>

#include "core/base/units.h"

namespace sunfleck {

// A point of a run, or a length of time in it: whole nanoseconds since the run began.
using RunTime = std::chrono::nanoseconds;

constexpr Seconds to_seconds(RunTime time) { return {static_cast<double>(time.count()) * 1e-9}; }

// The nearest whole nanosecond. |time| must be below 2^63 ns (292 years).
inline RunTime to_run_time(Seconds time) { return RunTime(std::llround(time.si * 1e9)); }

// Tells how long the run has lasted. Real benches read the host's monotonic clock; tests and the
// virtual bench have a clock that is moved by hand.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual RunTime now() const = 0;
};

class SimulatedClock final : public Clock {
 public:
  RunTime now() const override { return now_; }
  void advance(RunTime by) { now_ += by; }

 private:
  RunTime now_{};
};

}  // namespace sunfleck
