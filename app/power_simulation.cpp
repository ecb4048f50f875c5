#include "app/power_simulation.h"

#include <fstream>

#include "app/figure_file.h"
#include "app/power_charts.h"
#include "app/power_words.h"
#include "app/profile_spec.h"
#include "app/render/ticks.h"
#include "app/shepherd_simulation.h"
#include "core/power/harvest_statistics.h"

namespace sunfleck::app {
namespace {

// A table of samples that is written while the simulation goes on.
class SampleTable {
 public:
  Status open(const std::string& path) {
    if (path.empty()) return ok;
    path_ = path;
    file_.open(path, std::ios::binary);
    file_ << "time_s,storage_V,rail_V,rail_on_share,power_good_share,harvested_W,delivered_W\n";
    if (!file_) return fail(Errc::io, path, ": cannot be written");
    return ok;
  }
  void add(const SimulationSample& at) {
    if (!file_.is_open()) return;
    file_ << join(
        to_seconds(at.time).si, ",", at.storage.si, ",", at.rail.si, ",", at.rail_share, ",",
        at.good_share, ",", at.harvested.si, ",", at.delivered.si, "\n");
  }
  Status close() {
    if (!file_.is_open()) return ok;
    file_.close();
    if (!file_) return fail(Errc::io, path_, ": could not be written to its end");
    return ok;
  }

