#include "tests/profiles/damaged_files.h"

#include <gtest/gtest.h>

namespace sunfleck {
namespace {

// What is too long for the suite is done by sunfleck_fuzz_importers.
constexpr std::size_t damaged_bytes_in_all = 10'000'000;
constexpr std::size_t most_files = 10'000;
constexpr std::size_t most_files_with_a_process_each = 2'000;

TEST(DamagedFiles, EveryImporterRefusesThemInASentenceOrReadsThem) {
  for (const Importer& importer : importers()) {
    SCOPED_TRACE(importer.name);
    const std::vector<std::string> files = files_to_damage(importer);
    if (files.empty()) continue;  // its recordings are not there
    const bool has_processes = importer.name == "shepherd" || importer.name == "ppk2-session";
    const std::size_t by_size =
        damaged_bytes_in_all / std::max<std::size_t>(1, files[0].size()) + 1;
    const std::size_t count =
        has_processes ? most_files_with_a_process_each : std::min(most_files, by_size);
    const std::optional<std::string> wrong = feed_damaged_files(importer, count, 1);
    EXPECT_FALSE(wrong) << *wrong;
  }
}

TEST(DamagedFiles, TheFilesAreGoodBeforeTheyAreDamaged) {
  const ImportOptions options{
      .period = std::chrono::milliseconds(1),
      .resistance = Ohms{1000.0},
      .kind = HarvestKind::voltage_into_load,
      .voltage = Volts{3.0}};
  for (const Importer& importer : importers())
    for (const std::string& bytes : files_to_damage(importer)) {
      const auto profile = open_profile(ProfileFile::holding(bytes, "good"), options);
      ASSERT_TRUE(profile) << importer.name << ": " << profile.error().text;
      EXPECT_TRUE(importer.recognises(std::string_view(bytes).substr(0, recognised_bytes)));
      const auto whole = in_memory(*profile, 1U << 24);
      EXPECT_TRUE(whole) << importer.name << ": " << whole.error().text;
    }
}

}  // namespace
}  // namespace sunfleck
