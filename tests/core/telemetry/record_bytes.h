#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "target_fw/protocol/frame.h"
#include "target_fw/protocol/messages.h"

// A record with a header and an empty body, to be filled.
inline fw_record record_of(
    fw_record_type type, std::uint16_t boot, std::uint16_t sequence, std::uint32_t ticks,
    std::uint16_t send_ticks = 0) {
  fw_record record{};
  record.header = {
      .type = static_cast<std::uint8_t>(type),
      .boot = boot,
      .sequence = sequence,
      .ticks = ticks,
      .send_ticks = send_ticks};
  return record;
}

// Its frame, as the firmware's own code writes it.
inline std::vector<std::uint8_t> wire_of(const fw_record& record) {
  std::uint8_t payload[FW_RECORD_MAX];
  std::uint8_t wire[FW_WIRE_MAX];
  const std::size_t size = fw_frame_write(wire, payload, fw_record_write(payload, &record));
  EXPECT_GT(size, 0U);
  return {wire, wire + size};
}
