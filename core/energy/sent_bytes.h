#pragma once

#include <cstdint>
#include <span>

#include "core/energy/model_run.h"

namespace sunfleck {

// Bytes of a record's frame on the line.
std::uint64_t frame_bytes(const fw_record& record);

// Bytes of all frames that one inference on an uninterrupted supply sends.
//
//   output_bytes   of the network's output
std::uint64_t bytes_of_inference(
    std::span<const LayerCounts> layers, const Execution& execution, std::uint64_t output_bytes);

}  // namespace sunfleck
