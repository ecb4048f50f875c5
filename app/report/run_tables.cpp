#include "app/report/run_tables.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <map>

#include "app/report/clean_text.h"
#include "app/report/quantities.h"
#include "app/report/run_lanes.h"
#include "core/base/text.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;
double per_inference(const RunReport& report, double whole) {
  return report.inferences > 0 ? whole / report.inferences : 0.0;
}

// A column of a quantity of all rows, in a unit of its own.
template <class Rows, class ValueOf>
QuantityColumn column_of(std::string_view unit, const Rows& rows, ValueOf value_of) {
  std::vector<double> values;
  for (const auto& row : rows)
    values.push_back(value_of(row).si);
  return {unit, values};
}

std::string words_of(std::string key) {
  std::ranges::replace(key, '_', ' ');
  return key;
}

// "depthwise conv 2d".
std::string operator_words(std::string name) {
  std::ranges::transform(name, name.begin(), [](unsigned char letter) {
    return letter == '_' ? ' ' : static_cast<char>(std::tolower(letter));
  });
  return name;
}

struct UnitEnding {
  std::string_view ending;
  std::string_view unit;
};
constexpr std::array unit_endings{UnitEnding{"_seconds", "s"}, UnitEnding{"_volts", "V"},
                                  UnitEnding{"_amperes", "A"}, UnitEnding{"_farads", "F"},
                                  UnitEnding{"_joules", "J"},  UnitEnding{"_watts", "W"}};

// A member of an object with its name in words: a number with its unit, where its name has one.
std::vector<Quantified> member_cells(const std::string& name, const json& value) {
  if (value.is_string()) return {words(words_of(name)), words(value.get<std::string>())};
  if (!value.is_number())
    return {
        words(words_of(name)), words(value.dump(-1, ' ', false, json::error_handler_t::replace))};
  const auto number = value.get<double>();
  for (const UnitEnding& one : unit_endings)
    if (name.ends_with(one.ending))
      return {
          words(words_of(name.substr(0, name.size() - one.ending.size()))),
          quantity(number, one.unit)};
  return {words(words_of(name)), {.text = join(number), .value = number}};
}

DocumentTable members_table(std::string key, std::string caption, const json& object) {
  DocumentTable table{
      .key = std::move(key),
      .caption = std::move(caption),
      .columns = {{"name", "Setting", Align::left}, {"value", "Value", Align::left}},
      .rows = {}};
  if (!object.is_object()) return table;
  for (const auto& [name, value] : object.items()) {
    if (value.is_null() || value == "") continue;
    table.rows.push_back(member_cells(name, value));
  }
  return table;
}

void add_hash(FactList& to, const char* key, const char* label, const std::string& hash) {
  if (!hash.empty()) to.facts.push_back({key, label, words(hash)});
}

// With dots at its end where it has more letters; `name` is UTF-8.
std::string shortened(const std::string& name, std::size_t letters) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if ((static_cast<unsigned char>(name[i]) & 0xC0U) == 0x80U) continue;
    if (++count == letters && name.size() > i + 1) return name.substr(0, i) + "\u2026";
  }
  return name;
}

// The deviations of the places of the power cycles that have a clock, in order of size.
std::vector<double> clock_deviations(const std::vector<PowerCycle>& cycles) {
  std::vector<double> deviations;
  for (const PowerCycle& cycle : cycles)
    if (cycle.records > 0) deviations.push_back(to_seconds(cycle.clock_uncertainty).si);
  std::ranges::sort(deviations);
  return deviations;
}

}  // namespace

std::vector<std::string> short_layer_names(const std::vector<LayerRow>& layers) {
  constexpr std::size_t longest = 28;
  std::vector<std::string> names;
  for (const LayerRow& layer : layers)
    names.push_back(clean_text(layer.name.substr(0, layer.name.find(';'))));
  const auto folder_of = [](const std::string& name) {
    const std::size_t slash = name.find('/');
    return slash == std::string::npos ? std::string() : name.substr(0, slash + 1);
  };
  std::map<std::string, std::size_t> folders;
  for (const std::string& name : names)
    ++folders[folder_of(name)];
  for (std::string& name : names) {
    const std::string folder = folder_of(name);
    if (2 * folders[folder] > names.size()) name.erase(0, folder.size());
    name = shortened(name, longest);
  }
  return names;
}

