#include <nlohmann/json.hpp>

#include "app/energy_model_tables.h"
#include "app/prediction.h"
#include "app/table.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

std::vector<std::string> cells(const std::string& name, const CostInterval& cost) {
  return {
      name, engineering(cost.energy.value, "J"), range_text(cost.energy, "J"),
      engineering(cost.time.value, "s"), range_text(cost.time, "s")};
}

std::string count_text(const Interval& interval) {
  return join(
      fixed(interval.value, 0), "  [", fixed(interval.low, 0), ", ", fixed(interval.high, 0), "]");
}

std::string quantity_text(const Interval& interval, const char* unit) {
  return join(engineering(interval.value, unit), "  ", range_text(interval, unit));
}

std::string run_text(const Prediction& prediction) {
  const RunPrediction& run = *prediction.run;
  std::string text = join(
      "\nOn ", prediction.profile, " through ", prediction.path, ", ", run.wanted,
      run.wanted == 1 ? " inference" : " inferences", ":\n");
  if (run.stuck)
    return text +
        "  a piece of work does not finish in any power cycle: a larger capacitor or "
        "smaller tiles are needed\n";
  if (run.finished < run.wanted)
    text += join("  only ", run.finished, " would be finished; what follows is of these\n");
  text += join("  L_e2e, to the last result    ", quantity_text(run.latency, "s"), "\n");
  text += join("  for each inference           ", quantity_text(run.each, "s"), "\n");
  text += join("  energy of each at the rail   ", quantity_text(run.energy, "J"), "\n");
  text += join("  power cycles                 ", count_text(run.power_cycles), "\n");
  text += join("  outages                      ", count_text(run.outages), "\n");
  text += join("  work done again              ", quantity_text(run.repeated, "s"), "\n");
  if (run.unfinished > 0.0)
    text += join("  not finished in              ", percent(run.unfinished), " of the draws\n");
  return text;
}

json interval_json(const Interval& interval) {
  return {{"value", interval.value}, {"low", interval.low}, {"high", interval.high}};
}

json cost_json(const CostInterval& cost) {
  return {{"joules", interval_json(cost.energy)}, {"seconds", interval_json(cost.time)}};
}

json run_json(const RunPrediction& run) {
  return {
      {"inferences_wanted", run.wanted},
      {"inferences_finished", run.finished},
      {"latency_seconds", interval_json(run.latency)},
      {"seconds_per_inference", interval_json(run.each)},
      {"joules_per_inference", interval_json(run.energy)},
      {"power_cycles", interval_json(run.power_cycles)},
      {"outages", interval_json(run.outages)},
      {"repeated_seconds", interval_json(run.repeated)},
      {"unfinished_share", run.unfinished},
      {"stuck", run.stuck}};
}

}  // namespace

std::string to_text(const Prediction& prediction) {
  const NetworkPrediction& inference = prediction.inference;
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < inference.layers.size(); ++i) {
    const PredictedLayer& layer = inference.layers[i];
    if (layer.total.time.value > 0.0) rows.push_back(cells(join(i, " ", layer.op), layer.total));
  }
  rows.push_back(cells("layers", inference.compute));
  rows.push_back(cells("checkpoints", inference.checkpoint));
  rows.push_back(cells("telemetry", inference.telemetry));
  rows.push_back(cells("one inference", inference.total));
  std::string text = join(
      prediction.network, ", predicted by ", prediction.model, ", with 95 % intervals\n\n",
      table_text(
          {{"On a supply that does not fail", Align::left},
           {"energy"},
           {"95 % interval"},
           {"time"},
           {"95 % interval"}},
          rows));
  if (prediction.run) text += run_text(prediction);
  text += "\n";
  for (const std::string& assumption : prediction.assumptions)
    text += "assumed: " + assumption + "\n";
  return text;
}

json to_json(const Prediction& prediction) {
  const NetworkPrediction& inference = prediction.inference;
  json layers = json::array();
  for (const PredictedLayer& layer : inference.layers)
    layers.push_back(
        {{"name", layer.name},
         {"operator", layer.op},
         {"compute", cost_json(layer.compute)},
         {"checkpoint", cost_json(layer.checkpoint)},
         {"total", cost_json(layer.total)}});
  json object{
      {"network", prediction.network},
      {"model", prediction.model},
      {"layers", layers},
      {"compute", cost_json(inference.compute)},
      {"checkpoint", cost_json(inference.checkpoint)},
      {"telemetry", cost_json(inference.telemetry)},
      {"inference", cost_json(inference.total)},
      {"assumptions", prediction.assumptions}};
  if (prediction.run) {
    object["profile"] = prediction.profile;
    object["power_path"] = prediction.path;
    object["run"] = run_json(*prediction.run);
  }
  return object;
}

}  // namespace sunfleck::app
