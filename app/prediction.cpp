#include "app/prediction.h"

#include "app/bench.h"
#include "app/energy_model_file.h"
#include "core/energy/sent_bytes.h"
#include "core/energy/work_simulation.h"

namespace sunfleck::app {
namespace {

constexpr std::uint64_t verify_step = 2048;  // bytes between two commits of the image's check

struct Values {
  std::vector<double> latency, each, power_cycles, outages, repeated, energy;
};

Cost cost_of(const EventCost& event, double off) {
  return {
      std::max(0.0, event.energy.si + off * event.energy_deviation.si),
      std::max(0.0, event.time.si + off * event.time_deviation.si)};
}

Cost scaled(const Cost& cost, double by) { return {cost.energy * by, cost.time * by}; }

// Plays the work of one draw of the model, or of the model itself, through the power path.
class RunPredictor {
 public:
  RunPredictor(
      const PredictionSettings& settings, const EnergyModel& model, Bench& bench,
      const Execution& execution, std::uint64_t sent_bytes)
      : settings_(settings),
        model_(model),
        bench_(bench),
        execution_(execution),
        sent_bytes_(sent_bytes) {}

  Result<WorkResult> play(const NetworkCosts& costs, double off, const std::stop_token& stop) {
    const Cost sent = scaled(cost_of(model_.sent_byte, off), static_cast<double>(sent_bytes_));
    const std::uint64_t bytes = bench_.network.image.size() + bench_.inputs.size();
    const WorkPlan plan{
        .once =
            {{scaled(cost_of(model_.verified_byte, off), verify_step),
              static_cast<std::uint32_t>((bytes + verify_step - 1) / verify_step)}},
        .inference = units_of(bench_.network.layers, costs, execution_, sent),
        .inferences = bench_.settings.inferences,
        .boot = cost_of(model_.boot, off),
        .restore = cost_of(model_.restore, off),
        .rail = model_.rail,
        .attempts = bench_.settings.attempts};
    TRY(bench_.profile.source->rewind());
    return simulate_work(
        *bench_.profile.source, bench_.path, bench_.settings.passes, bench_.settings.max_time,
        settings_.step, plan, stop);
  }

 private:
  const PredictionSettings& settings_;
  const EnergyModel& model_;
  Bench& bench_;
  const Execution& execution_;
  std::uint64_t sent_bytes_;
};

void add(const WorkResult& result, Values& values) {
  const double inferences = std::max<std::uint32_t>(result.inferences, 1);
  const double end = to_seconds(result.end).si;
  values.latency.push_back(end);
  values.each.push_back(end / inferences);
  values.power_cycles.push_back(result.power_cycles);
  values.outages.push_back(result.outages);
  values.repeated.push_back(result.repeated.time);
  values.energy.push_back(result.drawn.energy / inferences);
}

Result<RunPrediction> predict_run(
    RunPredictor& predictor, const Bench& bench, const NetworkPrediction& inference,
    const OnPredictionProgress& on_progress, const std::stop_token& stop) {
  const WorkResult centre = TRY(predictor.play(inference.centre, 0.0, stop));
  Values values;
  Values alone;
  add(centre, alone);
  Random random(bench.settings.seed, "predicted run");
  double unfinished = 0.0;
  for (std::size_t d = 0; d < inference.draws.size(); ++d) {
    const WorkResult result = TRY(predictor.play(inference.draws[d], random.normal(), stop));
    add(result, values);
    if (result.inferences < bench.settings.inferences) unfinished += 1.0;
    if (on_progress)
      on_progress(static_cast<double>(d + 1) / static_cast<double>(inference.draws.size()));
  }
  return RunPrediction{
      .wanted = bench.settings.inferences,
      .finished = centre.inferences,
      .latency = interval_of(alone.latency[0], std::move(values.latency)),
      .each = interval_of(alone.each[0], std::move(values.each)),
      .power_cycles = interval_of(alone.power_cycles[0], std::move(values.power_cycles)),
      .outages = interval_of(alone.outages[0], std::move(values.outages)),
      .repeated = interval_of(alone.repeated[0], std::move(values.repeated)),
      .energy = interval_of(alone.energy[0], std::move(values.energy)),
      .unfinished = unfinished / static_cast<double>(inference.draws.size()),
      .stuck = centre.stuck};
}

std::vector<std::string> assumptions_of(
    const EnergyModel& model, const Bench& bench, bool with_profile) {
  std::vector<std::string> found{join(
      "energies hold at a rail of ", engineering(model.rail),
      "; at another the board draws the same charge in the same time")};
  if (!with_profile) return found;
  found.push_back(
      "an outage loses the work since the last commit, and the tiles of a layer are alike: half of "
      "what lies between two commits is done again on average");
  found.emplace_back("the board draws its layer's mean current while it works");
  bool saw_restore = model.restore.count > 0;
  if (!saw_restore) found.emplace_back("no restore was measured: it is taken to cost nothing");
  if (model.boot.count <= model.runs.size())
    found.emplace_back(
        "no power-up after an outage was measured: its cost is what is left of the first power-ups "
        "without the check of the image");
  if (bench.settings.strategy == Strategy::voltage)
    found.emplace_back("snapshots of 'voltage' are taken to cost nothing");
  return found;
}

}  // namespace

Result<Prediction> predict(
    const PredictionSettings& settings, const OnPredictionProgress& on_progress,
    const std::stop_token& stop) {
  const EnergyModel model = TRY(read_energy_model(settings.model));
  const bool with_profile = !settings.replay.profile.empty();
  Bench bench = TRY(prepare_bench(settings.replay));
  const Execution execution{
      bench.settings.strategy, bench.settings.record_level, bench.settings.tiles_per_commit};
  const std::uint64_t sent_bytes =
      bytes_of_inference(bench.network.layers, execution, bench.network.output.bytes());
  Prediction prediction{.network = bench.network.name, .model = settings.model};
  prediction.inference = TRY(predict_network(
      model, bench.network.layers, execution, sent_bytes, settings.draws, bench.settings.seed));
  prediction.assumptions = assumptions_of(model, bench, with_profile);
  if (!with_profile) return prediction;
  prediction.profile = bench.profile.name;
  prediction.path = bench.settings.path;
  if (bench.settings.passes == 0 && bench.settings.max_time == RunTime{})
    bench.settings.max_time = std::chrono::hours(24);
  RunPredictor predictor(settings, model, bench, execution, sent_bytes);
  prediction.run = TRY(predict_run(predictor, bench, prediction.inference, on_progress, stop));
  return prediction;
}

}  // namespace sunfleck::app
