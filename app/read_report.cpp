#include "app/read_report.h"

#include <algorithm>
#include <cmath>

#include "app/analysis.h"
#include "app/board_file.h"
#include "app/utc.h"
#include "core/energy/layer_table.h"
#include "core/timeline/marks.h"
#include "core/timeline/progress.h"
#include "target_fw/protocol/messages.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

double number_or_zero(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : 0.0;
}

std::uint32_t count_or_zero(const json& object, const char* key) {
  const double number = number_or_zero(object, key);
  return number >= 0.0 && number < 4294967296.0 ? static_cast<std::uint32_t>(number) : 0;
}

std::string text_or_empty(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The store's content is not trusted: what is no object is taken as one without members.
json object_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? *found : json::object();
}

void take_identity(const db::RunSummary& summary, RunReport& report) {
  const db::RunIdentity& identity = summary.identity;
  report.id = summary.id;
  report.name = identity.name;
  report.rig = identity.rig_name;
  report.board = identity.board_name;
  report.board_sha256 = identity.board_sha256;
  report.network = identity.network_name;
  report.profile = identity.profile_name;
  report.status = db::name_of(summary.status);
  report.end = summary.end;
  report.started_at = utc_text(summary.started_at);
  report.program_version = identity.program_version;
  report.firmware_sha256 = identity.firmware_sha256;
  report.network_sha256 = identity.network_sha256;
  report.profile_sha256 = identity.profile_sha256;
  report.inputs_sha256 = identity.inputs_sha256;
  report.seed = identity.seed;
  const json plan = json::parse(identity.plan, nullptr, false);
  report.plan = object_at(plan, "settings");
  report.assumptions = object_at(plan, "assumptions");
}

void take_outcome(const RunOutcome& outcome, RunReport& report) {
  if (report.status == "finished" || report.status == "cancelled")
    report.end = name_of(outcome.reason);
  report.duration = to_seconds(outcome.duration);
  report.inferences = outcome.inferences;
  report.profile_passes = outcome.profile_passes;
  report.telemetry = outcome.telemetry;
  report.ledger = outcome.ledger;
  report.memory = outcome.memory;
}

void take_power_cycles(const std::vector<PowerCycle>& cycles, RunReport& report) {
  report.power_cycles = static_cast<std::uint32_t>(cycles.size());
  for (const PowerCycle& cycle : cycles) {
    report.time_on += to_seconds(cycle.off - cycle.on);
    if (cycle.outage) ++report.outages;
  }
  report.time_off = report.duration - report.time_on;
}

void take_costs(const LayerEnergy& costs, LayerRow& row) {
  row.compute_time = costs.compute.time;
  row.compute_energy = costs.compute.energy;
  row.checkpoint_time = costs.checkpoint.time;
  row.checkpoint_energy = costs.checkpoint.energy;
  row.re_execution_time = costs.re_execution.time;
  row.re_execution_energy = costs.re_execution.energy;
  row.uncertainty.si = std::hypot(
      costs.compute.uncertainty.si, costs.checkpoint.uncertainty.si,
      costs.re_execution.uncertainty.si);
}

// Commits of finished inferences are the checkpoints that belong to no layer.
void take_result_commits(const Attribution& attribution, LayerRow& row) {
  row = {.name = "result commits", .op = "result commits"};
  for (const Share& share : attribution.shares) {
    if (share.activity != Activity::checkpoint || share.layer != no_layer) continue;
    row.checkpoints = static_cast<std::uint32_t>(share.spans);
    row.checkpoint_time = share.time;
    row.checkpoint_energy = share.energy;
    row.uncertainty = share.uncertainty;
  }
}

// A firmware without a network has its tasks in place of layers, as many as its records name.
void take_tasks(const Attribution& attribution, RunReport& report) {
  std::size_t tasks = 0;
  for (const Share& share : attribution.shares)
    if (share.layer != no_layer) tasks = std::max<std::size_t>(tasks, share.layer + std::size_t{1});
  for (auto index = static_cast<std::uint32_t>(report.layers.size()); index < tasks; ++index)
    report.layers.push_back({.index = index, .name = join("task ", index), .op = "task"});
}

