#include "app/commands/profile_options.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/commands/options.h"
#include "app/interrupt.h"
#include "app/profile_text.h"
#include "app/progress_line.h"
#include "core/power/harvest_statistics.h"

namespace sunfleck::app {
namespace {

constexpr double longest_seconds = 3e9;  // 95 years

std::vector<std::string> voltage_kinds() {
  std::vector<std::string> names;
  for (const HarvestKind kind :
       {HarvestKind::voltage_into_load, HarvestKind::voltage_behind_resistance})
    names.emplace_back(name_of(kind));
  return names;
}

RunTime at_least_one(Seconds time) {
  return std::max(RunTime(1), to_run_time(Seconds{std::min(time.si, longest_seconds)}));
}

}  // namespace

CLI::App* add_profile_action(
    CLI::App* parent, Invocation& invocation, const std::shared_ptr<ProfileOptions>& options,
    const std::string& name, const std::string& summary, const std::string& example,
    ProfileAction action) {
  CLI::App* command = parent->add_subcommand(name, summary);
  command->footer("Example: sunfleck profile " + name + " " + example);
  command->add_flag("--json", options->json, "Print JSON");
  command->callback([&invocation, options, action] {
    invocation = [options, action](Console& console) { return action(*options, console); };
  });
  return command;
}

void add_import_options(CLI::App* command, const std::shared_ptr<ProfileOptions>& options) {
  ImportOptions& import = options->import;
  CLI::Option* period = add_quantity<Seconds>(
      command, "--period", "Between samples, of a file without times",
      [&import](Seconds value) { import.period = at_least_one(value); });
  CLI::Option* rate = add_quantity<Hertz>(
      command, "--rate", "Samples a second, instead of --period",
      [&import](Hertz value) { import.period = at_least_one({1.0 / value.si}); });
  rate->excludes(period);
  add_quantity<Ohms>(
      command, "--resistance", "Of a file of volts: of the load or the source",
      [&import](Ohms value) { import.resistance = value; });
  command
      ->add_option_function<std::string>(
          "--kind", [&import](const std::string& word) { import.kind = harvest_kind_called(word); },
          "Of a file of volts: what they are")
      ->check(CLI::IsMember(voltage_kinds()));
  add_quantity<Volts>(
      command, "--voltage", "Of a file of currents: at which they were recorded",
      [&import](Volts value) { import.voltage = value; });
  command->add_option_function<std::string>(
      "--node", [&import](const std::string& node) { import.node = node; },
      "Of a recording of several places: which");
}

void add_profile_argument(CLI::App* command, const std::shared_ptr<ProfileOptions>& options) {
  command->add_option("profile", options->profile, "File, name or generator")->required();
  command->add_option("--seed", options->seed, "Of made profiles")->capture_default_str();
  add_import_options(command, options);
}

void add_output_options(CLI::App* command, const std::shared_ptr<ProfileOptions>& options) {
  CLI::Option* output =
      command->add_option("-o,--output", options->output, "File to write: .csv, .ppk2.csv or .h5");
  command->add_option("--name", options->name, "Keep it under this name instead")->excludes(output);
  command->add_flag("--force", options->force, "Overwrite what is there");
}

void add_time(
    CLI::App* command, const std::string& flags, const std::string& description,
    const std::function<void(RunTime)>& on_value) {
  const auto read = [flags, on_value](const std::string& text) {
    const std::optional<Seconds> value = parse_quantity<Seconds>(text);
    if (!value || !(value->si >= 0.0 && value->si <= longest_seconds))
      throw CLI::ValidationError(
          flags, "a time from 0 s to 95 years was wanted, such as 10s, not '" + text + "'");
    on_value(to_run_time(*value));
  };
  command->add_option_function<std::string>(flags, read, description)->type_name("s");
}

struct PlayWatch::State {
  explicit State(Console& console) : line(console.err, console.progress) {}
  Interrupt interrupt;
  ProgressLine line;
};

PlayWatch::PlayWatch(Console& console) : state_(std::make_unique<State>(console)) {}

PlayWatch::~PlayWatch() { state_->line.clear(); }

PlayProgress PlayWatch::progress() {
  return [state = state_.get()](RunTime played, std::optional<RunTime> of) -> Status {
    if (state->interrupt.token().stop_requested()) {
      state->line.clear();
      return fail(Errc::cancelled, "stopped before the end");
    }
    const bool is_known = of && *of > RunTime{};
    std::string text = engineering(to_seconds(played));
    if (is_known) text += " of " + engineering(to_seconds(*of));
    state->line.show(is_known ? to_seconds(played) / to_seconds(*of) : 0.0, text);
    return ok;
  };
}

void tell(const WrittenProfile& written, const ProfileOptions& options, Console& console) {
  if (options.json) {
    console.out << to_json(written).dump(2) << "\n";
    return;
  }
  console.out << written.path.string() << ": " << written.samples << " samples, "
              << engineering(to_seconds(written.duration)) << ", " << name_of(written.format.kind)
              << "\n  " << written.origin << "\n";
  if (!written.lost.empty()) console.out << "  " << written.lost << "\n";
}

Result<Exit> write_where_told(
    OpenProfile profile, const ProfileOptions& options, Console& console, PlayWatch& watch) {
  if (options.output.empty() == options.name.empty())
    return fail(Errc::usage, "--output or --name: one of them says where to write");
  if (!options.name.empty()) {
    tell(
        TRY(keep_profile(std::move(profile), options.name, options.force, watch.progress())),
        options, console);
    return Exit::done;
  }
  const std::string format =
      options.format.empty() ? TRY(format_of(options.output)) : options.format;
  tell(
      TRY(write_profile(
          std::move(profile), options.output, format, options.force, watch.progress())),
      options, console);
  return Exit::done;
}

}  // namespace sunfleck::app
