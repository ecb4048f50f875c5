#pragma once

#include <span>
#include <vector>

#include "app/render/chart.h"
#include "app/run_report.h"
#include "core/timeline/timeline.h"

namespace sunfleck::app {

// The colour of an activity, in figures and tables alike.
Colour colour_of(Activity activity);

// What the board did between two times, as lanes: layers, what was executed again, checkpoints,
// restarts, outages; those in which nothing happened are left out. Spans thinner than `thinnest`
// that follow each other become one of about that width, whose strength is the share of it that
// they fill; so a lane has at most two spans for each `thinnest`.
//
//   spans   in order, as a timeline has them
std::vector<Lane> lanes_of(
    std::span<const sunfleck::Span> spans, const std::vector<LayerRow>& layers, RunTime from,
    RunTime to, RunTime thinnest);

}  // namespace sunfleck::app
