#pragma once

#include "app/render/chart.h"
#include "core/base/result.h"
#include "core/power/source_curve.h"
#include "profiles/open_profile.h"

namespace sunfleck::app {

// What of a profile is shown.
struct ProfileView {
  SourceAssumptions assumptions{};  // light without a panel counts per square metre
  RunTime from{};
  RunTime to = RunTime::max();
};

// Power over time, and for sources with a curve their open-circuit voltage. Read once, in memory
// that does not depend on the profile's length: where there are more samples than a figure has
// columns, their mean and what lies between lowest and highest.
//
//   fails   as the source does; usage when nothing lies in the view
Result<Chart> profile_chart(const OpenProfile& profile, const ProfileView& view);

// Some of the source's curves, with the point of the most power on each.
//
//   fails   likewise, and for a profile that has no curves
Result<Chart> profile_curves(const OpenProfile& profile, const ProfileView& view);

}  // namespace sunfleck::app
