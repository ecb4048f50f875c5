#include <gtest/gtest.h>

#include "tests/support/replay_json.h"
#include "tests/support/store_dump.h"

namespace {

// Samples and records of a run, as they lie in the store.
std::string recorded(const std::string& store) {
  return query_text(
             store,
             "SELECT s.name, c.level, c.first, c.count, hex(c.data) FROM chunk c "
             "JOIN signal s ON s.id = c.signal ORDER BY s.name, c.level, c.first") +
      query_text(
             store,
             "SELECT number, received_ns, boot, sequence, type, ticks, hex(payload) FROM record "
             "ORDER BY number");
}

std::string outputs(const std::string& store) {
  return query_text(store, "SELECT inference, hex(data) FROM output ORDER BY inference");
}

// The built-in network on a made profile; its inputs are the seed's, so a file gives them here.
std::string replay_into(const ScratchFolder& folder, const std::string& name, const char* seed) {
  std::string store = folder.file(name);
  std::string input(490, '\0');
  for (std::size_t i = 0; i < input.size(); ++i)
    input[i] = static_cast<char>(i * 37);
  std::ofstream(folder.file("one.in"), std::ios::binary) << input;
  const CommandResult command = sunfleck_command(
      {"replay", "--seed", seed, "--store", store, "--input", folder.file("one.in"), "--inferences",
       "3"},
      folder);
  EXPECT_EQ(command.code, 0) << command.err;
  return store;
}

TEST(Repeatability, TheSameSeedGivesTheSameBytes) {
  const ScratchFolder folder;
  const std::string first = recorded(replay_into(folder, "first.db", "5"));
  EXPECT_GT(first.size(), 100'000U);
  EXPECT_TRUE(first == recorded(replay_into(folder, "second.db", "5")));
}

TEST(Repeatability, AnotherSeedGivesOtherNoiseAndTheSameOutputs) {
  const ScratchFolder folder;
  const std::string one = replay_into(folder, "one.db", "5");
  const std::string other = replay_into(folder, "other.db", "6");
  EXPECT_FALSE(recorded(one) == recorded(other));
  EXPECT_FALSE(outputs(one).empty());
  EXPECT_EQ(outputs(one), outputs(other));
}

}  // namespace
