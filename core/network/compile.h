#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/network/network.h"

namespace sunfleck {

// No board of ours gives a tile, or a network in RAM, more than this.
constexpr std::uint32_t working_bytes_max = 256U * 1024U;

struct CompileOptions {
  // RAM for the input patches, the output and the scratch memory of one tile; at most
  // working_bytes_max.
  std::uint32_t working_bytes = 24U * 1024U;
  // Most work in one tile, in multiply-accumulates and what takes as long, as far as one element
  // allows: what a power failure repeats is half of it on average, and what a tile costs besides is
  // shared by it. See work_of_an_output() in tile_plan.cpp for how other work is counted.
  std::uint64_t tile_macs = std::uint64_t{80} * 1024;
  // Tiles between two commits, in all layers; 0 leaves each layer its own.
  std::uint32_t tiles_per_commit = 0;
};

// What executing a layer once, tile by tile, takes; exact, from the tile plan. `restart` moves
// nothing through non-volatile memory but the network's input and result.
struct LayerCounts {
  std::string name;
  Operator op = Operator::reshape;
  Shape output;
  std::uint64_t macs = 0;              // multiply-accumulates of weights; padding not counted
  std::uint64_t additions = 0;         // without weights: elements summed, compared or rescaled
  std::uint64_t inner_calls = 0;       // of the kernel's innermost function (inner_calls.h)
  std::uint64_t weight_bytes = 0;      // weights, biases and requantisation constants in the image
  std::uint64_t nonvolatile_read = 0;  // bytes of activations read from the arena
  std::uint64_t nonvolatile_written = 0;  // bytes of activations written to the arena
  std::uint32_t tiles = 0;
  std::uint32_t tiles_per_commit = 1;
  std::uint32_t activation_bits = 8;  // of the output
  std::uint32_t weight_bits = 0;      // 0 without weights
  std::uint32_t scratch_bytes = 0;    // RAM that the kernel uses besides patches and output
  std::uint32_t working_bytes = 0;    // RAM of the largest tile: patches, output and scratch memory
};

struct CompiledNetwork {
  std::string name;
  std::vector<std::uint8_t> image;  // starts with fw_image_header
  std::vector<LayerCounts> layers;  // [layer_count of the image]
  Activation input;
  Activation output;
  std::uint32_t arena_bytes = 0;
  std::uint32_t working_bytes = 0;  // the most of any layer
  std::uint32_t scratch_bytes = 0;  // likewise
};

// Lays the network out as an image that the firmware executes: constants, requantisation
// multipliers, places in the arena and a tile plan.
//
//   fails   invalid_argument when options.working_bytes exceeds working_bytes_max, when a layer
//   does
//           not fit the image's fields, or when not even a tile of one output element fits
//           options.working_bytes; names the layer with its index
//
// Source of the requantisation constants: the TensorFlow Lite 8-bit quantisation specification and
// what TFLite-Micro makes of it: for FULLY_CONNECTED with per-tensor weights the product of input
// and weight scale is rounded to float first.
Result<CompiledNetwork> compile(const Network& network, const CompileOptions& options);

}  // namespace sunfleck
