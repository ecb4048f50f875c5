#include "app/metrics.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/text.h"

namespace sunfleck::app {
namespace {

using Measure = std::optional<Measured> (*)(const Metric&, const RunReport&);

struct MetricRow {
  const char* name;
  MetricUnit unit;
  const char* meaning;
  Measure measure;
};

Joules uncertainty_of_all(const RunReport& report) {
  double squares = 0.0;
  for (const ActivityRow& row : report.activities)
    squares += row.uncertainty.si * row.uncertainty.si;
  return {std::sqrt(squares)};
}

Seconds active_time_of(const RunReport& report) {
  Seconds sum;
  for (const ActivityRow& row : report.activities)
    if (row.activity != Activity::off && row.activity != Activity::sleep) sum += row.time;
  return sum;
}

const ActivityRow* row_of(const RunReport& report, Activity activity) {
  const auto found = std::ranges::find(report.activities, activity, &ActivityRow::activity);
  return found == report.activities.end() ? nullptr : &*found;
}

std::optional<Measured> by_inference(double value, double deviation, const RunReport& report) {
  if (report.inferences == 0) return std::nullopt;
  return Measured{value / report.inferences, deviation / report.inferences};
}

std::optional<Measured> share(double part, double whole, double deviation) {
  if (!(whole > 0.0)) return std::nullopt;
  return Measured{part / whole, deviation / whole};
}

std::optional<Measured> energy_per_inference(const Metric& /*metric*/, const RunReport& report) {
  return by_inference(report.rail_energy.si, uncertainty_of_all(report).si, report);
}
std::optional<Measured> time_per_inference(const Metric& /*metric*/, const RunReport& report) {
  return by_inference(report.duration.si, 0.0, report);
}
std::optional<Measured> active_time(const Metric& /*metric*/, const RunReport& report) {
  return Measured{active_time_of(report).si, 0.0};
}
std::optional<Measured> active_per_inference(const Metric& /*metric*/, const RunReport& report) {
  return by_inference(active_time_of(report).si, 0.0, report);
}
std::optional<Measured> inferences(const Metric& /*metric*/, const RunReport& report) {
  return Measured{static_cast<double>(report.inferences), 0.0};
}
std::optional<Measured> correct(const Metric& /*metric*/, const RunReport& report) {
  if (!report.expected) return std::nullopt;
  return share(report.expected->correct, report.expected->wanted, 0.0);
}
std::optional<Measured> outages(const Metric& /*metric*/, const RunReport& report) {
  return Measured{static_cast<double>(report.outages), 0.0};
}
std::optional<Measured> outages_per_inference(const Metric& /*metric*/, const RunReport& report) {
  return by_inference(report.outages, 0.0, report);
}
std::optional<Measured> re_executed(const Metric& /*metric*/, const RunReport& report) {
  const ActivityRow* const row = row_of(report, Activity::re_execution);
  return share(row == nullptr ? 0.0 : row->time.si, active_time_of(report).si, 0.0);
}
std::optional<Measured> unattributed(const Metric& /*metric*/, const RunReport& report) {
  const ActivityRow* const row = row_of(report, Activity::unattributed);
  if (row == nullptr) return share(0.0, report.rail_energy.si, 0.0);
  return share(row->energy.si, report.rail_energy.si, row->uncertainty.si);
}

std::optional<Measured> energy_of(const Metric& metric, const RunReport& report) {
  if (!metric.layer) {
    const ActivityRow* const row = row_of(report, *metric.activity);
    if (row == nullptr) return by_inference(0.0, 0.0, report);
    return by_inference(row->energy.si, row->uncertainty.si, report);
  }
  if (*metric.layer >= report.layers.size()) return std::nullopt;
  const LayerRow& row = report.layers[*metric.layer];
  return by_inference(
      (row.compute_energy + row.checkpoint_energy + row.re_execution_energy).si, row.uncertainty.si,
      report);
}

std::optional<Measured> time_of(const Metric& metric, const RunReport& report) {
  if (!metric.layer) {
    const ActivityRow* const row = row_of(report, *metric.activity);
    return by_inference(row == nullptr ? 0.0 : row->time.si, 0.0, report);
  }
  if (*metric.layer >= report.layers.size()) return std::nullopt;
  const LayerRow& row = report.layers[*metric.layer];
  return by_inference(
      (row.compute_time + row.checkpoint_time + row.re_execution_time).si, 0.0, report);
}

// Those before `energy` stand by themselves; the last two want a class or layer in parentheses.
constexpr std::array metrics{
    MetricRow{
        "energy_per_inference", MetricUnit::joules, "at the rail, of the whole run",
        &energy_per_inference},
    MetricRow{
        "time_per_inference", MetricUnit::seconds, "of the whole run, charging included",
        &time_per_inference},
    MetricRow{
        "active_time", MetricUnit::seconds, "of the run, rail on and not asleep", &active_time},
    MetricRow{"active_time_per_inference", MetricUnit::seconds, "likewise", &active_per_inference},
    MetricRow{"inferences", MetricUnit::count, "finished ones", &inferences},
    MetricRow{"correct", MetricUnit::share, "expected outputs that came and are equal", &correct},
    MetricRow{"outages", MetricUnit::count, "of the run", &outages},
    MetricRow{"outages_per_inference", MetricUnit::count, "", &outages_per_inference},
    MetricRow{
        "re_executed", MetricUnit::share, "of the active time, work done again", &re_executed},
    MetricRow{"unattributed", MetricUnit::share, "of the energy at the rail", &unattributed},
    MetricRow{"energy", MetricUnit::joules, "(class) or (layer N), by the inference", &energy_of},
    MetricRow{"time", MetricUnit::seconds, "(class) or (layer N), by the inference", &time_of}};

bool wants_argument(const MetricRow& row) {
  return row.measure == &energy_of || row.measure == &time_of;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t from = std::min(text.find_first_not_of(' '), text.size());
  const std::size_t last = text.find_last_not_of(' ');
  return last == std::string_view::npos ? std::string_view() : text.substr(from, last + 1 - from);
}

const MetricRow* metric_called(std::string_view name) {
  const auto found = std::ranges::find(metrics, name, &MetricRow::name);
  return found == metrics.end() ? nullptr : &*found;
}

// "energy_per_inference, time_per_inference, ..."
std::string metric_names() {
  std::string text;
  for (const MetricRow& row : metrics)
    text += join(text.empty() ? "" : ", ", row.name, wants_argument(row) ? "(...)" : "");
  return text;
}

// The classes that energy(...) takes; `off` spends nothing.
std::optional<Activity> class_called(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(Activity::unattributed); ++i) {
    const auto activity = static_cast<Activity>(i);
    if (activity != Activity::off && name == sunfleck::name_of(activity)) return activity;
  }
  return std::nullopt;
}

std::string class_names() {
  std::string text;
  for (int i = 0; i <= static_cast<int>(Activity::unattributed); ++i)
    if (static_cast<Activity>(i) != Activity::off)
      text += join(text.empty() ? "" : ", ", sunfleck::name_of(static_cast<Activity>(i)));
  return text;
}

// "checkpoint" or "layer 3".
bool take_argument(std::string_view argument, Metric& metric) {
  metric.activity = class_called(argument);
  if (metric.activity) return true;
  if (!argument.starts_with("layer ")) return false;
  const std::optional<double> number = to_number(trimmed(argument.substr(6)));
  if (!number || !(*number >= 0.0 && *number < no_layer) || *number != std::floor(*number))
    return false;
  metric.layer = static_cast<std::uint32_t>(*number);
  return true;
}

}  // namespace

