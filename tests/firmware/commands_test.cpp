#include "target_fw/protocol/commands.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>

#include "core/target/target_client.h"
#include "core/target/target_run.h"
#include "tests/firmware/command_bench.h"
#include "tests/support/lossy_link.h"
#include "tests/support/mutate.h"

namespace sunfleck {
namespace {

using Outputs = std::map<std::uint32_t, std::vector<std::uint8_t>>;

TargetClient open_client(TargetLink& link, std::stop_token stop = {}) {
  auto client = TargetClient::open(link, stop);
  EXPECT_TRUE(client) << client.error().text;
  return *std::move(client);
}

// What the board computes of a network that is built in, which other tests compare with the
// definitions of the operators.
Outputs outputs_of(const MadeNetwork& network, std::uint32_t inferences) {
  HostBench bench(network.image, network.inputs);
  bench.configure(FW_STRATEGY_TILE, FW_RECORDS_RESULTS, inferences);
  bench.power_up();
  Outputs outputs;
  for (const auto& [inference, values] : bench.outputs())
    outputs[inference] = {values.begin(), values.end()};
  EXPECT_EQ(outputs.size(), inferences);
  return outputs;
}

fw_reply_record last_reply(const HostBench& bench) {
  const auto replies = bench.of_type(FW_RECORD_REPLY);
  EXPECT_FALSE(replies.empty());
  return replies.empty() ? fw_reply_record{} : replies.back().body.reply;
}

TEST(Commands, IdentifySaysWhatTheBoardIs) {
  const MadeNetwork network = made_network(1);
  CommandBench bench(network);
  HostLink link(bench.bench);
  const fw_identity identity = open_client(link).identity();
  EXPECT_STREQ(identity.board, "host");
  EXPECT_EQ(identity.protocol, FW_PROTOCOL_VERSION);
  EXPECT_EQ(identity.ticks_per_second, bench.bench.board.ticks_per_second);
  EXPECT_EQ(identity.nv_bytes, bench.bench.board.nv_bytes);
  EXPECT_EQ(identity.loaded_bytes[FW_OBJECT_NETWORK], 16384U);
  fw_image_header header{};
  std::memcpy(&header, network.image.data(), sizeof header);
  EXPECT_EQ(identity.networks[FW_SOURCE_BUILT_IN].crc32, header.crc32);
  EXPECT_EQ(identity.inputs[FW_SOURCE_BUILT_IN].count, 3U);
  EXPECT_EQ(identity.networks[FW_SOURCE_LOADED].crc32, 0U) << "nothing was loaded";
}

TEST(Commands, ABoardWithoutARunReportsWhyAndServes) {
  CommandBench bench(made_network(1));
  say(bench, wire_of(FW_COMMAND_STATUS, 7));
  ASSERT_EQ(bench.bench.of_type(FW_RECORD_FAULT).size(), 1U);
  const fw_reply_record reply = last_reply(bench.bench);
  EXPECT_EQ(reply.request, 7);
  EXPECT_EQ(reply.status, FW_STATUS_OK);
  fw_work_status status{};
  ASSERT_EQ(reply.size, sizeof status);
  std::memcpy(&status, reply.bytes, sizeof status);
  EXPECT_EQ(status.state, FW_WORK_FAULT);
  EXPECT_EQ(status.fault, FW_FAULT_BAD_CONFIG);
}

TEST(Commands, ALoadedNetworkRunsAsIfItWereBuiltIn) {
  const MadeNetwork built_in = made_network(1);
  const MadeNetwork loaded = made_network(2);
  CommandBench bench(built_in);
  HostLink link(bench.bench);
  TargetClient client = open_client(link);
  ASSERT_TRUE(client.load(FW_OBJECT_NETWORK, loaded.image));
  ASSERT_TRUE(client.load(FW_OBJECT_INPUTS, loaded.inputs));
  const auto run = run_on_target(client, run_config(5, 4, FW_SOURCE_LOADED));
  ASSERT_TRUE(run) << run.error().text;
  EXPECT_FALSE(run->fault);
  EXPECT_EQ(run->outputs, outputs_of(loaded, 4));
  EXPECT_NE(run->outputs, outputs_of(built_in, 4)) << "the networks differ";
  const auto again = run_on_target(client, run_config(6, 4));
  ASSERT_TRUE(again) << again.error().text;
  EXPECT_EQ(again->outputs, outputs_of(built_in, 4));
}

TEST(Commands, ALoadAndARunOutliveABadLineAndPowerFailures) {
  const MadeNetwork loaded = made_network(3);
  const Outputs wanted = outputs_of(loaded, 3);
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    CommandBench bench(made_network(1));
    Random random(seed, "budgets");
    HostLink link(bench.bench, [&random] { return 100 + random.below(1500); });
    LossyLink line(link, LineFaults{}, seed);
    TargetClient client = open_client(line);
    const Status network = client.load(FW_OBJECT_NETWORK, loaded.image);
    ASSERT_TRUE(network) << network.error().text;
    const Status inputs = client.load(FW_OBJECT_INPUTS, loaded.inputs);
    ASSERT_TRUE(inputs) << inputs.error().text;
    const auto begun = client.run(run_config(5, 3, FW_SOURCE_LOADED));
    ASSERT_TRUE(begun) << begun.error().text;
    for (int i = 0; i < 1000 && client.status()->state != FW_WORK_DONE; ++i) {
    }
    const auto output = client.read_result();
    ASSERT_TRUE(output) << output.error().text;
    ASSERT_TRUE(*output);
    EXPECT_EQ((*output)->inference, 2U);
    EXPECT_EQ((*output)->bytes, wanted.at(2));
    EXPECT_GT(line.spoilt(), 20U);
  }
}

TEST(Commands, ALoadThatIsCutAtEachByteGoesOnWhereItWas) {
  const MadeNetwork loaded = made_network(4);
  for (std::uint64_t budget = 90; budget < 90 + 260; ++budget) {
    SCOPED_TRACE(budget);
    CommandBench bench(made_network(1));
    int cycle = 0;
    HostLink link(bench.bench, [&] { return ++cycle % 3 == 0 ? budget : FW_HOST_NEVER; });
    TargetClient client = open_client(link);
    std::uint32_t before = 0;
    const Status done = client.load(FW_OBJECT_NETWORK, loaded.image, [&](std::uint32_t held) {
      EXPECT_GE(held, before) << "nothing that was held is lost";
      before = held;
    });
    ASSERT_TRUE(done) << done.error().text;
    EXPECT_TRUE(std::equal(loaded.image.begin(), loaded.image.end(), bench.network_room.begin()));
  }
}

TEST(Commands, ALoadGoesOnAfterTheHostDied) {
  const MadeNetwork loaded = made_network(4);
  CommandBench bench(made_network(1));
  HostLink link(bench.bench);
  std::stop_source stop;
  TargetClient first = open_client(link, stop.get_token());
  const Status broken = first.load(FW_OBJECT_NETWORK, loaded.image, [&](std::uint32_t held) {
    if (held >= 2 * FW_LOAD_CHUNK_MAX) stop.request_stop();
  });
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Errc::cancelled);
  TargetClient second = open_client(link);
  std::vector<std::uint32_t> held;
  ASSERT_TRUE(second.load(
      FW_OBJECT_NETWORK, loaded.image, [&](std::uint32_t bytes) { held.push_back(bytes); }));
  EXPECT_GE(held.front(), 2U * FW_LOAD_CHUNK_MAX);
  EXPECT_EQ(held.back(), loaded.image.size());
}

