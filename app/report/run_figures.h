#pragma once

#include <optional>

#include "app/report/document.h"
#include "app/report/run_detail.h"
#include "app/run_report.h"

namespace sunfleck::app {

// The figures of a run report; nothing where the run has nothing for it.

// Harvested power, what the board did, and the capacitor's voltage, over the same time.
std::optional<Figure> timeline_figure(
    const RunReport& report, const RunDetail& detail, const RunWindow& window,
    const std::string& key);
// Compute, checkpoints and re-execution of each layer.
std::optional<Figure> layer_figure(const RunReport& report);
// All activities, by inference; of many inferences the mean of neighbours.
std::optional<Figure> inference_figure(const RunDetail& detail);
// Likewise, of power cycles.
std::optional<Figure> power_cycle_figure(const RunDetail& detail);

// How long the power was away: the outages from whose end and begin are both known.
std::vector<Seconds> outage_lengths(const std::vector<PowerCycle>& cycles);
std::optional<Figure> outage_figure(const std::vector<Seconds>& lengths);

}  // namespace sunfleck::app