void take_marks(const Attribution& attribution, RunReport& report) {
  for (MarkRow& row : report.marks) {
    const auto share = std::ranges::find(attribution.shares, row.pin, &Share::mark);
    if (share == attribution.shares.end()) continue;
    row.time = share->time;
    row.energy = share->energy;
    row.uncertainty = share->uncertainty;
  }
}

void take_attribution(const Attribution& attribution, RunReport& report) {
  report.rail_energy = attribution.total;
  take_tasks(attribution, report);
  take_marks(attribution, report);
  for (int i = 0; i <= static_cast<int>(Activity::unattributed); ++i) {
    const Share sum = attribution.of(static_cast<Activity>(i));
    if (sum.spans > 0)
      report.activities.push_back(
          {sum.activity, sum.time, sum.energy, sum.uncertainty, sum.unmeasured});
  }
  Timeline counts;  // the rows have their own counts: what is wanted here are the energies
  counts.checkpoints.resize(report.layers.size());
  counts.executions.resize(report.layers.size());
  for (const LayerEnergy& costs : layer_table(attribution, counts))
    take_costs(costs, report.layers[costs.layer]);
  take_result_commits(attribution, report.result_commits);
}

void take_layers(const std::vector<db::StoredLayer>& layers, RunReport& report) {
  for (const db::StoredLayer& layer : layers)
    report.layers.push_back(
        {.index = static_cast<std::uint32_t>(report.layers.size()),
         .name = layer.counts.name,
         .op = sunfleck::name_of(layer.counts.op),
         .macs = layer.counts.macs,
         .tiles = layer.counts.tiles,
         .checkpoints = layer.checkpoints.value_or(0)});
}

void take_expected(
    const std::vector<db::StoredOutput>& outputs, const json& assumptions, RunReport& report) {
  const auto wanted = count_or_zero(assumptions, "expected_outputs");
  if (wanted == 0) return;
  const auto correct = std::ranges::count_if(
      outputs, [](const db::StoredOutput& output) { return output.correct.value_or(false); });
  report.expected = Expected{wanted, static_cast<std::uint32_t>(correct)};
}

// A run that was cut short has no stored analysis: make it of what there is.
Status analyse_again(db::RunStore& store, RunReport& report) {
  RunData data;
  TRY(store.replay(report.id, data));
  data.records = TRY(store.records(report.id));
  RunTime end = data.energy.end();
  if (!data.edges.empty()) end = std::max(end, data.edges.back().time + RunTime(1));
  const double edge_time = number_or_zero(report.assumptions, "edge_time_seconds");
  const MeterNoise noise{
      {number_or_zero(report.assumptions, "meter_noise_volts")},
      {number_or_zero(report.assumptions, "meter_noise_amperes")},
      to_run_time({std::clamp(edge_time, 0.0, 1.0)})};
  const Analysis analysis = analyse(
      data,
      {.layers = report.layers.size(),
       .marks = named_pins(TRY(store.mark_names(report.id))),
       .end = end,
       .noise = noise});
  report.duration = to_seconds(end);
  take_power_cycles(analysis.timeline.power_cycles, report);
  take_attribution(analysis.attribution, report);
  for (LayerRow& row : report.layers)
    row.checkpoints = analysis.timeline.checkpoints[row.index];
  return ok;
}

// What the board reported, with what its numbers stand for.
std::string fault_sentence(const Fault& fault, const RunReport& report) {
  const std::string strategy = text_or_empty(report.plan, "strategy");
  if (fault.code == FW_FAULT_NO_PROGRESS && strategy == "restart")
    return join(
        "inference ", fault.inference, " cannot terminate: with restart it began anew in ",
        fault.attempts, " power cycles and finished in none");
  if (fault.code == FW_FAULT_NO_PROGRESS && fault.layer < report.layers.size()) {
    const LayerRow& layer = report.layers[fault.layer];
    const std::string tile = strategy == "tile" || strategy == "voltage"
        ? join(", tile ", fault.tile, " of ", layer.tiles)
        : std::string();
    return join(
        "layer ", layer.index, " (", layer.op, ")", tile, " of inference ", fault.inference,
        " can never finish here: ", fault.attempts,
        " power cycles in a row were each too short; it needs more energy than capacitor and "
        "harvest "
        "give in one");
  }
  if (fault.code == FW_FAULT_HARD)
    return join("the firmware reported a trap of the processor at ", hex(fault.detail));
  if (fault.code == FW_FAULT_TOO_LARGE)
    return join(
        "the network needs ", fault.detail,
        " bytes of RAM or non-volatile memory, more than the board has left");
  if (fault.code == FW_FAULT_NO_SUPPLY)
    return "strategy or commits go by the storage voltage, which the board cannot measure";
  return join("the board reported fault ", int{fault.code}, ", detail ", fault.detail);
}