TEST(Commands, WhatDoesNotFitIsRefusedWithTheRoomThereIs) {
  CommandBench bench(made_network(1));
  HostLink link(bench.bench);
  TargetClient client = open_client(link);
  const Status refused = client.load(FW_OBJECT_NETWORK, std::vector<std::uint8_t>(16385));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().text.find("16384 bytes"), std::string::npos) << refused.error().text;
}

TEST(Commands, DamageInTheLoadedRegionIsFoundAtTheEndAndLoadedAnew) {
  const MadeNetwork loaded = made_network(4);
  CommandBench bench(made_network(1));
  HostLink link(bench.bench);
  TargetClient client = open_client(link);
  bool damaged = false;
  const Status done = client.load(FW_OBJECT_NETWORK, loaded.image, [&](std::uint32_t held) {
    if (held == loaded.image.size() && !std::exchange(damaged, true)) bench.network_room[3] ^= 1;
  });
  ASSERT_TRUE(done) << done.error().text;
  EXPECT_TRUE(damaged);
  EXPECT_TRUE(std::equal(loaded.image.begin(), loaded.image.end(), bench.network_room.begin()));
}

TEST(Commands, AChunkOfAnotherLoadChangesNothing) {
  CommandBench bench(made_network(1));
  const fw_load load{.object = FW_OBJECT_NETWORK, .size = 16, .crc32 = 1};
  const fw_load_chunk other{.object = FW_OBJECT_NETWORK, .crc32 = 2, .offset = 0};
  std::vector<std::uint8_t> chunk = bytes_of(other);
  chunk.resize(chunk.size() + 16, 0xAA);
  say(bench, wire_of(FW_COMMAND_LOAD_BEGIN, 1, bytes_of(load)));
  say(bench, wire_of(FW_COMMAND_LOAD_CHUNK, 2, chunk));
  EXPECT_EQ(last_reply(bench.bench).status, FW_STATUS_OTHER_LOAD);
  EXPECT_EQ(bench.network_room[0], 0);
}

