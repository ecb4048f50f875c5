#include "core/target/target_run.h"

#include <utility>

namespace sunfleck {
namespace {

constexpr Seconds look_after{1.0};  // of silence, before the board is asked how it is

// Takes the records of a run.
struct Listener {
  std::uint32_t wanted = 0;
  std::uint32_t run_id = 0;
  ResultAssembly results{};
  std::uint32_t boots = 0;
  bool has_news = false;  // the board says that it does not go on, maybe of the run before
  std::optional<fw_fault_record> fault{};
  bool is_done = false;

  void take(const fw_record& record) {
    switch (record.header.type) {
      case FW_RECORD_RESULT:
        results.add(record.header.boot, record.body.result);
        break;
      case FW_RECORD_BOOT:
        ++boots;
        break;
      case FW_RECORD_FAULT:
        has_news = true;
        break;
      case FW_RECORD_IDLE:
        has_news = has_news || record.body.idle.inferences_done >= wanted;
        break;
      default:
        break;
    }
  }
  std::uint32_t outputs() const { return static_cast<std::uint32_t>(results.outputs().size()); }
  bool has_ended() const { return is_done || fault || outputs() >= wanted; }
};

// What the board says of itself: a record may have been lost, or be of the run before.
Status look(TargetClient& client, Listener& listener) {
  const fw_work_status status = TRY(client.status());
  listener.has_news = false;
  if (status.state == FW_WORK_FAULT)
    listener.fault = fw_fault_record{
        .code = status.fault,
        .inference = status.inference,
        .layer = status.layer,
        .tile = status.tile,
        .attempts = status.attempts,
        .detail = status.fault_detail};
  else if (status.run_id != listener.run_id || status.state == FW_WORK_NONE)
    return fail(Errc::io, client.name(), ": the run was stopped by someone else");
  listener.is_done = status.state == FW_WORK_DONE;
  return ok;
}

Status listen_to_the_end(
    TargetClient& client, Listener& listener,
    const std::function<void(const TargetRunProgress&)>& on_progress) {
  RunTime last = client.now();  // that something new came, or the board was asked
  while (!listener.has_ended()) {
    const std::uint32_t before = listener.outputs();
    TRY(client.listen(client.now() + to_run_time(look_after)));
    if (listener.outputs() != before) last = client.now();
    if (on_progress) on_progress({.outputs = listener.outputs(), .boots = listener.boots});
    const bool is_silent = client.now() - last >= to_run_time(look_after);
    if (listener.has_ended() || !(listener.has_news || is_silent)) continue;
    TRY(look(client, listener));
    last = client.now();
  }
  return ok;
}

// Begins the run with nothing left of the one before, and follows it.
Status play(
    TargetClient& client, const fw_run_config& config, Listener& listener,
    const std::function<void(const TargetRunProgress&)>& on_progress) {
  TRY(client.stop());
  client.on_record([&listener](const TimedRecord& record) { listener.take(record.record); });
  TRY(client.run(config));
  TRY(listen_to_the_end(client, listener, on_progress));
  return ok;
}

}  // namespace

Result<TargetRun> run_on_target(
    TargetClient& client, const fw_run_config& config,
    const std::function<void(const TargetRunProgress&)>& on_progress) {
  Listener listener{.wanted = config.inferences, .run_id = config.run_id};
  Status played = play(client, config, listener, on_progress);
  client.on_record({});
  if (!played) return std::move(played).error();

  TargetRun run{
      .outputs = listener.results.outputs(),
      .contradicting = listener.results.contradicting(),
      .boots = listener.boots,
      .fault = listener.fault};
  if (!run.fault && !run.outputs.contains(config.inferences - 1)) {
    const std::optional<TargetOutput> last = TRY(client.read_result());
    if (last) run.outputs.emplace(last->inference, last->bytes);
  }
  return run;
}

}  // namespace sunfleck
