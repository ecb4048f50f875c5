#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/units.h"

namespace sunfleck {

// What the numbers of a profile are. What they are taken to mean beyond that is an assumption that
// the power path states (rectifier curve, source resistance).
enum class HarvestKind {
  power,                      // watts the source offers; it has no voltage of its own
  received_power,             // watts an antenna receives, before a rectifier
  voltage_into_load,          // volts that were measured across a known load resistance
  voltage_behind_resistance,  // open-circuit volts of a source with a series resistance
};

// Whether the samples are watts; else they are volts, and the format has a resistance.
constexpr bool is_power(HarvestKind kind) {
  return kind == HarvestKind::power || kind == HarvestKind::received_power;
}

// How a source is to be read, without its samples.
struct HarvestFormat {
  HarvestKind kind = HarvestKind::power;
  Ohms resistance;  // the load or the source resistance; > 0 unless the kind is a power
  RunTime period;   // between samples, > 0; a sample holds until the next
};

// A harvest profile as a value: what a source offered over time. Gaps in a recording are samples of
// zero: a source of which nothing is known gives nothing.
struct HarvestProfile {
  std::string name;
  HarvestFormat format;
  std::vector<float> samples;  // [n] watts or volts, finite and >= 0
  std::string origin;          // where it comes from and what was assumed, a sentence
};

// A run of samples of one source, in order of time.
struct HarvestBlock {
  RunTime first;                   // when the first sample begins
  std::span<const float> samples;  // valid until the next call; empty at the end of the source
};

// Gives a profile block by block, so that a long recording is never held in memory whole.
class HarvestSource {
 public:
  virtual ~HarvestSource() = default;
  virtual HarvestFormat format() const = 0;
  virtual Result<HarvestBlock> next() = 0;
  // From the beginning again, for repeated replay.
  virtual Status rewind() = 0;
};

// A profile that is in memory, as a source. The profile must outlive it.
class ProfileSource final : public HarvestSource {
 public:
  explicit ProfileSource(const HarvestProfile& profile) : profile_(&profile) {}
  HarvestFormat format() const override { return profile_->format; }
  Result<HarvestBlock> next() override;
  Status rewind() override;

 private:
  const HarvestProfile* profile_;
  bool given_ = false;
};

}  // namespace sunfleck
