#include "drivers/simulated/rig_link.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <string>

#include "core/energy/marked_energy.h"
#include "core/network/import_tflite.h"
#include "core/target/target_client.h"
#include "core/target/target_run.h"
#include "tests/drivers/simulated/bench.h"
#include "tests/support/lossy_link.h"

namespace sunfleck {
namespace {

using namespace literals;

// The virtual board on a supply that never fails, with a line to it.
struct SteadyBoard {
  explicit SteadyBoard(const Workload& workload, std::uint32_t mode = FW_MODE_RUN)
      : profile(constant_power(1.0_W)), source(profile), rig(open_rig(config(), source)) {
    EXPECT_TRUE(rig->target().load(workload));
    fw_run_config run{};
    const auto memory = rig->nonvolatile();
    std::memcpy(&run, memory.data(), sizeof run);
    run.mode = static_cast<std::uint8_t>(mode);
    run.crc32 = fw_crc32(0, &run, offsetof(fw_run_config, crc32));
    std::memcpy(memory.data(), &run, sizeof run);
    link.emplace(*rig);
    EXPECT_TRUE(link->start());
  }

  static SimulatedRigConfig config() {
    SimulatedRigConfig config = bench_config();
    config.power = ideal_path(10000.0_uF);
    config.power.initial_voltage = 4.5_V;
    return config;
  }

