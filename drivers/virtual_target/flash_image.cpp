#include "drivers/virtual_target/flash_image.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "target_fw/protocol/memory_needs.h"
#include "target_fw/protocol/network_image.h"
#include "target_fw/protocol/run_config.h"
#include "target_fw/protocol/virtual_board.h"

namespace sunfleck {
namespace {

Error bad(const auto&... what) { return fail(Errc::invalid_argument, "virtual board: ", what...); }

std::string text_of(const char* name, const BoardRegion& region) {
  return join(name, " ", region.bytes, " from ", hex(region.base));
}

// "flash 262144 from 0x8000000, SRAM 65536 from 0x20000000".
std::string map_of(const BoardDescription& board) {
  std::string map = text_of("flash", board.flash) + ", " + text_of("SRAM", board.sram);
  if (board.nonvolatile) map += ", " + text_of("FRAM", *board.nonvolatile);
  return map;
}

bool is_nonvolatile(const BoardDescription& board, std::uint64_t first, std::uint64_t count) {
  return board.nonvolatile && board.nonvolatile->contains(first, count);
}

Status check_places(const ElfSegment& segment, const BoardDescription& board) {
  const std::uint32_t count = segment.memory_bytes;
  if (!board.flash.contains(segment.address, count) &&
      !board.sram.contains(segment.address, count) &&
      !is_nonvolatile(board, segment.address, count))
    return bad(
        "the firmware wants ", count, " bytes of memory from ", hex(segment.address),
        " on, and this board has bytes of: ", map_of(board));
  const std::size_t bytes = segment.bytes.size();
  if (bytes > 0 && !board.flash.contains(segment.load_address, bytes) &&
      !is_nonvolatile(board, segment.load_address, bytes))
    return bad(
        "the firmware's ", bytes, " bytes for ", hex(segment.load_address),
        " do not lie in a memory that can be programmed; this board has bytes of: ", map_of(board));
  return ok;
}

Status check_vectors(std::span<const std::uint8_t> flash, const BoardDescription& board) {
  std::array<std::uint32_t, 2> vectors{};  // stack, start
  if (flash.size() < sizeof vectors)
    return bad("the firmware has no vector table at ", hex(board.flash.base));
  std::memcpy(vectors.data(), flash.data(), sizeof vectors);
  if (!board.sram.contains(vectors[0], 0) || vectors[0] % 4 != 0)
    return bad(
        "the firmware's stack begins at ", hex(vectors[0]),
        ", which is not in the SRAM: ", map_of(board));
  if (vectors[1] % 2 == 0 || vectors[1] < board.flash.base ||
      vectors[1] - board.flash.base >= flash.size())
    return bad("the firmware starts at ", hex(vectors[1]), ", where it has no Thumb code");
  return ok;
}

void put(std::vector<std::uint8_t>& flash, std::size_t at, std::span<const std::uint8_t> bytes) {
  flash.resize(std::max(flash.size(), at + bytes.size()), 0xFF);
  std::ranges::copy(bytes, flash.begin() + static_cast<std::ptrdiff_t>(at));
}

template <class Struct>
std::vector<std::uint8_t> bytes_of(const Struct& value) {
  std::vector<std::uint8_t> bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

// What the firmware has of the FRAM for activations: not its own records, nor what is loaded by
// command.
std::uint64_t room_in_fram(std::uint32_t fram_bytes) {
  constexpr std::uint32_t loaded = FW_VB_LOADED_NETWORK_SIXTEENTHS + FW_VB_LOADED_INPUTS_SIXTEENTHS;
  const std::uint64_t own = fram_bytes - fram_bytes / 16 * loaded;
  return own > FW_NV_ARENA ? own - FW_NV_ARENA : 0;
}

Status check_room(const fw_image_header& header, Strategy strategy, const BoardMemories& memories) {
  const fw_memory needs = fw_memory_needs(&header, static_cast<std::uint8_t>(strategy));
  if (needs.ram > memories.sram_bytes)
    return bad(
        "the network needs ", needs.ram, " bytes of RAM with this strategy, and ",
        memories.sram_bytes, " are free");
  if (needs.nv > room_in_fram(memories.fram_bytes))
    return bad(
        "the network's activations take ", needs.nv, " bytes of FRAM with this strategy, and ",
        room_in_fram(memories.fram_bytes), " are free");
  return ok;
}

Result<fw_image_header> header_of(const Workload& workload, const BoardMemories& memories) {
  fw_image_header header{};
  if (workload.network.size() < sizeof header) return bad("the network image has no header");
  std::memcpy(&header, workload.network.data(), sizeof header);
  if (header.magic != FW_IMAGE_MAGIC) return bad("the network is no network image");
  if (workload.network.size() > FW_VB_NETWORK_BYTES)
    return bad(
        "a network image of ", workload.network.size(), " bytes does not fit into the ",
        static_cast<int>(FW_VB_NETWORK_BYTES), " bytes of flash that there are for it");
  TRY(check_room(header, workload.strategy, memories));
  return header;
}

Status check_inputs(const Workload& workload, const fw_image_header& header) {
  if (header.input_bytes == 0 || workload.inputs.size() % header.input_bytes != 0)
    return bad(
        workload.inputs.size(), " bytes of inputs are no whole number of the network's ",
        header.input_bytes);
  const std::size_t room = FW_VB_INPUTS_BYTES - sizeof(fw_inputs_header);
  if (workload.inputs.size() > room)
    return bad(
        workload.inputs.size(), " bytes of inputs do not fit into the ", room,
        " bytes of flash that there are for them");
  return ok;
}

}  // namespace

Result<std::vector<std::uint8_t>> flash_of(
    std::span<const ElfSegment> firmware, const BoardDescription& board) {
  std::vector<std::uint8_t> flash;
  for (const ElfSegment& segment : firmware) {
    TRY(check_places(segment, board));
    if (!segment.bytes.empty() && board.flash.contains(segment.load_address, 1))
      put(flash, segment.load_address - board.flash.base, segment.bytes);
  }
  TRY(check_vectors(flash, board));
  return flash;
}

Result<std::vector<std::uint8_t>> flash_of(
    std::span<const ElfSegment> firmware, const BoardMemories& memories) {
  return flash_of(firmware, virtual_board(memories, Hertz{}));
}

void put_nonvolatile(
    std::span<const ElfSegment> firmware, const BoardDescription& board,
    std::span<std::uint8_t> nonvolatile) {
  for (const ElfSegment& segment : firmware)
    if (is_nonvolatile(board, segment.load_address, segment.bytes.size()))
      std::ranges::copy(
          segment.bytes,
          nonvolatile.subspan(segment.load_address - board.nonvolatile->base).begin());
}

Status add_workload(
    std::vector<std::uint8_t>& flash, const Workload& workload, const BoardMemories& memories) {
  if (workload.network.empty()) {
    if (!workload.inputs.empty()) return bad("there are inputs, but no network to take them");
    return ok;
  }
  const fw_image_header header = TRY(header_of(workload, memories));
  TRY(check_inputs(workload, header));
  if (flash.size() > FW_VB_NETWORK)
    return bad(
        "the firmware ends at ", flash.size(), ", and the network's place begins at ",
        static_cast<int>(FW_VB_NETWORK));

  put(flash, FW_VB_NETWORK, workload.network);
  put(flash, FW_VB_INPUTS, inputs_region_of(workload.inputs, header.input_bytes));
  return ok;
}

std::vector<std::uint8_t> inputs_region_of(
    std::span<const std::uint8_t> inputs, std::uint32_t bytes_each) {
  const auto bytes = static_cast<std::uint32_t>(inputs.size());
  const fw_inputs_header header{
      .magic = FW_INPUTS_MAGIC,
      .count = bytes / bytes_each,
      .bytes_each = bytes_each,
      .crc32 = fw_crc32(0, inputs.data(), bytes)};
  std::vector<std::uint8_t> region = bytes_of(header);
  region.insert(region.end(), inputs.begin(), inputs.end());
  return region;
}

std::vector<std::uint8_t> run_config_of(const Workload& workload) {
  fw_run_config config{
      .magic = FW_RUN_CONFIG_MAGIC,
      .version = FW_RUN_CONFIG_VERSION,
      .strategy = static_cast<std::uint8_t>(workload.strategy),
      .record_level = static_cast<std::uint8_t>(workload.record_level),
      .run_id = workload.run_id,
      .inferences = workload.inferences,
      .attempts = workload.attempts,
      .period_ticks = workload.period_ticks,
      .tiles_per_commit = workload.tiles_per_commit,
      .snapshot_mv = workload.snapshot_mv,
      .off_mv = workload.off_mv,
      .source = FW_SOURCE_BUILT_IN,
      .mode = FW_MODE_RUN,
      .crc32 = 0};
  config.crc32 = fw_crc32(0, &config, offsetof(fw_run_config, crc32));
  return bytes_of(config);
}

}  // namespace sunfleck