 private:
  std::string path_;
  std::ofstream file_;
};

Status check_words(const PowerSettings& settings) {
  for (const auto& [option, path] :
       {std::pair{"--plot", &settings.plot}, std::pair{"--iv-plot", &settings.iv_plot}})
    if (!path->empty()) TRY(check_figure_name(option, *path));
  if (settings.passes == 0 && settings.until == RunTime{})
    return fail(Errc::usage, "--repeat: nothing would end the simulation: give --until too");
  return ok;
}

Result<NamedPowerPath> take_path(const PowerSettings& settings, const HarvestFormat& format) {
  NamedPowerPath path =
      TRY(find_power_path(settings.path.empty() ? default_power_path(format.kind) : settings.path));
  if (settings.harvester) path.config.harvester = *settings.harvester;
  if (settings.panel) path.config.source.panel = settings.panel;
  TRY(check_panel(path.config.source, format));
  path.config = TRY(changed(path.config, settings.changes));
  return path;
}

std::optional<RunTime> end_of(const PowerSettings& settings, const OpenProfile& profile) {
  std::optional<RunTime> end;
  constexpr Seconds longest_known{1e9};
  const Seconds played =
      static_cast<double>(settings.passes) * to_seconds(profile.duration.value_or(RunTime{}));
  if (played > Seconds{} && played < longest_known) end = to_run_time(played);
  if (settings.until > RunTime{}) end = std::min(end.value_or(settings.until), settings.until);
  return end;
}

std::string kind_of_harvest(const InputStage& input, const HarvestFormat& format) {
  if (input.kind == InputKind::diode) return "the capacitor's voltage and a diode hold the source";
  if (is_power(format.kind)) return join("the profile is ", assumption_of(format.kind));
  return "the harvester holds the source";
}

Status draw(
    const PowerSettings& settings, const PowerReport& report, const PowerFigure& figure,
    const Regulator& regulator, const std::string& note) {
  if (settings.plot.empty()) return ok;
  Chart chart = figure.chart(regulator);
  chart.title = join(report.path, " on ", report.profile);
  chart.note = note;
  chart.theme = settings.dark ? Theme::dark : Theme::light;
  return write_figure(chart, settings.plot, {});
}

Status draw_curves(
    const PowerSettings& settings, HarvestSource& source, const NamedPowerPath& path,
    const PowerReport& report) {
  if (settings.iv_plot.empty()) return ok;
  TRY(source.rewind());
  TracePlan plan{.assumptions = path.config.source, .until = report.result->duration};
  const bool has_harvester = path.config.input.kind != InputKind::diode;
  if (has_harvester) plan.harvester = path.config.harvester;
  Chart chart = curve_chart(TRY(trace_source(source, plan)));
  chart.title = join("Operating points of ", path.name, " on ", report.profile);
  chart.note = kind_of_harvest(path.config.input, source.format());
  if (!has_harvester) {
    const Volts drop = path.config.input.drop;
    chart.markers = {
        {(report.result->lowest_storage + drop).si, "lowest"},
        {(report.result->highest_storage + drop).si, "highest"}};
  }
  chart.theme = settings.dark ? Theme::dark : Theme::light;
  return write_figure(chart, settings.iv_plot, {});
}

Status run_path(
    const PowerSettings& settings, HarvestSource& source, SampleTable& table,
    const OnSimulationSample& on_sample, PowerFigure& figure, PowerReport& report,
    const std::stop_token& stop) {
  const HarvestFormat format = source.format();
  const NamedPowerPath path = TRY(take_path(settings, format));
  if (!settings.iv_plot.empty() && !has_curve(format.kind))
    return fail(
        Errc::usage, "--iv-plot: '", report.profile, "' is a mere power and has no I-V curve");
  const SimulationPlan plan{
      .path = path.config,
      .load = settings.load,
      .passes = settings.passes,
      .until = settings.until,
      .step = settings.step,
      .sample_every = settings.sample_every};
  TRY(check(plan, format));
  report.path = path.name;
  report.capacitance = path.config.capacitor.capacitance;
  report.assumptions.push_back(join("power path: ", path.origin));
  report.assumptions.push_back(join("source: ", kind_of_harvest(path.config.input, format)));
  report.result = TRY(simulate(source, plan, on_sample, stop));
  TRY(table.close());
  const double on = to_seconds(report.result->rail_on) / to_seconds(report.result->duration);
  TRY(draw(
      settings, report, figure, path.config.regulator,
      join(
          report.load, ", ", quantity_text(report.capacitance.si, "F"), "; rail on ",
          fixed(100.0 * on, 1), " % of ",
          quantity_text(to_seconds(report.result->duration).si, "s"), ", ",
          report.result->power_cycles, " power cycles")));
  return draw_curves(settings, source, path, report);
}

Status run_shepherd(
    const PowerSettings& settings, HarvestSource& source, SampleTable& table,
    const OnSimulationSample& on_sample, PowerFigure& figure, PowerReport& report,
    const std::stop_token& stop) {
  const ShepherdConfig config = TRY(shepherd_config(settings));
  report.path = join(settings.path.empty() ? "bq25570" : settings.path, " (Shepherd's model)");
  if (config.capacitor) report.capacitance = config.capacitor->capacitance;
  report.assumptions.push_back(
      "the published model of Shepherd with its staircase, for comparison only: energy does not "
      "close in it");
  report.shepherd = TRY(simulate_shepherd(source, settings, on_sample, stop));
  TRY(table.close());
  return draw(
      settings, report, figure, {.on = config.on, .off = config.off},
      join(
          report.load, "; power good ", fixed(100.0 * report.shepherd->power_good_share, 1),
          " % of ", quantity_text(to_seconds(report.shepherd->duration).si, "s")));
}

}  // namespace

std::string describe(const RailLoad& load) {
  return join(
      std::visit([](auto draws) { return exact_quantity(draws.si, symbol(draws)); }, load.draws),
      load.connected == LoadSwitch::rail ? " while the rail is on" : " while power is good",
      load.asleep > Amperes{} ? join(", else ", exact_quantity(load.asleep.si, "A")) : "");
}

Result<PowerReport> simulate_power(
    const PowerSettings& settings, const OnPowerProgress& on_progress,
    const std::stop_token& stop) {
  TRY(check_words(settings));
  const OpenProfile profile = TRY(find_profile(settings.profile, settings.seed));
  PowerReport report{.profile = profile.name, .load = describe(settings.load)};
  report.assumptions.push_back(join("profile: ", profile.origin));
  const std::optional<RunTime> end = end_of(settings, profile);
  SampleTable table;
  TRY(table.open(settings.csv));
  PowerFigure figure;
  const OnSimulationSample on_sample = [&](const SimulationSample& sample) {
    table.add(sample);
    if (!settings.plot.empty()) figure.add(sample);
    if (on_progress) on_progress({sample.time, end});
  };
  const auto run = settings.shepherd_compatible ? &run_shepherd : &run_path;
  TRY(run(settings, *profile.source, table, on_sample, figure, report, stop));
  return report;
}

}  // namespace sunfleck::app
