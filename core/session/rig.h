#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/instrument/instrument.h"
#include "core/power/ledger.h"
#include "core/session/memory_use.h"
#include "core/target/target.h"
#include "core/telemetry/uart_bytes.h"

namespace sunfleck {

// Who decides how fast time passes on a rig.
enum class TimeBase {
  simulated,   // the rig: as fast as the machine allows, repeatable from the seed
  wall_clock,  // the world: advance() waits
};

class RigSink : public SampleSink {
 public:
  virtual void on_uart(const UartBytes& bytes) = 0;
};

struct RigDescription {
  std::string name;  // "virtual"
  TimeBase time_base = TimeBase::simulated;
  RunTime sample_period{};     // of the meter
  RunTime time_uncertainty{};  // of UART and edge times against the meter's samples, one deviation
  Amperes current_noise;       // of one sample of the meter, one deviation
  Volts voltage_noise;
  bool profile_repeats = false;  // the source begins anew when it ends
};

// How far advance() came.
struct RigProgress {
  RunTime now{};                     // >= the time asked for, unless the source ended before it
  bool source_ended = false;         // the profile is over and does not repeat
  std::uint64_t profile_passes = 0;  // how often the profile was played to its end
};

// A source, a meter and a target on one time axis that begins at start(). The loop between them
// (power path and firmware, or real-time control of a supply) lives behind advance().
class Rig {
 public:
  virtual ~Rig() = default;
  virtual const RigDescription& description() const = 0;
  virtual Target& target() = 0;
  // Sets outputs, then switches them on. Everything measured from now on goes to `sink`, which must
  // live until stop() has returned.
  virtual Status start(RigSink& sink) = 0;
  // Lets the run go on until `until`. Returns early, without an error, at the end of the source.
  virtual Result<RigProgress> advance(RunTime until) = 0;
  // Switches every output off and delivers what is still under way. Safe to call at any time, also
  // after a failure and more than once.
  virtual Status stop() = 0;
  // What the power path booked so far, where the rig has one that can tell.
  virtual std::optional<PowerLedger> ledger() const = 0;
  // The most RAM that the run used, where the rig can see it; once the run is stopped.
  virtual std::optional<MemoryUse> memory_use() const { return std::nullopt; }
};

}  // namespace sunfleck
