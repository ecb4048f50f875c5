#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "target_fw/boards/host/host_board.h"
#include "target_fw/protocol/frame.h"
#include "target_fw/protocol/messages.h"
#include "target_fw/protocol/run_config.h"
#include "tests/firmware/small_network.h"

namespace sunfleck {

// A host board with its memories, and what came over its line. Not copyable: the board points into
// it.
class HostBench {
 public:
  HostBench(
      std::vector<std::uint8_t> image, std::vector<std::uint8_t> inputs,
      std::uint32_t working_bytes = 32 * 1024);
  HostBench(const HostBench&) = delete;
  HostBench& operator=(const HostBench&) = delete;

  // Writes a run configuration and forgets progress, as the host of a run does. What it has no
  // argument for is in the members below.
  void configure(
      fw_strategy strategy, fw_record_level level, std::uint32_t inferences,
      std::uint32_t attempts = 1000, std::uint32_t period_ticks = 0);

  // One power cycle in which at most `write_budget` bytes become permanent.
  fw_host_end power_up(std::uint64_t write_budget = FW_HOST_NEVER);

  std::uint16_t tiles_per_commit = FW_COMMIT_AS_PLANNED;
  std::uint16_t snapshot_mv = 0;
  std::uint16_t off_mv = 0;

  // In place of board.supply_mv: mV of the nth measurement since power-up, from 0.
  std::function<std::uint32_t(std::uint32_t n)> supply;

  fw_host_board board{};
  std::vector<std::uint8_t> nv;

  std::vector<fw_record> records;  // all that came, in order
  int damaged = 0;

  // The records of one type.
  std::vector<fw_record> of_type(fw_record_type type) const;
  // Outputs by inference, of those that came whole; repeats must be equal.
  const std::map<std::uint32_t, Values>& outputs() const { return outputs_; }
  bool repeats_agree() const { return repeats_agree_; }
  // Bytes that were read and then written between two commits: work that could not be repeated.
  std::uint64_t overwritten_inputs() const { return overwritten_inputs_; }
  void forget_records();

 private:
  static void on_uart(void* self, const std::uint8_t* bytes, std::uint32_t size);
  static std::uint32_t on_supply(void* self);
  static void on_nv(
      void* self, fw_host_access access, std::uint32_t offset, const std::uint8_t* bytes,
      std::uint32_t size);
  void take(const fw_record& record);

  std::vector<std::uint8_t> image_;
  std::vector<std::uint8_t> inputs_;
  std::vector<std::uint8_t> working_;
  fw_frame_reader reader_{};
  std::uint32_t measurements_ = 0;  // since power-up
  Values piece_;
  std::map<std::uint32_t, Values> outputs_;
  bool repeats_agree_ = true;
  std::uint32_t commits_ = 1;
  std::vector<std::uint32_t> read_after_;  // [nv] which commit a byte was last read after
  std::uint64_t overwritten_inputs_ = 0;
};

}  // namespace sunfleck
