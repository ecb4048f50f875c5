#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/energy/energy_curve.h"
#include "db/database.h"
#include "db/run_store.h"
#include "db/run_writer.h"
#include "tests/db/store_support.h"

namespace sunfleck::db {
namespace {

constexpr RunTime period(10'000);
constexpr std::size_t length = 100'000;

// Blocks of random length with gaps between them, one of more than a chunk, and samples that are
// not finite. `current` is what a rail of 3 V to 0 V draws.
struct BrokenRecording {
  struct Block {
    std::uint64_t first;
    std::vector<float> voltage, current;
  };
  std::vector<Block> blocks;

  void send(SampleSink& sink) const {
    for (const Block& block : blocks)
      sink.on_samples(
          {.first = block.first,
           .period = period,
           .voltage = block.voltage,
           .current = block.current,
           .storage = {},
           .harvest = {}});
  }
};

BrokenRecording a_broken_recording() {
  Random random(21, "broken");
  BrokenRecording recording;
  std::uint64_t next = 0;
  while (next < length) {
    BrokenRecording::Block block{.first = next, .voltage = {}, .current = {}};
    for (std::uint64_t i = random.below(3000); i > 0; --i) {
      block.voltage.push_back(static_cast<float>(3.0 * random.uniform()));
      block.current.push_back(static_cast<float>(0.01 * random.normal()));
      if (random.below(500) == 0) block.voltage.back() = std::numeric_limits<float>::infinity();
      if (random.below(500) == 0) block.current.back() = std::numeric_limits<float>::quiet_NaN();
    }
    next += block.voltage.size() + (random.below(4) == 0 ? random.below(2000) : 0);
    if (recording.blocks.size() == 20) next += 40'000;  // whole chunks without a sample
    if (!block.voltage.empty()) recording.blocks.push_back(std::move(block));
  }
  return recording;
}

// By the definition: sample by sample, with the part of each that lies between.
struct Naive {
  double joules = 0.0, coulombs = 0.0, seconds = 0.0;
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
};

Naive naive_between(const BrokenRecording& recording, RunTime from, RunTime to) {
  Naive sum;
  for (const BrokenRecording::Block& block : recording.blocks)
    for (std::size_t i = 0; i < block.voltage.size(); ++i) {
      const RunTime begin = period * static_cast<RunTime::rep>(block.first + i);
      const RunTime inside = std::min(begin + period, to) - std::max(begin, from);
      if (inside <= RunTime{}) continue;
      const double volts = block.voltage[i];
      const double amperes = block.current[i];
      if (std::isfinite(volts)) {
        sum.low = std::min(sum.low, volts);
        sum.high = std::max(sum.high, volts);
      }
      if (!std::isfinite(volts) || !std::isfinite(amperes)) continue;
      const double seconds = static_cast<double>(inside.count()) * 1e-9;
      sum.joules += volts * amperes * seconds;
      sum.coulombs += amperes * seconds;
      sum.seconds += seconds;
    }
  return sum;
}

class RailEnergyOfARun : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_VALUE(writer, RunWriter::begin(path, a_start("broken")));
    recording.send(*writer);
    EXPECT_OK(writer->finish(an_outcome(), an_analysis()));
  }