TEST(Commands, AnImageThatIsLoadedAgainIsVerifiedAgain) {
  const MadeNetwork first = made_network(5);
  const MadeNetwork second = made_network(6);
  CommandBench bench(made_network(1));
  HostLink link(bench.bench);
  TargetClient client = open_client(link);
  ASSERT_TRUE(client.load(FW_OBJECT_NETWORK, first.image));
  ASSERT_TRUE(client.load(FW_OBJECT_INPUTS, first.inputs));
  ASSERT_TRUE(run_on_target(client, run_config(1, 1, FW_SOURCE_LOADED)));
  ASSERT_TRUE(client.load(FW_OBJECT_NETWORK, second.image));

  // The first one again, but for its end: header and inputs are those that were trusted.
  std::stop_source stop;
  TargetClient dying = open_client(link, stop.get_token());
  ASSERT_FALSE(dying.load(FW_OBJECT_NETWORK, first.image, [&](std::uint32_t held) {
    if (held >= FW_LOAD_CHUNK_MAX) stop.request_stop();
  }));
  TargetClient next = open_client(link);
  const auto run = run_on_target(next, run_config(2, 1, FW_SOURCE_LOADED));
  ASSERT_TRUE(run) << run.error().text;
  ASSERT_TRUE(run->fault);
  EXPECT_EQ(run->fault->code, FW_FAULT_BAD_NETWORK);
}

TEST(Commands, WhatARunReadsIsNotOverwritten) {
  const MadeNetwork loaded = made_network(2);
  CommandBench bench(made_network(1));
  HostLink link(bench.bench);
  TargetClient client = open_client(link);
  ASSERT_TRUE(client.load(FW_OBJECT_NETWORK, loaded.image));
  ASSERT_TRUE(client.load(FW_OBJECT_INPUTS, loaded.inputs));
  fw_run_config config = run_config(5, 1000, FW_SOURCE_LOADED);
  config.period_ticks = 10'000'000;  // 10 s
  config.magic = FW_RUN_CONFIG_MAGIC;
  config.version = FW_RUN_CONFIG_VERSION;
  config.crc32 = fw_crc32(0, &config, offsetof(fw_run_config, crc32));
  const fw_load load{.object = FW_OBJECT_NETWORK, .size = 16, .crc32 = 1};
  std::vector<std::uint8_t> bytes = wire_of(FW_COMMAND_RUN, 1, bytes_of(config));
  const auto append = [&bytes](const std::vector<std::uint8_t>& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
  };
  append(wire_of(FW_COMMAND_LOAD_BEGIN, 2, bytes_of(load)));
  append(wire_of(FW_COMMAND_STOP, 3));
  append(wire_of(FW_COMMAND_LOAD_BEGIN, 4, bytes_of(load)));
  ASSERT_TRUE(link.send(bytes));
  std::vector<fw_reply_record> replies;
  const auto said = link.receive(link.now());
  TelemetryDecoder decoder;
  for (const TimedRecord& record : decoder.feed({.bytes = *said}))
    if (record.record.header.type == FW_RECORD_REPLY) replies.push_back(record.record.body.reply);
  ASSERT_EQ(replies.size(), 4U);
  EXPECT_EQ(replies[1].status, FW_STATUS_IN_USE);
  EXPECT_EQ(replies[2].status, FW_STATUS_OK);
  EXPECT_EQ(replies[3].status, FW_STATUS_OK);
}

