#include "app/run_report.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "app/table.h"
#include "core/base/text.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

struct LedgerLine {
  const char* key;
  const char* text;
  Joules PowerLedger::*value;
};

// In the order of the flow of energy; sources first, then where it went.
constexpr std::array ledger_lines{
    LedgerLine{"harvested_joules", "harvested from the source", &PowerLedger::harvested},
    LedgerLine{
        "stored_at_start_joules", "in the capacitor at the start", &PowerLedger::stored_at_start},
    LedgerLine{"input_loss_joules", "lost in rectifier and converter", &PowerLedger::input_loss},
    LedgerLine{"clamped_joules", "refused by the full capacitor", &PowerLedger::clamped},
    LedgerLine{"leaked_joules", "leaked in the capacitor", &PowerLedger::leaked},
    LedgerLine{"esr_loss_joules", "lost in its series resistance", &PowerLedger::esr_loss},
    LedgerLine{"output_loss_joules", "lost in the regulator", &PowerLedger::output_loss},
    LedgerLine{"delivered_joules", "used by the board", &PowerLedger::delivered},
    LedgerLine{"stored_joules", "in the capacitor at the end", &PowerLedger::stored},
};

std::string percent(double part, double whole) {
  if (!(whole > 0.0)) return "-";
  return fixed(100.0 * part / whole, 1) + " %";
}

std::string share_text(double part, double whole) {
  const double share = whole > 0.0 ? 100.0 * part / whole : 0.0;
  if (share > 0.0 && share < 0.05) return "<0.1 %";
  return percent(part, whole);
}

// What was executed: a network, or a firmware of other people on its board.
std::string played(const RunReport& report) {
  if (!report.network.empty() || !report.plan.contains("firmware")) return report.network;
  const json& firmware = report.plan["firmware"];
  const std::string file = firmware.is_string() ? firmware.get<std::string>() : std::string();
  return join(file.substr(file.rfind('/') + 1), " (board ", report.board, ")");
}

std::string heading(const RunReport& report) {
  const json& plan = report.plan;
  std::string text = join("Run ", report.id, "  ", report.name, "\n");
  text += join("  ", report.rig, " bench, ", played(report), " on ", report.profile);
  for (const char* key : {"strategy", "device", "path"})
    if (plan.contains(key) && plan[key].is_string())
      text += join(", ", plan[key].get_ref<const std::string&>());
  if (plan.contains("capacitance_farads") && plan["capacitance_farads"].is_number())
    text += join(", ", engineering(Farads{plan["capacitance_farads"].get<double>()}));
  return text + join(", seed ", report.seed, "\n");
}

std::string overview(const RunReport& report) {
  std::string text = "\n";
  std::string end = report.end;
  std::ranges::replace(end, '_', ' ');
  text += join("  ended          ", end, " after ", engineering(report.duration), "\n");
  text += join("  inferences     ", report.inferences);
  if (report.expected)
    text += join(
        ", ", report.expected->correct, " of ", report.expected->wanted, " expected outputs equal");
  text += join("\n  outages        ", report.outages, " (", report.power_cycles, " power cycles");
  if (report.inferences > 0)
    text += join(
        ", ", fixed(static_cast<double>(report.outages) / report.inferences, 1),
        " outages per inference");
  text += join(
      ")\n  rail on        ", engineering(report.time_on), " (",
      percent(report.time_on.si, report.duration.si), "), off ", engineering(report.time_off),
      "\n");
  if (report.profile_passes > 1)
    text += join("  profile        REPEATED: played ", report.profile_passes, " times\n");
  if (report.inferences > 0)
    text += join(
        "  per inference  ", engineering((1.0 / report.inferences) * report.rail_energy),
        " at the rail, ", engineering((1.0 / report.inferences) * report.duration), "\n");
  if (const auto& clock = report.clock)
    text += join(
        "  board clock    ", fixed(std::abs(1e6 * clock->drift), 2), " ppm ",
        clock->drift < 0.0 ? "slow" : "fast", ", ±", fixed(1e6 * clock->uncertainty, 2), " ppm\n");
  if (const auto& use = report.memory)
    text += join(
        "  RAM used       ", use->total(), " of ", use->board, " bytes: data ", use->data,
        ", stack ", use->stack, ", working memory ", use->working, "\n");
  return text;
}

