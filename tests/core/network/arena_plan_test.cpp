#include "core/network/arena_plan.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/network/demo_network.h"
#include "core/network/import_tflite.h"
#include "tests/core/network/random_network.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

// Plays an inference with marked bytes: each activation is written as a mark of its own (a RESHAPE
// keeps the mark of its input), and every reader must find its input's marks untouched.
void expect_intact(const Network& network, const ArenaPlan& plan) {
  std::vector<std::size_t> arena(plan.bytes, SIZE_MAX);
  std::vector<std::size_t> mark(network.activations.size(), SIZE_MAX);
  const auto write = [&](std::size_t activation) {
    mark[activation] = activation;
    const std::uint64_t bytes = network.activations[activation].bytes();
    ASSERT_LE(plan.offsets[activation] + bytes, arena.size());
    std::fill_n(arena.begin() + plan.offsets[activation], bytes, activation);
  };
  const auto expect_read = [&](std::size_t activation) {
    const std::uint64_t bytes = network.activations[activation].bytes();
    for (std::uint64_t i = 0; i < bytes; ++i)
      ASSERT_EQ(arena[plan.offsets[activation] + i], mark[activation]);
  };
  write(network.input);
  for (const Layer& layer : network.layers) {
    expect_read(layer.input);
    if (layer.input2) expect_read(*layer.input2);
    if (layer.op == Operator::reshape) {
      EXPECT_EQ(plan.offsets[layer.output], plan.offsets[layer.input]);
      mark[layer.output] = mark[layer.input];
    } else {
      write(layer.output);
      expect_read(layer.input);  // a repeated tile reads it again after others were written
      if (layer.input2) expect_read(*layer.input2);
    }
  }
  expect_read(network.output);
  for (const std::uint32_t offset : plan.offsets)
    EXPECT_EQ(offset % 4, 0U);
  EXPECT_EQ(plan.bytes % 4, 0U);
}

// Of the activations alive at once, at the worst moment; a chain has a layer's input and output,
// and none of the networks below reads anything older.
std::uint64_t least_bytes(const Network& network) {
  std::uint64_t most = 0;
  for (const Layer& layer : network.layers) {
    if (layer.op == Operator::reshape) continue;
    std::uint64_t alive = 0;
    for (const std::size_t activation : {layer.input, layer.output})
      alive += (network.activations[activation].bytes() + 3) / 4 * 4;
    most = std::max(most, alive);
  }
  return most;
}

TEST(ArenaPlan, NeverLetsALayerOverwriteWhatIsStillRead) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    const RandomNetwork random(seed);
    const auto plan = plan_arena(random.network());
    ASSERT_TRUE(plan) << plan.error().text;
    expect_intact(random.network(), *plan);
  }
  const Network demo = demo_network();
  expect_intact(demo, *plan_arena(demo));
  EXPECT_EQ(plan_arena(demo)->bytes, least_bytes(demo));
}

TEST(ArenaPlan, NeverLetsALayerOfARealNetworkOverwriteWhatIsStillRead) {
  for (const std::string name :
       {"kws_ref_model", "micro_speech_quantized", "str_ww_ref_model", "pretrainedResnet_quant"}) {
    SCOPED_TRACE(name);
    SKIP_WITHOUT_SHARED_DATA("models/" + name + ".tflite");
    const auto network = import_tflite(file_bytes(shared_data("models/" + name + ".tflite")), name);
    ASSERT_TRUE(network) << network.error().text;
    const auto plan = plan_arena(*network);
    ASSERT_TRUE(plan) << plan.error().text;
    expect_intact(*network, *plan);
    // Three activations of 32 x 32 x 16 in ResNet-8: a block's input, its inside and its output.
    EXPECT_EQ(plan->bytes, name == "pretrainedResnet_quant" ? 3 * 16'384U : least_bytes(*network));
  }
}

// A chain of 100, 40, 100 and 40 bytes with a second reader of the first at the end: first and
// third overlap in time, so do the first and both of 40; the best any plan can do is 100 + 40 +
// 100.
TEST(ArenaPlan, GivesAPlaceAwayWhenItsTimeIsOver) {
  Network network{.name = "hand", .activations = {}, .layers = {}, .input = 0, .output = 4};
  for (const std::uint32_t channels : {100U, 40U, 100U, 40U, 20U})
    network.activations.push_back(
        {.name = {}, .shape = {1, 1, channels}, .scale = 1.0F, .zero_point = 0});
  const auto read = [&](std::size_t input, std::size_t output) {
    Layer layer;
    layer.op = Operator::fully_connected;
    layer.input = input;
    layer.output = output;
    network.layers.push_back(layer);
  };
  read(0, 1);
  read(1, 2);
  read(2, 3);
  read(0, 4);
  const auto plan = plan_arena(network);
  ASSERT_TRUE(plan) << plan.error().text;
  expect_intact(network, *plan);
  EXPECT_EQ(plan->bytes, 240U);
  network.layers.back().input = 3;  // now the first dies early: 100 + 40, both places used twice
  EXPECT_EQ(plan_arena(network)->bytes, 140U);
}

// 100 elements of 16 bits each at input, both branches and their sum; alive at once are, at the
// worst moment, both inputs of ADD and its output.
TEST(ArenaPlan, KeepsBothInputsOfAnAddition) {
  Network network{.name = "hand", .activations = {}, .layers = {}, .input = 0, .output = 3};
  network.activations.assign(4, {.name = {}, .shape = {1, 1, 100}, .bits = 16});
  const auto read = [&](Operator op, std::size_t input, std::size_t output) {
    Layer layer;
    layer.op = op;
    layer.input = input;
    layer.output = output;
    network.layers.push_back(layer);
  };
  read(Operator::fully_connected, 0, 1);
  read(Operator::fully_connected, 1, 2);
  read(Operator::add, 2, 3);
  network.layers.back().input2 = 1;
  const auto plan = plan_arena(network);
  ASSERT_TRUE(plan) << plan.error().text;
  expect_intact(network, *plan);
  EXPECT_EQ(plan->bytes, 600U);
}

TEST(ArenaPlan, RefusesAnArenaBeyond256Megabytes) {
  Network network{.name = "big", .activations = {}, .layers = {}, .input = 0, .output = 3};
  for (int i = 0; i < 4; ++i)
    network.activations.push_back(
        {.name = {}, .shape = {30000, 30000, 2}, .scale = 1.0F, .zero_point = 0});
  for (const std::size_t input : {0, 1, 0}) {
    Layer layer;
    layer.op = Operator::average_pool_2d;
    layer.input = input;
    layer.output = network.layers.size() + 1;
    network.layers.push_back(layer);
  }
  const auto plan = plan_arena(network);
  ASSERT_FALSE(plan);
  EXPECT_EQ(
      plan.error().text,
      "big: its activations need 5400000000 bytes, and an image can place 268435456");
}

}  // namespace
}  // namespace sunfleck
