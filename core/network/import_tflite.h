#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/base/result.h"
#include "core/network/network.h"

namespace sunfleck {

// Reads a .tflite file with int8 or int16 activations and int8 or int4 weights. One that takes and
// makes floats, but begins with QUANTIZE and ends with DEQUANTIZE, is read without these two: its
// input and output are the quantised tensors between.
//
//   bytes     the whole file, from anywhere; 4-aligned or not
//   name      of the network and in error texts, usually the file's name
//   returns   the network of the first subgraph
//   fails     invalid_argument when it is no TFLite file or a damaged one; unsupported, naming the
//             operator and its index, for what the firmware cannot execute
Result<Network> import_tflite(std::span<const std::uint8_t> bytes, const std::string& name);

}  // namespace sunfleck
