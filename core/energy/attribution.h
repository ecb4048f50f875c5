#pragma once

#include <cstdint>
#include <vector>

#include "core/energy/energy_curve.h"
#include "core/timeline/timeline.h"

namespace sunfleck {

// Energy at the rail that went into one activity, of one layer where that has meaning.
struct Share {
  Activity activity = Activity::unattributed;
  std::uint16_t layer = no_layer;
  std::uint64_t spans = 0;
  Seconds time;
  Joules energy;
  Joules uncertainty;  // one deviation: clock offset at each end of each span, noise of the samples
};

// Every joule of a run in exactly one share; the shares sum to the total.
struct Attribution {
  std::vector<Share> shares;  // by activity, then layer; those that did not occur are absent
  Joules total;               // at the rail, from the samples
  Seconds duration;

  // The sum of the shares of an activity, over all layers.
  Share of(Activity activity) const;
};

struct MeterNoise {
  Volts voltage;    // of one sample, one deviation
  Amperes current;
};

// Integrates the power over each span of the timeline.
Attribution attribute(const Timeline& timeline, const EnergyCurve& energy, const MeterNoise& noise);

}  // namespace sunfleck
