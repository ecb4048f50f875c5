#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/commands/command.h"
#include "app/files.h"
#include "app/read_report.h"
#include "app/run_report.h"
#include "app/table.h"
#include "app/utc.h"
#include "db/run_store.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

struct Options {
  std::string store = (data_folder() / "runs.db").string();
  std::vector<std::string> runs;
  bool json = false;
};

std::string or_dash(const std::optional<std::uint32_t>& count) {
  return count ? join(*count) : std::string("-");
}

json summary_json(const db::RunSummary& run) {
  json object{
      {"id", run.id},
      {"name", run.identity.name},
      {"status", db::name_of(run.status)},
      {"end", run.end},
      {"started_at", utc_text(run.started_at)},
      {"network", run.identity.network_name},
      {"profile", run.identity.profile_name},
      {"seed", run.identity.seed},
      {"duration_seconds", to_seconds(run.duration).si},
      {"inferences", run.inferences},
      {"power_cycles", run.power_cycles},
      {"correct", nullptr},
      {"rail_joules", nullptr},
  };
  if (run.correct) object["correct"] = *run.correct;
  if (run.energy) object["rail_joules"] = run.energy->si;
  return object;
}

std::vector<std::string> summary_row(const db::RunSummary& run) {
  return {
      join(run.id),
      run.identity.name,
      db::name_of(run.status),
      run.end,
      utc_text(run.started_at),
      engineering(to_seconds(run.duration)),
      join(run.inferences),
      or_dash(run.correct),
      join(run.power_cycles),
      run.energy ? engineering(*run.energy) : "-",
  };
}

Result<std::vector<db::RunSummary>> all_runs(const std::string& path) {
  if (!std::filesystem::exists(path)) return std::vector<db::RunSummary>{};
  db::RunStore store = TRY(db::RunStore::open(path, db::Missing::refuse));
  return store.runs();
}

Result<Exit> list_runs(const Options& options, Console& console) {
  const std::vector<db::RunSummary> runs = TRY(all_runs(options.store));
  if (options.json) {
    json list = json::array();
    for (const db::RunSummary& run : runs)
      list.push_back(summary_json(run));
    console.out << list.dump(2) << "\n";
    return Exit::done;
  }
  if (runs.empty()) {
    console.out << "no runs yet; 'sunfleck replay' makes one\n";
    return Exit::done;
  }
  std::vector<std::vector<std::string>> rows;
  rows.reserve(runs.size());
  for (const db::RunSummary& run : runs)
    rows.push_back(summary_row(run));
  console.out << table_text(
      {{"run"},
       {"name", Align::left},
       {"status", Align::left},
       {"end", Align::left},
       {"started", Align::left},
       {"duration"},
       {"inferences"},
       {"correct"},
       {"power cycles"},
       {"energy at the rail"}},
      rows);
  return Exit::done;
}

void print(const std::vector<RunReport>& reports, bool as_json, Console& console) {
  json list = json::array();
  for (const RunReport& report : reports) {
    if (as_json)
      list.push_back(to_json(report));
    else
      console.out << to_text(report);
    for (const std::string& sentence : report.findings)
      console.err << "sunfleck: run " << report.id << ": " << sentence << "\n";
  }
  if (as_json) console.out << (list.size() == 1 ? list.front() : list).dump(2) << "\n";
}

Result<Exit> show_runs(const Options& options, Console& console) {
  db::RunStore store = TRY(db::RunStore::open(options.store, db::Missing::refuse));
  std::vector<RunReport> reports;
  for (const std::string& wanted : options.runs) {
    const db::RunSummary summary = TRY(store.find(wanted));
    reports.push_back(TRY(read_report(store, summary.id)));
  }
  print(reports, options.json, console);
  return Exit::done;
}

// All are looked up before the first is deleted: a wrong name deletes nothing.
Result<Exit> delete_runs(const Options& options, Console& console) {
  db::RunStore store = TRY(db::RunStore::open(options.store, db::Missing::refuse));
  std::vector<db::RunSummary> found;
  for (const std::string& wanted : options.runs)
    found.push_back(TRY(store.find(wanted)));
  for (const db::RunSummary& run : found) {
    TRY(store.remove(run.id));
    console.out << "deleted run " << run.id << " " << run.identity.name << "\n";
  }
  return Exit::done;
}

using Action = Result<Exit> (*)(const Options&, Console&);

CLI::App* add_action(
    CLI::App* runs, Invocation& invocation, const char* name, const char* summary, Action action) {
  CLI::App* command = runs->add_subcommand(name, summary);
  const auto options = std::make_shared<Options>();
  command->add_option("--store", options->store, "Run store")->capture_default_str();
  if (action != &list_runs)
    command->add_option("run", options->runs, "Number or name of a run")->required();
  if (action != &delete_runs) command->add_flag("--json", options->json, "Print JSON");
  command->callback([&invocation, options, action] {
    invocation = [options, action](Console& console) { return action(*options, console); };
  });
  return command;
}

}  // namespace

void add_runs(CLI::App& program, Invocation& invocation) {
  CLI::App* runs = program.add_subcommand(
      "runs", "List, show and delete stored runs, and read energies of them");
  runs->require_subcommand(1);
  add_action(runs, invocation, "list", "List the runs of the store", &list_runs);
  add_action(runs, invocation, "show", "Show where a run's time and energy went", &show_runs);
  add_action(runs, invocation, "delete", "Delete runs and all that was recorded", &delete_runs);
  add_runs_energy(*runs, invocation);
  runs->footer("Example: sunfleck runs show 3 --json");
}

}  // namespace sunfleck::app