  const TemporaryFolder folder;
  const std::string path = folder / "runs.sqlite";
  const BrokenRecording recording = a_broken_recording();
};

TEST_F(RailEnergyOfARun, IsTheSumOfItsSamplesBetweenAnyTwoTimes) {
  ASSERT_VALUE(store, RunStore::open(path));
  EnergyCurve curve;
  for (const BrokenRecording::Block& block : recording.blocks)
    curve.append(
        {.first = block.first,
         .period = period,
         .voltage = block.voltage,
         .current = block.current,
         .storage = {},
         .harvest = {}});
  const Naive all = naive_between(recording, {}, curve.end());
  // The curve keeps the power inside a chunk of 256 as floats: half of 2^-24 of each is lost.
  const double curve_error = 256 * 0.1 * 1e-5 * std::ldexp(1.0, -25);
  Random random(22, "times");
  for (int round = 0; round < 100; ++round) {
    const auto end = static_cast<std::uint64_t>(curve.end().count());
    RunTime from(static_cast<RunTime::rep>(random.below(end)));
    RunTime to(static_cast<RunTime::rep>(random.below(end + end / 5)));
    if (round % 5 == 0) to = from + RunTime(random.below(20'000));
    if (to < from) std::swap(from, to);
    SCOPED_TRACE(testing::Message() << from.count() << " to " << to.count());
    ASSERT_VALUE(energy, store.rail_energy(1, from, to));
    const Naive wanted = naive_between(recording, from, to);
    EXPECT_NEAR(energy.energy.si, wanted.joules, 1e-12 * std::abs(all.joules));
    EXPECT_NEAR(energy.charge.si, wanted.coulombs, 1e-12 * std::abs(all.coulombs));
    EXPECT_NEAR(to_seconds(energy.measured).si, wanted.seconds, 1e-9);
    EXPECT_NEAR(energy.energy.si, curve.between(from, to).si, curve_error);
    if (energy.voltage.count > 0) {
      EXPECT_EQ(energy.voltage.low, wanted.low);
      EXPECT_EQ(energy.voltage.high, wanted.high);
    }
  }
}

TEST_F(RailEnergyOfARun, OfAllOfItIsThatOfTheEnergyCurveToTwelveDigits) {
  ASSERT_VALUE(store, RunStore::open(path));
  EnergyCurve curve;
  class ToCurve final : public SampleSink {
   public:
    explicit ToCurve(EnergyCurve& curve) : curve_(curve) {}
    void on_samples(const SampleBlock& block) override { curve_.append(block); }
    void on_edge(const MarkEdge&) override {}

   private:
    EnergyCurve& curve_;
  } sink(curve);
  recording.send(sink);
  ASSERT_VALUE(energy, store.rail_energy(1, {}, curve.end()));
  EXPECT_NEAR(energy.energy.si, curve.total().si, 1e-12 * curve.total().si);
  EXPECT_EQ(energy.measured, curve.end() - curve.gaps());
}

TEST_F(RailEnergyOfARun, IsTheSameWithoutTheStoredSums) {
  const RunTime from(123'456'789);
  const RunTime to(900'000'001);
  ASSERT_VALUE(store, RunStore::open(path));
  ASSERT_VALUE(stored, store.rail_energy(1, from, to));
  {
    ASSERT_VALUE(database, Database::open(path, Missing::refuse));
    EXPECT_OK(database->execute("DELETE FROM rail_sum"));
  }
  ASSERT_VALUE(computed, store.rail_energy(1, from, to));
  EXPECT_EQ(computed.energy.si, stored.energy.si);
  EXPECT_EQ(computed.charge.si, stored.charge.si);
  EXPECT_EQ(computed.measured, stored.measured);
  EXPECT_EQ(computed.voltage.low, stored.voltage.low);
  EXPECT_EQ(computed.current.high, stored.current.high);
  EXPECT_EQ(computed.current.count, stored.current.count);
  EXPECT_NEAR(computed.current.mean, stored.current.mean, 1e-12);
}

// Every sample that a whole chunk needs is in its sum: those need not be read.
TEST_F(RailEnergyOfARun, ReadsNoSampleOfWholeChunks) {
  {
    ASSERT_VALUE(database, Database::open(path, Missing::refuse));
    EXPECT_OK(database->execute(
        "UPDATE chunk SET data = x'00' WHERE level > 0 OR first NOT IN (0, 81920)"));
  }
  ASSERT_VALUE(store, RunStore::open(path));
  EXPECT_OK(store.rail_energy(1, RunTime(5), period * 90'000));
  EXPECT_FALSE(store.rail_energy(1, RunTime(5), period * 20'000));
}

TEST_F(RailEnergyOfARun, IsNothingOutsideItsSamples) {
  ASSERT_VALUE(store, RunStore::open(path));
  ASSERT_VALUE(before, store.rail_energy(1, RunTime(-50), RunTime{}));
  EXPECT_EQ(before.energy, Joules{});
  EXPECT_EQ(before.to, RunTime{});
  ASSERT_VALUE(after, store.rail_energy(1, RunTime::max() / 2, RunTime::max()));
  EXPECT_EQ(after.energy, Joules{});
  EXPECT_EQ(after.measured, RunTime{});
  EXPECT_EQ(error_text(store.rail_energy(7, {}, RunTime(1))), path + ": there is no run 7");
}

TEST(RailEnergy, IsNotKnownOfARunWithoutSamples) {
  const TemporaryFolder folder;
  const std::string path = folder / "runs.sqlite";
  ASSERT_VALUE(writer, RunWriter::begin(path, a_start("empty")));
  EXPECT_OK(writer->finish(an_outcome(), an_analysis()));
  ASSERT_VALUE(store, RunStore::open(path));
  EXPECT_EQ(
      error_text(store.rail_energy(1, {}, RunTime(1))),
      path + ": run 1 has no voltage and current at the rail");
}

// Rows of whatever form: an error that names the damage, never a wild sum.
TEST_F(RailEnergyOfARun, RefusesSumsThatCannotBe) {
  const struct {
    const char* sql;
    const char* error;
  } cases[] = {
      {"UPDATE rail_sum SET first = 5 WHERE first = 16384", "first is 5"},
      {"UPDATE rail_sum SET samples = 99999 WHERE first = 16384", "samples is 99999"},
      {"UPDATE rail_sum SET joules = 9e999 WHERE first = 16384", "joules is no finite number"},
      {"UPDATE signal SET period_ns = 7 WHERE name = 'current'",
       "voltage has a sample every 10000 ns, and current every 7 ns"},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.sql);
    ASSERT_VALUE(database, Database::open(path, Missing::refuse));
    EXPECT_OK(database->execute(one.sql));
    ASSERT_VALUE(store, RunStore::open(path));
    const std::string text = error_text(store.rail_energy(1, {}, period * 90'000));
    EXPECT_NE(text.find("the run store is damaged"), std::string::npos) << text;
    EXPECT_NE(text.find(one.error), std::string::npos) << text;
    EXPECT_OK(database->execute(
        "UPDATE rail_sum SET samples = 0, joules = 0; UPDATE rail_sum SET first = 16384 WHERE"
        " first = 5"));
  }
}

}  // namespace
}  // namespace sunfleck::db
