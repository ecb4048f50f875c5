#include "core/energy/sent_bytes.h"

#include <algorithm>
#include <array>

#include "target_fw/protocol/frame.h"
#include "target_fw/protocol/messages.h"

namespace sunfleck {
namespace {

// Of a record without contents, whose length is fixed.
std::uint64_t bytes_of(fw_record_type type) {
  fw_record record{};
  record.header.type = static_cast<std::uint8_t>(type);
  return frame_bytes(record);
}

std::uint64_t bytes_of_result(std::uint64_t output_bytes) {
  std::uint64_t bytes = 0;
  for (std::uint64_t from = 0; from < output_bytes; from += FW_RESULT_CHUNK_MAX) {
    fw_record record{};
    record.header.type = FW_RECORD_RESULT;
    record.body.result.size = static_cast<std::uint8_t>(
        std::min<std::uint64_t>(FW_RESULT_CHUNK_MAX, output_bytes - from));
    bytes += frame_bytes(record);
  }
  return bytes;
}

}  // namespace

std::uint64_t frame_bytes(const fw_record& record) {
  std::array<std::uint8_t, FW_RECORD_MAX> payload{};
  std::array<std::uint8_t, FW_WIRE_MAX> wire{};
  const std::size_t size = fw_record_write(payload.data(), &record);
  return size == 0 ? 0 : fw_frame_write(wire.data(), payload.data(), size);
}

std::uint64_t bytes_of_inference(
    std::span<const LayerCounts> layers, const Execution& execution, std::uint64_t output_bytes) {
  const RecordLevel level = execution.records;
  std::uint64_t bytes = bytes_of_result(output_bytes);
  if (level >= RecordLevel::layers)
    bytes += bytes_of(FW_RECORD_INFERENCE_BEGIN) + bytes_of(FW_RECORD_INFERENCE_END);
  if (level >= RecordLevel::checkpoints) bytes += bytes_of(FW_RECORD_CHECKPOINT);
  for (const LayerCounts& layer : layers) {
    if (level >= RecordLevel::layers)
      bytes += bytes_of(FW_RECORD_LAYER_BEGIN) + bytes_of(FW_RECORD_LAYER_END);
    if (level >= RecordLevel::checkpoints)
      bytes += commits_of(layer, execution) * bytes_of(FW_RECORD_CHECKPOINT);
    if (level >= RecordLevel::tiles)
      bytes += layer.tiles * (bytes_of(FW_RECORD_TILE_BEGIN) + bytes_of(FW_RECORD_TILE_END));
  }
  return bytes;
}

}  // namespace sunfleck
