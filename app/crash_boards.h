#pragma once

#include <string>
#include <vector>

#include "app/crash_check.h"
#include "core/base/result.h"

namespace sunfleck::app {

// What a crash check can be asked to check: the strategies, and two more ways to `tile`. "lean" is
// on a host board without RAM for a copy of what lies in non-volatile memory; "fused" is that with a
// commit every four tiles.
inline const std::vector<std::string> crash_strategies{
    "restart", "layer", "tile", "lean", "fused", "voltage"};

struct CrashBoardChoice {
  std::vector<std::string> networks;  // .tflite or .onnx files, or "demo"; empty: the small ones
  std::vector<std::string> strategies;  // of crash_strategies
  std::string kind = "host";            // or "virtual"
  std::uint64_t seed = 1;               // of the inputs
};

// A board for each network with each strategy. Small networks do three inferences of two inputs,
// others one.
// Fails when a network cannot be read, or does not fit the board.
Result<std::vector<CrashBoard>> crash_boards(const CrashBoardChoice& choice);

}  // namespace sunfleck::app
