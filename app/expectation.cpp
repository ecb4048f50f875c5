#include "app/expectation.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/text.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

struct RelationRow {
  const char* text;
  Relation relation;
};

// The longer ones first.
constexpr std::array relations{
    RelationRow{"<=", Relation::at_most}, RelationRow{">=", Relation::at_least},
    RelationRow{"==", Relation::equal},   RelationRow{"!=", Relation::different},
    RelationRow{"<", Relation::less},     RelationRow{">", Relation::greater}};

// An error about a place in an expectation, from 1.
template <class... Parts>
Error wrong(std::string_view text, std::size_t at, const Parts&... parts) {
  return fail(Errc::usage, "--expect '", text, "': at character ", at + 1, ": ", parts...);
}

constexpr const char* example(MetricUnit unit) {
  switch (unit) {
    case MetricUnit::joules:
      return "an energy such as 2.6mJ";
    case MetricUnit::seconds:
      return "a time such as 80ms";
    case MetricUnit::share:
      return "a share such as 1%";
    case MetricUnit::count:
      break;
  }
  return "a number such as 20";
}

bool holds(double value, Relation relation, double limit) {
  switch (relation) {
    case Relation::less:
      return value < limit;
    case Relation::at_most:
      return value <= limit;
    case Relation::greater:
      return value > limit;
    case Relation::at_least:
      return value >= limit;
    case Relation::equal:
      return value == limit;
    case Relation::different:
      break;
  }
  return value != limit;
}

// How far a value lies from its limit: in percent of it, of shares in points.
std::string distance_text(double value, double limit, MetricUnit unit) {
  const double distance = value - limit;
  if (distance == 0.0) return "exactly at";
  const char* const side = distance > 0.0 ? " above" : " below";
  if (unit == MetricUnit::share) return join(fixed(100.0 * std::abs(distance), 3), " points", side);
  if (unit == MetricUnit::count || limit == 0.0) return value_text(std::abs(distance), unit) + side;
  return join(fixed(100.0 * std::abs(distance / limit), 1), " %", side);
}

bool is_within(const Measured& measured, double limit) {
  return measured.deviation > 0.0 && std::abs(measured.value - limit) <= 2.0 * measured.deviation;
}

constexpr const char* within_text = "; that is within the uncertainty (two deviations)";

}  // namespace

Result<Expectation> parse_expectation(std::string_view text) {
  const std::size_t at = text.find_first_of("<>=!");
  if (at == std::string_view::npos)
    return wrong(text, text.size(), "one of < <= > >= == != was wanted");
  const std::string_view rest = text.substr(at);
  const auto relation = std::ranges::find_if(
      relations, [rest](const RelationRow& row) { return rest.starts_with(row.text); });
  if (relation == relations.end())
    return wrong(text, at, "one of < <= > >= == != was wanted, not '", rest.substr(0, 1), "'");
  const Result<Metric> metric = parse_metric(text.substr(0, at));
  if (!metric)
    return wrong(text, std::min(text.find_first_not_of(' '), text.size()), metric.error().text);
  Expectation expectation{
      .text = std::string(text), .metric = *metric, .relation = relation->relation};
  const std::string_view right = rest.substr(std::string_view(relation->text).size());
  const std::optional<double> limit = parse_value(right, expectation.metric.unit);
  if (!limit)
    return wrong(
        text, text.size() - right.size(), example(expectation.metric.unit), " was wanted, not '",
        right, "'");
  expectation.limit = *limit;
  return expectation;
}

Result<double> parse_percent(std::string_view text, std::string_view option) {
  const std::optional<double> share = parse_value(text, MetricUnit::share);
  if (share && *share >= 0.0) return *share;
  return fail(Errc::usage, option, ": a share such as 3% was wanted, not '", text, "'");
}

