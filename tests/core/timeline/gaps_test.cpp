#include "core/timeline/gaps.h"

#include <gtest/gtest.h>

#include "core/timeline/sound_records.h"
#include "tests/core/timeline/record_script.h"

namespace sunfleck {
namespace {

using namespace std::chrono_literals;

// Two boots of a run, at 1000 and at 10000; sent until the times at the right.
RecordScript two_boots() {
  RecordScript script;
  script
      .boot(1000, 500, by_tile, FW_RECORDS_CHECKPOINTS)  // 1810
      .inference(FW_RECORD_INFERENCE_BEGIN, 810, 0)      // 2000
      .position(FW_RECORD_LAYER_BEGIN, 1000, 0, 0, 0)    // 2230
      .checkpoint(2000, 0, 0, 1, 100);                   // 3310
  script
      .boot(10'000, 500, by_tile, FW_RECORDS_CHECKPOINTS)  // 10810
      .restore(900, 0, 0, 1, 90)                           // 11170
      .position(FW_RECORD_LAYER_BEGIN, 1170, 0, 0, 1);     // 11400
  return script;
}

Timeline timeline_of(const std::vector<TimedRecord>& records) {
  return build_timeline(records, edges_of({1000, 4000, 10'000}), 1, 12ms);
}

std::vector<TimedRecord> without(std::vector<TimedRecord> records, std::size_t i) {
  records.erase(records.begin() + static_cast<std::ptrdiff_t>(i));
  return records;
}

TEST(Gaps, LieBetweenTheRecordsThatWereReceived) {
  const std::vector<TimedRecord> all = two_boots().records();
  EXPECT_TRUE(timeline_of(all).gaps.empty());

  const Timeline within = timeline_of(without(without(all, 1), 1));
  ASSERT_EQ(within.gaps.size(), 1U);
  EXPECT_EQ(within.gaps[0].from, 1810us);  // the boot record was sent
  EXPECT_EQ(within.gaps[0].to, 3000us);    // the checkpoint
  EXPECT_EQ(within.gaps[0].records, 2U);
  EXPECT_EQ(within.gaps[0].boots, 0U);

  const Timeline begin = timeline_of(without(all, 4));
  ASSERT_EQ(begin.gaps.size(), 1U);
  EXPECT_EQ(begin.gaps[0].from, 10'000us);  // the rail rose
  EXPECT_EQ(begin.gaps[0].to, 10'900us);
  EXPECT_EQ(begin.gaps[0].records, 1U);

  EXPECT_TRUE(timeline_of(without(all, 3)).gaps.empty()) << "the end of a boot is not known";
}

TEST(Gaps, ABootWithoutRecordsIsTold) {
  RecordScript script = two_boots();
  std::vector<TimedRecord> records = script.records();
  for (std::size_t i = 4; i < records.size(); ++i)
    records[i].record.header.boot += 2;
  const Timeline timeline = timeline_of(records);
  ASSERT_EQ(timeline.gaps.size(), 1U);
  EXPECT_EQ(timeline.gaps[0].from, 3310us);
  EXPECT_EQ(timeline.gaps[0].to, 10'000us);
  EXPECT_EQ(timeline.gaps[0].records, 0U);
  EXPECT_EQ(timeline.gaps[0].boots, 2U);
}

TEST(SoundRecords, OrderAroundAResetIsThatOfTheBoard) {
  const std::vector<TimedRecord> all = two_boots().records();
  std::vector<TimedRecord> mixed = all;
  std::swap(mixed[3], mixed[4]);  // the first boot's last comes after the second's first
  mixed.push_back(mixed[2]);      // and one comes twice
  const SoundRecords sound =
      sound_records(mixed, power_cycles_of(edges_of({1000, 4000, 10'000}), 12ms));
  EXPECT_EQ(sound.set_aside, 1U);
  ASSERT_EQ(sound.records.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(sound.records[i].record.header.boot, all[i].record.header.boot);
    EXPECT_EQ(sound.records[i].record.header.sequence, all[i].record.header.sequence);
  }
  EXPECT_EQ(text_of(timeline_of(mixed)), text_of(timeline_of(all)));
}

TEST(SoundRecords, AFieldThatTheOthersContradictSetsItsRecordAside) {
  struct Case {
    const char* what;
    void (*damage)(fw_record_header& header);
  };
  const Case cases[] = {
      {"ticks behind", [](fw_record_header& header) { header.ticks -= 900; }},
      {"ticks ahead", [](fw_record_header& header) { header.ticks += 3000; }},
      {"ticks out of reach", [](fw_record_header& header) { header.ticks += 1U << 31; }},
      {"a boot that was not", [](fw_record_header& header) { header.boot += 100; }},
      {"a boot long gone", [](fw_record_header& header) { header.boot -= 100; }},
      {"a number that was given", [](fw_record_header& header) { header.sequence -= 1; }},
  };
  const std::vector<PowerCycle> cycles = power_cycles_of(edges_of({1000, 4000, 10'000}), 12ms);
  for (const Case& one : cases) {
    SCOPED_TRACE(one.what);
    std::vector<TimedRecord> records = two_boots().records();
    one.damage(records[2].record.header);
    const SoundRecords sound = sound_records(records, cycles);
    EXPECT_EQ(sound.set_aside, 1U);
    for (const TimedRecord& timed : sound.records)
      EXPECT_FALSE(timed.received == records[2].received);
  }
}

}  // namespace
}  // namespace sunfleck
