#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <sstream>

#include "tests/support/replay_json.h"
#include "tests/support/store_dump.h"

// Whole commands on the two images of target_fw/record_writer/example: 20 rounds, each of which
// takes 256 samples and compares them with 64 templates, committing after the samples, after every
// 8 templates and at the round's end: 10 times a round.
namespace {

using nlohmann::json;

constexpr int rounds = 20;
constexpr int commits_per_round = 10;
const std::string board_file = "target_fw/record_writer/example/board.toml";

std::string image(const std::string& name) { return std::string(FIRMWARE_DIR) + "/" + name; }

// What a round must find, worked out as the example's comments say and not with its code.
struct Match {
  std::uint32_t best = 0;
  std::int32_t score = INT32_MIN;
};

Match match_of(std::uint32_t round) {
  std::int32_t samples[256];
  std::uint32_t noise = 12345 + round;
  for (std::int32_t& sample : samples) {
    noise = noise * 1664525 + 1013904223;
    sample = static_cast<std::int32_t>(noise >> 22) - 512;
  }
  Match match;
  for (std::uint32_t candidate = 0; candidate < 64; ++candidate) {
    std::int32_t score = 0;
    for (std::uint32_t i = 0; i < 256; ++i)
      score += samples[i] * (static_cast<std::int32_t>((candidate * 37 + i * 11) % 127) - 63);
    if (score > match.score) match = {candidate, score};
  }
  return match;
}

std::string line_of(int round) {
  return "round " + std::to_string(round) + ": template " +
      std::to_string(match_of(static_cast<std::uint32_t>(round)).best) + "\r\n";
}

Replayed play(
    const std::string& elf, std::vector<std::string> more, const ScratchFolder& folder,
    const std::string& board = board_file) {
  std::vector<std::string> arguments{"--firmware", image(elf), "--board",
                                     board,        "--store",  folder.file("runs.db")};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return replay_json(arguments, folder);
}

const std::vector<std::string> steady{"--profile", "constant:power=30mW", "--max-time", "2s"};
const std::vector<std::string> with_outages{
    "--profile", "constant:power=1mW", "--capacitor", "22uF", "--repeat", "--max-time", "30s"};

const json& mark_called(const json& result, const std::string& name) {
  static const json none;
  for (const auto& mark : result["marks"])
    if (mark["name"] == name) return mark;
  return none;
}

void expect_whole(const json& result) {
  double joules = 0.0;
  double seconds = 0.0;
  for (const auto& row : result["activities"]) {
    joules += row["joules"].get<double>();
    seconds += row["seconds"].get<double>();
  }
  const double total = result["rail_joules"].get<double>();
  EXPECT_NEAR(joules, total, 1e-9 * total);
  EXPECT_NEAR(seconds, result["duration_seconds"].get<double>(), 1e-9);
  double of_marks = 0.0;
  for (const auto& mark : result["marks"])
    of_marks += mark["joules"].get<double>();
  EXPECT_NEAR(of_marks, joules_of(result, "mark"), 1e-9 * total);
}

void expect_right_outputs(const ScratchFolder& folder) {
  const std::string hex = query_text(
      folder.file("runs.db"), "SELECT inference, hex(data) FROM output ORDER BY inference");
  std::ostringstream wanted;
  for (std::uint32_t round = 0; round < rounds; ++round) {
    const Match match = match_of(round);
    std::uint8_t bytes[8];
    std::memcpy(bytes, &match.best, 4);
    std::memcpy(bytes + 4, &match.score, 4);
    char text[17];
    for (int i = 0; i < 8; ++i)
      std::snprintf(text + 2 * i, 3, "%02X", bytes[i]);
    wanted << round << "|" << text << "|\n";
  }
  EXPECT_EQ(hex, wanted.str());
}

TEST(Foreign, RecordsOfAMainLoopOnASteadySupplyAreCountedToTheLast) {
  const ScratchFolder folder;
  const Replayed replayed = play("foreign_records.elf", steady, folder);
  ASSERT_EQ(replayed.command.code, 0) << replayed.command.err;
  const json& result = replayed.result;
  EXPECT_EQ(result["inferences"], rounds);
  EXPECT_EQ(result["outages"], 0);
  // Per round: begin and end of the round and of two tasks, 10 commits, a result; one boot and one
  // idle record.
  EXPECT_EQ(result["telemetry"]["records"], rounds * (6 + commits_per_round + 1) + 2);
  EXPECT_EQ(result["telemetry"]["missing"], 0);
  EXPECT_EQ(result["telemetry"]["text_bytes"], 0);
  ASSERT_EQ(result["layers"].size(), 2U);
  EXPECT_EQ(result["layers"][0]["checkpoints"], rounds);
  EXPECT_EQ(result["layers"][1]["checkpoints"], rounds * 8);
  EXPECT_GT(result["layers"][1]["compute_joules"], result["layers"][0]["compute_joules"]);
  EXPECT_EQ(joules_of(result, "re-execution"), 0.0);
  expect_whole(result);
  expect_right_outputs(folder);
}

TEST(Foreign, RecordsOfAMainLoopSurviveOutages) {
  const ScratchFolder folder;
  const Replayed replayed = play("foreign_records.elf", with_outages, folder);
  ASSERT_EQ(replayed.command.code, 0) << replayed.command.err;
  const json& result = replayed.result;
  EXPECT_EQ(result["inferences"], rounds);
  EXPECT_GE(result["outages"], 2 * rounds);
  EXPECT_GT(joules_of(result, "re-execution"), 0.0);
  // A commit is made once; its record can be cut off.
  const int outages = result["outages"];
  EXPECT_LE(result["layers"][1]["checkpoints"], rounds * 8);
  EXPECT_GE(result["layers"][1]["checkpoints"], rounds * 8 - outages);
  expect_whole(result);
  expect_right_outputs(folder);
}

TEST(Foreign, MarksAloneCountAndTimeWhatTheFirmwareDoes) {
  const ScratchFolder folder;
  std::vector<std::string> arguments = steady;
  arguments.insert(arguments.end(), {"--uart-text", folder.file("uart.txt")});
  const Replayed replayed = play("foreign_marks.elf", arguments, folder);
  ASSERT_EQ(replayed.command.code, 0) << replayed.command.err;
  const json& result = replayed.result;
  const json& work = mark_called(result, "work");
  const json& commit = mark_called(result, "commit");
  EXPECT_EQ(work["begun"], rounds);
  EXPECT_EQ(work["finished"], rounds);
  EXPECT_EQ(commit["begun"], rounds * commits_per_round);
  EXPECT_EQ(commit["finished"], rounds * commits_per_round);
  EXPECT_GT(work["joules"], commit["joules"]);
  std::string wanted;
  for (int round = 0; round < rounds; ++round)
    wanted += line_of(round);
  EXPECT_EQ(text_of(folder.file("uart.txt")), wanted);
  EXPECT_EQ(result["telemetry"]["text_bytes"], wanted.size());
  EXPECT_EQ(result["telemetry"]["damaged"], 0);
  EXPECT_EQ(result["telemetry"]["records"], 0);
  EXPECT_TRUE(result["findings"].empty());
  expect_whole(result);
}

TEST(Foreign, MarksUnderOutagesAreCutAndBegunAnew) {
  const ScratchFolder folder;
  std::vector<std::string> arguments = with_outages;
  arguments.insert(arguments.end(), {"--uart-text", folder.file("uart.txt")});
  const Replayed replayed = play("foreign_marks.elf", arguments, folder);
  ASSERT_EQ(replayed.command.code, 0) << replayed.command.err;
  const json& result = replayed.result;
  const int outages = result["outages"];
  EXPECT_GE(outages, rounds);
  // Each round ends once, each commit is made once; an outage can hide the end of either, and each
  // begin beyond that is one that an outage cut.
  const json& work = mark_called(result, "work");
  const json& commit = mark_called(result, "commit");
  const int cut_work = work["begun"].get<int>() - work["finished"].get<int>();
  const int cut_commits = commit["begun"].get<int>() - commit["finished"].get<int>();
  EXPECT_LE(work["finished"], rounds);
  EXPECT_GE(work["begun"], rounds);
  EXPECT_LE(commit["finished"], rounds * commits_per_round);
  EXPECT_GE(commit["begun"], rounds * commits_per_round);
  EXPECT_GT(cut_work, rounds);
  EXPECT_LE(cut_work, outages);
  EXPECT_LE(cut_commits, outages);
  expect_whole(result);
  // Every round is printed in the end, in order, and always with the same template.
  std::size_t at = 0;
  const std::string text = text_of(folder.file("uart.txt"));
  for (int round = 0; round < rounds; ++round) {
    at = text.find(line_of(round), at);
    ASSERT_NE(at, std::string::npos) << "round " << round << " in " << text;
  }
}

TEST(Foreign, TheStoreKeepsWhatWasRunAndShowsItAgain) {
  const ScratchFolder folder;
  const Replayed replayed = play("foreign_marks.elf", steady, folder);
  const std::string store = folder.file("runs.db");
  const CommandResult shown =
      sunfleck_command({"runs", "show", "1", "--json", "--store", store}, folder);
  EXPECT_EQ(json::parse(shown.out, nullptr, false), replayed.result)
      << json::diff(json::parse(shown.out), replayed.result);
  EXPECT_EQ(replayed.result["board"], "F401 with FRAM");
  EXPECT_EQ(replayed.result["name"], "foreign_marks.elf on constant:power=30mW");
  EXPECT_EQ(replayed.result["network"], "");
  for (const char* hash : {"firmware_sha256", "board_sha256"})
    EXPECT_EQ(replayed.result[hash].get<std::string>().size(), 64U) << hash;
  const CommandResult text = sunfleck_command({"runs", "show", "1", "--store", store}, folder);
  EXPECT_NE(text.out.find("foreign_marks.elf (board F401 with FRAM)"), std::string::npos)
      << text.out;
  EXPECT_NE(text.out.find("mark: work"), std::string::npos) << text.out;
  EXPECT_EQ(
      query_text(store, "SELECT mark_name FROM mark_energy ORDER BY pin"), "work|\ncommit|\n");
  const CommandResult listed =
      sunfleck_command({"runs", "list", "--json", "--store", store}, folder);
  EXPECT_EQ(json::parse(listed.out, nullptr, false)[0]["status"], "finished");
}

// The example's board without some of its tables.
std::string board_without(const std::vector<std::string>& tables, const std::string& more) {
  std::istringstream lines(text_of(board_file));
  std::string text;
  bool is_kept = true;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('[')) {
      is_kept = true;
      for (const std::string& table : tables)
        if (line == "[" + table + "]") is_kept = false;
    }
    if (is_kept) text += line + "\n";
  }
  return text + more;
}

