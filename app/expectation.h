#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/metrics.h"
#include "app/run_report.h"
#include "core/base/result.h"

namespace sunfleck::app {

enum class Relation { less, at_most, greater, at_least, equal, different };

// "energy_per_inference<2.6mJ".
struct Expectation {
  std::string text;  // as it was written
  Metric metric;
  Relation relation = Relation::less;
  double limit = 0.0;  // in the SI unit; of a share, 0 to 1
};

// Reads an expectation: a metric, one of < <= > >= == !=, and a value with its unit. SI prefixes
// are allowed ("2.6mJ"); a share is in percent ("1%").
//
//   fails   usage, with the place in the text and what was wanted there
Result<Expectation> parse_expectation(std::string_view text);

// A share: "3%".
// Fails with usage when it is none of 0 or more.
Result<double> parse_percent(std::string_view text, std::string_view option);

// Whether an expectation can be judged at all on a run with so many layers, with or without
// expected outputs. Fails with usage.
Status check_expectation(const Expectation& expectation, std::size_t layers, bool has_expected);

// How an expectation turned out.
struct Verdict {
  std::string expectation;  // as it was written: "energy_per_inference<2.6mJ"
  bool met = false;
  std::optional<Measured> measured;
  double limit = 0.0;
  MetricUnit unit = MetricUnit::count;
  bool within_uncertainty = false;  // the distance to the limit is at most two deviations
  std::string sentence;             // which, and by how much
};

// The value decides, whatever its uncertainty; what is not known is not met.
Verdict judge(const Expectation& expectation, const RunReport& report);

// Energy and time per inference against those of another run. Each is met when the ratio is at most
// 1 + tolerance; when it is above, but by no more than two deviations of the ratio, the sentence
// says so.
std::vector<Verdict> judge_against(
    const RunReport& baseline, const RunReport& report, double tolerance);

nlohmann::json to_json(const std::vector<Verdict>& verdicts);

}  // namespace sunfleck::app