TEST(Commands, TheSameRunAgainIsNoNewRun) {
  CommandBench bench(made_network(1));
  HostLink link(bench.bench);
  TargetClient client = open_client(link);
  EXPECT_TRUE(*client.run(run_config(5, 2)));
  EXPECT_FALSE(*client.run(run_config(5, 2)));
  EXPECT_EQ(client.status()->inference, 2U);
  ASSERT_TRUE(client.stop());
  EXPECT_EQ(client.status()->state, FW_WORK_NONE);
  EXPECT_FALSE(*client.run(run_config(5, 2))) << "a request that comes late starts nothing";
  EXPECT_EQ(client.status()->state, FW_WORK_NONE);
  EXPECT_TRUE(*client.run(run_config(6, 2)));
  EXPECT_EQ(client.status()->state, FW_WORK_DONE);
}

TEST(Commands, ABadRunConfigurationIsNamedAndLeavesTheOldOne) {
  CommandBench bench(made_network(1));
  HostLink link(bench.bench);
  TargetClient client = open_client(link);
  EXPECT_TRUE(*client.run(run_config(5, 2)));
  fw_run_config bad = run_config(6, 2);
  bad.mode = 9;
  const auto refused = client.run(bad);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().text.find("byte 31"), std::string::npos) << refused.error().text;
  EXPECT_EQ(client.identify()->config.run_id, 5U);
}

TEST(Commands, ARunIsHeardBetweenInferences) {
  CommandBench bench(made_network(1));
  bench.bench.configure(FW_STRATEGY_TILE, FW_RECORDS_LAYERS, 50);
  std::vector<std::uint8_t> bytes{0x55, 0x01, 0x99};  // what is left of a frame that came too early
  for (const fw_command command : {FW_COMMAND_STATUS, FW_COMMAND_STOP}) {
    const auto wire = wire_of(command, static_cast<std::uint16_t>(20 - command));
    bytes.insert(bytes.end(), wire.begin(), wire.end());
  }
  say(bench, bytes);
  const auto replies = bench.bench.of_type(FW_RECORD_REPLY);
  ASSERT_EQ(replies.size(), 2U);
  EXPECT_EQ(replies[0].body.reply.command, FW_COMMAND_STATUS);
  fw_work_status status{};
  std::memcpy(&status, replies[0].body.reply.bytes, sizeof status);
  EXPECT_EQ(status.state, FW_WORK_RUNNING);
  EXPECT_EQ(status.inference, 1U);
  EXPECT_EQ(bench.bench.of_type(FW_RECORD_INFERENCE_END).size(), 1U) << "STOP was heard too";
  const auto boots = bench.bench.of_type(FW_RECORD_BOOT);
  ASSERT_EQ(boots.size(), 2U);
  EXPECT_EQ(boots[1].body.boot.cause, FW_BOOT_RESET);
  EXPECT_EQ(boots[1].header.boot, boots[0].header.boot + 1);
}

