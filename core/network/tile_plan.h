#pragma once

#include <cstdint>
#include <string>

#include "core/base/result.h"
#include "core/network/compile.h"
#include "core/network/network.h"
#include "target_fw/protocol/network_image.h"

namespace sunfleck {

// Cuts a layer's output into tiles and writes their size and number into it: as many rows of full
// width as the limits allow, else a part of one row, else some channels of one place. All tiles of
// an axis but the last are equal, and the last is as little smaller as their number allows.
//
//   layer     with operator, tensors and window filled in
//   where     how an error text begins
//   fails     invalid_argument when the smallest tile (one element; all channels of one place for
//             SOFTMAX) exceeds options.working_bytes, or when there would be more than 65535 tiles
Status plan_tiles(fw_layer& layer, const CompileOptions& options, const std::string& where);

// Bytes of working memory that the largest tile of a planned layer takes; 0 for RESHAPE.
std::uint32_t working_bytes(const fw_layer& layer);

// The exact work of a planned layer; name, weight_bytes and output shape are left to the caller.
LayerCounts count_work(const fw_layer& layer);

}  // namespace sunfleck
