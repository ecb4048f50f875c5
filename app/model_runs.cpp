#include "app/model_runs.h"

#include <nlohmann/json.hpp>

#include "app/replay_settings.h"
#include "core/energy/sent_bytes.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

bool commits(Strategy strategy) {
  return strategy == Strategy::tile || strategy == Strategy::layer;
}

Status check(const db::RunSummary& summary, const Execution& execution, const std::string& name) {
  if (summary.status != db::RunStatus::finished && summary.status != db::RunStatus::cancelled)
    return fail(
        Errc::usage, name, ": a finished run was wanted, and it is ", name_of(summary.status));
  if (summary.identity.network_sha256.empty())
    return fail(Errc::usage, name, ": it executed no network that is known");
  const RecordLevel level = execution.records;
  if (level == RecordLevel::results ||
      (level == RecordLevel::layers && commits(execution.strategy)))
    return fail(
        Errc::usage, name, ": its records do not tell ",
        level == RecordLevel::results ? "layers" : "checkpoints",
        " apart; replay it with --records ",
        level == RecordLevel::results ? "layers" : "checkpoints");
  return ok;
}

// The mean rail voltage of the charge.
Result<Volts> rail_of(db::RunStore& store, std::int64_t run, RunTime end) {
  const db::RailEnergy rail = TRY(store.rail_energy(run, RunTime{}, end));
  return rail.charge.si > 0.0 ? rail.energy / rail.charge : Volts{};
}

std::uint64_t verified_bytes(const json& plan) {
  const json assumptions = plan.value("assumptions", json::object());
  const auto found = assumptions.find("verified_bytes");
  return found != assumptions.end() && found->is_number_unsigned() ? found->get<std::uint64_t>()
                                                                   : 0;
}

Result<ModelRun> read_run(db::RunStore& store, const db::RunSummary& summary) {
  const std::int64_t id = summary.id;
  ModelRun run{
      .name = join("run ", id),
      .network =
          join(summary.identity.network_name, " ", summary.identity.network_sha256.substr(0, 8))};
  const json plan = json::parse(summary.identity.plan, nullptr, false);
  if (!plan.is_object() || !plan.contains("settings"))
    return fail(Errc::usage, run.name, ": its plan is not known");
  const ReplaySettings settings = TRY(replay_settings(plan["settings"]));
  run.execution = {settings.strategy, settings.record_level, settings.tiles_per_commit};
  TRY(check(summary, run.execution, run.name));
  const RunOutcome outcome = TRY(store.outcome(id));
  run.inferences = outcome.inferences;
  for (const db::StoredLayer& layer : TRY(store.layers(id)))
    run.layers.push_back(layer.counts);
  run.attribution = TRY(store.attribution(id));
  if (run.attribution.by_inference.empty())
    return fail(
        Errc::usage, run.name,
        ": its energies are not known by inference; it is of an older program: replay it again");
  for (const TimedRecord& timed : TRY(store.records(id)))
    run.sent_bytes += frame_bytes(timed.record);
  run.verified_bytes = verified_bytes(plan);
  run.rail = TRY(rail_of(store, id, outcome.duration));
  return run;
}

}  // namespace

Result<std::vector<ModelRun>> read_model_runs(
    db::RunStore& store, const std::vector<std::string>& wanted, std::string& board) {
  std::vector<ModelRun> runs;
  for (const std::string& each : wanted) {
    const db::RunSummary summary = TRY(store.find(each));
    const json plan = json::parse(summary.identity.plan, nullptr, false);
    std::string device;
    if (plan.is_object() && plan.contains("settings") && plan["settings"].is_object())
      device = plan["settings"].value("device", json("")).dump();
    const std::string ran_on = join(summary.identity.board_name, " ", device);
    if (!runs.empty() && ran_on != board)
      return fail(
          Errc::usage, "run ", summary.id, ": it ran on '", ran_on, "', and the first on '", board,
          "': a model is of one board");
    board = ran_on;
    runs.push_back(TRY(read_run(store, summary)));
  }
  return runs;
}

}  // namespace sunfleck::app
