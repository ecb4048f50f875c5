#include "target_fw/app/mlperf.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>

#include "core/network/compile.h"
#include "core/network/demo_network.h"
#include "core/network/import_tflite.h"
#include "target_fw/app/mlperf_text.h"
#include "tests/firmware/command_bench.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

// A board in one of the modes, what it says to a script, and the levels of its timestamp pin.
struct TextBench {
  TextBench(const MadeNetwork& network, fw_mode mode, fw_strategy strategy = FW_STRATEGY_TILE)
      : commands(network) {
    fw_run_config config = run_config(1, 1);
    config.strategy = static_cast<std::uint8_t>(strategy);
    config.mode = static_cast<std::uint8_t>(mode);
    config.magic = FW_RUN_CONFIG_MAGIC;
    config.version = FW_RUN_CONFIG_VERSION;
    config.crc32 = fw_crc32(0, &config, offsetof(fw_run_config, crc32));
    std::memcpy(commands.bench.nv.data(), &config, sizeof config);
    commands.bench.board.context = &said;
    commands.bench.board.on_nv = nullptr;
    commands.bench.board.on_uart = [](void* to, const std::uint8_t* bytes, std::uint32_t size) {
      static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(bytes), size);
    };
  }

  // What the board says after its greeting.
  std::string answer(const std::string& script) {
    const std::string text = all(script);
    const std::string ready = "m-init-done\r\nm-ready\r\n";
    return text.substr(std::min(text.find(ready), text.size() - ready.size()) + ready.size());
  }
  std::string all(const std::string& script) {
    said.clear();
    sunfleck::say(commands, {script.begin(), script.end()});
    return said;
  }

  CommandBench commands;
  std::string said;
};

std::string hex_of(std::span<const std::uint8_t> bytes, std::size_t per_line) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += per_line) {
    text += "db ";
    for (const std::uint8_t byte : bytes.subspan(at, std::min(per_line, bytes.size() - at))) {
      std::array<char, 3> digits{};
      std::snprintf(digits.data(), digits.size(), "%02x", byte);
      text += digits.data();
    }
    text += '%';
  }
  return text;
}

TEST(MLPerf, AnswersToEachCommandAsTheRunnerWantsIt) {
  struct Case {
    const char* command;
    const char* answer;
  };
  // The device interface of the benchmark, command by command.
  const Case cases[] = {
      {"name%", "m-name-dut-[sunfleck host]\r\n"},
      {"bogus 1%", "e-[Unknown command: bogus]\r\n"},
      {"\r\nname%", "e-[Unknown command: \r\nname]\r\n"},
      {"infer 0%", "e-[Inference iterations must be >0]\r\n"},
      {"infer -3%", "e-[Inference iterations must be >0]\r\n"},
      {"infer 1 -1%", "e-[Inference warmup must be >=0]\r\n"},
      {"db%", "e-[Command 'db' requires a subcommand]\r\n"},
      {"db load%", "e-[Command 'db load' requires the # of bytes]\r\n"},
      {"db load 0%", "e-[Command 'db load' must be >0 bytes]\r\n"},
      {"db load 72%", "m-[Expecting 72 bytes]\r\n"},
      {"db abc%", "e-[Insufficent number of hex digits]\r\n"},
      {"db zz%", "e-[Invalid hex digit 'zz']\r\n"},
      {"db 0Aff%", ""},
      {"results%", "m-results-[]\r\n"},
  };
  TextBench bench(made_network(1), FW_MODE_MLPERF_PERFORMANCE);
  for (const Case& c : cases)
    EXPECT_EQ(bench.answer(c.command), std::string(c.answer) + "m-ready\r\n") << c.command;
}

