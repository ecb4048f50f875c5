#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/units.h"

namespace sunfleck {

// What the numbers of a profile are. What they are taken to mean beyond that is an assumption that
// the power path states (rectifier curve, source resistance, solar panel). A sample is a row of
// sample_width() numbers.
enum class HarvestKind {
  power,                      // W: what the source offers; it has no voltage of its own
  received_power,             // W: what an antenna receives, before a rectifier
  voltage_into_load,          // V: measured across a known load resistance
  voltage_behind_resistance,  // V: open-circuit voltage of a source with a series resistance
  operating_point,            // V, A: where a harvester held the transducer while it was recorded
  iv_curve,    // V, A of each point of a curve, in the order in which they were swept
  isc_voc,     // A, V: short-circuit current and open-circuit voltage
  diode,       // A, A, 1/V: a, b, c of I = a - b (exp(c V) - 1), a solar cell's law
  irradiance,  // W/m2: light that falls on a panel
};

// How a source is to be read, without its samples.
struct HarvestFormat {
  HarvestKind kind = HarvestKind::power;
  Ohms resistance{};       // the load or the source resistance; > 0 for the two voltage kinds
  RunTime period{};        // between samples, > 0; a sample holds until the next
  std::uint32_t points{};  // iv_curve: of each curve, 2 to most_curve_points
  // iv_curve: the first points of each curve that do not belong to it, since the ramp still
  // returns to its beginning; less than points - 1.
  std::uint32_t lead_in{};
};

inline constexpr std::uint32_t most_curve_points = 1U << 16;

// Whether the samples are watts.
constexpr bool is_power(HarvestKind kind) {
  return kind == HarvestKind::power || kind == HarvestKind::received_power;
}

// Whether the samples are volts, and the format has a resistance.
constexpr bool has_resistance(HarvestKind kind) {
  return kind == HarvestKind::voltage_into_load || kind == HarvestKind::voltage_behind_resistance;
}

// How many numbers make one sample.
std::size_t sample_width(const HarvestFormat& format);

// Refuses a period of 0, a voltage without resistance, a curve without points. The error's text
// begins with "profile: ".
Status check(const HarvestFormat& format);

// A harvest profile as a value: what a source offered over time. Gaps in a recording are samples of
// zero: a source of which nothing is known gives nothing.
struct HarvestProfile {
  std::string name;
  HarvestFormat format;
  std::vector<float> samples;  // [n * sample_width(format)], finite and >= 0
  std::string origin;          // where it comes from and what was assumed, a sentence
};

// How many samples, not numbers, a profile has.
std::size_t sample_count(const HarvestProfile& profile);

// A run of samples of one source, in order of time.
struct HarvestBlock {
  RunTime first;                   // when the first sample begins
  std::span<const float> samples;  // [n * sample_width()], valid until next() is called again
  bool last = false;  // the source has nothing after it; the only kind of block that may be empty
};

// Gives a profile block by block, so that a long recording is never held in memory whole.
class HarvestSource {
 public:
  virtual ~HarvestSource() = default;
  virtual HarvestFormat format() const = 0;
  // Not called again after a block that was the last, unless rewind() is.
  virtual Result<HarvestBlock> next() = 0;
  // From the beginning again, for repeated replay.
  virtual Status rewind() = 0;
};

// A profile that is in memory, as a source. The profile must outlive it.
class ProfileSource final : public HarvestSource {
 public:
  explicit ProfileSource(const HarvestProfile& profile) : profile_(&profile) {}
  HarvestFormat format() const override { return profile_->format; }
  Result<HarvestBlock> next() override {
    return HarvestBlock{.first = {}, .samples = profile_->samples, .last = true};
  }
  Status rewind() override { return ok; }

 private:
  const HarvestProfile* profile_;
};

// The whole of a source in memory; for sources that are known to be short.
//
//   most    numbers, not samples
//   fails   as the source does; invalid_argument when there are more than `most`, or none; gaps
//           between its blocks become samples of zero
Result<HarvestProfile> read_whole(HarvestSource& source, std::size_t most);

}  // namespace sunfleck
