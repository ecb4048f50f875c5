#include <algorithm>
#include <cmath>

#include "app/stored_comparison.h"
#include "app/table.h"
#include "core/base/text.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

constexpr double significant = 0.05;

std::string change_text(double ratio) {
  const double percent = 100.0 * (ratio - 1.0);
  return (percent < 0.0 ? "" : "+") + fixed(percent, 1) + " %";
}

std::string range_text(const Range& range) {
  return change_text(range.low) + " to " + change_text(range.high);
}

std::string p_text(const Significance& significance) {
  const double p = significance.p_adjusted;
  return (p < 0.001 ? std::string("<0.001") : fixed(p, 3)) + (p < significant ? " *" : "  ");
}

std::vector<std::string> cells(
    const std::string& title, const std::string& group, const std::optional<GroupCost>& cost) {
  std::vector<std::string> row{title, group};
  row.resize(10, "-");
  if (!cost) {
    row[2] = "no counterpart";
    return row;
  }
  row[2] = engineering(Seconds{cost->time.mean});
  row[4] = engineering(Joules{cost->energy.mean});
  row[5] = "±" + engineering(Joules{cost->energy.deviation});
  const std::optional<Change>& time = cost->time.change;
  if (time && time->ratio) row[3] = change_text(*time->ratio);
  const std::optional<Change>& energy = cost->energy.change;
  if (!energy) return row;
  if (energy->ratio) row[6] = change_text(*energy->ratio);
  if (energy->ratio_range) row[7] = range_text(*energy->ratio_range);
  if (!energy->significance) return row;
  row[8] = p_text(*energy->significance);
  row[9] = fixed(energy->significance->rank.delta, 2);
  return row;
}

std::string groups_text(const StoredComparison& compared) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < compared.runs.size(); ++i) {
    const GroupFacts& group = compared.comparison.groups[i];
    std::string runs;
    for (const db::RunSummary& run : compared.runs[i])
      runs += join(runs.empty() ? "" : ", ", run.id);
    rows.push_back(
        {group.name, runs, join(group.inferences), join(group.samples),
         fixed(100.0 * group.re_executed, 2) + " %"});
  }
  return table_text(
      {{"Group (the first is the baseline)", Align::left},
       {"runs", Align::left},
       {"inferences"},
       {"samples (n)"},
       {"re-executed"}},
      rows);
}

std::string overhead_text(const Comparison& comparison) {
  const ComparisonRow* const work = comparison.row(RowKind::work);
  if (work == nullptr) return {};
  std::string text = "\n";
  for (std::size_t i = 1; i < work->groups.size(); ++i) {
    const std::optional<GroupCost>& cost = work->groups[i];
    if (!cost || !cost->time.change || !cost->time.change->ratio || !cost->energy.change->ratio)
      continue;
    text += join(
        "  overhead of ", comparison.groups[i].name, ": time ",
        change_text(*cost->time.change->ratio), ", energy ",
        change_text(*cost->energy.change->ratio));
    if (cost->energy.change->ratio_range)
      text += join(" (95 %: ", range_text(*cost->energy.change->ratio_range), ")");
    text += ", of work; start-up, telemetry and sleep are left out and shown above\n";
  }
  return text;
}

json range_json(const std::optional<Range>& range) {
  return range ? json{range->low, range->high} : json(nullptr);
}

json change_json(const Change& change) {
  json object{
      {"difference", change.difference},
      {"difference_interval", range_json(change.difference_range)},
      {"ratio", change.ratio ? json(*change.ratio) : json(nullptr)},
      {"ratio_interval", range_json(change.ratio_range)},
      {"significance", nullptr}};
  if (const auto& significance = change.significance)
    object["significance"] = {
        {"test", significance->rank.exact ? "mann-whitney exact" : "mann-whitney normal"},
        {"u", significance->rank.u},
        {"p", significance->rank.p},
        {"p_adjusted", significance->p_adjusted},
        {"p_bootstrap", significance->p_bootstrap},
        {"cliffs_delta", significance->rank.delta}};
  return object;
}

json cost_json(const Cost& cost) {
  return {
      {"mean", cost.mean},
      {"deviation", cost.deviation},
      {"change", cost.change ? change_json(*cost.change) : json(nullptr)}};
}

constexpr const char* kind_name(RowKind kind) {
  switch (kind) {
    case RowKind::active:
      return "active";
    case RowKind::work:
      return "work";
    case RowKind::activity:
      return "activity";
    case RowKind::layer:
      break;
  }
  return "layer";
}

json row_json(const ComparisonRow& row, const Comparison& comparison) {
  json object{{"kind", kind_name(row.key.kind)}, {"title", title_of(row.key)}};
  if (row.key.kind == RowKind::activity) object["activity"] = sunfleck::name_of(row.key.activity);
  if (row.key.kind == RowKind::layer) {
    object["layer"] = row.key.layer;
    object["operator"] = row.key.op;
  }
  object["groups"] = json::array();
  for (std::size_t i = 0; i < row.groups.size(); ++i) {
    json group{{"group", comparison.groups[i].name}, {"seconds", nullptr}, {"joules", nullptr}};
    if (row.groups[i]) {
      group["seconds"] = cost_json(row.groups[i]->time);
      group["joules"] = cost_json(row.groups[i]->energy);
    }
    object["groups"].push_back(std::move(group));
  }
  return object;
}

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string result = "\"";
  for (const char letter : text)
    result += letter == '"' ? std::string("\"\"") : std::string(1, letter);
  return result + "\"";
}

