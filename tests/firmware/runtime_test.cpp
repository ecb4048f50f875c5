#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <functional>
#include <vector>

#include "target_fw/app/telemetry.h"
#include "target_fw/rt/nv_layout.h"
#include "tests/firmware/host_bench.h"

namespace sunfleck {
namespace {

struct Network {
  std::vector<TestLayer> chain;
  std::vector<std::uint8_t> image;
  std::vector<std::uint8_t> inputs;
};

Network small_network(std::uint64_t seed) {
  Random random(seed, "runtime");
  Network network;
  network.chain = random_chain(
      {FW_OP_CONV_2D, FW_OP_RESHAPE, FW_OP_FULLY_CONNECTED, FW_OP_SOFTMAX},
      {.height = 6, .width = 6, .channels = 2}, random);
  network.image = image_of(network.chain);
  network.inputs = inputs_blob(
      {random_values(72, random), random_values(72, random), random_values(72, random)});
  return network;
}

std::vector<int> types(const std::vector<fw_record>& records) {
  std::vector<int> result;
  result.reserve(records.size());
  for (const fw_record& record : records)
    result.push_back(record.header.type);
  return result;
}

const fw_fault_record* fault_of(const HostBench& bench) {
  for (const fw_record& record : bench.records)
    if (record.header.type == FW_RECORD_FAULT) return &record.body.fault;
  return nullptr;
}

TEST(Runtime, SendsWhatTheLevelAsksFor) {
  const Network network = small_network(1);
  HostBench bench(network.image, network.inputs);
  const std::vector<std::vector<int>> added{
      {FW_RECORD_BOOT, FW_RECORD_RESULT, FW_RECORD_IDLE},
      {FW_RECORD_INFERENCE_BEGIN, FW_RECORD_INFERENCE_END, FW_RECORD_LAYER_BEGIN,
       FW_RECORD_LAYER_END},
      {FW_RECORD_CHECKPOINT},
      {FW_RECORD_TILE_BEGIN, FW_RECORD_TILE_END}};
  std::vector<int> expected;
  for (std::size_t level = 0; level < added.size(); ++level) {
    expected.insert(expected.end(), added[level].begin(), added[level].end());
    bench.forget_records();
    bench.configure(FW_STRATEGY_TILE, static_cast<fw_record_level>(level), 1);
    bench.power_up();
    std::vector<int> sent = types(bench.records);
    std::sort(sent.begin(), sent.end());
    sent.erase(std::unique(sent.begin(), sent.end()), sent.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(sent, expected) << "level " << level;
  }
}

TEST(Runtime, TellsTheStoryOfAnInferenceInOrder) {
  const Network network = small_network(2);
  HostBench bench(network.image, network.inputs);
  bench.configure(FW_STRATEGY_LAYER, FW_RECORDS_CHECKPOINTS, 1);
  bench.power_up();
  EXPECT_EQ(
      types(bench.records),
      (std::vector<int>{
          FW_RECORD_BOOT, FW_RECORD_INFERENCE_BEGIN, FW_RECORD_LAYER_BEGIN, FW_RECORD_CHECKPOINT,
          FW_RECORD_LAYER_END, FW_RECORD_LAYER_BEGIN,
          FW_RECORD_LAYER_END,  // a reshape moves nothing and commits nothing
          FW_RECORD_LAYER_BEGIN, FW_RECORD_CHECKPOINT, FW_RECORD_LAYER_END, FW_RECORD_LAYER_BEGIN,
          FW_RECORD_CHECKPOINT, FW_RECORD_LAYER_END, FW_RECORD_RESULT, FW_RECORD_CHECKPOINT,
          FW_RECORD_INFERENCE_END, FW_RECORD_IDLE}));
  // The commit of a layer: its outputs and a slot of 20 bytes; at 1 tick a byte and some calls.
  const fw_checkpoint_record first = bench.of_type(FW_RECORD_CHECKPOINT).front().body.checkpoint;
  const fw_layer& layer = network.chain.front().layer;
  EXPECT_EQ(first.written_bytes, elements(layer.output) + 20);
  EXPECT_GE(first.duration_ticks, first.written_bytes);
  EXPECT_EQ(first.layer, 0);
  EXPECT_EQ(first.tile, layer.tile_count);
  const fw_checkpoint_record last = bench.of_type(FW_RECORD_CHECKPOINT).back().body.checkpoint;
  EXPECT_EQ(last.inference, 1U);
  EXPECT_EQ(last.layer, 0);
}

TEST(Runtime, TheCostOfSendingIsInTheNextRecord) {
  const Network network = small_network(2);
  HostBench bench(network.image, network.inputs);
  bench.configure(FW_STRATEGY_TILE, FW_RECORDS_TILES, 1);
  bench.power_up();
  EXPECT_EQ(bench.records.front().header.send_ticks, 0);
  for (std::size_t i = 1; i < bench.records.size(); ++i) {
    // The host board takes 10 ticks a byte; a frame has at least 19 bytes, of which 4 are not
    // payload.
    EXPECT_GE(bench.records[i].header.send_ticks, 190);
    EXPECT_GE(
        bench.records[i].header.ticks,
        bench.records[i - 1].header.ticks + bench.records[i].header.send_ticks);
  }
}

TEST(Runtime, InputsTakeTurns) {
  const Network network = small_network(3);
  HostBench bench(network.image, network.inputs);
  bench.configure(FW_STRATEGY_RESTART, FW_RECORDS_RESULTS, 7);
  bench.power_up();
  ASSERT_EQ(bench.outputs().size(), 7U);
  for (std::uint32_t i = 3; i < 7; ++i)
    EXPECT_EQ(bench.outputs().at(i), bench.outputs().at(i - 3));
}

TEST(Runtime, KeepsThePeriodAndSaysThatItSleeps) {
  const Network network = small_network(3);
  HostBench bench(network.image, network.inputs);
  bench.configure(FW_STRATEGY_TILE, FW_RECORDS_LAYERS, 3, 10, 1'000'000);
  bench.power_up();
  const std::vector<fw_record> begun = bench.of_type(FW_RECORD_INFERENCE_BEGIN);
  ASSERT_EQ(begun.size(), 3U);
  for (std::size_t i = 1; i < begun.size(); ++i) {
    const std::uint32_t period = begun[i].header.ticks - begun[i - 1].header.ticks;
    EXPECT_GE(period, 1'000'000U);
    EXPECT_LE(period, 1'000'100U);
  }
  EXPECT_EQ(bench.of_type(FW_RECORD_IDLE).size(), 3U);
}

TEST(Runtime, MarksShowInferencesAndCommits) {
  const Network network = small_network(4);
  HostBench bench(network.image, network.inputs);
  for (const std::uint32_t inferences : {1U, 2U}) {
    bench.forget_records();
    bench.configure(FW_STRATEGY_TILE, FW_RECORDS_CHECKPOINTS, inferences);
    bench.power_up();
    const std::size_t commits = bench.of_type(FW_RECORD_CHECKPOINT).size();
    EXPECT_EQ(bench.board.marks, (commits % 2) << 1);
  }
}

TEST(Runtime, ABadConfigurationIsNamedAtItsFirstBadByte) {
  const Network network = small_network(5);
  HostBench bench(network.image, network.inputs);
  struct Case {
    const char* name;
    std::size_t at;
    std::uint8_t to;
    std::uint32_t detail;
  };
  const Case cases[] = {
      {"magic", 0, 0, 0},
      {"version", 4, 9, 4},
      {"strategy", 6, 4, 6},
      {"level", 7, 4, 7},
      {"attempts", 16, 0, 16},
      {"voltage without a threshold", 6, 3, 26},
      {"by energy without the voltage at which it ends", 24, 0xFF, 28},
      {"source", 30, 2, 30},
      {"checksum", 32, 0, 32},
      {"inferences", 12, 99, 32},  // any number is good, but the checksum is not
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    bench.forget_records();
    bench.configure(FW_STRATEGY_TILE, FW_RECORDS_TILES, 1, 1);
    bench.nv[c.at] = static_cast<std::uint8_t>(c.at == 32 ? bench.nv[c.at] + 1 : c.to);
    if (c.at == 24) bench.nv[25] = c.to;
    EXPECT_EQ(bench.power_up(), FW_HOST_SLEEPS);
    ASSERT_NE(fault_of(bench), nullptr);
    EXPECT_EQ(fault_of(bench)->code, FW_FAULT_BAD_CONFIG);
    EXPECT_EQ(fault_of(bench)->detail, c.detail);
    EXPECT_EQ(bench.records.front().body.boot.strategy, 255);
    EXPECT_EQ(bench.records.size(), 2U);
  }
}

TEST(Runtime, ABadNetworkIsReportedAtEveryPowerUp) {
  Network network = small_network(6);
  network.image.back() = static_cast<std::uint8_t>(network.image.back() + 1);
  HostBench bench(network.image, network.inputs);
  bench.configure(FW_STRATEGY_TILE, FW_RECORDS_RESULTS, 1);
  for (int i = 0; i < 3; ++i) {
    bench.forget_records();
    EXPECT_EQ(bench.power_up(), FW_HOST_SLEEPS);
    ASSERT_NE(fault_of(bench), nullptr);
    EXPECT_EQ(fault_of(bench)->code, FW_FAULT_BAD_NETWORK);
    EXPECT_EQ(fault_of(bench)->detail, std::uint32_t{FW_IMAGE_BAD_CRC});
  }
}

TEST(Runtime, BadInputsAreReported) {
  const Network network = small_network(6);
  struct Case {
    const char* name;
    std::size_t at;
    std::uint8_t to;
  };
  const Case cases[] = {
      {"magic", 0, 0},
      {"no inputs", 4, 0},
      {"too many", 5, 1},
      {"of another size", 8, 71},
      {"checksum", 20, 200}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<std::uint8_t> inputs = network.inputs;
    inputs[c.at] = inputs[c.at] == c.to ? static_cast<std::uint8_t>(c.to + 1) : c.to;
    HostBench bench(network.image, inputs);
    bench.configure(FW_STRATEGY_TILE, FW_RECORDS_RESULTS, 1);
    EXPECT_EQ(bench.power_up(), FW_HOST_SLEEPS);
    ASSERT_NE(fault_of(bench), nullptr);
    EXPECT_EQ(fault_of(bench)->code, FW_FAULT_BAD_INPUTS);
    EXPECT_EQ(fault_of(bench)->detail, 72U);
  }
}

TEST(Runtime, SaysHowMuchMemoryANetworkNeeds) {
  const Network network = small_network(7);
  fw_image_header header{};
  std::memcpy(&header, network.image.data(), sizeof header);
  {
    HostBench bench(network.image, network.inputs, header.arena_bytes / 4 * 4 - 4);
    bench.configure(FW_STRATEGY_RESTART, FW_RECORDS_RESULTS, 1);
    bench.power_up();
    ASSERT_NE(fault_of(bench), nullptr);
    EXPECT_EQ(fault_of(bench)->code, FW_FAULT_TOO_LARGE);
    EXPECT_EQ(fault_of(bench)->detail, (header.arena_bytes + 3) / 4 * 4 + header.scratch_bytes);
  }
  {
    HostBench bench(network.image, network.inputs, header.working_bytes - 4);
    bench.configure(FW_STRATEGY_TILE, FW_RECORDS_RESULTS, 1);
    bench.power_up();
    ASSERT_NE(fault_of(bench), nullptr);
    EXPECT_EQ(fault_of(bench)->detail, header.working_bytes);
  }
  {
    HostBench bench(network.image, network.inputs);
    bench.snapshot_mv = 2500;
    const std::uint32_t arena = (header.arena_bytes + 3) / 4 * 4;
    for (const auto& [strategy, arenas] :
         {std::pair{FW_STRATEGY_LAYER, 1U}, {FW_STRATEGY_VOLTAGE, 2U}}) {
      bench.forget_records();
      bench.board.nv_bytes = FW_NV_ARENA + arenas * arena - 1;
      bench.configure(strategy, FW_RECORDS_RESULTS, 1);
      bench.power_up();
      ASSERT_NE(fault_of(bench), nullptr);
      EXPECT_EQ(fault_of(bench)->detail, arenas * arena);
    }
  }
}

TEST(Runtime, AnImageThatPromisesLessThanItsTilesNeedIsRefused) {
  Network network = small_network(7);
  fw_image_header header{};
  std::memcpy(&header, network.image.data(), sizeof header);
  header.working_bytes -= 4;
  std::memcpy(network.image.data(), &header, sizeof header);
  seal(network.image);
  HostBench bench(network.image, network.inputs);
  bench.configure(FW_STRATEGY_TILE, FW_RECORDS_RESULTS, 1);
  EXPECT_EQ(bench.power_up(), FW_HOST_SLEEPS);
  ASSERT_NE(fault_of(bench), nullptr);
  EXPECT_EQ(fault_of(bench)->code, FW_FAULT_BAD_NETWORK);
  EXPECT_EQ(fault_of(bench)->detail, std::uint32_t{FW_IMAGE_BAD_LAYER});
}

TEST(Runtime, WithoutASupplyMeasurementWhatGoesByItIsRefused) {
  const Network network = small_network(7);
  HostBench bench(network.image, network.inputs);
  bench.board.supply_mv = 0;
  bench.snapshot_mv = 2500;
  bench.off_mv = 2400;
  bench.tiles_per_commit = FW_COMMIT_BY_ENERGY;
  for (const fw_strategy strategy : {FW_STRATEGY_VOLTAGE, FW_STRATEGY_TILE}) {
    bench.forget_records();
    bench.configure(strategy, FW_RECORDS_RESULTS, 1);
    EXPECT_EQ(bench.power_up(), FW_HOST_SLEEPS);
    ASSERT_NE(fault_of(bench), nullptr);
    EXPECT_EQ(fault_of(bench)->code, FW_FAULT_NO_SUPPLY);
    EXPECT_TRUE(bench.outputs().empty());
  }
  bench.configure(FW_STRATEGY_LAYER, FW_RECORDS_RESULTS, 1);  // commits by energy are not asked for
  bench.power_up();
  EXPECT_EQ(bench.outputs().size(), 1U);
}

TEST(Runtime, ASourceThatTheBoardDoesNotHaveIsABadNetwork) {
  const Network network = small_network(7);
  HostBench bench(network.image, network.inputs);
  bench.configure(FW_STRATEGY_TILE, FW_RECORDS_RESULTS, 1);
  fw_run_config config{};
  std::memcpy(&config, bench.nv.data(), sizeof config);
  config.source = FW_SOURCE_LOADED;
  config.crc32 = fw_crc32(0, &config, offsetof(fw_run_config, crc32));
  std::memcpy(bench.nv.data(), &config, sizeof config);
  EXPECT_EQ(bench.power_up(), FW_HOST_SLEEPS);
  ASSERT_NE(fault_of(bench), nullptr);
  EXPECT_EQ(fault_of(bench)->code, FW_FAULT_BAD_NETWORK);
}

TEST(Runtime, AnotherConfigurationOrNetworkBeginsAnewAndBootsGoOn) {
  const Network network = small_network(8);
  const Network other = small_network(9);
  HostBench bench(network.image, network.inputs);
  bench.configure(FW_STRATEGY_TILE, FW_RECORDS_RESULTS, 2);
  bench.power_up();
  ASSERT_EQ(bench.outputs().size(), 2U);

  // Only the configuration is written, as by a host that leaves progress alone.
  HostBench source(network.image, network.inputs);
  source.configure(FW_STRATEGY_LAYER, FW_RECORDS_RESULTS, 3);
  std::copy_n(source.nv.begin(), sizeof(fw_run_config), bench.nv.begin());
  bench.power_up();
  EXPECT_EQ(bench.outputs().size(), 3U);

  HostBench changed(other.image, other.inputs);
  std::copy(bench.nv.begin(), bench.nv.end(), changed.nv.begin());
  changed.power_up();
  EXPECT_EQ(changed.outputs().size(), 3U);
  EXPECT_EQ(changed.records.front().header.boot, 3);
}

TEST(Runtime, WhenAllIsDoneItOnlySleeps) {
  const Network network = small_network(8);
  HostBench bench(network.image, network.inputs);
  bench.configure(FW_STRATEGY_TILE, FW_RECORDS_TILES, 1, 2);
  bench.power_up();
  for (int i = 0; i < 10; ++i) {  // more often than attempts: being done is not being stuck
    bench.forget_records();
    EXPECT_EQ(bench.power_up(), FW_HOST_SLEEPS);
    EXPECT_EQ(types(bench.records), (std::vector<int>{FW_RECORD_BOOT, FW_RECORD_IDLE}));
  }
}

// Sends `count` idle records from a telemetry of its own while the line is as it is.
void send(HostBench& bench, fw_telemetry& telemetry, int count) {
  std::function<void()> work = [&] {
    for (int i = 0; i < count; ++i) {
      fw_record record{};
      record.header.type = FW_RECORD_IDLE;
      fw_telemetry_send(&telemetry, &record, 7);
    }
  };
  bench.board.write_budget = FW_HOST_NEVER;
  fw_host_run(
      &bench.board, [](void* to) { (*static_cast<std::function<void()>*>(to))(); }, &work);
}

TEST(Telemetry, CountsWhatItCouldNotSendAndSaysSoLater) {
  HostBench bench(std::vector<std::uint8_t>(80), std::vector<std::uint8_t>(16));
  fw_telemetry telemetry{};
  send(bench, telemetry, 3);
  bench.board.line_blocked = true;
  send(bench, telemetry, 5);
  bench.board.line_blocked = false;
  send(bench, telemetry, 2);
  EXPECT_EQ(
      types(bench.records),
      (std::vector<int>{
          FW_RECORD_IDLE, FW_RECORD_IDLE, FW_RECORD_IDLE, FW_RECORD_LOST, FW_RECORD_IDLE,
          FW_RECORD_IDLE}));
  EXPECT_EQ(bench.records[3].body.lost.count, 5U);
  // The gap in the numbers is what LOST says: 0 1 2, five missing, 8 9 10.
  EXPECT_EQ(bench.records[3].header.sequence, 8);
  EXPECT_EQ(bench.records[5].header.sequence, 10);
  EXPECT_EQ(bench.damaged, 0);
}

TEST(Telemetry, TheFirstFrameSurvivesWhatAnOutageCutOff) {
  HostBench bench(std::vector<std::uint8_t>(80), std::vector<std::uint8_t>(16));
  const std::uint8_t torn[] = {5, 1, 2};
  bench.board.on_uart(bench.board.context, torn, sizeof torn);
  fw_telemetry telemetry{};
  send(bench, telemetry, 1);
  EXPECT_EQ(bench.records.size(), 1U);
  EXPECT_EQ(bench.damaged, 1);
}

}  // namespace
}  // namespace sunfleck