std::string metrics_help() {
  std::string text;
  for (const MetricRow& row : metrics) {
    std::string name = row.name;
    name.resize(std::max<std::size_t>(27, name.size()), ' ');
    std::string unit = symbol(row.unit);
    unit.resize(3, ' ');
    text += "  " + name + unit + row.meaning + "\n";
  }
  return text + "  classes: " + class_names() + "\n";
}

Result<Metric> parse_metric(std::string_view name) {
  name = trimmed(name);
  const std::size_t open = std::min(name.find('('), name.size());
  const MetricRow* const row = metric_called(trimmed(name.substr(0, open)));
  if (row == nullptr)
    return fail(Errc::usage, "a metric was wanted, one of ", metric_names(), ", not '", name, "'");
  Metric metric{.name = std::string(name), .unit = row->unit};
  if (!wants_argument(*row) && open == name.size()) return metric;
  if (!wants_argument(*row))
    return fail(Errc::usage, "'", row->name, "' takes nothing in parentheses");
  if (open < name.size() && name.ends_with(')') &&
      take_argument(trimmed(name.substr(open + 1, name.size() - open - 2)), metric))
    return metric;
  return fail(
      Errc::usage, "'", row->name, "' wants (layer N) or a class in parentheses: ", class_names());
}

std::optional<Measured> measure(const Metric& metric, const RunReport& report) {
  const MetricRow* const row =
      metric_called(std::string_view(metric.name).substr(0, metric.name.find_first_of(" (")));
  std::optional<Measured> measured = row->measure(metric, report);
  if (measured && !std::isfinite(measured->value)) return std::nullopt;
  return measured;
}

const char* symbol(MetricUnit unit) {
  switch (unit) {
    case MetricUnit::joules:
      return "J";
    case MetricUnit::seconds:
      return "s";
    case MetricUnit::share:
      return "%";
    case MetricUnit::count:
      break;
  }
  return "";
}

std::string value_text(double value, MetricUnit unit) {
  if (unit == MetricUnit::count) return join(std::round(1e4 * value) / 1e4);
  if (unit == MetricUnit::share) return join(std::round(1e5 * value) / 1e3, " %");
  return engineering(value, symbol(unit));
}

std::string measured_text(const Measured& measured, MetricUnit unit) {
  std::string text = value_text(measured.value, unit);
  if (measured.deviation > 0.0) text += " ± " + value_text(measured.deviation, unit);
  return text;
}

std::optional<double> parse_value(std::string_view text, MetricUnit unit) {
  if (unit != MetricUnit::share) return parse_quantity(text, symbol(unit));
  text = trimmed(text);
  if (!text.ends_with('%')) return std::nullopt;
  const std::optional<double> percent = to_number(trimmed(text.substr(0, text.size() - 1)));
  if (!percent || !std::isfinite(*percent)) return std::nullopt;
  return *percent / 100.0;
}

}  // namespace sunfleck::app
