#pragma once

#include <cstddef>

#include "core/base/result.h"
#include "core/network/image_bytes.h"
#include "core/network/network.h"
#include "target_fw/protocol/network_image.h"

namespace sunfleck {

// Appends what the kernel of layer `index` reads besides activations (weights, biases, multipliers
// and shifts) to the image and notes in `laid` where; constants that have fields of their own are
// written there.
//
//   network   one that check_network() passed
//   fails     invalid_argument when some input could exceed what the kernel's arithmetic holds
Status append_constants(
    const Network& network, std::size_t index, ImageBytes& image, fw_layer& laid);

}  // namespace sunfleck
