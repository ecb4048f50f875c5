#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/network/compile.h"
#include "core/network/post_training_quantisation.h"

namespace sunfleck::app {

// How a float network becomes one of integers; for .onnx files alone.
struct Quantisation {
  std::string calibration;  // a file of float32 inputs, or "random:SEED"; there is no default
  LayerBits bits;
  std::optional<std::uint32_t> choice;  // what every ArgMax answers (core/network/import_onnx.h)
};

struct LoadedNetwork {
  CompiledNetwork compiled;
  std::string calibration;      // in words what a float network was calibrated with; else empty
  bool channels_first = false;  // the order of the elements in a file of its float inputs
};

// Compiles the network of an int8 .tflite or a float .onnx file, or the built-in demo network for
// an empty path.
// Fails with usage when a float network comes without calibration, or another with it.
Result<LoadedNetwork> load_network(
    const std::string& path, const Quantisation& quantisation, const CompileOptions& options);

// A file of little-endian float32 tensors of the network's input, one after another, in the order
// of the network's own file, as the bytes that a board takes.
Result<std::vector<std::uint8_t>> read_float_inputs(
    const std::string& path, const LoadedNetwork& network);

// "16x8": activations of 16 bits and weights of 8; and back, nothing for an unknown word.
std::string name_of(const LayerBits& bits);
std::optional<LayerBits> bits_called(std::string_view name);
// All such words.
std::vector<std::string> names_of_bits();

}  // namespace sunfleck::app
