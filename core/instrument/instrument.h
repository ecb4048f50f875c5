#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/units.h"

namespace sunfleck {

enum class Output { off, on };

class PowerSource {
 public:
  virtual ~PowerSource() = default;
  virtual Status set(Volts voltage, Amperes limit) = 0;
  virtual Status switch_output(Output output) = 0;
};

// Samples of the board's rail, in the order they were taken. The index since the start of the run
// is the time axis: sample i covers [i * period, (i + 1) * period) of the meter's clock, and its
// values are means over that time, the voltage's weighted with the current wherever one flowed:
// voltage * current is the mean power, also of a sample in which the rail comes or goes. A gap
// between two blocks is a recorded loss. All non-empty spans have the same length.
struct SampleBlock {
  std::uint64_t first = 0;
  RunTime period{};
  std::span<const float> voltage;  // V, at the rail
  std::span<const float> current;  // A, into the board
  std::span<const float> storage;  // V, at the capacitor; empty when it is not measured
  std::span<const float> harvest;  // W, taken from the source; empty when it is not measured
};

// The state of the digital lines after one of them changed.
struct MarkEdge {
  RunTime time;             // of the meter's clock
  std::uint32_t marks = 0;  // bit 0: the rail is on; bits 8..15: the board's mark pins 0..7
};
inline constexpr std::uint32_t rail_mark = 1;
inline constexpr unsigned first_pin_mark = 8;

class SampleSink {
 public:
  virtual ~SampleSink() = default;
  virtual void on_samples(const SampleBlock& block) = 0;  // called on the driver's thread
  virtual void on_edge(const MarkEdge& edge) = 0;
};

class CurrentMeter {
 public:
  virtual ~CurrentMeter() = default;
  virtual Status start(SampleSink& sink) = 0;
  virtual Status stop() = 0;
};

// What a driver opens. An instrument can do a thing if, and only if, it has the face for it.
struct Instrument {
  std::string identity;  // "RIGOL DP832 DP8A1234"
  std::shared_ptr<PowerSource> source;
  std::shared_ptr<CurrentMeter> meter;
};

}  // namespace sunfleck