TEST(MLPerf, GreetsWithItsModeAndATimestamp) {
  TextBench performance(made_network(1), FW_MODE_MLPERF_PERFORMANCE);
  const std::string text = performance.all("");
  unsigned long lap = 0;
  int used = 0;
  EXPECT_EQ(
      std::sscanf(
          text.c_str(),
          "m-timestamp-mode-performance\r\nm-lap-us-%lu\r\nm-init-done\r\nm-ready\r\n%n", &lap,
          &used),
      1);
  EXPECT_EQ(used, static_cast<int>(text.size()));
  EXPECT_GT(lap, 0U);
  TextBench energy(made_network(1), FW_MODE_MLPERF_ENERGY);
  EXPECT_EQ(energy.all(""), "m-timestamp-mode-energy\r\nm-init-done\r\nm-ready\r\n");
  EXPECT_EQ(energy.commands.bench.board.marks & 8, 8U) << "the line is left high";
  EXPECT_EQ(energy.answer("timestamp%"), "m-ready\r\n");
}

TEST(MLPerf, KeepsWhatWasLoadedAndShowsIt) {
  TextBench bench(made_network(1), FW_MODE_MLPERF_PERFORMANCE);
  EXPECT_EQ(
      bench.answer("db load 10%db 000102030405%db 06070809aabb%db print%"),
      "m-[Expecting 10 bytes]\r\nm-ready\r\nm-ready\r\nm-load-done\r\nm-ready\r\n"
      "m-buffer-00-01-02-03-04-05-06-07\r\nm-buffer-08-09\r\nm-ready\r\n")
      << "what is more is dropped";
  EXPECT_EQ(
      bench.answer("db load 10%infer 1 0%"),
      "m-[Expecting 10 bytes]\r\nm-ready\r\ne-[The input has not the size of the network's]\r\n"
      "m-ready\r\n");
  EXPECT_EQ(
      bench.answer("db load 999999%"),
      "Supplied buffer size 999999 exceeds what the board has room for\nm-ready\r\n");
}

TEST(MLPerf, InfersBetweenTwoTimestamps) {
  TextBench bench(made_network(1), FW_MODE_MLPERF_PERFORMANCE);
  const std::string text = bench.answer("infer 3 2%");
  unsigned long first = 0, second = 0;
  int used = 0;
  EXPECT_EQ(
      std::sscanf(
          text.c_str(),
          "m-warmup-start-2\r\nm-warmup-done\r\nm-infer-start-3\r\nm-lap-us-%lu\r\nm-lap-us-%lu\r\n"
          "m-infer-done\r\nm-results-[%n",
          &first, &second, &used),
      2);
  EXPECT_GT(used, 0);
  EXPECT_LT(first, second);
  EXPECT_TRUE(text.ends_with("]\r\nm-ready\r\n"));
  EXPECT_EQ(bench.answer("infer 1%").substr(0, 20), "m-warmup-start-10\r\nm");
}

TEST(MLPerf, FramesAreStillAnswered) {
  TextBench bench(made_network(1), FW_MODE_MLPERF_PERFORMANCE);
  for (std::uint16_t number = 1; number < 400; ++number) {  // all bytes, '%' among them
    const std::vector<std::uint8_t> wire = wire_of(FW_COMMAND_STATUS, number, {});
    const std::string answer =
        bench.answer("name%" + std::string(wire.begin(), wire.end()) + "name%");
    const std::string name = "m-name-dut-[sunfleck host]\r\nm-ready\r\n";
    ASSERT_TRUE(answer.starts_with(name)) << number;
    ASSERT_TRUE(answer.ends_with(name)) << number;
    const std::string between = answer.substr(name.size(), answer.size() - 2 * name.size());
    fw_frame_reader reader{};
    fw_frame_event event = FW_FRAME_NONE;
    for (const char byte : between)
      event = fw_frame_read(&reader, static_cast<std::uint8_t>(byte));
    ASSERT_EQ(event, FW_FRAME_READY);
    fw_record record{};
    ASSERT_TRUE(fw_record_read(&record, reader.bytes, reader.size));
    EXPECT_EQ(record.body.reply.request, number);
  }
}

