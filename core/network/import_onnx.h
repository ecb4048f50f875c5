#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/base/result.h"
#include "core/network/float_network.h"

namespace sunfleck {

struct OnnxOptions {
  // What every ArgMax answers. Networks that choose their channels by the input (an ArgMax that
  // indexes a table of gates) become the network of that one choice; without it they are refused.
  std::optional<std::uint32_t> choice;
};

// Reads a float .onnx file: one input, one output, batch 1, default operator set 7 or later.
//
//   bytes     the whole file, from anywhere
//   name      of the network and in error texts, usually the file's name
//   returns   a network whose layers are as many as the output needs, with normalisations and
//             clamps still by themselves
//   fails     invalid_argument when it is no ONNX file or a damaged one; unsupported, naming the
//             node, for what this program cannot execute, and for constants in other files
//
// Source: the operator definitions of ONNX (docs/Operators.md, docs/Changelog.md).
Result<FloatNetwork> import_onnx(
    std::span<const std::uint8_t> bytes, const std::string& name, const OnnxOptions& options);

}  // namespace sunfleck
