#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "app/commands/command.h"
#include "app/energy_model_document.h"
#include "app/energy_model_file.h"
#include "app/files.h"
#include "app/interrupt.h"
#include "app/model_runs.h"
#include "app/progress_line.h"
#include "app/report/write_document.h"
#include "app/version.h"
#include "core/energy/fit_energy_model.h"

namespace sunfleck::app {
namespace {

struct Options {
  std::vector<std::string> runs;
  std::string store = (data_folder() / "runs.db").string();
  std::string model, csv, report;
  FitOptions fit;
  bool json = false;
  bool force = false;
};

Status write_new(const std::string& path, const std::string& text, bool overwrite) {
  if (path.empty()) return ok;
  if (!overwrite && std::filesystem::exists(path))
    return fail(Errc::usage, path, ": is there already; --force overwrites it");
  return write_file(path, text);
}

Result<std::optional<DocumentForm>> report_form(const std::string& path) {
  if (path.empty()) return std::optional<DocumentForm>{};
  const std::optional<DocumentForm> form = document_form_of(path);
  if (!form)
    return fail(Errc::usage, "--report ", path, ": .html, .pdf, .md, .csv or .json was wanted");
  return form;
}

Result<Exit> fit_runs(const Options& options, Console& console) {
  const std::optional<DocumentForm> form = TRY(report_form(options.report));
  const Interrupt interrupt;
  ProgressLine line(console.err, console.progress);
  db::RunStore store = TRY(db::RunStore::open(options.store, db::Missing::refuse));
  std::string board;
  const std::vector<ModelRun> runs = TRY(read_model_runs(store, options.runs, board));
  FitOptions fit = options.fit;
  fit.on_progress = [&line](double share) { line.show(share, "fitted"); };
  EnergyModel model = TRY(fit_energy_model(runs, fit, interrupt.token()));
  line.clear();
  model.board = board;
  model.program_version = program_version;
  TRY(write_new(options.model, model_to_json(model), options.force));
  TRY(write_new(options.csv, model_to_csv(model), options.force));
  if (form)
    TRY(write_document(
        energy_model_document(model), options.report, *form, {.overwrite = options.force}));
  console.out << (options.json ? model_to_json(model) : to_text(model));
  return Exit::done;
}

}  // namespace

void add_fit(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand(
      "fit", "Fit the energy model of a board to stored runs, with intervals and held-out errors");
  const auto options = std::make_shared<Options>();
  command->add_option("runs", options->runs, "Numbers or names of runs on one board")->required();
  command->add_option("--store", options->store, "Run store")->capture_default_str();
  command->add_option("-o,--output", options->model, "Model file to write, for 'sunfleck predict'");
  command->add_option("--csv", options->csv, "Table of coefficients to write");
  command->add_option(
      "--report", options->report, "Report to write: .html, .pdf, .md, .csv, .json");
  command->add_option("--draws", options->fit.draws, "Refits of the bootstrap")
      ->check(CLI::Range(20U, 10000U))
      ->capture_default_str();
  command->add_option("--seed", options->fit.seed, "Of the bootstrap")->capture_default_str();
  command->add_flag("--force", options->force, "Overwrite files");
  command->add_flag("--json", options->json, "Print the model as JSON");
  command->footer(
      "Example, on a supply that does not fail:\n"
      "  sunfleck replay --name kws --network kws.tflite --inferences 5 --profile "
      "constant:power=50mW\n"
      "  sunfleck replay --name ic --network ic.tflite --inferences 5 --profile "
      "constant:power=50mW\n"
      "  sunfleck fit kws ic -o model.json --report model.html\n"
      "The more networks and layers, the better: what a run never did cannot be predicted.");
  command->callback([&invocation, options] {
    invocation = [options](Console& console) { return fit_runs(*options, console); };
  });
}

}  // namespace sunfleck::app
