#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "core/base/result.h"
#include "core/power/harvest.h"

namespace sunfleck {

// A file format that profiles are read from. The content decides, not the file's name.
struct Importer {
  std::string_view name;     // "wisp"
  std::string_view summary;  // its line in a list: what the file holds and what is assumed
  bool (*recognises)(std::string_view text);
  // `where` is the file's name, for error texts. The profile's name is left empty where the file
  // has none.
  Result<HarvestProfile> (*read)(std::string_view text, std::string_view where);
};

// All of them, in the order in which they are asked.
std::span<const Importer> importers();

// The profile in a text of any known format.
//
//   where     the file's name, for error texts
//   returns   a profile with 1 to most_samples samples
//   fails     invalid_argument, with file and line, when no format recognises the text or
//             its reader refuses it
Result<HarvestProfile> import_text(std::string_view text, std::string_view where);

// The profile in a file of any known format; one without a name of its own takes the file's.
// Fails as import_text() does, and with io when the file is missing, not a regular one, unreadable
// or larger than 256 MB.
Result<HarvestProfile> import_profile(const std::filesystem::path& path);

}  // namespace sunfleck