TEST(Commands, APauseIsSleptOutAlthoughTheLineSpeaks) {
  CommandBench bench(made_network(1));
  bench.bench.configure(FW_STRATEGY_TILE, FW_RECORDS_LAYERS, 2, 1000, 5'000'000);
  std::vector<std::uint8_t> bytes = wire_of(FW_COMMAND_STATUS, 1);
  say(bench, bytes);
  const auto begins = bench.bench.of_type(FW_RECORD_INFERENCE_BEGIN);
  ASSERT_EQ(begins.size(), 2U);
  EXPECT_GE(begins[1].header.ticks - begins[0].header.ticks, 5'000'000U);
  EXPECT_LT(begins[1].header.ticks - begins[0].header.ticks, 5'100'000U);
}

TEST(Commands, ARequestThatWasOvertakenIsNotExecuted) {
  CommandBench bench(made_network(1));
  std::vector<std::uint8_t> bytes = wire_of(FW_COMMAND_IDENTIFY, 10);
  for (const std::uint16_t number : std::vector<std::uint16_t>{12, 11, 13, 12}) {
    const auto wire = wire_of(FW_COMMAND_STATUS, number);
    bytes.insert(bytes.end(), wire.begin(), wire.end());
  }
  say(bench, bytes);
  std::vector<int> answered;
  for (const fw_record& record : bench.bench.of_type(FW_RECORD_REPLY))
    answered.push_back(record.body.reply.request);
  EXPECT_EQ(answered, (std::vector<int>{10, 12, 13}));
}

TEST(Commands, WrongRequestsAreAnsweredWithWhatIsWrong) {
  struct Case {
    std::uint8_t command;
    std::size_t body;
    fw_status status;
  };
  const Case cases[] = {
      {0, 0, FW_STATUS_UNKNOWN},
      {11, 0, FW_STATUS_UNKNOWN},
      {127, 9, FW_STATUS_UNKNOWN},
      {FW_COMMAND_IDENTIFY, 1, FW_STATUS_BAD_BODY},
      {FW_COMMAND_RUN, sizeof(fw_run_config) - 1, FW_STATUS_BAD_BODY},
      {FW_COMMAND_LOAD_CHUNK, sizeof(fw_load_chunk), FW_STATUS_BAD_BODY},
      {FW_COMMAND_LOAD_CHUNK, sizeof(fw_load_chunk) + FW_LOAD_CHUNK_MAX + 1, FW_STATUS_BAD_BODY},
      {FW_COMMAND_LOAD_BEGIN, sizeof(fw_load), FW_STATUS_BAD_BODY},  // of 0 bytes
      {FW_COMMAND_READ_RESULT, sizeof(fw_result_request), FW_STATUS_NOT_THERE},
      {FW_COMMAND_MEASURE, sizeof(fw_measure), FW_STATUS_BAD_BODY},  // 0 times
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(int{c.command});
    CommandBench bench(made_network(1));
    say(bench, wire_of(c.command, 9, std::vector<std::uint8_t>(c.body)));
    EXPECT_EQ(last_reply(bench.bench).status, c.status);
    EXPECT_EQ(last_reply(bench.bench).command, c.command);
  }
}

TEST(Commands, NoBytesHarmTheBoard) {
  const MadeNetwork network = made_network(1);
  CommandBench bench(network);
  Random random(3, "hostile");
  std::vector<std::vector<std::uint8_t>> sound;
  for (std::uint8_t command = 1; command <= FW_COMMAND_SELF_TEST; ++command)
    for (const std::size_t size : {0U, 4U, 12U, 36U, 100U}) {
      std::vector<std::uint8_t> body(size);
      for (std::uint8_t& byte : body)
        byte = static_cast<std::uint8_t>(random.below(3));
      std::vector<std::uint8_t> payload{static_cast<std::uint8_t>(0x80 | command), 1, 0};
      payload.insert(payload.end(), body.begin(), body.end());
      sound.push_back(payload);
    }
  std::vector<std::uint8_t> bytes;
  for (int i = 0; i < 10'000; ++i) {
    std::vector<std::uint8_t> payload = mutated(sound[random.below(sound.size())], random);
    payload.resize(std::min<std::size_t>(payload.size(), FW_RECORD_MAX));
    if (payload.size() > 3 && (payload[0] & 0x7F) == FW_COMMAND_MEASURE && payload.size() > 14)
      payload[12] = payload[13] = payload[14] = 0;  // a count that a test can wait for
    std::vector<std::uint8_t> wire(FW_WIRE_MAX);
    wire.resize(fw_frame_write(wire.data(), payload.data(), payload.size()));
    bytes.insert(bytes.end(), wire.begin(), wire.end());
  }
  const auto last = wire_of(FW_COMMAND_IDENTIFY, 4711);
  bytes.insert(bytes.end(), last.begin(), last.end());
  say(bench, bytes);
  EXPECT_EQ(last_reply(bench.bench).request, 4711);
  EXPECT_GT(bench.bench.of_type(FW_RECORD_REPLY).size(), 100U);
}

