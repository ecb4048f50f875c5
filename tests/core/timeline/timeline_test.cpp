#include "core/timeline/timeline.h"

#include <gtest/gtest.h>

#include "tests/core/timeline/record_script.h"

namespace sunfleck {
namespace {

using namespace std::chrono_literals;

// A power cycle from 1000 to 4000: one checkpoint, and power fails in the second tile.
RecordScript first_cycle() {
  RecordScript script;
  script
      .boot(1000, 500, by_tile, FW_RECORDS_CHECKPOINTS)  // sent until 810
      .inference(FW_RECORD_INFERENCE_BEGIN, 810, 0)      // 1000
      .position(FW_RECORD_LAYER_BEGIN, 1000, 0, 0, 0)    // 1230
      .checkpoint(2000, 0, 0, 1, 100);                   // 2310
  return script;
}

// Another from 10000 on, which goes on at a tile and then sleeps.
RecordScript& second_cycle(RecordScript& script, std::uint16_t tile) {
  return script
      .boot(10'000, 500, by_tile, FW_RECORDS_CHECKPOINTS)  // 810
      .restore(900, 0, 0, tile, 90)                        // 1170
      .position(FW_RECORD_LAYER_BEGIN, 1170, 0, 0, tile)   // 1400
      .checkpoint(2500, 0, 0, 3, 100)                      // 2810
      .position(FW_RECORD_LAYER_END, 2810, 0, 0, 3)        // 3040
      .inference(FW_RECORD_IDLE, 3040, 1);                 // 3230
}

const Lines second_cycle_lines = {
    "4000-10000 off",           "10000-10500 boot",      "10500-10810 telemetry",
    "10810-10900 restore",      "10900-11400 telemetry", "11400-12400 compute 0",
    "12400-12500 checkpoint 0", "12500-13230 telemetry", "13230-20000 sleep",
};

Lines followed_by(Lines lines, const Lines& more) {
  lines.insert(lines.end(), more.begin(), more.end());
  return lines;
}

// All expected spans are worked by hand from the comments above.
TEST(Timeline, BooksWhatWasLostWithThePowerAsReExecution) {
  RecordScript script = first_cycle();
  second_cycle(script, 1);
  const Timeline timeline =
      build_timeline(script.records(), edges_of({1000, 4000, 10'000}), 1, 20ms);
  EXPECT_EQ(
      text_of(timeline),
      followed_by(
          {"0-1000 off", "1000-1500 boot", "1500-2230 telemetry", "2230-2900 compute 0",
           "2900-3000 checkpoint 0", "3000-3310 telemetry", "3310-4000 re-execution 0"},
          second_cycle_lines));
  ASSERT_EQ(timeline.power_cycles.size(), 2U);
  EXPECT_TRUE(timeline.power_cycles[0].outage);
  EXPECT_FALSE(timeline.power_cycles[1].outage);
  EXPECT_EQ(timeline.power_cycles[0].records, 4U);
  EXPECT_EQ(timeline.power_cycles[1].records, 6U);
  EXPECT_EQ(timeline.power_cycles[1].clock_offset, 10ms);
  // No delay was seen, so what is left is the line, 2 * 10 us / sqrt(12), and the tick,
  // 1 us / sqrt(12): 5.781 us. Drift that is not seen adds 58 ppm of 2540 us: 5.783 us.
  EXPECT_EQ(timeline.power_cycles[1].clock_uncertainty, 5783ns);
  EXPECT_EQ(timeline.checkpoints, std::vector<std::uint32_t>{2});
  EXPECT_EQ(timeline.executions, std::vector<std::uint32_t>{1});
}

TEST(Timeline, KeepsWorkWhoseCommitHappenedAlthoughItsRecordWasCut) {
  RecordScript script = first_cycle();
  second_cycle(script, 2);
  const Timeline timeline =
      build_timeline(script.records(), edges_of({1000, 4000, 10'000}), 1, 20ms);
  EXPECT_EQ(
      text_of(timeline),
      followed_by(
          {"0-1000 off", "1000-1500 boot", "1500-2230 telemetry", "2230-2900 compute 0",
           "2900-3000 checkpoint 0", "3000-3310 telemetry", "3310-4000 compute 0"},
          second_cycle_lines));
}

TEST(Timeline, WithSnapshotsWhatCameAfterTheLastOneIsLost) {
  RecordScript script;
  script
      .boot(1000, 500, by_voltage, FW_RECORDS_CHECKPOINTS)  // sent until 810
      .inference(FW_RECORD_INFERENCE_BEGIN, 810, 0)         // 1000
      .position(FW_RECORD_LAYER_BEGIN, 1000, 0, 0, 0)       // 1230
      .checkpoint(2000, 0, 0, 2, 300)                       // 2310
      .inference(FW_RECORD_IDLE, 2310, 0)                   // 2500: sleeps until it is supplied
      .position(FW_RECORD_LAYER_BEGIN, 4000, 0, 0, 2)       // 4230
      .boot(10'000, 500, by_voltage, FW_RECORDS_CHECKPOINTS)
      .restore(900, 0, 0, 2, 90)                       // 1170
      .position(FW_RECORD_LAYER_BEGIN, 1170, 0, 0, 2)  // 1400
      .position(FW_RECORD_LAYER_END, 2500, 0, 0, 5)    // 2730
      .inference(FW_RECORD_IDLE, 2730, 1);             // 2920
  const Timeline timeline =
      build_timeline(script.records(), edges_of({1000, 6000, 10'000}), 1, 20ms);
  EXPECT_EQ(
      text_of(timeline),
      (Lines{
          "0-1000 off", "1000-1500 boot", "1500-2230 telemetry", "2230-2700 compute 0",
          "2700-3000 checkpoint 0", "3000-3500 telemetry", "3500-5000 sleep", "5000-5230 telemetry",
          "5230-6000 re-execution 0", "6000-10000 off", "10000-10500 boot", "10500-10810 telemetry",
          "10810-10900 restore", "10900-11400 telemetry", "11400-12500 compute 0",
          "12500-12920 telemetry", "12920-20000 sleep"}));
}

TEST(Timeline, InventsNothingWhereRecordsAreMissing) {
  struct Case {
    const char* what;
    std::size_t missing;  // record of the two power cycles
    Lines lines;
  };
  const Lines head = {"0-1000 off", "1000-1500 boot", "1500-2230 telemetry"};
  const Lines work = {"2230-2900 compute 0", "2900-3000 checkpoint 0", "3000-3310 telemetry"};
  const Lines lost = {"3310-4000 re-execution 0"};
  const Case cases[] = {
      {"the begin of the layer: before the checkpoint it may have been anything", 2,
       followed_by(
           {"0-1000 off", "1000-1500 boot", "1500-2000 telemetry", "2000-2900 unattributed",
            "2900-3000 checkpoint 0", "3000-3310 telemetry", "3310-4000 re-execution 0"},
           second_cycle_lines)},
      {"the boot record: its power cycle begins with the unknown", 0,
       followed_by(
           {"0-1000 off", "1000-1810 unattributed", "1810-2230 telemetry", "2230-2900 compute 0",
            "2900-3000 checkpoint 0", "3000-3310 telemetry", "3310-4000 re-execution 0"},
           second_cycle_lines)},
      {"the checkpoint: nothing was committed for certain, and where it goes on proves the layer",
       3,
       followed_by(
           {"0-1000 off", "1000-1500 boot", "1500-2230 telemetry", "2230-4000 compute 0"},
           second_cycle_lines)},
      {"the restore: the board's next layer tells as much", 5,
       followed_by(
           followed_by(followed_by(head, work), lost),
           {"4000-10000 off", "10000-10500 boot", "10500-10810 telemetry",
            "10810-11170 unattributed", "11170-11400 telemetry", "11400-12400 compute 0",
            "12400-12500 checkpoint 0", "12500-13230 telemetry", "13230-20000 sleep"})},
      {"a checkpoint with the same layer on both sides", 7,
       followed_by(
           followed_by(followed_by(head, work), lost),
           {"4000-10000 off", "10000-10500 boot", "10500-10810 telemetry", "10810-10900 restore",
            "10900-11400 telemetry", "11400-12810 compute 0", "12810-13230 telemetry",
            "13230-20000 sleep"})},
      {"the end of the layer: what it did before it slept is not known", 8,
       followed_by(
           followed_by(followed_by(head, work), lost),
           {"4000-10000 off", "10000-10500 boot", "10500-10810 telemetry", "10810-10900 restore",
            "10900-11400 telemetry", "11400-12400 compute 0", "12400-12500 checkpoint 0",
            "12500-12810 telemetry", "12810-13040 unattributed", "13040-13230 telemetry",
            "13230-20000 sleep"})},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    RecordScript script = first_cycle();
    second_cycle(script, 1);
    std::vector<TimedRecord> records = script.records();
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(c.missing));
    EXPECT_EQ(text_of(build_timeline(records, edges_of({1000, 4000, 10'000}), 1, 20ms)), c.lines);
  }
}

TEST(Timeline, LosesTheWholeInferenceWhereNothingIsCommitted) {
  RecordScript script;
  script
      .boot(0, 100, restart, FW_RECORDS_LAYERS)         // 410
      .inference(FW_RECORD_INFERENCE_BEGIN, 410, 4)     // 600
      .position(FW_RECORD_LAYER_BEGIN, 600, 4, 0, 0)    // 830
      .position(FW_RECORD_LAYER_END, 1000, 4, 0, 1)     // 1230
      .inference(FW_RECORD_INFERENCE_END, 1230, 4)      // 1420
      .inference(FW_RECORD_INFERENCE_BEGIN, 1420, 5)    // 1610
      .position(FW_RECORD_LAYER_BEGIN, 1610, 5, 0, 0)   // 1840
      .position(FW_RECORD_LAYER_END, 2010, 5, 0, 1)     // 2240
      .position(FW_RECORD_LAYER_BEGIN, 2240, 5, 1, 0);  // 2470
  script
      .boot(5000, 100, restart, FW_RECORDS_LAYERS)    // 410
      .inference(FW_RECORD_INFERENCE_BEGIN, 410, 5);  // 600
  const Timeline timeline = build_timeline(script.records(), edges_of({0, 3000, 5000}), 2, 6ms);
  EXPECT_EQ(
      text_of(timeline),
      (Lines{
          "0-100 boot", "100-410 telemetry", "410-830 telemetry /4", "830-1000 compute 0 /4",
          "1000-1420 telemetry /4", "1420-1840 telemetry /5", "1840-2010 re-execution 0 /5",
          "2010-2470 telemetry /5", "2470-3000 re-execution 1 /5", "3000-5000 off",
          "5000-5100 boot", "5100-5410 telemetry", "5410-5600 telemetry /5",
          "5600-6000 unattributed /5"}));
}

TEST(Timeline, TakesWritesInPiecesFromTheLayersCompute) {
  // The strategy `layer` writes after each tile and commits at the end: of the 150 ticks that the
  // checkpoint took, 50 are at its end, and the others lie before the record of the last tile.
  RecordScript script;
  script
      .boot(0, 100, by_layer, FW_RECORDS_TILES)       // 410
      .inference(FW_RECORD_INFERENCE_BEGIN, 410, 0)   // 600
      .position(FW_RECORD_LAYER_BEGIN, 600, 0, 0, 0)  // 830
      .position(FW_RECORD_TILE_BEGIN, 830, 0, 0, 0)   // 1060
      .position(FW_RECORD_TILE_END, 1300, 0, 0, 0)    // 1530
      .checkpoint(1580, 0, 0, 1, 150)                 // 1890
      .position(FW_RECORD_LAYER_END, 1890, 0, 0, 1);  // 2120
  const Timeline timeline = build_timeline(script.records(), edges_of({0}), 1, 2120us);
  EXPECT_EQ(
      text_of(timeline),
      (Lines{
          "0-100 boot", "100-1060 telemetry", "1060-1200 compute 0", "1200-1300 checkpoint 0",
          "1300-1530 telemetry", "1530-1580 checkpoint 0", "1580-2120 telemetry"}));
}

TEST(Timeline, TakesASearchBeforeTheBootRecordFromTheBoot) {
  RecordScript script;
  script.boot(0, 100, by_tile, FW_RECORDS_LAYERS).restore(420, 0, 0, 1, 40);  // 410, 690
  const Timeline timeline = build_timeline(script.records(), edges_of({0}), 1, 690us);
  EXPECT_EQ(
      text_of(timeline),
      (Lines{
          "0-70 boot", "70-100 restore", "100-410 telemetry", "410-420 restore",
          "420-690 telemetry"}));
}

TEST(Timeline, BooksTheCommitOfAnInferenceInNoLayer) {
  RecordScript script;
  script
      .boot(0, 100, by_tile, FW_RECORDS_CHECKPOINTS)  // 410
      .result(500, 0)                                 // 11 + 10 + 4 bytes: 750
      .checkpoint(850, 1, 0, 0, 100)                  // 1160
      .inference(FW_RECORD_INFERENCE_END, 1160, 0);   // 1350
  const Timeline timeline = build_timeline(script.records(), edges_of({0}), 1, 1350us);
  EXPECT_EQ(
      text_of(timeline),
      (Lines{
          "0-100 boot", "100-410 telemetry", "410-500 unattributed", "500-750 telemetry",
          "750-850 checkpoint", "850-1350 telemetry"}));
  EXPECT_EQ(timeline.checkpoints, std::vector<std::uint32_t>{0});
}

TEST(Timeline, SaysLittleWhereTheBoardTellsResultsOnly) {
  RecordScript script;
  script.boot(0, 100, by_tile, FW_RECORDS_RESULTS);  // 410
  script.boot(5000, 100, by_tile, FW_RECORDS_RESULTS)
      .restore(420, 0, 0, 1, 10)
      .result(3000, 0)                      // 3250
      .inference(FW_RECORD_IDLE, 3400, 1);  // 3590
  const Timeline timeline = build_timeline(script.records(), edges_of({0, 4000, 5000}), 1, 10ms);
  EXPECT_EQ(
      text_of(timeline),
      (Lines{
          "0-100 boot", "100-410 telemetry", "410-4000 unattributed", "4000-5000 off",
          "5000-5100 boot", "5100-5410 telemetry", "5410-5420 restore", "5420-5690 telemetry",
          "5690-8000 unattributed", "8000-8250 telemetry", "8250-8400 unattributed",
          "8400-8590 telemetry", "8590-10000 sleep"}));
}

TEST(Timeline, BooksStartUpThatThePowerCutsWhereItIsNoLongerThanAnother) {
  // The second boot takes 900 from its record to the first of work; so 800 in the first can be
  // that.
  RecordScript script;
  script.boot(0, 100, by_tile, FW_RECORDS_LAYERS);  // 410
  script.boot(2000, 100, by_tile, FW_RECORDS_LAYERS)
      .inference(FW_RECORD_INFERENCE_BEGIN, 1310, 0);  // 1500
  const Timeline timeline = build_timeline(script.records(), edges_of({0, 1210, 2000}), 1, 3500us);
  EXPECT_EQ(
      text_of(timeline),
      (Lines{
          "0-100 boot", "100-410 telemetry", "410-1210 boot", "1210-2000 off", "2000-2100 boot",
          "2100-2410 telemetry", "2410-3310 boot", "3310-3500 telemetry"}));
}

TEST(Timeline, TakesASecondBootInAPowerCycleAsAReset) {
  RecordScript script;
  script
      .boot(0, 100, by_tile, FW_RECORDS_CHECKPOINTS)   // 410
      .inference(FW_RECORD_INFERENCE_BEGIN, 410, 0)    // 600
      .position(FW_RECORD_LAYER_BEGIN, 600, 0, 0, 0);  // 830
  script.boot(2000, 100, by_tile, FW_RECORDS_CHECKPOINTS)
      .inference(FW_RECORD_INFERENCE_BEGIN, 410, 0)
      .position(FW_RECORD_LAYER_BEGIN, 600, 0, 0, 0);
  const Timeline timeline = build_timeline(script.records(), edges_of({0}), 1, 3ms);
  EXPECT_EQ(
      text_of(timeline),
      (Lines{
          "0-100 boot", "100-830 telemetry", "830-2000 re-execution 0", "2000-2100 boot",
          "2100-2830 telemetry", "2830-3000 compute 0"}));
  ASSERT_EQ(timeline.power_cycles.size(), 1U);
  EXPECT_EQ(timeline.power_cycles[0].records, 6U);
}

TEST(Timeline, TakesARunWithoutRailEdgesAsOnePowerCycle) {
  RecordScript script;
  script.boot(50, 100, by_tile, FW_RECORDS_LAYERS);
  const Timeline spoken = build_timeline(script.records(), {}, 1, 1ms);
  // The first byte left after 20 us, which one record alone does not tell.
  EXPECT_EQ(text_of(spoken), (Lines{"0-170 boot", "170-480 telemetry", "480-1000 unattributed"}));
  EXPECT_EQ(text_of(build_timeline({}, {}, 1, 1ms)), (Lines{"0-1000 off"}));
  EXPECT_TRUE(build_timeline({}, {}, 1, 0ms).spans.empty());
  EXPECT_EQ(
      text_of(build_timeline({}, edges_of({200, 600}), 1, 1ms)),
      (Lines{"0-200 off", "200-600 unattributed", "600-1000 off"}));
}

TEST(Timeline, DoesNotBelieveTheBoardWhereItLostRecords) {
  // The layer's end and the next one's begin could not be sent; LOST says so, in the next layer.
  RecordScript script;
  script
      .boot(0, 100, by_tile, FW_RECORDS_CHECKPOINTS)  // 410
      .inference(FW_RECORD_INFERENCE_BEGIN, 410, 0)   // 600
      .position(FW_RECORD_LAYER_BEGIN, 600, 0, 0, 0)  // 830
      .lost(3000, 3)                                  // 11 + 4 + 4 bytes: 3190
      .checkpoint(2990, 0, 1, 1, 90);                 // after LOST, which it waited for: 3500
  std::vector<TimedRecord> records = script.records();
  records.back().received = 3200us;
  const Timeline timeline = build_timeline(records, edges_of({0}), 2, 3500us);
  EXPECT_EQ(
      text_of(timeline),
      (Lines{"0-100 boot", "100-830 telemetry", "830-3000 unattributed", "3000-3500 telemetry"}));
  // The clock stays where it is although ticks went back by 10.
  EXPECT_EQ(timeline.power_cycles[0].clock_offset, 0us);
}

}  // namespace
}  // namespace sunfleck
