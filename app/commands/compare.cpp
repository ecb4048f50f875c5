#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "app/commands/command.h"
#include "app/commands/options.h"
#include "app/comparison_document.h"
#include "app/files.h"
#include "app/report/write_document.h"
#include "app/stored_comparison.h"

namespace sunfleck::app {
namespace {

struct Options {
  std::string store = (data_folder() / "runs.db").string();
  std::vector<std::string> runs;
  std::vector<std::string> groups;
  CompareBy by = CompareBy::both;
  std::string csv, report;
  bool force = false;
  bool json = false;
};

constexpr const char* footer =
    R"(The first run or group is the baseline; all are compared by the finished inference. When each
group has two runs or more, the runs are the samples; else the inferences are. Intervals are of 95 %,
p is that of the Mann-Whitney test, the effect size is Cliff's delta.

Example, the overhead of a strategy on a continuous supply:
  sunfleck replay --name base --strategy restart --records layers --profile constant:power=50mW
  sunfleck replay --name tile --strategy tile --records layers --profile constant:power=50mW
  sunfleck compare base tile
Example, repeated runs as groups:
  sunfleck compare --group restart=12,13,14 --group 'tile=tile-*' --by layer --report tile.html)";

std::optional<CompareBy> by_called(std::string_view word) {
  if (word == "class") return CompareBy::classes;
  if (word == "layer") return CompareBy::layers;
  return word == "both" ? std::optional(CompareBy::both) : std::nullopt;
}

Result<std::vector<GroupSpec>> groups_of(const Options& options) {
  std::vector<GroupSpec> groups;
  for (const std::string& run : options.runs)
    groups.push_back({.name = {}, .runs = {run}});
  for (const std::string& group : options.groups)
    groups.push_back(TRY(group_spec(group)));
  if (groups.size() < 2)
    return fail(
        Errc::usage, "compare: two runs or groups were wanted, the first as the baseline, got ",
        groups.size());
  return groups;
}

Result<Exit> compare_runs(const Options& options, Console& console) {
  const std::vector<GroupSpec> groups = TRY(groups_of(options));
  if (!options.report.empty() && !document_form_of(options.report))
    return fail(
        Errc::usage, "--report: a file ending in .html, .pdf, .md, .csv or .json was wanted, not '",
        options.report, "'");
  db::RunStore store = TRY(db::RunStore::open(options.store, db::Missing::refuse));
  const StoredComparison compared = TRY(compare_stored(store, groups));
  if (!options.csv.empty()) TRY(write_file(options.csv, to_csv(compared)));
  if (!options.report.empty())
    TRY(write_document(comparison_document(compared, options.by), options.report, options.force));
  if (options.json)
    console.out << to_json(compared).dump(2) << "\n";
  else
    console.out << to_text(compared, options.by);
  return Exit::done;
}

}  // namespace

void add_compare(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand(
      "compare", "Set stored runs, or groups of them, against a baseline, by the inference");
  const auto options = std::make_shared<Options>();
  command->add_option("run", options->runs, "Numbers or names of runs; the baseline first");
  command
      ->add_option(
          "--group", options->groups,
          "Runs taken as one, after those above: name=run,run,... by number, name or pattern")
      ->type_name("NAME=RUN,...")
      ->allow_extra_args(false);
  add_word(
      command, "--by", "Which rows are shown", options->by, {"layer", "class", "both"}, &by_called);
  command->add_option("--csv", options->csv, "Write all rows to this CSV file");
  command->add_option(
      "--report", options->report, "Write a report: .html, .pdf, .md, .csv or .json");
  command->add_flag("--force", options->force, "Overwrite a report that is there");
  command->add_option("--store", options->store, "Run store")->capture_default_str();
  command->add_flag("--json", options->json, "Print JSON");
  command->footer(footer);
  command->callback([&invocation, options] {
    invocation = [options](Console& console) { return compare_runs(*options, console); };
  });
}

}  // namespace sunfleck::app
