#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "profiles/importers.h"

namespace sunfleck {

// Small good files that an importer reads, to be damaged: made here, or, for a format that is not,
// the smallest recording of its kind beside the project. None when there is none.
std::vector<std::string> files_to_damage(const Importer& importer);

// Feeds an importer damaged copies of its files, one after the other, and plays whatever it opens
// to its end. Which damage is drawn from `seed`.
//
//   count     of files in all
//   returns   nothing when every file was refused in one sentence with its name, or gave samples
//             that are finite and not negative, in order of time; else what was wrong, with the
//             number of the file. It is wrong too when the program's memory grows by 1 GB
std::optional<std::string> feed_damaged_files(
    const Importer& importer, std::size_t count, std::uint64_t seed);

}  // namespace sunfleck
