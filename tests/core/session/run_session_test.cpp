#include "core/session/run_session.h"

#include <gtest/gtest.h>

#include <cstring>

#include "target_fw/protocol/network_image.h"
#include "tests/core/telemetry/record_bytes.h"
#include "tests/support/fake_rig.h"

namespace sunfleck {
namespace {

using namespace std::chrono_literals;

// The smallest image that check(plan) reads: a header that says 4 bytes an input.
std::vector<std::uint8_t> image_header() {
  fw_image_header header{};
  header.magic = FW_IMAGE_MAGIC;
  header.version = FW_IMAGE_VERSION;
  header.input_bytes = 4;
  std::vector<std::uint8_t> bytes(sizeof header);
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

RunPlan plan_of(StopRules stop) {
  RunPlan plan;
  plan.workload.network = image_header();
  plan.workload.inputs = {1, 2, 3, 4, 5, 6, 7, 8};
  plan.stop = stop;
  return plan;
}

// A script that is written in the order of time.
struct Script {
  std::vector<FakeEvent> events;

  void marks(RunTime at, std::uint32_t value) {
    events.push_back({.at = at, .kind = FakeEvent::Kind::marks, .value = value});
  }
  void bytes(RunTime first, const std::vector<std::uint8_t>& bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i)
      events.push_back({.at = first + i * 10us, .value = bytes[i]});
  }
};

fw_record result(
    std::uint16_t boot, std::uint16_t sequence, std::uint32_t inference,
    const std::vector<std::uint8_t>& output, std::uint16_t offset = 0, std::uint8_t size = 2) {
  fw_record record = record_of(FW_RECORD_RESULT, boot, sequence, 0);
  fw_result_record& body = record.body.result;
  body.inference = inference;
  body.total = static_cast<std::uint16_t>(output.size());
  body.offset = offset;
  body.size = size;
  std::copy_n(output.begin() + offset, size, body.bytes);
  return record;
}

fw_record fault(std::uint16_t boot, fw_fault_code code) {
  fw_record record = record_of(FW_RECORD_FAULT, boot, 1, 0);
  record.body.fault = {
      .code = static_cast<std::uint8_t>(code),
      .inference = 1,
      .layer = 2,
      .tile = 3,
      .attempts = 16,
      .detail = 2100};
  return record;
}

// Two boots with an outage between them: inference 0 is sent in boot 1 and, because it was not
// committed, again in boot 2; then comes inference 1.
Script two_boots() {
  Script script;
  script.marks(2ms, rail_mark);
  script.bytes(3ms, wire_of(record_of(FW_RECORD_BOOT, 1, 0, 900)));
  script.bytes(20ms, wire_of(result(1, 1, 0, {10, 20})));
  script.marks(24ms, 0);
  script.marks(31ms, rail_mark);
  script.bytes(32ms, wire_of(record_of(FW_RECORD_BOOT, 2, 0, 900)));
  script.bytes(40ms, wire_of(result(2, 1, 0, {10, 20})));
  script.bytes(55ms, wire_of(result(2, 2, 1, {30, 40})));
  return script;
}

class CollectingSink final : public RunSink {
 public:
  void on_samples(const SampleBlock& block) override { samples += block.voltage.size(); }
  void on_edge(const MarkEdge& edge) override { edges.push_back(edge); }
  void on_record(const TimedRecord& record) override { records.push_back(record); }
  void on_progress(const RunProgress& now) override {
    progress.push_back(now);
    if (stopper != nullptr && now.now >= stop_at) stopper->request_stop();
  }

