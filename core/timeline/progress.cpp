#include "core/timeline/progress.h"

#include "target_fw/protocol/run_config.h"

namespace sunfleck {
namespace {

Position position_of(const fw_position_record& body) {
  return {.inference = body.inference, .layer = body.layer, .tile = body.tile};
}

Position position_of(const fw_checkpoint_record& body) {
  return {.inference = body.inference, .layer = body.layer, .tile = body.tile};
}

Position position_of(const fw_restore_record& body) {
  return {.inference = body.inference, .layer = body.layer, .tile = body.tile};
}

Position position_of(const fw_fault_record& body) {
  return {.inference = body.inference, .layer = body.layer, .tile = body.tile};
}

// Whether progress is in non-volatile memory when the record is sent.
bool follows_commit(const fw_record& record, std::uint8_t strategy) {
  switch (record.header.type) {
    case FW_RECORD_CHECKPOINT:
    case FW_RECORD_INFERENCE_END:
      return true;
    case FW_RECORD_LAYER_END:
      return strategy == FW_STRATEGY_LAYER || strategy == FW_STRATEGY_TILE;
    default:
      return false;
  }
}

// Where the work goes on, when `record` is among the first of a boot. They are BOOT, then RESTORE,
// INFERENCE_BEGIN, FAULT or IDLE, then LAYER_BEGIN. RESTORE is never sent later.
std::optional<Position> resumed_at(const fw_record& record) {
  const unsigned sequence = record.header.sequence;
  switch (record.header.type) {
    case FW_RECORD_RESTORE:
      return position_of(record.body.restore);
    case FW_RECORD_LAYER_BEGIN:
      if (sequence <= 2) return position_of(record.body.position);
      break;
    case FW_RECORD_INFERENCE_BEGIN:
      if (sequence <= 1) return Position{.inference = record.body.inference.inference};
      break;
    case FW_RECORD_IDLE:
      if (sequence <= 1) return Position{.inference = record.body.idle.inferences_done};
      break;
    case FW_RECORD_FAULT:
      if (sequence <= 1 && record.body.fault.code == FW_FAULT_NO_PROGRESS)
        return position_of(record.body.fault);
      break;
    default:
      break;
  }
  return std::nullopt;
}

}  // namespace

bool commits_inference(const fw_record& record) {
  return record.header.type == FW_RECORD_CHECKPOINT && record.body.checkpoint.layer == 0 &&
      record.body.checkpoint.tile == 0;
}

Work work_after(const Work& work, const fw_record& record, RunTime at) {
  using Phase = Work::Phase;
  switch (record.header.type) {
    case FW_RECORD_BOOT:
      return {.phase = Phase::starting};
    case FW_RECORD_RESTORE:
      return {.phase = Phase::between, .position = position_of(record.body.restore)};
    case FW_RECORD_INFERENCE_BEGIN:
      return {.phase = Phase::between, .position = {.inference = record.body.inference.inference}};
    case FW_RECORD_INFERENCE_END:
      return {
          .phase = Phase::between, .position = {.inference = record.body.inference.inference + 1}};
    case FW_RECORD_LAYER_BEGIN: {
      Work begun{.phase = Phase::in_layer, .position = position_of(record.body.position)};
      if (begun.position.tile == 0) begun.layer_began = at;
      return begun;
    }
    case FW_RECORD_LAYER_END:
      return {.phase = Phase::between, .position = position_of(record.body.position)};
    case FW_RECORD_FAULT:
    case FW_RECORD_IDLE:
      return {.phase = Phase::asleep, .position = work.position};
    case FW_RECORD_RESULT: {
      const bool is_known = work.phase != Phase::unknown && work.phase != Phase::starting;
      return {.phase = is_known ? Phase::between : Phase::unknown, .position = work.position};
    }
    case FW_RECORD_TILE_BEGIN:
    case FW_RECORD_TILE_END:
    case FW_RECORD_CHECKPOINT: {
      const bool is_checkpoint = record.header.type == FW_RECORD_CHECKPOINT;
      Work in{.phase = commits_inference(record) ? Phase::between : Phase::in_layer};
      in.position =
          is_checkpoint ? position_of(record.body.checkpoint) : position_of(record.body.position);
      const bool is_same_layer = work.phase == Phase::in_layer &&
          work.position.inference == in.position.inference &&
          work.position.layer == in.position.layer;
      if (is_same_layer) in.layer_began = work.layer_began;
      return in;
    }
    default:
      return work;
  }
}

std::optional<LayerOf> layer_before(const fw_record& record) {
  switch (record.header.type) {
    case FW_RECORD_TILE_BEGIN:
    case FW_RECORD_TILE_END:
    case FW_RECORD_LAYER_END:
      return LayerOf{
          .inference = record.body.position.inference, .layer = record.body.position.layer};
    case FW_RECORD_CHECKPOINT:
      if (commits_inference(record)) return std::nullopt;
      return LayerOf{
          .inference = record.body.checkpoint.inference, .layer = record.body.checkpoint.layer};
    default:
      return std::nullopt;
  }
}

std::optional<LayerOf> layer_before(
    const Boot& boot, std::span<const TimedRecord> records, std::size_t i) {
  while (i + 1 < boot.end && records[i].record.header.type == FW_RECORD_LOST)
    ++i;
  return layer_before(records[i].record);
}

std::optional<Position> resume_position(const Boot& boot, std::span<const TimedRecord> records) {
  for (std::size_t i = boot.first; i < boot.end; ++i) {
    if (const auto position = resumed_at(records[i].record)) return position;
    if (records[i].record.header.sequence > 2) break;
  }
  return std::nullopt;
}

Losses::Losses(
    const Boot& boot, const Boot* next, std::span<const TimedRecord> records, bool ended_by_loss)
    : ended_by_loss_(ended_by_loss) {
  if (!ended_by_loss) return;
  const std::uint16_t number = records[boot.first].record.header.boot;
  const bool is_known_next = next != nullptr &&
      records[next->first].record.header.boot == static_cast<std::uint16_t>(number + 1);
  if (is_known_next) resumed_ = resume_position(*next, records);
  for (std::size_t i = boot.first; i < boot.end; ++i)
    if (follows_commit(records[i].record, boot.setup.strategy)) last_commit_ = i;
}

bool Losses::is_lost(const Position& position, std::size_t i) const {
  if (!ended_by_loss_) return false;
  if (resumed_) return position >= *resumed_;
  return !last_commit_ || i >= *last_commit_;
}

}  // namespace sunfleck