TEST(Foreign, AFirmwareThatSaysNothingIsToldToHaveSaidNothing) {
  const ScratchFolder folder;
  const std::string board = folder.file("silent.toml");
  std::ofstream(board) << board_without({"marks"}, "");
  const Replayed replayed = play("foreign_marks.elf", with_outages, folder, board);
  EXPECT_EQ(replayed.command.code, 0);
  EXPECT_NE(replayed.command.err.find("sent no record and moved no mark pin"), std::string::npos)
      << replayed.command.err;
  EXPECT_GT(replayed.result["power_cycles"], rounds);
  EXPECT_GT(joules_of(replayed.result, "unattributed"), 0.0);
  expect_whole(replayed.result);
}

TEST(Foreign, ATrapEndsTheRunWithItsPlaceAndTheRunIsKept) {
  const ScratchFolder folder;
  const std::string board = folder.file("bare.toml");
  std::ofstream(board) << board_without({"uart"}, "[peripherals]\nunknown = \"fault\"\n");
  const CommandResult command = sunfleck_command(
      {"replay", "--firmware", image("foreign_marks.elf"), "--board", board, "--profile",
       "constant:power=30mW"},
      folder);
  EXPECT_EQ(command.code, 1);
  EXPECT_NE(command.err.find("trapped"), std::string::npos) << command.err;
  EXPECT_NE(command.err.find("in the code from 0x8000"), std::string::npos) << command.err;
  EXPECT_NE(command.err.find("write of 4 bytes at 0x40011008"), std::string::npos) << command.err;
  const CommandResult listed = sunfleck_command({"runs", "list", "--json"}, folder);
  EXPECT_EQ(json::parse(listed.out, nullptr, false)[0]["status"], "failed");
}

