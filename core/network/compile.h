#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/network/network.h"

namespace sunfleck {

struct CompileOptions {
  std::uint32_t working_bytes = 24U * 1024U;  // RAM for the input patch and output tile of one tile
  std::uint64_t tile_macs =
      std::uint64_t{16} * 1024;  // most MACs in one tile, as far as one element allows
};

// What executing a layer once, tile by tile, takes; exact, from the tile plan. `restart` moves
// nothing through non-volatile memory but the network's input and result.
struct LayerCounts {
  std::string name;
  Operator op = Operator::reshape;
  Shape output;
  std::uint64_t macs = 0;              // multiply-accumulates of weights; padding not counted
  std::uint64_t additions = 0;         // of a pool: elements summed
  std::uint64_t weight_bytes = 0;      // weights, biases and requantisation constants in the image
  std::uint64_t nonvolatile_read = 0;  // bytes of activations read from the arena
  std::uint64_t nonvolatile_written = 0;  // bytes of activations written to the arena
  std::uint32_t tiles = 0;
};

struct CompiledNetwork {
  std::string name;
  std::vector<std::uint8_t> image;  // starts with fw_image_header
  std::vector<LayerCounts> layers;  // [layer_count of the image]
  Activation input;
  Activation output;
  std::uint32_t arena_bytes = 0;
  std::uint32_t working_bytes = 0;
};

// Lays the network out as an image that the firmware executes: constants, requantisation
// multipliers, places in the arena and a tile plan.
//
//   fails   invalid_argument when a layer does not fit the image's fields, or when not even a tile
//   of
//           one output element fits options.working_bytes; names the layer with its index
//
// Source of the requantisation constants: the TensorFlow Lite 8-bit quantisation specification and
// what TFLite-Micro makes of it: for FULLY_CONNECTED with per-tensor weights the product of input
// and weight scale is rounded to float first.
Result<CompiledNetwork> compile(const Network& network, const CompileOptions& options);

}  // namespace sunfleck
