#include "tests/firmware/host_bench.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "target_fw/rt/nv_layout.h"

namespace sunfleck {
namespace {

constexpr std::uint32_t nonvolatile_bytes = FW_NV_ARENA + 64 * 1024;

// Records of progress and verification, whose writes commit, and what is behind them.
std::vector<MemoryRegion> regions() {
  return {
      {.name = "records",
       .offset = FW_NV_PROGRESS,
       .bytes = std::uint32_t{FW_NV_ARENA} - FW_NV_PROGRESS,
       .kind = MemoryRegion::Kind::record,
       .ends_atomic_part = true},
      {.name = "activations", .offset = FW_NV_ARENA, .bytes = nonvolatile_bytes - FW_NV_ARENA}};
}

}  // namespace

HostBench::HostBench(
    std::vector<std::uint8_t> image, std::vector<std::uint8_t> inputs, std::uint32_t working_bytes)
    : HostBoard(
          {.image = std::move(image),
           .inputs = std::move(inputs),
           .working_bytes = working_bytes,
           .nonvolatile_bytes = nonvolatile_bytes}),
      detector_(regions(), nonvolatile_bytes) {
  board.context = this;
  board.on_uart = &HostBench::on_uart;
  board.on_nv = &HostBench::on_nv;
}

void HostBench::configure(
    fw_strategy strategy, fw_record_level level, std::uint32_t inferences, std::uint32_t attempts,
    std::uint32_t period_ticks) {
  fw_run_config config{
      .magic = FW_RUN_CONFIG_MAGIC,
      .version = FW_RUN_CONFIG_VERSION,
      .strategy = static_cast<std::uint8_t>(strategy),
      .record_level = static_cast<std::uint8_t>(level),
      .inferences = inferences,
      .attempts = attempts,
      .period_ticks = period_ticks,
      .tiles_per_commit = tiles_per_commit,
      .snapshot_mv = snapshot_mv,
      .off_mv = off_mv,
      .source = FW_SOURCE_BUILT_IN,
      .mode = FW_MODE_RUN,
      .crc32 = 0};
  config.crc32 = fw_crc32(0, &config, offsetof(fw_run_config, crc32));
  std::fill(nv.begin(), nv.begin() + FW_NV_ARENA, std::uint8_t{0});
  std::memcpy(nv.data(), &config, sizeof config);
}

fw_host_end HostBench::power_up(std::uint64_t write_budget) {
  board.write_budget = write_budget;
  board.supply = supply ? &HostBench::on_supply : nullptr;
  measurements_ = 0;
  detector_.power_up();
  return fw_host_power_up(&board);
}

std::vector<fw_record> HostBench::of_type(fw_record_type type) const {
  std::vector<fw_record> found;
  std::copy_if(records.begin(), records.end(), std::back_inserter(found), [&](const fw_record& r) {
    return r.header.type == type;
  });
  return found;
}

void HostBench::forget_records() {
  records.clear();
  outputs_.clear();
}

void HostBench::on_uart(void* self, const std::uint8_t* bytes, std::uint32_t size) {
  auto& bench = *static_cast<HostBench*>(self);
  for (std::uint32_t i = 0; i < size; ++i) {
    const fw_frame_event event = fw_frame_read(&bench.reader_, bytes[i]);
    fw_record record{};
    const bool sound =
        event == FW_FRAME_READY && fw_record_read(&record, bench.reader_.bytes, bench.reader_.size);
    if (event != FW_FRAME_NONE && !sound) ++bench.damaged;
    if (sound) bench.take(record);
  }
}

void HostBench::take(const fw_record& record) {
  records.push_back(record);
  if (record.header.type != FW_RECORD_RESULT) return;
  const fw_result_record& result = record.body.result;
  if (result.offset == 0) piece_.clear();
  if (piece_.size() != result.offset) return;  // its begin was lost
  piece_.insert(piece_.end(), result.bytes, result.bytes + result.size);
  if (piece_.size() < result.total) return;
  const auto [place, is_new] = outputs_.emplace(result.inference, piece_);
  if (!is_new && place->second != piece_) repeats_agree_ = false;
}

std::uint32_t HostBench::on_supply(void* self) {
  auto& bench = *static_cast<HostBench*>(self);
  return bench.supply(bench.measurements_++);
}

void HostBench::on_nv(
    void* self, fw_host_access access, std::uint32_t offset, const std::uint8_t* bytes,
    std::uint32_t size) {
  auto& bench = *static_cast<HostBench*>(self);
  if (access == FW_HOST_READ)
    bench.detector_.on_read(offset, size);
  else
    bench.detector_.on_write(offset, {bytes, size});
}

}  // namespace sunfleck
