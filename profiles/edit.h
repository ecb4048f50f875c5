#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "profiles/open_profile.h"

namespace sunfleck {

// Profiles that are changed while they are played: block by block, so that the length of what is
// changed does not matter.

// The part of a source from one time to another, with its beginning as time 0. Both times count as
// the next multiple of the period, and the samples that begin between them are the part.
class CutSource final : public HarvestSource {
 public:
  //   from   >= 0
  //   to     > from; nothing: to the end
  CutSource(std::unique_ptr<HarvestSource> source, RunTime from, std::optional<RunTime> to);

  HarvestFormat format() const override { return source_->format(); }
  // What comes before `from` is read and left out. A part that ends within a gap of the source is
  // given a last sample of zero, so that it is as long as was wanted.
  //
  //   fails   as the source does; invalid_argument when it ends before `from`
  Result<HarvestBlock> next() override;
  Status rewind() override;

 private:
  HarvestBlock closing_outage();

  std::unique_ptr<HarvestSource> source_;
  RunTime from_;
  RunTime to_;
  RunTime end_{};  // of the samples that were given
  std::vector<float> nothing_;
};

// How a source is scaled.
struct ProfileScale {
  double power = 1.0;  // 0 to 1e6: what the source can give, at any time
  double time = 1.0;   // 1e-6 to 1e6: how long everything lasts
};

// A source with other power and another pace. Time stretches the sample period, to the nearest
// nanosecond. Power changes the number that stands for the strength of what is harvested, so that
// the most that the source gives is in exact proportion:
//
//   power, received_power       the watts
//   irradiance                  the light; the power follows by the panel
//   operating_point, iv_curve,
//   isc_voc                     the currents, as of so many equal transducers in parallel
//   diode                       a and b, likewise
//   voltage_behind_resistance,
//   voltage_into_load           the voltage, by the root, since power goes with V^2 / R; the
//                               resistance is the transducer's and stays
//
// Time by 1/k and power by k together (scaling of time and power, EStacker 2025) shorten a long
// environment for a device whose capacitor stays as it is.
class ScaledSource final : public HarvestSource {
 public:
  // `scale` has passed check() for the source's format.
  ScaledSource(std::unique_ptr<HarvestSource> source, const ProfileScale& scale);

  HarvestFormat format() const override { return format_; }
  // Fails as the source does, and with invalid_argument for a number too large for a float, and
  // when time goes on for more than 95 years.
  Result<HarvestBlock> next() override;
  Status rewind() override { return source_->rewind(); }

  // When something happens that happens at `time` in the source; a multiple of its period becomes
  // the same multiple of the new one.
  // Fails with invalid_argument for more than 95 years.
  Result<RunTime> scaled_time(RunTime time) const;

 private:
  Status scale_samples(std::span<const float> samples);

  std::unique_ptr<HarvestSource> source_;
  RunTime old_period_;
  HarvestFormat format_;
  std::vector<double> factors_;  // [sample_width], of the numbers of a sample
  std::vector<float> samples_;
};

// Refuses, naming the factor, what is outside its range, and a time that would make the period
// shorter than a nanosecond or longer than 11 days.
Status check(const ProfileScale& scale, const HarvestFormat& format);

// The part of a profile from one time to another; its origin says so.
//
//   fails   invalid_argument for from < 0, to <= from, and a part that begins after the profile's
//           end where that is known
Result<OpenProfile> cut(OpenProfile profile, RunTime from, std::optional<RunTime> to);

// The profile with other power and another pace; its origin says so.
// Fails as check() does.
Result<OpenProfile> scaled(OpenProfile profile, const ProfileScale& scale);

}  // namespace sunfleck