  HarvestProfile profile;
  ProfileSource source;
  std::unique_ptr<SimulatedRig> rig;
  std::optional<RigLink> link;
};

Workload idle_workload() {
  Workload workload = demo_workload();
  workload.inferences = 1;
  workload.record_level = RecordLevel::results;
  return workload;
}

TargetClient open_client(TargetLink& link) {
  auto client = TargetClient::open(link, {});
  EXPECT_TRUE(client) << client.error().text;
  return *std::move(client);
}

TEST(RigLink, ABadLineIsSurvivedAtFullSpeed) {
  SteadyBoard board(idle_workload());
  LossyLink line(*board.link, LineFaults{}, 5);
  TargetClient client = open_client(line);
  EXPECT_STREQ(client.identity().board, "virtual");
  const auto network = compile(demo_network(), {.tile_macs = 20000});
  ASSERT_TRUE(network);
  const Status loaded = client.load(FW_OBJECT_NETWORK, network->image);
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_GT(line.spoilt(), 50U);
  EXPECT_EQ(
      client.identify()->networks[FW_SOURCE_LOADED].crc32,
      reinterpret_cast<const fw_image_header*>(network->image.data())->crc32);
}

TEST(RigLink, ARunThatGoesOnIsHeardAndStopped) {
  Workload workload = demo_workload();
  workload.inferences = 1000;
  SteadyBoard board(workload);
  TargetClient client = open_client(*board.link);
  EXPECT_EQ(client.status()->state, FW_WORK_RUNNING);
  ASSERT_TRUE(client.stop());
  EXPECT_EQ(client.status()->state, FW_WORK_NONE);
}

TEST(RigLink, TheEnergyOfAMeasuredNapIsWhatTheBoardDraws) {
  SteadyBoard board(idle_workload());
  TargetClient client = open_client(*board.link);
  const auto measured = client.measure({.what = FW_MEASURE_SLEEP, .count = 1'600'000});  // 0.1 s
  ASSERT_TRUE(measured) << measured.error().text;
  EXPECT_NEAR(static_cast<double>(measured->ticks), 1.6e6, 100.0);
  ASSERT_TRUE(board.link->receive(board.link->now() + std::chrono::milliseconds(1)));
  const RigDescription& rig = board.rig->description();
  const auto energy = energy_of_last_pulse(
      board.link->curve(), board.link->edges(), 2,
      {.edge = rig.time_uncertainty,
       .current_noise = rig.current_noise,
       .voltage_noise = rig.voltage_noise});
  ASSERT_TRUE(energy);
  EXPECT_NEAR(to_seconds(energy->end - energy->begin).si, 0.1, 1e-4);
  // The truth of the device: its sleep current at its reference voltage, at the rail of 1.8 V.
  const DeviceTruth device = *find_device("fram-mcu");
  const double truth = 0.1 * device.sleep_current.si * device.factor_at(1.8_V) * 1.8;
  EXPECT_NEAR(energy->energy.si, truth, 4 * energy->uncertainty.si);
  EXPECT_LT(energy->uncertainty.si, 2e-7) << "two edges of some 10 mW, each known to some us";
}

// The runner's text commands, as its host sends them: the next one after m-ready.
std::string ask(TargetLink& link, const std::string& command, int readies = 1) {
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(command.data());
  EXPECT_TRUE(link.send({bytes, command.size()}));
  std::string text;
  const RunTime give_up = link.now() + std::chrono::seconds(30);
  while (link.now() < give_up && readies > 0) {
    const auto got = link.receive(give_up);
    if (!got) break;
    text.append(got->begin(), got->end());
    if (text.ends_with("m-ready\r\n")) --readies;
  }
  return text;
}

Workload keyword_spotting() {
  const auto network =
      import_tflite(file_bytes(shared_data("models/kws_ref_model.tflite")), "kws_ref_model.tflite");
  EXPECT_TRUE(network);
  const auto compiled = compile(*network, {});
  EXPECT_TRUE(compiled);
  return {
      .network = compiled->image,
      .inputs = std::vector<std::uint8_t>(490),
      .strategy = Strategy::tile};
}

TEST(RigLink, TheBenchmarksRunnerGetsItsResults) {
  SKIP_WITHOUT_SHARED_DATA("models/golden/kws_ref_model.out");
  const auto inputs = file_bytes(shared_data("models/golden/kws_ref_model.in"));
  const auto outputs = file_bytes(shared_data("models/golden/kws_ref_model.out"));
  SteadyBoard board(keyword_spotting(), FW_MODE_MLPERF_PERFORMANCE);
  const std::string hello = ask(*board.link, "");
  EXPECT_TRUE(hello.starts_with("m-timestamp-mode-performance\r\nm-lap-us-")) << hello;
  EXPECT_EQ(ask(*board.link, "name%"), "m-name-dut-[sunfleck virtual]\r\nm-ready\r\n");
  EXPECT_NE(ask(*board.link, "profile%").find("m-model-[kws01]\r\n"), std::string::npos);
  EXPECT_EQ(ask(*board.link, "db load 490%"), "m-[Expecting 490 bytes]\r\nm-ready\r\n");
  std::string last;
  for (std::size_t at = 0; at < 490; at += 31) {
    std::string line = "db ";
    for (std::size_t i = at; i < std::min<std::size_t>(490, at + 31); ++i) {
      constexpr std::string_view digits = "0123456789abcdef";
      line += digits[inputs[i] >> 4];
      line += digits[inputs[i] & 15];
    }
    last = ask(*board.link, line + "%");
  }
  EXPECT_EQ(last, "m-load-done\r\nm-ready\r\n");
  const std::string text = ask(*board.link, "infer 2 0%");
  std::string results = "m-results-[";
  for (std::size_t c = 0; c < 12; ++c) {
    const double value = (static_cast<std::int8_t>(outputs[c]) + 128) / 256.0;
    char number[16];
    std::snprintf(number, sizeof number, "%s%.3f", c == 0 ? "" : ",", value);
    results += number;
  }
  EXPECT_TRUE(text.ends_with(results + "]\r\nm-ready\r\n")) << text;
  EXPECT_EQ(ask(*board.link, "results%"), results + "]\r\nm-ready\r\n");
}

TEST(RigLink, TheEnergyModeMarksTimestampsWithFallingEdges) {
  SKIP_WITHOUT_SHARED_DATA("models/kws_ref_model.tflite");
  SteadyBoard board(keyword_spotting(), FW_MODE_MLPERF_ENERGY);
  EXPECT_EQ(ask(*board.link, ""), "m-timestamp-mode-energy\r\nm-init-done\r\nm-ready\r\n");
  EXPECT_NEAR(board.link->per_byte().si, 10.0 / 9600, 1e-5);
  const std::size_t before = board.link->edges().size();
  const std::string text = ask(*board.link, "infer 1 0%");
  EXPECT_EQ(text.find("m-lap-us"), std::string::npos);
  const std::uint32_t pin = 8U << first_pin_mark;
  std::vector<RunTime> falls;
  std::optional<RunTime> fall;
  std::uint32_t marks = board.link->edges()[before - 1].marks;
  EXPECT_NE(marks & pin, 0U) << "high at rest";
  for (std::size_t i = before; i < board.link->edges().size(); ++i) {
    const MarkEdge& edge = board.link->edges()[i];
    if ((marks & pin) != 0 && (edge.marks & pin) == 0) fall = edge.time;
    if ((marks & pin) == 0 && (edge.marks & pin) != 0) {
      EXPECT_GE(edge.time - *fall, std::chrono::microseconds(100));
      falls.push_back(*fall);
    }
    marks = edge.marks;
  }
  ASSERT_EQ(falls.size(), 2U);
  EXPECT_GT(falls[1] - falls[0], std::chrono::milliseconds(10));
}

}  // namespace
}  // namespace sunfleck
