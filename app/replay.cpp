#include "app/replay.h"

#include <fstream>
#include <memory>

#include "app/analysis.h"
#include "app/bench.h"
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
  // `text` is an open file, or none.
  ReplaySink(
      db::RunWriter& writer, std::ofstream& text, const OnReplayProgress& on_progress,
      ReplayProgress progress)
      : writer_(writer), text_(text), on_progress_(on_progress), progress_(progress) {}

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
  void on_text(std::string_view text) override {
    if (text_.is_open()) text_ << text;
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
  std::ofstream& text_;
  const OnReplayProgress& on_progress_;
  ReplayProgress progress_;
  RunData data_;
  std::stop_source store_failed_;
};

Result<std::unique_ptr<SimulatedRig>> open_rig(const Bench& bench, HarvestSource& source) {
  SimulatedRigConfig config{
      .firmware = bench.firmware,
      .device = bench.device,
      .power = bench.path,
      .passes = bench.settings.passes,
      .seed = bench.settings.seed};
  config.meter.sample_period = bench.settings.sample_period;
  if (bench.board) config.board = bench.board->board;
  return SimulatedRig::open(config, source);
}

// By inference, whether its output is the expected one; the expected outputs repeat as the inputs
// do.
std::map<std::uint32_t, bool> compare_outputs(const Bench& bench, const RunOutcome& outcome) {
  std::map<std::uint32_t, bool> correct;
  if (bench.expected.empty()) return correct;
  const std::size_t each = bench.network.output.bytes();
  const std::size_t count = bench.expected.size() / each;
  for (const auto& [inference, output] : outcome.outputs) {
    const auto wanted = std::span(bench.expected).subspan(inference % count * each, each);
    correct[inference] = std::ranges::equal(output, wanted);
  }
  return correct;
}

Status store_result(
    db::RunWriter& writer, const Bench& bench, const ReplaySink& sink, const RunOutcome& outcome,
    const MeterNoise& noise) {
  Analysis analysis = analyse(
      sink.data(),
      {.layers = bench.network.layers.size(),
       .marks = bench.board ? named_pins(bench.board->marks) : std::uint8_t{0},
       .end = outcome.duration,
       .noise = noise});
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
  return store_result(
      writer, bench, sink, *outcome,
      {meter.voltage_noise, meter.current_noise, meter.time_uncertainty});
}

Status open_text(std::ofstream& file, const std::filesystem::path& path) {
  if (path.empty()) return ok;
  file.open(path, std::ios::binary);
  if (!file) return fail(Errc::io, path.string(), ": cannot be written");
  return ok;
}

Status close_text(std::ofstream& file, const std::filesystem::path& path) {
  if (!file.is_open()) return ok;
  file.close();
  if (!file) return fail(Errc::io, path.string(), ": could not be written to its end");
  return ok;
}

}  // namespace

Result<RunReport> replay(
    const ReplaySettings& settings, const ReplayOutput& output, const OnReplayProgress& on_progress,
    const std::stop_token& stop, const ReplayCheck& check) {
  Bench bench = TRY(prepare_bench(settings));
  if (check) TRY(check(bench.network.layers.size()));
  const std::unique_ptr<SimulatedRig> rig = TRY(open_rig(bench, *bench.profile.source));
  const RigDescription& meter = rig->description();
  const std::filesystem::path& store = output.store;
  std::ofstream text;
  TRY(open_text(text, output.uart_text));
  if (store.parent_path() == data_folder()) TRY(make_folder(data_folder()));
  bench.assumptions["meter_noise_volts"] = meter.voltage_noise.si;
  bench.assumptions["meter_noise_amperes"] = meter.current_noise.si;
  bench.assumptions["edge_time_seconds"] = to_seconds(meter.time_uncertainty).si;

  const std::unique_ptr<db::RunWriter> writer = TRY(db::RunWriter::begin(
      store.string(),
      {.identity = identity_of(bench, meter.name),
       .layers = bench.network.layers,
       .marks = bench.board ? bench.board->marks : db::MarkNames{}}));
  ReplaySink sink(
      *writer, text, on_progress,
      {.inferences_wanted = bench.settings.inferences, .time_wanted = bench.settings.max_time});
  const Status played = play(bench, *rig, sink, *writer, stop);
  if (!played) {
    const Status kept = writer->fail_with(played.error());
    if (kept) return played.error();
    return fail(played.error().code, played.error().text, "; and ", kept.error().text);
  }
  TRY(close_text(text, output.uart_text));
  db::RunStore reader = TRY(db::RunStore::open(store.string()));
  return read_report(reader, writer->run());
}

}  // namespace sunfleck::app