TEST(Commands, TheLastResultIsReadAgain) {
  const MadeNetwork network = made_network(1);
  CommandBench bench(network);
  HostLink link(bench.bench);
  TargetClient client = open_client(link);
  ASSERT_TRUE(client.run(run_config(5, 2)));
  const auto output = client.read_result();  // a power cycle later
  ASSERT_TRUE(output) << output.error().text;
  ASSERT_TRUE(*output);
  EXPECT_EQ((*output)->inference, 1U);
  EXPECT_EQ((*output)->bytes, outputs_of(network, 2).at(1));
}

TEST(Commands, MeasuresAreMarkedAndCountTicks) {
  CommandBench bench(made_network(1));
  HostLink link(bench.bench);
  TargetClient client = open_client(link);
  const auto ticks_of = [&](fw_measure what) {
    const auto measured = client.measure(what);
    EXPECT_TRUE(measured) << measured.error().text;
    return measured ? measured->ticks : 0;
  };
  // The host board's ticks: one a call of the HAL, one a byte moved, and what is slept; blocks of
  // 1024 bytes. The second reading of the ticks is one more.
  EXPECT_EQ(ticks_of({.what = FW_MEASURE_NV_READ, .count = 3000}), 3000U + 3 + 1);
  EXPECT_EQ(ticks_of({.what = FW_MEASURE_NV_WRITE, .count = 1}), 1U + 1 + 1);
  EXPECT_EQ(ticks_of({.what = FW_MEASURE_COMMIT, .count = 10}), 10U * (1 + 12 + 8) + 1)
      << "12 bytes of progress, 8 of a slot";
  EXPECT_EQ(ticks_of({.what = FW_MEASURE_SLEEP, .count = 5000}), 5000U + 1 + 1);
  EXPECT_EQ(
      ticks_of({.what = FW_MEASURE_KERNEL, .layer = 0, .tile = FW_MEASURE_WHOLE_LAYER, .count = 2}),
      1U)
      << "kernels take no time on this board";
  const auto reshape =
      client.measure({.what = FW_MEASURE_KERNEL, .layer = 1, .tile = 0, .count = 1});
  ASSERT_FALSE(reshape);
  EXPECT_EQ(reshape.error().code, Errc::not_found);
  EXPECT_FALSE(client.measure({.what = FW_MEASURE_KERNEL, .layer = 99, .tile = 0, .count = 1}));
  EXPECT_EQ(bench.bench.board.marks & 4, 0U) << "the mark is low again";
}

TEST(Commands, TheSelfTestFindsASoundBoardSound) {
  CommandBench bench(made_network(1));
  HostLink link(bench.bench);
  TargetClient client = open_client(link);
  const auto sound = client.self_test();
  ASSERT_TRUE(sound) << sound.error().text;
  EXPECT_EQ(sound->passed, 127U);
  EXPECT_EQ(sound->failed, 0U);
  EXPECT_EQ(sound->absent, 0U);
  bench.bench.board.supply_mv = 0;
  EXPECT_EQ(client.self_test()->absent, FW_TESTED_ADC);
  bench.bench.board.supply_mv = 50;
  EXPECT_EQ(client.self_test()->failed, FW_TESTED_ADC);
}

}  // namespace
}  // namespace sunfleck