Status check_expectation(const Expectation& expectation, std::size_t layers, bool has_expected) {
  const std::optional<std::uint32_t>& layer = expectation.metric.layer;
  if (layer && *layer >= layers)
    return fail(
        Errc::usage, "--expect '", expectation.text, "': there is no layer ", *layer,
        ", the run has ", layers, " of them, from 0");
  if (expectation.metric.name == "correct" && !has_expected)
    return fail(
        Errc::usage, "--expect '", expectation.text,
        "': nothing is known of outputs without --expect-output");
  return ok;
}

Verdict judge(const Expectation& expectation, const RunReport& report) {
  const Metric& metric = expectation.metric;
  Verdict verdict{
      .expectation = expectation.text,
      .met = false,
      .measured = measure(metric, report),
      .limit = expectation.limit,
      .unit = metric.unit,
      .within_uncertainty = false,
      .sentence = {}};
  if (!verdict.measured) {
    verdict.sentence = join(
        metric.name, " is not known: the run finished ", report.inferences,
        " inferences and does not tell it");
    return verdict;
  }
  const Measured& measured = *verdict.measured;
  verdict.met = holds(measured.value, expectation.relation, expectation.limit);
  verdict.within_uncertainty = is_within(measured, expectation.limit);
  verdict.sentence = join(
      metric.name, " is ", measured_text(measured, metric.unit), ", ",
      distance_text(measured.value, expectation.limit, metric.unit), " the limit of ",
      value_text(expectation.limit, metric.unit), verdict.within_uncertainty ? within_text : "");
  return verdict;
}

std::vector<Verdict> judge_against(
    const RunReport& baseline, const RunReport& report, double tolerance) {
  std::vector<Verdict> verdicts;
  for (const auto& [name, unit] :
       {std::pair{"energy_per_inference", MetricUnit::joules},
        {"time_per_inference", MetricUnit::seconds}}) {
    const Metric metric{.name = name, .unit = unit};
    const std::optional<Measured> before = measure(metric, baseline);
    Verdict verdict{
        .expectation = join(
            name, " within ", value_text(tolerance, MetricUnit::share), " of run ", baseline.id),
        .met = false,
        .measured = measure(metric, report),
        .limit = before ? (1.0 + tolerance) * before->value : 0.0,
        .unit = metric.unit,
        .within_uncertainty = false,
        .sentence = {}};
    if (!before || !verdict.measured || !(before->value > 0.0)) {
      verdict.sentence = join(name, " is not known of ", before ? "the run" : "the baseline");
      verdicts.push_back(std::move(verdict));
      continue;
    }
    const Measured& now = *verdict.measured;
    // Of the distance to the limit, which has the baseline's deviation too.
    const Measured both{
        now.value, std::hypot(now.deviation, (1.0 + tolerance) * before->deviation)};
    verdict.met = now.value / before->value <= 1.0 + tolerance;
    verdict.within_uncertainty = is_within(both, verdict.limit);
    verdict.sentence = join(
        name, " is ", measured_text(now, metric.unit), ", ",
        distance_text(now.value, before->value, metric.unit), " that of run ", baseline.id, " ",
        baseline.name, ", ", measured_text(*before, metric.unit), "; ",
        value_text(tolerance, MetricUnit::share), " more is tolerated",
        verdict.within_uncertainty
            ? "; the distance to that is within the uncertainty (two deviations)"
            : "");
    verdicts.push_back(std::move(verdict));
  }
  return verdicts;
}

json to_json(const std::vector<Verdict>& verdicts) {
  json list = json::array();
  for (const Verdict& verdict : verdicts)
    list.push_back(
        {{"expectation", verdict.expectation},
         {"met", verdict.met},
         {"value", verdict.measured ? json(verdict.measured->value) : json(nullptr)},
         {"deviation", verdict.measured ? json(verdict.measured->deviation) : json(nullptr)},
         {"limit", verdict.limit},
         {"unit", verdict.unit == MetricUnit::share ? "1" : symbol(verdict.unit)},
         {"within_uncertainty", verdict.within_uncertainty},
         {"sentence", verdict.sentence}});
  return list;
}

}  // namespace sunfleck::app
