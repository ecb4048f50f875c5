#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/commands/command.h"
#include "app/commands/options.h"
#include "app/files.h"
#include "app/profile_spec.h"
#include "app/table.h"
#include "core/power/harvest_statistics.h"
#include "profiles/builtin.h"
#include "profiles/formats.h"
#include "profiles/importers.h"
#include "profiles/text_lines.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

struct Options {
  std::string profile;
  std::string name;
  std::uint64_t seed = 1;
  Watts threshold;
  bool json = false;
};

struct Entry {
  std::string name, kind, summary;
};

std::vector<Entry> all_profiles() {
  std::vector<Entry> entries;
  for (const BuiltinProfile& profile : builtin_profiles())
    entries.push_back({std::string(profile.name), "built-in", std::string(profile.summary)});
  for (const std::string& name : imported_profiles())
    entries.push_back({name, "imported", (profile_folder() / (name + ".csv")).string()});
  for (const std::string& example : generator_examples())
    entries.push_back({example.substr(0, example.find(':')), "generator", "e.g. " + example});
  return entries;
}

Result<Exit> list_profiles(const Options& options, Console& console) {
  json list = json::array();
  std::vector<std::vector<std::string>> rows;
  for (const Entry& entry : all_profiles()) {
    list.push_back({{"name", entry.name}, {"kind", entry.kind}, {"summary", entry.summary}});
    rows.push_back({entry.name, entry.kind, entry.summary});
  }
  if (options.json)
    console.out << list.dump(2) << "\n";
  else
    console.out << table_text(
        {{"profile", Align::left}, {"kind", Align::left}, {"what it is", Align::left}}, rows);
  return Exit::done;
}

// Eight heights of a character cell.
std::string sparkline(const std::vector<Watts>& columns, Watts peak) {
  constexpr const char* heights[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string line;
  for (const Watts& power : columns) {
    const double share = peak.si > 0.0 ? power / peak : 0.0;
    line += heights[static_cast<std::size_t>(std::clamp(share * 8.0 + 0.5, 0.0, 8.0))];
  }
  return line;
}

json profile_json(const HarvestProfile& profile, const HarvestStatistics& statistics) {
  return {
      {"name", profile.name},
      {"kind", name_of(profile.format.kind)},
      {"resistance_ohms", profile.format.resistance.si},
      {"period_seconds", to_seconds(profile.format.period).si},
      {"samples", statistics.samples},
      {"duration_seconds", to_seconds(statistics.duration).si},
      {"mean_watts", statistics.mean.si},
      {"peak_watts", statistics.peak.si},
      {"share_of_time_above_threshold", statistics.share_above},
      {"outages", statistics.outages},
      {"longest_outage_seconds", to_seconds(statistics.longest_outage).si},
      {"power_is", assumption_of(profile.format.kind)},
      {"origin", profile.origin},
  };
}

std::string profile_text(
    const HarvestProfile& profile, const HarvestStatistics& statistics, Watts threshold) {
  constexpr std::size_t width = 72;
  const std::vector<Watts> columns = power_columns(profile, width);
  const Watts highest = columns.empty() ? Watts{} : *std::ranges::max_element(columns);
  return join(
      profile.name, "\n  ", profile.origin, "\n\n  ", sparkline(columns, highest), "\n  0 s",
      std::string(width - 14, ' '), engineering(to_seconds(statistics.duration)),
      "\n\n  samples        ", statistics.samples, " at ",
      engineering(to_seconds(profile.format.period)), "\n  mean power     ",
      engineering(statistics.mean), " (", assumption_of(profile.format.kind),
      ")\n  peak power     ", engineering(statistics.peak), "\n  above ", engineering(threshold),
      "   ", fixed(100.0 * statistics.share_above, 1), " % of the time\n  outages        ",
      statistics.outages, ", the longest ", engineering(to_seconds(statistics.longest_outage)),
      "\n");
}

Result<Exit> show_profile(const Options& options, Console& console) {
  const OpenProfile open = TRY(find_profile(options.profile, options.seed));
  const HarvestProfile profile = TRY(in_memory(open, most_samples));
  const HarvestStatistics statistics = statistics_of(profile, options.threshold);
  if (options.json)
    console.out << profile_json(profile, statistics).dump(2) << "\n";
  else
    console.out << profile_text(profile, statistics, options.threshold);
  return Exit::done;
}

// A name becomes a file's: nothing that leads elsewhere.
Status check_name(const std::string& name) {
  if (!name.empty() && name.front() != '.' && name.find_first_of("/:") == std::string::npos)
    return ok;
  return fail(
      Errc::usage, "--name: a word without '/' and ':' and no dot before it was wanted, not '",
      name, "'");
}

Result<Exit> import_file(const Options& options, Console& console) {
  const OpenProfile open = TRY(open_profile(options.profile));
  HarvestProfile profile = TRY(in_memory(open, most_samples));
  if (!options.name.empty()) profile.name = options.name;
  TRY(check_name(profile.name));
  TRY(make_folder(profile_folder()));
  TRY(write_file(profile_folder() / (profile.name + ".csv"), to_csv(profile)));
  if (options.json)
    console.out << profile_json(profile, statistics_of(profile, options.threshold)).dump(2) << "\n";
  else
    console.out << "imported as '" << profile.name << "': " << profile.samples.size()
                << " samples, " << profile.origin << "\n";
  return Exit::done;
}

using Action = Result<Exit> (*)(const Options&, Console&);

CLI::App* add_action(
    CLI::App* parent, Invocation& invocation, const std::shared_ptr<Options>& options,
    const char* name, const char* summary, Action action) {
  CLI::App* command = parent->add_subcommand(name, summary);
  command->add_flag("--json", options->json, "Print JSON");
  command->callback([&invocation, options, action] {
    invocation = [options, action](Console& console) { return action(*options, console); };
  });
  return command;
}

}  // namespace

void add_profile(CLI::App& program, Invocation& invocation) {
  CLI::App* profile =
      program.add_subcommand("profile", "List, show and import harvesting profiles");
  profile->require_subcommand(1);
  add_profile_plot(*profile, invocation);
  profile->footer("Example: sunfleck profile import walk.trace --name walk");
  const auto options = std::make_shared<Options>();
  options->threshold = Watts{1e-6};
  add_action(profile, invocation, options, "list", "List what can be replayed", &list_profiles);

  CLI::App* show = add_action(
      profile, invocation, options, "show", "Show a profile's shape and statistics", &show_profile);
  show->add_option("profile", options->profile, "File, name or generator")->required();
  show->add_option("--seed", options->seed, "Of made profiles")->capture_default_str();
  add_quantity<Watts>(
      show, "--threshold", "Power at or below which it counts as outage; 1uW otherwise",
      [options](Watts value) { options->threshold = value; });

  CLI::App* import =
      add_action(profile, invocation, options, "import", "Keep a recording, by name", &import_file);
  import->add_option("file", options->profile, "A recording of any known format")->required();
  import->add_option("--name", options->name, "Under this name; the file's otherwise");
}

}  // namespace sunfleck::app