Joules energy_of(const RunReport& report, Activity activity) {
  const auto row = std::ranges::find(report.activities, activity, &ActivityRow::activity);
  return row != report.activities.end() ? row->energy : Joules{};
}

FactList headline_facts(const RunReport& report) {
  FactList list{.facts = {}, .headline = true};
  list.facts.push_back({"inferences", "inferences", count(report.inferences)});
  list.facts.push_back({"power_failures", "power failures", count(report.outages)});
  if (report.inferences > 0)
    list.facts.push_back(
        {"energy_per_inference_joules", "energy per inference, at the rail",
         quantity(per_inference(report, report.rail_energy.si), "J")});
  list.facts.push_back(
      {"re_execution_share", "of the energy spent on re-execution",
       percentage(energy_of(report, Activity::re_execution).si, report.rail_energy.si)});
  if (report.expected)
    list.facts.push_back(
        {"correct_outputs",
         "expected outputs equal",
         {.text = join(report.expected->correct, " of ", report.expected->wanted),
          .value = static_cast<double>(report.expected->correct)}});
  else
    list.facts.push_back(
        {"rail_on_share", "of the time with power",
         percentage(report.time_on.si, report.duration.si)});
  return list;
}

FactList result_facts(const RunReport& report, const RunDetail& detail) {
  FactList list;
  list.facts.push_back({"end", "Ended", words(words_of(report.end))});
  list.facts.push_back({"duration_seconds", "Duration", quantity(report.duration.si, "s")});
  list.facts.push_back({"time_on_seconds", "Rail on", quantity(report.time_on.si, "s")});
  list.facts.push_back({"time_off_seconds", "Rail off", quantity(report.time_off.si, "s")});
  list.facts.push_back({"power_cycles", "Power cycles", count(report.power_cycles)});
  list.facts.push_back({"rail_joules", "Energy at the rail", quantity(report.rail_energy.si, "J")});
  if (report.inferences > 0)
    list.facts.push_back(
        {"seconds_per_inference", "Time per inference",
         quantity(per_inference(report, report.duration.si), "s")});
  if (const auto& use = report.memory)
    list.facts.push_back(
        {"ram_bytes",
         join("RAM used, of ", use->board, " bytes"),
         {.text = join(use->total(), " bytes"), .value = static_cast<double>(use->total())}});
  if (report.profile_passes > 1)
    list.facts.push_back(
        {"profile_passes", "Profile repeated, times played", count(report.profile_passes)});
  list.facts.push_back(
      {"sample_period_seconds", "Meter's sample period",
       quantity(to_seconds(detail.sample_period).si, "s")});
  return list;
}

DocumentTable activity_table(const RunReport& report) {
  DocumentTable table{.key = "activities", .caption = {}, .columns = {}, .rows = {}};
  constexpr int digits = 5;  // small shares stand beside the total
  const QuantityColumn time("s", report.duration.si, digits);
  const QuantityColumn energy("J", report.rail_energy.si, digits);
  const QuantityColumn deviation =
      column_of("J", report.activities, [](const ActivityRow& row) { return row.uncertainty; });
  table.columns = {
      {"activity", "Activity", Align::left},
      {"seconds", time.title("Time")},
      {"joules", energy.title("Energy")},
      {"uncertainty_joules", deviation.title("\u00b1")},
      {"share", "Share"}};
  const auto add = [&](Quantified name, const auto& row) {
    table.rows.push_back(
        {std::move(name), time.cell(row.time.si), energy.cell(row.energy.si),
         deviation.cell(row.uncertainty.si), percentage(row.energy.si, report.rail_energy.si)});
  };
  for (const ActivityRow& row : report.activities)
    if (row.activity != Activity::mark)
      add({.text = sunfleck::name_of(row.activity), .colour = colour_of(row.activity)}, row);
  for (const MarkRow& row : report.marks)
    if (row.count.begun > 0)
      add({.text = "mark: " + row.name, .colour = colour_of(Activity::mark)}, row);
  table.rows.push_back(
      {words("total"),
       time.cell(report.duration.si),
       energy.cell(report.rail_energy.si),
       {},
       percentage(report.rail_energy.si, report.rail_energy.si)});
  table.has_total = true;
  table.caption =
      "Where time and energy went, measured at the rail. \u00b1 is one standard deviation.";
  return table;
}

