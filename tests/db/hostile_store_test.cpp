#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "db/database.h"
#include "db/run_store.h"
#include "db/run_writer.h"
#include "tests/db/store_support.h"
#include "tests/support/mutate.h"
#include "tests/support/shared_data.h"

namespace sunfleck::db {
namespace {

class Nowhere final : public SampleSink {
 public:
  void on_samples(const SampleBlock& block) override {
    samples += block.voltage.size();
    EXPECT_TRUE(
        block.current.empty() || block.voltage.empty() ||
        block.current.size() == block.voltage.size());
  }
  void on_edge(const MarkEdge&) override {}
  std::uint64_t samples = 0;
};

// A finished store in small pages, so that most of its bytes mean something.
std::vector<std::uint8_t> a_small_store() {
  const TemporaryFolder folder;
  {
    Result<std::unique_ptr<RunWriter>> begun = RunWriter::begin(folder / "store", a_start("small"));
    EXPECT_OK(begun);
    const std::unique_ptr<RunWriter> writer = *std::move(begun);
    play(a_recording(90, 12), *writer, 30);
    EXPECT_OK(writer->finish(an_outcome(), an_analysis()));
  }
  SQLite::Database database(folder / "store", SQLite::OPEN_READWRITE);
  database.exec("PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM");
  return file_bytes(folder / "store");
}

// Calls every reading function; returns how many gave values.
int read_everything(RunStore& store) {
  int good = 0;
  const auto count = [&good](const auto& result) {
    good += result ? 1 : 0;
    EXPECT_FALSE(!result && result.error().text.empty());
  };
  count(store.runs());
  count(store.find("1"));
  count(store.find("small"));
  count(store.signals(1));
  for (const char* signal : {"voltage", "current"}) {
    count(store.samples(1, signal, {0, 100}));
    count(store.next_samples(1, signal, 7));
    count(store.overview(1, signal, {0, 100}, 100));
    const Result<Overview> far = store.overview(1, signal, {0, ~std::uint64_t{0} >> 2}, 20);
    count(far);
    EXPECT_FALSE(far && far->buckets.size() > 20);
  }
  Nowhere nowhere;
  count(store.replay(1, nowhere));
  count(store.edges(1));
  count(store.records(1));
  count(store.outcome(1));
  count(store.outputs(1));
  count(store.layers(1));
  count(store.power_cycles(1));
  count(store.attribution(1));
  count(store.board_clock(1));
  count(store.timeline(1));
  count(store.rail_energy(1, RunTime(3), RunTime(899'999)));
  count(store.rail_energy(1, RunTime::min(), RunTime::max()));
  return good;
}
constexpr int reading_functions = 24;

// Damages a piece of the file and leaves the rest in its place, so that what comes after is still
// found. Half of the pieces lie in tables, beyond the text of the schema.
std::vector<std::uint8_t> damaged_in_place(
    const std::vector<std::uint8_t>& original, Random& random) {
  constexpr std::size_t piece = 1024;
  const std::size_t least = random.below(2) == 0 ? 0 : original.size() / 2;
  const std::size_t at = least + random.below(original.size() - piece - least);
  const auto start = original.begin() + static_cast<std::ptrdiff_t>(at);
  std::vector<std::uint8_t> damaged = mutated({start, start + piece}, random);
  damaged.resize(piece);
  std::vector<std::uint8_t> bytes = original;
  std::copy(damaged.begin(), damaged.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
  return bytes;
}

TEST(HostileStore, IsReadWhollyWhenNothingIsDamaged) {
  ASSERT_VALUE(store, RunStore::from_bytes(a_small_store(), "store"));
  EXPECT_EQ(read_everything(store), reading_functions);
}

TEST(HostileStore, NeverCrashesWhateverItsBytesAre) {
  const std::vector<std::uint8_t> original = a_small_store();
  Random random(11, "hostile store");
  int opened = 0;
  int whole = 0;
  for (int round = 0; round < 12'000; ++round) {
    Result<RunStore> store = RunStore::from_bytes(
        round % 4 == 0 ? mutated(original, random) : damaged_in_place(original, random), "store");
    if (!store) {
      EXPECT_FALSE(store.error().text.empty());
      continue;
    }
    ++opened;
    RunStore readable = *std::move(store);
    if (read_everything(readable) == reading_functions) ++whole;
  }
  // Both ends are reached: many are refused at once, many only where they are damaged.
  EXPECT_GT(opened, 2000);
  EXPECT_GT(opened - whole, 1000);
  RecordProperty("opened", opened);
  RecordProperty("whole", whole);
}

// The same through a file, as a program meets it: opening may write to what looks like a store.
TEST(HostileStore, NeverCrashesWhenItIsAFile) {
  const std::vector<std::uint8_t> original = a_small_store();
  Random random(12, "hostile file");
  const TemporaryFolder folder;
  for (int round = 0; round < 200; ++round) {
    const std::string path = folder / std::to_string(round);
    const std::vector<std::uint8_t> bytes = damaged_in_place(original, random);
    std::ofstream(path, std::ios::binary)
        .write(
            reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
    Result<RunStore> store = RunStore::open(path);
    if (!store) continue;
    RunStore readable = *std::move(store);
    read_everything(readable);
    static_cast<void>(readable.remove(1));
    std::filesystem::remove(path);
  }
}

}  // namespace
}  // namespace sunfleck::db
