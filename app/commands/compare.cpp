#include "core/compare/comparison.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/commands/command.h"
#include "app/files.h"
#include "app/table.h"
#include "core/base/text.h"
#include "db/run_store.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

struct Options {
  std::string store = (data_folder() / "runs.db").string();
  std::string baseline, run;
  bool json = false;
};

// A stored run, with what is compared of it.
struct StoredRun {
  db::RunSummary summary;
  std::uint32_t inferences = 0;
  Attribution attribution;

  ComparedRun compared() const { return {inferences, &attribution}; }
};

Result<StoredRun> read_run(db::RunStore& store, const std::string& wanted) {
  StoredRun run;
  run.summary = TRY(store.find(wanted));
  run.inferences = TRY(store.outcome(run.summary.id)).inferences;
  run.attribution = TRY(store.attribution(run.summary.id));
  return run;
}

std::string change_text(double ratio) {
  if (!std::isfinite(ratio)) return "-";
  const double percent = 100.0 * (ratio - 1.0);
  return (percent < 0.0 ? "" : "+") + fixed(percent, 1) + " %";
}

std::vector<std::string> cells(const std::string& title, const CostPair& cost) {
  return {
      title,
      engineering(cost.baseline.time),
      engineering(cost.run.time),
      change_text(cost.time_ratio()),
      engineering(cost.baseline.energy),
      engineering(cost.run.energy),
      change_text(cost.energy_ratio())};
}

std::string run_text(const char* role, const StoredRun& run) {
  return join(
      role, run.summary.id, "  ", run.summary.identity.name, ", ", run.inferences, " inferences, ",
      run.summary.power_cycles, " power cycles\n");
}

std::string to_text(const StoredRun& baseline, const StoredRun& run, const Comparison& comparison) {
  std::vector<std::vector<std::string>> rows;
  for (const ActivityPair& pair : comparison.activities)
    rows.push_back(cells(sunfleck::name_of(pair.activity), pair.cost));
  rows.push_back(cells("active (all but sleep)", comparison.active));
  rows.push_back(cells("work (less boot, telemetry)", comparison.work));
  std::string text = run_text("baseline  run ", baseline) + run_text("compared  run ", run) + "\n";
  text += table_text(
      {{"At the rail, per inference", Align::left},
       {"time: baseline"},
       {"run"},
       {"change"},
       {"energy: baseline"},
       {"run"},
       {"change"}},
      rows);
  text += join(
      "\n  overhead: time ", change_text(comparison.work.time_ratio()), ", energy ",
      change_text(comparison.work.energy_ratio()), " (1 sigma ",
      fixed(100.0 * comparison.work.energy_ratio_uncertainty(), 2),
      " points), of work; start-up, telemetry and sleep are left out and shown above\n");
  return text +
      join("  re-executed: ", fixed(100.0 * comparison.re_executed, 2),
           " % of the run's active time, baseline ",
           fixed(100.0 * comparison.re_executed_baseline, 2), " %\n");
}

json cost_json(const InferenceCost& cost) {
  return {
      {"seconds", cost.time.si},
      {"joules", cost.energy.si},
      {"uncertainty_joules", cost.uncertainty.si}};
}

// A ratio to nothing is no number, which JSON writes as null.
json pair_json(const CostPair& cost) {
  return {
      {"baseline", cost_json(cost.baseline)},
      {"run", cost_json(cost.run)},
      {"time_ratio", cost.time_ratio()},
      {"energy_ratio", cost.energy_ratio()},
      {"energy_ratio_uncertainty", cost.energy_ratio_uncertainty()}};
}

json to_json(const StoredRun& baseline, const StoredRun& run, const Comparison& comparison) {
  json object{
      {"baseline", baseline.summary.id},
      {"run", run.summary.id},
      {"baseline_inferences", baseline.inferences},
      {"run_inferences", run.inferences},
      {"active", pair_json(comparison.active)},
      {"work", pair_json(comparison.work)},
      {"re_executed_share", comparison.re_executed},
      {"re_executed_share_baseline", comparison.re_executed_baseline},
      {"activities", json::object()}};
  for (const ActivityPair& pair : comparison.activities)
    object["activities"][sunfleck::name_of(pair.activity)] = pair_json(pair.cost);
  return object;
}

Result<Exit> compare_runs(const Options& options, Console& console) {
  db::RunStore store = TRY(db::RunStore::open(options.store, db::Missing::refuse));
  const StoredRun baseline = TRY(read_run(store, options.baseline));
  const StoredRun run = TRY(read_run(store, options.run));
  const Comparison comparison = TRY(compare(baseline.compared(), run.compared()));
  if (options.json)
    console.out << to_json(baseline, run, comparison).dump(2) << "\n";
  else
    console.out << to_text(baseline, run, comparison);
  return Exit::done;
}

}  // namespace

void add_compare(CLI::App& program, Invocation& invocation) {
  CLI::App* command =
      program.add_subcommand("compare", "Set a stored run against another, by the inference");
  const auto options = std::make_shared<Options>();
  command->add_option("baseline", options->baseline, "Number or name of the run to compare with")
      ->required();
  command->add_option("run", options->run, "Number or name of the run")->required();
  command->add_option("--store", options->store, "Run store")->capture_default_str();
  command->add_flag("--json", options->json, "Print JSON");
  command->footer(
      "Example, the overhead of a strategy on a continuous supply:\n"
      "  sunfleck replay --name base --strategy restart --records layers --profile "
      "constant:power=50mW\n"
      "  sunfleck replay --name tile --strategy tile --records layers --profile "
      "constant:power=50mW\n"
      "  sunfleck compare base tile");
  command->callback([&invocation, options] {
    invocation = [options](Console& console) { return compare_runs(*options, console); };
  });
}

}  // namespace sunfleck::app
