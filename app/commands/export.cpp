#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/commands/command.h"
#include "app/commands/profile_options.h"
#include "app/files.h"
#include "app/interrupt.h"
#include "app/progress_line.h"
#include "app/run_export.h"
#include "db/run_store.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

constexpr std::size_t most_points = 1'000'000;

struct Options {
  std::string store = (data_folder() / "runs.db").string();
  std::vector<std::string> runs;
  std::string output;
  std::optional<ExportFormat> format;  // by the file's name, when absent
  std::optional<ExportTable> table;
  std::optional<RunTime> from, to;
  std::vector<std::string> signals;
  std::optional<std::size_t> points;
  bool force = false;
  bool json = false;
};

constexpr std::array table_names{
    std::pair{"samples", ExportTable::samples},
    std::pair{"spans", ExportTable::spans},
    std::pair{"layers", ExportTable::layers},
};

using WriteTable = Result<Exported> (*)(
    db::RunStore&, const RunExport&, const std::filesystem::path&, const ExportProgress&);

// What is said of one that the choice of format and table has no use for.
struct Refusal {
  const char* option;
  bool is_given;
  bool has_use;
};

Status check_options(const Options& options, ExportFormat format) {
  const bool is_csv = format == ExportFormat::csv;
  const bool is_store = format == ExportFormat::sqlite;
  const ExportTable table = options.table.value_or(ExportTable::samples);
  const bool has_samples = !is_csv || table == ExportTable::samples;
  const bool has_times = !is_store && !(is_csv && table == ExportTable::layers);
  for (const Refusal& one :
       {Refusal{"--table", options.table.has_value(), is_csv},
        Refusal{"--points", options.points.has_value(), has_samples && !is_store},
        Refusal{"--signals", !options.signals.empty(), has_samples},
        Refusal{"--from", options.from.has_value(), has_times},
        Refusal{"--to", options.to.has_value(), has_times}})
    if (one.is_given && !one.has_use)
      return fail(
          Errc::usage, one.option, ": has no meaning for ",
          is_csv ? "this table" : (is_store ? "whole runs in a store" : "a trace"));
  if (options.runs.size() > 1 && !is_store)
    return fail(Errc::usage, options.output, ": only a store holds more than one run");
  return ok;
}

Status check_place(const Options& options) {
  std::error_code ignored;
  if (!std::filesystem::exists(options.output, ignored)) return ok;
  if (std::filesystem::equivalent(options.output, options.store, ignored))
    return fail(Errc::usage, options.output, ": that is the run store itself");
  if (!options.force)
    return fail(Errc::usage, options.output, ": there is such a file; --force overwrites it");
  return ok;
}

WriteTable writer_of(ExportFormat format, ExportTable table) {
  if (format == ExportFormat::perfetto) return &export_trace;
  if (table == ExportTable::spans) return &export_spans;
  if (table == ExportTable::layers) return &export_layers;
  return &export_samples;
}

Result<Exported> write_file_of(
    const Options& options, ExportFormat format, const std::vector<std::int64_t>& runs,
    db::RunStore& store, const ExportProgress& progress) {
  if (format == ExportFormat::sqlite)
    return export_store(options.store, runs, options.signals, options.output, progress);
  const RunExport what{
      .run = runs.front(),
      .from = options.from.value_or(RunTime{}),
      .to = options.to,
      .signals = options.signals,
      .points = options.points};
  return writer_of(format, options.table.value_or(ExportTable::samples))(
      store, what, options.output, progress);
}

const char* entries_of(ExportFormat format) {
  if (format == ExportFormat::perfetto) return "events";
  return format == ExportFormat::csv ? "lines" : "runs";
}

void tell(
    const Options& options, ExportFormat format, const std::vector<std::int64_t>& runs,
    const Exported& exported, Console& console) {
  if (options.json) {
    const json object{
        {"file", options.output},
        {"format", name_of(format)},
        {"runs", runs},
        {entries_of(format) == std::string("runs") ? "entries" : entries_of(format),
         exported.entries},
        {"bytes", exported.bytes}};
    console.out << object.dump(2) << "\n";
    return;
  }
  console.out << options.output << ": " << exported.entries << " " << entries_of(format) << ", "
              << exported.bytes << " bytes\n";
}