  std::size_t samples = 0;
  std::vector<MarkEdge> edges;
  std::vector<TimedRecord> records;
  std::vector<RunProgress> progress;
  std::stop_source* stopper = nullptr;
  RunTime stop_at{};
};

struct Ran {
  Result<RunOutcome> outcome;
  CollectingSink sink;
  std::vector<std::string> calls;
  std::vector<RunTime> asked;
  Output output = Output::on;
};

Ran run(
    const Script& script, StopRules stop, FakeRigFaults faults = {}, RunTime source_end = 200ms) {
  FakeRig rig(script.events, source_end, std::move(faults));
  Ran ran{.outcome = RunOutcome{}, .sink = {}, .calls = {}, .asked = {}};
  ran.outcome = run_session(plan_of(stop), rig, ran.sink, std::stop_token{});
  ran.calls = rig.calls();
  ran.asked = rig.asked();
  ran.output = rig.output();
  return ran;
}

using Calls = std::vector<std::string>;

TEST(RunSession, PlaysAWallClockBoardThatRebootsUntilItsInferencesAreDone) {
  const Ran ran = run(two_boots(), {.inferences = 2}, {.overshoot = 700us});
  ASSERT_TRUE(ran.outcome) << ran.outcome.error().text;
  const RunOutcome& outcome = *ran.outcome;
  EXPECT_EQ(outcome.reason, EndReason::inferences_done);
  EXPECT_EQ(outcome.inferences, 2U);
  EXPECT_EQ(outcome.power_cycles, 2U);
  const std::map<std::uint32_t, std::vector<std::uint8_t>> outputs{{0, {10, 20}}, {1, {30, 40}}};
  EXPECT_EQ(outcome.outputs, outputs);
  EXPECT_EQ(outcome.contradicting, 0U);
  EXPECT_EQ(outcome.telemetry.records, 5U);
  EXPECT_EQ(outcome.telemetry.missing, 0U);
  // The last byte arrives before 56 ms. Stretches of 10 ms, each 0.7 ms too long: 10.7, 21.4, 32.1,
  // 42.8, 53.5, 64.2.
  EXPECT_EQ(outcome.duration, 64'200us);
  EXPECT_EQ(ran.sink.progress.size(), 6U);
  EXPECT_EQ(ran.sink.progress.back().inferences, 2U);
  EXPECT_EQ(ran.sink.records.size(), 5U);
  EXPECT_EQ(ran.sink.edges.size(), 3U);
  EXPECT_EQ(ran.sink.samples, 642U);  // of 100 us
  EXPECT_EQ(ran.calls, (Calls{"load", "start", "advance", "stop"}));
  EXPECT_EQ(ran.output, Output::off);
}

TEST(RunSession, GoesOnWhenTheUartDropsAndSaysWhatIsMissing) {
  // Lost: the end of boot 1's result, and in boot 2 the boot record and the first result.
  FakeRigFaults faults;
  faults.uart_drops_from = 20'100us;
  faults.uart_drops_to = 50ms;
  const Ran ran = run(two_boots(), {.inferences = 2}, faults);
  ASSERT_TRUE(ran.outcome) << ran.outcome.error().text;
  EXPECT_EQ(ran.outcome->reason, EndReason::source_ended);
  EXPECT_EQ(ran.outcome->inferences, 1U);
  EXPECT_TRUE(ran.outcome->outputs.contains(1));
  EXPECT_EQ(ran.outcome->telemetry.damaged, 1U);  // the half result, which the pause sets apart
  EXPECT_EQ(ran.outcome->telemetry.missing, 2U);
  EXPECT_EQ(ran.outcome->power_cycles, 2U);
}

TEST(RunSession, StopsTheRigWhateverFails) {
  struct Case {
    const char* failing;
    Calls calls;
    const char* error;
  };
  const Case cases[] = {
      {"load", {"load", "stop"}, "fake: load failed"},
      {"start", {"load", "start", "stop"}, "fake: start failed"},
      {"advance", {"load", "start", "advance", "stop"}, "fake: advance failed"},
      {"stop", {"load", "start", "advance", "stop"}, "fake: stop failed"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.failing);
    const Ran ran = run(two_boots(), {.inferences = 2}, {.failing = {c.failing}});
    ASSERT_FALSE(ran.outcome);
    EXPECT_EQ(ran.outcome.error().text, c.error);
    EXPECT_EQ(ran.calls, c.calls);
  }
  SCOPED_TRACE("the first error is the one that is told");
  const Ran ran = run(two_boots(), {.inferences = 2}, {.failing = {"advance", "stop"}});
  ASSERT_FALSE(ran.outcome);
  EXPECT_EQ(ran.outcome.error().text, "fake: advance failed");
}

TEST(RunSession, RefusesARigThatStandsStill) {
  const Ran ran = run(two_boots(), {}, {.stands_still = true});
  ASSERT_FALSE(ran.outcome);
  EXPECT_EQ(
      ran.outcome.error().text,
      "fake: asked to go on until 0.01 s, it stopped at 0 s without the end of its source");
  EXPECT_EQ(ran.output, Output::off);
}

TEST(RunSession, KeepsWhatWasRecordedWhenItIsCancelled) {
  FakeRig rig(two_boots().events, 200ms, {});
  CollectingSink sink;
  std::stop_source source;
  sink.stopper = &source;
  sink.stop_at = 30ms;
  const auto outcome = run_session(plan_of({.inferences = 2}), rig, sink, source.get_token());
  ASSERT_TRUE(outcome) << outcome.error().text;
  EXPECT_EQ(outcome->reason, EndReason::cancelled);
  EXPECT_EQ(outcome->duration, 30ms);
  EXPECT_EQ(outcome->inferences, 1U);
  EXPECT_EQ(rig.calls(), (Calls{"load", "start", "advance", "stop"}));
  EXPECT_EQ(rig.output(), Output::off);

  SCOPED_TRACE("cancelled before it began, it switches nothing on");
  FakeRig untouched(two_boots().events, 200ms, {});
  const auto none = run_session(plan_of({}), untouched, sink, source.get_token());
  ASSERT_TRUE(none);
  EXPECT_EQ(none->reason, EndReason::cancelled);
  EXPECT_EQ(none->duration, 0ms);
  EXPECT_EQ(untouched.calls(), (Calls{"stop"}));
}

TEST(RunSession, EndsAtTheTimeAskedForOrTheEndOfTheSource) {
  const Ran timed = run(two_boots(), {.max_time = 33ms});
  ASSERT_TRUE(timed.outcome);
  EXPECT_EQ(timed.outcome->reason, EndReason::max_time);
  EXPECT_EQ(timed.outcome->duration, 33ms);
  EXPECT_EQ(timed.asked, (std::vector<RunTime>{10ms, 20ms, 30ms, 33ms}));

  const Ran ended = run(two_boots(), {.max_time = 1s}, {}, 25ms);
  ASSERT_TRUE(ended.outcome);
  EXPECT_EQ(ended.outcome->reason, EndReason::source_ended);
  EXPECT_EQ(ended.outcome->duration, 25ms);
}

TEST(RunSession, EndsWithTheBoardsFault) {
  struct Case {
    fw_fault_code code;
    EndReason reason;
  };
  for (const Case& c :
       {Case{FW_FAULT_NO_PROGRESS, EndReason::no_progress},
        Case{FW_FAULT_BAD_INPUTS, EndReason::board_fault}}) {
    Script script;
    script.marks(1ms, rail_mark);
    script.bytes(2ms, wire_of(record_of(FW_RECORD_BOOT, 1, 0, 0)));
    script.bytes(4ms, wire_of(fault(1, c.code)));
    const Ran ran = run(script, {.inferences = 1});
    ASSERT_TRUE(ran.outcome);
    EXPECT_EQ(ran.outcome->reason, c.reason);
    EXPECT_EQ(ran.outcome->duration, 10ms);
    ASSERT_TRUE(ran.outcome->fault);
    EXPECT_EQ(ran.outcome->fault->code, c.code);
    EXPECT_EQ(ran.outcome->fault->layer, 2);
    EXPECT_EQ(ran.outcome->fault->detail, 2100U);
  }
}

TEST(RunSession, PutsOutputsTogetherFromTheirPieces) {
  struct Case {
    const char* what;
    std::vector<fw_record> pieces;
    std::map<std::uint32_t, std::vector<std::uint8_t>> outputs;
    std::uint32_t contradicting;
  };
  const std::vector<std::uint8_t> five{1, 2, 3, 4, 5};
  const std::vector<std::uint8_t> other{1, 2, 9, 4, 5};
  const Case cases[] = {
      {"two pieces", {result(1, 0, 7, five, 0, 3), result(1, 1, 7, five, 3, 2)}, {{7, five}}, 0},
      {"a piece is missing", {result(1, 0, 7, five, 0, 3)}, {}, 0},
      {"the rest comes with the next boot",
       {result(1, 0, 7, five, 0, 3), result(2, 0, 7, five, 0, 3), result(2, 1, 7, five, 3, 2)},
       {{7, five}},
       0},
      {"the next boot has other bytes: no output is made of two",
       {result(1, 0, 7, other, 0, 3), result(2, 0, 7, five, 0, 3), result(2, 1, 7, five, 3, 2)},
       {{7, five}},
       1},
      {"a complete output stays as it was",
       {result(1, 0, 7, five, 0, 5), result(2, 0, 7, other, 0, 3), result(2, 1, 7, {1}, 0, 1),
        result(3, 0, 7, other, 0, 5)},
       {{7, five}},
       2},
      {"an output of no bytes", {result(1, 0, 3, {}, 0, 0)}, {{3, {}}}, 0},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    Script script;
    script.marks(0us, rail_mark);
    RunTime at = 1ms;
    for (const fw_record& piece : c.pieces) {
      script.bytes(at, wire_of(piece));
      at += 1ms;
    }
    const Ran ran = run(script, {}, {}, 20ms);
    ASSERT_TRUE(ran.outcome);
    EXPECT_EQ(ran.outcome->outputs, c.outputs);
    EXPECT_EQ(ran.outcome->contradicting, c.contradicting);
  }
}

TEST(RunPlan, IsRefusedWhenItCannotBePlayed) {
  struct Case {
    void (*spoil)(RunPlan& plan);
    const char* error;
  };
  const Case cases[] = {
      {[](RunPlan& plan) { plan.workload.network.clear(); },
       "plan: workload.network: there is nothing to execute"},
      {[](RunPlan& plan) { plan.firmware_alone = true; },
       "plan: workload.network: the firmware takes none"},
      {[](RunPlan& plan) { plan.workload.network.resize(20); },
       "plan: workload.network: wanted an image, which has a header of 88 bytes, and got 20 bytes"},
      {[](RunPlan& plan) { plan.workload.network[0] = 0; },
       "plan: workload.network: this is no network image"},
      {[](RunPlan& plan) { plan.workload.inputs.clear(); },
       "plan: workload.inputs: wanted one input or more, got none"},
      {[](RunPlan& plan) { plan.workload.inputs.resize(7); },
       "plan: workload.inputs: wanted a whole number of inputs of 4 bytes, got 7 bytes"},
      {[](RunPlan& plan) { plan.workload.attempts = 0; },
       "plan: workload.attempts: wanted 1 or more power cycles, got 0"},
      {[](RunPlan& plan) { plan.stop.max_time = -2s; },
       "plan: stop.max_time: wanted 0 or more, got -2 s"},
  };
  for (const Case& c : cases) {
    RunPlan plan = plan_of({});
    EXPECT_TRUE(check(plan));
    c.spoil(plan);
    const Status status = check(plan);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().text, c.error);

    FakeRig rig({}, 10ms, {});
    CollectingSink sink;
    EXPECT_FALSE(run_session(plan, rig, sink, std::stop_token{}));
    EXPECT_EQ(rig.calls(), (Calls{"stop"}));
  }
}

}  // namespace
}  // namespace sunfleck
