// Feeds every importer of profiles damaged files; see tests/README.md.
//
//   sunfleck_fuzz_importers [files per importer [importer [seed]]]

#include <cstdlib>
#include <iostream>

#include "tests/profiles/damaged_files.h"

// Memory that nobody can want for a small file ends the program.
extern "C" const char* __asan_default_options() {
  return "max_allocation_size_mb=1024:hard_rss_limit_mb=3000";
}

int main(int argument_count, char** arguments) {
  const std::string_view only = argument_count > 2 ? arguments[2] : "";
  const std::size_t count = argument_count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 100'000;
  const std::uint64_t seed = argument_count > 3 ? std::strtoull(arguments[3], nullptr, 10) : 2;
  bool all_well = true;
  for (const sunfleck::Importer& importer : sunfleck::importers()) {
    if (!only.empty() && importer.name != only) continue;
    if (sunfleck::files_to_damage(importer).empty()) {
      std::cout << importer.name << ": no file to damage\n";
      continue;
    }
    const auto wrong = sunfleck::feed_damaged_files(importer, count, seed);
    std::cout << importer.name << ": " << (wrong ? *wrong : sunfleck::join(count, " files"))
              << std::endl;
    all_well = all_well && !wrong;
  }
  return all_well ? EXIT_SUCCESS : EXIT_FAILURE;
}
