#include "app/replay.h"

#include <memory>

#include "app/analysis.h"
#include "app/bench.h"
#include "app/embedded_firmware.h"
#include "app/files.h"
#include "app/read_report.h"
#include "core/session/run_session.h"
#include "db/run_writer.h"
#include "drivers/simulated/simulated_rig.h"

namespace sunfleck::app {
namespace {

// Hands what a run gives to the analysis, to the store and to whoever watches. When the store can
// take no more, the run is asked to end.
class ReplaySink final : public RunSink {
 public:
  ReplaySink(db::RunWriter& writer, const OnReplayProgress& on_progress, ReplayProgress progress)
      : writer_(writer), on_progress_(on_progress), progress_(progress) {}

  void on_samples(const SampleBlock& block) override {
    data_.on_samples(block);
    writer_.on_samples(block);
  }
  void on_edge(const MarkEdge& edge) override {
    data_.on_edge(edge);
    writer_.on_edge(edge);
  }
  void on_record(const TimedRecord& record) override {
    data_.records.push_back(record);
    writer_.on_record(record);
  }
  void on_progress(const RunProgress& progress) override {
    writer_.on_progress(progress);
    if (!writer_.status()) store_failed_.request_stop();
    progress_.run = progress;
    if (on_progress_) on_progress_(progress_);
  }

  const RunData& data() const { return data_; }
  std::stop_source& store_failed() { return store_failed_; }

 private:
  db::RunWriter& writer_;
  const OnReplayProgress& on_progress_;
  ReplayProgress progress_;
  RunData data_;
  std::stop_source store_failed_;
};

Result<std::unique_ptr<SimulatedRig>> open_rig(const Bench& bench, HarvestSource& source) {
  const std::span<const std::uint8_t> firmware = embedded_firmware();
  SimulatedRigConfig config{
      .firmware = {firmware.begin(), firmware.end()},
      .device = bench.device,
      .power = bench.path,
      .passes = bench.settings.passes,
      .seed = bench.settings.seed};
  config.meter.sample_period = bench.settings.sample_period;
  return SimulatedRig::open(config, source);
}

// By inference, whether its output is the expected one; the expected outputs repeat as the inputs
// do.
std::map<std::uint32_t, bool> compare_outputs(const Bench& bench, const RunOutcome& outcome) {
  std::map<std::uint32_t, bool> correct;
  const std::size_t each = bench.network.output.bytes();
  const std::size_t count = bench.expected.size() / each;
  if (count == 0) return correct;
  for (const auto& [inference, output] : outcome.outputs) {
    const auto wanted = std::span(bench.expected).subspan(inference % count * each, each);
    correct[inference] = std::ranges::equal(output, wanted);
  }
  return correct;
}

Status store_result(
    db::RunWriter& writer, const Bench& bench, const ReplaySink& sink, const RunOutcome& outcome,
    const MeterNoise& noise) {
  Analysis analysis = analyse(sink.data(), bench.network.layers.size(), outcome.duration, noise);
  return writer.finish(
      outcome,
      {.attribution = std::move(analysis.attribution),
       .timeline = std::move(analysis.timeline),
       .correct = compare_outputs(bench, outcome)});
}

Status play(
    Bench& bench, SimulatedRig& rig, ReplaySink& sink, db::RunWriter& writer,
    const std::stop_token& stop) {
  const std::stop_callback forward(stop, [&sink] { sink.store_failed().request_stop(); });
  Result<RunOutcome> outcome = run_session(bench.plan, rig, sink, sink.store_failed().get_token());
  if (!outcome) return std::move(outcome).error();
  TRY(writer.status());
  const RigDescription& meter = rig.description();
  return store_result(writer, bench, sink, *outcome, {meter.voltage_noise, meter.current_noise});
}

}  // namespace

Result<RunReport> replay(
    const ReplaySettings& settings, const std::filesystem::path& store,
    const OnReplayProgress& on_progress, const std::stop_token& stop) {
  Bench bench = TRY(prepare_bench(settings));
  ProfileSource source(bench.profile);
  const std::unique_ptr<SimulatedRig> rig = TRY(open_rig(bench, source));
  const RigDescription& meter = rig->description();
  if (store.parent_path() == data_folder()) TRY(make_folder(data_folder()));
  bench.assumptions["meter_noise_volts"] = meter.voltage_noise.si;
  bench.assumptions["meter_noise_amperes"] = meter.current_noise.si;

  const std::unique_ptr<db::RunWriter> writer = TRY(db::RunWriter::begin(
      store.string(),
      {.identity = identity_of(bench, meter.name), .layers = bench.network.layers}));
  ReplaySink sink(
      *writer, on_progress,
      {.inferences_wanted = bench.settings.inferences, .time_wanted = bench.settings.max_time});
  const Status played = play(bench, *rig, sink, *writer, stop);
  if (!played) {
    const Status kept = writer->fail_with(played.error());
    if (kept) return played.error();
    return fail(played.error().code, played.error().text, "; and ", kept.error().text);
  }
  db::RunStore reader = TRY(db::RunStore::open(store.string()));
  return read_report(reader, writer->run());
}

}  // namespace sunfleck::app
