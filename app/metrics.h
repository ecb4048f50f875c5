#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "app/run_report.h"
#include "core/base/result.h"

namespace sunfleck::app {

// What a metric is measured in.
enum class MetricUnit { joules, seconds, count, share };

// A number of a run that may be expected to stay within a limit.
struct Metric {
  std::string name;  // as it was written: "energy(layer 3)"
  MetricUnit unit = MetricUnit::count;
  std::optional<Activity> activity{};    // of energy(class) and time(class)
  std::optional<std::uint32_t> layer{};  // of energy(layer N) and time(layer N)
};

// What a metric is in a run.
struct Measured {
  double value = 0.0;      // in the SI unit; of a share, 0 to 1
  double deviation = 0.0;  // one deviation; 0: not known
};

// The metrics with their units and meanings, for --help.
std::string metrics_help();

// Reads a metric's name, with what stands in its parentheses.
// Fails with usage and a sentence on what was wanted.
Result<Metric> parse_metric(std::string_view name);

// Nothing when the run does not tell: no inference was finished, or no output was expected.
//
// The deviation of an energy per inference is that of all activities together, as if they were
// independent: clock errors move energy from one to another and leave their sum alone, so it is an
// upper bound.
std::optional<Measured> measure(const Metric& metric, const RunReport& report);

// "J", "s", "%", "".
const char* symbol(MetricUnit unit);
// "2.710 mJ", "1.25 %", "12"; and "2.710 mJ ± 10.00 uJ" where the deviation is known.
std::string value_text(double value, MetricUnit unit);
std::string measured_text(const Measured& measured, MetricUnit unit);

// What people type: "2.6mJ", "80 ms", "1%", "20". Nothing for anything else.
std::optional<double> parse_value(std::string_view text, MetricUnit unit);

}  // namespace sunfleck::app