std::string ledger_text(const PowerLedger& ledger) {
  const double whole = (ledger.harvested + ledger.stored_at_start).si;
  std::vector<std::vector<std::string>> rows;
  for (const LedgerLine& line : ledger_lines) {
    const double value = (ledger.*line.value).si;
    rows.push_back({line.text, engineering(value, "J"), share_text(value, whole)});
  }
  const double open = std::abs(ledger.unbalanced().si);
  std::string text = "\n" +
      table_text({{"Power path (model's ledger)", Align::left}, {"energy"}, {"share"}}, rows);
  return text +
      join("  balance: open by ", whole > 0.0 ? fixed(open / whole * 1e9, 3) : std::string("0"),
           "e-9 of what came in\n");
}

std::string activities_text(const RunReport& report) {
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](const std::string& name, const auto& row) {
    rows.push_back(
        {name, engineering(row.time), engineering(row.energy), "±" + engineering(row.uncertainty),
         share_text(row.energy.si, report.rail_energy.si)});
  };
  for (const ActivityRow& row : report.activities)
    if (row.activity != Activity::mark) add(sunfleck::name_of(row.activity), row);
  for (const MarkRow& row : report.marks)
    if (row.count.begun > 0) add("mark: " + row.name, row);
  rows.push_back(
      {"total", engineering(report.duration), engineering(report.rail_energy), "", "100.0 %"});
  std::string text = "\n" +
      table_text({{"Activity (at the rail, measured)", Align::left},
                  {"time"},
                  {"energy"},
                  {"1 sigma"},
                  {"share"}},
                 rows);
  if (const Seconds unmeasured = report.unmeasured(); unmeasured > Seconds{})
    text += join(
        "  samples are missing for ", engineering(unmeasured),
        ": no energy is known of that time\n");
  return text;
}

std::string marks_text(const RunReport& report) {
  std::vector<std::vector<std::string>> rows;
  for (const MarkRow& row : report.marks) {
    const std::uint32_t finished = std::max(row.count.finished, 1U);
    rows.push_back(
        {join(int{row.pin}), row.name, join(row.count.begun), join(row.count.finished),
         engineering((1.0 / finished) * row.time), engineering((1.0 / finished) * row.energy)});
  }
  return "\n" +
      table_text(
             {{"pin"}, {"Mark", Align::left}, {"begun"}, {"finished"}, {"time of one"}, {"energy"}},
             rows);
}

std::vector<std::string> layer_cells(const std::string& index, const LayerRow& row) {
  return {
      index,
      row.op,
      engineering(row.compute_time),
      engineering(row.compute_energy),
      "±" + engineering(row.uncertainty),
      join(row.checkpoints),
      engineering(row.checkpoint_energy),
      engineering(row.re_execution_time),
      engineering(row.re_execution_energy),
  };
}

std::string layers_text(const RunReport& report) {
  std::vector<std::vector<std::string>> rows;
  for (const LayerRow& row : report.layers)
    rows.push_back(layer_cells(join(row.index), row));
  rows.push_back(layer_cells("", report.result_commits));
  return "\n" +
      table_text(
             {{"#"},
              {"Layer", Align::left},
              {"time"},
              {"energy"},
              {"1 sigma"},
              {"checkpoints"},
              {"their energy"},
              {"re-executed"},
              {"its energy"}},
             rows);
}

std::string telemetry_text(const TelemetryCounts& counts) {
  std::string text = join(
      "\n  telemetry: ", counts.records, " records, ", counts.missing, " missing, ", counts.damaged,
      " damaged, ", counts.unknown, " unknown, ", counts.repeated, " repeated, ", counts.lost,
      " not sent");
  if (counts.text > 0) text += join("; ", counts.text, " bytes of plain text");
  return text + "\n";
}

json ledger_json(const PowerLedger& ledger) {
  json object;
  for (const LedgerLine& line : ledger_lines)
    object[line.key] = (ledger.*line.value).si;
  object["unbalanced_joules"] = ledger.unbalanced().si;
  return object;
}

json memory_json(const MemoryUse& use) {
  return {
      {"data_bytes", use.data},     {"stack_bytes", use.stack}, {"working_bytes", use.working},
      {"total_bytes", use.total()}, {"board_bytes", use.board},
  };
}

