#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/units.h"
#include "profiles/open_profile.h"
#include "profiles/profile_file.h"

namespace sunfleck {

// What a file does not say and a person must. A format that needs one fails with a sentence that
// names it; the others ignore it.
struct ImportOptions {
  std::optional<RunTime> period{};   // between samples, of a file without times
  std::optional<Ohms> resistance{};  // of a file of volts: see `kind`
  // Of a file of volts: voltage_into_load or voltage_behind_resistance.
  std::optional<HarvestKind> kind{};
  std::optional<Volts> voltage{};     // at which currents were recorded
  std::optional<std::string> node{};  // of a recording with several
};

// A file format that profiles are read from. The content decides, not the file's name.
struct Importer {
  std::string_view name;     // "wisp"
  std::string_view summary;  // its line in a list: what the file holds and what is assumed
  //   head   the first recognised_bytes of the file, or all of it
  bool (*recognises)(std::string_view head);
  // The profile's name is left empty where the file has none.
  Result<OpenProfile> (*open)(const ProfileFile& file, const ImportOptions& options);
};

inline constexpr std::size_t recognised_bytes = 4096;

// All of them, in the order in which they are asked.
std::span<const Importer> importers();

// The profile in a file of any known format; one without a name of its own takes the file's.
//
//   fails     invalid_argument, with file and line or offset, when no format recognises the file,
//             or its reader refuses what it has read so far; what comes later in a long file is
//             refused when it is played
Result<OpenProfile> open_profile(const ProfileFile& file, const ImportOptions& options = {});

// Likewise, and fails with io when the file is missing, not a regular one or unreadable.
Result<OpenProfile> open_profile(
    const std::filesystem::path& path, const ImportOptions& options = {});

}  // namespace sunfleck