// The cells of a quantity, from its unit on.
std::string csv_cells(const char* unit, const Cost& cost) {
  std::string line = join(unit, ",", cost.mean, ",", cost.deviation);
  const auto add = [&line](const std::optional<double>& value) {
    line += ',';
    if (value) append(line, *value);
  };
  const auto add_range = [&add](const std::optional<Range>& range) {
    add(range ? std::optional(range->low) : std::nullopt);
    add(range ? std::optional(range->high) : std::nullopt);
  };
  if (!cost.change) return line + ",,,,,,,,,,,";
  add(cost.change->difference);
  add_range(cost.change->difference_range);
  add(cost.change->ratio);
  add_range(cost.change->ratio_range);
  const auto& significance = cost.change->significance;
  if (!significance) return line + ",,,,,";
  for (const double value :
       {significance->rank.u, significance->rank.p, significance->p_adjusted,
        significance->p_bootstrap, significance->rank.delta})
    add(value);
  return line;
}

}  // namespace

std::string title_of(const RowKey& key) {
  switch (key.kind) {
    case RowKind::active:
      return "active (all but sleep)";
    case RowKind::work:
      return "work (less boot, telemetry)";
    case RowKind::activity:
      return sunfleck::name_of(key.activity);
    case RowKind::layer:
      break;
  }
  return join("layer ", key.layer, " ", key.op);
}

bool is_shown(const RowKey& key, CompareBy by) {
  if (key.kind == RowKind::layer) return by != CompareBy::classes;
  if (key.kind == RowKind::activity) return by != CompareBy::layers;
  return true;
}

std::string to_text(const StoredComparison& compared, CompareBy by) {
  const Comparison& comparison = compared.comparison;
  std::vector<std::vector<std::string>> rows;
  for (const ComparisonRow& row : comparison.rows) {
    if (!is_shown(row.key, by)) continue;
    for (std::size_t i = 0; i < row.groups.size(); ++i)
      rows.push_back(
          cells(i == 0 ? title_of(row.key) : "", comparison.groups[i].name, row.groups[i]));
  }
  std::string text = groups_text(compared);
  text += "\n" +
      table_text(
              {{"At the rail, per inference", Align::left},
               {"group", Align::left},
               {"time"},
               {"change"},
               {"energy"},
               {"1 sigma"},
               {"change"},
               {"95 % interval"},
               {"p"},
               {"Cliff's delta"}},
              rows);
  text += overhead_text(comparison);
  text += join(
      "  samples are ", comparison.unit == SampleUnit::run ? "runs" : "inferences",
      "; p: Mann-Whitney, adjusted by Holm for the number of rows; * below 0.05\n");
  for (const std::string& note : compared.notes)
    text += "  note: " + note + "\n";
  return text;
}

json to_json(const StoredComparison& compared) {
  const Comparison& comparison = compared.comparison;
  json object{
      {"samples_are", comparison.unit == SampleUnit::run ? "runs" : "inferences"},
      {"confidence", 0.95},
      {"effect_size", "cliffs_delta"},
      {"groups", json::array()},
      {"rows", json::array()},
      {"notes", compared.notes}};
  for (std::size_t i = 0; i < compared.runs.size(); ++i) {
    const GroupFacts& facts = comparison.groups[i];
    json group{
        {"name", facts.name},
        {"runs", json::array()},
        {"inferences", facts.inferences},
        {"samples", facts.samples},
        {"inferences_per_sample", facts.inferences_per_sample},
        {"re_executed_share", facts.re_executed},
        {"autocorrelation", facts.autocorrelation ? json(*facts.autocorrelation) : json(nullptr)}};
    for (const db::RunSummary& run : compared.runs[i])
      group["runs"].push_back(
          {{"id", run.id}, {"name", run.identity.name}, {"inferences", run.inferences}});
    object["groups"].push_back(std::move(group));
  }
  for (const ComparisonRow& row : comparison.rows)
    object["rows"].push_back(row_json(row, comparison));
  return object;
}

std::string to_csv(const StoredComparison& compared) {
  std::string text =
      "kind,activity,layer,operator,group,samples,unit,mean,deviation,difference,difference_low,"
      "difference_high,ratio,ratio_low,ratio_high,u,p,p_adjusted,p_bootstrap,cliffs_delta\n";
  const Comparison& comparison = compared.comparison;
  for (const ComparisonRow& row : comparison.rows)
    for (std::size_t i = 0; i < row.groups.size(); ++i) {
      if (!row.groups[i]) continue;
      const bool is_layer = row.key.kind == RowKind::layer;
      const std::string start = join(
          kind_name(row.key.kind), ",",
          row.key.kind == RowKind::activity ? sunfleck::name_of(row.key.activity) : "", ",",
          is_layer ? join(row.key.layer) : std::string(), ",", row.key.op, ",",
          quoted(comparison.groups[i].name), ",", comparison.groups[i].samples, ",");
      text += start + csv_cells("s", row.groups[i]->time) + "\n";
      text += start + csv_cells("J", row.groups[i]->energy) + "\n";
    }
  return text;
}

}  // namespace sunfleck::app
