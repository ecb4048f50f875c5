#include "core/timeline/timeline.h"

#include <algorithm>
#include <array>

#include "core/timeline/boots.h"
#include "core/timeline/gaps.h"
#include "core/timeline/progress.h"
#include "core/timeline/sound_records.h"
#include "core/timeline/span_writer.h"
#include "target_fw/protocol/run_config.h"

namespace sunfleck {
namespace {

// What the records of the whole run say about its layers.
struct LayerFacts {
  std::uint32_t tile_count = 0;     // 0: not known
  std::optional<RunTime> shortest;  // from its begin to its end, of all executions seen
};

// A boot that is being written.
struct Scene {
  const Boot& boot;
  const Losses& losses;
  RunTime end{};                // of the boot: the rail's fall, or the next boot
  Work work{};                  // after the record before
  std::uint32_t inference = 0;  // the last that was spoken of

  Label label(Activity activity) const {
    return {.activity = activity, .inference = inference, .power_cycle = boot.power_cycle};
  }
};

// The inference that a record speaks of.
std::optional<std::uint32_t> inference_of(const fw_record& record) {
  switch (record.header.type) {
    case FW_RECORD_INFERENCE_BEGIN:
    case FW_RECORD_INFERENCE_END:
      return record.body.inference.inference;
    case FW_RECORD_CHECKPOINT:
      return record.body.checkpoint.inference - (commits_inference(record) ? 1 : 0);
    case FW_RECORD_RESTORE:
      return record.body.restore.inference;
    case FW_RECORD_RESULT:
      return record.body.result.inference;
    case FW_RECORD_LAYER_BEGIN:
    case FW_RECORD_LAYER_END:
    case FW_RECORD_TILE_BEGIN:
    case FW_RECORD_TILE_END:
      return record.body.position.inference;
    default:
      return std::nullopt;
  }
}

// Whether `next` came right after the boot record and says that start-up is over.
bool ends_start_up(const fw_record& boot, const fw_record& next) {
  constexpr std::array first_work = {
      FW_RECORD_RESTORE, FW_RECORD_INFERENCE_BEGIN, FW_RECORD_FAULT, FW_RECORD_IDLE};
  return follows(boot.header, next.header) &&
      std::find(first_work.begin(), first_work.end(), next.header.type) != first_work.end();
}

class TimelineBuilder {
 public:
  TimelineBuilder(
      SoundRecords records, std::vector<PowerCycle> cycles, Boots boots, std::size_t layers,
      RunTime end);

  Timeline build() &&;

 private:
  const fw_record& record(std::size_t i) const { return records_[i].record; }
  void learn(const Boot& boot);
  std::size_t write_power_cycle(std::uint32_t index, std::size_t first_boot);
  void write_boot(std::size_t index, RunTime end, bool ended_by_loss);
  void write_before(const Scene& scene, std::size_t i);
  void write_duration(const Scene& scene, std::size_t i, RunTime from);
  void write_tail(const Scene& scene);
  Label work_label(const Scene& scene, std::size_t last) const;
  Label label_before(const Scene& scene, std::size_t i) const;
  Label tail_label(const Scene& scene) const;
  bool stays_in_layer(const Scene& scene) const;
  void count(const fw_record& record);

