#include "core/session/run_session.h"

#include <algorithm>
#include <chrono>
#include <mutex>

#include "core/session/result_assembly.h"
#include "core/telemetry/telemetry_decoder.h"

namespace sunfleck {
namespace {

// How long the rig is left to itself: the delay of a stop rule, and of on_progress.
constexpr RunTime stretch = std::chrono::milliseconds(10);

// What the rig's threads deliver. One mutex orders it, and with it all calls of the run's sink.
class Intake final : public RigSink {
 public:
  Intake(RunSink& sink, const StopRules& rules) : sink_(&sink), rules_(rules) {}

  void on_samples(const SampleBlock& block) override {
    const std::lock_guard lock(mutex_);
    sink_->on_samples(block);
  }

  void on_edge(const MarkEdge& edge) override {
    const std::lock_guard lock(mutex_);
    const bool is_on = (edge.marks & rail_mark) != 0;
    if (is_on && !rail_on_) ++power_cycles_;
    rail_on_ = is_on;
    sink_->on_edge(edge);
  }

  void on_uart(const UartBytes& bytes) override {
    const std::lock_guard lock(mutex_);
    for (const TimedRecord& timed : decoder_.feed(bytes)) {
      take(timed.record);
      sink_->on_record(timed);
    }
    tell_text(TelemetryDecoder::Stream::goes_on);
  }

  // The rig has stopped: nothing more will come.
  void end_stream() {
    const std::lock_guard lock(mutex_);
    tell_text(TelemetryDecoder::Stream::ended);
  }

  void report(RunTime now, const std::optional<PowerLedger>& ledger) {
    const std::lock_guard lock(mutex_);
    sink_->on_progress(
        {.now = now, .inferences = inferences(), .power_cycles = power_cycles_, .ledger = ledger});
  }

  // Why the board's records end the run, if they do: what came first counts.
  std::optional<EndReason> end() const {
    const std::lock_guard lock(mutex_);
    return end_;
  }

  // Everything but reason, duration and what the rig alone knows.
  RunOutcome outcome() const {
    const std::lock_guard lock(mutex_);
    RunOutcome outcome;
    outcome.inferences = inferences();
    outcome.power_cycles = power_cycles_;
    outcome.outputs = results_.outputs();
    outcome.contradicting = results_.contradicting();
    outcome.telemetry = decoder_.counts();
    outcome.fault = fault_;
    return outcome;
  }

 private:
  void tell_text(TelemetryDecoder::Stream stream) {
    const std::string text = decoder_.take_text(stream);
    if (!text.empty()) sink_->on_text(text);
  }

  std::uint32_t inferences() const { return static_cast<std::uint32_t>(results_.outputs().size()); }

  void take(const fw_record& record) {
    if (record.header.type == FW_RECORD_RESULT) {
      results_.add(record.header.boot, record.body.result);
      if (rules_.inferences != 0 && inferences() >= rules_.inferences)
        end_with(EndReason::inferences_done);
    }
    if (record.header.type == FW_RECORD_FAULT) take_fault(record.body.fault);
  }

  void take_fault(const fw_fault_record& fault) {
    if (!fault_)
      fault_ = Fault{
          .code = fault.code,
          .inference = fault.inference,
          .layer = fault.layer,
          .tile = fault.tile,
          .attempts = fault.attempts,
          .detail = fault.detail};
    end_with(fault.code == FW_FAULT_NO_PROGRESS ? EndReason::no_progress : EndReason::board_fault);
  }

  void end_with(EndReason reason) {
    if (!end_) end_ = reason;
  }

  mutable std::mutex mutex_;
  RunSink* sink_;
  StopRules rules_;
  TelemetryDecoder decoder_;
  ResultAssembly results_;
  bool rail_on_ = false;
  std::uint32_t power_cycles_ = 0;
  std::optional<Fault> fault_;
  std::optional<EndReason> end_;
};

struct Played {
  EndReason reason = EndReason::cancelled;
  RigProgress progress{};
};

// Why the run ends after the stretch that came as far as `progress`, if it does.
std::optional<EndReason> end_of(
    const Intake& intake, const StopRules& rules, const RigProgress& progress) {
  if (const auto reason = intake.end()) return reason;
  if (progress.source_ended) return EndReason::source_ended;
  if (rules.max_time > RunTime{} && progress.now >= rules.max_time) return EndReason::max_time;
  return std::nullopt;
}

// Lets the rig go on until `until` or the end of its source.
Result<RigProgress> advance(Rig& rig, RunTime until) {
  const RigProgress progress = TRY(rig.advance(until));
  if (progress.now < until && !progress.source_ended)
    return fail(
        Errc::protocol, rig.description().name, ": asked to go on until ", to_seconds(until),
        ", it stopped at ", to_seconds(progress.now), " without the end of its source");
  return progress;
}

Result<Played> play(const RunPlan& plan, Rig& rig, Intake& intake, const std::stop_token& stop) {
  TRY(check(plan));
  Played played;
  if (stop.stop_requested()) return played;
  TRY(rig.target().load(plan.workload));
  TRY(rig.start(intake));
  while (!stop.stop_requested()) {
    RunTime until = played.progress.now + stretch;
    if (plan.stop.max_time > RunTime{}) until = std::min(until, plan.stop.max_time);
    played.progress = TRY(advance(rig, until));
    intake.report(played.progress.now, rig.ledger());
    if (const auto reason = end_of(intake, plan.stop, played.progress)) {
      played.reason = *reason;
      break;
    }
  }
  return played;
}

}  // namespace

Result<RunOutcome> run_session(
    const RunPlan& plan, Rig& rig, RunSink& sink, const std::stop_token& stop) {
  Intake intake(sink, plan.stop);
  const Result<Played> played = play(plan, rig, intake, stop);
  const Status stopped = rig.stop();  // before anything else, and even after a failure
  intake.end_stream();
  if (!played) return played.error();
  if (!stopped) return stopped.error();
  RunOutcome outcome = intake.outcome();
  outcome.reason = played->reason;
  outcome.duration = played->progress.now;
  outcome.profile_passes = played->progress.profile_passes;
  outcome.ledger = rig.ledger();
  outcome.memory = rig.memory_use();
  return outcome;
}

}  // namespace sunfleck