// The rows of the mark pins, with what the edges say; energies come with the attribution.
Status take_mark_counts(db::RunStore& store, RunReport& report) {
  const db::MarkNames names = TRY(store.mark_names(report.id));
  if (named_pins(names) == 0) return ok;
  const auto counts = count_marks(TRY(store.edges(report.id)));
  for (std::uint8_t pin = 0; pin < names.size(); ++pin)
    if (!names.at(pin).empty())
      report.marks.push_back({.pin = pin, .name = names.at(pin), .count = counts.at(pin)});
  return ok;
}

// Checkpoints of tasks, which the store does not count.
Status count_task_checkpoints(db::RunStore& store, RunReport& report) {
  for (const TimedRecord& timed : TRY(store.records(report.id))) {
    if (timed.record.header.type != FW_RECORD_CHECKPOINT || commits_inference(timed.record))
      continue;
    const std::uint16_t task = timed.record.body.checkpoint.layer;
    if (task < report.layers.size()) ++report.layers[task].checkpoints;
  }
  return ok;
}

// Where the time and energy went: as stored, or made anew.
Status take_analysis(db::RunStore& store, RunReport& report) {
  const Attribution attribution = TRY(store.attribution(report.id));
  if (attribution.shares.empty()) return analyse_again(store, report);
  take_power_cycles(TRY(store.power_cycles(report.id)), report);
  const bool has_network = !report.layers.empty();
  take_attribution(attribution, report);
  if (has_network || report.layers.empty()) return ok;
  return count_task_checkpoints(store, report);
}

void find_faults(const RunOutcome& outcome, RunReport& report) {
  if (outcome.fault) report.findings.push_back(fault_sentence(*outcome.fault, report));
  const std::uint32_t wanted = count_or_zero(report.plan, "inferences");
  if (report.end == name_of(EndReason::source_ended) && report.inferences < wanted)
    report.findings.push_back(join(
        "the profile ended after ", report.inferences, " of ", wanted,
        " inferences; --repeat plays it again"));
  const bool says_nothing = outcome.telemetry.records == 0 &&
      std::ranges::all_of(report.marks, [](const MarkRow& row) { return row.count.begun == 0; });
  if (report.power_cycles > 0 && !report.board_sha256.empty() && says_nothing)
    report.findings.emplace_back(
        "the firmware sent no record and moved no mark pin: what it did is not known, only its "
        "power cycles and what it drew while the rail was on (unattributed)");
  if (report.power_cycles == 0)
    report.findings.emplace_back(
        "the rail never came on: the capacitor did not reach its threshold");
  if (outcome.contradicting > 0)
    report.findings.push_back(join(
        outcome.contradicting,
        " results were sent again with other bytes: the firmware lost data"));
  if (report.expected && report.expected->correct < report.expected->wanted)
    report.findings.push_back(join(
        report.expected->correct, " of ", report.expected->wanted,
        " expected outputs came and are equal"));
}

}  // namespace

Result<RunReport> read_report(db::RunStore& store, std::int64_t run) {
  RunReport report;
  const db::RunSummary summary = TRY(store.find(join(run)));
  take_identity(summary, report);
  const RunOutcome outcome = TRY(store.outcome(run));
  take_outcome(outcome, report);
  take_layers(TRY(store.layers(run)), report);
  TRY(take_mark_counts(store, report));
  take_expected(TRY(store.outputs(run)), report.assumptions, report);
  report.clock = TRY(store.board_clock(run));
  TRY(take_analysis(store, report));
  find_faults(outcome, report);
  return report;
}

}  // namespace sunfleck::app