TEST(Foreign, ImagesThatAreNoneForTheBoardAreRefusedInASentence) {
  struct Case {
    std::string elf;
    const char* text;
  };
  const Case cases[] = {
      {image("virtual.elf"),
       "bytes of memory from 0x0 on, and this board has bytes of: flash "
       "262144 from 0x8000000, SRAM 65536 from 0x20000000"},
      {"/bin/true", "a little-endian 32-bit ELF file was wanted"},
      {board_file, "a little-endian 32-bit ELF file was wanted"},
      {"nowhere.elf", "nowhere.elf"},
  };
  const ScratchFolder folder;
  for (const Case& c : cases) {
    SCOPED_TRACE(c.elf);
    const CommandResult command =
        sunfleck_command({"replay", "--firmware", c.elf, "--board", board_file}, folder);
    EXPECT_EQ(command.code, 1);
    EXPECT_NE(command.err.find(c.text), std::string::npos) << command.err;
    EXPECT_EQ(std::count(command.err.begin(), command.err.end(), '\n'), 1) << command.err;
  }
}

TEST(Foreign, WhatOnlyOurFirmwareUnderstandsIsRefusedForABoard) {
  const std::string elf = image("foreign_marks.elf");
  const std::vector<std::vector<std::string>> wrong{
      {"--board", board_file},
      {"--board", board_file, "--firmware", elf, "--network", "kws.tflite"},
      {"--board", board_file, "--firmware", elf, "--period", "1s"},
      {"--board", board_file, "--firmware", elf, "--repeat"},
  };
  const ScratchFolder folder;
  for (std::vector<std::string> arguments : wrong) {
    SCOPED_TRACE(testing::PrintToString(arguments));
    arguments.insert(arguments.begin(), "replay");
    const CommandResult command = sunfleck_command(arguments, folder);
    EXPECT_EQ(command.code, 2) << command.err;
    EXPECT_EQ(command.out, "");
  }
}

TEST(Foreign, OurFirmwareFromAFileTakesNetworkAndInputsAsUsual) {
  const ScratchFolder folder;
  const Replayed built_in = replay_json({"--inferences", "1"}, folder);
  const Replayed plain =
      replay_json({"--firmware", image("virtual-plain.elf"), "--inferences", "1"}, folder);
  ASSERT_EQ(plain.command.code, 0) << plain.command.err;
  EXPECT_EQ(plain.result["inferences"], 1);
  EXPECT_EQ(plain.result["network_sha256"], built_in.result["network_sha256"]);
  EXPECT_NE(plain.result["firmware_sha256"], built_in.result["firmware_sha256"]);
  EXPECT_EQ(plain.result["board"], "virtual");
  const Replayed same =
      replay_json({"--firmware", image("virtual.elf"), "--inferences", "1"}, folder);
  EXPECT_EQ(same.result["firmware_sha256"], built_in.result["firmware_sha256"]);
}

}  // namespace