  std::vector<TimedRecord> records_;
  std::vector<Boot> boots_;
  std::vector<RecordTime> times_;  // [records]
  std::vector<LayerFacts> layers_;
  bool is_complete_ = true;     // no record is known missing in the whole run
  RunTime longest_start_up_{};  // from a boot record to the next record, of all boots
  SpanWriter writer_;
  Timeline timeline_;
};

TimelineBuilder::TimelineBuilder(
    SoundRecords records, std::vector<PowerCycle> cycles, Boots boots, std::size_t layers,
    RunTime end)
    : records_(std::move(records.records)), boots_(std::move(boots.boots)), layers_(layers) {
  timeline_.clock = boots.clock;
  timeline_.end = end;
  timeline_.power_cycles = std::move(cycles);
  timeline_.checkpoints.resize(layers);
  timeline_.executions.resize(layers);
  timeline_.set_aside = records.set_aside;
  times_.reserve(records_.size());
  for (const Boot& boot : boots_) {
    is_complete_ = is_complete_ && boot.is_complete;
    if (boot.setup.ticks_per_second == 0) {
      times_.resize(boot.end);
      continue;
    }
    const std::vector<RecordTime> times = record_times(boot, records_);
    times_.insert(times_.end(), times.begin(), times.end());
    learn(boot);
  }
  timeline_.gaps = find_gaps(boots_, records_, times_, timeline_.power_cycles);
}

// Collects the facts from a boot whose times are known.
void TimelineBuilder::learn(const Boot& boot) {
  Work work;
  for (std::size_t i = boot.first; i < boot.end; ++i) {
    const fw_record& now = record(i);
    if (work.phase == Work::Phase::starting && ends_start_up(record(i - 1), now))
      longest_start_up_ = std::max(longest_start_up_, times_[i].at - times_[i - 1].sent);
    if (now.header.type == FW_RECORD_LAYER_END && now.body.position.layer < layers_.size()) {
      LayerFacts& facts = layers_[now.body.position.layer];
      facts.tile_count = now.body.position.tile;
      const bool is_whole = work.phase == Work::Phase::in_layer && work.layer_began &&
          layer_before(now) ==
              LayerOf{.inference = work.position.inference, .layer = work.position.layer};
      if (is_whole) {
        const RunTime took = times_[i].at - *work.layer_began;
        facts.shortest = std::min(took, facts.shortest.value_or(took));
      }
    }
    work = work_after(work, now, times_[i].at);
  }
}

Timeline TimelineBuilder::build() && {
  std::size_t boot = 0;
  for (std::uint32_t i = 0; i < timeline_.power_cycles.size(); ++i) {
    const std::uint32_t before = i > 0 ? i - 1 : 0;
    writer_.write(timeline_.power_cycles[i].on, {.activity = Activity::off, .power_cycle = before});
    boot = write_power_cycle(i, boot);
    writer_.write(timeline_.power_cycles[i].off, {.power_cycle = i});
  }
  const std::size_t cycles = timeline_.power_cycles.size();
  const auto last = static_cast<std::uint32_t>(cycles > 0 ? cycles - 1 : 0);
  writer_.write(timeline_.end, {.activity = Activity::off, .power_cycle = last});
  timeline_.spans = writer_.take();
  refuse_short_spans(timeline_);
  return std::move(timeline_);
}

// Writes the boots of a power cycle, from `first_boot` on. Returns the first boot of a later one.
std::size_t TimelineBuilder::write_power_cycle(std::uint32_t index, std::size_t first_boot) {
  PowerCycle& cycle = timeline_.power_cycles[index];
  std::size_t next = first_boot;
  for (; next < boots_.size() && boots_[next].power_cycle == index; ++next) {
    const Boot& boot = boots_[next];
    cycle.records += static_cast<std::uint32_t>(boot.end - boot.first);
    for (std::size_t i = boot.first; i < boot.end; ++i)
      count(record(i));
    if (boot.setup.ticks_per_second == 0) continue;
    if (next == first_boot) cycle.clock_offset = boot.zero();
    for (std::size_t i = boot.first; i < boot.end; ++i)
      cycle.clock_uncertainty = std::max(cycle.clock_uncertainty, times_[i].deviation);
    const bool is_last = next + 1 == boots_.size() || boots_[next + 1].power_cycle != index;
    const RunTime end = is_last ? cycle.off : std::min(boots_[next + 1].zero(), cycle.off);
    write_boot(next, end, cycle.outage || !is_last);
  }
  return next;
}

void TimelineBuilder::write_boot(std::size_t index, RunTime end, bool ended_by_loss) {
  const Boot& boot = boots_[index];
  const Boot* const next = index + 1 < boots_.size() ? &boots_[index + 1] : nullptr;
  const Losses losses(boot, next, records_, ended_by_loss);
  Scene scene{.boot = boot, .losses = losses, .end = end};
  for (std::size_t i = boot.first; i < boot.end; ++i) {
    write_before(scene, i);
    scene.work = work_after(scene.work, record(i), times_[i].at);
    scene.inference = inference_of(record(i)).value_or(scene.inference);
    writer_.write(std::min(times_[i].sent, end), scene.label(Activity::telemetry));
  }
  write_tail(scene);
}

// Writes up to the event of record `i`.
void TimelineBuilder::write_before(const Scene& scene, std::size_t i) {
  const fw_record& now = record(i);
  const RunTime at = std::min(times_[i].at, scene.end);
  std::uint64_t duration = 0;
  if (now.header.type == FW_RECORD_RESTORE) duration = now.body.restore.duration_ticks;
  if (now.header.type == FW_RECORD_CHECKPOINT) duration = now.body.checkpoint.duration_ticks;
  const RunTime took = scene.boot.duration(duration);
  writer_.write(std::min(at, times_[i].at - took), label_before(scene, i));
  if (duration > 0) write_duration(scene, i, times_[i].at - took);
  writer_.write(at, label_before(scene, i));
}

// Writes the restore or checkpoint that record `i` reports and that took all the time since `from`.
// What of it lies before the record before was done in pieces, or before the boot record: it is
// taken from the latest compute of the layer, or from the boot.
void TimelineBuilder::write_duration(const Scene& scene, std::size_t i, RunTime from) {
  const fw_record& now = record(i);
  const RunTime at = std::min(times_[i].at, scene.end);
  Label taken = scene.label(Activity::boot);
  Label label = scene.label(Activity::restore);
  label.inference = inference_of(now).value_or(0);
  if (now.header.type == FW_RECORD_CHECKPOINT) {
    const std::uint16_t layer = now.body.checkpoint.layer;
    label.activity = Activity::checkpoint;
    if (!commits_inference(now) && layer < layers_.size()) label.layer = layer;
    taken = label;
    taken.activity = Activity::compute;
  }
  const RunTime before = writer_.now() - from;
  if (before > RunTime{} && from < at) writer_.reclaim(before, taken, label);
  writer_.write(at, label);
}

// Compute at the scene's place after record `last`: useful, or lost.
Label TimelineBuilder::work_label(const Scene& scene, std::size_t last) const {
  const Position& position = scene.work.position;
  Label label = scene.label(Activity::unattributed);
  if (position.layer >= layers_.size()) return label;
  label.activity =
      scene.losses.is_lost(position, last) ? Activity::re_execution : Activity::compute;
  label.layer = position.layer;
  label.inference = position.inference;
  return label;
}

// What the board did before the event of record `i` and since the record before.
Label TimelineBuilder::label_before(const Scene& scene, std::size_t i) const {
  using Phase = Work::Phase;
  const std::uint8_t type = record(i).header.type;
  if (i == scene.boot.first)
    return scene.label(type == FW_RECORD_BOOT ? Activity::boot : Activity::unattributed);

  const Work& work = scene.work;
  if (work.phase == Phase::in_layer) {
    const LayerOf here{.inference = work.position.inference, .layer = work.position.layer};
    if (layer_before(scene.boot, records_, i) == here) return work_label(scene, i - 1);
    return scene.label(Activity::unattributed);
  }
  const fw_record& before = record(i - 1);
  if (work.phase == Phase::starting && ends_start_up(before, record(i)))
    return scene.label(Activity::boot);
  const bool in_sequence = follows(before.header, record(i).header);
  if (work.phase == Phase::asleep && in_sequence) return scene.label(Activity::sleep);
  return scene.label(Activity::unattributed);
}

void TimelineBuilder::write_tail(const Scene& scene) {
  writer_.write(scene.end, tail_label(scene));
}

// What the board did after its last record, when nothing lies on the other side.
Label TimelineBuilder::tail_label(const Scene& scene) const {
  switch (scene.work.phase) {
    case Work::Phase::asleep:
      return scene.label(Activity::sleep);
    case Work::Phase::starting: {
      const bool is_short = scene.end - writer_.now() <= longest_start_up_;
      return scene.label(is_complete_ && is_short ? Activity::boot : Activity::unattributed);
    }
    case Work::Phase::in_layer:
      if (stays_in_layer(scene)) return work_label(scene, scene.boot.end - 1);
      return scene.label(Activity::unattributed);
    default:
      return scene.label(Activity::unattributed);
  }
}

// Whether the board is still in the layer of its last record when the boot ends. Proof is that the
// next boot goes on in that layer, where the strategy commits at least once a layer; that there was
// less time than the layer ever took; or that no record of the whole run is missing.
bool TimelineBuilder::stays_in_layer(const Scene& scene) const {
  const Position& position = scene.work.position;
  if (position.layer >= layers_.size()) return false;
  const LayerFacts& facts = layers_[position.layer];
  if (facts.tile_count > 0 && position.tile >= facts.tile_count) return false;
  if (is_complete_) return true;

  const std::uint8_t strategy = scene.boot.setup.strategy;
  const bool commits = strategy == FW_STRATEGY_LAYER || strategy == FW_STRATEGY_TILE;
  if (const auto& resumed = scene.losses.resumed(); resumed && commits) {
    const bool is_same = resumed->inference == position.inference &&
        resumed->layer == position.layer && resumed->tile < facts.tile_count;
    if (*resumed <= position || is_same) return true;
  }
  const auto& began = scene.work.layer_began;
  return began && facts.shortest && scene.end - *began < *facts.shortest;
}

void TimelineBuilder::count(const fw_record& record) {
  if (record.header.type == FW_RECORD_LAYER_BEGIN) {
    const fw_position_record& body = record.body.position;
    if (body.tile == 0 && body.layer < layers_.size()) ++timeline_.executions[body.layer];
  }
  if (record.header.type == FW_RECORD_CHECKPOINT && !commits_inference(record)) {
    const fw_checkpoint_record& body = record.body.checkpoint;
    if (body.layer < layers_.size()) ++timeline_.checkpoints[body.layer];
  }
}

bool tells_rail(std::span<const MarkEdge> edges) {
  return std::ranges::any_of(
      edges, [](const MarkEdge& edge) { return (edge.marks & rail_mark) != 0; });
}

}  // namespace

const char* name_of(Activity activity) {
  constexpr std::array names = {"off",          "boot",      "restore", "compute", "checkpoint",
                                "re-execution", "telemetry", "sleep",   "mark",    "unattributed"};
  return names.at(static_cast<std::size_t>(activity));
}

Timeline build_timeline(
    std::span<const TimedRecord> records, std::span<const MarkEdge> edges, std::size_t layers,
    RunTime end, Seconds edge_deviation) {
  std::vector<PowerCycle> cycles;
  if (tells_rail(edges))
    cycles = power_cycles_of(edges, end);
  else if (!records.empty() && end > RunTime{})
    cycles.push_back({.on = RunTime{}, .off = end, .outage = false});
  SoundRecords sound = sound_records(records, cycles);
  Boots boots = find_boots(sound.records, cycles, edges, edge_deviation);
  return TimelineBuilder(std::move(sound), std::move(cycles), std::move(boots), layers, end)
      .build();
}

}  // namespace sunfleck
