#include <CLI/CLI.hpp>
#include <memory>

#include "app/commands/command.h"
#include "app/commands/options.h"
#include "app/figure_file.h"
#include "app/power_words.h"
#include "app/profile_chart.h"
#include "app/profile_spec.h"

namespace sunfleck::app {
namespace {

struct Options {
  std::string profile;
  std::string output;
  std::string panel;
  std::uint64_t seed = 1;
  FigureSize size;
  ProfileView view;
  bool dark = false;
  bool curves = false;
};

Result<Exit> plot(const Options& options, Console& /*console*/) {
  TRY(check_figure_name("--output", options.output));
  if (options.view.from >= options.view.to)
    return fail(Errc::usage, "--from, --to: the first must be before the second");
  ProfileView view = options.view;
  if (!options.panel.empty()) view.assumptions.panel = TRY(panel_called(options.panel));
  const OpenProfile profile = TRY(find_profile(options.profile, options.seed));
  Chart chart = TRY((options.curves ? &profile_curves : &profile_chart)(profile, view));
  chart.theme = options.dark ? Theme::dark : Theme::light;
  TRY(write_figure(chart, options.output, options.size));
  return Exit::done;
}

}  // namespace

void add_profile_plot(CLI::App& profile, Invocation& invocation) {
  CLI::App* command = profile.add_subcommand("plot", "Draw a profile into a figure");
  const auto options = std::make_shared<Options>();
  command->add_option("profile", options->profile, "File, name or generator")->required();
  command->add_option("-o,--output", options->output, "Figure to write: .svg or .png")->required();
  command->add_option("--width", options->size.width, "In pixels of SVG; PNG has twice as many")
      ->check(CLI::Range(200, 10'000))
      ->capture_default_str();
  command->add_option("--height", options->size.height, "Likewise; otherwise what it needs")
      ->check(CLI::Range(150, 10'000));
  command->add_flag("--dark", options->dark, "On a dark ground");
  command->add_flag(
      "--curves", options->curves, "Current and power over voltage at some times, not over time");
  add_time(command, "--from", "Begin of what is shown", options->view.from);
  add_time(command, "--to", "End of it", options->view.to);
  command->add_option(
      "--panel", options->panel,
      "Solar panel of an irradiance profile: isc=10mA,voc=2.2V,vmp=1.7V");
  command->add_option("--seed", options->seed, "Of made profiles")->capture_default_str();
  command->footer("Example: sunfleck profile plot walk.trace -o walk.svg --from 10s --to 20s");
  command->callback([&invocation, options] {
    invocation = [options](Console& console) { return plot(*options, console); };
  });
}

}  // namespace sunfleck::app