Result<Exit> export_runs(const Options& options, Console& console) {
  const ExportFormat format =
      options.format ? *options.format : TRY(export_format_of(options.output));
  TRY(check_options(options, format));
  db::RunStore store = TRY(db::RunStore::open(options.store, db::Missing::refuse));
  std::vector<std::int64_t> runs;
  for (const std::string& wanted : options.runs) {
    const std::int64_t id = TRY(store.find(wanted)).id;
    if (std::ranges::find(runs, id) == runs.end()) runs.push_back(id);
  }
  TRY(check_place(options));
  const Interrupt interrupt;
  ProgressLine line(console.err, console.progress);
  const auto progress = [&](double share) -> Status {
    if (interrupt.token().stop_requested()) {
      line.clear();
      return fail(Errc::cancelled, options.output, ": stopped before the end, nothing is written");
    }
    line.show(share, options.output);
    return ok;
  };
  Result<Exported> exported = write_file_of(options, format, runs, store, progress);
  line.clear();
  tell(options, format, runs, TRY(std::move(exported)), console);
  return Exit::done;
}

void add_what(CLI::App* command, const std::shared_ptr<Options>& options) {
  command->add_option("run", options->runs, "Number or name of a run")->required();
  command
      ->add_option(
          "-o,--output", options->output,
          "File to write: .perfetto.json or .trace.json, .csv, .sqlite or .db")
      ->required();
  command
      ->add_option_function<std::string>(
          "--format",
          [options](const std::string& word) {
            for (const ExportFormat format :
                 {ExportFormat::perfetto, ExportFormat::csv, ExportFormat::sqlite})
              if (word == name_of(format)) options->format = format;
          },
          "Instead of the file's name")
      ->check(CLI::IsMember({"perfetto", "csv", "sqlite"}));
  command
      ->add_option_function<std::string>(
          "--table",
          [options](const std::string& word) {
            for (const auto& [name, table] : table_names)
              if (word == name) options->table = table;
          },
          "Of CSV: samples unless told otherwise")
      ->check(CLI::IsMember({"samples", "spans", "layers"}));
}

}  // namespace

void add_export(CLI::App& program, Invocation& invocation) {
  CLI::App* command =
      program.add_subcommand("export", "Write a stored run to a file for other programs");
  const auto options = std::make_shared<Options>();
  add_what(command, options);
  add_time(
      command, "--from", "Begin of what is written; the run's otherwise",
      [options](RunTime time) { options->from = time; });
  add_time(command, "--to", "End of it; the run's otherwise", [options](RunTime time) {
    options->to = time;
  });
  command->add_option("--signals", options->signals, "Of these alone: voltage,current,storage,...")
      ->delimiter(',');
  command
      ->add_option(
          "--points", options->points,
          "Decimate to at most so many columns, of which minimum and maximum are kept; a trace has "
          "5000 unless told otherwise, CSV every sample")
      ->check(CLI::Range(std::size_t{1}, most_points));
  command->add_flag("--force", options->force, "Overwrite what is there");
  command->add_option("--store", options->store, "Run store")->capture_default_str();
  command->add_flag("--json", options->json, "Print what was written as JSON");
  command->footer(
      "Example: sunfleck export 3 -o run3.perfetto.json   (open it in ui.perfetto.dev)\n"
      "  sunfleck export 3 -o run3.csv --from 1.2s --to 3.4s --signals voltage,current\n"
      "  sunfleck export 3 -o layers.csv --table layers\n"
      "  sunfleck export 3 4 -o for-pandas.sqlite");
  command->callback([&invocation, options] {
    invocation = [options](Console& console) { return export_runs(*options, console); };
  });
}

}  // namespace sunfleck::app
