#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/commands/command.h"
#include "app/commands/options.h"
#include "app/commands/profile_options.h"
#include "app/profile_spec.h"
#include "app/profile_text.h"
#include "app/table.h"
#include "core/power/harvest_statistics.h"
#include "profiles/builtin.h"
#include "profiles/generator_table.h"
#include "profiles/importers.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

// What can be replayed, a line of the list.
struct Entry {
  std::string name, from, kind, summary;
  std::string parameters{};         // of a generator
  std::optional<RunTime> length{};  // where it was not too long to look
};

void describe(Entry& entry, const OpenProfile& profile) {
  entry.kind = name_of(profile.source->format().kind);
  entry.length = profile.duration;
}

// Of a profile whose file does not say: by playing it.
std::optional<RunTime> length_of(OpenProfile profile) {
  RunTime length{};
  const OpenProfile played =
      watched(std::move(profile), [&](RunTime now, std::optional<RunTime> /*of*/) -> Status {
        length = now;
        return ok;
      });
  for (bool last = false; !last;) {
    const auto block = played.source->next();
    if (!block) return std::nullopt;
    last = block->last;
  }
  return length;
}

Entry kept_entry(const std::string& name) {
  constexpr std::uintmax_t quickly_played = 16'000'000;  // bytes
  Entry entry{.name = name, .from = "kept", .kind = {}, .summary = kept_file(name).string()};
  Result<OpenProfile> profile = open_profile(kept_file(name));
  if (!profile) {
    entry.kind = "unreadable";
    entry.summary = profile.error().text;
    return entry;
  }
  describe(entry, *profile);
  std::error_code error;
  const bool is_short = std::filesystem::file_size(kept_file(name), error) <= quickly_played;
  if (!entry.length && is_short) entry.length = length_of(*std::move(profile));
  return entry;
}

Result<std::vector<Entry>> all_profiles() {
  std::vector<Entry> entries;
  for (const BuiltinProfile& builtin : builtin_profiles()) {
    entries.push_back(
        {.name = std::string(builtin.name),
         .from = "built-in",
         .kind = {},
         .summary = std::string(builtin.summary)});
    describe(entries.back(), TRY(made_profile(entries.back().name, 1)));
  }
  for (const std::string& name : kept_profiles())
    entries.push_back(kept_entry(name));
  for (const Generator& generator : generators()) {
    entries.push_back(
        {.name = join(generator.name, ":..."),
         .from = "generator",
         .kind = {},
         .summary = join(generator.summary, "; e.g. ", generator.example),
         .parameters = generator.parameters()});
    describe(entries.back(), TRY(made_profile(std::string(generator.name), 1)));
    entries.back().length.reset();
  }
  return entries;
}

json entry_json(const Entry& entry) {
  json result{
      {"name", entry.name},
      {"from", entry.from},
      {"kind", entry.kind},
      {"duration_seconds", nullptr},
      {"summary", entry.summary}};
  if (!entry.parameters.empty()) result["parameters"] = entry.parameters;
  if (entry.length) result["duration_seconds"] = to_seconds(*entry.length).si;
  return result;
}

Result<Exit> list_profiles(const ProfileOptions& options, Console& console) {
  json list = json::array();
  std::vector<std::vector<std::string>> rows;
  for (const Entry& entry : TRY(all_profiles())) {
    list.push_back(entry_json(entry));
    rows.push_back(
        {entry.name, entry.from, entry.kind,
         entry.length ? engineering(to_seconds(*entry.length)) : "", entry.summary});
  }
  if (options.json)
    console.out << list.dump(2) << "\n";
  else
    console.out << table_text(
        {{"profile", Align::left},
         {"from", Align::left},
         {"kind", Align::left},
         {"length", Align::right},
         {"what it is", Align::left}},
        rows);
  return Exit::done;
}

Result<Exit> show_profile(const ProfileOptions& options, Console& console) {
  PlayWatch watch(console);
  OpenProfile found = TRY(find_profile(options.profile, options.seed, options.import));
  const OpenProfile profile = watched(std::move(found), watch.progress());
  const HarvestStatistics statistics = TRY(
      statistics_of(*profile.source, {.threshold = options.threshold, .columns = sparkline_width}));
  if (options.json)
    console.out << to_json(profile, statistics, options.threshold).dump(2) << "\n";
  else
    console.out << to_text(profile, statistics, options.threshold);
  return Exit::done;
}

Result<Exit> import_file(const ProfileOptions& options, Console& console) {
  PlayWatch watch(console);
  OpenProfile profile = TRY(open_profile(options.profile, options.import));
  const std::string name = options.name.empty() ? profile.name : options.name;
  tell(
      TRY(keep_profile(std::move(profile), name, options.force, watch.progress())), options,
      console);
  return Exit::done;
}

}  // namespace

void add_profile(CLI::App& program, Invocation& invocation) {
  CLI::App* profile =
      program.add_subcommand("profile", "List, show, import, make and change harvesting profiles");
  profile->require_subcommand(1);
  add_profile_plot(*profile, invocation);
  profile->footer("Example: sunfleck profile import walk.trace --name walk");
  const auto options = std::make_shared<ProfileOptions>();
  add_profile_action(
      profile, invocation, options, "list", "List what can be replayed", "--json", &list_profiles);

  CLI::App* show = add_profile_action(
      profile, invocation, options, "show", "Show a profile's shape and statistics",
      "rf-walk --threshold 0.5mW", &show_profile);
  add_profile_argument(show, options);
  add_quantity<Watts>(
      show, "--threshold", "Power at or below which it counts as outage; 1uW otherwise",
      [options](Watts value) { options->threshold = value; });

  CLI::App* import = add_profile_action(
      profile, invocation, options, "import", "Keep a recording, by name",
      "volts.csv --rate 1kHz --kind voltage_into_load --resistance 30kOhm --name walk",
      &import_file);
  import->add_option("file", options->profile, "A recording of any known format")->required();
  add_import_options(import, options);
  import->add_option("--name", options->name, "Under this name; the recording's otherwise");
  import->add_flag("--force", options->force, "Overwrite what is there");
  add_profile_editing(profile, invocation, options);
}

}  // namespace sunfleck::app
