#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/commands/command.h"
#include "app/commands/profile_options.h"
#include "app/files.h"
#include "app/table.h"
#include "db/run_store.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

struct Options {
  std::string store = (data_folder() / "runs.db").string();
  std::string run;
  RunTime from{};
  std::optional<RunTime> to;
  bool json = false;
};

// What went through the rail, with the means over the time that was measured.
struct EnergyReport {
  std::int64_t run = 0;
  db::RailEnergy rail;
  std::optional<Watts> power;
  std::optional<Amperes> current;

  RunTime missing() const { return rail.to - rail.from - rail.measured; }
};

Result<EnergyReport> read_energy(db::RunStore& store, const Options& options) {
  EnergyReport report;
  const db::RunSummary summary = TRY(store.find(options.run));
  report.run = summary.id;
  RunTime end = summary.duration;
  for (const db::StoredSignal& signal : TRY(store.signals(summary.id)))
    end = std::max(end, static_cast<RunTime::rep>(signal.end) * signal.period);
  const RunTime to = std::min(options.to.value_or(end), end);
  if (options.from >= to)
    return fail(
        Errc::usage, "--from, --to: run ", summary.id, " lasts ", engineering(to_seconds(end)),
        ", and nothing of it lies between ", engineering(to_seconds(options.from)), " and ",
        engineering(to_seconds(options.to.value_or(end))));
  report.rail = TRY(store.rail_energy(summary.id, options.from, to));
  if (report.rail.measured > RunTime{}) {
    report.power = report.rail.energy / to_seconds(report.rail.measured);
    report.current = report.rail.charge / to_seconds(report.rail.measured);
  }
  return report;
}

json bucket_json(const Bucket& bucket, const std::string& unit) {
  if (bucket.count == 0) return {{"min_" + unit, nullptr}, {"max_" + unit, nullptr}};
  return {{"min_" + unit, bucket.low}, {"max_" + unit, bucket.high}};
}

json to_json(const EnergyReport& report) {
  const db::RailEnergy& rail = report.rail;
  json object{
      {"run", report.run},
      {"plane", "rail"},
      {"from_seconds", to_seconds(rail.from).si},
      {"to_seconds", to_seconds(rail.to).si},
      {"measured_seconds", to_seconds(rail.measured).si},
      {"missing_seconds", to_seconds(report.missing()).si},
      {"joules", rail.energy.si},
      {"coulombs", rail.charge.si},
      {"mean_watts", nullptr},
      {"mean_amperes", nullptr},
      {"voltage", bucket_json(rail.voltage, "volts")},
      {"current", bucket_json(rail.current, "amperes")}};
  if (report.power) object["mean_watts"] = report.power->si;
  if (report.current) object["mean_amperes"] = report.current->si;
  return object;
}

std::string extremes_text(const Bucket& bucket, std::string_view unit) {
  if (bucket.count == 0) return "-";
  return engineering(bucket.low, unit) + " to " + engineering(bucket.high, unit);
}

std::string to_text(const EnergyReport& report) {
  const db::RailEnergy& rail = report.rail;
  std::vector<std::vector<std::string>> rows{
      {"energy", engineering(rail.energy)},
      {"charge", engineering(rail.charge)},
      {"mean power", report.power ? engineering(*report.power) : "-"},
      {"mean current", report.current ? engineering(*report.current) : "-"},
      {"voltage", extremes_text(rail.voltage, "V")},
      {"current", extremes_text(rail.current, "A")}};
  if (report.missing() > RunTime{})
    rows.push_back({"without samples", engineering(to_seconds(report.missing()))});
  return join(
             "run ", report.run, "  ", engineering(to_seconds(rail.from)), " to ",
             engineering(to_seconds(rail.to)), ", ", engineering(to_seconds(rail.to - rail.from)),
             "\n") +
      table_text({{"At the rail", Align::left}, {"between"}}, rows);
}

Result<Exit> show_energy(const Options& options, Console& console) {
  db::RunStore store = TRY(db::RunStore::open(options.store, db::Missing::refuse));
  const EnergyReport report = TRY(read_energy(store, options));
  if (options.json)
    console.out << to_json(report).dump(2) << "\n";
  else
    console.out << to_text(report);
  return Exit::done;
}

}  // namespace

void add_runs_energy(CLI::App& runs, Invocation& invocation) {
  CLI::App* command =
      runs.add_subcommand("energy", "Energy and charge at the rail between two times of a run");
  const auto options = std::make_shared<Options>();
  command->add_option("run", options->run, "Number or name of a run")->required();
  add_time(command, "--from", "The run's begin otherwise", [options](RunTime time) {
    options->from = time;
  });
  add_time(
      command, "--to", "The run's end otherwise", [options](RunTime time) { options->to = time; });
  command->add_option("--store", options->store, "Run store")->capture_default_str();
  command->add_flag("--json", options->json, "Print JSON");
  command->footer("Example: sunfleck runs energy 3 --from 1.2s --to 3.4s");
  command->callback([&invocation, options] {
    invocation = [options](Console& console) { return show_energy(*options, console); };
  });
}

}  // namespace sunfleck::app
