#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/commands/command.h"
#include "app/write_profile.h"
#include "core/base/units.h"
#include "profiles/edit.h"
#include "profiles/importers.h"

// What the commands below `sunfleck profile` share.
namespace sunfleck::app {

struct ProfileOptions {
  std::string profile;  // what find_profile() takes
  std::uint64_t seed = 1;
  ImportOptions import;
  Watts threshold{1e-6};
  RunTime from{};
  std::optional<RunTime> to;
  ProfileScale scale;
  std::string output;  // a file, or
  std::string name;    // of what is kept
  std::string format;  // of the file; by its name where empty
  bool force = false;
  bool json = false;
};

using ProfileAction = Result<Exit> (*)(const ProfileOptions&, Console&);

// A command with --json and an example, and options of its own.
CLI::App* add_profile_action(
    CLI::App* parent, Invocation& invocation, const std::shared_ptr<ProfileOptions>& options,
    const std::string& name, const std::string& summary, const std::string& example,
    ProfileAction action);

// Options for what a file does not say.
void add_import_options(CLI::App* command, const std::shared_ptr<ProfileOptions>& options);
// A profile of any kind as argument, with those.
void add_profile_argument(CLI::App* command, const std::shared_ptr<ProfileOptions>& options);
// Where to write: --output or --name, and --force.
void add_output_options(CLI::App* command, const std::shared_ptr<ProfileOptions>& options);
// A length of time, 0 or more.
void add_time(
    CLI::App* command, const std::string& flags, const std::string& description,
    const std::function<void(RunTime)>& on_value);

// A progress line on the console, and an end with Errc::cancelled once Ctrl-C came, while
// something is played.
class PlayWatch {
 public:
  explicit PlayWatch(Console& console);
  ~PlayWatch();
  PlayWatch(const PlayWatch&) = delete;
  PlayWatch& operator=(const PlayWatch&) = delete;

  PlayProgress progress();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Writes a profile to where the options say, and tells it.
// Fails with usage when they say nothing or both, else as write_profile() does.
Result<Exit> write_where_told(
    OpenProfile profile, const ProfileOptions& options, Console& console, PlayWatch& watch);
// Says what was written.
void tell(const WrittenProfile& written, const ProfileOptions& options, Console& console);

// Adds convert, generate, cut and scale.
void add_profile_editing(
    CLI::App* profile, Invocation& invocation, const std::shared_ptr<ProfileOptions>& options);

}  // namespace sunfleck::app
