#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/commands/command.h"
#include "app/commands/gate_options.h"
#include "app/files.h"
#include "app/read_report.h"

namespace sunfleck::app {
namespace {

struct Options {
  std::string store = (data_folder() / "runs.db").string();
  std::string run;
  GateOptions gate;
  bool json = false;
};

Result<Exit> check_run(const Options& options, Console& console) {
  const Gate gate = TRY(open_gate(options.gate, options.store));
  if (gate.expectations.empty() && !gate.baseline)
    return fail(Errc::usage, "runs check: --expect or --baseline was wanted");
  db::RunStore store = TRY(db::RunStore::open(options.store, db::Missing::refuse));
  const db::RunSummary found = TRY(store.find(options.run));
  const RunReport report = TRY(read_report(store, found.id));
  TRY(gate.check(report.layers.size(), report.expected.has_value()));
  const std::vector<Verdict> verdicts = gate.judge(report);
  if (options.json) {
    console.out
        << nlohmann::
               json{{"run", report.id}, {"name", report.name}, {"expectations", to_json(verdicts)}}
                   .dump(2)
        << "\n";
  } else {
    for (const Verdict& verdict : verdicts)
      if (verdict.met) console.out << "met: " << verdict.sentence << "\n";
  }
  return report_unmet(verdicts, console.err) ? Exit::done : Exit::unexpected;
}

}  // namespace

void add_runs_check(CLI::App& runs, Invocation& invocation) {
  CLI::App* command =
      runs.add_subcommand("check", "Hold a stored run against expectations or a baseline");
  const auto options = std::make_shared<Options>();
  command->add_option("run", options->run, "Number or name of the run")->required();
  command->add_option("--store", options->store, "Run store")->capture_default_str();
  add_gate(
      command, options->gate,
      "Example: sunfleck runs check tile --expect 'energy_per_inference<2.6mJ' --baseline base");
  command->add_flag("--json", options->json, "Print JSON");
  command->callback([&invocation, options] {
    invocation = [options](Console& console) { return check_run(*options, console); };
  });
}

}  // namespace sunfleck::app
