#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/random.h"
#include "db/run_store.h"
#include "db/run_writer.h"

namespace sunfleck::db {

// A folder of its own that goes away with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "sunfleck-db-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// The value, or a failed test that says why there is none.
// NOLINTBEGIN(bugprone-macro-parentheses): a name that is declared cannot stand in parentheses
#define ASSERT_VALUE(name, expression)                      \
  auto name##_result = (expression);                        \
  ASSERT_TRUE(name##_result) << name##_result.error().text; \
  auto name = *std::move(name##_result)
// NOLINTEND(bugprone-macro-parentheses)

#define EXPECT_OK(expression)                             \
  do {                                                    \
    const auto& expected_ok = (expression);               \
    EXPECT_TRUE(expected_ok) << expected_ok.error().text; \
  } while (false)

template <class Value>
std::string error_text(const Result<Value>& result) {
  return result ? std::string("no error") : result.error().text;
}

inline RunStart a_start(const std::string& name) {
  RunStart start;
  start.identity = {
      .name = name,
      .plan = R"({"strategy": "tile", "inferences": 3})",
      .program_version = "0.1.0",
      .firmware_sha256 = "f1",
      .network_sha256 = "a2",
      .profile_sha256 = "b3",
      .inputs_sha256 = "c4",
      .network_name = "keyword",
      .profile_name = "office",
      .rig_name = "virtual",
      .seed = 0xFFFF'0000'1234'5678};
  start.layers = {
      {.name = "conv",
       .op = Operator::conv_2d,
       .output = {10, 12, 8},
       .macs = 86400,
       .additions = 0,
       .weight_bytes = 640,
       .nonvolatile_read = 4000,
       .nonvolatile_written = 960,
       .tiles = 6},
      {.name = "pool",
       .op = Operator::average_pool_2d,
       .output = {1, 1, 8},
       .macs = 0,
       .additions = 960,
       .weight_bytes = 0,
       .nonvolatile_read = 960,
       .nonvolatile_written = 8,
       .tiles = 1}};
  start.started_at = 1'790'000'000'123'456;
  return start;
}

inline fw_record a_record(std::uint8_t type, std::uint16_t sequence, std::uint32_t ticks) {
  fw_record record{};
  record.header = {.type = type, .boot = 2, .sequence = sequence, .ticks = ticks, .send_ticks = 17};
  return record;
}

inline TimedRecord a_checkpoint(std::uint16_t sequence, RunTime received) {
  fw_record record = a_record(FW_RECORD_CHECKPOINT, sequence, 1000U + sequence);
  record.body.checkpoint = {
      .inference = 4, .layer = 1, .tile = 3, .duration_ticks = 55, .written_bytes = 128};
  return {.received = received, .on_wire = Seconds{3.1e-4}, .record = record};
}

// A noisy square wave, so that compression has something to do and extremes matter.
inline std::vector<float> a_signal(std::size_t count, std::uint64_t seed) {
  Random random(seed, "signal");
  std::vector<float> samples(count);
  for (std::size_t i = 0; i < count; ++i)
    samples[i] = static_cast<float>((i / 1000 % 2 == 0 ? 3.3 : 1.8) + 0.01 * random.normal());
  return samples;
}

// What a rig sends: samples, edges and records that can be cut into blocks of any size.
struct Recording {
  std::vector<float> voltage;
  std::vector<float> current;
  std::vector<MarkEdge> edges;
  std::vector<TimedRecord> records;
  RunTime period{10'000};
};

inline Recording a_recording(std::size_t samples, std::size_t records) {
  Recording recording;
  recording.voltage = a_signal(samples, 1);
  recording.current = a_signal(samples, 2);
  for (std::size_t i = 0; i < records; ++i) {
    const RunTime time = recording.period * static_cast<RunTime::rep>(i * samples / records);
    recording.edges.push_back({.time = time, .marks = static_cast<std::uint32_t>(i % 2)});
    recording.records.push_back(a_checkpoint(static_cast<std::uint16_t>(i), time));
  }
  return recording;
}

// Sends all of it in blocks of `block` samples; after each, `between(index of the next sample)`.
template <class Between>
void play(const Recording& recording, RunSink& sink, std::size_t block, const Between& between) {
  std::size_t sent = 0;
  for (std::size_t first = 0; first < recording.voltage.size(); first += block) {
    const std::size_t count = std::min(block, recording.voltage.size() - first);
    sink.on_samples(
        {.first = first,
         .period = recording.period,
         .voltage = std::span(recording.voltage).subspan(first, count),
         .current = std::span(recording.current).subspan(first, count),
         .storage = {},
         .harvest = {}});
    const RunTime now = recording.period * static_cast<RunTime::rep>(first + count);
    for (; sent < recording.records.size() && recording.records[sent].received < now; ++sent) {
      sink.on_edge(recording.edges[sent]);
      sink.on_record(recording.records[sent]);
    }
    sink.on_progress({.now = now, .inferences = 1, .power_cycles = 2, .ledger = {}});
    between(first + count);
  }
}
inline void play(const Recording& recording, RunSink& sink, std::size_t block) {
  play(recording, sink, block, [](std::size_t) {});
}

inline RunOutcome an_outcome() {
  RunOutcome outcome;
  outcome.reason = EndReason::inferences_done;
  outcome.duration = RunTime(123'456'789);
  outcome.inferences = 3;
  outcome.power_cycles = 5;
  outcome.profile_passes = 2;
  outcome.outputs = {{0, {1, 2, 255}}, {1, {}}, {2, {9}}};
  outcome.contradicting = 1;
  outcome.telemetry = {
      .records = 40, .damaged = 1, .unknown = 2, .missing = 3, .repeated = 4, .lost = 5};
  outcome.fault = Fault{
      .code = FW_FAULT_NO_PROGRESS,
      .inference = 2,
      .layer = 1,
      .tile = 7,
      .attempts = 8,
      .detail = 0xFFFFFFFF};
  outcome.memory = MemoryUse{.data = 208, .stack = 900, .working = 7000, .board = 65536};
  outcome.ledger = PowerLedger{
      .harvested = {10},
      .input_loss = {1},
      .clamped = {2},
      .leaked = {0.5},
      .esr_loss = {0.25},
      .output_loss = {0.75},
      .delivered = {5},
      .stored = {1.5},
      .stored_at_start = {1}};
  return outcome;
}

inline RunAnalysis an_analysis() {
  RunAnalysis analysis;
  analysis.attribution.shares = {
      {.activity = Activity::off,
       .layer = no_layer,
       .spans = 4,
       .time = {0.05},
       .energy = {},
       .uncertainty = {}},
      {.activity = Activity::compute,
       .layer = 0,
       .spans = 3,
       .time = {0.06},
       .unmeasured = {0.002},
       .energy = {1.5e-4},
       .uncertainty = {1e-7}},
      {.activity = Activity::re_execution,
       .layer = 1,
       .spans = 1,
       .time = {0.01},
       .energy = {2.5e-5},
       .uncertainty = {1e-8}}};
  analysis.attribution.by_inference = {
      {.index = 0,
       .activity = Activity::compute,
       .layer = 0,
       .time = {0.06},
       .energy = {1.5e-4},
       .uncertainty = {1e-7}},
      {.index = 3,
       .activity = Activity::boot,
       .layer = no_layer,
       .time = {0.01},
       .energy = {2.5e-5},
       .uncertainty = {1e-8}}};
  analysis.attribution.by_power_cycle = {
      {.index = 1,
       .activity = Activity::re_execution,
       .layer = 1,
       .time = {0.01},
       .energy = {2.5e-5},
       .uncertainty = {1e-8}}};
  analysis.timeline.clock = BoardClock{.drift = 20e-6, .uncertainty = 1e-6};
  analysis.attribution.total = {1.75e-4};
  analysis.attribution.duration = {0.123456789};
  analysis.timeline.end = RunTime(123'456'789);
  analysis.timeline.power_cycles = {
      {.on = RunTime(5),
       .off = RunTime(600),
       .outage = true,
       .records = 7,
       .clock_offset = RunTime(-12),
       .clock_uncertainty = RunTime(3)},
      {.on = RunTime(900),
       .off = RunTime(1000),
       .outage = false,
       .records = 0,
       .clock_offset = RunTime(901),
       .clock_uncertainty = RunTime(4)}};
  analysis.timeline.spans = {
      {.from = RunTime(0), .to = RunTime(5), .activity = Activity::off},
      {.from = RunTime(5),
       .to = RunTime(600),
       .activity = Activity::compute,
       .layer = 1,
       .inference = 2},
      {.from = RunTime(600),
       .to = RunTime(123'456'789),
       .activity = Activity::mark,
       .inference = 2,
       .power_cycle = 1,
       .mark = 7}};
  analysis.timeline.gaps = {{.from = RunTime(700), .to = RunTime(800), .records = 3, .boots = 1}};
  analysis.timeline.refused = {.spans = 2, .time = RunTime(55)};
  analysis.timeline.set_aside = 6;
  analysis.timeline.checkpoints = {18, 3};
  analysis.timeline.executions = {4, 3};
  analysis.correct = {{0, true}, {2, false}};
  return analysis;
}

// Writes a whole run and finishes it; its number.
inline Result<std::int64_t> write_run(
    const std::string& path, const std::string& name, const Recording& recording,
    std::size_t block = 5000) {
  const std::unique_ptr<RunWriter> writer = TRY(RunWriter::begin(path, a_start(name)));
  play(recording, *writer, block);
  TRY(writer->finish(an_outcome(), an_analysis()));
  return writer->run();
}

}  // namespace sunfleck::db
