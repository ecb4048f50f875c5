#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "profiles/open_profile.h"

namespace sunfleck {

// A foreign file format that profiles are written to.
struct Exporter {
  std::string_view name;     // "shepherd"
  std::string_view summary;  // its line in a list: what is kept
  std::string_view suffix;   // that such files have, ".h5"
  // Writes the whole profile, block by block, from its beginning; the file appears whole or not at
  // all. Returns what the format cannot hold, a sentence for the user, empty when it holds all.
  //
  //   fails   unsupported, when the format has no place for the kind of profile; io, with the
  //           file's name, when it cannot be written; as the source does
  Result<std::string> (*write)(const OpenProfile& profile, const std::filesystem::path& path);
};

// All of them.
std::span<const Exporter> exporters();

}  // namespace sunfleck
