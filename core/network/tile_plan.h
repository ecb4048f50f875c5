#pragma once

#include <cstdint>
#include <string>

#include "core/base/result.h"
#include "core/network/compile.h"
#include "core/network/network.h"
#include "target_fw/protocol/network_image.h"

namespace sunfleck {

// Cuts a layer's output into tiles and writes their size and number into it: of the tiles that fill
// the limits the one that costs least in commits, transfers, bytes of halo, and places and channels
// that the kernels cannot take in groups. All tiles of an axis but the last are equal.
//
//   layer     with operator, tensors and window filled in
//   where     how an error text begins
//   fails     invalid_argument when the smallest tile (one element; all channels of one place for
//             SOFTMAX) exceeds options.working_bytes, or when there would be more than 65535 tiles
Status plan_tiles(fw_layer& layer, const CompileOptions& options, const std::string& where);

// The exact work and memory of a planned layer; name, output shape, bits, weight_bytes and
// tiles_per_commit are left to the caller.
LayerCounts count_work(const fw_layer& layer);

}  // namespace sunfleck
