#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/timeline/timeline.h"
#include "target_fw/protocol/run_config.h"
#include "tests/core/telemetry/record_bytes.h"

// A board that is as simple as a board can be and still follows PROTOCOL.md: layers of equal tiles,
// times in whole microseconds, sending that takes the time of its bytes. It knows what it did at
// any time, so a timeline that was made from its records can be judged.

struct ToyLayer {
  std::uint16_t tiles = 1;
  std::int64_t tile_time = 0;  // us
};

struct ToyPlan {
  std::uint8_t strategy = FW_STRATEGY_TILE;
  std::uint8_t level = FW_RECORDS_CHECKPOINTS;
  std::vector<ToyLayer> layers;
  std::uint32_t inferences = 1;
  std::vector<std::int64_t> rail;  // on, off, on, off ... in us
};

// Bytes of one record with the time at which its first byte was complete; cut where the power
// failed.
struct ToyFrame {
  sunfleck::RunTime first{};
  std::vector<std::uint8_t> bytes;
};

struct ToyRun {
  std::vector<sunfleck::Span> truth;
  std::vector<ToyFrame> frames;
  std::vector<sunfleck::MarkEdge> edges;
  sunfleck::RunTime end{};
};

class ToyBoard {
 public:
  static constexpr std::int64_t byte_time = 10;  // us
  static constexpr std::int64_t waiting = 2;     // bytes in the transmitter when sending ends
  static constexpr std::int64_t checkpoint_time = 70;
  static constexpr std::int64_t restore_time = 40;
  static constexpr std::int64_t boot_time = 300;

  explicit ToyBoard(ToyPlan plan) : plan_(std::move(plan)) {}

  ToyRun run() {
    for (std::size_t i = 0; i + 1 < plan_.rail.size(); i += 2) {
      off_ = plan_.rail[i + 1];
      spend_off(plan_.rail[i]);
      cycle_ = static_cast<std::uint32_t>(i / 2);
      mark(sunfleck::rail_mark);
      zero_ = now_;
      first_of_boot_ = run_.truth.size();
      power_cycle();
      fill(sunfleck::Activity::sleep, sunfleck::no_layer);
      lose();
      mark(0);
    }
    spend_off(now_ + 1000);
    run_.end = sunfleck::RunTime(1000 * now_);
    return std::move(run_);
  }

 private:
  struct Progress {
    std::uint32_t inference = 0;
    std::uint16_t layer = 0;
    std::uint16_t tile = 0;
    friend auto operator<=>(const Progress&, const Progress&) = default;
  };

  bool is_on() const { return now_ < off_; }

  void mark(std::uint32_t marks) {
    run_.edges.push_back({.time = sunfleck::RunTime(1000 * now_), .marks = marks});
  }
  void append(std::int64_t until, sunfleck::Activity activity, std::uint16_t layer) {
    if (until <= now_) return;
    run_.truth.push_back(
        {.from = sunfleck::RunTime(1000 * now_),
         .to = sunfleck::RunTime(1000 * until),
         .activity = activity,
         .layer = layer,
         .inference = working_.inference,
         .power_cycle = cycle_});
    places_.push_back(working_);
    now_ = until;
  }
  void spend_off(std::int64_t until) { append(until, sunfleck::Activity::off, sunfleck::no_layer); }
  // Lets time pass, and tells whether there was power for all of it.
  bool spend(std::int64_t time, sunfleck::Activity activity, std::uint16_t layer) {
    const std::int64_t until = now_ + time;
    append(std::min(until, off_), activity, layer);
    return until < off_;
  }
  void fill(sunfleck::Activity activity, std::uint16_t layer) { append(off_, activity, layer); }

  // What was computed at a place from which it must be done again.
  void lose() {
    for (std::size_t i = first_of_boot_; i < run_.truth.size(); ++i)
      if (run_.truth[i].activity == sunfleck::Activity::compute && places_[i] >= saved_)
        run_.truth[i].activity = sunfleck::Activity::re_execution;
  }

  bool send(fw_record record) {
    record.header.boot = boot_;
    record.header.sequence = sequence_++;
    record.header.ticks = static_cast<std::uint32_t>(now_ - zero_);
    record.header.send_ticks = sent_;
    std::vector<std::uint8_t> bytes = wire_of(record);
    const auto time = byte_time * static_cast<std::int64_t>(bytes.size());
    sent_ = static_cast<std::uint16_t>(time);
    const std::int64_t began = now_;
    const bool whole = spend(time, sunfleck::Activity::telemetry, sunfleck::no_layer);
    const std::int64_t left = std::max<std::int64_t>(0, (now_ - began) / byte_time - waiting);
    if (!whole) bytes.resize(static_cast<std::size_t>(left));
    run_.frames.push_back(
        {.first = sunfleck::RunTime(1000 * (began + (1 + waiting) * byte_time)),
         .bytes = std::move(bytes)});
    return whole;
  }
  bool send_position(fw_record_type type, std::uint16_t layer, std::uint16_t tile) {
    const bool is_tile = type == FW_RECORD_TILE_BEGIN || type == FW_RECORD_TILE_END;
    if (plan_.level < (is_tile ? FW_RECORDS_TILES : FW_RECORDS_LAYERS)) return true;
    fw_record record = record_of(type, 0, 0, 0);
    record.body.position = {.inference = working_.inference, .layer = layer, .tile = tile};
    return send(record);
  }
  bool send_inference(fw_record_type type, std::uint32_t inference) {
    if (type != FW_RECORD_IDLE && plan_.level < FW_RECORDS_LAYERS) return true;
    fw_record record = record_of(type, 0, 0, 0);
    record.body.inference.inference = inference;
    return send(record);
  }