json layer_json(const LayerRow& row) {
  return {
      {"index", row.index},
      {"name", row.name},
      {"operator", row.op},
      {"macs", row.macs},
      {"tiles", row.tiles},
      {"checkpoints", row.checkpoints},
      {"compute_seconds", row.compute_time.si},
      {"checkpoint_seconds", row.checkpoint_time.si},
      {"re_execution_seconds", row.re_execution_time.si},
      {"compute_joules", row.compute_energy.si},
      {"checkpoint_joules", row.checkpoint_energy.si},
      {"re_execution_joules", row.re_execution_energy.si},
      {"uncertainty_joules", row.uncertainty.si},
  };
}

json telemetry_json(const TelemetryCounts& counts) {
  return {
      {"records", counts.records}, {"missing", counts.missing},   {"damaged", counts.damaged},
      {"unknown", counts.unknown}, {"repeated", counts.repeated}, {"lost", counts.lost},
      {"text_bytes", counts.text},
  };
}

json identity_json(const RunReport& report) {
  return {
      {"id", report.id},
      {"name", report.name},
      {"rig", report.rig},
      {"board", report.board},
      {"board_sha256", report.board_sha256},
      {"network", report.network},
      {"profile", report.profile},
      {"status", report.status},
      {"end", report.end},
      {"plan", report.plan},
      {"assumptions", report.assumptions},
      {"started_at", report.started_at},
      {"program_version", report.program_version},
      {"firmware_sha256", report.firmware_sha256},
      {"network_sha256", report.network_sha256},
      {"profile_sha256", report.profile_sha256},
      {"inputs_sha256", report.inputs_sha256},
      {"seed", report.seed},
  };
}

}  // namespace

std::string name_of(EndReason reason) {
  constexpr std::array names{"inferences_done", "max_time",    "source_ended",
                             "no_progress",     "board_fault", "cancelled"};
  return names.at(static_cast<std::size_t>(reason));
}

Seconds RunReport::unmeasured() const {
  Seconds sum;
  for (const ActivityRow& row : activities)
    sum += row.unmeasured;
  return sum;
}

std::string to_text(const RunReport& report) {
  std::string text = heading(report) + overview(report);
  if (report.ledger) text += ledger_text(*report.ledger);
  if (!report.activities.empty()) text += activities_text(report);
  const bool has_marks =
      std::ranges::any_of(report.marks, [](const MarkRow& row) { return row.count.begun > 0; });
  if (has_marks) text += marks_text(report);
  if (!report.layers.empty()) text += layers_text(report);
  return text + telemetry_text(report.telemetry);
}

json to_json(const RunReport& report) {
  json object = identity_json(report);
  object["duration_seconds"] = report.duration.si;
  object["time_on_seconds"] = report.time_on.si;
  object["time_off_seconds"] = report.time_off.si;
  object["inferences"] = report.inferences;
  object["power_cycles"] = report.power_cycles;
  object["outages"] = report.outages;
  object["profile_passes"] = report.profile_passes;
  object["profile_repeated"] = report.profile_passes > 1;
  object["rail_joules"] = report.rail_energy.si;
  object["telemetry"] = telemetry_json(report.telemetry);
  object["expected"] = nullptr;
  if (report.expected)
    object["expected"] = {
        {"wanted", report.expected->wanted}, {"correct", report.expected->correct}};
  object["ledger"] = report.ledger ? ledger_json(*report.ledger) : json(nullptr);
  object["memory"] = report.memory ? memory_json(*report.memory) : json(nullptr);
  object["board_clock"] = nullptr;
  if (report.clock)
    object["board_clock"] = {
        {"drift", report.clock->drift}, {"drift_uncertainty", report.clock->uncertainty}};
  object["activities"] = json::array();
  for (const ActivityRow& row : report.activities)
    object["activities"].push_back(
        {{"activity", sunfleck::name_of(row.activity)},
         {"seconds", row.time.si},
         {"unmeasured_seconds", row.unmeasured.si},
         {"joules", row.energy.si},
         {"uncertainty_joules", row.uncertainty.si}});
  object["marks"] = json::array();
  for (const MarkRow& row : report.marks)
    object["marks"].push_back(
        {{"pin", row.pin},
         {"name", row.name},
         {"begun", row.count.begun},
         {"finished", row.count.finished},
         {"seconds", row.time.si},
         {"joules", row.energy.si},
         {"uncertainty_joules", row.uncertainty.si}});
  object["layers"] = json::array();
  for (const LayerRow& row : report.layers)
    object["layers"].push_back(layer_json(row));
  object["result_commits"] = layer_json(report.result_commits);
  object["findings"] = report.findings;
  return object;
}

}  // namespace sunfleck::app
