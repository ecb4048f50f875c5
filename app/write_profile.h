#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "profiles/open_profile.h"

namespace sunfleck::app {

// A profile that was written to a file.
struct WrittenProfile {
  std::string name;
  std::string origin;
  HarvestFormat format;
  std::filesystem::path path;
  std::uint64_t samples = 0;
  RunTime duration{};  // gaps included
  std::string lost;    // what the file's format cannot hold, a sentence; mostly empty
};

// How far a profile is played, and of how much, where that is known. An Error ends the work.
using PlayProgress = std::function<Status(RunTime played, std::optional<RunTime> of)>;

// The same profile, which tells its progress at each block that is played.
OpenProfile watched(OpenProfile profile, PlayProgress progress);

// The names of the formats that are written: our CSV, "sunfleck", and the exporters'.
std::vector<std::string> written_formats();

// The format that a file's name asks for: .csv is our own, .ppk2.csv and .h5 the exporters'.
// Fails with usage for any other.
Result<std::string> format_of(const std::filesystem::path& path);

// Writes a profile, block by block, whole or not at all.
//
//   format     one of written_formats()
//   overwrite  a file that is there
//   fails      usage when there is a file that shall stay; cancelled as `progress` says; else as
//   the
//              profile's source and the format's writer do
Result<WrittenProfile> write_profile(
    OpenProfile profile, const std::filesystem::path& path, const std::string& format,
    bool overwrite, const PlayProgress& progress);

// Keeps a profile under a name, for find_profile(). Fails likewise, and as check_profile_name().
Result<WrittenProfile> keep_profile(
    OpenProfile profile, const std::string& name, bool overwrite, const PlayProgress& progress);

}  // namespace sunfleck::app
