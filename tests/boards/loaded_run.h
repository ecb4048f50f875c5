#pragma once

#include <gtest/gtest.h>

#include <string>

#include "core/target/target_client.h"
#include "core/target/target_run.h"
#include "tests/boards/golden_network.h"

namespace sunfleck {

// Loads network and inputs into a board that has none and runs them.
inline void expect_loaded_and_run(
    TargetLink& link, const GoldenNetwork& golden, const TargetPatience& patience = {}) {
  auto opened = TargetClient::open(link, {}, patience);
  ASSERT_TRUE(opened) << opened.error().text;
  TargetClient client = *std::move(opened);
  EXPECT_EQ(std::string(client.identity().board), link.name());
  const Status network = client.load(FW_OBJECT_NETWORK, golden.image);
  ASSERT_TRUE(network) << network.error().text;
  const Status inputs = client.load(FW_OBJECT_INPUTS, golden.inputs_blob());
  ASSERT_TRUE(inputs) << inputs.error().text;
  const auto run = run_on_target(
      client,
      {.strategy = FW_STRATEGY_TILE,
       .inferences = golden.count(),
       .attempts = 1000,
       .source = FW_SOURCE_LOADED});
  ASSERT_TRUE(run) << run.error().text;
  EXPECT_FALSE(run->fault);
  EXPECT_EQ(run->outputs, golden.outputs);
  EXPECT_EQ(run->contradicting, 0U);
}

}  // namespace sunfleck
