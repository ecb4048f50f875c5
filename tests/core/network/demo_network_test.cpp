#include "core/network/demo_network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/network/compile.h"
#include "core/network/describe.h"
#include "tests/core/network/naive_inference.h"

namespace sunfleck {
namespace {

constexpr std::size_t input_bytes = 490;

TEST(DemoNetwork, IsOfKeywordSpottingClassAndFitsASmallBoard) {
  const auto compiled = compile(demo_network(), {});
  ASSERT_TRUE(compiled) << compiled.error().text;
  EXPECT_EQ(compiled->input.shape.elements(), input_bytes);
  EXPECT_EQ(compiled->output.shape, (Shape{1, 1, 12}));
  // By hand, padding left out: 235 * 18 * 24, four times (73 * 13 * 24 + 125 * 24 * 24), 24 * 12.
  EXPECT_EQ(totals_of(*compiled).macs, 101'520U + 4 * (22'776U + 72'000U) + 288U);
  EXPECT_LE(compiled->arena_bytes, 8U * 1024);
}

// What each layer makes over 32 inputs: enough that is not clamped, nothing to speak of at the top,
// no channel that is always at its lowest.
TEST(DemoNetwork, HasLayersThatAreNeitherDeadNorSaturated) {
  const Network network = demo_network();
  const std::vector<std::uint8_t> inputs = demo_inputs(32, 1);
  ASSERT_EQ(inputs.size(), 32 * input_bytes);
  naive::Interpreter interpreter(network);
  struct Seen {
    std::size_t lowest = 0, highest = 0, all = 0;
    std::set<std::size_t> live;
  };
  std::vector<Seen> seen(network.activations.size());
  for (std::size_t i = 0; i < 32; ++i) {
    interpreter.run(std::span(inputs).subspan(i * input_bytes, input_bytes));
    for (std::size_t a = 0; a < seen.size(); ++a)
      for (std::size_t e = 0; e < interpreter.tensors[a].size(); ++e) {
        const std::int32_t quantum = interpreter.tensors[a][e];
        ++seen[a].all;
        if (quantum == -128) ++seen[a].lowest;
        if (quantum == 127) ++seen[a].highest;
        if (quantum != -128) seen[a].live.insert(e % network.activations[a].shape.channels);
      }
  }
  for (std::size_t a = 0; a + 1 < seen.size(); ++a) {  // the last are shares of softmax
    SCOPED_TRACE(network.activations[a].name);
    EXPECT_LT(seen[a].lowest, seen[a].all * 6 / 10);
    EXPECT_LT(seen[a].highest, seen[a].all / 50);
    EXPECT_EQ(seen[a].live.size(), network.activations[a].shape.channels);
  }
}

TEST(DemoNetwork, AnswersDifferFromInputToInput) {
  const Network network = demo_network();
  const std::vector<std::uint8_t> inputs = demo_inputs(32, 1);
  naive::Interpreter interpreter(network);
  std::set<naive::Tensor> answers;
  std::array<int, 12> best{};
  for (std::size_t i = 0; i < 32; ++i) {
    const naive::Tensor answer =
        interpreter.run(std::span(inputs).subspan(i * input_bytes, input_bytes));
    answers.insert(answer);
    ++best.at(static_cast<std::size_t>(std::ranges::max_element(answer) - answer.begin()));
  }
  EXPECT_EQ(answers.size(), 32U);
  EXPECT_LT(*std::ranges::max_element(best), 12);  // of 32
  EXPECT_GE(std::ranges::count_if(best, [](int times) { return times > 0; }), 7);
}

// FNV-1a of weights, biases and inputs, as first made; they depend on whole numbers only.
TEST(DemoNetwork, IsTheSameOnEveryMachine) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  const auto mix = [&hash](std::uint8_t byte) { hash = (hash ^ byte) * 0x100000001B3U; };
  for (const Layer& layer : demo_network().layers) {
    for (const std::int8_t weight : layer.weights)
      mix(static_cast<std::uint8_t>(weight));
    for (const std::int64_t bias : layer.bias)
      mix(static_cast<std::uint8_t>(bias));
  }
  for (const std::uint8_t byte : demo_inputs(4, 1))
    mix(byte);
  EXPECT_EQ(hash, 10901635064629895603U);
}

}  // namespace
}  // namespace sunfleck
