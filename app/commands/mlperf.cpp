#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "app/commands/command.h"
#include "app/files.h"
#include "app/mlperf_result.h"

namespace sunfleck::app {
namespace {

constexpr std::size_t largest_table = std::size_t{64} << 20;

struct EnergyOptions {
  std::vector<std::string> files;
  std::uint64_t inferences = 0;
  bool json = false;
};

struct ModelOptions {
  std::string table;
  bool json = false;
};

template <class... Values>
void print(bool as_json, Console& console, const Values&... values) {
  if (as_json)
    console.out << to_json(values...).dump(2) << "\n";
  else
    console.out << to_text(values...);
}

Result<MlperfFiles> files_of(const std::vector<std::string>& files) {
  if (files.size() == 1) return mlperf_files_in(files.front());
  return MlperfFiles{
      .recordings = {{.trace = files.front(), .stamps = files.back()}}, .log = {}, .results = {}};
}

Result<Exit> measure(const EnergyOptions& options, Console& console) {
  const MlperfFiles files = TRY(files_of(options.files));
  print(options.json, console, TRY(measure_mlperf(files, options.inferences)));
  return Exit::done;
}

Result<Exit> judge_models(const ModelOptions& options, Console& console) {
  const std::vector<std::uint8_t> bytes = TRY(read_file(options.table, largest_table));
  const std::string text(bytes.begin(), bytes.end());
  const MlperfResults results = TRY(read_mlperf_results(text, options.table));
  print(options.json, console, results, leave_one_out(results.sets, mlperf_macs()));
  return Exit::done;
}

void add_energy(CLI::App& mlperf, Invocation& invocation) {
  CLI::App* command = mlperf.add_subcommand(
      "energy", "Measure the windows of an energy result again from its recording");
  const auto options = std::make_shared<EnergyOptions>();
  command
      ->add_option(
          "files", options->files,
          "The result's folder (*-energy.bin, *-timestamps.json, log.txt, results.txt), or a "
          "recording and its time stamps")
      ->type_name("FOLDER | TRACE STAMPS")
      ->expected(1, 2)
      ->required();
  command->add_option(
      "--inferences", options->inferences, "Inferences of each window; the log's otherwise");
  command->add_flag("--json", options->json, "Print JSON");
  command->footer(
      "The first event belongs to no window; then two bound each. The result is the median of the\n"
      "windows' energies by the inference.\n"
      "Example: sunfleck mlperf energy closed/OctoML/results/NUCLEO_L4R5ZI/ad/energy\n"
      "         sunfleck mlperf energy trace1-energy.bin trace1-timestamps.json --inferences 1000");
  command->callback([&invocation, options] {
    invocation = [options](Console& console) { return measure(*options, console); };
  });
}

void add_model(CLI::App& mlperf, Invocation& invocation) {
  CLI::App* command = mlperf.add_subcommand(
      "model",
      "How well a board's power and a network's time tell its energy, on published results");
  const auto options = std::make_shared<ModelOptions>();
  command
      ->add_option(
          "table", options->table,
          "CSV with round, division, org, system, bench, mode, median_uJ_per_inf, median_inf_per_s")
      ->required();
  command->add_flag("--json", options->json, "Print JSON");
  command->footer("Example: sunfleck mlperf model results.csv");
  command->callback([&invocation, options] {
    invocation = [options](Console& console) { return judge_models(*options, console); };
  });
}

}  // namespace

void add_mlperf(CLI::App& program, Invocation& invocation) {
  CLI::App* mlperf =
      program.add_subcommand("mlperf", "Published energies of MLPerf Tiny, measured again");
  mlperf->require_subcommand(1);
  add_energy(*mlperf, invocation);
  add_model(*mlperf, invocation);
}

}  // namespace sunfleck::app
