#pragma once

#include <cstring>
#include <vector>

#include "target_fw/protocol/commands.h"
#include "target_fw/rt/nv_layout.h"
#include "tests/firmware/host_bench.h"
#include "tests/firmware/host_link.h"

namespace sunfleck {

// A small network with its inputs.
struct MadeNetwork {
  std::vector<std::uint8_t> image;
  std::vector<std::uint8_t> inputs;
};

inline MadeNetwork made_network(std::uint64_t seed, std::size_t input_count = 3) {
  Random random(seed, "commands");
  const auto chain = random_chain(
      {FW_OP_CONV_2D, FW_OP_RESHAPE, FW_OP_FULLY_CONNECTED, FW_OP_SOFTMAX},
      {.height = 6, .width = 6, .channels = 2}, random);
  std::vector<Values> inputs;
  for (std::size_t i = 0; i < input_count; ++i)
    inputs.push_back(random_values(72, random));
  return {.image = image_of(chain), .inputs = inputs_blob(inputs)};
}

// A host board with one network built in and room to load another.
struct CommandBench {
  explicit CommandBench(const MadeNetwork& built_in)
      : bench(built_in.image, built_in.inputs), network_room(16384), inputs_room(4096) {
    bench.board.loaded[FW_OBJECT_NETWORK] = network_room.data();
    bench.board.loaded_bytes[FW_OBJECT_NETWORK] = static_cast<std::uint32_t>(network_room.size());
    bench.board.loaded[FW_OBJECT_INPUTS] = inputs_room.data();
    bench.board.loaded_bytes[FW_OBJECT_INPUTS] = static_cast<std::uint32_t>(inputs_room.size());
  }

  HostBench bench;
  std::vector<std::uint8_t> network_room, inputs_room;
};

inline fw_run_config run_config(
    std::uint32_t run_id, std::uint32_t inferences, fw_source source = FW_SOURCE_BUILT_IN) {
  return {
      .strategy = FW_STRATEGY_TILE,
      .record_level = FW_RECORDS_RESULTS,
      .run_id = run_id,
      .inferences = inferences,
      .attempts = 1000,
      .source = static_cast<std::uint8_t>(source),
      .mode = FW_MODE_RUN};
}

// A whole request on the wire, with the zero before it.
inline std::vector<std::uint8_t> wire_of(
    std::uint8_t command, std::uint16_t number, const std::vector<std::uint8_t>& body = {}) {
  const fw_request request{
      .command = command, .number = number, .body = body.data(), .size = body.size()};
  std::vector<std::uint8_t> payload(FW_RECORD_MAX);
  std::vector<std::uint8_t> wire(1 + FW_WIRE_MAX);
  const std::size_t size = fw_request_write(payload.data(), &request);
  wire.resize(1 + fw_frame_write(wire.data() + 1, payload.data(), size));
  return wire;
}

template <class Body>
std::vector<std::uint8_t> bytes_of(const Body& body) {
  std::vector<std::uint8_t> bytes(sizeof body);
  std::memcpy(bytes.data(), &body, sizeof body);
  return bytes;
}

// What a board says in one power cycle to bytes that wait for it.
inline void say(CommandBench& bench, const std::vector<std::uint8_t>& bytes) {
  bench.bench.board.uart_in = bytes.data();
  bench.bench.board.uart_in_bytes = static_cast<std::uint32_t>(bytes.size());
  bench.bench.power_up();
}

}  // namespace sunfleck