DocumentTable layer_table(const RunReport& report) {
  std::vector<LayerRow> rows = report.layers;
  rows.push_back(report.result_commits);
  const auto total = [](const LayerRow& row) {
    return row.compute_energy + row.checkpoint_energy + row.re_execution_energy;
  };
  const QuantityColumn time =
      column_of("s", rows, [](const LayerRow& row) { return row.compute_time; });
  const QuantityColumn energy = column_of("J", rows, total);
  const QuantityColumn deviation =
      column_of("J", rows, [](const LayerRow& row) { return row.uncertainty; });
  DocumentTable table{.key = "layers", .caption = {}, .columns = {}, .rows = {}};
  table.columns = {
      {"index", "#"},
      {"name", "Layer", Align::left},
      {"operator", "Operator", Align::left},
      {"compute_seconds", time.title("Time")},
      {"compute_joules", energy.title("Compute")},
      {"checkpoints", "Checkpoints"},
      {"checkpoint_joules", energy.title("Checkpoint")},
      {"re_execution_joules", energy.title("Re-execution")},
      {"total_joules", energy.title("Total")},
      {"uncertainty_joules", deviation.title("\u00b1")}};
  const std::vector<std::string> names = short_layer_names(rows);
  for (const LayerRow& row : rows) {
    const bool is_layer = &row != &rows.back();
    table.rows.push_back(
        {is_layer ? count(row.index) : Quantified{}, words(names[table.rows.size()]),
         words(is_layer ? operator_words(row.op) : std::string()), time.cell(row.compute_time.si),
         energy.cell(row.compute_energy.si), count(row.checkpoints),
         energy.cell(row.checkpoint_energy.si), energy.cell(row.re_execution_energy.si),
         energy.cell(total(row).si), deviation.cell(row.uncertainty.si)});
  }
  table.caption =
      "Energy at the rail and time of all executions. \u00b1 is one standard "
      "deviation of the total. Time is that of the compute which was kept.";
  return table;
}

DocumentTable mark_table(const RunReport& report) {
  const auto each = [](const MarkRow& row) {
    return 1.0 / static_cast<double>(std::max(row.count.finished, 1U));
  };
  const QuantityColumn time =
      column_of("s", report.marks, [&](const MarkRow& row) { return each(row) * row.time; });
  const QuantityColumn energy =
      column_of("J", report.marks, [&](const MarkRow& row) { return each(row) * row.energy; });
  DocumentTable table{
      .key = "marks",
      .caption = "Mark pins: how often each rose, and fell again before the power failed.",
      .columns =
          {{"pin", "Pin"},
           {"name", "Mark", Align::left},
           {"begun", "Begun"},
           {"finished", "Finished"},
           {"seconds_each", time.title("Time of one")},
           {"joules_each", energy.title("Energy of one")}},
      .rows = {}};
  for (const MarkRow& row : report.marks)
    table.rows.push_back(
        {count(row.pin), words(row.name), count(row.count.begun), count(row.count.finished),
         time.cell((each(row) * row.time).si),
         energy.cell((each(row) * row.energy).si, each(row) * row.uncertainty.si)});
  return table;
}

DocumentTable ledger_table(const PowerLedger& ledger) {
  const double whole = (ledger.harvested + ledger.stored_at_start).si;
  const QuantityColumn energy("J", whole);
  DocumentTable table{
      .key = "ledger",
      .caption = join(
          "The power path's books, as its model keeps them; they are open by ",
          quantity_text(std::abs(ledger.unbalanced().si), "J"), "."),
      .columns =
          {{"name", "Energy", Align::left},
           {"joules", energy.title("Energy")},
           {"share", "Share of what came in"}},
      .rows = {}};
  const auto add = [&](const char* name, Joules value) {
    table.rows.push_back({words(name), energy.cell(value.si), percentage(value.si, whole)});
  };
  add("harvested from the source", ledger.harvested);
  add("in the capacitor at the start", ledger.stored_at_start);
  add("lost in rectifier and converter", ledger.input_loss);
  add("refused by the full capacitor", ledger.clamped);
  add("leaked in the capacitor", ledger.leaked);
  add("lost in its series resistance", ledger.esr_loss);
  add("lost in the regulator", ledger.output_loss);
  add("used by the board", ledger.delivered);
  add("in the capacitor at the end", ledger.stored);
  return table;
}