TEST(MLPerf, NoBytesHarmTheBoard) {
  TextBench bench(made_network(1), FW_MODE_MLPERF_PERFORMANCE);
  Random random(5, "hostile text");
  const std::string alphabet = "dbloadprint 0123456789af%%  infer1resultsname\r\n\x80\x01-";
  std::string script;
  for (int i = 0; i < 60'000; ++i)
    script += alphabet[random.below(alphabet.size())];
  script += '\0';
  script += "name%";
  EXPECT_TRUE(bench.all(script).ends_with("m-name-dut-[sunfleck host]\r\nm-ready\r\n"));
}

TEST(MLPerf, ThousandthsAreThoseOfPrintf) {
  Random random(6, "thousandths");
  for (int i = 0; i < 20'000; ++i) {
    const auto multiplier = static_cast<std::int32_t>((1U << 30) + random.below(1U << 30));
    const auto shift = static_cast<std::int32_t>(random.below(14)) - 12;  // scales of 2^-13 to 2
    const auto zero_point = static_cast<std::int32_t>(random.below(256)) - 128;
    const bool wide = random.below(2) == 0;
    const auto quantum =
        static_cast<std::int32_t>(random.below(wide ? 65536 : 256)) - (wide ? 32768 : 128);
    const double value =
        std::ldexp(static_cast<double>(quantum - zero_point) * multiplier, shift - 31);
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3f", value);
    const double thousandths = fw_thousandths(quantum, zero_point, multiplier, shift);
    ASSERT_NEAR(std::stod(text.data()) * 1000.0, thousandths, 1e-6)
        << quantum << ' ' << zero_point << ' ' << multiplier << ' ' << shift;
  }
  EXPECT_EQ(fw_thousandths(-112, -128, 1 << 30, -7), 62) << "16/256 is 0.0625: to the even one";
  EXPECT_EQ(fw_thousandths(32767, -32768, INT32_MAX, 30), INT32_MAX) << "limited";
}

// The whole sequence of the runner, on keyword spotting; outputs are those of TFLite-Micro.
TEST(MLPerf, KeywordSpottingGivesTheReferenceResults) {
  SKIP_WITHOUT_SHARED_DATA("models/golden/kws_ref_model.out");
  const auto network =
      import_tflite(file_bytes(shared_data("models/kws_ref_model.tflite")), "kws_ref_model.tflite");
  ASSERT_TRUE(network);
  const auto compiled = compile(*network, {});
  ASSERT_TRUE(compiled);
  const auto inputs = file_bytes(shared_data("models/golden/kws_ref_model.in"));
  const auto outputs = file_bytes(shared_data("models/golden/kws_ref_model.out"));
  TextBench bench(
      {.image = compiled->image, .inputs = std::vector<std::uint8_t>(16)},
      FW_MODE_MLPERF_PERFORMANCE);
  EXPECT_EQ(
      bench.answer("profile%"),
      "m-profile-[ULPMark for tinyML Firmware V0.0.1]\r\nm-model-[kws01]\r\nm-ready\r\n");
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string text = bench.answer(
        "name%profile%db load 490%" + hex_of(std::span(inputs).subspan(i * 490, 490), 31) +
        "infer 10 0%results%");
    std::string results = "m-results-[";
    for (std::size_t c = 0; c < 12; ++c) {
      std::array<char, 16> number{};
      const auto quantum = static_cast<std::int8_t>(outputs[i * 12 + c]);
      std::snprintf(
          number.data(), number.size(), "%s%.3f", c == 0 ? "" : ",", (quantum + 128) / 256.0);
      results += number.data();
    }
    results += "]\r\nm-ready\r\n";
    EXPECT_TRUE(text.ends_with(results + results)) << text.substr(text.size() / 2) << results;
    EXPECT_NE(text.find("m-load-done\r\nm-ready\r\nm-warmup-start-0\r\n"), std::string::npos);
  }
}

}  // namespace
}  // namespace sunfleck
