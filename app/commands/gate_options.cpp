#include "app/commands/gate_options.h"

#include <CLI/CLI.hpp>

#include "app/read_report.h"

namespace sunfleck::app {

void add_gate(CLI::App* command, GateOptions& to, const std::string& footer) {
  const std::string group = "What is expected; exit code 3 when it is not so";
  command
      ->add_option(
          "--expect", to.expectations,
          "A metric, one of < <= > >= == !=, and a limit, e.g. energy_per_inference<2.6mJ")
      ->type_name("EXPECTATION")
      ->allow_extra_args(false)
      ->group(group);
  CLI::Option* const baseline =
      command
          ->add_option(
              "--baseline", to.baseline,
              "Number or name of a stored run; energy and time per inference may be no worse")
          ->type_name("RUN")
          ->group(group);
  command
      ->add_option(
          "--tolerance", to.tolerance, "How much worse than the baseline they may be; 3% otherwise")
      ->type_name("PERCENT")
      ->needs(baseline)
      ->group(group);
  command->footer(
      footer + "\n\nMetrics of --expect, with the unit of their limit:\n" + metrics_help() +
      "The value decides, whatever its uncertainty; a distance within the uncertainty is said.\n"
      "Example: --expect 'energy(layer 3)<=80uJ' --expect 'correct==100%' --baseline main "
      "--tolerance 3%");
}

Status Gate::check(std::size_t layers, bool has_expected) const {
  for (const Expectation& expectation : expectations)
    TRY(check_expectation(expectation, layers, has_expected));
  return ok;
}

std::vector<Verdict> Gate::judge(const RunReport& report) const {
  std::vector<Verdict> verdicts;
  for (const Expectation& expectation : expectations)
    verdicts.push_back(app::judge(expectation, report));
  if (baseline)
    for (Verdict& verdict : judge_against(*baseline, report, tolerance))
      verdicts.push_back(std::move(verdict));
  return verdicts;
}

Result<Gate> open_gate(const GateOptions& options, const std::string& store) {
  Gate gate;
  for (const std::string& text : options.expectations)
    gate.expectations.push_back(TRY(parse_expectation(text)));
  gate.tolerance =
      TRY(parse_percent(options.tolerance.empty() ? "3%" : options.tolerance, "--tolerance"));
  if (options.baseline.empty()) return gate;
  db::RunStore runs = TRY(db::RunStore::open(store, db::Missing::refuse));
  const db::RunSummary found = TRY(runs.find(options.baseline));
  gate.baseline = TRY(read_report(runs, found.id));
  if (gate.baseline->inferences == 0)
    return fail(
        Errc::invalid_argument, store, ": run ", gate.baseline->id,
        " finished no inference and is no baseline");
  return gate;
}

bool report_unmet(const std::vector<Verdict>& verdicts, std::ostream& to) {
  bool all_met = true;
  for (const Verdict& verdict : verdicts) {
    if (verdict.met) continue;
    all_met = false;
    to << "sunfleck: " << verdict.sentence << "\n";
  }
  return all_met;
}

}  // namespace sunfleck::app