  bool commit(const Progress& progress, std::uint16_t layer) {
    if (!spend(checkpoint_time, sunfleck::Activity::checkpoint, layer)) return false;
    saved_ = progress;
    if (plan_.level < FW_RECORDS_CHECKPOINTS) return true;
    fw_record record = record_of(FW_RECORD_CHECKPOINT, 0, 0, 0);
    record.body.checkpoint = {
        .inference = progress.inference,
        .layer = progress.layer,
        .tile = progress.tile,
        .duration_ticks = checkpoint_time,
        .written_bytes = 1};
    return send(record);
  }

  void power_cycle() {
    ++boot_;
    sequence_ = 0;
    sent_ = 0;
    working_ = {.inference = working_.inference};
    if (!spend(boot_time, sunfleck::Activity::boot, sunfleck::no_layer)) return;
    fw_record record = record_of(FW_RECORD_BOOT, 0, 0, 0);
    record.body.boot.protocol = FW_PROTOCOL_VERSION;
    record.body.boot.strategy = plan_.strategy;
    record.body.boot.record_level = plan_.level;
    record.body.boot.ticks_per_second = 1'000'000;
    if (!send(record) || !restore()) return;
    while (working_.inference < plan_.inferences)
      if (!inference()) return;
    send_inference(FW_RECORD_IDLE, working_.inference);
  }

  bool restore() {
    working_ = saved_;
    if (saved_.layer == 0 && saved_.tile == 0) return true;
    const bool is_last = saved_.layer + 1U == plan_.layers.size();
    if (!is_last && saved_.tile >= plan_.layers[saved_.layer].tiles)
      working_ = {
          .inference = saved_.inference,
          .layer = static_cast<std::uint16_t>(saved_.layer + 1),
          .tile = 0};
    if (!spend(restore_time, sunfleck::Activity::restore, sunfleck::no_layer)) return false;
    fw_record record = record_of(FW_RECORD_RESTORE, 0, 0, 0);
    record.body.restore = {
        .inference = working_.inference,
        .layer = working_.layer,
        .tile = working_.tile,
        .duration_ticks = restore_time};
    return send(record);
  }

  bool inference() {
    const std::uint32_t number = working_.inference;
    if (working_.layer == 0 && working_.tile == 0)
      if (!send_inference(FW_RECORD_INFERENCE_BEGIN, number)) return false;
    while (working_.layer < plan_.layers.size())
      if (!layer()) return false;
    fw_record record = record_of(FW_RECORD_RESULT, 0, 0, 0);
    record.body.result.inference = number;
    record.body.result.total = 10;
    record.body.result.size = 10;
    if (!send(record) || !commit({.inference = number + 1}, sunfleck::no_layer)) return false;
    if (!send_inference(FW_RECORD_INFERENCE_END, number)) return false;
    working_ = {.inference = number + 1};
    return true;
  }

  bool layer() {
    const std::uint16_t index = working_.layer;
    const std::uint16_t tiles = plan_.layers[index].tiles;
    if (working_.tile < tiles) {
      if (!send_position(FW_RECORD_LAYER_BEGIN, index, working_.tile)) return false;
      while (working_.tile < tiles)
        if (!tile(index)) return false;
      if (plan_.strategy == FW_STRATEGY_LAYER)
        if (!commit({working_.inference, index, tiles}, index)) return false;
      if (!send_position(FW_RECORD_LAYER_END, index, tiles)) return false;
    }
    working_ = {working_.inference, static_cast<std::uint16_t>(index + 1), 0};
    return true;
  }

  bool tile(std::uint16_t index) {
    if (!send_position(FW_RECORD_TILE_BEGIN, index, working_.tile)) return false;
    const std::int64_t time = plan_.layers[index].tile_time;
    if (!spend(time, sunfleck::Activity::compute, index)) return false;
    if (!send_position(FW_RECORD_TILE_END, index, working_.tile)) return false;
    const Progress next{working_.inference, index, static_cast<std::uint16_t>(working_.tile + 1)};
    if (plan_.strategy == FW_STRATEGY_TILE && !commit(next, index)) return false;
    working_ = next;
    return true;
  }

  ToyPlan plan_;
  ToyRun run_;
  std::vector<Progress> places_;  // of run_.truth
  std::size_t first_of_boot_ = 0;
  std::int64_t now_ = 0;
  std::int64_t zero_ = 0;
  std::int64_t off_ = 0;
  std::uint32_t cycle_ = 0;
  Progress working_;
  Progress saved_;
  std::uint16_t boot_ = 0;
  std::uint16_t sequence_ = 0;
  std::uint16_t sent_ = 0;
};
