#pragma once

#include <optional>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/power/harvester.h"
#include "core/power/source_curve.h"

namespace sunfleck::app {

// What a source could give at one time.
struct CurveAt {
  RunTime at{};
  std::vector<OperatingPoint> points;  // from 0 V to the open-circuit voltage
  OperatingPoint best;
};

// A source by some of its curves, and where a harvester held it.
struct SourceTrace {
  std::vector<CurveAt> curves;
  std::vector<OperatingPoint> held;  // without the harvester's pauses
};

struct TracePlan {
  SourceAssumptions assumptions{};
  std::optional<HarvesterConfig> harvester{};  // none: curves alone
  RunTime from{};
  RunTime until = RunTime::max();
  std::size_t curves = 5;  // at most, spread over the time; > 0
};

// Whether sources of a kind have a voltage, and so a curve.
bool has_curve(HarvestKind kind);

// Reads a source once, in memory that does not depend on its length.
//
//   source   at its beginning, of a kind that has a curve
//   fails    as the source does
Result<SourceTrace> trace_source(HarvestSource& source, const TracePlan& plan);

}  // namespace sunfleck::app