FactList outage_facts(const std::vector<Seconds>& lengths) {
  FactList list;
  if (lengths.empty()) return list;
  const auto at = [&lengths](double share) {
    return quantity(
        lengths[static_cast<std::size_t>(share * static_cast<double>(lengths.size() - 1))].si, "s");
  };
  list.facts = {
      {"shortest_outage_seconds", "Shortest outage", at(0.0)},
      {"median_outage_seconds", "Median", at(0.5)},
      {"long_outage_seconds", "Nine of ten are no longer than", at(0.9)},
      {"longest_outage_seconds", "Longest", at(1.0)}};
  return list;
}

FactList clock_facts(const RunReport& report, const RunDetail& detail) {
  constexpr double ppm = 1e6;
  FactList list;
  if (detail.clock) {
    Quantified drift = uncertain(detail.clock->drift * ppm, detail.clock->uncertainty * ppm, "");
    drift.text += " ppm";
    drift.value = detail.clock->drift;
    drift.deviation = detail.clock->uncertainty;
    list.facts.push_back({"clock_drift", "Board's clock runs fast by", drift});
  } else {
    list.facts.push_back({"clock_drift", "Board's clock runs fast by", words("not known")});
  }
  const std::vector<double> deviations = clock_deviations(detail.power_cycles);
  if (!deviations.empty()) {
    list.facts.push_back(
        {"median_clock_uncertainty_seconds", "Placing of its records, median \u00b1",
         quantity(deviations[deviations.size() / 2], "s")});
    list.facts.push_back(
        {"largest_clock_uncertainty_seconds", "Placing of its records, largest \u00b1",
         quantity(deviations.back(), "s")});
  }
  const TelemetryCounts& counts = report.telemetry;
  list.facts.push_back({"records", "Records received", count(counts.records)});
  list.facts.push_back({"missing_records", "Records missing", count(counts.missing)});
  if (!detail.gaps.empty()) {
    RunTime time{};
    for (const Gap& gap : detail.gaps)
      time += gap.to - gap.from;
    list.facts.push_back({"gaps", "Gaps in the records", count(detail.gaps.size())});
    list.facts.push_back({"gap_seconds", "Time in gaps", quantity(to_seconds(time).si, "s")});
  }
  if (report.unmeasured() > Seconds{})
    list.facts.push_back(
        {"unmeasured_seconds", "Time without samples", quantity(report.unmeasured().si, "s")});
  list.facts.push_back({"damaged_records", "Frames damaged", count(counts.damaged)});
  list.facts.push_back({"unknown_records", "Records of unknown kind", count(counts.unknown)});
  list.facts.push_back({"repeated_records", "Records repeated", count(counts.repeated)});
  list.facts.push_back({"lost_records", "Records the board could not send", count(counts.lost)});
  list.facts.push_back(
      {"unattributed_share", "Energy that no record explains",
       percentage(energy_of(report, Activity::unattributed).si, report.rail_energy.si)});
  return list;
}

FactList identity_facts(const RunReport& report) {
  FactList list;
  list.facts = {
      {"run", "Run", count(static_cast<std::uint64_t>(std::max<std::int64_t>(0, report.id)))},
      {"name", "Name", words(report.name)},
      {"started_at", "Started", words(report.started_at)},
      {"rig", "Rig and board", words(join(report.rig, ", ", report.board))},
      {"network", "Network", words(report.network)},
      {"profile", "Harvesting profile", words(report.profile)},
      {"seed", "Seed", count(report.seed)},
      {"program_version", "Program", words("sunfleck " + report.program_version)}};
  add_hash(list, "firmware_sha256", "SHA-256 of the firmware", report.firmware_sha256);
  add_hash(list, "network_sha256", "of the network image", report.network_sha256);
  add_hash(list, "profile_sha256", "of the profile", report.profile_sha256);
  add_hash(list, "inputs_sha256", "of the inputs", report.inputs_sha256);
  add_hash(list, "board_sha256", "of the board's file", report.board_sha256);
  return list;
}

DocumentTable settings_table(const RunReport& report) {
  return members_table(
      "settings", "Settings of the replay; those that were left empty are not listed.",
      report.plan);
}

DocumentTable assumption_table(const RunReport& report) {
  DocumentTable table = members_table(
      "assumptions", "What is taken to hold beyond what was recorded.", report.assumptions);
  table.columns.front().title = "Subject";
  table.columns.back().title = "Assumption";
  return table;
}

}  // namespace sunfleck::app
