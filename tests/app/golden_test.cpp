#include <gtest/gtest.h>

#include "tests/support/replay_json.h"
#include "tests/support/shared_data.h"

// Whole commands on real recordings, with the outputs of TFLite-Micro's reference kernels.
namespace {

std::vector<std::string> keyword_spotting(
    const std::string& profile, std::vector<std::string> more) {
  std::vector<std::string> arguments{
      "--network",       shared_data("models/kws_ref_model.tflite"),
      "--input",         shared_data("models/golden/kws_ref_model.in"),
      "--expect-output", shared_data("models/golden/kws_ref_model.out"),
      "--profile",       shared_data(profile),
  };
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

#define SKIP_WITHOUT_KEYWORD_SPOTTING(profile)                 \
  SKIP_WITHOUT_SHARED_DATA("models/golden/kws_ref_model.out"); \
  SKIP_WITHOUT_SHARED_DATA(profile)

std::string join_name(const std::string& first, const std::string& second) {
  return first + "_" + second;
}

void expect_all_correct(const Replayed& replayed) {
  EXPECT_EQ(replayed.command.code, 0) << replayed.command.err;
  EXPECT_EQ(replayed.result["expected"]["wanted"], 20);
  EXPECT_EQ(replayed.result["expected"]["correct"], 20);
  expect_closed_books(replayed.result);
}

TEST(Golden, KeywordSpottingOnARecordedWalkSurvivesWithTiles) {
  SKIP_WITHOUT_KEYWORD_SPOTTING("traces/rf_powercast/rf-cart.trace");
  const ScratchFolder folder;
  const Replayed replayed = replay_json(
      keyword_spotting("traces/rf_powercast/rf-cart.trace", {"--repeat", "--capacitor", "47uF"}),
      folder);
  expect_all_correct(replayed);
  EXPECT_GE(outages_per_inference(replayed.result), 10.0);
}

TEST(Golden, KeywordSpottingOnARecordedWalkSurvivesWithLayers) {
  SKIP_WITHOUT_KEYWORD_SPOTTING("traces/rf_powercast/rf-cart.trace");
  const ScratchFolder folder;
  const Replayed replayed = replay_json(
      keyword_spotting(
          "traces/rf_powercast/rf-cart.trace",
          {"--repeat", "--strategy", "layer", "--capacitor", "120uF"}),
      folder);
  expect_all_correct(replayed);
  EXPECT_GE(outages_per_inference(replayed.result), 4.0);
}

TEST(Golden, LayersThatNeedMoreThanTheCapacitorGivesAreNamed) {
  SKIP_WITHOUT_KEYWORD_SPOTTING("traces/rf_powercast/rf-cart.trace");
  const ScratchFolder folder;
  const Replayed replayed = replay_json(
      keyword_spotting(
          "traces/rf_powercast/rf-cart.trace",
          {"--repeat", "--strategy", "layer", "--capacitor", "47uF"}),
      folder);
  EXPECT_EQ(replayed.command.code, 1);
  EXPECT_EQ(replayed.result["end"], "no_progress");
  EXPECT_NE(replayed.command.err.find("layer 0 (CONV_2D)"), std::string::npos)
      << replayed.command.err;
}

struct SteadyCase {
  const char* network;
  const char* strategy;
};
class SteadyGolden : public testing::TestWithParam<SteadyCase> {};

TEST_P(SteadyGolden, TheVirtualBoardComputesTheReferenceOutputs) {
  const std::string network = GetParam().network;
  SKIP_WITHOUT_SHARED_DATA("models/golden/" + network + ".out");
  const ScratchFolder folder;
  const Replayed replayed = replay_json(
      {"--network", shared_data("models/" + network + ".tflite"), "--input",
       shared_data("models/golden/" + network + ".in"), "--expect-output",
       shared_data("models/golden/" + network + ".out"), "--profile",
       "constant:power=50mW,duration=600s", "--path", "direct", "--strategy", GetParam().strategy},
      folder);
  expect_all_correct(replayed);
  EXPECT_EQ(replayed.result["outages"], 0);
}

INSTANTIATE_TEST_SUITE_P(
    Networks, SteadyGolden,
    testing::Values(
        SteadyCase{"kws_ref_model", "restart"}, SteadyCase{"kws_ref_model", "tile"},
        SteadyCase{"micro_speech_quantized", "restart"},
        SteadyCase{"micro_speech_quantized", "layer"}, SteadyCase{"micro_speech_quantized", "tile"},
        SteadyCase{"str_ww_ref_model", "tile"}),
    [](const auto& test) { return join_name(test.param.network, test.param.strategy); });

class WispGolden : public testing::TestWithParam<const char*> {};

TEST_P(WispGolden, KeywordSpottingSurvivesWithTiles) {
  SKIP_WITHOUT_KEYWORD_SPOTTING(GetParam());
  const ScratchFolder folder;
  const Replayed replayed =
      replay_json(keyword_spotting(GetParam(), {"--repeat", "--sample-period", "10ms"}), folder);
  expect_all_correct(replayed);
  EXPECT_GE(outages_per_inference(replayed.result), 10.0);
  EXPECT_EQ(replayed.result["profile_repeated"], true);
  EXPECT_NE(
      replayed.result["assumptions"]["profile"].get<std::string>().find("30000 Ohm"),
      std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Traces, WispGolden, testing::Values("traces/rf_wisp/1.txt", "traces/rf_wisp/2.txt"),
    [](const auto& test) { return join_name("trace", test.index == 0 ? "1" : "2"); });

}  // namespace
